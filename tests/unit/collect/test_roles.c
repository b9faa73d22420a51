#include "tests/unit/graph/cmocka_all.h"

#include "recovery/collect/documents.h"

/* Who holds a role, as far as the documents tell. */

static const char *assignments, *members = "{\"value\":[]}";

static struct ra_doc document(void *ctx, enum ra_document which)
{
    const char *json = which == RA_DOC_ROLE_ASSIGNMENTS     ? assignments
                       : which == RA_DOC_ROLE_GROUP_MEMBERS ? members
                                                            : "{\"value\":[]}";

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

#define GROUP                                                                                      \
    "{\"value\":[{\"principalId\":\"G\",\"roleDefinitionId\":\"r\","                               \
    "\"principal\":{\"@odata.type\":\"#microsoft.graph.group\"}}]}"

/* As they are asked for, by id; and as a list of members is saved. */
static void the_members_of_a_group_hold_its_role(void **state)
{
    (void)state;
    members = "{\"value\":[{\"id\":\"g\",\"members\":[\"a\",\"b\",\"A\"]}]}";
    load(GROUP, 2, true);
    members = "{\"value\":[{\"id\":\"g\",\"members\":[{\"id\":\"a\"},{\"id\":\"b\"},{}]}]}";
    load(GROUP, 2, true);
    members = "[{\"id\":\"g\",\"members\":[\"a\"]}]";
    load(GROUP, 1, true);
}

static void a_group_without_its_members_leaves_roles_unknown(void **state)
{
    (void)state;
    members = "{\"value\":[{\"id\":\"h\",\"members\":[\"a\"]}]}";
    load(GROUP, 0, false);
    members = "{\"value\":[{\"id\":\"g\"}]}";
    load(GROUP, 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_holds_a_role_where_the_list_is_empty),
        cmocka_unit_test(an_assignment_that_names_nobody_leaves_roles_unknown),
        cmocka_unit_test(the_members_of_a_group_hold_its_role),
        cmocka_unit_test(a_group_without_its_members_leaves_roles_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
