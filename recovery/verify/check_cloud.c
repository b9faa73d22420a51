/* Cloud objects one by one: the form of anchors (V1), errors of provisioning (V9), and users that
 * have an anchor and are not synced (V13). */
#include "recovery/model/address.h"
#include "recovery/model/lookup.h"
#include "recovery/verify/checking.h"

#include <stdlib.h>
#include <string.h>

struct cloud_walk {
    struct ra_checking *c;
    struct ra_lookup_index *anchors; /* of each directory, when the anchor is a custom attribute */
    struct ra_side_cursor *soa;
    struct ra_arena scratch;
};

/* domain 1.2: 22 characters and "==", of which the last carries two bits only. The strict decoder
 * refuses what is not canonical. */
static bool canonical(struct ra_str anchor)
{
    unsigned char bytes[RA_ANCHOR_TEXT];
    size_t n = sizeof bytes;

    return anchor.n == RA_ANCHOR_TEXT - 1 && ra_base64_decode(anchor, bytes, &n) && n == 16;
}

static int check_form(struct cloud_walk *w, const struct ra_cloud_object *o, uint32_t seq)
{
    struct ra_verify_finding *f;
    struct ra_entry e;
    int rc = 0;

    if (canonical(o->immutable_id))
        return 0;
    for (size_t d = 0; w->anchors && d < w->c->in->ad_n; d++) {
        rc = ra_lookup_seek(&w->anchors[d], o->immutable_id);
        if (rc >= 0)
            rc = ra_lookup_next(&w->anchors[d], o->immutable_id, &e);
        if (rc != 0)
            return rc > 0 ? 0 : ra_checking_damaged(w->c, w->c->in->ad[d].name);
    }
    f = ra_found(w->c, RA_R_ANCHOR_FORM, o->kind, w->c->peer[seq], seq);
    ra_found_value(w->c, f, o->immutable_id);
    return 0;
}

/* domain 4: a placeholder, unless it is what AD says. */
static int check_placeholder(struct cloud_walk *w, const struct ra_cloud_object *o, uint32_t seq)
{
    struct ra_str ours = {NULL, 0};
    struct ra_ad_object ad;
    bool replaced;
    int rc = 0;

    if (!ra_upn_is_placeholder(o->upn, w->c->in->tenant))
        return 0;
    if (w->c->peer[seq] != RA_NONE) {
        rc = ra_checking_ad(w->c, w->c->peer[seq], &ad);
        if (rc == 0)
            ours = ra_effective_upn(&ad, ra_ad_login(&ad, &w->scratch), w->c->in->tenant,
                                    &w->scratch, &replaced);
    }
    if (rc == 0 && !ra_str_eq_fold(ours, o->upn))
        ra_found_value(w->c, ra_found(w->c, RA_R_PLACEHOLDER, o->kind, w->c->peer[seq], seq),
                       o->upn);
    return rc;
}

static struct ra_str folded(struct ra_str s, struct ra_arena *a)
{
    char *copy = ra_arena_alloc(a, s.n + 1);

    ra_fold_into(copy, s.p, s.n);
    return ra_str_n(copy, s.n);
}

/* domain 2.4: anchored and not synced is ambiguous until isCloudManaged is known. */
static int check_unsynced(struct cloud_walk *w, const struct ra_cloud_object *o, uint32_t seq)
{
    const struct ra_side *cloud = w->c->in->cloud;
    struct ra_str id = folded(o->id, &w->scratch), key, value = {NULL, 0};
    int rc = w->soa ? cloud->seek(w->soa, id) : 0;

    if (rc == 0 && w->soa)
        rc = cloud->next(w->soa, &key, &value);
    if (rc < 0)
        return ra_checking_damaged(w->c, cloud->name);
    if (rc == 0 || !ra_str_eq(key, id))
        ra_found(w->c, RA_R_UNSYNCED_UNKNOWN, o->kind, w->c->peer[seq], seq);
    else if (!ra_str_eq(value, RA_STR("1")))
        ra_found(w->c, RA_R_UNSYNCED, o->kind, w->c->peer[seq], seq);
    return 0;
}

static int check_object(struct cloud_walk *w, const struct ra_cloud_object *o, uint32_t seq)
{
    bool anchored = o->kind == RA_USER && !ra_str_absent(o->immutable_id);
    bool synced = ra_cloud_is_synced(o);
    int rc = 0;

    if (o->deleted)
        return 0;
    if (anchored)
        rc = check_form(w, o, seq);
    if (!ra_str_absent(o->provisioning_errors))
        ra_found_value(w->c, ra_found(w->c, RA_R_PROVISIONING_ERROR, o->kind, w->c->peer[seq], seq),
                       o->provisioning_errors);
    if (rc == 0 && o->kind == RA_USER && synced)
        rc = check_placeholder(w, o, seq);
    if (rc == 0 && anchored && !synced)
        rc = check_unsynced(w, o, seq);
    return rc;
}

static void open_anchors(struct cloud_walk *w)
{
    const struct ra_report_input *in = w->c->in;

    if (w->c->anchor.kind != RA_ANCHOR_CUSTOM)
        return;
    w->anchors = ra_calloc(in->ad_n + 1, sizeof *w->anchors);
    for (size_t d = 0; d < in->ad_n; d++)
        ra_lookup_open(&in->ad[d], ra_anchor_index(&in->ad[d], &w->c->anchor), &w->anchors[d]);
}

int ra_check_cloud(struct ra_checking *c)
{
    const struct ra_side *cloud = c->in->cloud;
    struct cloud_walk w = {.c = c};
    struct ra_cloud_object o;
    int rc = 0;

    open_anchors(&w);
    w.soa = cloud->open_facts ? cloud->open_facts(cloud->ctx, RA_FACT_SOA) : NULL;
    for (uint32_t seq = 0; rc == 0 && seq < cloud->count; seq++) {
        ra_arena_reset(&w.scratch);
        rc = ra_checking_cloud(c, seq, &o);
        if (rc == 0)
            rc = check_object(&w, &o, seq);
    }
    if (w.soa)
        cloud->close(w.soa);
    for (size_t d = 0; w.anchors && d < c->in->ad_n; d++)
        ra_lookup_close(&w.anchors[d]);
    free(w.anchors);
    ra_arena_free(&w.scratch);
    return rc;
}
