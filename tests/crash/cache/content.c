#include "tests/crash/cache/content.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void content_fail(const char *fmt, ...)
{
    va_list ap;

    fputs("crash_cache: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

uint32_t content_records(unsigned run)
{
    return 12 + run * 7 % 15;
}

struct ra_str content_record(const char *side, unsigned run, uint32_t i, char room[256])
{
    int n = snprintf(room, 256, "%s run %u record %u ", side, run, i);
    int more = (int)((run * 31 + i * 17) % 150);

    memset(room + n, 'a' + (int)(i % 26), (size_t)more);
    return (struct ra_str){room, (size_t)(n + more)};
}

/* ---- the indexes: by the whole record, and by its first letter, which nearly all share ---- */

static void pack(uint32_t seq, unsigned char value[8])
{
    for (int i = 0; i < 4; i++)
        value[i] = (unsigned char)(seq >> (24 - 8 * i));
    memset(value + 4, 7, 4);
}

static int keys_text(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                     struct ra_err *err)
{
    unsigned char value[8];

    (void)ctx;
    (void)err;
    pack(seq, value);
    emit(to, record, value);
    return 0;
}

static int keys_letter(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                       struct ra_err *err)
{
    (void)ctx;
    return keys_text(NULL, seq, (struct ra_str){record.p, 1}, emit, to, err);
}

const struct ra_index_builder content_indexes[CONTENT_INDEXES] = {
    {.name = "text", .keys = keys_text},
    {.name = "letter", .keys = keys_letter},
};

/* ---- proving ---- */

static void hash_of(const char *side, unsigned run, char out[65])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char d[32];
    char room[256];

    EVP_DigestInit_ex(md, EVP_sha256(), NULL);
    for (uint32_t i = 0; i < content_records(run); i++) {
        struct ra_str r = content_record(side, run, i, room);
        unsigned char n[4] = {0, 0, (unsigned char)(r.n >> 8), (unsigned char)r.n};
        EVP_DigestUpdate(md, n, 4);
        EVP_DigestUpdate(md, r.p, r.n);
    }
    EVP_DigestFinal_ex(md, d, NULL);
    EVP_MD_CTX_free(md);
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", d[i]);
}

static void verify_records(struct ra_snap *s, const char *side, unsigned run)
{
    char want[65], room[256];

    if (ra_snap_info(s)->records != content_records(run))
        content_fail("%s run %u: has %u records, want %u", side, run, ra_snap_info(s)->records,
                     content_records(run));
    for (uint32_t i = 0; i < content_records(run); i++)
        if (!ra_str_eq(ra_snap_record(s, i), content_record(side, run, i, room)))
            content_fail("%s run %u: record %u is not what was stored", side, run, i);
    hash_of(side, run, want);
    if (strcmp(ra_snap_info(s)->hash, want) != 0)
        content_fail("%s run %u: has hash %s, want %s", side, run, ra_snap_info(s)->hash, want);
}

static void verify_index(struct ra_snap *s, const char *side, unsigned run, int number)
{
    struct ra_cache_cursor *c = ra_snap_index(s, content_indexes[number].name);
    struct ra_str key, value;
    uint32_t n = 0;
    int rc;

    if (!c)
        content_fail("%s run %u: has no index %s", side, run, content_indexes[number].name);
    while ((rc = ra_cache_cursor_next(c, &key, &value)) == 1) {
        const unsigned char *v = (const unsigned char *)value.p;
        uint32_t seq = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
        struct ra_str record = ra_snap_record(s, seq);
        if (!record.p || memcmp(record.p, key.p, key.n) != 0)
            content_fail("%s run %u: an entry of index %s leads to no record", side, run,
                         content_indexes[number].name);
        n++;
    }
    ra_cache_cursor_close(c);
    if (rc != 0 || n != content_records(run))
        content_fail("%s run %u: index %s has %u entries, want %u", side, run,
                     content_indexes[number].name, n, content_records(run));
}

/* A supplement is there with all its pairs or with none. */
static void verify_facts(struct ra_snap *s, const char *side, unsigned run)
{
    for (const char *name = "ab"; *name; name++) {
        int n = 0;
        for (int i = 0; i < CONTENT_FACTS; i++) {
            char key[2] = {*name, (char)('0' + i)};
            struct ra_str value = ra_snap_get(s, "facts", (struct ra_str){key, 2});
            n += value.p && ra_str_eq(value, (struct ra_str){key, 2}) ? 1 : 0;
        }
        if (n != 0 && n != CONTENT_FACTS)
            content_fail("%s run %u: supplement %c has %d pairs of %d", side, run, *name, n,
                         CONTENT_FACTS);
    }
}

unsigned content_verify(const char *dir, const char *side)
{
    struct ra_err err = {0};
    struct ra_cache *c;
    struct ra_snap *s = NULL;
    unsigned long long run = 0;
    int rc = ra_cache_open(dir, false, &c, &err);

    if (rc == 0)
        rc = ra_snap_open(c, side, &s, &err);
    if (rc != 0 && rc != -(int)RA_ENOTFOUND)
        content_fail("%s: %s", side, err.msg);
    if (rc == 0) {
        if (!ra_parse_uint(ra_snap_get(s, "meta", RA_STR("run")), &run) || run == 0)
            content_fail("%s: a complete snapshot without its run", side);
        verify_records(s, side, (unsigned)run);
        for (int i = 0; i < CONTENT_INDEXES; i++)
            verify_index(s, side, (unsigned)run, i);
        verify_facts(s, side, (unsigned)run);
    }
    ra_snap_close(&s);
    ra_cache_close(&c);
    return (unsigned)run;
}
