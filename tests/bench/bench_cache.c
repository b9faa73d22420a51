/*
 * Index build and snapshot commit against a bare LMDB sorted append of the same bytes.
 *
 *   bench_cache [RECORDS [ROUNDS [DIR]]]     1000000 records, 5 rounds, a folder under /var/tmp
 *
 * Each round makes a snapshot through the cache and, with LMDB alone, a file with the same records
 * and the same seven indexes, whose pairs are sorted already before its clock starts: one durable
 * transaction for each of the records' groups and one for each index. Printed are the times of
 * both, the medians of the rounds' ratios, and the cursor scan of the indexes on both. With CPU set
 * in the environment times are the processor's, of all threads.
 */
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/cache/cache.h"
#include "src/cache/pairs.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INDEXES    7
#define GROUP      5000 /* records a commit */
#define RECORD     320
#define MAX_ROUNDS 99

/* Where in a record the key of each index stands, and how long it is. */
static const struct {
    const char *name;
    size_t at, n;
} fields[INDEXES] = {
    {"id", 0, 36},        {"anchor", 36, 24}, {"guid", 60, 24},  {"sid", 84, 50},
    {"address", 134, 30}, {"upn", 164, 30},   {"name", 194, 20},
};

static const char *records; /* RECORD bytes each */
static uint32_t count;

static void check(int bad, const char *what)
{
    if (!bad)
        return;
    fprintf(stderr, "bench_cache: %s (%d)\n", what, bad);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(getenv("CPU") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long long any(void)
{
    static unsigned long long s = 88172645463325252ULL;

    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    return s;
}

static void make_record(char *r, uint32_t seq)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[128];

    for (size_t i = 0; i < RECORD; i++)
        r[i] = digits[any() >> 58];
    snprintf(text, sizeof text, "%08llx-%04llx-4%03llx-a%03llx-%012llx", any() >> 32, any() >> 48,
             any() >> 52, any() >> 52, any() >> 16);
    memcpy(r + fields[0].at, text, fields[0].n);
    snprintf(text, sizeof text, "S-1-5-21-1004336348-1177238915-68200333-%010u",
             seq * 2654435761U); /* every number once */
    memcpy(r + fields[3].at, text, fields[3].n);
    memcpy(r + fields[4].at + 18, "@contoso.com", 12);
    memcpy(r + fields[5].at + 18, "@contoso.com", 12);
    for (size_t i = 0; i < 18; i++)
        r[fields[5].at + i] = (char)(r[fields[5].at + i] | 0x20);
}

static void value_of(uint32_t seq, unsigned char value[8])
{
    for (int i = 0; i < 4; i++)
        value[i] = (unsigned char)(seq >> (24 - 8 * i));
    memset(value + 4, 0, 4);
}

static int keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                struct ra_err *err)
{
    size_t i = *(size_t *)ctx;
    unsigned char value[8];

    (void)err;
    value_of(seq, value);
    emit(to, (struct ra_str){record.p + fields[i].at, fields[i].n}, value);
    return 0;
}

/* ---- through the cache ---- */

struct timing {
    double fill, finish, scan;
};

static double scan_ours(struct ra_cache *c)
{
    struct ra_err err = {0};
    struct ra_str key, value;
    struct ra_snap *s;
    size_t n = 0;
    double start;

    check(ra_snap_open(c, "cloud", &s, &err), err.msg);
    start = seconds();
    for (int i = 0; i < INDEXES; i++) {
        struct ra_cache_cursor *cursor = ra_snap_index(s, fields[i].name);
        while (ra_cache_cursor_next(cursor, &key, &value) == 1)
            n++;
        ra_cache_cursor_close(cursor);
    }
    start = seconds() - start;
    check(n != (size_t)count * INDEXES, "an index is short");
    ra_snap_close(&s);
    return start;
}

static struct timing run_ours(const char *dir)
{
    struct ra_index_builder builders[INDEXES];
    size_t numbers[INDEXES];
    struct ra_err err = {0};
    struct timing t;
    struct ra_cache *c;
    struct ra_fill *f;
    bool resumed;
    double start;

    for (size_t i = 0; i < INDEXES; i++) {
        numbers[i] = i;
        builders[i] = (struct ra_index_builder){fields[i].name, keys, &numbers[i]};
    }
    check(ra_cache_open(dir, true, &c, &err), err.msg);
    check(ra_fill_open(c, "cloud", RA_STR("bench"), &f, &resumed, &err), err.msg);
    start = seconds();
    for (uint32_t i = 0; i < count; i++) {
        ra_fill_record(f, (struct ra_str){records + (size_t)i * RECORD, RECORD});
        if (i % GROUP == GROUP - 1)
            check(ra_fill_commit(f, &err), err.msg);
    }
    check(ra_fill_commit(f, &err), err.msg);
    t.fill = seconds() - start;
    start = seconds();
    check(ra_fill_finish(&f, "bench", builders, INDEXES, &err), err.msg);
    t.finish = seconds() - start;
    t.scan = scan_ours(c);
    ra_cache_close(&c);
    return t;
}

/* ---- LMDB alone ---- */

static MDB_txn *begin(MDB_env *env, const char *name, unsigned flags, MDB_dbi *dbi)
{
    MDB_txn *txn;

    check(mdb_txn_begin(env, NULL, 0, &txn), "mdb_txn_begin");
    check(mdb_dbi_open(txn, name, flags | MDB_CREATE, dbi), "mdb_dbi_open");
    return txn;
}

static double bare_records(MDB_env *env)
{
    double start = seconds();

    for (uint32_t i = 0; i < count;) {
        MDB_dbi dbi;
        MDB_txn *txn = begin(env, "records", MDB_INTEGERKEY, &dbi);
        for (uint32_t end = i + GROUP; i < end && i < count; i++) {
            MDB_val key = {sizeof i, &i}, value = {RECORD, NULL};
            check(mdb_put(txn, dbi, &key, &value, MDB_APPEND | MDB_RESERVE), "mdb_put");
            memcpy(value.mv_data, records + (size_t)i * RECORD, RECORD);
        }
        check(mdb_txn_commit(txn), "mdb_txn_commit");
    }
    return seconds() - start;
}

/* keys and values one behind the other, in order */
static double bare_index(MDB_env *env, const char *name, char *sorted, size_t n)
{
    double start = seconds();
    MDB_cursor *cursor;
    MDB_dbi dbi;
    MDB_txn *txn = begin(env, name, MDB_DUPSORT | MDB_DUPFIXED, &dbi);

    check(mdb_cursor_open(txn, dbi, &cursor), "mdb_cursor_open");
    for (uint32_t i = 0; i < count; i++, sorted += n + 8) {
        MDB_val key = {n, sorted}, value = {8, sorted + n};
        check(mdb_cursor_put(cursor, &key, &value, MDB_APPEND), "mdb_cursor_put");
    }
    mdb_cursor_close(cursor);
    check(mdb_txn_commit(txn), "mdb_txn_commit");
    return seconds() - start;
}

static double bare_scan(MDB_env *env)
{
    double start = seconds();
    size_t n = 0;
    MDB_txn *txn;

    check(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
    for (int i = 0; i < INDEXES; i++) {
        MDB_cursor *cursor;
        MDB_val key, value;
        MDB_dbi dbi;
        check(mdb_dbi_open(txn, fields[i].name, 0, &dbi), "mdb_dbi_open");
        check(mdb_cursor_open(txn, dbi, &cursor), "mdb_cursor_open");
        while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
            n++;
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    check(n != (size_t)count * INDEXES, "a bare index is short");
    return seconds() - start;
}

static struct timing run_bare(const char *path, char **sorted)
{
    struct timing t = {0};
    MDB_env *env;

    check(mdb_env_create(&env), "mdb_env_create");
    check(mdb_env_set_maxdbs(env, 16), "mdb_env_set_maxdbs");
    check(mdb_env_set_mapsize(env, (size_t)64 << 30), "mdb_env_set_mapsize");
    check(mdb_env_open(env, path, MDB_NOSUBDIR, 0600), "mdb_env_open");
    t.fill = bare_records(env);
    for (int i = 0; i < INDEXES; i++)
        t.finish += bare_index(env, fields[i].name, sorted[i], fields[i].n);
    t.scan = bare_scan(env);
    mdb_env_close(env);
    return t;
}

/* ---- rounds ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static char *sort_keys(size_t field)
{
    struct ra_pairs p = {0};
    size_t n = fields[field].n;
    char *sorted = ra_malloc(count * (n + 8));
    unsigned char value[8];
    double start;

    for (uint32_t seq = 0; seq < count; seq++) {
        const char *r = records + (size_t)seq * RECORD;
        value_of(seq, value);
        ra_pairs_add(&p, (struct ra_str){r + fields[field].at, n}, value);
    }
    start = seconds();
    ra_pairs_sort(&p);
    printf("sort %-8s %.3f s\n", fields[field].name, seconds() - start);
    for (size_t i = 0; i < count; i++) {
        memcpy(sorted + i * (n + 8), ra_pairs_key(&p, i).p, n);
        ra_pairs_value(&p, i, value);
        memcpy(sorted + i * (n + 8) + n, value, sizeof value);
    }
    ra_pairs_free(&p);
    return sorted;
}

static void make_input(char *sorted[INDEXES])
{
    char *all = ra_malloc((size_t)count * RECORD);

    for (uint32_t seq = 0; seq < count; seq++)
        make_record(all + (size_t)seq * RECORD, seq);
    records = all;
    for (size_t i = 0; i < INDEXES; i++)
        sorted[i] = sort_keys(i);
}

static void discard(const char *dir, const char *bare)
{
    char command[512];

    snprintf(command, sizeof command, "rm -rf '%s/store' '%s' '%s-lock'", dir, bare, bare);
    check(system(command), command);
    sync();
}

int main(int argc, char **argv)
{
    double fill[MAX_ROUNDS], finish[MAX_ROUNDS], all[MAX_ROUNDS], scan[MAX_ROUNDS];
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
    char dir[128], store[160], bare[160];
    char *sorted[INDEXES];

    count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    check(rounds < 1 || rounds > MAX_ROUNDS || count < 1, "usage: bench_cache [RECORDS [ROUNDS]]");
    snprintf(dir, sizeof dir, "%s/bench-cache-XXXXXX", argc > 3 ? argv[3] : "/var/tmp");
    check(!mkdtemp(dir), dir);
    snprintf(store, sizeof store, "%s/store", dir);
    snprintf(bare, sizeof bare, "%s/bare.mdb", dir);
    make_input(sorted);
    for (size_t r = 0; r < rounds; r++) {
        struct timing us, it;
        us = run_ours(store);
        discard(dir, bare);
        it = run_bare(bare, sorted);
        discard(dir, bare);
        printf("round %zu: records %.2f s, bare %.2f s; indexes and commit %.2f s, bare %.2f s; "
               "scan %.3f s, bare %.3f s\n",
               r + 1, us.fill, it.fill, us.finish, it.finish, us.scan, it.scan);
        fill[r] = us.fill / it.fill;
        finish[r] = us.finish / it.finish;
        all[r] = (us.fill + us.finish) / (it.fill + it.finish);
        scan[r] = us.scan / it.scan;
        fflush(stdout);
    }
    printf(
        "medians of %zu ratios: records %.2f, indexes and commit %.2f, all of it %.2f, scan %.2f\n",
        rounds, median(fill, rounds), median(finish, rounds), median(all, rounds),
        median(scan, rounds));
    check(rmdir(dir), dir);
    return 0;
}
