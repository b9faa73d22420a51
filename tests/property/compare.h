/*
 * Two decisions on one organisation, laid side by side: the first difference is reported with both
 * objects and both verdicts in readable form.
 */
#ifndef RA_TESTS_PROPERTY_COMPARE_H
#define RA_TESTS_PROPERTY_COMPARE_H

#include "tests/property/org.h"
#include "tests/property/outcome.h"

#include <stdio.h>

/* True when they say the same of every object and in the summary; otherwise the first difference
 * goes to out. The names say whose decision each is. What one of them does not state, such as the
 * confidence of an ordinary verdict, is not compared. */
bool outcomes_same(const struct org *org, const struct outcomes *a, const char *a_name,
                   const struct outcomes *b, const char *b_name, FILE *out);

/* Writes the objects in readable form (dump.c). */
void dump_ad(const struct org *org, size_t i, FILE *out);
void dump_cloud(const struct org *org, size_t c, FILE *out);
void dump_policy(const struct org *org, FILE *out);
void dump_outcome(const struct outcome *o, const char *name, FILE *out);
void dump_summary(const struct summary *s, const char *name, FILE *out);

#endif
