/*
 * Whether what the simulated service did with an object is what was predicted for it.
 */
#ifndef RA_TESTS_PROPERTY_JUDGE_H
#define RA_TESTS_PROPERTY_JUDGE_H

#include "tests/property/meetings.h"

#include <stdio.h>

/* Where prediction and service may part, each for a reason that the rules themselves give. */
enum licence {
    AGREED,
    MODEST_ROLE,     /* BLOCK_ROLE of a role that is not privileged: the sources differ (row 9) */
    GUEST,           /* CONFLICT_GUEST: nothing is documented (row 26) */
    ELIGIBLE,        /* BLOCK_ADMIN of an eligible role is our own policy (row 20) */
    CROSSED,         /* WARN_CROSS on a hard match: another has our SID, which is unique */
    SID_TAKEN,       /* decided by address or name, before anybody asks who has the SID (step 6) */
    TWIN_ANCHOR,     /* BLOCK_DUP_ANCHOR: who comes first is matched, or not (row 33) */
    TWIN_GUID,       /* the same of contacts or computers, for which there is no verdict */
    TWIN_SID,        /* two AD objects with one SID: the second is refused */
    DUPLICATE_IN_AD, /* CONFLICT_AD_DUP: who comes first gets the value */
    NAMESAKE,        /* the same of a conflict or a block: one before us has the name or address */
    GROUP_HAS_BOTH,  /* our name and address are both one group's: refused, not put aside */
    ORDER,           /* the service changed what we were to meet, for an AD object before us */
    DISAGREED,
    LICENCES
};

const char *licence_name(enum licence l);

/* One object that was exported alone, as the first: what is predicted is predicted of the tenant as
 * it is. */
enum licence judge_alone(const struct org *org, const struct outcomes *predicted,
                         const struct deeds *deeds, size_t i);

/* One of all that were exported, one after another. */
enum licence judge_among(const struct org *org, const struct outcomes *predicted,
                         const struct deeds *deeds, const struct meetings *m, size_t i);

/* How many more objects with a BLOCK_DUP_ANCHOR were not refused for it than there can be: of two
 * one is. */
size_t judge_twins(const struct org *org, const struct outcomes *predicted,
                   const struct deeds *deeds);

/* A cloud object after all were exported: it is deleted where it was called an ORPHAN. */
enum licence judge_deletion(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, const struct meetings *m, size_t c);

#endif
