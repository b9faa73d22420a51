/* A backup that was sealed is read back as it went in. */
#include "tests/unit/backup/vault.h"

#include <stdlib.h>
#include <string.h>

static void what_was_sealed_is_read_back(void **state)
{
    struct vault *v = *state;
    struct ra_backup_source source = {.dir = v->dir};
    struct ra_backup *b;
    struct ra_backup_object o;
    struct ra_err err = {0};
    const struct ra_backup_facts *f;
    int n = 0;

    vault_seal(v);
    assert_int_equal(ra_backup_open(&source, &b, &err), 0);
    f = ra_backup_facts(b);
    assert_true(ra_str_eq(f->anchor_attribute, RA_STR("mS-DS-ConsistencyGuid")));
    assert_true(ra_str_eq(f->tenant.id, RA_STR(VAULT_TENANT)));
    assert_int_equal(f->tenant.flags.block_soft_match, RA_YES);
    assert_int_equal(f->tenant.flags.block_hard_match, RA_UNKNOWN);
    assert_int_equal(f->tenant.threshold, 500);
    assert_int_equal(f->tenant.holders_n, 1);
    assert_int_equal(f->tenant.holders[0].roles, RA_ROLE_PRIVILEGED | RA_ROLE_ELIGIBLE);
    assert_int_equal(f->documents_n, 2);
    assert_true(ra_str_eq(f->documents[0].json, RA_STR("{\"value\":[]}")));
    assert_true(ra_str_absent(f->documents[1].json));
    while (ra_backup_next(b, &o, &err) == 1) {
        struct ra_str rest = o.ad.o.proxies.bytes, item;
        char value[16];
        memset(value, "abcde"[n], sizeof value);
        assert_true(o.has_ad && o.has_cloud);
        assert_int_equal(o.code, RA_MATCH_HARD);
        assert_int_equal(o.cloud_code, RA_VERDICT_CODES);
        assert_true(o.cloud.ooi_known);
        assert_int_equal(ra_str_absent(o.cloud.ooi), n == 0);
        assert_true(ra_str_eq(o.ad.o.consistency_guid, ra_str_n(value, sizeof value)));
        assert_true(ra_str_eq(o.ad.source_anchor, o.cloud.o.immutable_id));
        assert_true(ra_str_starts_fold(o.ad.o.dn, RA_STR("CN=\\\"User\xc3\xa4")));
        assert_true(ra_str_eq(o.ad.o.login, o.ad.o.upn));
        assert_int_equal(o.ad.o.account_control, 512);
        assert_int_equal(o.ad.o.members, 3);
        assert_int_equal(o.ad.o.certificates, 2);
        assert_int_equal(o.ad.o.smime_certificates, 3);
        assert_int_equal(o.ad.o.hidden_from_lists, n == 1);
        assert_int_equal(o.ad.o.mailbox_guid, n == 2);
        assert_int_equal(o.ad.o.proxies.count, 2);
        assert_true(ra_list_next(&rest, &item) && ra_list_next(&rest, &item));
        assert_true(ra_str_eq(item, RA_STR("smtp:second@contoso.test")));
        rest = o.ad.o.sid_history.bytes;
        assert_true(ra_list_next(&rest, &item));
        assert_true(ra_str_eq(item, RA_STR("S-1-5-21-4-5-6-1104")));
        assert_int_equal(o.ad.o.sid_history.count, 1);
        n++;
    }
    assert_int_equal(err.code, 0);
    assert_int_equal(n, VAULT_USERS);
    ra_backup_close(&b);
}

static void the_same_snapshots_give_the_same_data(void **state)
{
    struct vault *v = *state;
    char first[RA_BACKUP_HASH];

    vault_seal(v);
    memcpy(first, v->last.plain_sha256, sizeof first);
    v->now -= 86400;
    vault_seal(v);
    assert_string_equal(v->last.plain_sha256, first);
    assert_int_equal(v->last.sequence, 2);
    assert_non_null(strstr(v->last.name, "Z-2")); /* the same second */
}

static void data_that_are_not_the_manifests_are_not_read(void **state)
{
    struct vault *v = *state;
    struct ra_backup_source source = {.dir = v->dir};
    struct ra_backup *b;
    struct ra_err err = {0};
    char *path, *bytes;
    size_t n;

    vault_seal(v);
    path = vault_path(v, v->last.data.name, "");
    bytes = vault_slurp(path, &n);
    bytes[n / 2] ^= 1;
    vault_spit(path, bytes, n);
    assert_int_equal(ra_backup_open(&source, &b, &err), -(int)RA_EINTEGRITY);
    assert_null(b);
    assert_non_null(strstr(err.msg, v->last.data.name));
    free(bytes);
    free(path);
}

static void another_tenants_name_is_not_a_path(void **state)
{
    struct vault *v = *state;
    struct ra_backup_manifest m;
    struct ra_err err = {0};

    vault_seal(v);
    assert_int_equal(ra_backup_manifest_read(v->dir, "..", &m, &err), -(int)RA_ENOTFOUND);
    assert_int_equal(ra_backup_manifest_read(v->dir, "reanchor-20260101T000001Z", &m, &err),
                     -(int)RA_ENOTFOUND);
    assert_int_equal(ra_backup_manifest_read(v->dir, v->last.name, &m, &err), 0);
    ra_backup_manifest_free(&m);
}

static void a_backup_is_named_by_its_path_too(void **state)
{
    struct vault *v = *state;
    struct ra_backup_manifest m;
    char *path;

    vault_seal(v);
    path = vault_path(v, v->last.name, ".json");
    assert_int_equal(ra_backup_manifest_read("/nowhere", path, &m, NULL), 0);
    assert_string_equal(m.sha256, v->last.sha256);
    ra_backup_manifest_free(&m);
    free(path);
}

static void a_signal_stops_the_sealing_and_nothing_counts(void **state)
{
    struct vault *v = *state;
    const atomic_int stop = 15;
    struct ra_err err = {0};
    size_t faults;

    vault_seal(v);
    v->stop = &stop;
    assert_int_equal(vault_try_seal(v, &err), -(int)RA_ESIGNAL);
    assert_int_equal(err.signal, 15);
    v->stop = NULL;
    faults = vault_faults(v, false, true);
    assert_int_equal(faults, 0);
    vault_seal(v);
    assert_int_equal(v->last.sequence, 2);
}

static uint64_t told_of, told_total;

static void tell_sealed(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    told_of = done;
    told_total = total;
}

static void tell_checked(void *ctx, const char *name, uint64_t done, uint64_t total)
{
    const struct vault *v = ctx;

    if (strcmp(name, v->last.name) == 0)
        tell_sealed(NULL, done, total);
}

static void of_many_objects_it_is_told_how_far_it_is(void **state)
{
    struct vault *v = *state;
    struct ra_backup_check how = {
        .dir = v->dir, .read_data = true, .progress = tell_checked, .ctx = v};
    struct ra_links c;

    v->crowd = 300;
    v->progress = tell_sealed;
    vault_seal(v);
    assert_int_equal(told_of, 256);
    assert_in_range(told_total, 300, 310);
    told_of = told_total = 0;
    assert_int_equal(ra_backup_check(&how, &c, NULL), 0);
    assert_int_equal(ra_backup_faults(&c), 0);
    assert_int_equal(told_of, 256);
    assert_int_equal(told_total, v->last.lines);
    ra_links_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_sealed_is_read_back, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(the_same_snapshots_give_the_same_data, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(data_that_are_not_the_manifests_are_not_read, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_backup_is_named_by_its_path_too, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_signal_stops_the_sealing_and_nothing_counts, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(of_many_objects_it_is_told_how_far_it_is, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(another_tenants_name_is_not_a_path, vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
