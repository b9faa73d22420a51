/* What a store has and cannot be read back, and what cannot be written: whoever meets with it says
 * so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/ad.h"
#include "tests/unit/collect/store.h"

#include "src/base/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GARBAGE RA_STR("\377\376 no record")

static struct store store;
static int files_left; /* that can be opened; negative: all */

int __real_ra_atomic_open(const char *path, struct ra_atomic *out, struct ra_err *err);
int __wrap_ra_atomic_open(const char *path, struct ra_atomic *out, struct ra_err *err);
int __wrap_ra_atomic_open(const char *path, struct ra_atomic *out, struct ra_err *err)
{
    return files_left-- == 0 ? ra_fail(err, RA_EIO, "%s: no room", path)
                             : __real_ra_atomic_open(path, out, err);
}

bool __wrap_ra_graph_is_files(const struct ra_graph *g);
bool __wrap_ra_graph_is_files(const struct ra_graph *g)
{
    (void)g;
    return true;
}

static int begin(void **state)
{
    (void)state;
    files_left = -1;
    store_begin(&store);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_end(&store);
    return 0;
}

static void damaged(int rc)
{
    assert_int_equal(rc, -(int)RA_EINTEGRITY);
    if (!strstr(store.err.msg, "cannot be read back"))
        fail_msg("%s", store.err.msg);
    store.err = (struct ra_err){0};
}

static void open_anew(struct ra_ledger *l)
{
    bool resumed;

    assert_int_equal(ra_ledger_open(l, store.cache, "token", &resumed, &store.err), 0);
}

/* The record of Ann, or what is left of it. */
static struct ra_str ann(size_t cut)
{
    struct ra_str r = store_record(&store, RA_USER, "ann", "Ann", false);

    return ra_str_n(r.p, r.n - cut);
}

static void no_index_is_built_of_it(void **state)
{
    struct ra_index_plan plan;
    struct ra_ledger l;
    int rc;

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    ra_index_plan(&plan, true, NULL, 0);
    rc = ra_fill_finish(&l.fill, "proved", plan.builders, plan.n, &store.err);
    ra_index_plan_free(&plan);
    damaged(rc);
    ra_ledger_close(&l);
}

static void a_read_that_was_interrupted_does_not_go_on_behind_it(void **state)
{
    struct ra_ledger l;
    bool resumed;

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    assert_int_equal(ra_fill_commit(l.fill, &store.err), 0);
    ra_ledger_close(&l); /* what was committed waits */
    damaged(ra_ledger_open(&l, store.cache, "token", &resumed, &store.err));
    ra_ledger_close(&l);
}

static struct ra_cloud_fill fill;

static void fill_begin(struct ra_str record)
{
    fill = (struct ra_cloud_fill){.cache = store.cache};
    ra_buf_init(&fill.record, 1 << 20);
    ra_buf_init(&fill.lists, 1 << 20);
    open_anew(&fill.ledger);
    fill.ledger.counted = false; /* as a read that is gone on with */
    assert_int_equal(ra_ledger_put(&fill.ledger, RA_STR("ann"), record, NULL, &store.err), 0);
    assert_int_equal(ra_fill_commit(fill.ledger.fill, &store.err), 0);
}

static void fill_end(void)
{
    ra_ledger_close(&fill.ledger);
    ra_buf_free(&fill.record);
    ra_buf_free(&fill.lists);
}

static int changed(enum ra_removed removed)
{
    struct ra_graph_object o = {.in = RA_USERS, .removed = removed};

    o.field[RA_GF_ID] = RA_STR("ann");
    return ra_cloud_take_changed(&fill, &o, &store.err);
}

static void a_change_of_it_is_not_taken(void **state)
{
    (void)state;
    fill_begin(GARBAGE);
    damaged(changed(RA_NOT_REMOVED));
    damaged(ra_ledger_count(&fill.ledger, &store.err));
    fill_end();
    store_end(&store);
    store_begin(&store);
    fill_begin(ann(3)); /* its head is whole */
    damaged(changed(RA_NOT_REMOVED));
    damaged(changed(RA_REMOVED_SOFT));
    fill_end();
}

static void it_is_not_saved(void **state)
{
    struct ra_view v = {.cloud = {.side = {.count = 1}}};
    struct ra_ledger l;
    char dir[100];

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    assert_int_equal(ra_fill_finish(&l.fill, "proved", NULL, 0, &store.err), 0);
    ra_ledger_close(&l);
    assert_int_equal(ra_snap_open(store.cache, "cloud", &v.cloud.snap, &store.err), 0);
    snprintf(dir, sizeof dir, "%s/saved", store.dir);
    damaged(ra_save(&v, dir, &store.err));
    ra_snap_close(&v.cloud.snap);
}

static void changes_of_a_directory_do_not_go_on_behind_it(void **state)
{
    struct ra_ad_fill f = {0};
    bool resumed;

    (void)state;
    assert_int_equal(
        ra_fill_open(store.cache, "ad:contoso", RA_STR("t"), &f.fill, &resumed, &store.err), 0);
    ra_fill_record(f.fill, GARBAGE);
    assert_int_equal(ra_fill_commit(f.fill, &store.err), 0);
    damaged(ra_ad_recall(&f, &store.err));
    ra_fill_discard(&f.fill);
}

/* ---- documents, names ---- */

static void document(struct ra_kept_document *d, enum ra_document_state state, const char *json)
{
    *d = (struct ra_kept_document){.state = state};
    ra_buf_init(&d->json, 1 << 10);
    ra_buf_puts(&d->json, json);
}

static void documents_begin(void)
{
    fill = (struct ra_cloud_fill){.cache = store.cache};
    for (int d = 0; d < RA_DOCUMENTS; d++)
        fill.documents[d].state = RA_DOC_MISSING;
    document(&fill.documents[RA_DOC_ORGANIZATION], RA_DOC_READ, "{}");
}

static void a_saved_document_that_is_no_json_is_not_taken(void **state)
{
    (void)state;
    documents_begin();
    open_anew(&fill.ledger);
    document(&fill.documents[RA_DOC_SYNC_BEHAVIOR], RA_DOC_READ, "{");
    assert_int_equal(ra_cloud_put_documents(&fill, &store.err), -(int)RA_EINTEGRITY);
    assert_non_null(strstr(store.err.msg, "onPremisesSyncBehavior is not JSON"));
    ra_ledger_discard(&fill.ledger);
    ra_cloud_free_documents(&fill);
}

/* The same body, and another meaning. */
static void a_document_that_is_refused_now_is_kept_as_refused(void **state)
{
    struct ra_amendment *all;
    size_t n = 0;
    bool resumed;

    (void)state;
    documents_begin();
    open_anew(&fill.ledger);
    assert_int_equal(ra_cloud_put_documents(&fill, &store.err), 0);
    store_finish(&store, &fill.ledger);
    assert_int_equal(ra_ledger_open_next(&fill.ledger, store.cache, "next", &resumed, &store.err),
                     0);
    ra_cloud_amend_documents(&fill, &n);
    assert_int_equal(n, 0);
    fill.documents[RA_DOC_ORGANIZATION].state = RA_DOC_REFUSED;
    all = ra_cloud_amend_documents(&fill, &n);
    assert_int_equal(n, 1);
    assert_true(ra_str_eq(all[0].key, RA_STR("organization.state")));
    assert_true(ra_str_eq(all[0].value, RA_STR("refused")));
    ra_ledger_close(&fill.ledger);
    ra_cloud_free_documents(&fill);
    ra_arena_free(&fill.arena);
}

static void a_snapshot(const char *side, const char *custom)
{
    struct ra_fill *f;
    bool resumed;

    assert_int_equal(ra_fill_open(store.cache, side, RA_STR("t"), &f, &resumed, &store.err), 0);
    ra_fill_put(f, RA_TABLE_META, RA_STR("login_attribute"), RA_STR("mail"));
    ra_fill_put(f, RA_TABLE_META, RA_STR("custom"), ra_str(custom));
    assert_int_equal(ra_fill_finish(&f, "proved", NULL, 0, &store.err), 0);
}

static int view(void)
{
    static const char *const names[] = {"contoso"};
    struct ra_view *v;
    int rc = ra_view_open(store.cache, names, 1, "mail", &v, &store.err);

    ra_view_close(&v);
    return rc;
}

static void names_of_attributes_that_are_no_json_are_told(void **state)
{
    (void)state;
    a_snapshot("cloud", "[]");
    a_snapshot("ad:contoso", "[]");
    assert_int_equal(view(), 0);
    a_snapshot("ad:contoso", "[");
    assert_int_equal(view(), -(int)RA_EINTEGRITY);
    assert_non_null(strstr(store.err.msg, "ad:contoso: the names of its attributes are not JSON"));
}

/* ---- saving ---- */

static void without_one_of_its_files_nothing_is_saved(void **state)
{
    struct ra_view v = {0};
    char dir[100], users[120];
    int n = 0, rc;

    (void)state;
    a_snapshot("cloud", "[]");
    assert_int_equal(ra_snap_open(store.cache, "cloud", &v.cloud.snap, &store.err), 0);
    snprintf(dir, sizeof dir, "%s/saved", store.dir);
    snprintf(users, sizeof users, "%s/users.ndjson", dir);
    do {
        assert_int_not_equal(access(users, F_OK), 0);
        files_left = n++;
        rc = ra_save(&v, dir, &store.err);
        assert_true(rc == 0 || rc == -(int)RA_EIO);
    } while (rc != 0);
    assert_true(n > RA_COLLECTIONS);
    assert_int_equal(access(users, F_OK), 0);
    ra_snap_close(&v.cloud.snap);
}

static void a_folder_in_the_place_of_a_file_is_not_saved_over(void **state)
{
    struct ra_view v = {0};
    char dir[100], users[120];

    (void)state;
    a_snapshot("cloud", "[]");
    assert_int_equal(ra_snap_open(store.cache, "cloud", &v.cloud.snap, &store.err), 0);
    snprintf(dir, sizeof dir, "%s/saved", store.dir);
    snprintf(users, sizeof users, "%s/users.json", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(mkdir(users, 0700), 0);
    assert_int_equal(ra_save(&v, dir, &store.err), -(int)RA_EIO);
    assert_non_null(strstr(store.err.msg, "users.json: cannot be removed: "));
    ra_snap_close(&v.cloud.snap);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(no_index_is_built_of_it),
        TEST(a_read_that_was_interrupted_does_not_go_on_behind_it),
        TEST(a_change_of_it_is_not_taken),
        TEST(it_is_not_saved),
        TEST(changes_of_a_directory_do_not_go_on_behind_it),
        TEST(a_saved_document_that_is_no_json_is_not_taken),
        TEST(a_document_that_is_refused_now_is_kept_as_refused),
        TEST(names_of_attributes_that_are_no_json_are_told),
        TEST(without_one_of_its_files_nothing_is_saved),
        TEST(a_folder_in_the_place_of_a_file_is_not_saved_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
