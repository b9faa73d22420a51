/*
 * Two floors of a fetch, on pages of objects as they came from the service:
 *
 *   bench_pages parse DIR     cJSON's parse of every page on an arena, in one thread
 *   bench_pages append DIR    a bare LMDB append of the records that the pages give, durable every
 * 8 MiB
 *
 * DIR holds KIND.N.json (users.1.json …). Printed are the seconds, without reading the files and
 * making the records.
 */
#include "recovery/collect/internal.h"
#include "src/base/file.h"
#include "src/graph/decode.h"

#include <dirent.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAGE_MAX = 64 << 20 };

struct page {
    enum ra_collection in;
    struct ra_buf text;
};

static struct page *pages;
static size_t pages_n, pages_cap;

static void check(int bad, const char *what)
{
    if (!bad)
        return;
    fprintf(stderr, "bench_pages: %s (%d)\n", what, bad);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_page(const char *dir, const char *name)
{
    char path[4096];
    struct ra_err err;

    for (int c = 0; c < RA_COLLECTIONS; c++) {
        size_t n = strlen(ra_collection_name((enum ra_collection)c));
        if (strncmp(name, ra_collection_name((enum ra_collection)c), n) != 0 || name[n] != '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, name);
        pages = ra_grow(pages, &pages_cap, pages_n + 1, sizeof *pages);
        pages[pages_n].in = (enum ra_collection)c;
        check(ra_file_read(path, PAGE_MAX, RA_EIO, &pages[pages_n].text, &err), path);
        pages_n++;
    }
}

static void read_pages(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *e;

    check(d == NULL, dir);
    while ((e = readdir(d)) != NULL)
        read_page(dir, e->d_name);
    closedir(d);
    check(pages_n == 0, "no pages");
}

static const cJSON *parse(struct ra_arena *arena, const struct page *p)
{
    const cJSON *root;
    size_t at;

    ra_arena_reset(arena);
    root = ra_json_parse(arena, ra_str_n(p->text.p, p->text.n), &at);
    check(root == NULL, "a page is not JSON");
    return root;
}

static void bench_parse(void)
{
    struct ra_arena arena = {0};
    double start = seconds();

    for (size_t i = 0; i < pages_n; i++)
        parse(&arena, &pages[i]);
    printf("%.3f\n", seconds() - start);
    ra_arena_free(&arena);
}

/* All records, each behind its length. */
static void make_records(struct ra_buf *out)
{
    struct ra_arena arena = {0};
    struct ra_objects objects = {0};
    struct ra_buf lists, record;
    struct ra_err err;

    ra_buf_init(&lists, 1 << 24);
    ra_buf_init(&record, 1 << 24);
    for (size_t i = 0; i < pages_n; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(parse(&arena, &pages[i]), "value");
        const struct ra_source source = {.name = "page", .fault = RA_EINPUT};
        const cJSON *item;
        uint64_t at = 0;
        ra_objects_clear(&objects);
        cJSON_ArrayForEach(item, value) check(
            ra_decode_object(item, pages[i].in, &source, ++at, &arena, &objects, &err), err.msg);
        for (size_t k = 0; k < objects.n; k++) {
            ra_buf_clear(&record);
            ra_record_from_graph(&objects.items[k], &lists, &record);
            ra_buf_put(out, (const char *)&record.n, sizeof record.n);
            ra_buf_put(out, record.p, record.n);
        }
    }
    ra_buf_free(&lists);
    ra_buf_free(&record);
    ra_objects_free(&objects);
    ra_arena_free(&arena);
}

static void bench_append(const char *dir)
{
    struct ra_buf records;
    char path[4096];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    size_t at = 0, group = 0;
    uint32_t seq = 0;
    double start;

    ra_buf_init(&records, (size_t)8 << 30);
    make_records(&records);
    snprintf(path, sizeof path, "%s/append.mdb", dir);
    unlink(path);
    check(mdb_env_create(&env), "mdb_env_create");
    check(mdb_env_set_mapsize(env, (size_t)16 << 30), "mdb_env_set_mapsize");
    start = seconds();
    check(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600), "mdb_env_open");
    check(mdb_txn_begin(env, NULL, 0, &txn), "mdb_txn_begin");
    check(mdb_dbi_open(txn, NULL, 0, &dbi), "mdb_dbi_open");
    while (at < records.n) {
        unsigned char key[4] = {(unsigned char)(seq >> 24), (unsigned char)(seq >> 16),
                                (unsigned char)(seq >> 8), (unsigned char)seq};
        MDB_val k = {sizeof key, key}, v;
        memcpy(&v.mv_size, records.p + at, sizeof v.mv_size);
        v.mv_data = records.p + at + sizeof v.mv_size;
        check(mdb_put(txn, dbi, &k, &v, MDB_APPEND), "mdb_put");
        at += sizeof v.mv_size + v.mv_size;
        group += v.mv_size;
        seq++;
        if (group < RA_GROUP_BYTES)
            continue;
        check(mdb_txn_commit(txn), "mdb_txn_commit");
        check(mdb_txn_begin(env, NULL, 0, &txn), "mdb_txn_begin");
        group = 0;
    }
    check(mdb_txn_commit(txn), "mdb_txn_commit");
    printf("%.3f\n", seconds() - start);
    mdb_env_close(env);
    unlink(path);
    ra_buf_free(&records);
}

int main(int argc, char **argv)
{
    check(argc != 3, "want parse or append, and a folder");
    ra_json_arena_setup();
    read_pages(argv[2]);
    if (strcmp(argv[1], "parse") == 0)
        bench_parse();
    else
        bench_append(argv[2]);
    for (size_t i = 0; i < pages_n; i++)
        ra_buf_free(&pages[i].text);
    free(pages);
    return 0;
}
