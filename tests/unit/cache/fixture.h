/*
 * What the tests of the cache share: a folder of their own for each test, and a small snapshot with
 * known records and one index. Include after cmocka.h.
 */
#ifndef RA_TESTS_CACHE_FIXTURE_H
#define RA_TESTS_CACHE_FIXTURE_H

#include "src/cache/cache.h"

#include <stdio.h>

struct fixture {
    char dir[64];   /* an empty folder */
    char store[80]; /* DIR/store, which is not there yet */
    struct ra_err err;
};

int fixture_make(void **state); /* cmocka's setup and teardown */
int fixture_remove(void **state);

struct ra_cache *store_open(struct fixture *fx, bool write);
/* The path of a file in the store; static, until the next call. */
const char *store_path(const struct fixture *fx, const char *name);
bool store_has(const struct fixture *fx, const char *name);
/* Files in DIR/snapshots whose names end so. */
int store_count(const struct fixture *fx, const char *ending);

/* "record I", as it stands in the snapshots made here; static, until the next call. */
struct ra_str record_text(unsigned i);

/* One index, "word": the record's text in lower case -> its number, and under "even" or "odd" too.
 */
extern const struct ra_index_builder word_index;

/* A complete snapshot of n such records. */
void make_snapshot(struct ra_cache *c, const char *side, unsigned n);

/* The current snapshot of a side, which there must be. */
struct ra_snap *current_snap(struct fixture *fx, struct ra_cache *c, const char *side);

/* A value of eight bytes, as word_index makes it. */
void number_value(uint32_t n, unsigned char out[8]);
uint32_t value_number(struct ra_str value);

#define assert_ok(rc, fx)                                                                          \
    do {                                                                                           \
        if ((rc) != 0)                                                                             \
            fail_msg("%s", (fx)->err.msg);                                                         \
    } while (0)

#endif
