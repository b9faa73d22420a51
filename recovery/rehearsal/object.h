/*
 * One object as the simulated tenant keeps it: a body that never changes (a new state is a new
 * body) with the JSON text of each property that was ever set, so that a page is put together by
 * copying. A body is one allocation, freed by its owner; what is read from it is borrowed from it.
 */
#ifndef RA_REHEARSAL_OBJECT_H
#define RA_REHEARSAL_OBJECT_H

#include "recovery/rehearsal/schema.h"
#include "src/base/buf.h"
#include "src/base/mem.h"

#include <stdint.h>

struct cJSON;

/* Where a property's JSON text stands in the body's text. */
struct ra_sim_span {
    uint32_t at, n;
    uint16_t property;
};

struct ra_sim_body {
    const char *text;
    uint32_t spans_n;
    struct ra_sim_span spans[]; /* by rising property */
};

/* A set of properties. */
struct ra_sim_mask {
    uint64_t bits[RA_SIM_MAX_PROPERTIES / 64];
};

void ra_sim_mask_set(struct ra_sim_mask *m, unsigned property);
bool ra_sim_mask_has(const struct ra_sim_mask *m, unsigned property);

/* Makes a body of a JSON object. Nulls are left out: such a property was never set. Names that the
 * kind does not have are left out too. */
struct ra_sim_body *ra_sim_body_new(enum ra_sim_kind kind, const struct cJSON *object);

/* A copy with the properties of set put in place; a JSON null stays as an explicit null, since the
 * property had been set once (graph 5.3). changed, when not NULL, collects what differs. */
struct ra_sim_body *ra_sim_body_with(const struct ra_sim_body *b, enum ra_sim_kind kind,
                                     const struct cJSON *set, struct ra_sim_mask *changed);

/* The JSON text of a property: absent when it was never set. */
struct ra_str ra_sim_raw(const struct ra_sim_body *b, unsigned property);

/* A string property without its quotes and escapes: absent when unset or null. Borrowed from the
 * body or, when it had escapes, made in the arena. */
struct ra_str ra_sim_text(const struct ra_sim_body *b, unsigned property, struct ra_arena *a);

/* -1 unset or null, 0 false, 1 true. */
signed char ra_sim_flag(const struct ra_sim_body *b, unsigned property);

/* Calls each(ctx, value) for every string of a collection. */
void ra_sim_each_string(const struct ra_sim_body *b, unsigned property,
                        void (*each)(void *ctx, struct ra_str value), void *ctx);

/* The string that a JSON text encodes; as ra_sim_text. */
struct ra_str ra_sim_unescape(struct ra_str json, struct ra_arena *a);

#endif
