/*
 * What occurred over all seeds. The property says nothing of a code that no seed produces, so the
 * run fails unless every code, warning, cause, block, gate and reason to stop was there.
 */
#ifndef RA_TESTS_PROPERTY_COVERAGE_H
#define RA_TESTS_PROPERTY_COVERAGE_H

#include "tests/property/outcome.h"

#include <stdio.h>

struct coverage;

struct coverage *coverage_new(void);
void coverage_free(struct coverage **c);
void coverage_take(struct coverage *c, const struct outcomes *o);
/* Names what never occurred on out; the number of such names. */
size_t coverage_missing(const struct coverage *c, FILE *out);
void coverage_print(const struct coverage *c, FILE *out);

#endif
