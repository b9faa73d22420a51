/* The tenant's answer taken in, weighed and told: answers that are none, sides that cannot be read
 * back, and differences that a whole drill does not bring about. */
#include "recovery/drill/inner.h"
#include "tests/unit/match/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_report_snapshot snapshots[2];
static struct ra_side ad, cloud; /* of the scene, to be damaged */
static struct ra_report_input input;
static struct ra_drill *d;
static const struct ra_drill_from from = {.kind = "files", .name = "DIR"};

/* Anna in step with her peer, and two who are to be deleted, of whom the second has no names. */
static void populate(struct scene *s)
{
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), x = stranger(s, "xxxx"), y = stranger(s, "yyyy");

    a.dn = RA_STR("CN=\"<Anna>&\",DC=contoso,DC=com");
    x.o.synced = y.o.synced = RA_YES;
    y.o.upn = y.o.display_name = (struct ra_str){NULL, 0};
    y.o.proxies = (struct ra_list){0};
    put_ad(s, &a);
    put_cloud(s, &p);
    put_cloud(s, &x);
    put_cloud(s, &y);
}

/* A drill of what was decided, before anything was answered; once more when called again. */
static void drilled(struct scene *s)
{
    const struct ra_match_input *in;

    if (!s->result.verdicts) {
        populate(s);
        decide(s);
    }
    in = scene_input(s);
    ad = *in->ad;
    cloud = *in->cloud;
    input = (struct ra_report_input){.result = &s->result,
                                     .ad = &ad,
                                     .ad_n = 1,
                                     .cloud = &cloud,
                                     .ad_snapshots = &snapshots[0],
                                     .cloud_snapshot = &snapshots[1],
                                     .tenant = in->tenant,
                                     .policy = in->policy,
                                     .now = 5000};
    ra_drill_free(&d);
    d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->ad_n = ad.count;
    d->cloud_n = cloud.count;
    d->ad = calloc(d->ad_n, sizeof *d->ad);
    d->cloud = calloc(d->cloud_n, sizeof *d->cloud);
    assert_true(d->ad && d->cloud);
    for (size_t i = 0; i < s->result.verdicts_n; i++)
        if (s->result.verdicts[i].ad != RA_NONE)
            d->ad[s->result.verdicts[i].ad].verdict = (uint32_t)i;
}

static int forget(void **state)
{
    ra_drill_free(&d);
    ra_drill_free(&d); /* none is no matter */
    return scene_free(state);
}

#define UPDATED  "{\"type\":\"object\",\"outcome\":\"updated\",\"cloudId\":\"aaaa\"}\n"
#define DELETION "{\"type\":\"deletion\",\"cloudId\":\"xxxx\"}\n"
#define SUMMARY  "{\"type\":\"summary\",\"status\":\"success\",\"staged_deletes\":2}\n"

static void answered(const char *text)
{
    struct ra_err err = {0};

    if (ra_drill_answer(&input, d, ra_str(text), &err) != 0 || ra_drill_weigh(&input, d, &err) != 0)
        fail_msg("%s", err.msg);
}

static void an_answer_that_is_none_is_refused_at_its_object(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"7\n", "object 0: not a JSON object with a type"},
        {"{\"type\":\"object\",\"outcome\":\"improved\"}\n", "object 0: an outcome that is not"},
        {UPDATED UPDATED, "object 1: one too many"},
        {UPDATED "{\"type\":\"deletion\",\"cloudId\":\"zzzz\"}\n", "a deletion of what is not"},
        {UPDATED DELETION, "it ends here"},
        {SUMMARY, "it ends here"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ra_err err = {0};
        int rc;
        drilled(*state);
        rc = ra_drill_answer(&input, d, ra_str(rows[i].text), &err);
        if (rc != -(int)RA_EINTERNAL || !strstr(err.msg, rows[i].words))
            fail_msg("%d \"%s\", want \"%s\"", rc, err.msg, rows[i].words);
    }
}

/* ---- what cannot be read back ---- */

static struct ra_str no_record(void *ctx, uint32_t seq)
{
    (void)ctx;
    (void)seq;
    return (struct ra_str){NULL, 0};
}

static void is_damaged(int rc, const struct ra_err *err, const char *words)
{
    if (rc != -(int)RA_EINTEGRITY || !strstr(err->msg, words))
        fail_msg("%d \"%s\", want \"%s\"", rc, err->msg, words);
}

static void objects_that_cannot_be_read_back_are_named(void **state)
{
    struct ra_ad_object a;
    struct ra_cloud_object c;
    struct ra_side two[2];
    struct ra_err err = {0};

    drilled(*state);
    two[0] = two[1] = ad;
    two[1].record = no_record;
    input.ad = two;
    input.ad_n = 2;
    assert_int_equal(ra_drill_ad(&input, 0, &a, &err), 0);
    is_damaged(ra_drill_ad(&input, ad.count, &a, &err), &err, "contoso: object 0 cannot be read");
    input.ad = &ad;
    input.ad_n = 1;
    cloud.record = no_record;
    is_damaged(ra_drill_cloud(&input, 2, &c, &err), &err, "cloud: object 2 cannot be read back");
    assert_int_equal(ra_drill_answer(&input, d, RA_STR(UPDATED SUMMARY), &err), 0);
    is_damaged(ra_drill_weigh(&input, d, &err), &err, "cloud: object 0 cannot be read back");
}

static int json(FILE *fp, struct ra_err *err)
{
    return ra_drill_json(&input, d, &from, fp, err);
}

static int text(FILE *fp, struct ra_err *err)
{
    const struct ra_report_style style = {.width = 0};

    return ra_drill_text(&input, d, &from, &style, 1, fp, err);
}

static int html(FILE *fp, struct ra_err *err)
{
    return ra_drill_html(&input, d, &from, fp, err);
}

/* What it wrote; free(). NULL where it says that a side is damaged. */
static char *told(int (*tell)(FILE *fp, struct ra_err *err))
{
    struct ra_err err = {0};
    char *out = NULL;
    size_t n = 0;
    FILE *fp = open_memstream(&out, &n);
    int rc;

    assert_non_null(fp);
    rc = tell(fp, &err);
    fclose(fp);
    if (rc == 0)
        return out;
    assert_int_equal(rc, -(int)RA_EINTEGRITY);
    free(out);
    return NULL;
}

static int reads_left;
static struct ra_str (*good_record)(void *ctx, uint32_t seq);

static struct ra_str record_for_a_while(void *ctx, uint32_t seq)
{
    return reads_left-- > 0 ? good_record(ctx, seq) : no_record(ctx, seq);
}

/* From whichever read on the side fails: no report, until it fails behind the last one. */
static void no_report_is_made_of_a_damaged_side(void **state)
{
    static int (*const all[])(FILE * fp, struct ra_err * err) = {json, text, html};

    drilled(*state);
    answered(UPDATED SUMMARY);
    good_record = cloud.record;
    cloud.record = record_for_a_while;
    for (size_t t = 0; t < 3; t++) {
        int reads = 0;
        char *out;
        do {
            reads_left = reads++;
            out = told(all[t]);
            assert_true(reads < 100);
        } while (!out);
        assert_true(reads > 2);
        free(out);
    }
}

static void a_deletion_that_cannot_be_read_back_is_not_told_either(void **state)
{
    drilled(*state);
    answered("{\"type\":\"object\",\"outcome\":\"created\"}\n"
             "{\"type\":\"deletion\",\"cloudId\":\"aaaa\"}\n" SUMMARY);
    input.result = &(struct ra_result){0}; /* no row but the deletion that nobody foresaw */
    cloud.record = no_record;
    assert_null(told(json));
}

/* ---- differences ---- */

static void says(int (*tell)(FILE *fp, struct ra_err *err), const char *words)
{
    char *out = told(tell);

    assert_non_null(out);
    if (!strstr(out, words))
        fail_msg("no \"%s\" in %s", words, out);
    free(out);
}

static void who_was_to_be_deleted_and_is_kept_is_told(void **state)
{
    drilled(*state);
    answered(UPDATED SUMMARY);
    assert_int_equal(d->wrongly_kept, 2);
    says(text, "ORPHAN");
    says(text, "kept");
    says(text, "and 1 more: --all");
    says(html, "CN=&quot;&lt;Anna&gt;&amp;&quot;,DC=contoso");
    says(json, "CN=\\\"<Anna>&\\\",DC=contoso");
}

static void where_all_is_as_predicted_nothing_is_explained(void **state)
{
    char *out;

    drilled(*state);
    answered(UPDATED DELETION "{\"type\":\"deletion\",\"cloudId\":\"yyyy\"}\n" SUMMARY);
    assert_int_equal(ra_drill_unexplained(d), 0);
    out = told(html);
    assert_non_null(out);
    assert_null(strstr(out, "Why some differ"));
    free(out);
}

static void the_page_has_so_many_objects_and_says_of_how_many(void **state)
{
    const size_t n = 20001;
    struct ra_result many;
    struct ra_verdict *same = calloc(n, sizeof *same);

    drilled(*state);
    answered(UPDATED SUMMARY);
    assert_non_null(same);
    many = *input.result;
    for (size_t i = 0; i < n; i++)
        same[i] = many.verdicts[d->ad[0].verdict];
    many.verdicts = same;
    many.verdicts_n = n;
    input.result = &many;
    says(html, "<p>20000 of 20001 objects are on this page");
    free(same);
}

static void a_stop_that_differs_is_told_either_way_round(void **state)
{
    drilled(*state);
    answered(UPDATED DELETION SUMMARY);
    d->stop_differs = true; /* as where it was foreseen */
    says(text, "A stop by the tenant's threshold was predicted, and did not come.");
    says(html, "prevention stops the export was predicted wrongly");
    drilled(*state);
    answered("{\"type\":\"summary\",\"status\":\"stopped\",\"staged_deletes\":2}\n");
    assert_true(d->stopped && d->stop_differs);
    says(text, "That stop was not predicted.");
}

static void a_namesake_of_either_name_is_met(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s), c = berta(s);
    struct ra_drill_meet *m;

    b.upn = b.login = a.upn; /* by the UPN */
    c.guid = SIXTEEN;
    c.sid = (struct ra_str){NULL, 0};
    c.upn = c.login = RA_STR("clara@contoso.com");
    c.proxies = a.proxies; /* by the addresses */
    put_ad(s, &a);
    put_ad(s, &b);
    put_ad(s, &c);
    drilled(s);
    for (size_t i = 0; i < d->ad_n; i++) {
        d->ad[i].deed = RA_DEED_CREATED;
        d->ad[i].cloud = RA_NONE;
    }
    m = ra_drill_meet_open(&input, d);
    for (uint32_t i = 0; i < 3; i++) {
        ra_drill_meet_of(m, i);
        assert_true(ra_drill_meets(m, RA_MEETS_NAMESAKE));
    }
    ad.record = no_record;
    assert_false(ra_drill_meets(m, RA_MEETS_NAMESAKE)); /* nothing is explained by damage */
    ra_drill_meet_close(&m);
}

/* Of two groups with one anchor the service takes the first: that is no surprise. */
static void the_first_of_two_groups_with_one_anchor_explains_whom_it_took(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = group(s), b = group(s);
    struct peer p = groups_peer(s);

    a.consistency_guid = b.consistency_guid = SIXTEEN;
    b.guid = RA_STR("fedcba9876543210");
    b.sid = RA_STR("S-1-5-21-1-2-3-2002");
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    drilled(s);
    answered("{\"type\":\"object\",\"outcome\":\"updated\",\"cloudId\":\"gggg\"}\n"
             "{\"type\":\"object\",\"outcome\":\"refused\",\"error\":\"x\"}\n"
             "{\"type\":\"summary\",\"status\":\"success\",\"staged_deletes\":0}\n");
    assert_int_equal(d->cloud[0].parting, RA_PART_TWIN_ANCHOR);
}

static void an_object_that_is_too_large_is_not_told(void **state)
{
    const size_t n = (size_t)10 << 20;
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    char *dn = malloc(n);
    struct ra_err err = {0};
    FILE *fp = fopen("/dev/null", "w");

    assert_true(dn && fp);
    memset(dn, '"', n); /* two bytes each */
    a.dn = ra_str_n(dn, n);
    put_ad(s, &a);
    decide(s);
    drilled(s);
    answered("{\"type\":\"object\",\"outcome\":\"created\"}\n"
             "{\"type\":\"summary\",\"status\":\"success\",\"staged_deletes\":0}\n");
    assert_int_equal(json(fp, &err), -(int)RA_EINTERNAL);
    assert_non_null(strstr(err.msg, "an object larger than"));
    fclose(fp);
    free(dn);
}

static int no_seek(struct ra_side_cursor *c, struct ra_str key)
{
    (void)c;
    (void)key;
    return -1;
}

static void who_was_joined_before_is_met_by_the_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s);
    struct ra_drill_meet *m;

    b.upn = b.login = p.o.upn;
    b.sid = (struct ra_str){NULL, 0};
    b.proxies = (struct ra_list){0};
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    drilled(s);
    d->ad[0].deed = RA_DEED_UPDATED; /* at the peer, which is number 0 */
    d->ad[1].deed = RA_DEED_CREATED;
    d->ad[1].cloud = RA_NONE;
    m = ra_drill_meet_open(&input, d);
    ra_drill_meet_of(m, 1);
    assert_true(ra_drill_meets(m, RA_MEETS_CHANGED));
    ra_drill_meet_close(&m);
    cloud.seek = no_seek;
    m = ra_drill_meet_open(&input, d);
    ra_drill_meet_of(m, 1);
    assert_false(ra_drill_meets(m, RA_MEETS_CHANGED));
    ra_drill_meet_close(&m);
}

#define TOLD(test) cmocka_unit_test_setup_teardown(test, scene_new, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOLD(an_answer_that_is_none_is_refused_at_its_object),
        TOLD(objects_that_cannot_be_read_back_are_named),
        TOLD(no_report_is_made_of_a_damaged_side),
        TOLD(a_deletion_that_cannot_be_read_back_is_not_told_either),
        TOLD(who_was_to_be_deleted_and_is_kept_is_told),
        TOLD(a_stop_that_differs_is_told_either_way_round),
        TOLD(who_was_joined_before_is_met_by_the_upn),
        TOLD(where_all_is_as_predicted_nothing_is_explained),
        TOLD(the_page_has_so_many_objects_and_says_of_how_many),
        TOLD(the_first_of_two_groups_with_one_anchor_explains_whom_it_took),
        TOLD(an_object_that_is_too_large_is_not_told),
        TOLD(a_namesake_of_either_name_is_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
