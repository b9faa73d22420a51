/*
 * Microsoft Graph, read: sign-in, page chains to their explicit end, single documents, batches; or
 * the same from a folder of saved responses. One handle, one thread. Retries, throttling, token
 * renewal and cut bodies are handled inside; what comes out as an error is final for this run. A
 * chain that did not reach its end is an error, never a short list. The bearer token is sent to the
 * configured hosts only.
 */
#ifndef RA_GRAPH_GRAPH_H
#define RA_GRAPH_GRAPH_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/text.h"

#include <stdatomic.h>
#include <stdint.h>

enum ra_cloud { RA_CLOUD_GLOBAL, RA_CLOUD_USGOV, RA_CLOUD_USGOV_DOD, RA_CLOUD_CHINA };
enum ra_auth {
    RA_AUTH_CERTIFICATE,
    RA_AUTH_SECRET,
    RA_AUTH_FEDERATED_TOKEN,
    RA_AUTH_MANAGED_IDENTITY,
    RA_AUTH_DEVICE_CODE
};

/* What a wait or a retry is about, for the progress line; borrowed for the call. */
struct ra_graph_event {
    const char *what;  /* "throttled", "slowed", "retry", "token" */
    const char *where; /* the collection or document */
    int64_t wait_ms;   /* how long until the next try, or until it may go at full speed */
    const char *why;   /* what came instead of an answer, the quota that is used up; or NULL */
    int tries;         /* that failed, 0 when this is not about one request */
    int tries_max;     /* given up after so many, 0 when the time alone is limited */
    bool goes_on;      /* requests are still sent meanwhile, fewer of them */
};

struct ra_graph_options {
    const char *tenant_id;
    enum ra_cloud cloud;
    enum ra_auth auth;
    const char *client_id;
    /* With pkcs12, certificate_file holds the key too, under the password in
     * certificate_password_file or under none. */
    bool pkcs12;
    const char *certificate_file, *private_key_file, *certificate_password_file;
    const char *client_secret_file, *federated_token_file;
    const char *graph_url, *login_url; /* overrides without version segment, or NULL */
    const char *ca_file;               /* or NULL for the system's */
    int connections;
    const char *files_dir;    /* saved responses instead of a tenant, or NULL */
    const atomic_int *stop; /* a signal number once the run must end, or NULL */
    void (*on_event)(void *ctx, const struct ra_graph_event *e); /* or NULL */
    void *ctx;
    /* Per request; 0 for the default of 30 minutes. A fault that stays the same (500, a body that
     * is no JSON, a refused connection) is given up after 8 tries, a host that never answered
     * after 4. */
    int64_t retry_budget_ms;
    bool low_priority; /* x-ms-throttle-priority: low */
};

struct ra_graph;

int ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out, struct ra_err *err);
void ra_graph_close(struct ra_graph **g);
bool ra_graph_is_files(const struct ra_graph *g);
int ra_graph_connections(const struct ra_graph *g); /* parallel requests at most */

/* Gets a token, so that a sign-in fault shows before anything is read. Nothing to do for files. */
int ra_graph_sign_in(struct ra_graph *g, struct ra_err *err);

/* ---- collections of directory objects ---- */

enum ra_collection {
    RA_USERS,
    RA_GROUPS,
    RA_CONTACTS,
    RA_DEVICES,
    RA_DELETED_USERS,
    RA_COLLECTIONS
};

const char *ra_collection_name(enum ra_collection c); /* "users", … "deletedUsers" */

/* String properties of an object, by what they are on the wire. Not every collection has each. */
enum ra_graph_field {
    RA_GF_ID,
    RA_GF_UPN,
    RA_GF_MAIL,
    RA_GF_MAIL_NICKNAME,
    RA_GF_DISPLAY_NAME,
    RA_GF_USER_TYPE,
    RA_GF_IMMUTABLE_ID,
    RA_GF_SID,
    RA_GF_SAM,
    RA_GF_DOMAIN,
    RA_GF_DN,
    RA_GF_ON_PREMISES_UPN,
    RA_GF_LAST_SYNC,
    RA_GF_DEVICE_ID,
    RA_GF_CREATED,
    RA_GF_DELETED_AT,
    RA_GF_COUNT
};

enum ra_graph_bool {
    RA_GB_SYNC_ENABLED,
    RA_GB_ACCOUNT_ENABLED,
    RA_GB_ROLE_ASSIGNABLE,
    RA_GB_MAIL_ENABLED,
    RA_GB_SECURITY_ENABLED,
    RA_GB_COUNT
};

enum ra_removed { RA_NOT_REMOVED, RA_REMOVED_SOFT, RA_REMOVED_FOR_GOOD }; /* graph 5.2 */

/* One object of a page. Everything is borrowed for the call. */
struct ra_graph_object {
    enum ra_collection in;
    struct ra_str field[RA_GF_COUNT]; /* null, empty and missing are absent */
    signed char flag[RA_GB_COUNT];    /* -1 null or missing, 0 false, 1 true */
    const struct ra_str *proxies;     /* proxyAddresses */
    size_t proxies_n;
    struct ra_str provisioning_errors; /* the array as JSON, absent when null or [] */
    bool has_object_identifier;        /* onPremisesObjectIdentifier stood inline (null too) */
    struct ra_str object_identifier;
    signed char cloud_managed; /* inline onPremisesSyncBehavior: -1 none, 0, 1 */
    /* What stood in the object, null too: a delta leaves out what was never set (graph 5.3). Bits
     * by enum ra_graph_field and enum ra_graph_bool. */
    uint32_t given_fields, given_flags;
    bool given_proxies, given_errors;
    enum ra_removed removed; /* of a delta alone */
};

/* Called once for each page, in the chain's order. mark: the chain's next link, absent on the last
 * page; a copy of it resumes the chain. A negative return stops everything with that error. An
 * object may come more than once, on another page, on one that was read again because its page
 * token was lost, or after a mark had expired: the caller counts by id, the later one wins. What is
 * there before the chain's last page and not deleted meanwhile comes at least once. Must not call
 * ra_graph_*. */
typedef int ra_page_fn(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                       struct ra_str mark, struct ra_err *err);

/* One chain to read: a whole collection, or with filter a part of it ($filter text, not encoded).
 */
struct ra_chain {
    enum ra_collection collection;
    const char *filter; /* or NULL */
    const char *mark;   /* resume here, or NULL from the start */
};

/* Runs the chains side by side, at most `connections` requests at once, each to its explicit end;
 * where there are more chains than that the first ones go first: the long ones should stand there.
 * A collection that is refused is RA_EPERMISSION with the permission in the hint; a link that leads
 * to another host RA_ESERVER; a saved one that is missing, or ends with a nextLink, RA_EINCOMPLETE.
 * For saved responses a filter is RA_EINTERNAL, and marks are their own. */
int ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n, ra_page_fn *page,
                  void *ctx, struct ra_err *err);

/* GET /…/$count with ConsistencyLevel: eventual. RA_ENOTFOUND for files. */
int ra_graph_count(struct ra_graph *g, enum ra_collection c, uint64_t *out, struct ra_err *err);

/* A count of a collection or, with filter, of a part of it. */
struct ra_count {
    enum ra_collection collection;
    const char *filter; /* or NULL */
    bool counted;       /* out: false when the service would not count */
    uint64_t value;     /* out */
};

/* All of them side by side. What is refused is not counted and no error. */
int ra_graph_counts(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err);

/* The same in $batch calls of 20, for many counts at once. Those that are not to be had in this way
 * are asked for one by one. */
int ra_graph_counts_many(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err);

/* ---- a second look, where a list and its count differ ---- */

/* The ids that the index behind the counts has, of a collection or, with filter, of a part of it.
 */
struct ra_index_list {
    enum ra_collection collection;
    const char *filter; /* or NULL */
    bool backwards;     /* in another order, so that other objects share a page */
    bool listed;        /* out: false when the service would not list so */
    uint64_t count;     /* out: how many the index says it has */
};

/* One id; which: of the lists. By the rules of ra_page_fn: some come more than once. */
typedef int ra_id_fn(void *ctx, size_t which, struct ra_str id, struct ra_err *err);

/* All of them side by side, each to its explicit end. What is refused is not listed and no error.
 */
int ra_graph_index(struct ra_graph *g, struct ra_index_list *lists, size_t n, ra_id_fn *each,
                   void *ctx, struct ra_err *err);

struct ra_sought {
    enum ra_collection collection;
    const char *id;
    bool found; /* out */
};

/* Objects by their ids, each told as a page of one, chain being its place; of a deleted user only
 * that it is there. RA_EINTERNAL for files. */
int ra_graph_look_up(struct ra_graph *g, struct ra_sought *lookups, size_t n, ra_page_fn *page,
                     void *ctx, struct ra_err *err);

/* ---- delta: what changed since (graph 5) ---- */

/* One round of a collection's changes. */
struct ra_delta {
    enum ra_collection collection; /* RA_USERS, RA_GROUPS, RA_CONTACTS or RA_DEVICES */
    const char *link;              /* that a round before gave; NULL: from now on, no objects */
    bool all;                      /* without a link: every object that there is, its id alone */
    enum {
        RA_DELTA_READ,
        RA_DELTA_RESYNC, /* the link is no good any more (graph 5.6): everything must be read anew
                          */
        RA_DELTA_REFUSED /* there is no delta to be had */
    } state;             /* out */
    char refused_with[112]; /* out: status and code, unless it was read */
};

/* Called once for each page of a round. link goes on behind this page: inside the round, or, when
 * last, with the next round. Objects come in no order, some more than once. Must not call
 * ra_graph_*. */
typedef int ra_delta_fn(void *ctx, size_t which, const struct ra_graph_object *objects, size_t n,
                        struct ra_str link, bool last, struct ra_err *err);

/* Runs the rounds side by side, each to the link of its next round. A link to another host is
 * RA_ESERVER. RA_EINTERNAL for files. */
int ra_graph_delta(struct ra_graph *g, struct ra_delta *rounds, size_t n, ra_delta_fn *page,
                   void *ctx, struct ra_err *err);

/* What the objects that come from here are of: the tenant, the service and what is asked of it, as
 * a SHA-256 in lower-case hex. Objects and links of one with another fingerprint do not mix. */
void ra_graph_fingerprint(const struct ra_graph *g, char out[65]);
/* The tenant's id as the options named it; borrowed, "" when they named none. */
const char *ra_graph_tenant(const struct ra_graph *g);

/* ---- documents: single objects and small collections, as JSON ---- */

enum ra_document {
    RA_DOC_ORGANIZATION,
    RA_DOC_DOMAINS,
    RA_DOC_SYNCHRONIZATION,      /* directory/onPremisesSynchronization, v1.0 */
    RA_DOC_SYNCHRONIZATION_BETA, /* the same on beta: anchorAttribute, currentExportData */
    RA_DOC_ROLE_ASSIGNMENTS,
    RA_DOC_ROLE_ELIGIBILITIES,
    RA_DOC_ROLE_DEFINITIONS,   /* beta: isPrivileged */
    RA_DOC_ROLE_GROUP_MEMBERS, /* files only; live: ra_graph_group_members */
    RA_DOC_SYNC_BEHAVIOR,      /* files only; live: ra_graph_sync_behavior */
    RA_DOCUMENTS
};

const char *
ra_document_name(enum ra_document d); /* the saved file's name, such as "roleAssignments" */

enum ra_document_state {
    RA_DOC_READ,    /* json is {"value":[…]} over all pages, or the single object */
    RA_DOC_REFUSED, /* json is Graph's error body: its facts are unknown (a missing permission,
                       AadPremiumLicenseRequired, a beta that does not know the path) */
    RA_DOC_MISSING  /* files only: there is no such file */
};

/* An error is a fault of the way (network, throttling, sign-in), not a refusal. *json is made here;
 * code and message of a refusal stand in *refusal. */
int ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                      struct ra_buf *json, struct ra_err *refusal, struct ra_err *err);

/* One of several documents that are read side by side; by the rules of ra_graph_document. */
struct ra_document_read {
    enum ra_document which;
    enum ra_document_state state; /* out, as the rest */
    struct ra_buf json;
    struct ra_err refusal;
};

/* After an error no json is there to be freed. */
int ra_graph_documents(struct ra_graph *g, struct ra_document_read *reads, size_t n,
                       struct ra_err *err);

/* Questions of several kinds, side by side, each by its own rules: all of them in the time of one.
 * A kind that is not asked for has none. After an error no json is there to be freed, and nothing
 * else of the answers counts. Not for files. */
struct ra_questions {
    struct ra_document_read *documents;
    size_t documents_n;
    struct ra_delta *deltas;
    size_t deltas_n;
    ra_delta_fn *page; /* of the deltas */
    void *ctx;
    struct ra_count *counts;
    size_t counts_n;
};
int ra_graph_ask(struct ra_graph *g, const struct ra_questions *q, struct ra_err *err);

/* Ids of a group's transitive user members, to the end of the chain: calls each(ctx, id). */
int ra_graph_group_members(struct ra_graph *g, const char *group_id,
                           void (*each)(void *ctx, struct ra_str id), void *ctx,
                           enum ra_document_state *state, struct ra_err *refusal,
                           struct ra_err *err);

/* ---- facts asked for one by one, in $batch calls of 20 ---- */

#define RA_IDENTIFIER_MAX                                                                          \
    128 /* bytes of an onPremisesObjectIdentifier with its NUL; a GUID has 37 */

struct ra_fact_request {
    enum ra_collection collection; /* RA_USERS, RA_GROUPS, RA_CONTACTS */
    const char *id;
    signed char cloud_managed; /* answer: -1 not obtained, 0, 1 */
    signed char identified;    /* answer: -1 not obtained, 0 null, 1 identifier is set */
    char identifier[RA_IDENTIFIER_MAX];
};

/* isCloudManaged of each; one that is refused stays -1 and *refusal keeps the first refusal. After
 * 20 of a kind in a row were denied the rest of that kind is not asked for. Nothing to do for
 * files. */
int ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                           struct ra_err *refusal, struct ra_err *err);

/* onPremisesObjectIdentifier of each of these users, on beta, by the same rules. */
int ra_graph_object_identifiers_of(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                   struct ra_err *refusal, struct ra_err *err);

/* Probes beta for onPremisesObjectIdentifier with one request of one user. False for files, where
 * it stands inline. */
int ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable, struct ra_err *refusal,
                                     struct ra_err *err);

/* onPremisesObjectIdentifier of all users, to the end of the chain: identifier is absent for JSON
 * null. A user that came without the property is not told: it is unknown. */
int ra_graph_object_identifiers(struct ra_graph *g,
                                int (*each)(void *ctx, struct ra_str id, struct ra_str identifier,
                                            struct ra_err *err),
                                void *ctx, struct ra_err *err);

/* Requests made, bytes received, milliseconds waited for throttling, so far. */
struct ra_graph_stats {
    uint64_t requests, bytes, retries, throttled_ms;
};
struct ra_graph_stats ra_graph_stats(const struct ra_graph *g);

/* The app permission that reading this needs, with its app-role id, for messages and doctor. */
struct ra_permission {
    const char *name, *app_role_id;
};
const struct ra_permission *ra_collection_permission(enum ra_collection c);
const struct ra_permission *ra_document_permission(enum ra_document d);

/* What onPremisesSyncBehavior of these needs; NULL for a collection that has none. */
const struct ra_permission *ra_sync_behavior_permission(enum ra_collection c);

/* The HTTP library in use with its own libraries, such as "libcurl/7.88.1 OpenSSL/3.0.22 …". */
const char *ra_graph_library(void);

#endif
