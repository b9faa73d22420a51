/* Cloud objects that nothing in AD claimed. */
#include "tests/property/oracle_inner.h"

static bool claims_its_peer(const struct ruling *r)
{
    return is_family(r, "MATCH_") || is_family(r, "SOFT_") || is_family(r, "UNKNOWN_") ||
           is(r, "SKIP_SOA_CLOUD") || (is_family(r, "BLOCK_") && r->claims_block) ||
           r->smtp_contact;
}

/* The objects whose anchor AD holds in another spelling: peers of an ANCHOR_DRIFT or -CONFLICT. */
static void mark_peers(struct oracle *o, bool *drifted)
{
    for (size_t i = 0; i < o->org->ad_n; i++) {
        const struct ruling *r = &o->rulings[i];

        if (r->says.peer < 0)
            continue;
        if (claims_its_peer(r))
            o->claimed[r->says.peer] = true;
        if (is_family(r, "ANCHOR_"))
            drifted[r->says.peer] = true;
    }
}

static bool is_out_of_scope(const struct oracle *o, size_t c)
{
    const struct org_cloud *is = &o->org->cloud[c];

    switch (is->kind) {
    case ORG_USER:
        return book_has(&o->books[SKIPPED_ANCHOR], is->immutable_id);
    case ORG_GROUP:
        return book_has(&o->books[SKIPPED_SID], is->sid);
    case ORG_CONTACT:
        return book_has(&o->books[SKIPPED_PRIMARY], o->cloud[c].mail.primary);
    case ORG_COMPUTER:
    case ORG_DEVICE:
        break;
    }
    return book_has(&o->books[SKIPPED_GUID], o->cloud[c].device_guid);
}

static bool is_deleted_in_ad(const struct oracle *o, size_t c)
{
    const struct org_cloud *is = &o->org->cloud[c];

    switch (is->kind) {
    case ORG_USER:
        return book_has(&o->books[GONE_ANCHOR], is->immutable_id) ||
               book_has(&o->books[GONE_SID], is->sid);
    case ORG_GROUP:
        return book_has(&o->books[GONE_SID], is->sid);
    case ORG_CONTACT:
        return false;
    case ORG_COMPUTER:
    case ORG_DEVICE:
        break;
    }
    return book_has(&o->books[GONE_GUID], o->cloud[c].device_guid);
}

static void orphan(struct oracle *o, size_t c, bool drifted)
{
    struct outcome *says = &o->out->cloud[c];

    says->code = "ORPHAN";
    says->row = 43;
    if (drifted) {
        says->cause = "anchor-drift";
    } else if (is_out_of_scope(o, c)) {
        says->cause = "out-of-scope";
        says->row = 32;
    } else if (is_deleted_in_ad(o, c)) {
        says->cause = "ad-deleted";
    } else {
        says->cause = "not-found";
    }
}

static void leftover(struct oracle *o, size_t c, bool drifted)
{
    const struct org_cloud *is = &o->org->cloud[c];
    struct outcome *says = &o->out->cloud[c];

    if (o->cloud[c].synced) {
        orphan(o, c, drifted);
    } else if (is->kind == ORG_USER && present(is->immutable_id)) {
        says->code = "STALE_ANCHOR";
        if (is_deleted_in_ad(o, c)) {
            says->cause = "ad-deleted";
            says->row = 45;
        }
    } else {
        says->code = "CLOUD_ONLY";
    }
    says->peer = (int)c;
}

void decide_leftovers(struct oracle *o)
{
    bool *drifted = ra_arena_alloc(o->arena, o->org->cloud_n + 1);

    for (size_t c = 0; c < o->org->cloud_n; c++)
        drifted[c] = false;
    mark_peers(o, drifted);
    for (size_t c = 0; c < o->org->cloud_n; c++) {
        if (o->claimed[c])
            continue;
        if (o->cloud[c].live)
            leftover(o, c, drifted[c]);
        else
            o->out->summary.deleted_unclaimed++;
    }
}
