#include "recovery/collect/documents.h"

#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

/* The members of role-holding groups, asked for once all groups are known. */

#define MEMBERS_MAX ((size_t)64 << 20)

struct asked {
    struct ra_graph *graph;
    struct ra_seen *role_groups; /* ids of the groups that can hold a role */
    struct ra_seen groups;       /* asked for already */
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
    uint32_t seq;

    return ra_str_eq(ra_json_text(principal, "@odata.type"), RA_STR("#microsoft.graph.group")) ||
           ra_seen_has(a->role_groups, id, &seq);
}

static int ask_groups_of(struct asked *a, struct ra_fill *fill, const char *document,
                         struct ra_err *err)
{
    struct ra_doc d = {.state = RA_STR("read")};
    const cJSON *item;
    cJSON *doc;
    int rc = 0;

    if (ra_fill_get(fill, RA_TABLE_DOCUMENTS, ra_str(document), &d.json, NULL) != 0)
        return 0;
    doc = ra_doc_parse(document, &d, err);
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

int ra_role_members_read(struct ra_graph *g, struct ra_fill *fill, struct ra_seen *role_groups,
                         struct ra_err *err)
{
    struct asked a = {.graph = g, .role_groups = role_groups};
    int rc;

    if (ra_graph_is_files(g))
        return 0;                   /* the document is there, or it is not */
    rc = ra_fill_commit(fill, err); /* so that the role documents can be read back */
    if (rc != 0)
        return rc;
    ra_buf_init(&a.json, MEMBERS_MAX);
    ra_json_init(&a.out, &a.json);
    ra_json_object(&a.out);
    ra_json_key(&a.out, "value");
    ra_json_array(&a.out);
    rc = ask_groups_of(&a, fill, ra_document_name(RA_DOC_ROLE_ASSIGNMENTS), err);
    if (rc == 0)
        rc = ask_groups_of(&a, fill, ra_document_name(RA_DOC_ROLE_ELIGIBILITIES), err);
    ra_json_array_end(&a.out);
    ra_json_object_end(&a.out);
    if (rc == 0) {
        const char *name = ra_document_name(RA_DOC_ROLE_GROUP_MEMBERS);
        ra_fill_put(fill, RA_TABLE_DOCUMENTS, ra_str(name), ra_str_n(a.json.p, a.json.n));
        ra_fill_put(fill, RA_TABLE_DOCUMENTS, RA_STR("roleGroupMembers.state"), RA_STR("read"));
    }
    ra_seen_free(&a.groups);
    ra_buf_free(&a.json);
    return rc;
}
