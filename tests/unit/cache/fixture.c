#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cache/fixture.h"

#include "src/base/mem.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fixture_make(void **state)
{
    struct fixture *fx = ra_calloc(1, sizeof *fx);

    snprintf(fx->dir, sizeof fx->dir, "/tmp/ra-cache-XXXXXX");
    if (!mkdtemp(fx->dir))
        return -1;
    snprintf(fx->store, sizeof fx->store, "%s/store", fx->dir);
    *state = fx;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int fixture_remove(void **state)
{
    struct fixture *fx = *state;
    int rc = nftw(fx->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);

    free(fx);
    return rc;
}

struct ra_cache *store_open(struct fixture *fx, bool write)
{
    struct ra_cache *c;

    assert_ok(ra_cache_open(fx->store, write, &c, &fx->err), fx);
    return c;
}

const char *store_path(const struct fixture *fx, const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", fx->store, name);
    return path;
}

bool store_has(const struct fixture *fx, const char *name)
{
    return access(store_path(fx, name), F_OK) == 0;
}

int store_count(const struct fixture *fx, const char *ending)
{
    DIR *dir = opendir(store_path(fx, "snapshots"));
    struct dirent *d;
    int n = 0;

    assert_non_null(dir);
    while ((d = readdir(dir)) != NULL)
        n += ra_str_ends_fold(ra_str(d->d_name), ra_str(ending)) ? 1 : 0;
    closedir(dir);
    return n;
}

struct ra_str record_text(unsigned i)
{
    static char text[32];

    snprintf(text, sizeof text, "record %u", i);
    return ra_str(text);
}

void number_value(uint32_t n, unsigned char out[8])
{
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(n >> (24 - 8 * i));
        out[4 + i] = 0;
    }
}

uint32_t value_number(struct ra_str value)
{
    uint32_t n = 0;

    assert_int_equal(value.n, 8);
    for (int i = 0; i < 4; i++)
        n = n << 8 | (unsigned char)value.p[i];
    return n;
}

static int word_keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                     struct ra_err *err)
{
    unsigned char value[8];

    (void)ctx;
    (void)err;
    number_value(seq, value);
    emit(to, record, value);
    emit(to, seq % 2 ? ra_str("odd") : ra_str("even"), value);
    return 0;
}

const struct ra_index_builder word_index = {.name = "word", .keys = word_keys};

void make_snapshot(struct ra_cache *c, const char *side, unsigned n)
{
    struct ra_err err = {0};
    struct ra_fill *f;
    bool resumed;

    assert_int_equal(ra_fill_open(c, side, RA_STR("token"), &f, &resumed, &err), 0);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(ra_fill_record(f, record_text(i)), i);
    ra_fill_put(f, "meta", RA_STR("usn"), RA_STR("4711"));
    if (ra_fill_finish(&f, "counted", &word_index, 1, &err) != 0)
        fail_msg("%s", err.msg);
}

struct ra_snap *current_snap(struct fixture *fx, struct ra_cache *c, const char *side)
{
    struct ra_snap *s;

    assert_ok(ra_snap_open(c, side, &s, &fx->err), fx);
    return s;
}
