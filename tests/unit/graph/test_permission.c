/* The table of permissions, and what a token says of them. */
#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/permission.h"

#include <string.h>

/* {"aud":"x","roles":["User.Read.All","Directory.ReadWrite.All","Other.One"]} */
#define ROLES                                                                                      \
    "e30.eyJhdWQiOiJ4Iiwicm9sZXMiOlsiVXNlci5SZWFkLkFsbCIsIkRpcmVjdG9yeS5SZWFkV3JpdGUuQWxsIiwiT3Ro" \
    "ZXIuT25lIl19.c2ln"
/* {"scp":"User.Read.All openid"} */
#define SCOPES "e30.eyJzY3AiOiJVc2VyLlJlYWQuQWxsIG9wZW5pZCJ9.c2ln"

/* The table's row; there is one. */
static const struct ra_permission_info *row(const char *name)
{
    size_t n, i = 0;
    const struct ra_permission_info *all = ra_permissions(&n);

    while (i < n && strcmp(all[i].permission.name, name) != 0)
        i++;
    if (i == n)
        fail_msg("%s is not in the table", name);
    return &all[i];
}

static void assert_same(const struct ra_permission *p)
{
    assert_string_equal(row(p->name)->permission.app_role_id, p->app_role_id);
}

static void whatever_a_refusal_names_is_in_the_table_with_the_same_id(void **state)
{
    (void)state;
    for (int c = 0; c < RA_COLLECTIONS; c++) {
        assert_same(ra_collection_permission((enum ra_collection)c));
        if (ra_sync_behavior_permission((enum ra_collection)c))
            assert_same(ra_sync_behavior_permission((enum ra_collection)c));
    }
    for (int d = 0; d < RA_DOCUMENTS; d++)
        assert_same(ra_document_permission((enum ra_document)d));
}

static void an_applications_token_tells_its_roles(void **state)
{
    struct ra_grants g;

    (void)state;
    ra_grants_read(RA_STR(ROLES), &g);
    assert_true(g.told && !g.delegated);
    assert_int_equal(g.n, 3);
    assert_true(ra_str_eq(ra_grants_cover(&g, row("User.Read.All")), RA_STR("User.Read.All")));
    assert_true(
        ra_str_eq(ra_grants_cover(&g, row("Device.Read.All")), RA_STR("Directory.ReadWrite.All")));
    assert_true(
        ra_str_absent(ra_grants_cover(&g, row("Group-OnPremisesSyncBehavior.ReadWrite.All"))));
    ra_grants_free(&g);
}

static void a_persons_token_tells_its_scopes(void **state)
{
    struct ra_grants g;

    (void)state;
    ra_grants_read(RA_STR(SCOPES), &g);
    assert_true(g.told && g.delegated);
    assert_int_equal(g.n, 2);
    assert_true(ra_str_absent(ra_grants_cover(&g, row("GroupMember.Read.All"))));
    ra_grants_free(&g);
}

static void an_application_that_was_granted_nothing_has_no_roles(void **state)
{
    struct ra_grants g;

    (void)state;
    ra_grants_read(RA_STR("e30.e30.x"), &g);
    assert_true(g.told);
    assert_int_equal(g.n, 0);
    ra_grants_free(&g);
}

static void a_token_in_another_form_tells_nothing(void **state)
{
    static const char *const others[] = {"",
                                         "opaque",
                                         "a.b",
                                         "a.!!!.c",
                                         "a..c",
                                         "e30.W10.x",
                                         "e30.bm90IGpzb24.x",
                                         "..",
                                         "e30.eyJyb2xlcyI6.x"};
    struct ra_grants g;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ra_grants_read(ra_str(others[i]), &g);
        if (g.told || g.n)
            fail_msg("'%s' tells %zu names", others[i], g.n);
        ra_grants_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_refusal_names_is_in_the_table_with_the_same_id),
        cmocka_unit_test(an_applications_token_tells_its_roles),
        cmocka_unit_test(a_persons_token_tells_its_scopes),
        cmocka_unit_test(an_application_that_was_granted_nothing_has_no_roles),
        cmocka_unit_test(a_token_in_another_form_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
