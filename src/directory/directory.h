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

#include <stdatomic.h>
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
    const atomic_int *stop; /* a signal number once the run must end, or NULL */
    int timeout_s;            /* of one answer; 0 for the default of 120 */
};

struct ra_dir;

/* Connects, verifies, binds (or opens the dump). */
int ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err);
void ra_dir_close(struct ra_dir **d);

/* A further connection with the same options, to the same DC and none other, for another thread. */
int ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err);

/* Who is signed in, as far as the connection tells: how it was bound, and as whom. Borrowed. */
const char *ra_dir_who(const struct ra_dir *d);
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
    bool global_catalog;            /* reached by the ports of one: not every attribute is there */
};
int ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);

/* lacks[i]: a global catalog does not have attributes[i] (which ends with NULL), so that its
 * absence says nothing. All false for a domain controller's own port and for a dump. RA_EINCOMPLETE
 * when the schema does not tell. */
int ra_dir_catalog_lacks(struct ra_dir *d, const char *const *attributes, bool *lacks,
                         struct ra_err *err);

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
/* Whether the attribute came at all, be it without a value. */
bool ra_dir_entry_has(const struct ra_dir_entry *e, const char *name);
struct ra_str ra_dir_entry_first(const struct ra_dir_entry *e, const char *name); /* or absent */

typedef int ra_entry_fn(void *ctx, const struct ra_dir_entry *e, struct ra_err *err);

enum ra_dir_scope { RA_DIR_SUBTREE, RA_DIR_CHILDREN, RA_DIR_BASE };

struct ra_dir_query {
    const char *base; /* NULL for the root's */
    const char *filter;
    const char *const *attributes; /* ends with NULL */
    bool deleted;                  /* with the show-deleted control, isDeleted objects too */
    int page_size;                 /* 0 for the default of 1000 */
    enum ra_dir_scope scope;
    int tries; /* how often it is begun anew when the line breaks or the server is busy; entries
                  that were handed out before come again then */
};

/* Reads all entries to the explicit end. From a dump: every entry at or below the base, and deleted
 * ones wherever they lie (the filter is not applied; whoever asks sorts out what it does not want;
 * unasked attributes may be there). A base that is not there is RA_ENOTFOUND. A connection that
 * died while idle is made anew, once, and only to the same DC. An error of each ends the search and
 * is returned as it is. */
int ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each, void *ctx,
                  struct ra_err *err);

/* *yes when whoever may see one child of an object may see all of its children: then the subtrees
 * of the children that a search below an object finds, and the object itself, are its whole
 * subtree. */
int ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err);

/* What has changed, by AD's DirSync control. */
struct ra_dir_changes {
    const char *base;              /* the root of a naming context */
    const char *filter;            /* of the objects to be told of */
    const char *const *attributes; /* ends with NULL; only changes of these are told. "name" must be
                                      among them for renames and moves to be told */
    bool own_rights;               /* what the account may see itself, for one without the right
                                      DS-Replication-Get-Changes */
    int tries;                     /* as ra_dir_query's */
};
enum ra_dir_told {
    RA_DIR_TOLD,    /* all of it, to the explicit end */
    RA_DIR_NOT_FOR, /* the server, the base or the account does not have it this way */
    RA_DIR_STALE    /* the cookie means nothing to the server: what changed cannot be told */
};

/* Calls each for every object changed since *cookie was handed out (empty: for all), with the
 * attributes that changed; a cleared one is there with no values. Deleted objects are told too.
 * Afterwards *cookie is the one for the next time; after anything but RA_DIR_TOLD it is as it was,
 * and what each was handed is to be forgotten. An object may be told of more than once. */
int ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each, void *ctx,
                   struct ra_buf *cookie, enum ra_dir_told *told, struct ra_err *err);

/* A DN in the form that scope rules compare: RDNs from the root down, escapes resolved, ASCII
 * letters folded, each as "type=value" (several of one RDN joined by "+") with a NUL behind it. One
 * DN lies at or below another when the other's key is a prefix of its own. Appends to *out; false
 * when it is no DN. */
bool ra_dn_key(struct ra_str dn, struct ra_buf *out);

/* The LDAP library in use, such as "OpenLDAP 2.5.13". */
const char *ra_dir_library(void);

#endif
