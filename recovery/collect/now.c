/* The tenant read again, without a snapshot: what has to hold still while something is written. */
#include "recovery/collect/documents.h"

#include <stdlib.h>

struct live {
    struct ra_cache_cursor *ids; /* of the snapshot */
    struct {
        struct ra_buf json;
        struct ra_str state;
    } doc[RA_DOCUMENTS];
};

static bool is_group(void *ctx, struct ra_str id)
{
    const struct live *l = ctx;

    return ra_doc_is_group(l->ids, id);
}

static struct ra_doc document(void *ctx, enum ra_document which)
{
    const struct live *l = ctx;

    return (struct ra_doc){ra_str_n(l->doc[which].json.p, l->doc[which].json.n),
                           l->doc[which].state};
}

static int ask(struct live *l, struct ra_graph *g, enum ra_document d, struct ra_err *err)
{
    static const char *const states[] = {"read", "refused", "missing"};
    enum ra_document_state state;
    struct ra_err refusal;
    int rc = ra_graph_document(g, d, &state, &l->doc[d].json, &refusal, err);

    if (rc == 0)
        l->doc[d].state = ra_str(states[state]);
    return rc;
}

static struct ra_str read_json(const struct live *l, enum ra_document d)
{
    return ra_str_eq(l->doc[d].state, RA_STR("read")) ? ra_str_n(l->doc[d].json.p, l->doc[d].json.n)
                                                      : (struct ra_str){NULL, 0};
}

static int ask_members(struct live *l, struct ra_graph *g, struct ra_err *err)
{
    int rc;

    if (ra_graph_is_files(g))
        return ask(l, g, RA_DOC_ROLE_GROUP_MEMBERS, err);
    rc = ra_role_members_ask(g, read_json(l, RA_DOC_ROLE_ASSIGNMENTS),
                             read_json(l, RA_DOC_ROLE_ELIGIBILITIES), is_group, l,
                             &l->doc[RA_DOC_ROLE_GROUP_MEMBERS].json, err);
    if (rc == 0)
        l->doc[RA_DOC_ROLE_GROUP_MEMBERS].state = RA_STR("read");
    return rc;
}

static int ask_roles(struct live *l, struct ra_graph *g, struct ra_arena *a, struct ra_tenant *out,
                     struct ra_err *err)
{
    static const enum ra_document wanted[] = {RA_DOC_ROLE_ASSIGNMENTS, RA_DOC_ROLE_ELIGIBILITIES,
                                              RA_DOC_ROLE_DEFINITIONS};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof wanted / sizeof wanted[0]; i++)
        rc = ask(l, g, wanted[i], err);
    if (rc == 0)
        rc = ask_members(l, g, err);
    return rc ? rc : ra_roles_load(document, l, is_group, a, out, err);
}

int ra_tenant_now(struct ra_graph *g, struct ra_snap *cloud, bool roles, struct ra_arena *a,
                  struct ra_tenant *out, struct ra_err *err)
{
    static const enum ra_document wanted[] = {RA_DOC_ORGANIZATION, RA_DOC_SYNCHRONIZATION,
                                              RA_DOC_SYNCHRONIZATION_BETA};
    struct live l = {.ids = cloud ? ra_snap_index(cloud, ra_index_name(RA_IX_ID)) : NULL};
    int rc = 0;

    *out = (struct ra_tenant){0};
    for (size_t i = 0; rc == 0 && i < sizeof wanted / sizeof wanted[0]; i++) {
        rc = ask(&l, g, wanted[i], err);
        if (rc == 0 && !ra_str_absent(read_json(&l, wanted[i])))
            rc = ra_tenant_add(wanted[i], read_json(&l, wanted[i]), a, out, err);
    }
    if (rc == 0 && roles)
        rc = ask_roles(&l, g, a, out, err);
    for (int d = 0; d < RA_DOCUMENTS; d++)
        ra_buf_free(&l.doc[d].json);
    if (l.ids)
        ra_cache_cursor_close(l.ids);
    return rc;
}
