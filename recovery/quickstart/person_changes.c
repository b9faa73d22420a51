#include "recovery/quickstart/cases.h"

#include <string.h>

/* What several cases have in common. */

void ra_sample_clear_cloud_mail(struct ra_sample_cloud *c)
{
    memset(c->address, 0, sizeof c->address);
    c->mail[0] = '\0';
}

void ra_sample_clear_ad_mail(struct ra_sample_ad *a)
{
    memset(a->address, 0, sizeof a->address);
    a->mail[0] = '\0';
}

/* A user made in the cloud: nothing of AD on it. */
void ra_sample_make_cloud_only(struct ra_sample_cloud *c)
{
    c->synced = RA_SAMPLE_NEVER;
    c->immutable_id[0] = c->sid[0] = c->sam[0] = c->dn[0] = c->ad_upn[0] = c->identifier[0] = '\0';
}

/* Live and anchored, and no longer or not yet synced. */
void ra_sample_make_unsynced(struct ra_sample_cloud *c)
{
    c->synced = RA_SAMPLE_NO_MORE;
    c->identifier[0] = '\0';
}

void ra_sample_make_deleted(struct ra_sample_cloud *c)
{
    char plain[RA_GUID_TEXT], upn[RA_SAMPLE_TEXT];
    size_t n = 0;

    for (const char *s = c->id; *s; s++)
        if (*s != '-')
            plain[n++] = *s;
    plain[n] = '\0';
    memcpy(upn, c->upn, sizeof upn);
    upn[sizeof upn - 1 - sizeof plain] = '\0';
    ra_sample_print(c->upn, sizeof c->upn, "%s%s", plain, upn);
    ra_sample_make_unsynced(c);
    c->in = RA_OUT_DELETED_USERS;
}

void ra_sample_make_guest(const struct ra_org *o, struct ra_sample_cloud *c)
{
    ra_sample_make_cloud_only(c);
    c->guest = true;
    ra_sample_print(c->upn, sizeof c->upn, "%s_%s#EXT#@%s", c->nick, o->domain, o->initial);
}

void ra_sample_matched(struct ra_org *o, const struct ra_sample_pair *p, const char *warnings)
{
    ra_sample_ad(o, &p->ad, "MATCH_HARD", warnings, p->cloud.id);
    ra_sample_put_cloud(o, &p->cloud);
}

/* In a mixed organisation two of five were synced by objectGUID although they are stamped. */
static bool mixed_up(struct ra_org *o, uint64_t i, struct ra_sample_pair *p)
{
    if (o->mode != RA_ORG_MIXED || i % 5 > 1)
        return false;
    ra_base64(p->ad.guid, 16, p->cloud.immutable_id);
    ra_sample_guid(o, "moved", i, p->ad.consistency);
    ra_sample_ad(o, &p->ad, "ANCHOR_DRIFT", NULL, p->cloud.id);
    ra_sample_orphan(o, &p->cloud, "anchor-drift");
    return true;
}

void ra_sample_healthy(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    if (!mixed_up(o, i, &p))
        ra_sample_matched(o, &p, NULL);
}
