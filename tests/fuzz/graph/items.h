/* The objects of a page, decoded or refused with a message, and every byte of them read. */
#ifndef RA_TESTS_FUZZ_GRAPH_ITEMS_H
#define RA_TESTS_FUZZ_GRAPH_ITEMS_H

#include "src/graph/decode.h"

/* Aborts when one has no usable id, or when a refusal says nothing. */
void items_decode(const cJSON *root, enum ra_collection in, bool delta, struct ra_arena *arena);

#endif
