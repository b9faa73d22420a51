/* Is it the right person, and what else is in the way: the warnings, and duplicates inside AD. */
#include "tests/unit/match/scene.h"

/* ---- the right person ---- */

static void row_30_an_empty_consistency_guid_needs_its_stamp(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_NEEDS_STAMP);
}

static void nothing_needs_a_stamp_when_the_guid_itself_is_the_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("objectGUID");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_no_warnings(s, FIRST);
}

static void another_sid_behind_our_anchor_is_warned_of(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    p.o.upn = RA_STR("someone@contoso.com");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_WARN_SID);
    expect_no_warning(s, FIRST, RA_WARN_RENAMED); /* it is more than a new name */
}

static void our_sid_on_another_live_user_is_a_crossing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = stranger(s, "bbbb");

    other.o.sid = RA_STR(ANNAS_SID);
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, SECOND);
    expect_warning(s, FIRST, RA_WARN_CROSS);
}

static void swapped_people_are_a_crossing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = stranger(s, "bbbb");

    p.o.sid = RA_STR("");
    p.o.upn = RA_STR("berta@contoso.com");
    p.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    other.o.upn = RA_STR("Anna@contoso.com");
    other.o.proxies = list(s, "SMTP:ANNA@contoso.com", NULL);
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect_warning(s, FIRST, RA_WARN_CROSS);
    expect_no_warning(s, FIRST, RA_WARN_RENAMED);
}

static void our_upn_on_one_user_and_our_address_on_another_is_no_crossing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), one = stranger(s, "bbbb"), two = stranger(s, "cccc");

    p.o.proxies = list(s, "SMTP:old@contoso.com", NULL);
    one.o.upn = RA_STR("anna@contoso.com");
    two.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    put_cloud(s, &one);
    put_cloud(s, &two);
    put_ad(s, &a);
    put_cloud(s, &p);
    decide(s);
    expect_no_warning(s, FIRST, RA_WARN_CROSS);
    expect_warning(s, FIRST, RA_WARN_HELD);
}

static void matched_with_upn(struct scene *s, const char *upn)
{
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.upn = ra_str(upn);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
}

static void four_digits_on_the_initial_domain_are_a_placeholder(void **state)
{
    matched_with_upn(*state, "Anna1234@Contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_PLACEHOLDER);
    expect_no_warning(*state, FIRST, RA_WARN_RENAMED);
}

static void a_plus_before_the_digits_is_a_placeholder_too(void **state)
{
    matched_with_upn(*state, "anna+0007@contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_PLACEHOLDER);
}

static void four_digits_on_another_domain_are_a_new_name(void **state)
{
    matched_with_upn(*state, "anna1234@contoso.com");
    expect_warning(*state, FIRST, RA_WARN_RENAMED);
    expect_no_warning(*state, FIRST, RA_WARN_PLACEHOLDER);
}

static void three_digits_are_a_new_name(void **state)
{
    matched_with_upn(*state, "anna123@contoso.onmicrosoft.com");
    expect_warning(*state, FIRST, RA_WARN_RENAMED);
}

static void a_upn_in_other_letters_is_the_same(void **state)
{
    matched_with_upn(*state, "ANNA@Contoso.COM");
    expect_no_warning(*state, FIRST, RA_WARN_RENAMED);
}

/* ---- held by others ---- */

static void an_address_of_ours_on_another_object_will_be_quarantined(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = contacts_peer(s);

    other.o.proxies = list(s, "smtp:anna@contoso.com", NULL);
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, SECOND);
    expect_warning(s, FIRST, RA_WARN_HELD);
}

static void a_soft_match_too_is_warned_of_what_others_hold(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = stranger(s, "aaaa"), other = contacts_peer(s);

    a.proxies = list(s, "SMTP:anna@contoso.com", "smtp:a@contoso.com", NULL);
    p.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    other.o.proxies = list(s, "smtp:a@contoso.com", NULL);
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 15, SECOND);
    expect_warning(s, FIRST, RA_WARN_HELD);
}

static void a_restored_user_is_not_warned_of_names(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = stranger(s, "bbbb");

    p.o.deleted = true;
    p.o.upn = RA_STR("00112233445566778899aabbccddeeffanna@contoso.com");
    other.o.upn = RA_STR("anna@contoso.com");
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_RESTORE, 12, SECOND);
    expect_no_warnings(s, FIRST);
}

/* ---- duplicates inside AD ---- */

static void an_address_that_two_ad_users_have_is_warned_of_on_a_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s);

    b.proxies = list(s, "SMTP:berta@contoso.com", "smtp:Anna@contoso.com", NULL);
    put_ad(s, &a);
    put_cloud(s, &p);
    put_ad(s, &b);
    decide(s);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_WARN_AD_DUP);
    expect(s, SECOND, RA_CONFLICT_PROXY, 24, FIRST);
}

static void two_new_users_with_one_upn_contend(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);

    b.login = RA_STR("ANNA@contoso.com");
    put_ad(s, &a);
    put_ad(s, &b);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_AD_DUP, 0, RA_NONE);
    expect(s, SECOND, RA_CONFLICT_AD_DUP, 0, RA_NONE);
}

static void a_upn_is_no_duplicate_of_an_address(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);

    a.login = RA_STR("shared@contoso.com");
    b.proxies = list(s, "SMTP:shared@contoso.com", NULL);
    put_ad(s, &a);
    put_ad(s, &b);
    decide(s);
    expect(s, FIRST, RA_ADD, 29, RA_NONE);
    expect(s, SECOND, RA_ADD, 29, RA_NONE);
}

static void the_soft_peer_of_a_duplicate_is_named_and_not_claimed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = stranger(s, "aaaa");

    a.mailbox_guid = true;
    p.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    b.login = RA_STR("anna@contoso.com");
    put_ad(s, &b);
    put_ad(s, &a);
    put_cloud(s, &p);
    decide(s);
    expect(s, SECOND, RA_CONFLICT_AD_DUP, 0, FIRST);
    expect_no_warning(s, SECOND, RA_WARN_MAILBOX);
    expect_count(s, RA_CLOUD_ONLY, 1);
}

static void a_peer_that_a_duplicate_shares_with_a_soft_match_stays_claimed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s), c = berta(s);
    struct peer p = stranger(s, "aaaa");

    p.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    p.o.upn = RA_STR("berta@contoso.com");
    a.login = RA_STR("other@contoso.com");
    b.proxies = list(s, "SMTP:b@contoso.com", NULL);
    c.guid = SIXTEEN;
    c.sid = RA_STR("S-1-5-21-1-2-3-1003");
    put_ad(s, &a); /* by address */
    put_ad(s, &b); /* by UPN, which c has too */
    put_ad(s, &c);
    put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_SOFT_SMTP, 15, FIRST);
    expect(s, SECOND, RA_CONFLICT_AD_DUP, 0, FIRST);
    expect_count(s, RA_CLOUD_ONLY, 0);
}

static void the_peer_of_duplicate_contacts_stays_claimed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = contact(s), b = contact(s);
    struct peer p = contacts_peer(s);

    b.guid = SIXTEEN;
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_AD_DUP, 0, FIRST);
    expect(s, SECOND, RA_CONFLICT_AD_DUP, 0, FIRST);
    expect_no_leftover(s, FIRST);
}

/* ---- flags that could not be read ---- */

static void row_48_an_unreadable_hard_match_flag_blocks_and_says_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->tenant.flags.block_hard_match = RA_UNKNOWN;
    p.o.synced = RA_NO;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 5, FIRST);
    expect_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
}

static void row_48_unreadable_soft_match_flags_block_and_say_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = stranger(s, "aaaa"), q = stranger(s, "bbbb");

    s->tenant.flags.block_soft_match = s->tenant.flags.soft_match_on_upn = RA_UNKNOWN;
    p.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    q.o.upn = RA_STR("berta@contoso.com");
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 16, FIRST);
    expect_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
    expect(s, SECOND, RA_CONFLICT_UPN, 18, SECOND);
    expect_warning(s, SECOND, RA_WARN_FLAG_UNKNOWN);
}

static void row_48_an_unreadable_bypass_is_off_and_says_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->tenant.flags.allow_identifier_update = RA_UNKNOWN;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 2, FIRST);
    expect_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
}

static void a_flag_that_was_not_looked_at_is_not_warned_of(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->tenant.flags = (struct ra_flags){0};
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_no_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
}

struct chapter warning_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_30_an_empty_consistency_guid_needs_its_stamp),
        IN_SCENE(nothing_needs_a_stamp_when_the_guid_itself_is_the_anchor),
        IN_SCENE(another_sid_behind_our_anchor_is_warned_of),
        IN_SCENE(our_sid_on_another_live_user_is_a_crossing),
        IN_SCENE(swapped_people_are_a_crossing),
        IN_SCENE(our_upn_on_one_user_and_our_address_on_another_is_no_crossing),
        IN_SCENE(four_digits_on_the_initial_domain_are_a_placeholder),
        IN_SCENE(a_plus_before_the_digits_is_a_placeholder_too),
        IN_SCENE(four_digits_on_another_domain_are_a_new_name),
        IN_SCENE(three_digits_are_a_new_name),
        IN_SCENE(a_upn_in_other_letters_is_the_same),
        IN_SCENE(an_address_of_ours_on_another_object_will_be_quarantined),
        IN_SCENE(a_soft_match_too_is_warned_of_what_others_hold),
        IN_SCENE(a_restored_user_is_not_warned_of_names),
        IN_SCENE(an_address_that_two_ad_users_have_is_warned_of_on_a_match),
        IN_SCENE(two_new_users_with_one_upn_contend),
        IN_SCENE(a_upn_is_no_duplicate_of_an_address),
        IN_SCENE(the_soft_peer_of_a_duplicate_is_named_and_not_claimed),
        IN_SCENE(a_peer_that_a_duplicate_shares_with_a_soft_match_stays_claimed),
        IN_SCENE(the_peer_of_duplicate_contacts_stays_claimed),
        IN_SCENE(row_48_an_unreadable_hard_match_flag_blocks_and_says_so),
        IN_SCENE(row_48_unreadable_soft_match_flags_block_and_say_so),
        IN_SCENE(row_48_an_unreadable_bypass_is_off_and_says_so),
        IN_SCENE(a_flag_that_was_not_looked_at_is_not_warned_of),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
