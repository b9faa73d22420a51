/*
 * The engine, run on an organisation: objects go through the record form and the index keys that
 * the cache uses, and what ra_match says comes back in words.
 */
#ifndef RA_TESTS_PROPERTY_ENGINE_H
#define RA_TESTS_PROPERTY_ENGINE_H

#include "tests/property/org.h"
#include "tests/property/outcome.h"

/* Decides with the objects of each side, and the directories, in an order drawn from shuffle; 0
 * keeps them as they are. Aborts when the engine reports an error. *out: outcomes_free. */
void engine_decide(const struct org *org, uint64_t shuffle, struct outcomes *out);

#endif
