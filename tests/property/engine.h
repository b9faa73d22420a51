/*
 * The engine, run on an organisation: objects go through the record form and the index keys that
 * the cache uses, and what ra_match says comes back in words.
 */
#ifndef RA_TESTS_PROPERTY_ENGINE_H
#define RA_TESTS_PROPERTY_ENGINE_H

#include "recovery/match/match.h"
#include "tests/property/org.h"
#include "tests/property/outcome.h"

/* Decides with the objects of each side, and the directories, in an order drawn from shuffle; 0
 * keeps them as they are. Aborts when the engine reports an error. *out: outcomes_free. */
void engine_decide(const struct org *org, uint64_t shuffle, struct outcomes *out);

/* The organisation as the engine reads it, for asking more of it than a decision. */
struct engine;
struct engine *engine_open(const struct org *org, uint64_t shuffle);
const struct ra_match_input *engine_input(const struct engine *e);
size_t engine_place_of_ad(const struct engine *e, uint32_t number); /* in org->ad */
size_t engine_place_of_cloud(const struct engine *e, uint32_t seq); /* in org->cloud */
void engine_close(struct engine **e);

#endif
