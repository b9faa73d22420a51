#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/log.h"
#include "src/base/mem.h"
#include "tests/unit/cache/fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ra_fill *fill_open(struct fixture *fx, struct ra_cache *c, const char *token,
                                 bool want_resumed)
{
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", ra_str(token), &f, &resumed, &fx->err), fx);
    assert_int_equal(resumed, want_resumed);
    return f;
}

static void add_records(struct ra_fill *f, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        assert_int_equal(ra_fill_record(f, record_text(i)), i);
}

static void hash_of(struct fixture *fx, struct ra_cache *c, char out[65])
{
    struct ra_snap *s;

    assert_ok(ra_snap_open(c, "cloud", &s, &fx->err), fx);
    memcpy(out, ra_snap_info(s)->hash, 65);
    ra_snap_close(&s);
}

static void nothing_is_in_the_file_before_a_commit_and_all_of_it_after(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    struct ra_str value;

    add_records(f, 0, 3);
    ra_fill_put(f, "marks", RA_STR("page"), RA_STR("next"));
    assert_true(ra_fill_pending(f) > 0);
    assert_int_equal(ra_fill_count(f), 0);
    assert_int_equal(ra_fill_get(f, "marks", RA_STR("page"), &value, &fx->err), -RA_ENOTFOUND);
    assert_null(value.p);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    assert_int_equal(ra_fill_pending(f), 0);
    assert_int_equal(ra_fill_count(f), 3);
    assert_ok(ra_fill_get(f, "marks", RA_STR("page"), &value, &fx->err), fx);
    assert_true(ra_str_eq(value, RA_STR("next")));
    assert_int_equal(ra_fill_get(f, "marks", RA_STR("other"), &value, &fx->err), -RA_ENOTFOUND);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void puts_and_deletes_of_a_group_happen_in_their_order(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    struct ra_str value;

    ra_fill_put(f, "t", RA_STR("a"), RA_STR("1"));
    ra_fill_delete(f, "t", RA_STR("a"));
    ra_fill_delete(f, "t", RA_STR("b"));
    ra_fill_put(f, "t", RA_STR("b"), RA_STR("1"));
    ra_fill_put(f, "t", RA_STR("b"), RA_STR("2"));
    ra_fill_put(f, "t", RA_STR("empty"), RA_STR(""));
    ra_fill_put(f, "t", RA_STR(""), RA_STR("under the empty key"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    assert_int_equal(ra_fill_get(f, "t", RA_STR("a"), &value, &fx->err), -RA_ENOTFOUND);
    assert_ok(ra_fill_get(f, "t", RA_STR("b"), &value, &fx->err), fx);
    assert_true(ra_str_eq(value, RA_STR("2")));
    assert_ok(ra_fill_get(f, "t", RA_STR("empty"), &value, &fx->err), fx);
    assert_non_null(value.p);
    assert_int_equal(value.n, 0);
    assert_ok(ra_fill_get(f, "t", RA_STR(""), &value, &fx->err), fx);
    assert_true(ra_str_eq(value, RA_STR("under the empty key")));
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void the_same_token_resumes_what_was_committed_and_only_that(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "token", false);
    struct ra_str value;

    add_records(f, 0, 10);
    ra_fill_put(f, "marks", RA_STR("at"), RA_STR("10"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    add_records(f, 10, 20);
    ra_fill_put(f, "marks", RA_STR("at"), RA_STR("20"));
    ra_fill_close(&f);
    ra_cache_close(&c);

    c = store_open(fx, true);
    f = fill_open(fx, c, "token", true);
    assert_int_equal(ra_fill_count(f), 10);
    assert_ok(ra_fill_get(f, "marks", RA_STR("at"), &value, &fx->err), fx);
    assert_true(ra_str_eq(value, RA_STR("10")));
    assert_int_equal(ra_fill_record(f, RA_STR("x")), 10);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void a_resumed_snapshot_has_the_hash_of_one_made_at_once(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char at_once[65], resumed[65];
    struct ra_fill *f;

    make_snapshot(c, "cloud", 100);
    hash_of(fx, c, at_once);
    f = fill_open(fx, c, "again", false);
    add_records(f, 0, 40);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_close(&f);
    f = fill_open(fx, c, "again", true);
    add_records(f, 40, 100);
    assert_ok(ra_fill_finish(&f, "counted", &word_index, 1, &fx->err), fx);
    assert_null(f);
    hash_of(fx, c, resumed);
    assert_string_equal(resumed, at_once);
    ra_cache_close(&c);
}

static void the_hash_is_sha256_of_the_records_with_their_lengths(void **state)
{
    /* printf '\0\0\0\001a\0\0\0\0\0\0\0\002bc' | sha256sum */
    static const char want[] = "e7ab503819a08f424da9ba8421b745917f2f82f92b7e6a09ecce37d61289b827";
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    char hash[65];

    ra_fill_record(f, RA_STR("a"));
    ra_fill_record(f, RA_STR(""));
    ra_fill_record(f, RA_STR("bc"));
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    hash_of(fx, c, hash);
    assert_string_equal(hash, want);
    ra_cache_close(&c);
}

static void another_token_discards_the_partial_snapshot(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "first", false);

    add_records(f, 0, 10);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_close(&f);
    f = fill_open(fx, c, "second", false);
    assert_int_equal(ra_fill_count(f), 0);
    assert_int_equal(store_count(fx, ".part"), 1);
    ra_fill_close(&f);
    f = fill_open(fx, c, "second", true);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void discard_removes_the_file(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);

    add_records(f, 0, 10);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_discard(&f);
    assert_null(f);
    assert_int_equal(store_count(fx, ".part"), 0);
    f = fill_open(fx, c, "t", false);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void a_side_is_filled_once_at_a_time_but_two_sides_at_once(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *cloud = fill_open(fx, c, "t", false), *ad, *again;
    bool resumed;

    assert_ok(ra_fill_open(c, "ad:x", RA_STR("t"), &ad, &resumed, &fx->err), fx);
    assert_int_equal(ra_fill_open(c, "cloud", RA_STR("t"), &again, &resumed, &fx->err),
                     -RA_EINTERNAL);
    assert_null(again);
    ra_fill_record(ad, RA_STR("one"));
    ra_fill_record(cloud, RA_STR("two"));
    assert_ok(ra_fill_finish(&ad, "p", NULL, 0, &fx->err), fx);
    assert_ok(ra_fill_finish(&cloud, "p", NULL, 0, &fx->err), fx);
    cloud = fill_open(fx, c, "t", false);
    ra_fill_close(&cloud);
    ra_cache_close(&c);
}

/* What is said on stderr. */
static FILE *taken;
static int stderr_before;

static void take_stderr(void)
{
    fflush(stderr);
    stderr_before = dup(STDERR_FILENO);
    taken = tmpfile();
    assert_true(taken && dup2(fileno(taken), STDERR_FILENO) >= 0);
}

static void assert_said(const char *part)
{
    char text[4096];

    fflush(stderr);
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    rewind(taken);
    text[fread(text, 1, sizeof text - 1, taken)] = '\0';
    fclose(taken);
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void a_group_larger_than_the_map_makes_it_grow_and_says_so(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    size_t n = (size_t)1 << 20;
    char *mib = ra_calloc(1, n);
    struct ra_snap *s;

    take_stderr();
    ra_log_setup(RA_LOG_REQUESTS, false);
    for (unsigned i = 0; i < 150; i++) {
        memset(mib, (int)i, n);
        ra_fill_record(f, (struct ra_str){mib, n});
        if (i == 10)
            assert_ok(ra_fill_commit(f, &fx->err), fx);
    }
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    ra_log_setup(RA_LOG_NORMAL, false);
    assert_said("snapshots/cloud.1.part: map grown to 256 MiB\n");
    assert_ok(ra_snap_open(c, "cloud", &s, &fx->err), fx);
    assert_int_equal(ra_snap_info(s)->records, 150);
    memset(mib, 149, n);
    assert_true(ra_str_eq(ra_snap_record(s, 149), (struct ra_str){mib, n}));
    ra_snap_close(&s);
    ra_cache_close(&c);
    free(mib);
}

static void what_the_cache_cannot_hold_is_told_by_the_commit(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    char key[600];

    memset(key, 'k', sizeof key);
    ra_fill_put(f, "t", (struct ra_str){key, RA_CACHE_KEY_MAX}, RA_STR("fits"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_put(f, "t", (struct ra_str){key, sizeof key}, RA_STR("does not"));
    assert_int_equal(ra_fill_commit(f, &fx->err), -RA_EINTERNAL);
    assert_string_equal(fx->err.msg, "table key of 600 bytes, the cache holds at most 510");
    assert_int_equal(ra_fill_finish(&f, "p", NULL, 0, &fx->err), -RA_EINTERNAL);
    assert_int_equal(store_count(fx, ".mdb"), 0);
    ra_cache_close(&c);
}

static int failing_keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                        struct ra_err *err)
{
    unsigned char value[8] = {0};

    (void)ctx;
    emit(to, record, value);
    return seq < 5 ? 0 : ra_fail(err, RA_EINTEGRITY, "record %u: cannot be decoded", seq);
}

static void an_index_that_cannot_be_built_leaves_the_fill_to_be_resumed(void **state)
{
    const struct ra_index_builder bad[] = {word_index, {.name = "bad", .keys = failing_keys}};
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);

    add_records(f, 0, 10);
    assert_int_equal(ra_fill_finish(&f, "p", bad, 2, &fx->err), -RA_EINTEGRITY);
    assert_string_equal(fx->err.msg, "record 5: cannot be decoded");
    assert_null(f);
    assert_int_equal(store_count(fx, ".mdb"), 0);
    f = fill_open(fx, c, "t", true);
    assert_int_equal(ra_fill_count(f), 10);
    assert_ok(ra_fill_finish(&f, "p", &word_index, 1, &fx->err), fx);
    assert_int_equal(store_count(fx, ".mdb"), 1);
    ra_cache_close(&c);
}

static void a_partial_file_that_is_damaged_is_begun_anew(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    FILE *fp;

    add_records(f, 0, 10);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_close(&f);
    fp = fopen(store_path(fx, "snapshots/cloud.1.part"), "w");
    assert_non_null(fp);
    fputs("this is not LMDB's", fp);
    fclose(fp);
    f = fill_open(fx, c, "t", false);
    assert_int_equal(ra_fill_count(f), 0);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

/* Runs in a process of its own, whose files may not grow past 1 MiB: commits until one fails. */
static int fill_up(struct fixture *fx)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    static char page[5000];
    uint32_t n;
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    do {
        n = ra_fill_count(f);
        ra_fill_record(f, (struct ra_str){page, sizeof page});
        rc = ra_fill_commit(f, &fx->err);
    } while (rc == 0 && n < 1000);
    if (rc != -RA_EIO || !strstr(fx->err.msg, "snapshots/cloud.1.part: cannot be written"))
        return 1;
    if (ra_fill_count(f) != n || ra_fill_finish(&f, "p", NULL, 0, &fx->err) == 0)
        return 2;
    ra_cache_close(&c);
    return n < 100 || n > 250 ? 3 : 0;
}

static void a_disk_that_takes_no_more_leaves_the_last_committed_state(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    struct ra_fill *f;
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(fill_up(fx));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    c = store_open(fx, true);
    assert_int_equal(store_count(fx, ".mdb"), 0);
    f = fill_open(fx, c, "t", true);
    assert_true(ra_fill_count(f) >= 100);
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    ra_cache_close(&c);
}

static void a_cache_opened_for_reading_cannot_be_filled(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    struct ra_pair pair = {RA_STR("k"), RA_STR("v")};
    bool resumed;

    make_snapshot(c, "cloud", 1);
    ra_cache_close(&c);
    c = store_open(fx, false);
    assert_int_equal(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), -RA_EINTERNAL);
    assert_null(f);
    assert_int_equal(ra_cache_supplement(c, "cloud", "t", &pair, 1, &fx->err), -RA_EINTERNAL);
    ra_cache_close(&c);
}

static void a_replaced_record_gives_the_snapshot_that_would_have_had_it_at_once(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);
    char changed[65], plain[65];

    add_records(f, 0, 2);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_record(f, RA_STR("first"));
    ra_fill_replace(f, 2, record_text(2)); /* not yet committed */
    ra_fill_replace(f, 0, RA_STR("x"));    /* committed */
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    hash_of(fx, c, changed);
    f = fill_open(fx, c, "u", false);
    ra_fill_record(f, RA_STR("x"));
    ra_fill_record(f, record_text(1));
    ra_fill_record(f, record_text(2));
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    hash_of(fx, c, plain);
    assert_string_equal(changed, plain);
    ra_cache_close(&c);
}

static void a_record_that_is_not_there_cannot_be_replaced(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, "t", false);

    ra_fill_replace(f, 0, RA_STR("x"));
    assert_int_equal(ra_fill_commit(f, &fx->err), -RA_EINTERNAL);
    assert_string_equal(fx->err.msg, "cloud: there is no record 0 to replace");
    ra_fill_discard(&f);
    ra_cache_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(a_replaced_record_gives_the_snapshot_that_would_have_had_it_at_once),
        CASE(a_record_that_is_not_there_cannot_be_replaced),
        CASE(nothing_is_in_the_file_before_a_commit_and_all_of_it_after),
        CASE(puts_and_deletes_of_a_group_happen_in_their_order),
        CASE(the_same_token_resumes_what_was_committed_and_only_that),
        CASE(a_resumed_snapshot_has_the_hash_of_one_made_at_once),
        CASE(the_hash_is_sha256_of_the_records_with_their_lengths),
        CASE(another_token_discards_the_partial_snapshot),
        CASE(discard_removes_the_file),
        CASE(a_side_is_filled_once_at_a_time_but_two_sides_at_once),
        CASE(a_group_larger_than_the_map_makes_it_grow_and_says_so),
        CASE(what_the_cache_cannot_hold_is_told_by_the_commit),
        CASE(an_index_that_cannot_be_built_leaves_the_fill_to_be_resumed),
        CASE(a_partial_file_that_is_damaged_is_begun_anew),
        CASE(a_disk_that_takes_no_more_leaves_the_last_committed_state),
        CASE(a_cache_opened_for_reading_cannot_be_filled),
    };
    return cmocka_run_group_tests_name("cache fill", tests, NULL, NULL);
}
