/*
 * The oracle: the matching rules written down a second time, as naively as they read, so that a
 * mistake in the engine and a mistake here are unlikely to be the same one. It shares no code with
 * recovery/match and recovery/model and looks at nothing but an organisation. Not for use outside
 * tests: it is slow and keeps everything in memory.
 */
#ifndef RA_TESTS_PROPERTY_ORACLE_H
#define RA_TESTS_PROPERTY_ORACLE_H

#include "tests/property/org.h"
#include "tests/property/outcome.h"

/* Decides for every object. *out is freed with outcomes_free. */
void oracle_decide(const struct org *org, struct outcomes *out);

#endif
