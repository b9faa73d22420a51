#include "given.h"

static void the_tenants_id_is_required_and_a_guid(void **state)
{
    (void)state;
    refused("[store]\ndir = /x\n", "t.conf: [tenant] id: missing, want the tenant's GUID");
    refused("[tenant]\nid =\nsource = files:/s\n",
            "t.conf: [tenant] id: missing, want the tenant's GUID");
    refused("[tenant]\nid = contoso.com\n", "t.conf:2: id: have 'contoso.com', want a GUID");
}

static void each_way_of_signing_in_needs_its_keys(void **state)
{
    struct ra_config *c;

    (void)state;
    refused(TENANT, "t.conf: [tenant] client_id: missing, auth = certificate needs it");
    refused(TENANT "client_id = a\n",
            "t.conf: [tenant] certificate_file: missing, auth = certificate needs it");
    refused(TENANT "client_id = a\ncertificate_file = c\n",
            "t.conf: [tenant] private_key_file: missing, auth = certificate needs it");
    c = load(TENANT "client_id = a\ncertificate_file = c.PFX\n"); /* holds the key too */
    ra_config_free(&c);
    refused(TENANT "auth = secret\nclient_id = a\n",
            "t.conf: [tenant] client_secret_file: missing, auth = secret needs it");
    refused(TENANT "auth = federated-token\nclient_id = a\n",
            "t.conf: [tenant] federated_token_file: missing, auth = federated-token needs it");
    refused(TENANT "auth = device-code\n",
            "t.conf: [tenant] client_id: missing, auth = device-code needs it");
}

static void a_managed_identity_and_saved_files_need_no_sign_in_keys(void **state)
{
    struct ra_config *c = load(TENANT "auth = managed-identity\n");

    (void)state;
    assert_int_equal(c->tenant.auth, 3);
    ra_config_free(&c);
    c = load(OFFLINE "auth = secret\n");
    ra_config_free(&c);
}

static void a_source_is_graph_or_a_folder(void **state)
{
    (void)state;
    refused(TENANT "source = files:\n", "t.conf:3: source: have 'files:', want graph | files:DIR");
    refused(TENANT "source = cloud\n", "t.conf:3: source: have 'cloud', want graph | files:DIR");
}

static void only_https_addresses_without_a_version_are_taken(void **state)
{
    (void)state;
    refused(TENANT "graph_url = http://localhost\n",
            "t.conf:3: graph_url: have 'http://localhost', want an address that begins with"
            " https://");
    refused(TENANT "login_url = https://\n",
            "t.conf:3: login_url: have 'https://', want an address that begins with https://");
    refused(TENANT "graph_url = https://localhost/v1.0/\n",
            "t.conf:3: graph_url: have 'https://localhost/v1.0/', want it without '/v1.0'");
}

static void words_and_numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    refused(TENANT "cloud = german\n",
            "t.conf:3: cloud: have 'german', want global | usgov | usgov-dod | china");
    refused(OFFLINE "connections = 0\n",
            "t.conf:4: connections: have '0', want a number from 1 to 64");
    refused(OFFLINE "connections = 65\n",
            "t.conf:4: connections: have '65', want a number from 1 to 64");
    refused(OFFLINE "[policy]\nmax_deletes = many\n",
            "t.conf:5: max_deletes: have 'many', want a number from 0 to 1000000000");
    refused(OFFLINE "[policy]\nmax_deletes_percent = 100.5\n",
            "t.conf:5: max_deletes_percent: have '100.5', want a number from 0 to 100");
    refused(OFFLINE "[policy]\nmax_deletes_percent = 1e1\n",
            "t.conf:5: max_deletes_percent: have '1e1', want a number from 0 to 100");
    refused(OFFLINE "[policy]\ntakeover = yes\n",
            "t.conf:5: takeover: have 'yes', want deny | allow");
    refused(OFFLINE "[ad:a]\nstart_tls = true\n",
            "t.conf:5: start_tls: have 'true', want no | yes");
}

static void a_name_that_cannot_be_one_is_refused(void **state)
{
    struct ra_config *c;

    (void)state;
    refused(OFFLINE "[anchor]\nattribute = mail alias\n",
            "t.conf:5: attribute: have 'mail alias', want the name of one attribute");
    refused(OFFLINE "[anchor]\ncandidates = employeeID, uid\n",
            "t.conf:5: candidates: have 'employeeID, uid', want the name of one attribute");
    refused(OFFLINE "[anchor]\nlogin_attribute = 1mail\n",
            "t.conf:5: login_attribute: have '1mail', want the name of one attribute");
    refused(OFFLINE "[backup]\nencrypt_to = ada@contoso.com\n",
            "t.conf:5: encrypt_to: have 'ada@contoso.com', want an age recipient, age1… or ssh-…");
    refused(OFFLINE "[store]\ndir = ~/store\n",
            "t.conf:5: dir: have '~/store', want a path without '~'");
    c = load(OFFLINE "[anchor]\nattribute = msDS-cloudExtensionAttribute1\n"
                     "candidates = 1.2.840.113556.1.4.1360\n[store]\ndir = ~store\n");
    ra_config_free(&c);
}

static void a_directory_needs_an_address_of_a_known_kind(void **state)
{
    (void)state;
    refused(OFFLINE "[ad:a]\nbase = DC=a\n",
            "t.conf:4: [ad:a]: uri: missing, want ldaps://HOST, ldap://HOST or ldif:PATH");
    refused(OFFLINE "[ad:a]\nuri = dc1.contoso.com\n",
            "t.conf:4: [ad:a]: uri: have 'dc1.contoso.com', want ldaps://HOST, ldap://HOST or"
            " ldif:PATH");
    refused(OFFLINE "[ad:a]\nuri = ldif:\n",
            "t.conf:4: [ad:a]: uri: have 'ldif:', want ldaps://HOST, ldap://HOST or ldif:PATH");
}

static void a_simple_bind_without_tls_is_refused(void **state)
{
    struct ra_config *c;

    (void)state;
    refused(
        OFFLINE "[ad:a]\nuri = LDAP://dc\nauth = simple\nbind_dn = b\npassword_file = p\n",
        "t.conf:4: [ad:a]: auth: a simple bind over LDAP://dc would send the password in clear");
    c = load(OFFLINE "[ad:a]\nuri = ldap://dc\nauth = simple\nbind_dn = b\npassword_file = p\n"
                     "start_tls = yes\n");
    assert_true(c->ad[0].start_tls);
    ra_config_free(&c);
}

static void a_simple_bind_needs_a_name_and_a_password(void **state)
{
    (void)state;
    refused(OFFLINE "[ad:a]\nuri = ldaps://dc\nauth = simple\n",
            "t.conf:4: [ad:a]: bind_dn: missing, auth = simple needs it");
    refused(OFFLINE "[ad:a]\nuri = ldaps://dc\nauth = simple\nbind_dn = b\n",
            "t.conf:4: [ad:a]: password_file: missing, auth = simple needs it");
}

static void start_tls_inside_of_tls_is_refused(void **state)
{
    (void)state;
    refused(OFFLINE "[ad:a]\nuri = ldaps://dc\nstart_tls = yes\n",
            "t.conf:4: [ad:a]: start_tls: have yes with ldaps://dc, want it with ldap:// only");
}

static void a_dump_needs_no_bind(void **state)
{
    struct ra_config *c = load(OFFLINE "[ad:a]\nuri = ldif:d\nauth = simple\n");

    (void)state;
    ra_config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tenants_id_is_required_and_a_guid),
        cmocka_unit_test(each_way_of_signing_in_needs_its_keys),
        cmocka_unit_test(a_managed_identity_and_saved_files_need_no_sign_in_keys),
        cmocka_unit_test(a_source_is_graph_or_a_folder),
        cmocka_unit_test(only_https_addresses_without_a_version_are_taken),
        cmocka_unit_test(words_and_numbers_out_of_range_are_refused),
        cmocka_unit_test(a_name_that_cannot_be_one_is_refused),
        cmocka_unit_test(a_directory_needs_an_address_of_a_known_kind),
        cmocka_unit_test(a_simple_bind_without_tls_is_refused),
        cmocka_unit_test(a_simple_bind_needs_a_name_and_a_password),
        cmocka_unit_test(start_tls_inside_of_tls_is_refused),
        cmocka_unit_test(a_dump_needs_no_bind),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
