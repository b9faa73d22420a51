/*
 * cJSON on a bump arena: a page becomes a tree in one run of memory that is given back at once by
 * resetting the arena; such a tree is never passed to cJSON_Delete. The hooks are process-wide but
 * act only inside ra_json_parse of the calling thread: any other use of cJSON stays with malloc.
 */
#ifndef RA_GRAPH_JSONARENA_H
#define RA_GRAPH_JSONARENA_H

#include "src/base/mem.h"
#include "src/base/text.h"

#include <cjson/cJSON.h>

/* Once before the first parse; harmless again, from any thread. */
void ra_json_arena_setup(void);

/* NULL when text is not one JSON value with nothing but space behind it, holds an escaped NUL, or
 * needs far more memory than JSON of its length does. *at is then the offset of the fault. */
cJSON *ra_json_parse(struct ra_arena *arena, struct ra_str text, size_t *at);

/* Whether the fault at this offset is that arrays and objects lie deeper in each other than is
 * parsed, and not that the text breaks off or is no JSON. */
bool ra_json_too_deep(struct ra_str text, size_t at);

/* The value printed without white space, in the arena. */
struct ra_str ra_json_print(struct ra_arena *arena, const cJSON *value);

#endif
