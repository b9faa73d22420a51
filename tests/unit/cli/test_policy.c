#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/cli.h"

#include <string.h>

static struct ra_config config;
static struct ra_cli cli = {.config = &config};
static struct ra_err err;

static bool below(struct ra_str key, const char *dn)
{
    struct ra_buf b;
    bool is;

    ra_buf_init(&b, 1000);
    assert_true(ra_dn_key(ra_str(dn), &b));
    is = b.n >= key.n && memcmp(b.p, key.p, key.n) == 0;
    ra_buf_free(&b);
    return is;
}

static void scopes_follow_the_directories_and_compare_as_keys(void **state)
{
    char *include[] = {(char[]){"OU=Staff,DC=contoso,DC=com"}};
    char *exclude[] = {(char[]){"OU=Old, OU=Staff, dc=contoso, dc=com"}};
    char *candidates[] = {(char[]){"employeeID"}};
    struct ra_config_ad ads[] = {
        {.name = (char[]){"one"}, .include = {include, 1}, .exclude = {exclude, 1}},
        {.name = (char[]){"two"}},
    };
    struct ra_cli_policy p;

    (void)state;
    config = (struct ra_config){.path = (char[]){"t.conf"}, .ad = ads, .ad_n = 2};
    config.anchor.attribute = (char[]){"auto"};
    config.anchor.candidates = (struct ra_config_list){candidates, 1};
    config.policy.soft_match = 2;
    config.policy.max_deletes = 7;
    assert_int_equal(ra_cli_policy(&cli, &p, &err), 0);
    assert_int_equal(p.policy.soft_match, RA_SOFT_STAMP);
    assert_int_equal(p.policy.max_deletes, 7);
    assert_true(ra_str_eq(p.policy.anchor_attribute, RA_STR("auto")));
    assert_int_equal(p.policy.candidates_n, 1);
    assert_true(ra_str_eq(p.policy.candidates[0], RA_STR("employeeID")));
    assert_int_equal(p.policy.scopes_n, 2);
    assert_true(ra_str_eq(p.policy.scopes[0].directory, RA_STR("one")));
    assert_true(below(p.policy.scopes[0].include[0], "CN=a,ou=staff,DC=contoso,DC=com"));
    assert_false(below(p.policy.scopes[0].include[0], "CN=a,OU=Staff2,DC=contoso,DC=com"));
    assert_true(below(p.policy.scopes[0].exclude[0], "CN=a,OU=Old,OU=Staff,DC=contoso,DC=com"));
    assert_int_equal(p.policy.scopes[1].includes + p.policy.scopes[1].excludes, 0);
    ra_cli_policy_free(&p);
}

static void an_exclude_that_is_no_dn_is_named_with_its_section(void **state)
{
    char *exclude[] = {(char[]){"Staff"}};
    struct ra_config_ad ad = {.name = (char[]){"one"}, .exclude = {exclude, 1}, .line = 12};
    struct ra_cli_policy p;

    (void)state;
    config = (struct ra_config){.path = (char[]){"t.conf"}, .ad = &ad, .ad_n = 1};
    assert_int_equal(ra_cli_policy(&cli, &p, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "t.conf:12: [ad:one]: exclude: have 'Staff', want a DN");
}

static void the_readers_get_what_the_configuration_says(void **state)
{
    struct ra_config_ad ad = {
        .name = (char[]){"one"}, .uri = (char[]){"ldap://dc"}, .auth = 1, .start_tls = true};
    struct ra_graph_options g;
    struct ra_dir_options d;
    atomic_int stop = 0;

    (void)state;
    config = (struct ra_config){0};
    config.tenant.id = (char[]){"id"};
    config.tenant.source = (char[]){"files:/saved"};
    config.tenant.cloud = 3;
    config.tenant.auth = 4;
    config.tenant.connections = 9;
    cli.stop = &stop;
    ra_cli_graph_options(&cli, &g);
    assert_string_equal(g.tenant_id, "id");
    assert_int_equal(g.cloud, RA_CLOUD_CHINA);
    assert_int_equal(g.auth, RA_AUTH_DEVICE_CODE);
    assert_int_equal(g.connections, 9);
    assert_string_equal(g.files_dir, "/saved");
    assert_ptr_equal(g.stop, &stop);
    ra_cli_dir_options(&cli, &ad, &d);
    assert_string_equal(d.uri, "ldap://dc");
    assert_int_equal(d.auth, RA_DIR_SIMPLE);
    assert_true(d.start_tls);
    assert_ptr_equal(d.stop, &stop);
}

static void a_signal_becomes_an_error_with_its_number(void **state)
{
    atomic_int stop = 0;

    (void)state;
    cli.stop = &stop;
    assert_int_equal(ra_cli_stopped(&cli, &err), 0);
    stop = 15;
    assert_int_equal(ra_cli_stopped(&cli, &err), -RA_ESIGNAL);
    assert_int_equal(ra_exit_status(&err), 143);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes_follow_the_directories_and_compare_as_keys),
        cmocka_unit_test(an_exclude_that_is_no_dn_is_named_with_its_section),
        cmocka_unit_test(the_readers_get_what_the_configuration_says),
        cmocka_unit_test(a_signal_becomes_an_error_with_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
