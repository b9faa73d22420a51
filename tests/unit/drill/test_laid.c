/* An organisation laid out for a drill from a backup, as older ones and damaged ones have it. */
#include "recovery/backup/facts.h"
#include "recovery/drill/organisation.h"
#include "tests/unit/backup/vault.h"
#include "tests/unit/collect/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store store;
static struct ra_buf plain;
static char laid[100];

static int begin(void **state)
{
    struct vault *v;
    int rc = vault_new(state);

    v = *state;
    vault_seal(v);
    vault_plain(v, &plain);
    snprintf(laid, sizeof laid, "%s/laid", v->root);
    store_begin(&store);
    return rc;
}

static int end(void **state)
{
    store_end(&store);
    ra_buf_free(&plain);
    return vault_free(state);
}

/* The backup with this in the place of that. */
static void change(struct vault *v, const char *from, const char *to)
{
    size_t n;
    char *bytes = vault_replaced(ra_str_n(plain.p, plain.n), from, to, &n);

    ra_buf_clear(&plain);
    ra_buf_put(&plain, bytes, n);
    free(bytes);
    vault_write_data(v, plain.p, plain.n);
    vault_agree(v);
}

static int lay_out(struct vault *v, struct ra_drill_directory *directories, size_t n,
                   struct ra_err *err)
{
    const struct ra_backup_source source = {.dir = v->dir, .which = v->last.name};
    const struct ra_drill_held held = {.cache = store.cache,
                                       .directories = directories,
                                       .directories_n = n,
                                       .login_attribute = "userPrincipalName",
                                       .proof = "of the backup"};
    struct ra_backup *b;
    int rc = ra_backup_open(&source, &b, err);

    if (rc == 0)
        rc = ra_drill_lay_out(b, laid, &held, err);
    ra_backup_close(&b);
    return rc;
}

static void lays_out(struct vault *v, struct ra_drill_directory *directories, size_t n)
{
    struct ra_err err = {0};

    if (lay_out(v, directories, n, &err) != 0)
        fail_msg("%s", err.msg);
}

static bool is_laid(const char *name)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", laid, name);
    return access(path, R_OK) == 0;
}

static char *read_laid(const char *name)
{
    char path[160], *text;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", laid, name);
    text = vault_slurp(path, &n);
    text[n] = '\0';
    return text;
}

static void each_object_comes_to_the_directory_that_it_is_of(void **state)
{
    struct ra_drill_directory two[] = {{.name = "other"}, {.name = "contoso"}};

    lays_out(*state, two, 2);
    assert_int_equal(two[0].objects, 0);
    assert_int_equal(two[1].objects, VAULT_USERS);
    lays_out(*state, two, 1); /* of which the backup has nobody */
    assert_int_equal(two[0].objects, 0);
}

#define ELIGIBILITIES "roleEligibilityScheduleInstances.json"

/* The vault's tenant knows its roles, and has no document of those who may take one. */
static void
known_roles_without_eligibilities_are_those_of_a_tenant_without_the_licence(void **state)
{
    char *text;

    lays_out(*state, NULL, 0);
    text = read_laid(ELIGIBILITIES);
    assert_non_null(strstr(text, "AadPremiumLicenseRequired"));
    free(text);
}

static void roles_that_are_not_known_stay_so(void **state)
{
    change(*state, "\"roles_known\":true", "\"roles_known\":false");
    lays_out(*state, NULL, 0);
    assert_false(is_laid(ELIGIBILITIES));
}

static void eligibilities_are_laid_out_as_they_were_read(void **state)
{
    char *text;

    change(*state, "\"name\":\"domains\"", "\"name\":\"roleEligibilityScheduleInstances\"");
    lays_out(*state, NULL, 0);
    text = read_laid(ELIGIBILITIES);
    assert_null(strstr(text, "AadPremiumLicenseRequired"));
    free(text);
}

static void features_without_those_of_beta_are_laid_out(void **state)
{
    change(*state, "\"name\":\"domains\"", "\"name\":\"onPremisesSynchronization\"");
    lays_out(*state, NULL, 0);
    assert_true(is_laid("onPremisesSynchronization.json"));
}

/* An older backup tells by the verdict alone that a computer had a certificate. */
static void a_computer_that_was_joined_had_a_certificate(void **state)
{
    struct ra_drill_directory one = {.name = "contoso"};
    struct ra_err err = {0};
    struct ra_ad_object o;
    struct ra_snap *snap;
    uint32_t computers = 0;

    change(*state, "\"ad\":{\"kind\":\"user\"", "\"ad\":{\"kind\":\"computer\"");
    change(*state, "\"userCertificateCount\":2,", "");
    lays_out(*state, &one, 1);
    assert_int_equal(ra_snap_open(store.cache, "ad:contoso", &snap, &err), 0);
    for (uint32_t i = 0; i < VAULT_USERS; i++) {
        assert_true(ra_ad_decode(ra_snap_record(snap, i), &o));
        computers += o.kind == RA_COMPUTER && o.certificates == 1;
    }
    assert_int_equal(computers, 1);
    ra_snap_close(&snap);
}

static void a_cloud_object_that_is_too_large_is_refused_by_its_id(void **state)
{
    static const char head[] = "\"cloud\":{\"displayName\":\"";
    const size_t large = (size_t)64 << 20;
    struct ra_err err = {0};
    char *name = malloc(sizeof head + large + 2), *bytes;
    size_t n;

    assert_non_null(name);
    memcpy(name, head, sizeof head - 1);
    memset(name + sizeof head - 1, 'x', large);
    memcpy(name + sizeof head - 1 + large, "\",", 3);
    bytes = vault_replaced(ra_str_n(plain.p, plain.n), "\"cloud\":{", name, &n);
    vault_write_data(*state, bytes, n);
    vault_agree(*state);
    assert_int_equal(lay_out(*state, NULL, 0, &err), -(int)RA_EINPUT);
    assert_string_equal(err.msg, "cloud object 00000000-0000-4000-8000-000000000000: larger than "
                                 "67108864 bytes");
    free(bytes);
    free(name);
}

static void an_object_whose_dn_is_none_is_refused(void **state)
{
    struct ra_drill_directory one = {.name = "contoso"};
    struct ra_err err = {0};

    change(*state, "\"distinguishedName\":\"CN=", "\"distinguishedName\":\"CN ");
    assert_int_equal(lay_out(*state, &one, 1, &err), -(int)RA_EINPUT);
    assert_non_null(strstr(err.msg, "is not a distinguished name"));
}

/* ---- of another store ---- */

static struct ra_str no_record(void *ctx, uint32_t seq)
{
    (void)ctx;
    (void)seq;
    return (struct ra_str){NULL, 0};
}

static void an_object_of_the_store_that_cannot_be_read_back_is_named(void **state)
{
    char name[] = "contoso";
    struct ra_view_side side = {.name = name};
    struct ra_side damaged = {.name = RA_STR("contoso"), .count = 1, .record = no_record};
    const struct ra_view view = {.ad = &side, .ad_n = 1, .ad_sides = &damaged};
    struct ra_drill_directory one = {.name = name};
    const struct ra_drill_held held = {.cache = store.cache,
                                       .directories = &one,
                                       .directories_n = 1,
                                       .login_attribute = "userPrincipalName",
                                       .proof = "of the store"};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_drill_hold_view(&view, &held, &err), -(int)RA_EINTEGRITY);
    assert_string_equal(err.msg, "ad:contoso: object 0 cannot be read back");
}

#define LAID(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAID(each_object_comes_to_the_directory_that_it_is_of),
        LAID(known_roles_without_eligibilities_are_those_of_a_tenant_without_the_licence),
        LAID(roles_that_are_not_known_stay_so),
        LAID(eligibilities_are_laid_out_as_they_were_read),
        LAID(features_without_those_of_beta_are_laid_out),
        LAID(a_computer_that_was_joined_had_a_certificate),
        LAID(a_cloud_object_that_is_too_large_is_refused_by_its_id),
        LAID(an_object_whose_dn_is_none_is_refused),
        LAID(an_object_of_the_store_that_cannot_be_read_back_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
