/*
 * Memory. Out of memory aborts: the state that matters is on disk and survives it. A size that
 * comes from the network, the directory or a file must be capped by the caller before it gets here.
 * The arena hands out memory that lives until the arena is reset or freed; not for threads to
 * share.
 */
#ifndef RA_BASE_MEM_H
#define RA_BASE_MEM_H

#include <stddef.h>

/* Says why on stderr and aborts: for what fails only when memory is short, or a library broken. */
_Noreturn void ra_die(const char *why);

void *ra_malloc(size_t n);
void *ra_calloc(size_t count, size_t size); /* overflow checked */
void *ra_realloc(void *p, size_t n);
void *ra_grow(void *p, size_t *cap, size_t want, size_t size); /* doubles *cap to hold want items */
char *ra_strdup(const char *s);
char *ra_strndup(const char *s, size_t n);

/* A bump arena of chunks that double up to 1 MiB. Zero-initialise; free with ra_arena_free. */
struct ra_arena {
    struct ra_arena_chunk *chunk; /* newest first */
    size_t used;                  /* bytes used of the newest chunk */
};

void *ra_arena_alloc(struct ra_arena *a, size_t n);               /* aligned to 16, not cleared */
char *ra_arena_copy(struct ra_arena *a, const void *p, size_t n); /* with a NUL behind */
void ra_arena_reset(struct ra_arena *a);                          /* keeps the largest chunk */
void ra_arena_free(struct ra_arena *a);

#endif
