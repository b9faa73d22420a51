/*
 * The decision beside a bare scan: ra_match over the current snapshots of a store, against LMDB
 * cursors over the same records and indexes, in pairs in one process. bench_match STORE
 * DIRECTORY... [-n PAIRS]
 */
#include "recovery/collect/collect.h"
#include "recovery/match/match.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIRS_MAX 99

struct time {
    double cpu, wall; /* seconds; one thread, which waits for nothing but the disk */
};

static double clock_of(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct time now(void)
{
    return (struct time){clock_of(CLOCK_PROCESS_CPUTIME_ID), clock_of(CLOCK_MONOTONIC)};
}

static struct time since(struct time t)
{
    return (struct time){now().cpu - t.cpu, now().wall - t.wall};
}

static int by_value(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;

    return (d > 0) - (d < 0);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench_match: %s: %s\n", what, why);
    exit(1);
}

/* The first byte of every value is touched, so that the pages really are read. */
static uint64_t scan_database(MDB_txn *txn, MDB_dbi dbi, uint64_t *sum)
{
    MDB_cursor *c;
    MDB_val k, v;
    uint64_t n = 0;

    if (mdb_cursor_open(txn, dbi, &c) != 0)
        give_up("cursor", "cannot be opened");
    while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
        *sum += v.mv_size ? *(const unsigned char *)v.mv_data : 0;
        n++;
    }
    mdb_cursor_close(c);
    return n;
}

static uint64_t scan_file(MDB_env *env, uint64_t *sum)
{
    MDB_txn *txn;
    MDB_dbi all, dbi;
    MDB_cursor *names;
    MDB_val k, v;
    uint64_t n = 0;

    if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &all) != 0 ||
        mdb_cursor_open(txn, all, &names) != 0)
        give_up("snapshot", "cannot be read");
    while (mdb_cursor_get(names, &k, &v, MDB_NEXT) == 0) {
        char *name = ra_strndup(k.mv_data, k.mv_size);
        if ((strcmp(name, "records") == 0 || strncmp(name, "i:", 2) == 0) &&
            mdb_dbi_open(txn, name, 0, &dbi) == 0)
            n += scan_database(txn, dbi, sum);
        free(name);
    }
    mdb_cursor_close(names);
    mdb_txn_abort(txn);
    return n;
}

static MDB_env *open_file(const char *path)
{
    MDB_env *env;

    if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 64) != 0 ||
        mdb_env_set_mapsize(env, (size_t)1 << 37) != 0 ||
        mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0600) != 0)
        give_up(path, "cannot be opened");
    return env;
}

static void snapshot_path(const char *store, const char *side, uint64_t number, char *out, size_t n)
{
    snprintf(out, n, "%s/snapshots/%s.%llu.mdb", store, side, (unsigned long long)number);
}

struct bench {
    struct ra_view *view;
    struct ra_match_input in;
    MDB_env *files[16];
    size_t files_n;
};

static struct time time_scan(const struct bench *b, uint64_t *entries)
{
    struct time t0 = now();
    uint64_t sum = 0;

    *entries = 0;
    for (size_t i = 0; i < b->files_n; i++)
        *entries += scan_file(b->files[i], &sum);
    if (sum == 0)
        give_up("store", "has nothing in it");
    return since(t0);
}

static struct time time_match(const struct bench *b, struct ra_err *err)
{
    struct time t0 = now(), t;
    struct ra_result r;

    if (ra_match(&b->in, &r, err) != 0)
        give_up("match", err->msg);
    t = since(t0);
    ra_result_free(&r);
    return t;
}

static const struct ra_policy policy = {
    .max_deletes = 500, .max_deletes_percent = 5, .anchor_attribute = {"auto", 4}};

static void open_all(struct bench *b, const char *store, const char *const *names, size_t n,
                     struct ra_err *err)
{
    struct ra_cache *cache;
    char path[4096];

    if (ra_cache_open(store, false, &cache, err) != 0 ||
        ra_view_open(cache, names, n, "userPrincipalName", &b->view, err) != 0)
        give_up(store, err->msg);
    b->in = (struct ra_match_input){b->view->ad_sides, n,       &b->view->cloud.side,
                                    &b->view->tenant,  &policy, false};
    snapshot_path(store, "cloud", ra_snap_info(b->view->cloud.snap)->number, path, sizeof path);
    b->files[b->files_n++] = open_file(path);
    for (size_t i = 0; i < n && i < 15; i++) {
        char *side = ra_side_of_directory(names[i]);
        snapshot_path(store, side, ra_snap_info(b->view->ad[i].snap)->number, path, sizeof path);
        b->files[b->files_n++] = open_file(path);
        free(side);
    }
}

int main(int argc, char **argv)
{
    double scan[2][PAIRS_MAX], match[2][PAIRS_MAX], s, m;
    struct time t;
    struct bench b = {0};
    struct ra_err err = {0};
    uint64_t entries = 0;
    size_t pairs = 5;

    if (argc > 4 && strcmp(argv[argc - 2], "-n") == 0) {
        pairs = (size_t)strtoul(argv[argc - 1], NULL, 10);
        argc -= 2;
    }
    if (argc < 3 || pairs < 1 || pairs > PAIRS_MAX)
        give_up("usage", "bench_match STORE DIRECTORY... [-n PAIRS]");
    open_all(&b, argv[1], (const char *const *)argv + 2, (size_t)argc - 2, &err);
    for (size_t i = 0; i < pairs; i++) {
        t = time_scan(&b, &entries);
        scan[0][i] = t.cpu;
        scan[1][i] = t.wall;
        t = time_match(&b, &err);
        match[0][i] = t.cpu;
        match[1][i] = t.wall;
    }
    s = median(scan[0], pairs);
    m = median(match[0], pairs);
    printf("%u cloud objects, %u in %s; %llu entries scanned; %zu pairs\n",
           b.view->cloud.side.count, b.view->ad_sides[0].count, argv[2],
           (unsigned long long)entries, pairs);
    printf("scan %.3f s, match %.3f s, ratio of medians %.2f; by the clock %.3f s and %.3f s\n", s,
           m, m / s, median(scan[1], pairs), median(match[1], pairs));
    return 0;
}
