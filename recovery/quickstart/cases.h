/*
 * The cases of people: tables of what can have happened to one, and what the tables share. The n-th
 * person of a block has the n-th case of all tables, in their order.
 */
#ifndef RA_QUICKSTART_CASES_H
#define RA_QUICKSTART_CASES_H

#include "recovery/quickstart/sample.h"

struct ra_sample_cases {
    const struct ra_sample_case *all;
    size_t n;
};

extern const struct ra_sample_cases ra_sample_rejoin_cases, ra_sample_loss_cases,
    ra_sample_takeover_cases, ra_sample_match_cases, ra_sample_outside_cases;

/* person_changes.c */
void ra_sample_healthy(struct ra_org *o, uint64_t i); /* nothing happened, but in a mixed one */
/* Both sides of a person who is matched by the anchor. */
void ra_sample_matched(struct ra_org *o, const struct ra_sample_pair *p, const char *warnings);
void ra_sample_clear_cloud_mail(struct ra_sample_cloud *c);
void ra_sample_clear_ad_mail(struct ra_sample_ad *a);
void ra_sample_make_cloud_only(struct ra_sample_cloud *c); /* nothing of AD is on it */
void ra_sample_make_unsynced(struct ra_sample_cloud *c);   /* live and anchored, not synced */
void ra_sample_make_deleted(struct ra_sample_cloud *c);
void ra_sample_make_guest(const struct ra_org *o, struct ra_sample_cloud *c);

#endif
