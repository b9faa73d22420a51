/*
 * Whether what the simulated service did with an object is what was predicted for it: recovery/drill
 * judges, and here it is told what happened. The reasons that `rehearse` gives to an administrator
 * are therefore those that hold for every organisation tried here, and there is no other.
 */
#ifndef RA_TESTS_PROPERTY_JUDGE_H
#define RA_TESTS_PROPERTY_JUDGE_H

#include "recovery/drill/judge.h"
#include "tests/property/meetings.h"

#include <stdio.h>

/* One object that was exported alone, as the first: what is predicted is predicted of the tenant as
 * it is. */
enum ra_parting judge_alone(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, size_t i);

/* One of all that were exported, one after another. */
enum ra_parting judge_among(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, const struct meetings *m, size_t i);

/* How many more objects with a BLOCK_DUP_ANCHOR were not refused for it than there can be: of two
 * one is. */
size_t judge_twins(const struct org *org, const struct outcomes *predicted,
                   const struct deeds *deeds);

/* A cloud object after all were exported: it is deleted where it was called an ORPHAN. */
enum ra_parting judge_deletion(const struct org *org, const struct outcomes *predicted,
                               const struct deeds *deeds, const struct meetings *m, size_t c);

#endif
