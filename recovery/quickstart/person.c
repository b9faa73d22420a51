#include "recovery/quickstart/sample.h"

#include <string.h>

static void address(char out[RA_SAMPLE_TEXT], const char *prefix, const char *local,
                    const char *domain)
{
    ra_sample_print(out, RA_SAMPLE_TEXT, "%s%s@%s", prefix, local, domain);
}

/* Gives the person another local part or domain, on both sides. */
void ra_sample_move(struct ra_sample_pair *p, const char *local, const char *domain)
{
    address(p->ad.upn, "", local, domain);
    address(p->ad.mail, "", local, domain);
    address(p->ad.address[0], "SMTP:", local, domain);
    memcpy(p->cloud.upn, p->ad.upn, sizeof p->cloud.upn);
    memcpy(p->cloud.ad_upn, p->ad.upn, sizeof p->cloud.ad_upn);
    memcpy(p->cloud.mail, p->ad.mail, sizeof p->cloud.mail);
    memcpy(p->cloud.address[0], p->ad.address[0], sizeof p->cloud.address[0]);
}

static void name(const struct ra_org *o, uint64_t i, unsigned half, struct ra_sample_pair *p)
{
    struct ra_sample_name n = ra_sample_name(o, 2 * i + half);
    const char *suffix = half ? "b" : "";
    struct ra_sample_ad *a = &p->ad;
    char local[RA_SAMPLE_TEXT];

    ra_sample_print(a->given, sizeof a->given, "%s", n.given);
    ra_sample_print(a->sn, sizeof a->sn, "%s", n.sn);
    ra_sample_print(a->display, sizeof a->display, "%s %s", n.given, n.sn);
    ra_sample_print(a->cn, sizeof a->cn, "%s %s %llu%s", n.given, n.sn, (unsigned long long)i,
                    suffix);
    ra_sample_print(a->sam, sizeof a->sam, "u%06llu%s", (unsigned long long)i, suffix);
    ra_sample_print(a->employee, sizeof a->employee, "E%07llu%s", (unsigned long long)i,
                    half ? "B" : "");
    ra_sample_print(local, sizeof local, "%s.%s.%llu%s", n.given_ascii, n.sn_ascii,
                    (unsigned long long)i, suffix);
    ra_sample_print(a->nick, sizeof a->nick, "%s", local);
    memcpy(p->cloud.display, a->display, sizeof p->cloud.display);
    memcpy(p->cloud.nick, a->nick, sizeof p->cloud.nick);
    ra_sample_move(p, local, o->domain);
    address(a->address[1], "smtp:", a->sam, o->domain);
    memcpy(p->cloud.address[1], a->address[1], sizeof p->cloud.address[1]);
    address(p->cloud.address[2], "smtp:", local, o->initial);
}

/* Every twentieth person came from another forest and kept the anchor of that time; in a mixed
 * organisation everybody, so that only one of the two attributes can give an anchor. */
static void stamp(const struct ra_org *o, uint64_t i, unsigned half, struct ra_sample_ad *a)
{
    bool stamped = o->mode == RA_ORG_CONSISTENCY || o->mode == RA_ORG_MIXED;

    /* With objectGUID as anchor another program uses the attribute, for a few. */
    if (!stamped && (o->mode == RA_ORG_CUSTOM || i % 32 != 31))
        return;
    a->consistency_n = 16;
    memcpy(a->consistency, a->guid, 16);
    if (!stamped || o->mode == RA_ORG_MIXED || i % 20 == 19)
        ra_sample_guid(o, half ? "moved second" : "moved", i, a->consistency);
}

void ra_sample_anchor(const struct ra_org *o, const struct ra_sample_ad *a, char out[64])
{
    if (o->mode == RA_ORG_CUSTOM)
        ra_sample_print(out, 64, "%s", a->employee);
    else if (o->mode != RA_ORG_GUID && a->consistency_n)
        ra_base64(a->consistency, a->consistency_n, out);
    else
        ra_base64(a->guid, sizeof a->guid, out);
}

void ra_sample_lose_anchor(const struct ra_org *o, struct ra_sample_ad *a)
{
    if (o->mode == RA_ORG_CUSTOM)
        memcpy(a->employee, "N", 1);
    a->consistency_n = 0;
}

void ra_sample_person(const struct ra_org *o, uint64_t i, unsigned half, struct ra_sample_pair *p)
{
    struct ra_sample_ad *a = &p->ad;
    struct ra_sample_cloud *c = &p->cloud;
    struct ra_buf dn;

    memset(p, 0, sizeof *p);
    a->kind = "user";
    a->below = "OU=People,OU=Contoso";
    a->control = ra_sample_hash(o, "disabled", i) % 25 ? 512 : 514;
    a->rid = (uint32_t)(100000 + 2 * i + half);
    name(o, i, half, p);
    ra_sample_print(a->description, sizeof a->description, "%s", ra_sample_department(o, i));
    ra_sample_guid(o, half ? "second" : "user", i, a->guid);
    stamp(o, i, half, a);

    c->in = RA_OUT_USERS;
    c->synced = RA_SAMPLE_SYNCED;
    c->disabled = a->control == 514;
    ra_sample_guid_text(o, half ? "cloud second" : "cloud user", i, c->id);
    ra_sample_anchor(o, a, c->immutable_id);
    ra_sample_sid(a->rid, c->sid);
    memcpy(c->sam, a->sam, sizeof c->sam);
    ra_guid_text(a->guid, c->identifier);
    ra_buf_init(&dn, sizeof c->dn - 1);
    ra_sample_dn(o, a, &dn);
    ra_sample_print(c->dn, sizeof c->dn, "%s", ra_buf_z(&dn));
    ra_buf_free(&dn);
}
