#include "recovery/report/kin.h"

#include "recovery/model/anchor.h"
#include "recovery/model/lookup.h"
#include "recovery/report/remedy.h"

#include <stdlib.h>

struct keys {
    struct ra_lookup_index sid, tie, anchor;
    uint32_t base;
};

struct ra_kin_reader {
    const struct ra_report_input *in;
    struct ra_lookup_index cloud_sid;
    struct keys *ad; /* one for each directory */
};

struct ra_kin_reader *ra_kin_open(const struct ra_report_input *in)
{
    struct ra_kin_reader *k = ra_calloc(1, sizeof *k);
    struct ra_anchor_attribute by = ra_anchor_attribute(ra_report_anchor(in));
    uint32_t base = 0;

    k->in = in;
    k->ad = ra_calloc(in->ad_n + 1, sizeof *k->ad);
    ra_lookup_open(in->cloud, RA_IX_SID, &k->cloud_sid);
    for (size_t d = 0; d < in->ad_n; base += in->ad[d++].count) {
        k->ad[d].base = base;
        ra_lookup_open(&in->ad[d], RA_IX_SID, &k->ad[d].sid);
        ra_lookup_open(&in->ad[d], RA_IX_TIE, &k->ad[d].tie);
        ra_lookup_open(&in->ad[d], ra_anchor_index(&in->ad[d], &by), &k->ad[d].anchor);
    }
    return k;
}

void ra_kin_close(struct ra_kin_reader **kp)
{
    struct ra_kin_reader *k = *kp;

    ra_lookup_close(&k->cloud_sid);
    for (size_t d = 0; d < k->in->ad_n; d++) {
        ra_lookup_close(&k->ad[d].sid);
        ra_lookup_close(&k->ad[d].tie);
        ra_lookup_close(&k->ad[d].anchor);
    }
    free(k->ad);
    free(k);
    *kp = NULL;
}

bool ra_kin_in_scope(const struct ra_report_input *in, uint32_t ad)
{
    const struct ra_verdict *v = ra_report_verdict_of_ad(in->result, ad);

    return v && v->code != RA_SKIP_SCOPE && v->code != RA_SKIP_LINKED;
}

/* ---- asking every directory ---- */

/* What a holder of a key must be like, beside not being deleted. */
struct wanted {
    uint32_t but; /* an AD number that does not count */
    int kind;     /* or -1 */
    int master;   /* of the index of ties: 1 for who has the key as master account, 0 for who has
                     it in its history */
    bool in_scope;
};

static bool suits(const struct ra_kin_reader *k, const struct wanted *w, const struct ra_entry *e,
                  uint32_t number)
{
    return !(e->bits & RA_ENTRY_DELETED) && number != w->but &&
           (w->kind < 0 || e->kind == w->kind) && !!(e->bits & RA_ENTRY_MASTER) == w->master &&
           (!w->in_scope || ra_kin_in_scope(k->in, number));
}

static int damaged(struct ra_str side, struct ra_err *err)
{
    ra_fail(err, RA_EINTEGRITY, "snapshot " RA_STR_FMT ": an index is damaged", RA_STR_ARG(side));
    return ra_hint(err, "read the side again: reanchor fetch --full");
}

/* The first in the order of the directories, or RA_NONE. */
static int ask(struct ra_kin_reader *k, size_t index, struct ra_str key, const struct wanted *w,
               uint32_t *out, struct ra_err *err)
{
    struct ra_entry e;

    *out = RA_NONE;
    for (size_t d = 0; d < k->in->ad_n && !ra_str_absent(key); d++) {
        struct ra_lookup_index *l = (struct ra_lookup_index *)((char *)&k->ad[d] + index);
        int rc = ra_lookup_seek(l, key);
        while (rc >= 0 && (rc = ra_lookup_next(l, key, &e)) > 0)
            if (suits(k, w, &e, k->ad[d].base + e.seq)) {
                *out = k->ad[d].base + e.seq;
                return 0;
            }
        if (rc < 0)
            return damaged(k->in->ad[d].name, err);
    }
    return 0;
}

#define BY(index) offsetof(struct keys, index)

/* ---- one object's ---- */

static int find_master(struct ra_kin_reader *k, const struct ra_ad_object *o,
                       const struct ra_verdict *v, struct ra_kin *out, struct ra_err *err)
{
    const struct wanted w = {.but = v->ad, .kind = -1, .in_scope = true};
    int rc = ask(k, BY(sid), o->master_account_sid, &w, &out->master, err);

    if (rc == 0 && out->master == RA_NONE)
        rc = ask(k, BY(tie), o->master_account_sid, &w, &out->former_master, err);
    return rc;
}

static int find_in_cloud(struct ra_kin_reader *k, const struct ra_ad_object *o,
                         const struct ra_verdict *v, struct ra_kin *out, struct ra_err *err)
{
    struct ra_str rest = o->sid_history.bytes, sid;
    struct ra_cloud_object peer;
    struct ra_entry e;
    int rc = 0;

    if (v->cloud != RA_NONE &&
        !ra_cloud_decode(k->in->cloud->record(k->in->cloud->ctx, v->cloud), &peer))
        return damaged(k->in->cloud->name, err);
    while (rc >= 0 && ra_list_next(&rest, &sid)) {
        if (v->cloud != RA_NONE && ra_str_eq(peer.sid, sid))
            out->peer_in_history = true;
        if (out->history_cloud != RA_NONE)
            continue;
        rc = ra_lookup_live(&k->cloud_sid, sid, v->cloud, &e);
        if (rc > 0 && e.kind == o->kind)
            out->history_cloud = e.seq;
    }
    return rc < 0 ? damaged(k->in->cloud->name, err) : 0;
}

int ra_kin_find(struct ra_kin_reader *k, const struct ra_ad_object *o, const struct ra_verdict *v,
                struct ra_kin *out, struct ra_err *err)
{
    int rc = 0;

    *out = (struct ra_kin){RA_NONE, RA_NONE, RA_NONE, false, RA_NONE, RA_NONE, RA_NONE, RA_NONE};
    if (v->code == RA_SKIP_LINKED)
        rc = find_master(k, o, v, out, err);
    if (rc == 0 && o->sid_history.count)
        rc = find_in_cloud(k, o, v, out, err);
    return rc;
}

static int find_source(struct ra_kin_reader *k, const struct ra_ad_object *o,
                       const struct ra_verdict *v, struct ra_kin *out, struct ra_err *err)
{
    const struct wanted w = {.but = v->ad, .kind = (int)o->kind};
    struct ra_str rest = o->sid_history.bytes, sid;
    int rc = 0;

    while (rc == 0 && out->migrated_from == RA_NONE && ra_list_next(&rest, &sid))
        rc = ask(k, BY(sid), sid, &w, &out->migrated_from, err);
    return rc;
}

int ra_kin_all(struct ra_kin_reader *k, const struct ra_ad_object *o, const struct ra_verdict *v,
               struct ra_str anchor, struct ra_kin *out, struct ra_err *err)
{
    const struct wanted mailbox = {.but = v->ad, .kind = RA_USER, .master = 1};
    const struct wanted later = {.but = v->ad, .kind = (int)o->kind};
    const struct wanted twin = {.but = v->ad, .kind = (int)o->kind, .in_scope = true};
    int rc = ra_kin_find(k, o, v, out, err);

    if (rc == 0)
        rc = find_source(k, o, v, out, err);
    if (rc == 0)
        rc = ask(k, BY(tie), o->sid, &mailbox, &out->mailbox, err);
    if (rc == 0)
        rc = ask(k, BY(tie), o->sid, &later, &out->migrated_to, err);
    if (rc == 0 && o->kind == RA_USER && ra_kin_in_scope(k->in, v->ad))
        rc = ask(k, BY(anchor), anchor, &twin, &out->twin, err);
    return rc;
}
