#include "tests/property/judge.h"

#include "tests/property/oracle_inner.h"

#include <stdlib.h>
#include <string.h>

static enum ra_verdict_code code_of(const char *name)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (same(ra_code_info((enum ra_verdict_code)c)->name, name))
            return (enum ra_verdict_code)c;
    fprintf(stderr, "no verdict is called %s\n", name);
    abort();
}

static uint32_t warnings_of(const struct outcome *says)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < says->warnings_n; i++)
        for (int w = 0; w < RA_WARNINGS; w++)
            if (same(ra_warning_name((enum ra_warning)w), says->warnings[i]))
                bits |= UINT32_C(1) << w;
    return bits;
}

static struct ra_said said_of(const struct org *org, const struct outcome *says)
{
    const struct org_cloud *peer = says->peer < 0 ? NULL : &org->cloud[says->peer];
    struct ra_said said = {.verdict = says->code != NULL};

    if (!says->code)
        return said;
    said.code = code_of(says->code);
    for (size_t i = 0; i < says->blocks_n; i++)
        said.blocks |= UINT64_C(1) << code_of(says->blocks[i]);
    said.warnings = warnings_of(says);
    said.has_peer = peer != NULL;
    said.peer_privileged = peer && (peer->roles & ORG_PRIVILEGED);
    said.peer_assigned = peer && (peer->roles & ORG_ASSIGNED);
    said.soft_match = org->policy.soft_match == ORG_STAMP    ? RA_SOFT_STAMP
                      : org->policy.soft_match == ORG_SERVER ? RA_SOFT_SERVER
                                                             : RA_SOFT_DENY;
    return said;
}

static enum ra_deed deed_of(const struct deed *d)
{
    enum ra_deed deed = RA_DEED_NONE;

    if (!ra_deed_parse(d->did, &deed)) {
        fprintf(stderr, "no deed is called %s\n", d->did ? d->did : "(nothing)");
        abort();
    }
    return deed;
}

/* Whom the service named as the holder of our SID does hold it. */
static bool sid_is_taken(const struct org *org, const struct org_ad *ad, const struct deed *d)
{
    const struct org_cloud *c = d->cloud < 0 ? NULL : &org->cloud[d->cloud];

    return c && c->kind == ad->kind && !c->deleted && same(c->sid, ad->sid);
}

static struct ra_done done_of(const struct org *org, const struct outcomes *predicted,
                              const struct deed *d, size_t i)
{
    return (struct ra_done){.deed = deed_of(d),
                            .error = d->error,
                            .attribute = d->attribute,
                            .at_peer = d->cloud == predicted->ad[i].peer,
                            .at_sid = sid_is_taken(org, &org->ad[i], d),
                            .uncertain = d->uncertain,
                            .upn_aside = d->upn_aside};
}

struct asked {
    const struct deeds *deeds;
    const struct meetings *m;
    size_t i;
};

static bool ask(void *ctx, enum ra_meeting what)
{
    const struct asked *a = ctx;

    switch (what) {
    case RA_MEETS_GUID_TWIN:
        return meets_guid_twin(a->m, a->deeds, a->i);
    case RA_MEETS_SID_TWIN:
        return meets_sid_twin(a->m, a->deeds, a->i);
    case RA_MEETS_NAMESAKE:
        return meets_namesake(a->m, a->deeds, a->i);
    case RA_MEETS_CHANGED:
        break;
    }
    return meets_changed(a->m, a->deeds, a->i);
}

enum ra_parting judge_alone(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, size_t i)
{
    const struct ra_said said = said_of(org, &predicted->ad[i]);
    const struct ra_done done = done_of(org, predicted, &deeds->ad[i], i);

    return ra_judge(&said, &done, NULL);
}

enum ra_parting judge_among(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, const struct meetings *m, size_t i)
{
    const struct ra_said said = said_of(org, &predicted->ad[i]);
    const struct ra_done done = done_of(org, predicted, &deeds->ad[i], i);
    struct asked asked = {deeds, m, i};
    const struct ra_meetings others = {ask, &asked};

    return ra_judge(&said, &done, &others);
}

/* The first of several with one anchor is matched, or not; the others are refused. */
size_t judge_twins(const struct org *org, const struct outcomes *predicted,
                   const struct deeds *deeds)
{
    size_t first = 0, refused = 0;

    for (size_t i = 0; i < org->ad_n; i++) {
        if (!same(predicted->ad[i].code, "BLOCK_DUP_ANCHOR"))
            continue;
        refused += same(deeds->ad[i].attribute, "SourceAnchor");
        first += !same(deeds->ad[i].attribute, "SourceAnchor");
    }
    return first > refused ? first - refused : 0;
}

/* Of two groups with one anchor neither can be told to be the peer; the first to come is. Of two
 * contacts with one objectGUID the second is not joined to what has its address. */
static bool is_twins(const struct outcomes *predicted, const struct deeds *deeds,
                     const struct meetings *m, size_t c, size_t i)
{
    if (ra_deed_joins(deed_of(&deeds->ad[i])) && deeds->ad[i].cloud == (int)c)
        return same(predicted->ad[i].code, "BLOCK_DUP_ANCHOR");
    return predicted->ad[i].peer == (int)c && meets_guid_twin(m, deeds, i);
}

enum ra_parting judge_deletion(const struct org *org, const struct outcomes *predicted,
                               const struct deeds *deeds, const struct meetings *m, size_t c)
{
    bool orphan = same(predicted->cloud[c].code, "ORPHAN");

    if (deeds->cloud_deleted[c] == orphan)
        return RA_PART_NONE;
    for (size_t i = 0; i < org->ad_n; i++)
        if (is_twins(predicted, deeds, m, c, i))
            return org->cloud[c].kind == ORG_GROUP ? RA_PART_TWIN_ANCHOR : RA_PART_TWIN_GUID;
    return RA_PART_UNEXPLAINED;
}
