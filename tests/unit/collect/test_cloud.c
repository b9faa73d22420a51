/* When a read of the cloud goes on from what there is, and when it begins anew: what an earlier run
 * left, and a snapshot that is damaged. What the tenant is asked is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/proof.h"
#include "src/base/clock.h"
#include "tests/unit/collect/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400

static struct store store;
static struct {
    int lists;            /* so often were all lists read */
    int changes;          /* and so often changes */
    int resyncs;          /* so often do changes not lead on */
    char why[RA_WHY_MAX]; /* the lists were read */
} script;

bool __wrap_ra_graph_is_files(const struct ra_graph *g);
bool __wrap_ra_graph_is_files(const struct ra_graph *g)
{
    (void)g;
    return false;
}

int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err);
int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err)
{
    (void)g, (void)err;
    return 0;
}

void __wrap_ra_graph_fingerprint(const struct ra_graph *g, char out[65]);
void __wrap_ra_graph_fingerprint(const struct ra_graph *g, char out[65])
{
    (void)g;
    strcpy(out, "fingerprint");
}

const char *__wrap_ra_graph_tenant(const struct ra_graph *g);
const char *__wrap_ra_graph_tenant(const struct ra_graph *g)
{
    (void)g;
    return "tenant";
}

int __wrap_ra_cloud_read_documents(struct ra_cloud_fill *f, bool anew, struct ra_err *err);
int __wrap_ra_cloud_read_documents(struct ra_cloud_fill *f, bool anew, struct ra_err *err)
{
    (void)anew, (void)err;
    for (int d = 0; d < RA_DOCUMENTS; d++)
        f->documents[d].state = RA_DOC_MISSING;
    return 0;
}

int __wrap_ra_cloud_read_role_members(struct ra_cloud_fill *f, struct ra_err *err);
int __wrap_ra_cloud_read_role_members(struct ra_cloud_fill *f, struct ra_err *err)
{
    (void)f, (void)err;
    return 0;
}

int __wrap_ra_cloud_mark_beginning(struct ra_cloud_fill *f, struct ra_err *err);
int __wrap_ra_cloud_mark_beginning(struct ra_cloud_fill *f, struct ra_err *err)
{
    (void)err;
    for (int c = 0; c < RA_DELTA_KINDS; c++)
        ra_cloud_keep_link(f, (enum ra_collection)c, RA_STR("link"));
    return 0;
}

static void put(struct ra_ledger *l, const char *id)
{
    assert_int_equal(ra_ledger_put(l, ra_str(id), store_record(&store, RA_USER, id, id, false),
                                   NULL, &store.err),
                     0);
}

int __wrap_ra_cloud_read_lists(struct ra_cloud_fill *f, struct ra_err *err);
int __wrap_ra_cloud_read_lists(struct ra_cloud_fill *f, struct ra_err *err)
{
    (void)err;
    script.lists++;
    memcpy(script.why, f->why, sizeof script.why);
    put(&f->ledger, "ann");
    return 0;
}

int __wrap_ra_cloud_reconcile(struct ra_cloud_fill *f, bool listed, bool *resync,
                              struct ra_err *err);
int __wrap_ra_cloud_reconcile(struct ra_cloud_fill *f, bool listed, bool *resync,
                              struct ra_err *err)
{
    (void)err;
    *resync = false;
    if (listed)
        return 0;
    script.changes++;
    *resync = script.resyncs-- > 0;
    if (*resync)
        strcpy(f->why, "a link was refused");
    return 0;
}

int __wrap_ra_proof_check_refresh(struct ra_cloud_fill *f, bool *resync, struct ra_err *err);
int __wrap_ra_proof_check_refresh(struct ra_cloud_fill *f, bool *resync, struct ra_err *err)
{
    (void)f, (void)resync, (void)err;
    return 0;
}

int __wrap_ra_proof_check_anew(struct ra_cloud_fill *f, struct ra_err *err);
int __wrap_ra_proof_check_anew(struct ra_cloud_fill *f, struct ra_err *err)
{
    (void)err;
    strcpy(f->proof, "proved");
    return 0;
}

/* ---- a store that has been read once ---- */

static void collect(void)
{
    struct ra_cloud_fill *f;

    assert_int_equal(ra_cloud_begin(NULL, store.cache, NULL, false, &f, &store.err), 0);
    if (ra_cloud_finish(&f, &store.err) != 0)
        fail_msg("%s", store.err.msg);
}

static int begin(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    store_begin(&store);
    collect();
    assert_int_equal(script.lists, 1);
    script.lists = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_end(&store);
    return 0;
}

static uint32_t objects(void)
{
    struct ra_snap *s;
    uint32_t n;

    assert_int_equal(ra_snap_open(store.cache, "cloud", &s, &store.err), 0);
    n = ra_snap_info(s)->records;
    ra_snap_close(&s);
    return n;
}

/* What a run that was killed has left: Ben, and a mark. next: on top of the snapshot. */
static void leave(bool next, const char *key, const char *value)
{
    struct ra_ledger l;
    bool resumed;
    int rc = next ? ra_ledger_open_next(&l, store.cache, "next fingerprint", &resumed, &store.err)
                  : ra_ledger_open(&l, store.cache, "full fingerprint", &resumed, &store.err);

    assert_int_equal(rc, 0);
    put(&l, "ben");
    ra_fill_put(l.fill, RA_TABLE_MARKS, ra_str(key), ra_str(value));
    assert_int_equal(ra_fill_commit(l.fill, &store.err), 0);
    ra_ledger_close(&l);
}

static void changes_lead_on_from_the_snapshot(void **state)
{
    (void)state;
    collect();
    assert_int_equal(script.lists, 0);
    assert_int_equal(script.changes, 1);
    assert_int_equal(objects(), 1);
}

static void a_snapshot_that_is_damaged_is_read_anew(void **state)
{
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/snapshots/cloud.1.mdb", store.dir);
    assert_int_equal(truncate(path, 8192), 0);
    collect();
    assert_int_equal(script.lists, 1);
    assert_string_equal(script.why, "the snapshot before is damaged");
    assert_int_equal(objects(), 1);
}

static void changes_that_were_begun_are_gone_on_with(void **state)
{
    (void)state;
    leave(true, "anything", "1");
    collect();
    assert_int_equal(script.lists, 0);
    assert_int_equal(objects(), 2);
}

/* Only the object itself tells which of two was right, and which they were is not known. */
static void changes_that_contradicted_each_other_are_taken_up_again(void **state)
{
    (void)state;
    leave(true, "conflicts", "1");
    collect();
    assert_int_equal(script.lists, 0);
    assert_int_equal(script.changes, 1);
    assert_int_equal(objects(), 1);
}

static void where_the_links_before_them_are_refused_too_all_is_read(void **state)
{
    (void)state;
    leave(true, "conflicts", "1");
    script.resyncs = 1;
    collect();
    assert_int_equal(script.lists, 1);
    assert_string_equal(script.why, "a link was refused");
    assert_int_equal(objects(), 1);
}

static void a_read_of_everything_is_gone_on_with_for_a_day(void **state)
{
    char then[24];

    (void)state;
    snprintf(then, sizeof then, "%" PRId64, ra_now() - DAY / 2);
    leave(false, "started", then);
    collect();
    assert_int_equal(script.lists, 1);
    assert_int_equal(objects(), 2);
    snprintf(then, sizeof then, "%" PRId64, ra_now() - DAY - 1);
    leave(false, "started", then);
    collect();
    assert_int_equal(script.lists, 2);
    assert_string_equal(script.why, "the read before it had not ended");
    assert_int_equal(objects(), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(changes_lead_on_from_the_snapshot),
        TEST(a_snapshot_that_is_damaged_is_read_anew),
        TEST(changes_that_were_begun_are_gone_on_with),
        TEST(changes_that_contradicted_each_other_are_taken_up_again),
        TEST(where_the_links_before_them_are_refused_too_all_is_read),
        TEST(a_read_of_everything_is_gone_on_with_for_a_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
