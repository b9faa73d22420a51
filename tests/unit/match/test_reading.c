/* What is read of both sides: reads that fail, and more than there can be. */
#include "tests/support/failing_side.h"
#include "tests/unit/match/scene.h"

#include <string.h>

/* Anna is bound by the identifier, holds a role and has a namesake: most indexes are asked. */
static void populate(struct scene *s)
{
    struct ra_ad_object a = anna(s), b = berta(s), g = group(s), c = contact(s), pc = computer(s);
    struct peer p = annas_peer(s), q = stranger(s, "bbbb"), r = groups_peer(s),
                t = contacts_peer(s), u = computers_peer(s);

    p.identifier = ANNAS_GUID;
    p.roles = RA_ROLE_PRIVILEGED;
    b.login = b.upn = RA_STR("berta@contoso.local");
    q.o.upn = RA_STR("berta@contoso.onmicrosoft.com");
    put_ad(s, &a);
    put_ad(s, &b);
    put_ad(s, &g);
    put_ad(s, &c);
    put_ad(s, &pc);
    put_cloud(s, &p);
    put_cloud(s, &q);
    put_cloud(s, &r);
    put_cloud(s, &t);
    put_cloud(s, &u);
}

static void from_whichever_read_fails_nothing_is_decided(void **state)
{
    struct scene *s = *state;
    struct ra_match_input in;
    struct ra_side ad, cloud;
    struct ra_result r;
    long reads = 0;

    populate(s);
    decide(s);
    in = *scene_input(s);
    ad = failing_side(in.ad);
    cloud = failing_side(in.cloud);
    in.ad = &ad;
    in.cloud = &cloud;
    do {
        struct ra_err err = {0};
        int rc;
        failing_after(reads++);
        rc = ra_match(&in, &r, &err);
        if (rc == 0)
            ra_result_free(&r);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
    } while (failing_struck());
    assert_true(reads > 50);
}

static void more_objects_than_can_be_numbered_are_refused(void **state)
{
    struct scene *s = *state;
    struct ra_match_input in;
    struct ra_side ad[2];
    struct ra_result r;
    struct ra_err err = {0};

    populate(s);
    decide(s);
    in = *scene_input(s);
    ad[0] = ad[1] = *in.ad;
    ad[1].count = RA_NONE - 4;
    in.ad = ad;
    in.ad_n = 2;
    assert_int_equal(ra_match(&in, &r, &err), -(int)RA_EINPUT);
    assert_non_null(strstr(err.msg, "more than 4294967294 objects together"));
}

struct chapter reading_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(from_whichever_read_fails_nothing_is_decided),
        IN_SCENE(more_objects_than_can_be_numbered_are_refused),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
