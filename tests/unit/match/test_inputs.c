/* How values are read before they are compared: anchors, addresses, sign-in names, sizes. */
#include "tests/unit/match/scene.h"

#include <stdio.h>

/* ---- anchors ---- */

static void with_consistency_guid(struct scene *s, struct ra_str bytes)
{
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.consistency_guid = bytes;
    p.o.immutable_id = anchor_of(s, bytes);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
}

static void a_consistency_guid_goes_before_the_object_guid(void **state)
{
    with_consistency_guid(*state, SIXTEEN);
    expect_no_warnings(*state, FIRST);
}

static void fifteen_bytes_anchor_and_are_warned_of(void **state)
{
    with_consistency_guid(*state, RA_STR("fifteen bytes ."));
    expect_warning(*state, FIRST, RA_WARN_GUID_LENGTH);
}

static void seventeen_bytes_anchor_and_are_warned_of(void **state)
{
    with_consistency_guid(*state, RA_STR("seventeen bytes ."));
    expect_warning(*state, FIRST, RA_WARN_GUID_LENGTH);
}

static void an_odd_length_does_not_matter_when_the_guid_is_the_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("objectguid");
    a.consistency_guid = RA_STR("odd");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_no_warnings(s, FIRST);
}

static void a_custom_attribute_anchors_by_its_value(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("EmployeeID");
    a.custom = employee_id(s, "E0815");
    p.o.immutable_id = RA_STR("E0815");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_no_warnings(s, FIRST);
}

static void a_binary_custom_attribute_anchors_by_its_base64(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("employeeID");
    a.custom = list(s, "employeeID", "b", "\x01\x02\xff", NULL);
    p.o.immutable_id = RA_STR("AQL/");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
}

/* ---- addresses ---- */

/* Whether a cloud user who owns the address as primary is the owner of ours. */
static void owner_of(struct scene *s, struct ra_ad_object *a, const char *proxy,
                     enum ra_verdict_code code, unsigned row)
{
    struct peer p = stranger(s, "bbbb");

    p.o.proxies = list(s, proxy, NULL);
    decide_pair(s, a, &p);
    expect(s, FIRST, code, row, code == RA_ADD ? RA_NONE : FIRST);
}

static void mail_is_the_address_of_an_object_without_proxies(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = (struct ra_list){0};
    owner_of(*state, &a, "SMTP:ANNA@contoso.com", RA_SOFT_SMTP, 15);
}

static void mail_does_not_count_beside_any_proxy(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = list(*state, "X500:/o=contoso/cn=anna", NULL);
    owner_of(*state, &a, "SMTP:anna@contoso.com", RA_ADD, 29);
}

static void a_prefix_with_nothing_behind_it_is_no_proxy(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = list(*state, "smtp:", "", NULL);
    owner_of(*state, &a, "SMTP:anna@contoso.com", RA_SOFT_SMTP, 15);
}

static void two_primaries_are_none_and_are_warned_of(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = list(*state, "SMTP:anna@contoso.com", "SMTP:a@contoso.com", NULL);
    owner_of(*state, &a, "SMTP:anna@contoso.com", RA_CONFLICT_PROXY, 24);
    expect_warning(*state, FIRST, RA_WARN_TWO_PRIMARIES);
}

static void one_primary_twice_is_none_too(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = list(*state, "SMTP:anna@contoso.com", "SMTP:Anna@contoso.com", NULL);
    owner_of(*state, &a, "SMTP:anna@contoso.com", RA_CONFLICT_PROXY, 24);
    expect_warning(*state, FIRST, RA_WARN_TWO_PRIMARIES);
}

static void letters_outside_ascii_are_compared_as_they_are(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.proxies = list(*state, "SMTP:\xc3\xa9@contoso.com", NULL);
    owner_of(*state, &a, "SMTP:\xc3\x89@contoso.com", RA_ADD, 29);
}

/* ---- sign-in names ---- */

static void upn_becomes(struct scene *s, struct ra_ad_object *a, const char *upn)
{
    struct peer p = stranger(s, "bbbb");

    p.o.upn = ra_str(upn);
    decide_pair(s, a, &p);
    expect(s, FIRST, RA_SOFT_UPN, 17, FIRST);
}

static void row_46_an_unverified_suffix_is_replaced_and_warned_of(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.login = RA_STR("a.berg@contoso.local");
    upn_becomes(*state, &a, "anna@contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_UPN);
}

static void row_46_a_suffix_that_is_longer_than_any_domain_is_replaced(void **state)
{
    struct ra_ad_object a = anna(*state);
    char login[5000];

    memset(login, 'x', sizeof login);
    memcpy(login, "a.berg@", 7);
    a.login = (struct ra_str){login, sizeof login};
    upn_becomes(*state, &a, "anna@contoso.onmicrosoft.com");
}

/* Longer than a key of an index may be. */
static void row_46_a_long_name_that_is_replaced_is_found_all_the_same(void **state)
{
    struct ra_ad_object a = anna(*state);
    char nickname[500], upn[600];

    memset(nickname, 'x', sizeof nickname);
    a.login = RA_STR("a.berg@contoso.local");
    a.nickname = ra_str_n(nickname, sizeof nickname);
    snprintf(upn, sizeof upn, "%.500s@contoso.onmicrosoft.com", nickname);
    upn_becomes(*state, &a, upn);
}

static void row_46_a_character_that_is_not_allowed_is_replaced_and_warned_of(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.login = RA_STR("anna berg@contoso.com");
    upn_becomes(*state, &a, "anna@contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_UPN);
}

static void row_46_without_a_nickname_the_local_part_stands(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.nickname = RA_STR("");
    a.login = RA_STR("a.berg");
    upn_becomes(*state, &a, "a.berg@contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_UPN);
}

static void row_46_a_replacement_longer_than_a_key_of_the_index_is_found_there(void **state)
{
    static const char domain[] = "@contoso.onmicrosoft.com";
    struct ra_ad_object a = anna(*state);
    char name[RA_KEY_MAX], upn[sizeof name + sizeof domain];

    memset(name, 'n', sizeof name);
    memcpy(upn, name, sizeof name);
    memcpy(upn + sizeof name, domain, sizeof domain);
    a.login = RA_STR("a.berg@contoso.local");
    a.nickname = (struct ra_str){name, sizeof name};
    upn_becomes(*state, &a, upn);
}

/* What one signs in with is what another gets. */
static void row_46_a_login_that_was_replaced_is_held_no_longer(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = stranger(s, "bbbb");

    a.login = RA_STR("anna berg@contoso.onmicrosoft.com");
    b.login = RA_STR("anna berg@contoso.local");
    b.nickname = RA_STR("");
    p.o.upn = RA_STR("anna berg@contoso.onmicrosoft.com");
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_ADD, 29, RA_NONE);
    expect(s, SECOND, RA_SOFT_UPN, 17, FIRST);
}

static void every_allowed_character_stays(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.login = RA_STR("Az09'.-_!#^~@CONTOSO.com");
    upn_becomes(*state, &a, "az09'.-_!#^~@contoso.com");
    expect_no_warnings(*state, FIRST);
}

static void without_a_login_the_account_name_and_the_domain_stand(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.login = RA_STR("");
    upn_becomes(*state, &a, "anna@contoso.com");
    expect_no_warnings(*state, FIRST);
}

/* ---- sizes ---- */

static void with_addresses(struct scene *s, size_t n)
{
    struct ra_ad_object a = anna(s);
    struct ra_buf b;

    ra_buf_init(&b, (size_t)1 << 20);
    a.proxies = (struct ra_list){0};
    for (size_t i = 0; i < n; i++) {
        char proxy[64];
        int len = snprintf(proxy, sizeof proxy, "smtp:a%zu@contoso.com", i);

        ra_list_put(&b, &a.proxies.count, ra_str_n(proxy, (size_t)len));
    }
    a.proxies.bytes = ra_str_n(b.p, b.n);
    put_ad(s, &a);
    ra_buf_free(&b);
    decide(s);
    expect(s, FIRST, RA_ADD, 29, RA_NONE);
}

static void row_47_more_than_three_hundred_addresses_are_warned_of(void **state)
{
    with_addresses(*state, 301);
    expect_warning(*state, FIRST, RA_WARN_SIZE);
}

static void three_hundred_addresses_are_not(void **state)
{
    with_addresses(*state, 300);
    expect_no_warnings(*state, FIRST);
}

static void row_47_more_than_fifteen_certificates_are_warned_of(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), c = computer(s);

    a.certificates = a.smime_certificates = 15;
    c.certificates = 16;
    put_ad(s, &a);
    put_ad(s, &c);
    decide(s);
    expect_no_warning(s, FIRST, RA_WARN_SIZE);
    expect_warning(s, SECOND, RA_WARN_SIZE);
}

/* domain 3: LargeObject names both attributes */
static void row_47_more_than_fifteen_smime_certificates_are_warned_of(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.smime_certificates = 16;
    put_ad(*state, &a);
    decide(*state);
    expect_warning(*state, FIRST, RA_WARN_SIZE);
}

struct chapter input_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(a_consistency_guid_goes_before_the_object_guid),
        IN_SCENE(fifteen_bytes_anchor_and_are_warned_of),
        IN_SCENE(seventeen_bytes_anchor_and_are_warned_of),
        IN_SCENE(an_odd_length_does_not_matter_when_the_guid_is_the_anchor),
        IN_SCENE(a_custom_attribute_anchors_by_its_value),
        IN_SCENE(a_binary_custom_attribute_anchors_by_its_base64),
        IN_SCENE(mail_is_the_address_of_an_object_without_proxies),
        IN_SCENE(mail_does_not_count_beside_any_proxy),
        IN_SCENE(a_prefix_with_nothing_behind_it_is_no_proxy),
        IN_SCENE(two_primaries_are_none_and_are_warned_of),
        IN_SCENE(one_primary_twice_is_none_too),
        IN_SCENE(letters_outside_ascii_are_compared_as_they_are),
        IN_SCENE(row_46_an_unverified_suffix_is_replaced_and_warned_of),
        IN_SCENE(row_46_a_suffix_that_is_longer_than_any_domain_is_replaced),
        IN_SCENE(row_46_a_long_name_that_is_replaced_is_found_all_the_same),
        IN_SCENE(row_46_a_character_that_is_not_allowed_is_replaced_and_warned_of),
        IN_SCENE(row_46_without_a_nickname_the_local_part_stands),
        IN_SCENE(row_46_a_replacement_longer_than_a_key_of_the_index_is_found_there),
        IN_SCENE(row_46_a_login_that_was_replaced_is_held_no_longer),
        IN_SCENE(every_allowed_character_stays),
        IN_SCENE(without_a_login_the_account_name_and_the_domain_stand),
        IN_SCENE(row_47_more_than_three_hundred_addresses_are_warned_of),
        IN_SCENE(three_hundred_addresses_are_not),
        IN_SCENE(row_47_more_than_fifteen_certificates_are_warned_of),
        IN_SCENE(row_47_more_than_fifteen_smime_certificates_are_warned_of),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
