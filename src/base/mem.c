#include "src/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct ra_arena_chunk {
    struct ra_arena_chunk *older;
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

_Noreturn void ra_die(const char *why)
{
    fprintf(stderr, "reanchor: %s\n", why);
    abort();
}

static _Noreturn void out_of_memory(size_t n)
{
    fprintf(stderr, "reanchor: out of memory (%zu bytes wanted)\n", n);
    abort();
}

void *ra_malloc(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (!p)
        out_of_memory(n);
    return p;
}

/*
 * Arrays over all objects are looked up all over: with large pages most of the look-ups find their
 * page known. Only a wish; where the system does not grant it nothing changes.
 */
#define LARGE      ((size_t)4 << 20)
#define LARGE_PAGE ((uintptr_t)2 << 20)

static void wish_large_pages(void *p, size_t n)
{
    uintptr_t from = ((uintptr_t)p + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    uintptr_t to = ((uintptr_t)p + n) & ~(LARGE_PAGE - 1);

    if (n >= LARGE && to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void *ra_calloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        out_of_memory(count);
    if (size && count <= SIZE_MAX / size)
        wish_large_pages(p, count * size);
    return p;
}

void *ra_realloc(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);

    if (!q)
        out_of_memory(n);
    return q;
}

void *ra_grow(void *p, size_t *cap, size_t want, size_t size)
{
    size_t next = *cap ? *cap : 16;

    if (want <= *cap)
        return p;
    while (next < want) {
        if (next > SIZE_MAX / 2)
            out_of_memory(want);
        next *= 2;
    }
    if (next > SIZE_MAX / size)
        out_of_memory(want);
    *cap = next;
    return ra_realloc(p, next * size);
}

char *ra_strndup(const char *s, size_t n)
{
    char *copy = ra_malloc(n + 1);

    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *ra_strdup(const char *s)
{
    return ra_strndup(s, strlen(s));
}

/* ---- arenas ---- */

/* AddressSanitizer knows of a chunk only as a whole. It is told what was handed out of it, so that
 * reading or writing behind that is found; and what is handed out is filled, so that reading before
 * writing does not find zeros by accident. */
#ifdef __SANITIZE_ADDRESS__ /* gcc */
#define RA_ASAN
#endif
#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define RA_ASAN
#endif
#endif
#ifdef RA_ASAN
#include <sanitizer/asan_interface.h>

enum { RED_ZONE = 16 };

static void close_off(void *p, size_t n)
{
    __asan_poison_memory_region(p, n);
}

static void hand_out(void *p, size_t n)
{
    __asan_unpoison_memory_region(p, n);
    memset(p, 0xBE, n);
}
#else
enum { RED_ZONE = 0 };

static void close_off(void *p, size_t n)
{
    (void)p;
    (void)n;
}

static void hand_out(void *p, size_t n)
{
    (void)p;
    (void)n;
}
#endif

static void arena_add_chunk(struct ra_arena *a, size_t n)
{
    size_t size = a->chunk ? a->chunk->size * 2 : 4096;
    struct ra_arena_chunk *c;

    if (size > (size_t)1 << 20)
        size = (size_t)1 << 20;
    if (size < n)
        size = n;
    c = ra_malloc(sizeof *c + size);
    c->older = a->chunk;
    c->size = size;
    close_off(c->bytes, size);
    a->chunk = c;
    a->used = 0;
}

void *ra_arena_alloc(struct ra_arena *a, size_t n)
{
    size_t room;
    void *p;

    if (n > SIZE_MAX - 64)
        out_of_memory(n);
    room = ((n + 15) & ~(size_t)15) + RED_ZONE;
    if (!a->chunk || a->chunk->size - a->used < room)
        arena_add_chunk(a, room);
    p = a->chunk->bytes + a->used;
    a->used += room;
    hand_out(p, n);
    return p;
}

char *ra_arena_copy(struct ra_arena *a, const void *p, size_t n)
{
    char *copy = ra_arena_alloc(a, n + 1);

    if (n)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

static struct ra_arena_chunk *largest_chunk(struct ra_arena *a)
{
    struct ra_arena_chunk *best = a->chunk;

    for (struct ra_arena_chunk *c = a->chunk; c; c = c->older)
        if (c->size > best->size)
            best = c;
    return best;
}

void ra_arena_reset(struct ra_arena *a)
{
    struct ra_arena_chunk *keep = largest_chunk(a), *c, *older;

    for (c = a->chunk; c; c = older) {
        older = c->older;
        if (c != keep)
            free(c);
    }
    a->chunk = keep;
    a->used = 0;
    if (keep) {
        keep->older = NULL;
        close_off(keep->bytes, keep->size);
    }
}

void ra_arena_free(struct ra_arena *a)
{
    ra_arena_reset(a);
    free(a->chunk);
    a->chunk = NULL;
}
