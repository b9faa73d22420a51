#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "tests/unit/cache/fixture.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ra_snap *snap_open(struct fixture *fx, struct ra_cache *c, const char *side)
{
    struct ra_snap *s;

    assert_ok(ra_snap_open(c, side, &s, &fx->err), fx);
    return s;
}

static void a_finished_snapshot_gives_back_records_meta_and_proof(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_snap *s;
    char text[32];

    make_snapshot(c, "cloud", 1000);
    s = snap_open(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->number, 1);
    assert_int_equal(ra_snap_info(s)->records, 1000);
    assert_string_equal(ra_snap_info(s)->proof, "counted");
    assert_true(ra_snap_info(s)->created > 1700000000);
    for (unsigned i = 0; i < 1000; i++)
        assert_true(ra_str_eq(ra_snap_record(s, i), record_text(i)));
    assert_null(ra_snap_record(s, 1000).p);
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("usn")), RA_STR("4711")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("proof")), RA_STR("counted")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("records")), RA_STR("1000")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("hash")), ra_str(ra_snap_info(s)->hash)));
    snprintf(text, sizeof text, "%lld", (long long)ra_snap_info(s)->created);
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("created")), ra_str(text)));
    assert_null(ra_snap_get(s, "meta", RA_STR("other")).p);
    assert_null(ra_snap_get(s, "none", RA_STR("usn")).p);
    assert_null(ra_snap_index(s, "none"));
    assert_null(ra_snap_table(s, "none"));
    assert_null(ra_snap_table(s, "word"));
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void an_index_is_in_key_order_with_its_duplicates_in_value_order(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value, last = {NULL, 0};
    struct ra_snap *s;
    uint32_t evens = 0, pairs = 0;

    make_snapshot(c, "cloud", 5000);
    s = snap_open(fx, c, "cloud");
    cursor = ra_snap_index(s, "word");
    while (ra_cache_cursor_next(cursor, &key, &value) == 1) {
        uint32_t n = value_number(value);
        assert_true(ra_str_cmp(last, key) <= 0);
        last = key; /* borrowed until the snapshot closes */
        pairs++;
        if (ra_str_eq(key, RA_STR("even")))
            assert_int_equal(n, 2 * evens++);
        else if (!ra_str_eq(key, RA_STR("odd")))
            assert_true(ra_str_eq(ra_snap_record(s, n), key));
    }
    assert_int_equal(pairs, 10000);
    assert_int_equal(evens, 2500);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void seek_stands_before_the_first_key_that_is_not_less(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 100);
    s = snap_open(fx, c, "cloud");
    cursor = ra_snap_index(s, "word");
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("o")), 0);
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
        assert_true(ra_str_eq(key, RA_STR("odd")));
        assert_int_equal(value_number(value), 2 * i + 1);
    }
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("record 0")));
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("record 42")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_int_equal(value_number(value), 42);
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("z")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("even")));
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

/* A key of n bytes for n below 300, and the same key in front of zeros. */
static int length_keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                       struct ra_err *err)
{
    unsigned char value[8];
    char key[RA_CACHE_KEY_MAX] = {0};

    (void)ctx;
    (void)err;
    (void)record;
    number_value(seq, value);
    emit(to, (struct ra_str){key, seq}, value);
    memset(key, 'x', sizeof key);
    emit(to, (struct ra_str){key, seq}, value);
    emit(to, (struct ra_str){key, seq}, value); /* the same pair twice is one */
    return 0;
}

static void keys_of_any_length_and_of_zeros_come_back_as_they_were(void **state)
{
    const struct ra_index_builder ix = {.name = "length", .keys = length_keys};
    const unsigned n = RA_CACHE_KEY_MAX + 1;
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char longer[RA_CACHE_KEY_MAX + 90];
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    for (unsigned i = 0; i < n; i++)
        ra_fill_record(f, RA_STR(""));
    assert_ok(ra_fill_finish(&f, "p", &ix, 1, &fx->err), fx);
    s = snap_open(fx, c, "cloud");
    assert_int_equal(ra_snap_record(s, n - 1).n, 0);
    cursor = ra_snap_index(s, "length");
    for (unsigned i = 0; i < 2 * n - 1; i++) { /* the empty key is the same both ways */
        unsigned length = i < n ? i : i - n + 1;
        assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
        assert_int_equal(key.n, length);
        assert_int_equal(value_number(value), length);
        assert_true(length == 0 || key.p[length - 1] == (i < n ? '\0' : 'x'));
    }
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    memset(longer, 'x', sizeof longer);
    assert_int_equal(ra_cache_cursor_seek(cursor, (struct ra_str){longer, sizeof longer}), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    memset(longer, 0, sizeof longer);
    assert_int_equal(ra_cache_cursor_seek(cursor, (struct ra_str){longer, sizeof longer}), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("x")));
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void a_snapshot_without_records_is_complete_all_the_same(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 0);
    s = snap_open(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->records, 0);
    assert_null(ra_snap_record(s, 0).p);
    cursor = ra_snap_index(s, "word");
    assert_non_null(cursor);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void many_records_and_their_index_hold(void **state)
{
    const unsigned n = 500000;
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;
    unsigned pairs = 0;

    make_snapshot(c, "cloud", n);
    s = snap_open(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->records, n);
    cursor = ra_snap_index(s, "word");
    while (ra_cache_cursor_next(cursor, &key, &value) == 1) {
        pairs++;
        if (key.n > 4 && !ra_str_eq(ra_snap_record(s, value_number(value)), key))
            fail_msg("record %u is not its key", value_number(value));
    }
    assert_int_equal(pairs, 2 * n);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void while_the_next_is_filled_readers_see_the_old_one(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *writer = store_open(fx, true), *reader;
    struct ra_snap *old, *current;
    struct ra_fill *f;
    bool resumed;

    make_snapshot(writer, "cloud", 10);
    assert_ok(ra_fill_open(writer, "cloud", RA_STR("next"), &f, &resumed, &fx->err), fx);
    ra_fill_record(f, RA_STR("new"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    reader = store_open(fx, false);
    old = snap_open(fx, reader, "cloud");
    assert_int_equal(ra_snap_info(old)->number, 1);
    assert_ok(ra_fill_finish(&f, "p", &word_index, 1, &fx->err), fx);
    current = snap_open(fx, reader, "cloud");
    assert_int_equal(ra_snap_info(current)->number, 2);
    assert_int_equal(ra_snap_info(current)->records, 1);
    ra_cache_close(&writer);

    /* The next writer clears the old file away; who reads it goes on reading. */
    writer = store_open(fx, true);
    assert_false(store_has(fx, "snapshots/cloud.1.mdb"));
    assert_true(ra_str_eq(ra_snap_record(old, 9), record_text(9)));
    ra_snap_close(&old);
    ra_snap_close(&current);
    ra_cache_close(&reader);
    ra_cache_close(&writer);
}

static void a_supplement_is_seen_by_the_next_reader_and_not_by_an_older_one(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_pair pairs[] = {{RA_STR("b"), RA_STR("1")}, {RA_STR("a"), RA_STR("")}};
    struct ra_pair more = {RA_STR("b"), RA_STR("2")};
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *before, *after;
    char hash[65];

    make_snapshot(c, "cloud", 10);
    before = snap_open(fx, c, "cloud");
    memcpy(hash, ra_snap_info(before)->hash, sizeof hash);
    assert_ok(ra_cache_supplement(c, "cloud", "ooi", pairs, 2, &fx->err), fx);
    assert_null(ra_snap_table(before, "ooi"));
    assert_null(ra_snap_get(before, "ooi", RA_STR("b")).p);
    for (int i = 0; i < 5; i++) /* pages that the old reader sees are not used again */
        assert_ok(ra_cache_supplement(c, "cloud", "ooi", &more, 1, &fx->err), fx);
    assert_true(ra_str_eq(ra_snap_record(before, 9), record_text(9)));
    assert_true(ra_str_eq(ra_snap_get(before, "meta", RA_STR("usn")), RA_STR("4711")));
    ra_snap_close(&before);
    ra_cache_close(&c);

    c = store_open(fx, false);
    after = snap_open(fx, c, "cloud");
    assert_string_equal(ra_snap_info(after)->hash, hash);
    cursor = ra_snap_table(after, "ooi");
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("a")));
    assert_true(value.p && value.n == 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(value, RA_STR("2")));
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    assert_non_null(ra_snap_get(after, "ooi", RA_STR("a")).p);
    ra_snap_close(&after);
    ra_cache_close(&c);
}

/* Opens the snapshot, says so, waits, and reads it. */
static int read_late(struct fixture *fx, int say, int wait)
{
    struct ra_cache *c = store_open(fx, false);
    struct ra_snap *s = snap_open(fx, c, "cloud");
    char byte = 'x';

    if (write(say, &byte, 1) != 1 || read(wait, &byte, 1) != 1)
        return 1;
    for (unsigned i = 0; i < 1000; i++)
        if (!ra_str_eq(ra_snap_record(s, i), record_text(i)))
            return 2;
    if (!ra_str_eq(ra_snap_get(s, "meta", RA_STR("usn")), RA_STR("4711")))
        return 3;
    if (ra_snap_get(s, "ooi", RA_STR("key 0")).p)
        return 4;
    ra_snap_close(&s);
    ra_cache_close(&c);
    return 0;
}

static void a_reader_in_another_process_keeps_what_it_sees_while_much_is_added(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char key[16], byte = 'x';
    int from[2], to[2], status;
    pid_t child;

    make_snapshot(c, "cloud", 1000);
    assert_int_equal(pipe(from) + pipe(to), 0);
    child = fork();
    if (child == 0)
        _exit(read_late(fx, from[1], to[0]));
    assert_int_equal(read(from[0], &byte, 1), 1);
    for (int i = 0; i < 200; i++) {
        struct ra_pair pair = {.value = RA_STR("a value that takes some room in its page")};
        snprintf(key, sizeof key, "key %d", i % 20);
        pair.key = ra_str(key);
        assert_ok(ra_cache_supplement(c, "cloud", "ooi", &pair, 1, &fx->err), fx);
    }
    assert_int_equal(write(to[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (int i = 0; i < 2; i++) {
        close(from[i]);
        close(to[i]);
    }
    ra_cache_close(&c);
}

static void a_side_without_a_snapshot_cannot_be_supplemented(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_pair pair = {RA_STR("k"), RA_STR("v")};

    assert_int_equal(ra_cache_supplement(c, "cloud", "t", &pair, 1, &fx->err), -RA_ENOTFOUND);
    ra_cache_close(&c);
}

static void list_side(void *ctx, const char *side)
{
    char *names = ctx;

    strcat(names, side);
    strcat(names, "|");
}

static void the_sides_are_those_with_a_complete_snapshot(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_snap *s;
    struct ra_fill *f;
    char names[200] = "";
    bool resumed;

    make_snapshot(c, "cloud", 1);
    make_snapshot(c, "cloud", 2);
    make_snapshot(c, "ad:../Ä b", 3);
    assert_ok(ra_fill_open(c, "ad:partial", RA_STR("t"), &f, &resumed, &fx->err), fx);
    ra_fill_close(&f);
    assert_ok(ra_cache_sides(c, list_side, names, &fx->err), fx);
    assert_string_equal(names, "ad:../Ä b|cloud|");
    s = snap_open(fx, c, "ad:../Ä b");
    assert_int_equal(ra_snap_info(s)->records, 3);
    ra_snap_close(&s);
    assert_int_equal(ra_snap_open(c, "ad:partial", &s, &fx->err), -RA_ENOTFOUND);
    assert_null(s);
    ra_cache_close(&c);
}

/* ---- damage ---- */

static void cut_to(struct fixture *fx, off_t size)
{
    assert_int_equal(truncate(store_path(fx, "snapshots/cloud.1.mdb"), size), 0);
}

static void assert_damaged(struct fixture *fx, const char *part)
{
    struct ra_cache *c = store_open(fx, false);
    struct ra_snap *s;

    assert_int_equal(ra_snap_open(c, "cloud", &s, &fx->err), -RA_EINTEGRITY);
    assert_null(s);
    if (!strstr(fx->err.msg, part) || !strstr(fx->err.msg, "snapshots/cloud.1.mdb"))
        fail_msg("\"%s\" does not say \"%s\"", fx->err.msg, part);
    ra_cache_close(&c);
}

static void make_one(struct fixture *fx, unsigned n)
{
    struct ra_cache *c = store_open(fx, true);

    make_snapshot(c, "cloud", n);
    ra_cache_close(&c);
}

static void a_file_that_was_cut_off_is_damaged_wherever_the_cut_is(void **state)
{
    struct fixture *fx = *state;
    struct stat st;

    make_one(fx, 1000);
    assert_int_equal(stat(store_path(fx, "snapshots/cloud.1.mdb"), &st), 0);
    for (off_t size = st.st_size - 4096; size > 8192; size -= 4096) {
        cut_to(fx, size);
        assert_damaged(fx, "is damaged: has ");
    }
    cut_to(fx, 8191);
    assert_damaged(fx, "is damaged");
    cut_to(fx, 4096);
    assert_damaged(fx, "is damaged");
    cut_to(fx, 10);
    assert_damaged(fx, "is damaged");
    cut_to(fx, 0);
    assert_damaged(fx, "is empty");
}

/* Changes the file behind the cache's back: calls edit in a transaction of its own. */
static void tamper(struct fixture *fx, void (*edit)(MDB_txn *txn))
{
    MDB_env *env;
    MDB_txn *txn;

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(
        mdb_env_open(env, store_path(fx, "snapshots/cloud.1.mdb"), MDB_NOSUBDIR | MDB_NOLOCK, 0600),
        0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    edit(txn);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static MDB_val val(const char *z)
{
    static char room[4][64];
    static unsigned at;
    MDB_val v = {strlen(z), room[at++ % 4]};

    memcpy(v.mv_data, z, v.mv_size);
    return v;
}

static void put(MDB_txn *txn, const char *db, const char *key, const char *value)
{
    MDB_val k = val(key), v = val(value);
    MDB_dbi dbi;

    assert_int_equal(mdb_dbi_open(txn, db, 0, &dbi), 0);
    if (*value)
        assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
    else
        assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
}

static void to_format_7(MDB_txn *txn)
{
    put(txn, "head", "format", "7");
}

static void to_incomplete(MDB_txn *txn)
{
    put(txn, "head", "complete", "");
}

static void to_no_hash(MDB_txn *txn)
{
    put(txn, "t:meta", "hash", "");
}

static void to_another_count(MDB_txn *txn)
{
    put(txn, "t:meta", "records", "11");
}

static void to_another_side(MDB_txn *txn)
{
    put(txn, "head", "side", "ad:x");
}

static void to_one_pair_less(MDB_txn *txn)
{
    put(txn, "i:word", "record 3", "");
}

static void to_no_index(MDB_txn *txn)
{
    MDB_dbi dbi;

    assert_int_equal(mdb_dbi_open(txn, "i:word", 0, &dbi), 0);
    assert_int_equal(mdb_drop(txn, dbi, 1), 0);
}

static void to_no_meta(MDB_txn *txn)
{
    MDB_dbi dbi;

    assert_int_equal(mdb_dbi_open(txn, "t:meta", 0, &dbi), 0);
    assert_int_equal(mdb_drop(txn, dbi, 1), 0);
}

static void a_file_that_is_not_what_it_says_is_refused(void **state)
{
    static const struct {
        void (*edit)(MDB_txn *txn);
        const char *says;
    } edits[] = {
        {to_format_7, "has format 7, want 2"},
        {to_incomplete, "it was never completed"},
        {to_no_hash, "its meta table is not whole"},
        {to_another_count, "the number of its records is not the one in its meta table"},
        {to_another_side, "it is another side's"},
        {to_one_pair_less, "an index is not whole"},
        {to_no_index, "an index is not whole"},
        {to_no_meta, "its head, records or meta table is missing"},
    };
    struct fixture *fx = *state;

    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        make_one(fx, 10);
        tamper(fx, edits[i].edit);
        assert_damaged(fx, edits[i].says);
        assert_int_equal(unlink(store_path(fx, "snapshots/cloud.1.mdb")), 0);
    }
}

static void lose_record_5(MDB_txn *txn)
{
    uint32_t seq = 5;
    MDB_val key = {sizeof seq, &seq};
    MDB_dbi dbi;

    assert_int_equal(mdb_dbi_open(txn, "records", 0, &dbi), 0);
    assert_int_equal(mdb_del(txn, dbi, &key, NULL), 0);
    put(txn, "t:meta", "records", "9");
}

static void records_behind_a_lost_one_are_absent(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    struct ra_snap *s;

    make_one(fx, 10);
    tamper(fx, lose_record_5);
    c = store_open(fx, false);
    s = snap_open(fx, c, "cloud");
    assert_true(ra_str_eq(ra_snap_record(s, 4), record_text(4)));
    assert_null(ra_snap_record(s, 5).p);
    assert_null(ra_snap_record(s, 6).p);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

/* Reads everything there is; the exit status that the program would have. */
static int read_all(struct fixture *fx)
{
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_cache *c;
    struct ra_snap *s;
    int rc = ra_cache_open(fx->store, false, &c, &fx->err);

    if (rc == 0)
        rc = ra_snap_open(c, "cloud", &s, &fx->err);
    if (rc != 0)
        return ra_exit_status(&fx->err);
    for (unsigned i = 0; i < ra_snap_info(s)->records; i++)
        if (!ra_snap_record(s, i).p)
            return 7;
    cursor = ra_snap_index(s, "word");
    while ((rc = ra_cache_cursor_next(cursor, &key, &value)) == 1)
        ;
    return rc == 0 ? 0 : 7;
}

/* A page that was never written to the disk. What is then not told as an error, LMDB finds out in
 * the midst of its work, where only an orderly end is left. */
static void a_lost_page_never_crashes_who_reads_it(void **state)
{
    static const char zeros[4096];
    struct fixture *fx = *state;
    char page[4096];
    int told = 0, fd;
    struct stat st;

    make_one(fx, 3000);
    fd = open(store_path(fx, "snapshots/cloud.1.mdb"), O_RDWR);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = 0; at < st.st_size; at += 4096) {
        int status;
        pid_t child;
        assert_int_equal(pread(fd, page, sizeof page, at), sizeof page);
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, at), sizeof zeros);
        child = fork();
        if (child == 0)
            _exit(freopen("/dev/null", "w", stderr) ? read_all(fx) : 1);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 7))
            fail_msg("page %ld: status %x", (long)at / 4096, (unsigned)status);
        told += WEXITSTATUS(status) == 7;
        assert_int_equal(pwrite(fd, page, sizeof page, at), sizeof page);
    }
    close(fd);
    assert_true(told > 20);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(a_finished_snapshot_gives_back_records_meta_and_proof),
        CASE(an_index_is_in_key_order_with_its_duplicates_in_value_order),
        CASE(seek_stands_before_the_first_key_that_is_not_less),
        CASE(keys_of_any_length_and_of_zeros_come_back_as_they_were),
        CASE(a_snapshot_without_records_is_complete_all_the_same),
        CASE(many_records_and_their_index_hold),
        CASE(while_the_next_is_filled_readers_see_the_old_one),
        CASE(a_supplement_is_seen_by_the_next_reader_and_not_by_an_older_one),
        CASE(a_reader_in_another_process_keeps_what_it_sees_while_much_is_added),
        CASE(a_side_without_a_snapshot_cannot_be_supplemented),
        CASE(the_sides_are_those_with_a_complete_snapshot),
        CASE(a_file_that_was_cut_off_is_damaged_wherever_the_cut_is),
        CASE(a_file_that_is_not_what_it_says_is_refused),
        CASE(records_behind_a_lost_one_are_absent),
        CASE(a_lost_page_never_crashes_who_reads_it),
    };
    return cmocka_run_group_tests_name("cache snap", tests, NULL, NULL);
}
