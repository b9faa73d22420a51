#include "recovery/collect/documents.h"

#include <stdlib.h>
#include <string.h>

/*
 * Who holds a role (domain 10): active assignments, eligibilities, and the members of groups that
 * hold either. What could not be read makes roles unknown for everyone; a role that is known still
 * counts.
 */

struct holders {
    struct ra_role_holder *all;
    size_t n, cap;
    struct ra_arena *arena;
};

static void add(struct holders *h, struct ra_str id, unsigned roles)
{
    char *copy = ra_arena_alloc(h->arena, id.n);

    ra_fold_into(copy, id.p, id.n);
    h->all = ra_grow(h->all, &h->cap, h->n + 1, sizeof *h->all);
    h->all[h->n++] = (struct ra_role_holder){{copy, id.n}, roles};
}

static bool is_privileged(const cJSON *definitions, struct ra_str role)
{
    const cJSON *d;

    for (d = definitions ? ra_doc_first(definitions) : NULL; d; d = d->next)
        if (ra_str_eq_fold(ra_json_text(d, "id"), role))
            return !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(d, "isPrivileged"));
    return true; /* not in the list */
}

static bool says_group(const cJSON *assignment)
{
    const cJSON *principal = cJSON_GetObjectItemCaseSensitive(assignment, "principal");

    return ra_str_eq(ra_json_text(principal, "@odata.type"), RA_STR("#microsoft.graph.group"));
}

/* What is needed while one of the two role documents is walked. */
struct walk {
    struct holders *holders;
    const cJSON *definitions, *members;
    bool (*is_group)(void *ctx, struct ra_str id);
    void *ctx;
    bool complete; /* every holder was named, and the members of every group were there */
};

static const cJSON *members_of(const cJSON *members, struct ra_str group)
{
    const cJSON *g;

    for (g = members ? ra_doc_first(members) : NULL; g; g = g->next)
        if (ra_str_eq_fold(ra_json_text(g, "id"), group))
            return cJSON_GetObjectItemCaseSensitive(g, "members");
    return NULL;
}

static void add_members(struct walk *w, struct ra_str group, unsigned roles)
{
    const cJSON *members = members_of(w->members, group), *m;

    if (!cJSON_IsArray(members)) {
        w->complete = false;
        return;
    }
    for (m = members->child; m; m = m->next)
        if (cJSON_IsString(m))
            add(w->holders, ra_str(m->valuestring), roles);
        else if (!ra_str_absent(ra_json_text(m, "id")))
            add(w->holders, ra_json_text(m, "id"), roles);
}

static void walk_document(struct walk *w, const cJSON *doc, unsigned held)
{
    for (const cJSON *a = ra_doc_first(doc); a; a = a->next) {
        struct ra_str principal = ra_json_text(a, "principalId");
        unsigned roles = held;
        if (principal.n == 0) { /* somebody holds it, and it is not told who */
            w->complete = false;
            continue;
        }
        if (is_privileged(w->definitions, ra_json_text(a, "roleDefinitionId")))
            roles |= RA_ROLE_PRIVILEGED;
        if (says_group(a) || w->is_group(w->ctx, principal))
            add_members(w, principal, roles);
        else
            add(w->holders, principal, roles);
    }
}

static int by_user(const void *a, const void *b)
{
    return ra_str_cmp(((const struct ra_role_holder *)a)->user_id,
                      ((const struct ra_role_holder *)b)->user_id);
}

/* One entry a user, sorted, in the tenant's arena. */
static void settle(struct holders *h, struct ra_tenant *out)
{
    size_t n = 0;

    if (h->n)
        qsort(h->all, h->n, sizeof *h->all, by_user);
    for (size_t i = 0; i < h->n; i++)
        if (n && ra_str_eq(h->all[n - 1].user_id, h->all[i].user_id))
            h->all[n - 1].roles |= h->all[i].roles;
        else
            h->all[n++] = h->all[i];
    out->holders = ra_arena_alloc(h->arena, n * sizeof *h->all);
    if (n)
        memcpy(out->holders, h->all, n * sizeof *h->all);
    out->holders_n = n;
    free(h->all);
}

static bool no_premium_licence(const struct ra_doc *d)
{
    return ra_str_eq(d->state, RA_STR("refused")) &&
           ra_str_contains(d->json, RA_STR("AadPremiumLicenseRequired"));
}

struct role_documents {
    cJSON *assignments, *eligibilities, *definitions, *members;
};

static int parse_one(ra_doc_fn *doc, void *ctx, enum ra_document which, cJSON **out,
                     struct ra_err *err)
{
    struct ra_doc d = doc(ctx, which);

    if (!ra_doc_is_read(&d))
        return 0;
    *out = ra_doc_parse(ra_document_name(which), &d, err);
    return *out ? 0 : -(int)RA_EINTEGRITY;
}

static int parse_all(ra_doc_fn *doc, void *ctx, struct role_documents *r, bool *no_licence,
                     struct ra_err *err)
{
    const struct ra_doc eligible = doc(ctx, RA_DOC_ROLE_ELIGIBILITIES);
    int rc = parse_one(doc, ctx, RA_DOC_ROLE_ASSIGNMENTS, &r->assignments, err);

    *no_licence = no_premium_licence(&eligible);
    if (rc == 0)
        rc = parse_one(doc, ctx, RA_DOC_ROLE_ELIGIBILITIES, &r->eligibilities, err);
    if (rc == 0)
        rc = parse_one(doc, ctx, RA_DOC_ROLE_DEFINITIONS, &r->definitions, err);
    if (rc == 0)
        rc = parse_one(doc, ctx, RA_DOC_ROLE_GROUP_MEMBERS, &r->members, err);
    return rc;
}

int ra_roles_load(ra_doc_fn *doc, void *ctx, bool (*is_group)(void *ctx, struct ra_str id),
                  struct ra_arena *a, struct ra_tenant *out, struct ra_err *err)
{
    struct holders holders = {.arena = a};
    struct role_documents r = {0};
    struct walk w = {.holders = &holders, .is_group = is_group, .ctx = ctx, .complete = true};
    bool no_licence = false;
    int rc = parse_all(doc, ctx, &r, &no_licence, err);

    w.definitions = r.definitions;
    w.members = r.members;
    if (rc == 0 && r.assignments)
        walk_document(&w, r.assignments, RA_ROLE_ASSIGNED);
    if (rc == 0 && r.eligibilities)
        walk_document(&w, r.eligibilities, RA_ROLE_ELIGIBLE);
    out->definitions_known = r.definitions != NULL;
    out->roles_known = r.assignments && (r.eligibilities || no_licence) && w.complete;
    settle(&holders, out);
    cJSON_Delete(r.assignments);
    cJSON_Delete(r.eligibilities);
    cJSON_Delete(r.definitions);
    cJSON_Delete(r.members);
    return rc;
}
