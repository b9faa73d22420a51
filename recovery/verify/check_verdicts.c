/* What the decision over both sides already says, as findings: V2, V4, V5, V6, V8, V10, V11. */
#include "recovery/model/address.h"
#include "recovery/model/lookup.h"
#include "recovery/report/kin.h"
#include "recovery/verify/checking.h"

#include <string.h>

#define GUID_BYTES 16

struct walk {
    struct ra_checking *c;
    struct ra_lookup_index sid, upn; /* of the cloud */
    struct ra_kin_reader *kin;       /* master accounts, and what SID histories lead to */
    struct ra_arena scratch;
    uint64_t unread; /* migrated users whose identifier was not read */
};

static bool warned(const struct ra_verdict *v, enum ra_warning w)
{
    return v->warnings & 1u << w;
}

/* ---- V2, V6: whose anchor it is ---- */

/* Who else the AD object's SID, or its UPN, leads to (V6, the most dangerous finding there is). */
static int find_other(struct walk *w, const struct ra_verdict *v, uint32_t *other)
{
    struct ra_ad_object o;
    struct ra_entry e;
    bool replaced;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc == 0)
        rc = ra_lookup_live(&w->sid, o.sid, v->cloud, &e);
    if (rc == 0)
        rc = ra_lookup_live(&w->upn,
                            ra_effective_upn(&o, ra_ad_login(&o, &w->scratch), w->c->in->tenant,
                                             &w->scratch, &replaced),
                            v->cloud, &e);
    if (rc > 0)
        *other = e.seq;
    return rc < 0 ? ra_checking_damaged(w->c, w->c->in->cloud->name) : 0;
}

/* A pair by its anchor that is blocked, or that nobody can judge: the decision does not go on to
 * ask whether it is the right person. */
static bool blocked_pair(const struct ra_verdict *v)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;

    return v->kind == RA_USER && v->cloud != RA_NONE && v->code != RA_BLOCK_DUP_ANCHOR &&
           (in == RA_CLASS_BLOCKED || in == RA_CLASS_UNKNOWN);
}

static int check_blocked_pair(struct walk *w, const struct ra_verdict *v)
{
    struct ra_verify_finding *f;
    struct ra_cloud_object c;
    struct ra_ad_object o;
    uint32_t other = RA_NONE;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc == 0)
        rc = ra_checking_cloud(w->c, v->cloud, &c);
    if (rc != 0 || ra_str_absent(o.sid) || ra_str_absent(c.sid) || ra_str_eq(o.sid, c.sid) ||
        !ra_str_eq(ra_anchor_of(&o, &w->c->anchor, &w->scratch), c.immutable_id))
        return rc;
    rc = find_other(w, v, &other);
    f = ra_found(w->c, other == RA_NONE ? RA_R_SID_OTHER : RA_R_SID_CROSS, v->kind, v->ad,
                 v->cloud);
    f->other_cloud = other;
    return rc;
}

static int sid_differs(struct walk *w, const struct ra_verdict *v)
{
    struct ra_ad_object o;
    struct ra_kin kin;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc == 0)
        rc = ra_kin_find(w->kin, &o, v, &kin, w->c->err);
    if (rc == 0)
        ra_found(w->c, kin.peer_in_history ? RA_R_SID_MIGRATED : RA_R_SID_OTHER, v->kind, v->ad,
                 v->cloud);
    return rc;
}

static int check_pair(struct walk *w, const struct ra_verdict *v)
{
    struct ra_verify_finding *f;

    if (v->code == RA_ANCHOR_DRIFT) {
        ra_found(w->c, RA_R_ANCHOR_DIFFERS, v->kind, v->ad, v->cloud);
        ra_found(w->c, RA_R_SID_DRIFT, v->kind, v->ad, v->cloud);
    } else if (v->code == RA_ANCHOR_CONFLICT) {
        ra_found(w->c, v->kind == RA_GROUP ? RA_R_ANCHOR_DIFFERS_GROUP : RA_R_ANCHOR_DIFFERS_NAME,
                 v->kind, v->ad, v->cloud);
    } else if (v->code == RA_CONFLICT_SID) {
        ra_found(w->c, RA_R_SID_UNANCHORED, v->kind, v->ad, v->cloud);
    } else if (warned(v, RA_WARN_CROSS)) {
        f = ra_found(w->c, RA_R_SID_CROSS, v->kind, v->ad, v->cloud);
        return find_other(w, v, &f->other_cloud);
    } else if (warned(v, RA_WARN_SID)) {
        return sid_differs(w, v);
    } else if (blocked_pair(v)) {
        return check_blocked_pair(w, v);
    }
    return 0;
}

/* ---- V4, V5: ConsistencyGuid and onPremisesObjectIdentifier ---- */

static void check_identifier(struct walk *w, const struct ra_verdict *v)
{
    if (v->blocks & UINT64_C(1) << RA_BLOCK_OOI)
        ra_found(w->c, RA_R_IDENTIFIER, v->kind, v->ad, v->cloud);
    else if (warned(v, RA_WARN_BYPASS))
        ra_found(w->c, RA_R_IDENTIFIER_BYPASS, v->kind, v->ad, v->cloud);
}

static int check_consistency_guid(struct walk *w, const struct ra_verdict *v)
{
    bool anchors = w->c->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID;
    struct ra_ad_object o;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc != 0)
        return rc;
    if (ra_str_absent(o.consistency_guid))
        return 0;
    if (o.consistency_guid.n != GUID_BYTES) {
        ra_found(w->c, anchors ? RA_R_LENGTH_ANCHOR : RA_R_LENGTH_FOREIGN, v->kind, v->ad,
                 v->cloud);
    } else if (v->kind == RA_USER && !ra_str_eq(o.consistency_guid, o.guid)) {
        w->c->out->migrated++;
        w->unread += anchors && (warned(v, RA_WARN_OOI_UNKNOWN) || v->code == RA_UNKNOWN_OOI);
    }
    return 0;
}

/* ---- V8, V10, V11: who has no peer ---- */

static void check_orphan(struct walk *w, const struct ra_verdict *v)
{
    struct ra_verify_finding *f;

    if (v->cause == RA_CAUSE_ANCHOR_DRIFT) /* V2 names it with its AD object */
        return;
    f = ra_found(w->c, v->kind == RA_USER ? RA_R_ORPHAN : RA_R_ORPHAN_HARD, v->kind, RA_NONE,
                 v->cloud);
    ra_found_value(w->c, f, ra_str(ra_cause_name((enum ra_cause)v->cause)));
}

/* domain 1.5: the master account joins by its SID, in whatever forest it is */
static int check_linked(struct walk *w, const struct ra_verdict *v)
{
    struct ra_verify_finding *f;
    struct ra_ad_object o;
    struct ra_kin kin;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc == 0)
        rc = ra_kin_find(w->kin, &o, v, &kin, w->c->err);
    if (rc != 0 || kin.master != RA_NONE)
        return rc;
    f = ra_found(w->c, kin.former_master == RA_NONE ? RA_R_LINKED : RA_R_LINKED_FORMER, v->kind,
                 v->ad, v->cloud);
    ra_found_value(w->c, f, o.master_account_sid);
    return 0;
}

/* What a migration left behind in the cloud: nothing in AD has its anchor any more. */
static int check_history(struct walk *w, const struct ra_verdict *v)
{
    struct ra_verify_finding *f;
    struct ra_ad_object o;
    struct ra_kin kin;
    int rc = ra_checking_ad(w->c, v->ad, &o);

    if (rc == 0)
        rc = ra_kin_find(w->kin, &o, v, &kin, w->c->err);
    if (rc != 0 || kin.history_cloud == RA_NONE || w->c->peer[kin.history_cloud] != RA_NONE)
        return rc;
    f = ra_found(w->c, RA_R_SID_HISTORY, v->kind, v->ad, v->cloud);
    f->other_cloud = kin.history_cloud;
    return 0;
}

static int check_one(struct walk *w, const struct ra_verdict *v)
{
    int rc;

    if (v->code == RA_ORPHAN)
        check_orphan(w, v);
    if (v->ad == RA_NONE)
        return 0;
    if (v->code == RA_SKIP_SCOPE && v->cause == RA_CAUSE_REPLICATION_CONFLICT)
        ra_found(w->c, RA_R_REPLICATION_CONFLICT, v->kind, v->ad, v->cloud);
    if (v->code == RA_SKIP_LINKED)
        return check_linked(w, v);
    if (v->code == RA_SKIP_SCOPE || v->code == RA_SKIP_NO_ANCHOR)
        return 0;
    if (v->code == RA_ADD)
        ra_found(w->c, RA_R_NO_PEER, v->kind, v->ad, RA_NONE);
    check_identifier(w, v);
    rc = ra_checking_tied(w->c, v->ad) ? check_history(w, v) : 0;
    if (rc == 0)
        rc = check_pair(w, v);
    return rc == 0 && (v->kind == RA_USER || v->kind == RA_GROUP) ? check_consistency_guid(w, v)
                                                                  : rc;
}

static void open_indexes(struct walk *w)
{
    const struct ra_report_input *in = w->c->in;

    ra_lookup_open(in->cloud, RA_IX_SID, &w->sid);
    ra_lookup_open(in->cloud, RA_IX_UPN, &w->upn);
    w->kin = ra_kin_open(in);
}

static void close_indexes(struct walk *w)
{
    ra_lookup_close(&w->sid);
    ra_lookup_close(&w->upn);
    ra_kin_close(&w->kin);
    ra_arena_free(&w->scratch);
}

int ra_check_verdicts(struct ra_checking *c)
{
    struct walk w = {.c = c};
    int rc = 0;

    open_indexes(&w);
    for (size_t i = 0; rc == 0 && i < c->in->result->verdicts_n; i++) {
        ra_arena_reset(&w.scratch);
        rc = check_one(&w, &c->in->result->verdicts[i]);
    }
    if (w.unread)
        ra_not_checked(c, 5, w.unread,
                       "onPremisesObjectIdentifier of users whose anchor is not their objectGUID "
                       "was not read");
    close_indexes(&w);
    return rc;
}
