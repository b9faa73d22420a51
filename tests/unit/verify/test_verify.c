/* Each check of domain 11: what is out of step is found, and nothing where all is well. */
#include "tests/unit/verify/violation.h"

static void the_gravest_comes_first(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);
    const struct ra_verified *v;
    enum ra_severity worst;

    in_step(s, &a, &p);
    b.consistency_guid = SIXTEEN;
    p.o.upn = RA_STR("anna1234@contoso.onmicrosoft.com");
    put(s, &a, &p);
    put(s, &b, &q);
    v = verify(s);
    for (size_t i = 1; i < v->n; i++)
        assert_true(ra_reason_info((enum ra_reason)v->findings[i - 1].reason)->severity >=
                    ra_reason_info((enum ra_reason)v->findings[i].reason)->severity);
    assert_true(ra_verified_worst(v, &worst));
    assert_int_equal(worst, RA_SEVERITY_CRITICAL);
    assert_int_equal(ra_verified_total(v, RA_SEVERITY_WARNING), 1);
    assert_int_equal(ra_verified_count(v, 9, RA_SEVERITY_WARNING), 1);
}

static void every_reason_has_been_found_by_a_test(void **state)
{
    (void)state;
    for (int r = 0; r < RA_REASONS; r++)
        if (!seen_reason_of((enum ra_reason)r))
            fail_msg("%s: no test", ra_reason_info((enum ra_reason)r)->name);
}

static int run(const char *name, struct chapter c)
{
    return _cmocka_run_group_tests(name, c.tests, c.n, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest last[] = {
        IN_SCENE(the_gravest_comes_first),
        IN_SCENE(every_reason_has_been_found_by_a_test),
    };
    int failed = run("anchors", anchor_tests());

    failed += run("objects", object_tests());
    failed += run("words", words_tests());
    failed += cmocka_run_group_tests_name("all", last, NULL, NULL);
    forget();
    return failed;
}
