/*
 * Random organisations. One seed always gives the same one: an odd mixture of directories and a
 * tenant that once were in step, and of everything that can have gone wrong since. Some seeds give
 * a tidy organisation, some give tens of thousands of objects.
 *
 * A soup is small and has no story: all values are drawn from a few that every object shares, so
 * that each combination of agreement and disagreement comes up, however unlikely in life.
 */
#ifndef RA_TESTS_PROPERTY_GENERATE_H
#define RA_TESTS_PROPERTY_GENERATE_H

#include "tests/property/org.h"

/* Both are freed with org_free. */
void generate_org(uint64_t seed, struct org *out);
void generate_soup_org(uint64_t seed, struct org *out);

#endif
