/* A snapshot file that was cut, edited, or lost a page: told as damage, never a crash. */
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
        {to_format_7, "has format 7, want 4"},
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
    s = current_snap(fx, c, "cloud");
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
        CASE(a_file_that_was_cut_off_is_damaged_wherever_the_cut_is),
        CASE(a_file_that_is_not_what_it_says_is_refused),
        CASE(records_behind_a_lost_one_are_absent),
        CASE(a_lost_page_never_crashes_who_reads_it),
    };
    return cmocka_run_group_tests_name("cache damage", tests, NULL, NULL);
}
