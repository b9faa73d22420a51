#include "recovery/quickstart/cases.h"

#include <stdlib.h>
#include <string.h>

/* People who re-join, and what looks odd about some of them. Each case says in
 * its expectation what it was planted for. */

/* mS-DS-ConsistencyGuid was lost, and objectGUID is what had been in it. */
static void needs_stamp(struct ra_org *o, uint64_t i)
{
    bool applies = o->mode == RA_ORG_CONSISTENCY || o->mode == RA_ORG_MIXED;
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    if (applies) {
        p.ad.consistency_n = 0;
        ra_sample_anchor(o, &p.ad, p.cloud.immutable_id);
    }
    ra_sample_matched(o, &p, applies ? "NEEDS_STAMP" : NULL);
}

static void inet_org_person(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.kind = "inetOrgPerson";
    ra_sample_matched(o, &p, NULL);
}

static void other_sid(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.sid, sizeof p.cloud.sid,
                    "S-1-5-21-3277080990-2629470435-924441437-%llu",
                    (unsigned long long)(1100 + i));
    ra_sample_matched(o, &p, "WARN_SID");
}

static void renamed(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "maiden.name.%llu@%s", (unsigned long long)i,
                    o->domain);
    ra_sample_matched(o, &p, "WARN_RENAMED");
}

static void placeholder(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    if (o->clean) {
        ra_sample_healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "placeholder%llu+%04llu@%s",
                    (unsigned long long)i, (unsigned long long)(1000 + i % 9000), o->initial);
    ra_sample_matched(o, &p, "WARN_PLACEHOLDER");
}

static void unverified_suffix(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.upn, sizeof p.ad.upn, "%s@contoso.local", p.ad.sam);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "%s@%s", p.ad.nick, o->initial);
    ra_sample_matched(o, &p, "WARN_UPN");
}

static void two_primaries(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.address[3], sizeof p.ad.address[3], "SMTP:second.%llu@%s",
                    (unsigned long long)i, o->domain);
    ra_sample_matched(o, &p, "WARN_TWO_PRIMARIES");
}

static void long_anchor(struct ra_org *o, uint64_t i)
{
    bool applies = o->mode == RA_ORG_CONSISTENCY || o->mode == RA_ORG_MIXED;
    struct ra_sample_pair p;

    if (o->clean) {
        ra_sample_healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    if (applies) {
        memcpy(p.ad.consistency + 16, p.ad.guid, 4);
        p.ad.consistency_n = 20;
        ra_sample_anchor(o, &p.ad, p.cloud.immutable_id);
    }
    ra_sample_matched(o, &p, applies ? "WARN_GUID_LENGTH" : NULL);
}

static void many_addresses(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.many_addresses = 300;
    ra_sample_matched(o, &p, "WARN_SIZE");
}

/* ---- anchors that differ in the case of one letter ---- */

/* The anchor of a with one letter's case changed, and the attributes of b that give it. */
static void twin_anchor(const struct ra_org *o, const struct ra_sample_ad *a,
                        struct ra_sample_ad *b, char out[64])
{
    uint8_t bytes[48];
    size_t n = sizeof bytes, at = 0;

    ra_sample_anchor(o, a, out);
    while ((out[at] < 'A' || out[at] > 'Z') && (out[at] < 'a' || out[at] > 'z'))
        at++;
    out[at] ^= 0x20;
    if (o->mode == RA_ORG_CUSTOM) {
        memcpy(b->employee, out, sizeof b->employee);
        return;
    }
    if (!ra_base64_decode(ra_str(out), bytes, &n) || n != 16)
        abort();
    memcpy(o->mode == RA_ORG_GUID ? b->guid : b->consistency, bytes, 16);
    b->consistency_n = o->mode == RA_ORG_GUID ? b->consistency_n : 16;
}

/* Two people, and each has the right one in the cloud. */
static void twins(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    if (o->clean) {
        ra_sample_healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    twin_anchor(o, &p.ad, &q.ad, q.cloud.immutable_id);
    ra_guid_text(q.ad.guid, q.cloud.identifier);
    ra_sample_matched(o, &p, NULL);
    ra_sample_matched(o, &q, NULL);
}

/* A new person, whose anchor differs in case alone from that of somebody who left. */
static void false_twin(struct ra_org *o, uint64_t i)
{
    struct ra_sample_ad gone;
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    gone = q.ad;
    twin_anchor(o, &p.ad, &gone, q.cloud.immutable_id);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
    ra_sample_orphan(o, &q.cloud, "not-found");
}

static const struct ra_sample_case all[] = {
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {inet_org_person, false, false},
    {other_sid, true, false},
    {renamed, false, false},
    {placeholder, false, false},
    {unverified_suffix, false, false},
    {two_primaries, false, false},
    {long_anchor, false, false},
    {many_addresses, false, true},
    {twins, false, false},
    {false_twin, true, false},
};

const struct ra_sample_cases ra_sample_rejoin_cases = {all, sizeof all / sizeof *all};
