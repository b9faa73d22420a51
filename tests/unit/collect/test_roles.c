#include "tests/unit/graph/cmocka_all.h"

#include "recovery/collect/documents.h"

#include <string.h>

/* Who holds a role, as far as the documents tell. */

static const char *assignments;

static struct ra_doc document(void *ctx, const char *name)
{
    const char *json = strcmp(name, "roleAssignments") == 0 ? assignments : "{\"value\":[]}";

    (void)ctx;
    return (struct ra_doc){ra_str(json), RA_STR("read")};
}

static bool no_group(void *ctx, struct ra_str id)
{
    (void)ctx;
    (void)id;
    return false;
}

static void load(const char *json, size_t holders, bool known)
{
    struct ra_tenant t = {0};
    struct ra_arena a = {0};
    struct ra_err err = {0};

    assignments = json;
    assert_int_equal(ra_roles_load(document, NULL, no_group, &a, &t, &err), 0);
    assert_int_equal(t.holders_n, holders);
    assert_int_equal(t.roles_known, known);
    ra_arena_free(&a);
}

static void nobody_holds_a_role_where_the_list_is_empty(void **state)
{
    (void)state;
    load("{\"value\":[]}", 0, true);
    load("{\"value\":[{\"principalId\":\"A\",\"roleDefinitionId\":\"r\"}]}", 1, true);
}

static void an_assignment_that_names_nobody_leaves_roles_unknown(void **state)
{
    (void)state;
    load("{\"value\":[{\"principalId\":\"A\"},{\"roleDefinitionId\":\"r\"}]}", 1, false);
    load("{\"value\":[{\"principalId\":null}]}", 0, false);
    load("{\"value\":[{\"principalId\":\"\"}]}", 0, false);
    load("{\"value\":[null]}", 0, false);
    load("{\"@odata.context\":\"c\"}", 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_holds_a_role_where_the_list_is_empty),
        cmocka_unit_test(an_assignment_that_names_nobody_leaves_roles_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
