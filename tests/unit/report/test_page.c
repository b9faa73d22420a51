/* What stands on the page in a way of its own: names that are no addresses, and many of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/intern.h"
#include "recovery/report/outputs.h"
#include "recovery/report/page_data.h"
#include "tests/unit/report/org.h"

#include <stdio.h>
#include <string.h>

#define GUID1 "30475e40-e7ae-4af3-af75-8b143c81daf5"

static void strings_keep_their_number_however_many_come(void **state)
{
    struct ra_intern t = {0};
    char text[16];

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 1000; i++) {
            snprintf(text, sizeof text, "%u", i);
            assert_int_equal(ra_intern(&t, ra_str(text)), i);
        }
    ra_intern_free(&t);
}

static void put(void *ctx, const char *key, struct ra_str json)
{
    ra_buf_puts(ctx, key);
    ra_buf_put(ctx, json.p, json.n);
}

/* The data of one row, of a user with these. */
static void data_of(const char *upn, const char *sid, struct ra_buf *out)
{
    struct ra_ad_object ad = org_ad(GUID1, upn, "CN=Anna,DC=contoso,DC=com");
    struct ra_page_data *d = ra_page_data_new((size_t)1 << 20);
    const struct ra_report_input *in;
    struct ra_remedy remedy;
    struct ra_rows *rows;
    struct ra_err err = {0};
    struct ra_row row;
    struct org o;

    org_begin(&o);
    ad.sid = ra_str(sid);
    org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_ADD, RA_USER);
    in = org_end(&o);
    assert_int_equal(ra_rows_open(in, &rows, &err), 0);
    assert_int_equal(ra_rows_get(rows, 0, &row, &err), 0);
    row.f[RA_F_UPN] = ra_str(upn); /* as a redacted one may be */
    ra_remedy_pick(in, &row, &remedy);
    assert_true(ra_page_data_row(d, &row, &remedy));
    ra_buf_init(out, (size_t)1 << 20);
    ra_page_data_write(d, put, out);
    ra_page_data_free(&d);
    ra_rows_free(&rows);
    org_free(&o);
}

static void what_has_another_form_stands_as_it_is(void **state)
{
    static const char *const odd[][2] = {{"anna", "S-1-5-21-1-2-3-x"},
                                         {"~anna@contoso.com", "S-1-5-21-1-2-3-007"},
                                         {"anna", "no SID"}};
    struct ra_buf out;

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        data_of(odd[i][0], odd[i][1], &out);
        for (int k = 0; k < 2; k++)
            if (!memmem(out.p, out.n, odd[i][k], strlen(odd[i][k])))
                fail_msg("no %s in %.*s", odd[i][k], (int)out.n, out.p);
        ra_buf_free(&out);
    }
}

static void a_guid_of_another_length_is_damage(void **state)
{
    struct ra_ad_object ad = org_ad(GUID1, "a@contoso.com", "CN=a");
    struct ra_rows *rows = NULL;
    struct ra_err err = {0};
    struct org o;

    (void)state;
    org_begin(&o);
    ad.guid = RA_STR("abc");
    org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_ADD, RA_USER);
    assert_int_equal(ra_rows_open(org_end(&o), &rows, &err), -(int)RA_EINTEGRITY);
    org_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_keep_their_number_however_many_come),
        cmocka_unit_test(what_has_another_form_stands_as_it_is),
        cmocka_unit_test(a_guid_of_another_length_is_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
