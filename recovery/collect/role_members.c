#include "recovery/collect/documents.h"

#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

/* The members of role-holding groups, asked for once all groups are known. */

#define MEMBERS_MAX ((size_t)64 << 20)

struct asked {
    struct ra_graph *graph;
    bool (*is_group)(void *ctx, struct ra_str id); /* a group that can hold a role */
    void *ctx;
    struct ra_seen groups; /* asked for already */
    struct ra_buf json;
    struct ra_json out;
};

static void add_member(void *ctx, struct ra_str id)
{
    ra_json_str(ctx, id);
}

static int ask_group(struct asked *a, const char *id, struct ra_err *err)
{
    enum ra_document_state state;
    struct ra_err refusal = {0};
    size_t before = a->json.n;
    struct ra_json at = a->out;
    int rc;

    ra_json_object(&a->out);
    ra_json_key(&a->out, "id");
    ra_json_z(&a->out, id);
    ra_json_key(&a->out, "members");
    ra_json_array(&a->out);
    rc = ra_graph_group_members(a->graph, id, add_member, &a->out, &state, &refusal, err);
    ra_json_array_end(&a->out);
    ra_json_object_end(&a->out);
    if (rc == 0 && state != RA_DOC_READ) { /* left out: unknown */
        a->json.n = before;
        a->out = at;
    }
    return rc;
}

static bool is_group(const struct asked *a, const cJSON *assignment, struct ra_str id)
{
    const cJSON *principal = cJSON_GetObjectItemCaseSensitive(assignment, "principal");

    return ra_str_eq(ra_json_text(principal, "@odata.type"), RA_STR("#microsoft.graph.group")) ||
           a->is_group(a->ctx, id);
}

static int ask_groups_of(struct asked *a, const char *name, struct ra_str json, struct ra_err *err)
{
    struct ra_doc d = {.json = json, .state = RA_STR("read")};
    const cJSON *item;
    cJSON *doc;
    int rc = 0;

    if (ra_str_absent(json))
        return 0;
    doc = ra_doc_parse(name, &d, err);
    if (!doc)
        return -err->code;
    for (item = ra_doc_first(doc); item && rc == 0; item = item->next) {
        struct ra_str id = ra_json_text(item, "principalId");
        uint32_t seq = 0;
        if (!ra_str_absent(id) && is_group(a, item, id) && !ra_seen(&a->groups, id, &seq))
            rc = ask_group(a, id.p, err);
    }
    cJSON_Delete(doc);
    return rc;
}

int ra_role_members_ask(struct ra_graph *g, struct ra_str assignments, struct ra_str eligibilities,
                        bool (*is_role_group)(void *ctx, struct ra_str id), void *ctx,
                        struct ra_buf *json, struct ra_err *err)
{
    struct asked a = {.graph = g, .is_group = is_role_group, .ctx = ctx};
    int rc;

    ra_buf_init(&a.json, MEMBERS_MAX);
    ra_json_init(&a.out, &a.json);
    ra_json_object(&a.out);
    ra_json_key(&a.out, "value");
    ra_json_array(&a.out);
    rc = ask_groups_of(&a, ra_document_name(RA_DOC_ROLE_ASSIGNMENTS), assignments, err);
    if (rc == 0)
        rc = ask_groups_of(&a, ra_document_name(RA_DOC_ROLE_ELIGIBILITIES), eligibilities, err);
    ra_json_array_end(&a.out);
    ra_json_object_end(&a.out);
    ra_seen_free(&a.groups);
    *json = a.json;
    if (rc != 0)
        ra_buf_free(json);
    return rc;
}
