#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/explain.h"
#include "tests/support/failing_side.h"
#include "tests/unit/report/org.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define ID1   "00000000-0000-0000-0000-000000000001"
#define GUID1 "30475e40-e7ae-4af3-af75-8b143c81daf5"

static struct ra_buf shown;

static const char *text_of(struct org *o, const struct ra_verdict *v, unsigned width)
{
    const struct ra_report_style style = {.width = width};
    struct ra_err err = {0};

    ra_buf_free(&shown);
    ra_buf_init(&shown, (size_t)1 << 20);
    if (ra_report_explain_text(org_end(o), v, &style, &shown, &err) != 0)
        fail_msg("%s", err.msg);
    return ra_buf_z(&shown);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is missing in:\n%s", part, text);
}

/* A takeover that two things forbid. */
static struct ra_verdict *blocked(struct org *o)
{
    struct ra_ad_object ad = org_ad(GUID1, "anna@contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct ra_cloud_object cloud = org_cloud(ID1, "anna@contoso.com", "QF5HMK7n80qvdYsUPIHa9Q==");
    struct ra_verdict *v;

    org_begin(o);
    cloud.synced = RA_UNKNOWN;
    ad.sid = RA_STR("S-1-5-21-1-2-3-1105");
    cloud.sid = RA_STR("S-1-5-21-1-2-3-1106");
    v = org_verdict(o, 0, org_put_ad(o, 0, ad), org_put_cloud(o, cloud), RA_BLOCK_HARD_FLAG,
                    RA_USER);
    v->blocks = UINT64_C(1) << RA_BLOCK_HARD_FLAG | UINT64_C(1) << RA_BLOCK_ROLE;
    v->warnings = 1u << RA_WARN_FLAG_UNKNOWN;
    v->row = 5;
    mem_side_fact(o->cloud_mem, RA_FACT_SOA, ID1, "0");
    return v;
}

static void show_tells_the_step_the_facts_the_blocks_and_what_would_change_it(void **state)
{
    struct org o;
    struct ra_verdict *v = blocked(&o);
    const char *text = text_of(&o, v, 100);

    (void)state;
    assert_ptr_equal(strstr(text, "BLOCK_HARD_FLAG  the tenant blocks takeover by hard match\n"),
                     text);
    has(text, "user, class blocked, confidence H, row 5, server error InvalidHardMatch");
    has(text, "AD user, step 2, hard match: a cloud user carries its anchor");
    has(text, "- managed by the cloud: no");
    has(text, "- blockCloudObjectTakeoverThroughHardMatchEnabled: unknown, taken as on");
    has(text, "- policy takeover: deny");
    has(text, "In the way, in this order\n  BLOCK_HARD_FLAG: the tenant blocks takeover by hard "
              "match\n  BLOCK_ROLE: ");
    has(text, "WARN_FLAG_UNKNOWN: a tenant flag could not be read");
    has(text, "What would change it\n  blockCloudObjectTakeoverThroughHardMatchEnabled off.");
    has(text, "Left alone, the export of anna@contoso.com fails with InvalidHardMatch");
    org_free(&o);
}

static void both_objects_stand_beside_each_other_and_differences_are_marked(void **state)
{
    struct org o;
    struct ra_verdict *v = blocked(&o);
    const char *text = text_of(&o, v, 140);

    (void)state;
    has(text, "S-1-5-21-1-2-3-1105");
    has(text, "S-1-5-21-1-2-3-1106                   differs\n");
    text = text_of(&o, v, 80);
    has(text, "SID                   AD        *  S-1-5-21-1-2-3-1105\n");
    has(text, "                        Entra ID  *  S-1-5-21-1-2-3-1106\n");
    has(text, "UPN                   both         anna@contoso.com\n");
    org_free(&o);
}

static void a_name_cannot_command_the_terminal(void **state)
{
    struct ra_ad_object ad = org_ad(GUID1, "a@contoso.com", "CN=\033]0;x\007");
    struct org o;
    struct ra_verdict *v;

    (void)state;
    org_begin(&o);
    v = org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_ADD, RA_USER);
    assert_null(strchr(text_of(&o, v, 80), '\033'));
    assert_null(strchr(text_of(&o, v, 0), '\007'));
    org_free(&o);
}

static void an_object_without_a_verdict_is_still_shown(void **state)
{
    struct ra_cloud_object cloud = org_cloud(ID1, "gone@contoso.com", NULL);
    struct ra_verdict none = {.ad = RA_NONE, .code = RA_VERDICT_CODES, .kind = RA_USER};
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    cloud.deleted = true;
    cloud.deleted_at = RA_STR("2026-10-01T00:00:00Z");
    none.cloud = org_put_cloud(&o, cloud);
    text = text_of(&o, &none, 80);
    assert_ptr_equal(strstr(text, "NO VERDICT"), text);
    has(text, "gone@contoso.com");
    has(text, "2026-10-01T00:00:00Z");
    assert_null(strstr(text, "Decided by"));
    org_free(&o);
}

static void the_json_form_carries_the_verdict_the_facts_and_the_attributes(void **state)
{
    struct org o;
    struct ra_verdict *v = blocked(&o);
    struct ra_err err = {0};
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, (size_t)1 << 20);
    assert_int_equal(ra_report_explain_json(org_end(&o), v, &b, &err), 0);
    has(ra_buf_z(&b), "{\"type\":\"explanation\",\"verdict\":{\"type\":\"verdict\",");
    has(ra_buf_z(&b), ",\"meanings\":{\"BLOCK_HARD_FLAG\":");
    has(ra_buf_z(&b), "\"policy takeover\":\"deny\"");
    has(ra_buf_z(&b), "{\"name\":\"SID\",\"ad\":\"S-1-5-21-1-2-3-1105\","
                      "\"cloud\":\"S-1-5-21-1-2-3-1106\",\"differs\":true}");
    ra_buf_free(&b);
    org_free(&o);
}

/* Every code can be explained: with a peer and without, for every kind it may have. */
static void explained(enum ra_verdict_code c, enum ra_kind kind, bool cloud_side, bool alone)
{
    struct ra_ad_object ad = org_ad(GUID1, "a@contoso.com", "CN=a");
    struct org o;
    struct ra_verdict *v;
    struct ra_explanation e;
    struct ra_err err = {0};
    uint32_t peer;

    org_begin(&o);
    peer = org_put_cloud(&o, org_cloud(ID1, "a@contoso.com", NULL));
    ad.kind = kind;
    v = org_verdict(&o, 0, cloud_side ? RA_NONE : org_put_ad(&o, 0, ad), alone ? RA_NONE : peer, c,
                    kind);
    assert_int_equal(ra_explanation_make(org_end(&o), v, &e, &err), 0);
    assert_non_null(e.step);
    assert_non_null(e.would_change);
    assert_true(e.remedy.n > 20);
    assert_null(strstr(ra_buf_z(&e.remedy), "{c."));
    assert_null(strstr(ra_buf_z(&e.remedy), "{who}"));
    ra_explanation_free(&e);
    org_free(&o);
}

static void every_code_has_a_step_a_remedy_and_what_would_change_it(void **state)
{
    (void)state;
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        for (int kind = 0; kind < RA_DEVICE; kind++) {
            bool cloud_side = c == RA_ORPHAN || c == RA_STALE_ANCHOR || c == RA_CLOUD_ONLY;
            explained((enum ra_verdict_code)c, (enum ra_kind)kind, cloud_side, false);
            if (!cloud_side)
                explained((enum ra_verdict_code)c, (enum ra_kind)kind, false, true);
        }
}

static void verdicts_are_found_by_ad_number_and_by_cloud_number(void **state)
{
    struct ra_verdict all[] = {{.ad = 3, .cloud = 9},
                               {.ad = 7, .cloud = RA_NONE},
                               {.ad = 8, .cloud = 2},
                               {.ad = RA_NONE, .cloud = 1},
                               {.ad = RA_NONE, .cloud = 5}};
    const struct ra_result r = {.verdicts = all, .verdicts_n = 5};

    (void)state;
    assert_ptr_equal(ra_report_verdict_of_ad(&r, 3), &all[0]);
    assert_ptr_equal(ra_report_verdict_of_ad(&r, 8), &all[2]);
    assert_null(ra_report_verdict_of_ad(&r, 4));
    assert_null(ra_report_verdict_of_ad(&r, 9));
    assert_ptr_equal(ra_report_verdict_of_cloud(&r, 1), &all[3]);
    assert_null(ra_report_verdict_of_cloud(&r, 9));
    assert_ptr_equal(ra_report_peer_of_cloud(&r, 9), &all[0]);
    assert_null(ra_report_peer_of_cloud(&r, 5));
}

/* ---- who else belongs to it ---- */

#define GUID2    "88666888-0101-1111-bbbb-1234567890ab"
#define ID2      "00000000-0000-0000-0000-000000000002"
#define MASTERS  "S-1-5-21-9-9-9-3"
#define FORMER   "S-1-5-21-9-9-9-4"
#define FORMER_2 "S-1-5-21-9-9-9-5"

/* A linked mailbox whose master account is in the other directory, and which has been two accounts
 * before, whom the cloud still has. */
static struct ra_verdict *with_kin(struct org *o, struct ra_buf *room)
{
    static const char *const former[] = {FORMER, FORMER_2, NULL};
    struct ra_ad_object ad = org_ad(GUID1, "anna@contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct ra_ad_object master = org_ad(GUID2, "m@fabrikam.com", "CN=M,DC=fabrikam,DC=com");
    struct ra_cloud_object then = org_cloud(ID1, "anna@contoso.com", NULL), too = then;
    struct ra_verdict *v;

    org_begin(o);
    ad.sid_history = mem_list(room, former);
    ad.master_account_sid = master.sid = RA_STR(MASTERS);
    then.sid = RA_STR(FORMER);
    too.sid = RA_STR(FORMER_2);
    too.id = RA_STR(ID2);
    org_put_cloud(o, then);
    org_put_cloud(o, too);
    v = org_verdict(o, 0, org_put_ad(o, 0, ad), RA_NONE, RA_SKIP_LINKED, RA_USER);
    org_verdict(o, 1, org_put_ad(o, 1, master), RA_NONE, RA_ADD, RA_USER);
    return v;
}

static void its_master_and_its_former_accounts_are_told(void **state)
{
    struct ra_buf room;
    struct org o;
    struct ra_verdict *v = with_kin(&o, &room);
    const char *text = text_of(&o, v, 0);

    (void)state;
    has(text, "it brings the anchor and the UPN");
    assert_null(strstr(text, "is no object in scope"));
    has(text, FORMER " " FORMER_2);
    has(text, "its SID history leads to");
    org_free(&o);
    ra_buf_free(&room);
}

static void of_two_accounts_with_one_anchor_the_enabled_one_goes_before(void **state)
{
    struct ra_ad_object a = org_ad(GUID1, "anna@contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct ra_ad_object b = org_ad(GUID2, "anna@fabrikam.com", "CN=Anna,DC=fabrikam,DC=com");
    struct org o;

    (void)state;
    org_begin(&o);
    a.consistency_guid = b.consistency_guid = RA_STR("0123456789abcdef");
    b.account_control = 2;
    org_verdict(&o, 0, org_put_ad(&o, 0, a), RA_NONE, RA_BLOCK_DUP_ANCHOR, RA_USER);
    org_verdict(&o, 1, org_put_ad(&o, 1, b), RA_NONE, RA_BLOCK_DUP_ANCHOR, RA_USER);
    has(text_of(&o, &o.verdicts[0], 0), "this account: it is enabled, the other is not");
    has(text_of(&o, &o.verdicts[1], 0), "the other account: it is enabled, this one is not");
    org_free(&o);
}

static void a_master_that_was_not_read_is_told_by_its_sid(void **state)
{
    struct ra_ad_object ad = org_ad(GUID1, "anna@contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct org o;
    struct ra_verdict *v;

    (void)state;
    org_begin(&o);
    ad.master_account_sid = RA_STR(MASTERS);
    v = org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_SKIP_LINKED, RA_USER);
    has(text_of(&o, v, 0), MASTERS " is no object in scope that was read");
    org_free(&o);
}

/* peer: the verdict names a cloud object, which is looked at once more beside its kin. */
static void each_read_fails(bool peer)
{
    struct ra_report_input in;
    struct ra_side ad[ORG_SIDES], cloud;
    struct ra_buf room;
    struct org o;
    struct ra_verdict *v = with_kin(&o, &room);
    long reads = 0;

    if (peer)
        v->cloud = 0;
    in = *org_end(&o);
    for (size_t d = 0; d < in.ad_n; d++)
        ad[d] = failing_side(&in.ad[d]);
    cloud = failing_side(in.cloud);
    in.ad = ad;
    in.cloud = &cloud;
    do {
        struct ra_explanation e;
        struct ra_err err = {0};
        int rc;
        failing_after(reads++);
        rc = ra_explanation_make(&in, v, &e, &err);
        if (rc == 0)
            ra_explanation_free(&e);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
    } while (failing_struck());
    assert_true(reads > 5);
    org_free(&o);
    ra_buf_free(&room);
}

static void from_whichever_read_fails_nothing_is_explained(void **state)
{
    (void)state;
    each_read_fails(false);
    each_read_fails(true);
}

static void the_json_of_an_object_without_a_verdict_has_null_in_its_place(void **state)
{
    struct ra_verdict none = {.ad = RA_NONE, .code = RA_VERDICT_CODES, .kind = RA_USER};
    struct ra_err err = {0};
    struct ra_buf b;
    struct org o;

    (void)state;
    org_begin(&o);
    none.cloud = org_put_cloud(&o, org_cloud(ID1, "gone@contoso.com", NULL));
    ra_buf_init(&b, (size_t)1 << 20);
    assert_int_equal(ra_report_explain_json(org_end(&o), &none, &b, &err), 0);
    has(ra_buf_z(&b), "{\"type\":\"explanation\",\"verdict\":null,");
    ra_buf_free(&b);
    org_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(show_tells_the_step_the_facts_the_blocks_and_what_would_change_it),
        cmocka_unit_test(both_objects_stand_beside_each_other_and_differences_are_marked),
        cmocka_unit_test(a_name_cannot_command_the_terminal),
        cmocka_unit_test(an_object_without_a_verdict_is_still_shown),
        cmocka_unit_test(the_json_form_carries_the_verdict_the_facts_and_the_attributes),
        cmocka_unit_test(every_code_has_a_step_a_remedy_and_what_would_change_it),
        cmocka_unit_test(its_master_and_its_former_accounts_are_told),
        cmocka_unit_test(of_two_accounts_with_one_anchor_the_enabled_one_goes_before),
        cmocka_unit_test(a_master_that_was_not_read_is_told_by_its_sid),
        cmocka_unit_test(from_whichever_read_fails_nothing_is_explained),
        cmocka_unit_test(the_json_of_an_object_without_a_verdict_has_null_in_its_place),
        cmocka_unit_test(verdicts_are_found_by_ad_number_and_by_cloud_number),
    };
    int rc;

    setlocale(LC_CTYPE, "C.UTF-8");
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    ra_buf_free(&shown);
    return rc;
}
