#include "recovery/backup/anchors.h"
#include "recovery/backup/chain.h"
#include "src/base/file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST    8
#define FILE_MAX_ ((size_t)4 << 30)

void ra_anchor_set_add(struct ra_anchor_set *s, const char *side, struct ra_str id,
                       struct ra_str anchor)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    uint64_t v = 0;

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)side, strlen(side) + 1);
    crypto_generichash_update(&state, (const unsigned char *)id.p, id.n);
    crypto_generichash_update(&state, (const unsigned char *)"", 1);
    crypto_generichash_update(&state, (const unsigned char *)anchor.p, anchor.n);
    crypto_generichash_final(&state, hash, sizeof hash);
    for (size_t i = 0; i < DIGEST; i++)
        v = v << 8 | hash[i];
    s->all = ra_grow(s->all, &s->cap, s->n + 1, sizeof *s->all);
    s->all[s->n++] = v;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void ra_anchor_set_sort(struct ra_anchor_set *s)
{
    size_t kept = 0;

    if (s->n)
        qsort(s->all, s->n, sizeof *s->all, by_value);
    for (size_t i = 0; i < s->n; i++)
        if (i == 0 || s->all[i] != s->all[kept - 1])
            s->all[kept++] = s->all[i];
    s->n = kept;
}

void ra_anchor_set_free(struct ra_anchor_set *s)
{
    free(s->all);
    *s = (struct ra_anchor_set){0};
}

void ra_anchor_set_subtract(struct ra_anchor_set *s, const struct ra_anchor_set *other)
{
    size_t kept = 0, o = 0;

    for (size_t i = 0; i < s->n; i++) {
        while (o < other->n && other->all[o] < s->all[i])
            o++;
        if (o == other->n || other->all[o] != s->all[i])
            s->all[kept++] = s->all[i];
    }
    s->n = kept;
}

void ra_anchor_set_merge(struct ra_anchor_set *s, const struct ra_anchor_set *other)
{
    struct ra_anchor_set both = {.cap = s->n + other->n + 1};
    size_t a = 0, b = 0;

    both.all = ra_calloc(both.cap, sizeof *both.all);
    while (a < s->n || b < other->n) {
        bool left = b == other->n || (a < s->n && s->all[a] <= other->all[b]);
        uint64_t v = left ? s->all[a++] : other->all[b++];
        if (both.n == 0 || both.all[both.n - 1] != v)
            both.all[both.n++] = v;
    }
    ra_anchor_set_free(s);
    *s = both;
}

int ra_anchor_set_write(const struct ra_anchor_set *s, const char *dir, const char *name,
                        const char *suffix, struct ra_err *err)
{
    unsigned char *bytes = ra_malloc(s->n * DIGEST + 1);
    int rc;

    for (size_t i = 0; i < s->n; i++)
        for (size_t b = 0; b < DIGEST; b++)
            bytes[i * DIGEST + b] = (unsigned char)(s->all[i] >> (8 * (DIGEST - 1 - b)));
    rc = ra_backup_put_file(dir, name, suffix, bytes, s->n * DIGEST, err);
    free(bytes);
    return rc;
}

static int decode(struct ra_str bytes, struct ra_anchor_set *out)
{
    if (bytes.n % DIGEST)
        return -1;
    out->all = ra_malloc(bytes.n + 1);
    for (size_t i = 0; i < bytes.n / DIGEST; i++) {
        uint64_t v = 0;
        for (size_t b = 0; b < DIGEST; b++)
            v = v << 8 | (unsigned char)bytes.p[i * DIGEST + b];
        if (i > 0 && v <= out->all[i - 1])
            return -1;
        out->all[out->n++] = v;
    }
    return 0;
}

int ra_anchor_set_read(const char *dir, const struct ra_backup_manifest *m,
                       struct ra_anchor_set *out, struct ra_err *err)
{
    char *path = ra_backup_path(dir, m->anchors.name, "");
    char hash[RA_BACKUP_HASH];
    struct ra_buf bytes;
    int rc = ra_file_read(path, FILE_MAX_, RA_EINTEGRITY, &bytes, err);

    *out = (struct ra_anchor_set){0};
    if (rc == 0) {
        ra_digest_of(bytes.p, bytes.n, hash);
        if (strcmp(hash, m->anchors.sha256) != 0)
            rc = ra_fail(err, RA_EINTEGRITY, "%s: has the hash %s, want %s", path, hash,
                         m->anchors.sha256);
        else if (decode((struct ra_str){bytes.p, bytes.n}, out) != 0 || out->n != m->anchors_n)
            rc = ra_fail(err, RA_EINTEGRITY, "%s: is not what the format wants", path);
        ra_buf_free(&bytes);
    }
    if (rc != 0)
        ra_anchor_set_free(out);
    free(path);
    return rc;
}
