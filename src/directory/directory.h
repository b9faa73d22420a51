/*
 * Active Directory, read: session, search, entry, values; or the same from an LDIF dump. Paging,
 * ranged values and reconnects are hidden behind it. A search that did not end with the final empty
 * paging cookie is an error, never a short list. Referrals are never chased. A simple bind without
 * TLS is refused. One handle, one thread.
 */
#ifndef RA_DIRECTORY_DIRECTORY_H
#define RA_DIRECTORY_DIRECTORY_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

enum ra_dir_auth { RA_DIR_GSSAPI, RA_DIR_SIMPLE, RA_DIR_EXTERNAL };

struct ra_dir_options {
    const char *name; /* the configuration section's, for messages */
    const char *uri;  /* ldaps://, ldap://, ldif:PATH */
    const char *base; /* or NULL for the rootDSE's defaultNamingContext */
    enum ra_dir_auth auth;
    const char *bind_dn, *password_file, *ca_file;   /* NULL where not given */
    const char *certificate_file, *private_key_file; /* for RA_DIR_EXTERNAL, or NULL */
    bool start_tls;
    const volatile int *stop; /* a signal number once the run must end, or NULL */
    int timeout_s;            /* of one answer; 0 for the default of 120 */
};

struct ra_dir;

/* Connects, verifies, binds (or opens the dump). */
int ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err);
void ra_dir_close(struct ra_dir **d);
bool ra_dir_is_ldif(const struct ra_dir *d);

/* What the rootDSE says; the USN is asked for at each call, the rest is what the session began
 * with. For a dump only base is set ("" when none is given). Borrowed until close. */
struct ra_dir_root {
    const char *base;   /* the base to read */
    const char *domain; /* defaultNamingContext, NULL when not told */
    const char *configuration, *schema, *dns_host_name, *ds_service_name;
    uint64_t highest_committed_usn; /* 0 when not told */
    char invocation_id[37];         /* of the DC's NTDS settings, empty when not readable */
    bool active_directory;          /* it has AD's capability OID */
};
int ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);

enum ra_dir_syntax { RA_SYNTAX_UNKNOWN, RA_SYNTAX_STRING, RA_SYNTAX_BINARY, RA_SYNTAX_INTEGER };

/* By the AD schema (attributeSyntax); RA_SYNTAX_UNKNOWN for a dump or an attribute not in the
 * schema. */
int ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                  struct ra_err *err);

/* One entry; everything is borrowed for the call. */
struct ra_dir_entry;
struct ra_str ra_dir_entry_dn(const struct ra_dir_entry *e);
/* The attribute's values (name without case, options such as ;range joined), count in *n; NULL when
 * it has none. */
const struct ra_str *ra_dir_entry_values(const struct ra_dir_entry *e, const char *name, size_t *n);
struct ra_str ra_dir_entry_first(const struct ra_dir_entry *e, const char *name); /* or absent */

typedef int ra_entry_fn(void *ctx, const struct ra_dir_entry *e, struct ra_err *err);

struct ra_dir_query {
    const char *base; /* NULL for the root's */
    const char *filter;
    const char *const *attributes; /* ends with NULL */
    bool deleted;                  /* with the show-deleted control, isDeleted objects too */
    int page_size;                 /* 0 for the default of 1000 */
};

/* Reads all entries to the explicit end. From a dump: every entry at or below the base, and deleted
 * ones wherever they lie (the filter is not applied; whoever asks sorts out what it does not want;
 * unasked attributes may be there). A base that is not there is RA_ENOTFOUND. A connection that
 * died while idle is made anew, once, and only to the same DC. An error of each ends the search and
 * is returned as it is. */
int ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each, void *ctx,
                  struct ra_err *err);

/* A DN in the form that scope rules compare: RDNs from the root down, escapes resolved, ASCII
 * letters folded, each as "type=value" (several of one RDN joined by "+") with a NUL behind it. One
 * DN lies at or below another when the other's key is a prefix of its own. Appends to *out; false
 * when it is no DN. */
bool ra_dn_key(struct ra_str dn, struct ra_buf *out);

/* The LDAP library in use, such as "OpenLDAP 2.5.13". */
const char *ra_dir_library(void);

#endif
