#include "src/graph/jsonarena.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A node takes 64 bytes, so that "[0,0,0…" needs 32 times its length: Graph's pages need 5 times.
 */
enum { GROWTH = 24, FLOOR = 1 << 16 };
enum { BLOCK_FROM = 1 << 15, BLOCK_TIMES = 6, BLOCK_MAX = 1 << 24 };
#define CEILING ((size_t)1 << 29)

/* The parse under way on this thread. A page's nodes come out of one block of the arena, found by
 * adding; what does not fit there is asked of the arena itself. */
static _Thread_local struct {
    struct ra_arena *arena; /* NULL outside ra_json_parse */
    char *at, *end;
    size_t room; /* bytes that may still be taken in all */
} active;

static void *hook_malloc(size_t n)
{
    if (!active.arena)
        return malloc(n);
    n = (n + 15) & ~(size_t)15;
    if (n > active.room)
        return NULL;
    active.room -= n;
    if (n > (size_t)(active.end - active.at))
        return ra_arena_alloc(active.arena, n);
    active.at += n;
    return active.at - n;
}

static void hook_free(void *p)
{
    if (!active.arena)
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

    while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL && end - p >= 6) {
        if (memcmp(p, "\\u0000", 6) == 0) {
            *at = (size_t)(p - text.p);
            return true;
        }
        p += 2; /* the escaped character, which may be a backslash */
    }
    return false;
}

static void begin(struct ra_arena *arena, size_t n, size_t room)
{
    size_t block = n < BLOCK_FROM ? 0 : n * BLOCK_TIMES;

    if (block > BLOCK_MAX)
        block = BLOCK_MAX;
    active.at = block ? ra_arena_alloc(arena, block) : NULL;
    active.end = active.at ? active.at + block : NULL;
    active.room = room;
    active.arena = arena;
}

cJSON *ra_json_parse(struct ra_arena *arena, struct ra_str text, size_t *at)
{
    const char *end = text.p;
    cJSON *root;

    *at = 0;
    if (ra_str_absent(text) || escaped_nul(text, at))
        return NULL;
    begin(arena, text.n, room_for(text.n));
    root = cJSON_ParseWithLengthOpts(text.p, text.n, &end, 0);
    active.arena = NULL;
    *at = end ? (size_t)(end - text.p) : 0;
    if (!root || behind(text, *at) == text.n)
        return root;
    *at = behind(text, *at);
    return NULL;
}

bool ra_json_too_deep(struct ra_str text, size_t at)
{
    size_t depth = 0, deepest = 0;
    bool string = false;

    for (size_t i = 0; i < text.n && i <= at; i++) {
        char c = text.p[i];
        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '[' || c == '{') && ++depth > deepest)
            deepest = depth;
        else if (!string && depth && (c == ']' || c == '}'))
            depth--;
    }
    return deepest >= CJSON_NESTING_LIMIT;
}

struct ra_str ra_json_print(struct ra_arena *arena, const cJSON *value)
{
    char *text;

    begin(arena, 0, CEILING);
    text = cJSON_PrintUnformatted(value);
    active.arena = NULL;
    if (!text) /* "nothing there" is what an absent text would say */
        ra_die("out of memory (a JSON value of an answer)");
    return ra_str(text);
}
