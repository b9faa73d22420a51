/*
 * The inside of a handle, shared by the files of this folder: either an LDAP connection or a dump.
 */
#ifndef RA_DIRECTORY_SESSION_H
#define RA_DIRECTORY_SESSION_H

#include "src/base/mem.h"
#include "src/directory/directory.h"

#include <ldap.h>
#include <sys/socket.h>
#include <sys/time.h>

#define RA_PAGE_MAX                                                                                \
    1000 /* AD's default MaxPageSize; some servers refuse a larger page than theirs */
#define RA_PDU_MAX     ((ber_len_t)64 << 20)
#define RA_DIR_POLL_MS 200 /* how long a signal may go unnoticed */

#define RA_OID_SHOW_DELETED     "1.2.840.113556.1.4.417"
#define RA_OID_SHOW_RECYCLED    "1.2.840.113556.1.4.2064"
#define RA_OID_DIRSYNC          "1.2.840.113556.1.4.841"
#define RA_OID_DOMAIN_SCOPE     "1.2.840.113556.1.4.1339"
#define RA_OID_ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"

struct ra_ldif;

struct ra_dir {
    struct ra_arena arena;   /* strings of the handle */
    struct ra_dir_options o; /* copies */
    int64_t timeout_ms;
    char *host, *port;
    bool tls;
    bool patient;      /* reads wait: a TLS handshake is under way */
    bool used, lost;   /* this connection has served since it was made; it has broken */
    bool silent, busy; /* the last operation got no answer in time; the server said to come again */
    int told_no_deleted;
    struct sockaddr_storage
        peer; /* whom the first connection reached: a further one tries it first */
    socklen_t peer_n;
    LDAP *ld;
    struct ra_ldif *ldif;
    struct ra_dir_root root;
    const char *who; /* how it was bound, and as whom */
    const char *dc;  /* the DC's NTDS settings: a new connection must lead to the same; or NULL */
    const char *subschema; /* where an ordinary LDAP server keeps its schema, or NULL */
    bool offers_deleted, offers_recycled, offers_domain_scope, offers_dirsync;
};

char *ra_dir_keep(struct ra_dir *d, struct ra_str s); /* a NUL-terminated copy until close */

/* connect.c: a socket to the handle's host, non-blocking. */
int ra_dir_connect(struct ra_dir *d, int *fd, struct ra_err *err);

/* transport.c: what stands between libldap and the socket; its argument is the handle. */
extern Sockbuf_IO ra_dir_transport;

/* tls.c */
int ra_dir_start_tls(struct ra_dir *d, struct ra_err *err); /* StartTLS or at once, by the URI */

/* tls_why.c: what is wrong with the server's certificate or TLS; empty when nothing can be said. */
void ra_dir_tls_why(struct ra_dir *d, char *out, size_t size);

/* bind.c */
int ra_dir_bind(struct ra_dir *d, struct ra_err *err);

/* open.c: connects, secures, binds and reads the rootDSE, unless that stands already. */
int ra_dir_session(struct ra_dir *d, struct ra_err *err);
void ra_dir_hang_up(struct ra_dir *d);

/* open.c: 0 when an operation that failed with rc and got nothing is to be done again, because its
 * connection had died while idle and a new one to the same DC stands; else what to return. used is
 * d->used from before the operation. */
int ra_dir_again(struct ra_dir *d, bool used, int rc, struct ra_err *err);

/* fault.c */
LDAPControl ra_dir_plain_control(const char *oid, char critical);
int ra_dir_send_failed(struct ra_dir *d, const char *filter, int rc, struct ra_err *err);
/* The server's result, which is not success, as an error. */
struct ra_dir_result;
int ra_dir_gave_up(struct ra_dir *d, const struct ra_dir_result *res, struct ra_err *err);
/* Whether what failed with rc may succeed later: the line broke, or the server is busy. */
bool ra_dir_may_pass(const struct ra_dir *d, int rc);
/* Waits (longer the more often it was tried), and connects anew where the line broke. 0, or what to
 * return unless it, too, may pass. */
int ra_dir_come_back(struct ra_dir *d, int tried, int rc, struct ra_err *err);

/* root.c */
int ra_dir_read_root(struct ra_dir *d, struct ra_err *err);

/* answer.c: the next message of an operation (all = 0) or all of them (all = 1), at most the
 * handle's timeout after the one before; free *out with ldap_msgfree. */
int ra_dir_wait(struct ra_dir *d, int msgid, int all, LDAPMessage **out, struct ra_err *err);

/* Fails when the signal has come. */
int ra_dir_stopped(const struct ra_dir *d, struct ra_err *err);

struct ra_dir_result {
    int code;       /* LDAP's */
    char text[512]; /* the server's own, printable */
};
/* The result of the last message; *controls (may be NULL) to be freed by the caller. */
int ra_dir_result(struct ra_dir *d, LDAPMessage *msg, struct ra_dir_result *out,
                  LDAPControl ***controls, struct ra_err *err);

/* A small search that needs no paging, whole; *result may be NULL. The server's result is in
 * *result and no error of this call. */
int ra_dir_ask(struct ra_dir *d, const char *base, int scope, const char *filter,
               const char *const *attributes, LDAPMessage **out, struct ra_dir_result *result,
               struct ra_err *err);

/* "directory contoso (ldaps://dc1): " before the message; what came from the server is made
 * harmless to a terminal. */
int ra_dir_blame(const struct ra_dir *d, struct ra_err *err);

/* libldap's own text about the last call that failed, printable. */
void ra_dir_local_text(struct ra_dir *d, int rc, char *out, size_t size);

/* range.c: fetches what is left of an entry's ranged values. */
struct ra_dir_entry;
int ra_dir_ranges(struct ra_dir *d, struct ra_dir_entry *e, struct ra_err *err);

/* search.c: adds the attributes of a message to the entry; the values lie in the message. */
int ra_dir_decode(struct ra_dir *d, LDAPMessage *msg, struct ra_dir_entry *e, struct ra_err *err);

#endif
