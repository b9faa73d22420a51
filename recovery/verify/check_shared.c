/* What must be unique and is not: anchors (V3), and names inside AD (V12). */
#include "recovery/model/address.h"
#include "recovery/model/lookup.h"
#include "recovery/verify/checking.h"

#include <stdlib.h>

/* Each of the holders beside the first one that counts. */
static void name_all(struct ra_checking *c, const struct ra_key_group *g, enum ra_reason reason)
{
    const struct ra_key_holder *first = NULL;

    for (size_t i = 0; i < g->n; i++) {
        const struct ra_verdict *v = ra_checking_verdict(c, g->all[i].number);
        struct ra_verify_finding *f;

        if (!ra_checking_in_scope(c, g->all[i].number))
            continue;
        if (!first) {
            first = &g->all[i];
            continue;
        }
        f = ra_found(c, reason, g->all[i].kind, g->all[i].number, v->cloud);
        f->other_ad = first->number;
        ra_found_value(c, f, g->key);
    }
}

/* ---- V3 ---- */

static int anchor_index(const struct ra_side *side, const struct ra_checking *c)
{
    return ra_anchor_index(side, &c->anchor);
}

static int guid_index(const struct ra_side *side, const struct ra_checking *c)
{
    (void)side;
    (void)c;
    return RA_IX_GUID;
}

static int one_anchor(struct ra_checking *c, const struct ra_key_group *g)
{
    name_all(c, g, RA_R_SHARED_AD);
    return 0;
}

/* Users have theirs from an attribute of their own: here is one domain that was read twice. */
static int one_guid(struct ra_checking *c, const struct ra_key_group *g)
{
    if (g->all[0].kind != RA_USER)
        name_all(c, g, RA_R_SHARED_AD);
    return 0;
}

/* A deleted copy beside the live one, or beside another deleted one; two live ones cannot be. */
static int one_cloud_anchor(struct ra_checking *c, const struct ra_key_group *g)
{
    const struct ra_key_holder *first = &g->all[0];

    for (size_t i = 1; i < g->n; i++)
        if ((first->bits & RA_ENTRY_DELETED) && !(g->all[i].bits & RA_ENTRY_DELETED))
            first = &g->all[i];
    for (size_t i = 0; i < g->n; i++) {
        bool deleted = (g->all[i].bits | first->bits) & RA_ENTRY_DELETED;
        struct ra_verify_finding *f;

        if (&g->all[i] == first)
            continue;
        f = ra_found(c, deleted ? RA_R_SHARED_DELETED : RA_R_SHARED_CLOUD, RA_USER,
                     c->peer[first->number], g->all[i].number);
        f->other_cloud = first->number;
        ra_found_value(c, f, g->key);
    }
    return 0;
}

/* ---- V12 ---- */

static int address_index(const struct ra_side *side, const struct ra_checking *c)
{
    (void)side;
    (void)c;
    return RA_IX_ADDRESS;
}

static int upn_index(const struct ra_side *side, const struct ra_checking *c)
{
    (void)side;
    (void)c;
    return RA_IX_UPN;
}

static int one_address(struct ra_checking *c, const struct ra_key_group *g)
{
    bool primary = false;

    for (size_t i = 0; i < g->n; i++)
        primary |= ra_checking_in_scope(c, g->all[i].number) && (g->all[i].bits & RA_ENTRY_PRIMARY);
    name_all(c, g, primary ? RA_R_DUP_PRIMARY : RA_R_DUP_ADDRESS);
    return 0;
}

static int one_upn(struct ra_checking *c, const struct ra_key_group *g)
{
    name_all(c, g, RA_R_DUP_UPN);
    return 0;
}

/* A UPN that Entra ID makes in the place of one that it does not take (row 46): not in the index.
 */
struct made_upn {
    struct ra_str upn;
    uint32_t number;
};

struct made {
    struct made_upn *all;
    size_t n, cap;
    struct ra_arena arena, scratch;
};

static int make_upn(struct ra_checking *c, uint32_t number, struct made *m)
{
    struct ra_ad_object o;
    struct ra_str upn;
    bool replaced = false;
    int rc = ra_checking_ad(c, number, &o);

    if (rc != 0 || o.kind != RA_USER)
        return rc;
    ra_arena_reset(&m->scratch);
    upn = ra_effective_upn(&o, ra_ad_login(&o, &m->scratch), c->in->tenant, &m->scratch, &replaced);
    if (!replaced || ra_str_absent(upn))
        return 0;
    m->all = ra_grow(m->all, &m->cap, m->n + 1, sizeof *m->all);
    m->all[m->n++] = (struct made_upn){{ra_arena_copy(&m->arena, upn.p, upn.n), upn.n}, number};
    return 0;
}

static int by_upn(const void *a, const void *b)
{
    const struct made_upn *x = a, *y = b;
    int d = ra_str_cmp(x->upn, y->upn);

    return d ? d : (x->number > y->number) - (x->number < y->number);
}

static void found_upn(struct ra_checking *c, const struct made_upn *m, uint32_t other)
{
    struct ra_verify_finding *f =
        ra_found(c, RA_R_DUP_UPN, RA_USER, m->number, ra_checking_verdict(c, m->number)->cloud);

    f->other_ad = other;
    ra_found_value(c, f, m->upn);
}

/* Somebody whose own UPN this is. */
static int ask_upn(struct ra_checking *c, const struct made_upn *m)
{
    struct ra_lookup_index l;
    struct ra_entry e;
    int rc = 0;

    for (size_t d = 0; rc == 0 && d < c->in->ad_n; d++) {
        ra_lookup_open(&c->in->ad[d], RA_IX_UPN, &l);
        rc = ra_lookup_seek(&l, m->upn);
        while (rc >= 0 && (rc = ra_lookup_next(&l, m->upn, &e)) > 0)
            if (c->base[d] + e.seq != m->number && ra_checking_in_scope(c, c->base[d] + e.seq))
                found_upn(c, m, c->base[d] + e.seq);
        ra_lookup_close(&l);
    }
    return rc < 0 ? ra_checking_damaged(c, RA_STR("ad")) : 0;
}

static int made_upns(struct ra_checking *c)
{
    struct made m = {0};
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < c->ad_n; i++)
        if (ra_checking_in_scope(c, i))
            rc = make_upn(c, i, &m);
    if (m.n)
        qsort(m.all, m.n, sizeof *m.all, by_upn);
    for (size_t i = 0; rc == 0 && i < m.n; i++) {
        if (i && ra_str_eq(m.all[i].upn, m.all[i - 1].upn))
            found_upn(c, &m.all[i], m.all[i - 1].number);
        rc = ask_upn(c, &m.all[i]);
    }
    free(m.all);
    ra_arena_free(&m.arena);
    ra_arena_free(&m.scratch);
    return rc;
}

int ra_check_shared(struct ra_checking *c)
{
    int rc = ra_shared_in_ad(c, anchor_index, one_anchor);

    if (rc == 0 && c->anchor.kind != RA_ANCHOR_OBJECT_GUID)
        rc = ra_shared_in_ad(c, guid_index, one_guid);
    if (rc == 0)
        rc = ra_shared_in_cloud(c, RA_IX_ANCHOR, one_cloud_anchor);
    if (rc == 0)
        rc = ra_shared_in_ad(c, address_index, one_address);
    if (rc == 0)
        rc = ra_shared_in_ad(c, upn_index, one_upn);
    return rc == 0 ? made_upns(c) : rc;
}
