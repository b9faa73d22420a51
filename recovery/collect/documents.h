/* Reading the JSON documents of a tenant: small helpers over cJSON, and the roles. Internal to
 * collect. */
#ifndef RA_COLLECT_DOCUMENTS_H
#define RA_COLLECT_DOCUMENTS_H

#include "recovery/collect/internal.h"

#include <cjson/cJSON.h>

/* A document of the snapshot: its JSON and its state ("read", "refused", "missing", or absent). */
struct ra_doc {
    struct ra_str json, state;
};
typedef struct ra_doc ra_doc_fn(void *ctx, enum ra_document which);

bool ra_doc_is_read(const struct ra_doc *d);
/* Parsed, or NULL with *err filled when it is not JSON; the caller deletes it. */
cJSON *ra_doc_parse(const char *name, const struct ra_doc *d, struct ra_err *err);
/* The items: of {"value":[…]} or a bare array; a single object is its own only item. */
const cJSON *ra_doc_first(const cJSON *doc);
struct ra_str ra_json_text(const cJSON *object, const char *key); /* absent unless a string */
struct ra_str ra_json_copy(const cJSON *object, const char *key, struct ra_arena *a);
struct ra_str ra_json_folded(const cJSON *object, const char *key, struct ra_arena *a);

/* Whether an id, in any letter case, is that of a group by the snapshot's index of ids (NULL: none
 * is). A damaged index ends the process. */
bool ra_doc_is_group(struct ra_cache_cursor *ids, struct ra_str id);

/* What one document says of the tenant, added to what is known; domains are only counted. */
int ra_tenant_add(enum ra_document which, struct ra_str json, struct ra_arena *a,
                  struct ra_tenant *t, struct ra_err *err);

/* Asks for the members of every group that holds a role by one of two documents (absent: none), and
 * makes the document roleGroupMembers of them, *json, here; a refused group is left out, which
 * makes roles unknown. is_role_group: whether an id is that of a group that can hold one. */
int ra_role_members_ask(struct ra_graph *g, struct ra_str assignments, struct ra_str eligibilities,
                        bool (*is_role_group)(void *ctx, struct ra_str id), void *ctx,
                        struct ra_buf *json, struct ra_err *err);

/* Fills the tenant's role holders. is_group tells whether an id is a live group of the tenant. */
int ra_roles_load(ra_doc_fn *doc, void *ctx, bool (*is_group)(void *ctx, struct ra_str id),
                  struct ra_arena *a, struct ra_tenant *out, struct ra_err *err);

#endif
