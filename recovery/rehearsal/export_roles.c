#include "recovery/rehearsal/export_inner.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

/* Ids of users, sorted once it is complete. */
struct ids {
    struct ra_str *at;
    size_t n, cap;
};

struct ra_sim_roles {
    struct ids assigned, privileged;
};

static void add(struct ids *l, const char *id)
{
    l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof(*l->at));
    l->at[l->n++] = ra_str(id);
}

static int by_id(const void *a, const void *b)
{
    const struct ra_str *x = a, *y = b;
    return ra_str_cmp_fold(*x, *y);
}

static bool holds(const struct ids *l, struct ra_str id)
{
    return l->n && bsearch(&id, l->at, l->n, sizeof(id), by_id);
}

static const char *text(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static const cJSON *with_id(const cJSON *list, const char *id)
{
    const cJSON *v;
    cJSON_ArrayForEach(v, list)
    {
        if (ra_str_eq_fold(ra_str(text(v, "id")), ra_str(id)))
            return v;
    }
    return NULL;
}

/* domain 10: the label decides, custom roles have it too; a role that is not listed counts. */
static bool privileged(const struct ra_sim_store *s, const char *definition)
{
    const cJSON *d = with_id(s->small[RA_SIM_ROLE_DEFINITIONS].items, definition);
    return !d || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "isPrivileged"));
}

static void add_holder(const struct ra_sim_store *s, struct ids *to, const char *principal)
{
    const cJSON *group = with_id(s->small[RA_SIM_ROLE_GROUP_MEMBERS].items, principal), *member;
    add(to, principal);
    cJSON_ArrayForEach(member, cJSON_GetObjectItemCaseSensitive(group, "members"))
    {
        if (cJSON_IsString(member))
            add(to, member->valuestring);
    }
}

static void add_all(const struct ra_sim_store *s, struct ra_sim_roles *r, enum ra_sim_document from,
                    bool active)
{
    const cJSON *v;
    cJSON_ArrayForEach(v, s->small[from].items)
    {
        const char *principal = text(v, "principalId");
        if (!principal)
            continue;
        if (active)
            add_holder(s, &r->assigned, principal);
        if (privileged(s, text(v, "roleDefinitionId")))
            add_holder(s, &r->privileged, principal);
    }
}

struct ra_sim_roles *ra_sim_roles_new(const struct ra_sim_store *s)
{
    struct ra_sim_roles *r = ra_calloc(1, sizeof(*r));
    add_all(s, r, RA_SIM_ROLE_ASSIGNMENTS, true);
    add_all(s, r, RA_SIM_ROLE_ELIGIBILITIES, false);
    if (r->assigned.n)
        qsort(r->assigned.at, r->assigned.n, sizeof(struct ra_str), by_id);
    if (r->privileged.n)
        qsort(r->privileged.at, r->privileged.n, sizeof(struct ra_str), by_id);
    return r;
}

void ra_sim_roles_free(struct ra_sim_roles *r)
{
    free(r->assigned.at);
    free(r->privileged.at);
    free(r);
}

bool ra_sim_roles_assigned(const struct ra_sim_roles *r, struct ra_str user)
{
    return holds(&r->assigned, user);
}

bool ra_sim_roles_privileged(const struct ra_sim_roles *r, struct ra_str user)
{
    return holds(&r->privileged, user);
}
