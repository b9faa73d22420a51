#include "given.h"

static void every_key_of_the_format_is_read(void **state)
{
    struct ra_config *c = load(
        "[tenant]\nid = 88666888-0101-1111-BBBB-1234567890AB\ncloud = usgov-dod\nauth = secret\n"
        "client_id = 52a1\ncertificate_file = c\nprivate_key_file = k\nclient_secret_file = s\n"
        "federated_token_file = f\ngraph_url = https://localhost:8443/\nlogin_url = https://l\n"
        "ca_file = ca\nconnections = 64\nsource = graph\n"
        "[ad:contoso]\nuri = ldaps://dc1\nbase = DC=a\nauth = simple\nbind_dn = CN=b\n"
        "password_file = p\nstart_tls = no\nca_file = ca2\ninclude = OU=1,DC=a\n"
        "include = OU=2,DC=a\nexclude = OU=3,OU=1,DC=a\nconnections = 3\n"
        "[ad:fabrikam]\nuri = ldif:/d.ldif\n"
        "[anchor]\nattribute = employeeID\ncandidates = employeeNumber\ncandidates = uid\n"
        "login_attribute = mail\n"
        "[policy]\ntakeover = allow\nsoft_match = stamp\nmax_deletes = 1\n"
        "max_deletes_percent = 2.5\nmax_hard_deletes = 3\nsync_idle_minutes = 4\n"
        "[store]\ndir = /s\n"
        "[backup]\ndir = /b\nkeep_daily = 1\nkeep_weekly = 2\nkeep_monthly = 3\nkeep_yearly = 4\n"
        "sign_key_file = sk\nencrypt_to = age1a\nencrypt_to = age1b\n");

    (void)state;
    assert_string_equal(c->tenant.id, "88666888-0101-1111-bbbb-1234567890ab");
    assert_int_equal(c->tenant.cloud, 2);
    assert_int_equal(c->tenant.auth, 1);
    assert_string_equal(c->tenant.client_id, "52a1");
    assert_string_equal(c->tenant.certificate_file, "c");
    assert_string_equal(c->tenant.private_key_file, "k");
    assert_string_equal(c->tenant.client_secret_file, "s");
    assert_string_equal(c->tenant.federated_token_file, "f");
    assert_string_equal(c->tenant.graph_url, "https://localhost:8443");
    assert_string_equal(c->tenant.login_url, "https://l");
    assert_string_equal(c->tenant.ca_file, "ca");
    assert_int_equal(c->tenant.connections, 64);
    assert_int_equal(c->ad_n, 2);
    assert_string_equal(c->ad[0].name, "contoso");
    assert_string_equal(c->ad[0].uri, "ldaps://dc1");
    assert_string_equal(c->ad[0].base, "DC=a");
    assert_int_equal(c->ad[0].auth, 1);
    assert_string_equal(c->ad[0].bind_dn, "CN=b");
    assert_string_equal(c->ad[0].password_file, "p");
    assert_false(c->ad[0].start_tls);
    assert_string_equal(c->ad[0].ca_file, "ca2");
    assert_int_equal(c->ad[0].include.n, 2);
    assert_string_equal(c->ad[0].include.items[1], "OU=2,DC=a");
    assert_int_equal(c->ad[0].exclude.n, 1);
    assert_int_equal(c->ad[0].connections, 3);
    assert_int_equal(c->ad[0].line, 15);
    assert_string_equal(c->ad[1].name, "fabrikam");
    assert_int_equal(c->ad[1].auth, 0);
    assert_string_equal(c->anchor.attribute, "employeeID");
    assert_int_equal(c->anchor.candidates.n, 2);
    assert_string_equal(c->anchor.login_attribute, "mail");
    assert_true(c->policy.takeover_allowed);
    assert_int_equal(c->policy.soft_match, 2);
    assert_int_equal(c->policy.max_deletes, 1);
    assert_true(c->policy.max_deletes_percent == 2.5);
    assert_int_equal(c->policy.max_hard_deletes, 3);
    assert_int_equal(c->policy.sync_idle_minutes, 4);
    assert_string_equal(c->store.dir, "/s");
    assert_string_equal(c->backup.dir, "/b");
    assert_int_equal(c->backup.keep_daily + 10 * c->backup.keep_weekly, 21);
    assert_int_equal(c->backup.keep_monthly + 10 * c->backup.keep_yearly, 43);
    assert_string_equal(c->backup.sign_key_file, "sk");
    assert_string_equal(c->backup.encrypt_to.items[1], "age1b");
    assert_null(ra_config_files_dir(c));
    ra_config_free(&c);
    assert_null(c);
}

static void what_is_not_given_has_its_default(void **state)
{
    struct ra_config *c =
        load(OFFLINE "connections =\nca_file = ; none\n[ad:a]\nuri = ldaps://x\n");

    (void)state;
    assert_int_equal(c->tenant.cloud, 0);
    assert_int_equal(c->tenant.auth, 0);
    assert_int_equal(c->tenant.connections, 16);
    assert_null(c->tenant.ca_file);
    assert_string_equal(ra_config_files_dir(c), "/saved");
    assert_int_equal(c->ad[0].connections, 2);
    assert_false(c->ad[0].start_tls);
    assert_null(c->ad[0].base);
    assert_int_equal(c->ad[0].include.n, 0);
    assert_string_equal(c->anchor.attribute, "auto");
    assert_string_equal(c->anchor.login_attribute, "userPrincipalName");
    assert_false(c->policy.takeover_allowed);
    assert_int_equal(c->policy.soft_match, 0);
    assert_int_equal(c->policy.max_deletes, 500);
    assert_true(c->policy.max_deletes_percent == 5);
    assert_int_equal(c->policy.max_hard_deletes, 0);
    assert_int_equal(c->policy.sync_idle_minutes, 180);
    assert_string_equal(c->store.dir, "/var/lib/reanchor");
    assert_string_equal(c->backup.dir, "/var/lib/reanchor/backups");
    assert_int_equal(c->backup.keep_daily, 14);
    assert_int_equal(c->backup.keep_weekly, 8);
    assert_int_equal(c->backup.keep_monthly, 24);
    assert_int_equal(c->backup.keep_yearly, 7);
    ra_config_free(&c);
}

static void a_semicolon_begins_a_comment_only_behind_white_space(void **state)
{
    struct ra_config *c = load("# first\n; second\n" OFFLINE "[ad:a]\nuri = ldif:/a;b ; the dump\n"
                               "include = OU=x#1;y,DC=a\t; tab\n");

    (void)state;
    assert_string_equal(c->ad[0].uri, "ldif:/a;b");
    assert_string_equal(c->ad[0].include.items[0], "OU=x#1;y,DC=a");
    ra_config_free(&c);
}

static void a_repeated_value_is_never_split_at_commas_or_spaces(void **state)
{
    struct ra_config *c =
        load(OFFLINE "[ad:a]\nuri = ldif:d\ninclude = OU=All Staff, DC=a\n\ninclude = OU=b\n");

    (void)state;
    assert_int_equal(c->ad[0].include.n, 2);
    assert_string_equal(c->ad[0].include.items[0], "OU=All Staff, DC=a");
    ra_config_free(&c);
}

static void a_byte_order_mark_windows_lines_and_indented_keys_are_read(void **state)
{
    struct ra_config *c =
        load("\xEF\xBB\xBF[tenant]\r\n  id = {88666888-0101-1111-bbbb-1234567890ab}\r\n"
             "\tsource = files:/saved\r\n");

    (void)state;
    assert_string_equal(c->tenant.id, "88666888-0101-1111-bbbb-1234567890ab");
    assert_string_equal(c->tenant.source, "files:/saved");
    ra_config_free(&c);
}

static void a_last_line_without_an_end_is_read(void **state)
{
    struct ra_config *c = load(OFFLINE "[store]\ndir = /x");

    (void)state;
    assert_string_equal(c->store.dir, "/x");
    ra_config_free(&c);
}

static void a_dn_of_a_thousand_bytes_is_read_whole(void **state)
{
    char text[2048], dn[1001];
    struct ra_config *c;

    (void)state;
    memset(dn, 'x', 1000);
    memcpy(dn, "OU=", 3);
    dn[1000] = '\0';
    snprintf(text, sizeof text, OFFLINE "[ad:a]\nuri = ldif:d\ninclude = %s\n", dn);
    c = load(text);
    assert_int_equal(c->ad[0].include.n, 1);
    assert_string_equal(c->ad[0].include.items[0], dn);
    ra_config_free(&c);
}

static void a_line_past_the_limit_is_refused_with_its_number(void **state)
{
    char *text = calloc(1, 20000);

    (void)state;
    strcpy(text, OFFLINE "[store]\ndir = ");
    memset(text + strlen(text), 'x', 10000);
    refused(text, "t.conf:5: a line of 10006 bytes, longer than the 8190 allowed");
    free(text);
}

static void an_unknown_key_is_named_with_its_line_and_the_nearest(void **state)
{
    (void)state;
    refused(OFFLINE "\n; comment\nconections = 4\n",
            "t.conf:6: unknown key 'conections' in [tenant], the nearest is 'connections'");
    refused(OFFLINE "[ad:a]\nuri = ldif:d\nbind_n = x\n",
            "t.conf:6: unknown key 'bind_n' in [ad], the nearest is 'bind_dn'");
    refused(OFFLINE "zzzzzzzz = 1\n", "t.conf:4: unknown key 'zzzzzzzz' in [tenant]");
}

static void a_key_of_another_section_is_told_where_it_belongs(void **state)
{
    (void)state;
    refused(OFFLINE "max_deletes = 4\n",
            "t.conf:4: unknown key 'max_deletes' in [tenant]; [policy] has a 'max_deletes'");
    refused(OFFLINE "[policy]\nbind_dn = 4\n",
            "t.conf:5: unknown key 'bind_dn' in [policy]; [ad:NAME] has a 'bind_dn'");
}

static void keys_differ_by_case(void **state)
{
    (void)state;
    refused("[tenant]\nID = x\n", "t.conf:2: unknown key 'ID' in [tenant], the nearest is 'id'");
}

static void an_unknown_section_is_named_even_when_it_is_empty(void **state)
{
    (void)state;
    refused(OFFLINE "[polcy]\n", "t.conf:4: unknown section [polcy], the nearest is [policy]");
    refused(OFFLINE "[xxxxxxxxxxx]\na = b\n", "t.conf:4: unknown section [xxxxxxxxxxx]");
    refused(OFFLINE "[ad]\n", "t.conf:4: [ad] has no name, want [ad:NAME]");
    refused(OFFLINE "[ad:]\n", "t.conf:4: [ad:] has no name, want [ad:NAME]");
}

static void what_is_given_twice_is_refused(void **state)
{
    (void)state;
    refused(OFFLINE "source = files:/other\n",
            "t.conf:4: source: given a second time, first on line 3");
    refused(OFFLINE "[ad:a]\nuri = ldif:d\n[store]\n[ad:a]\n",
            "t.conf:7: [ad:a] begins a second time, first on line 4");
    refused(OFFLINE "[tenant]\n", "t.conf:4: [tenant] begins a second time, first on line 1");
}

static void two_directories_may_have_the_same_keys(void **state)
{
    struct ra_config *c = load(OFFLINE "[ad:a]\nuri = ldif:1\n[ad:b]\nuri = ldif:2\n");

    (void)state;
    assert_string_equal(c->ad[0].uri, "ldif:1");
    assert_string_equal(c->ad[1].uri, "ldif:2");
    ra_config_free(&c);
}

static void a_line_that_is_neither_section_nor_key_is_refused_with_its_number(void **state)
{
    (void)state;
    refused(OFFLINE "[store]\n\ndir\n", "t.conf:6: neither a [section] nor key = value");
    refused("[tenant\nid = 3\n", "t.conf:1: neither a [section] nor key = value");
    refused("id = 3\n", "t.conf:1: 'id' stands before the first [section]");
}

static void a_directory_name_that_could_leave_the_store_is_refused(void **state)
{
    (void)state;
    refused(OFFLINE "[ad:a/../b]\n",
            "t.conf:4: [ad:a/../b] has a character that a name cannot have");
    refused(OFFLINE "[ad:a234567890123456789012345678901234567890123456789]\n",
            "t.conf:4: [ad:a234567890123456789012345678901234567890123456…] is longer than the 48"
            " bytes allowed");
}

static void bytes_that_are_not_text_are_refused(void **state)
{
    struct ra_config *c;
    struct ra_err err;

    (void)state;
    refused("[tenant]\nid = \xFF\n", "t.conf: is not UTF-8 text");
    write_file("t.conf", "[tenant]\0", 9);
    assert_int_equal(ra_config_load("t.conf", &c, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "t.conf: is not UTF-8 text");
}

static void a_file_that_is_not_there_or_too_large_is_a_configuration_fault(void **state)
{
    char *text = calloc(1, (1 << 20) + 1);
    struct ra_config *c;
    struct ra_err err;

    (void)state;
    assert_int_equal(ra_config_load("none.conf", &c, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "none.conf: No such file or directory");
    memset(text, '\n', (1 << 20) + 1);
    write_file("t.conf", text, (1 << 20) + 1);
    assert_int_equal(ra_config_load("t.conf", &c, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "t.conf: larger than the 1048576 bytes allowed");
    free(text);
}

static void the_users_own_file_is_found_and_a_missing_one_is_named(void **state)
{
    char *here = getcwd(NULL, 0), path[300], want[700];
    struct ra_config *c;
    struct ra_err err;

    (void)state;
    setenv("XDG_CONFIG_HOME", here, 1);
    snprintf(path, sizeof path, "%s/reanchor/reanchor.conf", here);
    if (access("/etc/reanchor/reanchor.conf", F_OK) != 0) {
        assert_int_equal(ra_config_load(NULL, &c, &err), -RA_ECONFIG);
        snprintf(want, sizeof want,
                 "no configuration: looked for %s and /etc/reanchor/reanchor.conf", path);
        assert_string_equal(err.msg, want);
    }
    assert_int_equal(system("mkdir reanchor"), 0);
    write_file(path, OFFLINE, strlen(OFFLINE));
    assert_int_equal(ra_config_load(NULL, &c, &err), 0);
    assert_string_equal(c->path, path);
    ra_config_free(&c);
    free(here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_format_is_read),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(a_semicolon_begins_a_comment_only_behind_white_space),
        cmocka_unit_test(a_repeated_value_is_never_split_at_commas_or_spaces),
        cmocka_unit_test(a_byte_order_mark_windows_lines_and_indented_keys_are_read),
        cmocka_unit_test(a_last_line_without_an_end_is_read),
        cmocka_unit_test(a_dn_of_a_thousand_bytes_is_read_whole),
        cmocka_unit_test(a_line_past_the_limit_is_refused_with_its_number),
        cmocka_unit_test(an_unknown_key_is_named_with_its_line_and_the_nearest),
        cmocka_unit_test(a_key_of_another_section_is_told_where_it_belongs),
        cmocka_unit_test(keys_differ_by_case),
        cmocka_unit_test(an_unknown_section_is_named_even_when_it_is_empty),
        cmocka_unit_test(what_is_given_twice_is_refused),
        cmocka_unit_test(two_directories_may_have_the_same_keys),
        cmocka_unit_test(a_line_that_is_neither_section_nor_key_is_refused_with_its_number),
        cmocka_unit_test(a_directory_name_that_could_leave_the_store_is_refused),
        cmocka_unit_test(bytes_that_are_not_text_are_refused),
        cmocka_unit_test(a_file_that_is_not_there_or_too_large_is_a_configuration_fault),
        cmocka_unit_test(the_users_own_file_is_found_and_a_missing_one_is_named),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
