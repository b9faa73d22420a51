/* A side that fails at whichever read, objects too large to be told, and what few backups have. */
#include "recovery/report/outputs.h"
#include "tests/support/failing_side.h"
#include "tests/unit/restore/disaster.h"

#include <stdlib.h>
#include <string.h>

#define THIRD_GUID "77777777-2222-3333-4444-555555555555"

/* Anna's value was overwritten, Berta and a group were made anew. */
static const struct ra_restored *three_are_lost(struct scene *s)
{
    struct ra_ad_object a, b, g = group(s);
    struct peer p, q, r = groups_peer(s);

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    backed_up(&g, &r);
    a.consistency_guid = SIXTEEN;
    recreate(s, &b);
    recreate(s, &g);
    g.guid = guid_of(s, THIRD_GUID);
    g.sid = RA_STR("S-1-5-21-9-9-9-5002");
    put(s, &a, &p);
    put(s, &b, &q);
    put(s, &g, &r);
    return restore(s);
}

static void of_one_reason_users_come_before_groups(void **state)
{
    const struct ra_restored *r = three_are_lost(*state);

    assert_int_equal(r->n, 3);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = i + 1; k < 3; k++)
            if (r->items[i].reason == r->items[k].reason)
                assert_true(r->items[i].kind == RA_USER && r->items[k].kind == RA_GROUP);
}

/* ---- reads that fail ---- */

static struct ra_side sides[2];
static struct ra_report_input damaged;

/* Both sides as they are, until so many reads were done. */
static void fail_after(long reads)
{
    damaged = *restore_input();
    sides[0] = failing_side(damaged.ad);
    sides[1] = failing_side(damaged.cloud);
    damaged.ad = &sides[0];
    damaged.cloud = &sides[1];
    failing_after(reads);
}

static void from_whichever_read_fails_nothing_is_restored(void **state)
{
    struct ra_restored r;
    struct ra_err err;
    long reads = 0;

    three_are_lost(*state);
    do {
        int rc;
        fail_after(reads++);
        err = (struct ra_err){0};
        rewind_backup();
        rc = ra_restore(&damaged, restore_then(), &r, &err);
        ra_restored_free(&r);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
        if (failing_struck())
            assert_non_null(strstr(err.msg, "cannot be read"));
    } while (failing_struck());
    assert_true(reads > 30);
}

static const struct ra_restored *told;

static int plan(FILE *fp, struct ra_err *err)
{
    struct ra_plan p = {0};
    int rc = ra_restore_plan(&damaged, told, &p, err);

    (void)fp;
    ra_plan_free(&p);
    return rc;
}

static int ldif(FILE *fp, struct ra_err *err)
{
    return ra_restore_ldif(&damaged, restore_then(), told, fp, err);
}

static int json(FILE *fp, struct ra_err *err)
{
    return ra_restore_json(&damaged, restore_then(), told, fp, err);
}

static int text(FILE *fp, struct ra_err *err)
{
    const struct ra_report_style style = {.width = 0, .dir = "DIR"};

    return ra_restore_text(&damaged, restore_then(), told, &style, 0, fp, err);
}

typedef int tell_fn(FILE *fp, struct ra_err *err);

static int tell(tell_fn *fn, struct ra_err *err)
{
    FILE *fp = fopen("/dev/null", "w");
    int rc;

    assert_non_null(fp);
    *err = (struct ra_err){0};
    rc = fn(fp, err);
    fclose(fp);
    return rc;
}

static tell_fn *const tellers[] = {ldif, json, plan, text};

static void from_whichever_read_fails_nothing_is_told(void **state)
{
    struct ra_err err;

    told = three_are_lost(*state);
    for (size_t t = 0; t < sizeof tellers / sizeof *tellers; t++) {
        long reads = 0;
        do {
            int rc;
            fail_after(reads++);
            rc = tell(tellers[t], &err);
            assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
        } while (failing_struck());
        assert_true(reads > 3);
    }
}

/* Only what is printed for people may be cut. */
static void an_object_that_is_too_large_is_refused_in_each_file(void **state)
{
    const size_t n = RA_ROW_MAX / 2;
    struct ra_restored r = *three_are_lost(*state);
    char *dn = malloc(n);
    struct ra_restore_item item;
    struct ra_err err;

    assert_non_null(dn);
    memset(dn, 'x', n);
    item = r.items[0];
    item.dn = item.upn = ra_str_n(dn, n);
    r.items = &item;
    r.n = 1;
    told = &r;
    fail_after(1000);
    for (size_t t = 0; t < 2; t++) {
        assert_int_equal(tell(tellers[t], &err), -(int)RA_EINTERNAL);
        assert_non_null(strstr(err.msg, "larger than"));
    }
    free(dn);
}

/* ---- what few backups have ---- */

static void a_dn_of_the_backup_that_is_none_leads_to_nobody(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    forget();
    a.dn = RA_STR("no DN");
    backed_up(&a, &p);
    a = anna(s);
    recreate(s, &a);
    put(s, &a, &p);
    assert_int_equal(only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED)->evidence,
                     RA_EV_ID | RA_EV_UPN | RA_EV_SMTP | RA_EV_SAM);
}

static void more_namesakes_than_are_looked_at_are_several(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char guids[12][16];

    annas_backup(s, &a, &p);
    a.sid = a.consistency_guid = NO_VALUE;
    a.dn_key = dn_key(s, "CN=Other,DC=contoso,DC=com");
    for (int i = 0; i < 12; i++) {
        memset(guids[i], 'a' + i, sizeof guids[i]);
        a.guid = ra_str_n(guids[i], sizeof guids[i]);
        put(s, &a, i == 0 ? &p : NULL);
    }
    only_item(s, RA_RESTORE_AMBIGUOUS, RA_RR_SEVERAL);
}

static void a_group_without_an_address_is_known_by_its_other_names(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = groups_peer(s);

    forget();
    g.proxies = (struct ra_list){0};
    g.mail = NO_VALUE;
    backed_up(&g, &p);
    recreate(s, &g);
    put(s, &g, &p);
    assert_int_equal(only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED)->evidence,
                     RA_EV_ID | RA_EV_DN | RA_EV_SAM);
}

static void made_anew_while_another_of_the_backup_has_its_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    recreate(s, &a);
    b.upn = b.login = a.upn;
    a.upn = a.login = RA_STR("anna2@contoso.com");
    put(s, &a, &p);
    put(s, &b, &q);
    r = restore(s);
    assert_int_equal(r->n, 1);
    expect_item(&r->items[0], RA_RESTORE_AMBIGUOUS, RA_RR_CONTRADICTION);
    assert_int_equal(r->items[0].ad, FIRST);
    assert_int_equal(r->items[0].other_ad, SECOND);
    assert_int_equal(r->items[0].against, RA_EV_UPN);
}

/* The backup's login is what the tenant took it from then. */
static void the_login_may_be_the_mail_or_another_attribute(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    forget();
    a.mail = RA_STR("anna@contoso.com");
    a.upn = RA_STR("anna@corp.local");
    backed_up(&a, &p);
    a.consistency_guid = NO_VALUE;
    put(s, &a, &p);
    log_in_by("mail");
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_LOST);
    assert_true(ra_str_eq(i->login, RA_STR("anna@contoso.com")));
    log_in_by("employeeNumber"); /* which she has not */
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_LOST);
    assert_true(ra_str_absent(i->login));
    assert_false(i->evidence & RA_EV_UPN);
}

struct chapter read_back_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(of_one_reason_users_come_before_groups),
        IN_SCENE(from_whichever_read_fails_nothing_is_restored),
        IN_SCENE(from_whichever_read_fails_nothing_is_told),
        IN_SCENE(an_object_that_is_too_large_is_refused_in_each_file),
        IN_SCENE(a_dn_of_the_backup_that_is_none_leads_to_nobody),
        IN_SCENE(more_namesakes_than_are_looked_at_are_several),
        IN_SCENE(a_group_without_an_address_is_known_by_its_other_names),
        IN_SCENE(made_anew_while_another_of_the_backup_has_its_upn),
        IN_SCENE(the_login_may_be_the_mail_or_another_attribute),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
