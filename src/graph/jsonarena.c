#include "src/graph/jsonarena.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A node takes 64 bytes, so that "[0,0,0…" needs 32 times its length: Graph's pages need 5 times.
 */
enum { GROWTH = 24, FLOOR = 1 << 16 };
#define CEILING ((size_t)1 << 29)

static _Thread_local struct ra_arena *active;
static _Thread_local size_t room;

static void *hook_malloc(size_t n)
{
    if (!active)
        return malloc(n);
    if (n > room)
        return NULL;
    room -= n;
    return ra_arena_alloc(active, n);
}

static void hook_free(void *p)
{
    if (!active)
        free(p);
}

static void set_hooks(void)
{
    cJSON_Hooks hooks = {hook_malloc, hook_free};

    cJSON_InitHooks(&hooks);
}

void ra_json_arena_setup(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_hooks);
}

static size_t room_for(size_t n)
{
    size_t want = n > CEILING / GROWTH ? CEILING : n * GROWTH + FLOOR;

    return want < CEILING ? want : CEILING;
}

/* Offset of what is not white space behind the value, or n. */
static size_t behind(struct ra_str text, size_t from)
{
    while (from < text.n && strchr(" \t\r\n", text.p[from]) && text.p[from])
        from++;
    return from;
}

/* cJSON's strings end at a NUL: one that stands inside would silently cut the value short. */
static bool escaped_nul(struct ra_str text, size_t *at)
{
    const char *p = text.p, *end = text.p + text.n;
    size_t slashes;

    for (; (p = memmem(p, (size_t)(end - p), "\\u0000", 6)) != NULL; p += 6) {
        for (slashes = 0; p - slashes > text.p && p[-1 - (long)slashes] == '\\'; slashes++)
            ;
        if (slashes % 2 == 0) {
            *at = (size_t)(p - text.p);
            return true;
        }
    }
    return false;
}

cJSON *ra_json_parse(struct ra_arena *arena, struct ra_str text, size_t *at)
{
    const char *end = text.p;
    cJSON *root;

    *at = 0;
    if (ra_str_absent(text) || escaped_nul(text, at))
        return NULL;
    active = arena;
    room = room_for(text.n);
    root = cJSON_ParseWithLengthOpts(text.p, text.n, &end, 0);
    active = NULL;
    *at = end ? (size_t)(end - text.p) : 0;
    if (!root || behind(text, *at) == text.n)
        return root;
    *at = behind(text, *at);
    return NULL;
}

struct ra_str ra_json_print(struct ra_arena *arena, const cJSON *value)
{
    char *text;

    active = arena;
    room = CEILING;
    text = cJSON_PrintUnformatted(value);
    active = NULL;
    return ra_str(text);
}
