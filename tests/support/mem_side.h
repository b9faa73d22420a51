/*
 * A side held in memory, for tests: objects go through the record form and the key functions that
 * the cache uses, so that whoever reads a struct ra_side sees what a snapshot would show. Not for
 * large numbers. Freeing aborts when a cursor was left open.
 */
#ifndef RA_TESTS_SUPPORT_MEM_SIDE_H
#define RA_TESTS_SUPPORT_MEM_SIDE_H

#include "recovery/model/index.h"

struct mem_side;

/* name is "cloud" or a directory's; custom: names of custom anchor attributes, borrowed. */
struct mem_side *mem_side_new(const char *name, const struct ra_str *custom, size_t customs);
/* Each returns the object's number. A side takes objects of one of the two sorts only. */
uint32_t mem_side_ad(struct mem_side *m, const struct ra_ad_object *o);
uint32_t mem_side_cloud(struct mem_side *m, const struct ra_cloud_object *o);
/* Adds to a fact's table; the table exists from the first one on. An empty value is Graph's null.
 */
void mem_side_fact(struct mem_side *m, const char *fact, const char *id, const char *value);
/* The side as match reads it. No objects or facts may be added from then on. */
const struct ra_side *mem_side_open(struct mem_side *m);
void mem_side_free(struct mem_side **m); /* takes NULL */

/* A value for the list fields of objects, from an array that ends with NULL; kept until the buffer
 * is freed. */
struct ra_list mem_list(struct ra_buf *room, const char *const *values);

#endif
