#include "recovery/report/remedy.h"

#include "recovery/model/anchor.h"
#include "recovery/report/pieces.h"

#include <string.h>

struct ra_str ra_report_anchor(const struct ra_report_input *in)
{
    const struct ra_detection *d = &in->result->detection;

    return d->candidates_n ? d->candidates[d->chosen].name : RA_STR("mS-DS-ConsistencyGuid");
}

/* ---- the repair of an anchor ---- */

enum ra_fix ra_fix_of(const struct ra_report_input *in, const struct ra_row *row,
                      unsigned char guid[16])
{
    struct ra_fix_facts facts = {.code = (enum ra_verdict_code)row->v->code,
                                 .ad = (enum ra_kind)row->v->kind,
                                 .cloud = row->cloud.kind,
                                 .immutable_id = row->f[RA_F_CLOUD_IMMUTABLE],
                                 .anchor = ra_anchor_attribute(ra_report_anchor(in)).kind,
                                 .contended = row->contended};

    return ra_fix_rule(&facts, guid);
}

/* ---- choosing the pieces ---- */

static void add(struct ra_remedy *r, enum ra_piece piece)
{
    if (r->n < RA_REMEDY_PIECES)
        r->piece[r->n++] = (uint8_t)piece;
}

/* onPremisesObjectIdentifier set to another object's GUID: the next export would fail on it. */
static bool bound_elsewhere(const struct ra_row *row)
{
    struct ra_str ooi = row->f[RA_F_CLOUD_OOI];

    return !ra_str_absent(ooi) && !ra_str_eq(ooi, row->f[RA_F_GUID]);
}

static void add_fix(const struct ra_report_input *in, const struct ra_row *row, struct ra_remedy *r)
{
    static const enum ra_piece pieces[] = {
        [RA_FIX_WRITE] = RA_P_FIX_WRITE,         [RA_FIX_CONFIRM] = RA_P_FIX_CONFIRM,
        [RA_FIX_CONTENDED] = RA_P_FIX_CONTENDED, [RA_FIX_MODE] = RA_P_FIX_MODE,
        [RA_FIX_VALUE] = RA_P_FIX_VALUE,         [RA_FIX_UNSEEN] = RA_P_FIX_UNSEEN,
    };
    unsigned char guid[16];
    enum ra_fix fix = ra_fix_of(in, row, guid);

    add(r, pieces[fix]);
    if (fix <= RA_FIX_CONTENDED && bound_elsewhere(row))
        add(r, RA_P_FIX_BINDING);
}

static enum ra_piece anchor_piece(const struct ra_row *row)
{
    bool synced = row->synced == RA_YES;

    if (row->v->code == RA_ANCHOR_DRIFT)
        return synced ? RA_P_DRIFT_SYNCED : RA_P_DRIFT_LOOSE;
    if (row->v->kind == RA_GROUP)
        return RA_P_CONFLICT_SYNCED_GROUP;
    return synced ? RA_P_CONFLICT_SYNCED : RA_P_CONFLICT_LOOSE;
}

static void add_orphan(const struct ra_row *row, struct ra_remedy *r)
{
    static const enum ra_piece causes_of[RA_CAUSES] = {
        [RA_CAUSE_ANCHOR_DRIFT] = RA_P_ORPHAN_DRIFT,
        [RA_CAUSE_OUT_OF_SCOPE] = RA_P_ORPHAN_SCOPE,
        [RA_CAUSE_AD_DELETED] = RA_P_ORPHAN_DELETED,
    };
    enum ra_piece why = causes_of[row->v->cause];

    add(r, row->v->kind == RA_USER ? RA_P_ORPHAN_USER : RA_P_ORPHAN_HARD);
    add(r, why ? why : RA_P_ORPHAN_NOT_FOUND);
}

static enum ra_piece add_piece(const struct ra_row *row)
{
    static const enum ra_piece pieces[RA_KINDS] = {
        [RA_USER] = RA_P_ADD_USER,       [RA_GROUP] = RA_P_ADD_GROUP,
        [RA_CONTACT] = RA_P_ADD_CONTACT, [RA_COMPUTER] = RA_P_ADD_COMPUTER,
        [RA_DEVICE] = RA_P_ADD_COMPUTER,
    };

    return pieces[row->v->kind];
}

static enum ra_piece soft_flag_piece(const struct ra_row *row)
{
    if (row->v->kind == RA_USER)
        return RA_P_SOFT_FLAG_USER;
    return row->v->kind == RA_COMPUTER ? RA_P_SOFT_FLAG_DEVICE : RA_P_SOFT_FLAG_OTHER;
}

/* Reached through a soft match that stamping makes a hard one: the candidate has no anchor yet. */
static enum ra_piece hard_flag_piece(const struct ra_row *row)
{
    return row->v->kind == RA_USER && ra_str_absent(row->f[RA_F_CLOUD_IMMUTABLE])
               ? RA_P_HARD_FLAG_STAMP
               : RA_P_HARD_FLAG;
}

static enum ra_piece proxy_piece(const struct ra_row *row)
{
    struct ra_str ours = row->f[RA_F_SMTP];

    return !ra_str_absent(ours) && ra_str_eq(ours, row->f[RA_F_CLOUD_SMTP]) ? RA_P_PROXY_MANY
                                                                            : RA_P_PROXY;
}

static enum ra_piece dup_piece(const struct ra_report_input *in, const struct ra_row *row)
{
    enum ra_anchor_kind kind = ra_anchor_attribute(ra_report_anchor(in)).kind;
    bool writable = row->v->kind == RA_USER ? kind != RA_ANCHOR_OBJECT_GUID
                                            : kind == RA_ANCHOR_CONSISTENCY_GUID;

    return writable ? RA_P_DUP_ANCHOR : RA_P_DUP_ANCHOR_GUID;
}

static enum ra_piece linked_piece(const struct ra_row *row)
{
    if (row->kin.master != RA_NONE)
        return RA_P_LINKED_MASTER;
    return row->kin.former_master != RA_NONE ? RA_P_LINKED_FORMER : RA_P_LINKED;
}

/* The codes whose text depends on more than the code; the rest stand in the table below. */
static void add_special(const struct ra_report_input *in, const struct ra_row *row,
                        struct ra_remedy *r)
{
    enum ra_verdict_code code = (enum ra_verdict_code)row->v->code;

    if (code == RA_ANCHOR_DRIFT || code == RA_ANCHOR_CONFLICT) {
        add(r, anchor_piece(row));
        add_fix(in, row, r);
    } else if (code == RA_ORPHAN)
        add_orphan(row, r);
    else if (code == RA_ADD)
        add(r, add_piece(row));
    else if (code == RA_SOFT_SMTP)
        add(r, row->v->kind == RA_USER ? RA_P_SOFT_SMTP_USER : RA_P_SOFT_SMTP_OTHER);
    else if (code == RA_BLOCK_SOFT_FLAG)
        add(r, soft_flag_piece(row));
    else if (code == RA_BLOCK_HARD_FLAG)
        add(r, hard_flag_piece(row));
    else if (code == RA_CONFLICT_PROXY)
        add(r, proxy_piece(row));
    else if (code == RA_BLOCK_DUP_ANCHOR)
        add(r, dup_piece(in, row));
    else if (code == RA_SKIP_LINKED)
        add(r, linked_piece(row));
    else if (code == RA_STALE_ANCHOR)
        add(r, row->v->cause == RA_CAUSE_AD_DELETED ? RA_P_STALE_DELETED : RA_P_STALE);
}

#define SPECIAL RA_PIECES

static const enum ra_piece by_code[RA_VERDICT_CODES] = {
    [RA_MATCH_HARD] = RA_P_NOTHING,
    [RA_MATCH_SID] = RA_P_NOTHING_SID,
    [RA_MATCH_SMTP] = RA_P_NOTHING_SMTP,
    [RA_MATCH_DEVICE] = RA_P_NOTHING_DEVICE,
    [RA_MATCH_HARD_TAKEOVER] = RA_P_TAKEOVER,
    [RA_MATCH_HARD_RESTORE] = RA_P_RESTORE,
    [RA_MATCH_SID_TAKEOVER] = RA_P_SID_TAKEOVER,
    [RA_SOFT_SMTP] = SPECIAL,
    [RA_SOFT_UPN] = RA_P_SOFT_UPN,
    [RA_ADD] = SPECIAL,
    [RA_BLOCK_DUP_ANCHOR] = SPECIAL,
    [RA_BLOCK_ADMIN] = RA_P_ADMIN,
    [RA_BLOCK_ROLE_GROUP] = RA_P_ROLE_GROUP,
    [RA_BLOCK_HARD_FLAG] = SPECIAL,
    [RA_BLOCK_ROLE] = RA_P_ROLE,
    [RA_BLOCK_ROLE_DELETED] = RA_P_ROLE_DELETED,
    [RA_BLOCK_OOI] = RA_P_OOI,
    [RA_BLOCK_SOFT_FLAG] = SPECIAL,
    [RA_BLOCK_SOFT_POLICY] = RA_P_SOFT_POLICY,
    [RA_BLOCK_TAKEOVER_POLICY] = RA_P_TAKEOVER_POLICY,
    [RA_ANCHOR_DRIFT] = SPECIAL,
    [RA_ANCHOR_CONFLICT] = SPECIAL,
    [RA_CONFLICT_GUEST] = RA_P_GUEST,
    [RA_CONFLICT_PROXY] = SPECIAL,
    [RA_CONFLICT_TYPE] = RA_P_TYPE,
    [RA_CONFLICT_SPLIT] = RA_P_SPLIT,
    [RA_CONFLICT_UPN] = RA_P_UPN_TAKEN,
    [RA_CONFLICT_SID] = RA_P_SID_HELD,
    [RA_CONFLICT_AD_DUP] = RA_P_AD_DUP,
    [RA_UNKNOWN_OOI] = RA_P_UNKNOWN_OOI,
    [RA_UNKNOWN_SOA] = RA_P_UNKNOWN_SOA,
    [RA_UNKNOWN_ROLES] = RA_P_UNKNOWN_ROLES,
    [RA_SKIP_SCOPE] = RA_P_SCOPE,
    [RA_SKIP_LINKED] = SPECIAL,
    [RA_SKIP_NO_ANCHOR] = RA_P_NO_ANCHOR,
    [RA_SKIP_SOA_CLOUD] = RA_P_SOA_CLOUD,
    [RA_ORPHAN] = SPECIAL,
    [RA_STALE_ANCHOR] = SPECIAL,
    [RA_CLOUD_ONLY] = RA_P_CLOUD_ONLY,
};

/* Which further blocks get a clause; those that can only stand alone need none. */
static void add_blocks(const struct ra_row *row, struct ra_remedy *r)
{
    static const struct {
        enum ra_verdict_code code;
        enum ra_piece piece;
    } also[] = {
        {RA_BLOCK_ADMIN, RA_P_ALSO_ADMIN},
        {RA_BLOCK_ROLE_GROUP, RA_P_ALSO_ROLE_GROUP},
        {RA_BLOCK_HARD_FLAG, RA_P_ALSO_HARD_FLAG},
        {RA_BLOCK_ROLE, RA_P_ALSO_ROLE},
        {RA_BLOCK_OOI, RA_P_ALSO_OOI},
        {RA_BLOCK_SOFT_FLAG, RA_P_ALSO_SOFT_FLAG},
        {RA_BLOCK_SOFT_POLICY, RA_P_ALSO_SOFT_POLICY},
    };

    for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
        if (also[i].code != (enum ra_verdict_code)row->v->code &&
            row->v->blocks & UINT64_C(1) << also[i].code)
            add(r, also[i].piece);
}

/* In the order of the warnings, but what stops the gate first. */
static void add_warnings(const struct ra_row *row, struct ra_remedy *r)
{
    static const enum ra_piece pieces[RA_WARNINGS] = {
        [RA_NEEDS_STAMP] = RA_P_W_STAMP,
        [RA_WARN_AD_DUP] = RA_P_W_AD_DUP,
        [RA_WARN_BYPASS] = RA_P_W_BYPASS,
        [RA_WARN_CROSS] = RA_P_W_CROSS,
        [RA_WARN_FLAG_UNKNOWN] = RA_P_W_FLAG,
        [RA_WARN_GUID_LENGTH] = RA_P_W_LENGTH,
        [RA_WARN_HELD] = RA_P_W_HELD,
        [RA_WARN_MAILBOX] = RA_P_W_MAILBOX,
        [RA_WARN_NAME] = RA_P_W_NAME,
        [RA_WARN_OOI] = RA_P_W_OOI,
        [RA_WARN_OOI_UNKNOWN] = RA_P_W_OOI_UNKNOWN,
        [RA_WARN_PLACEHOLDER] = RA_P_W_PLACEHOLDER,
        [RA_WARN_RENAMED] = RA_P_W_RENAMED,
        [RA_WARN_SID] = RA_P_W_SID,
        [RA_WARN_SIZE] = RA_P_W_SIZE,
        [RA_WARN_TWO_PRIMARIES] = RA_P_W_PRIMARIES,
        [RA_WARN_UPN] = RA_P_W_UPN,
    };

    for (int w = 0; w < RA_WARNINGS; w++)
        if (w != RA_WARN_CROSS && row->v->warnings & UINT32_C(1) << w)
            add(r, w == RA_WARN_SID && row->has_ad && row->kin.peer_in_history ? RA_P_W_SID_MIGRATED
                                                                               : pieces[w]);
    if (row->has_ad && row->kin.history_cloud != RA_NONE)
        add(r, RA_P_HISTORY);
}

static void add_confidence(const struct ra_row *row, struct ra_remedy *r)
{
    static const enum ra_piece pieces[] = {
        [RA_CONFIDENCE_M] = RA_P_CONFIDENCE_M,
        [RA_CONFIDENCE_L] = RA_P_CONFIDENCE_L,
        [RA_CONFIDENCE_INF] = RA_P_CONFIDENCE_INF,
    };

    if (row->v->confidence != RA_CONFIDENCE_H)
        add(r, pieces[row->v->confidence]);
}

void ra_remedy_pick(const struct ra_report_input *in, const struct ra_row *row,
                    struct ra_remedy *out)
{
    bool crossed = row->v->warnings & UINT32_C(1) << RA_WARN_CROSS;
    enum ra_piece piece = by_code[row->v->code];

    out->n = 0;
    if (crossed) /* "nothing to do" would be the wrong thing to begin with */
        add(out, RA_P_W_CROSS);
    if (piece == SPECIAL)
        add_special(in, row, out);
    else if (!crossed || piece != RA_P_NOTHING)
        add(out, piece);
    add_blocks(row, out);
    add_warnings(row, out);
    add_confidence(row, out);
}
