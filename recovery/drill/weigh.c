/* Every outcome held against its prediction. */
#include "recovery/drill/inner.h"
#include "recovery/report/outputs.h"

#include <stdlib.h>

struct scales {
    const struct ra_report_input *in;
    struct ra_drill *d;
    struct ra_drill_meet *meet;
    struct ra_meetings others;
    struct ra_err *err;
};

/* ---- AD objects ---- */

static int say_peer(struct scales *s, const struct ra_verdict *v, struct ra_said *said)
{
    struct ra_cloud_object o;
    char folded[256];
    unsigned roles;
    int rc;

    if (v->cloud == RA_NONE)
        return 0;
    said->has_peer = true;
    rc = ra_drill_cloud(s->in, v->cloud, &o, s->err);
    if (rc != 0 || o.kind != RA_USER || o.id.n >= sizeof folded)
        return rc;
    ra_fold_into(folded, o.id.p, o.id.n);
    roles = ra_tenant_roles(s->in->tenant, (struct ra_str){folded, o.id.n});
    said->peer_privileged = roles & RA_ROLE_PRIVILEGED;
    said->peer_assigned = roles & RA_ROLE_ASSIGNED;
    return 0;
}

static int say(struct scales *s, const struct ra_verdict *v, struct ra_said *said)
{
    *said = (struct ra_said){.verdict = v != NULL, .soft_match = s->in->policy->soft_match};
    if (!v)
        return 0;
    said->code = (enum ra_verdict_code)v->code;
    said->blocks = v->blocks;
    said->warnings = v->warnings;
    return say_peer(s, v, said);
}

/* Whom the service named as the holder of our SID does hold it. */
static bool at_sid(struct scales *s, uint32_t number, uint32_t cloud)
{
    struct ra_ad_object ad;
    struct ra_cloud_object o;

    return cloud != RA_NONE && ra_drill_ad(s->in, number, &ad, NULL) == 0 &&
           ra_drill_cloud(s->in, cloud, &o, NULL) == 0 && o.kind == ad.kind && !o.deleted &&
           ra_str_eq(o.sid, ad.sid);
}

static int weigh_ad(struct scales *s, uint32_t i)
{
    struct ra_drill_item *item = &s->d->ad[i];
    const struct ra_verdict *v =
        item->verdict == RA_NONE ? NULL : &s->in->result->verdicts[item->verdict];
    struct ra_done done = {.deed = (enum ra_deed)item->deed,
                           .error = item->error,
                           .attribute = item->attribute,
                           .at_peer = item->cloud == (v ? v->cloud : RA_NONE),
                           .uncertain = item->uncertain,
                           .upn_aside = item->upn_aside};
    struct ra_said said;
    int rc = say(s, v, &said);

    if (rc != 0)
        return rc;
    done.at_sid = item->deed == RA_DEED_REFUSED && at_sid(s, i, item->cloud);
    ra_drill_meet_of(s->meet, i);
    item->parting = (uint8_t)ra_judge(&said, &done, &s->others);
    if (v) {
        s->d->counts[v->code][item->deed][item->parting]++;
        s->d->partings[item->parting]++;
    }
    return 0;
}

/* ---- cloud objects ---- */

/* Of two groups with one anchor neither can be told to be the peer; the first to come is. Of two
 * contacts with one objectGUID the second is not joined to what has its address. */
static enum ra_parting twins(struct scales *s, uint32_t i, uint32_t *cloud)
{
    const struct ra_drill_item *item = &s->d->ad[i];
    const struct ra_verdict *v =
        item->verdict == RA_NONE ? NULL : &s->in->result->verdicts[item->verdict];

    if (!v)
        return RA_PART_NONE;
    if (ra_deed_joins((enum ra_deed)item->deed) && v->code == RA_BLOCK_DUP_ANCHOR) {
        *cloud = item->cloud;
        return RA_PART_TWIN_ANCHOR;
    }
    *cloud = v->cloud;
    if (v->cloud == RA_NONE || s->d->cloud[v->cloud].parting != RA_PART_UNEXPLAINED)
        return RA_PART_NONE;
    ra_drill_meet_of(s->meet, i);
    return ra_drill_meets(s->meet, RA_MEETS_GUID_TWIN) ? RA_PART_TWIN_GUID : RA_PART_NONE;
}

static void excuse(struct scales *s)
{
    for (uint32_t i = 0; i < s->d->ad_n; i++) {
        uint32_t c = RA_NONE;
        enum ra_parting p = twins(s, i, &c);
        if (p != RA_PART_NONE && c != RA_NONE && s->d->cloud[c].parting == RA_PART_UNEXPLAINED)
            s->d->cloud[c].parting = (uint8_t)p;
    }
}

static void weigh_cloud(struct scales *s)
{
    const struct ra_result *r = s->in->result;
    struct ra_drill *d = s->d;
    bool differs = false;

    for (size_t i = 0; i < r->verdicts_n; i++)
        if (r->verdicts[i].ad == RA_NONE && r->verdicts[i].code == RA_ORPHAN)
            d->cloud[r->verdicts[i].cloud].orphan = true;
    for (size_t c = 0; c < d->cloud_n; c++) {
        bool wrong = d->cloud[c].orphan != (d->cloud[c].end == RA_END_DELETED);
        d->cloud[c].parting = wrong ? RA_PART_UNEXPLAINED : RA_PART_NONE;
        d->wrongly_kept += wrong && d->cloud[c].orphan;
        differs = differs || wrong;
    }
    if (differs)
        excuse(s);
    for (size_t c = 0; c < d->cloud_n; c++)
        if (d->cloud[c].orphan || d->cloud[c].end == RA_END_DELETED)
            d->partings[d->cloud[c].parting]++;
}

/* A stop that was not foreseen, or foreseen and did not come, is a difference too. */
static void weigh_stop(struct scales *s)
{
    const struct ra_result *r = s->in->result;
    bool foreseen = false;

    for (size_t i = 0; i < r->reasons_n; i++)
        foreseen = foreseen || (r->gate == RA_GATE_STOP &&
                                ra_reason_is(r->reasons[i], "GATE_TENANT_THRESHOLD"));
    s->d->stop_differs = foreseen != s->d->stopped;
}

int ra_drill_weigh(const struct ra_report_input *in, struct ra_drill *d, struct ra_err *err)
{
    struct scales s = {.in = in, .d = d, .meet = ra_drill_meet_open(in, d), .err = err};
    int rc = 0;

    s.others = (struct ra_meetings){ra_drill_meets, s.meet};
    for (uint32_t i = 0; rc == 0 && i < d->ad_n; i++)
        rc = weigh_ad(&s, i);
    if (rc == 0) {
        weigh_cloud(&s);
        weigh_stop(&s);
    }
    ra_drill_meet_close(&s.meet);
    return rc;
}
