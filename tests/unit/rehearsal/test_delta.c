#include "tests/unit/rehearsal/client.h"

#include <string.h>

static int up(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){0});
    return 0;
}

static int down(void **state)
{
    (void)state;
    tenant_down();
    return 0;
}

static void change(const char *json)
{
    struct answer *a = ask("POST", "/rehearsal/change", json, NULL);
    if (a->status != 200)
        fail_msg("%s", a->body);
}

static char *keep(const char *link)
{
    static char kept[4][8192];
    static unsigned at;
    assert_non_null(link);
    at = (at + 1) % 4;
    snprintf(kept[at], sizeof(kept[at]), "%s", link);
    return kept[at];
}

static const char *latest(const char *collection)
{
    char url[256];
    snprintf(url, sizeof(url), "/v1.0/%s/delta?$select=displayName,mail&$deltatoken=latest",
             collection);
    struct answer *a = get(url, NULL);
    assert_int_equal(count_of(a), 0);
    return keep(delta_of(a));
}

static void the_first_round_ends_with_a_delta_link(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users/delta?$select=displayName,givenName", NULL);
    assert_int_equal(count_of(a), 200);
    assert_null(delta_of(a));
    assert_non_null(strstr(next_of(a), "/v1.0/users/delta?$skiptoken="));
    a = get(next_of(a), NULL);
    assert_int_equal(count_of(a), USERS - 200);
    assert_null(next_of(a));
    a = get(delta_of(a), NULL);
    assert_int_equal(count_of(a), 0);
    assert_non_null(delta_of(a));
}

static void what_was_never_set_is_absent(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users/delta()?$select=displayName,givenName,mail", NULL);
    assert_null(json_at(a, "value/0/givenName"));
    assert_non_null(json_at(a, "value/0/mail"));
    assert_null(json_at(a, "value/2/mail"));
    assert_string_equal(text_at(a, "value/2/id"), CLARA);
}

static void a_change_to_a_selected_property_comes_once_with_all_of_them(void **state)
{
    (void)state;
    const char *link = latest("users");
    change("[{\"op\":\"update\",\"id\":\"" ANNA "\",\"set\":{\"displayName\":\"A1\"}},"
           "{\"op\":\"update\",\"id\":\"" BORIS "\",\"set\":{\"mailNickname\":\"b\"}},"
           "{\"op\":\"update\",\"id\":\"" ANNA "\",\"set\":{\"displayName\":\"A2\"}}]");
    struct answer *a = get(link, NULL);
    assert_int_equal(count_of(a), 1); /* Boris's change is to nothing selected */
    assert_string_equal(text_at(a, "value/0/displayName"), "A2");
    assert_string_equal(text_at(a, "value/0/mail"), "anna@contoso.com");
    assert_int_equal(count_of(get(link, NULL)), 1); /* the last round can be replayed */
    assert_int_equal(count_of(get(delta_of(a), NULL)), 0);
}

static void minimal_returns_only_what_changed_and_null_for_cleared(void **state)
{
    (void)state;
    const char *link = latest("users");
    change("{\"op\":\"update\",\"id\":\"" ANNA "\",\"set\":{\"mail\":null}}");
    struct answer *a = get(link, "Prefer: return=minimal", NULL);
    assert_true(cJSON_IsNull(json_at(a, "value/0/mail")));
    assert_null(json_at(a, "value/0/displayName"));
    a = get(link, NULL);
    assert_true(cJSON_IsNull(json_at(a, "value/0/mail")));
    assert_non_null(json_at(a, "value/0/displayName"));
}

static void what_left_is_removed_and_what_came_back_is_new(void **state)
{
    (void)state;
    const char *link = latest("users");
    change("[{\"op\":\"delete\",\"id\":\"" ANNA "\"},{\"op\":\"delete\",\"id\":\"" CLARA
           "\",\"hard\":true},{\"op\":\"create\",\"kind\":\"user\",\"object\":{\"id\":"
           "\"aaaaaaaa-0000-4000-8000-000000000077\",\"displayName\":\"New\"}}]");
    struct answer *a = get(link, NULL);
    assert_int_equal(count_of(a), 3);
    assert_string_equal(text_at(a, "value/0/@removed/reason"), "changed");
    assert_string_equal(text_at(a, "value/1/@removed/reason"), "deleted");
    assert_string_equal(text_at(a, "value/2/displayName"), "New");
    link = keep(delta_of(a));
    change("{\"op\":\"restore\",\"id\":\"" ANNA "\"}");
    a = get(link, NULL);
    assert_string_equal(text_at(a, "value/0/id"), ANNA);
    assert_null(json_at(a, "value/0/@removed"));
    assert_non_null(json_at(a, "value/0/displayName"));
}

static void the_other_collections_have_rounds_of_their_own(void **state)
{
    (void)state;
    const char *link = latest("groups");
    change("{\"op\":\"update\",\"id\":\"" ANNA "\",\"set\":{\"displayName\":\"A\"}}");
    assert_int_equal(count_of(get(link, NULL)), 0);
    change("{\"op\":\"delete\",\"id\":\"" STAFF "\"}"); /* a synced group has no recycle bin */
    assert_string_equal(text_at(get(link, NULL), "value/0/@removed/reason"), "deleted");
    assert_int_equal(count_of(get("/v1.0/contacts/microsoft.graph.delta", NULL)), 1);
    assert_int_equal(count_of(get("/v1.0/devices/delta", NULL)), 1);
}

static void options_do_not_go_with_delta_or_its_tokens(void **state)
{
    (void)state;
    char url[8192];
    assert_error(get("/v1.0/users/delta?$top=5", NULL), 400, "Request_BadRequest", NULL);
    assert_error(get("/v1.0/users/delta?$orderby=displayName", NULL), 400, "Request_BadRequest",
                 NULL);
    assert_error(get("/v1.0/users/delta?$expand=manager", NULL), 400, "Request_BadRequest", NULL);
    assert_error(get("/v1.0/users/delta?$filter=displayName+eq+'a'", NULL), 400,
                 "Request_UnsupportedQuery", NULL);
    snprintf(url, sizeof(url), "%s&$select=id", latest("users"));
    assert_error(get(url, NULL), 400, "Request_BadRequest", NULL);
}

static void a_delta_can_follow_up_to_fifty_ids(void **state)
{
    (void)state;
    struct answer *a =
        get("/v1.0/users/delta?$select=displayName&$filter=id+eq+'" ANNA "'+or+id+eq+'" CLARA "'",
            NULL);
    assert_int_equal(count_of(a), 2);
    const char *link = keep(delta_of(a));
    change("[{\"op\":\"update\",\"id\":\"" BORIS "\",\"set\":{\"displayName\":\"x\"}},"
           "{\"op\":\"update\",\"id\":\"" CLARA "\",\"set\":{\"displayName\":\"y\"}}]");
    assert_int_equal(count_of(get(link, NULL)), 1);
}

static void an_old_delta_link_is_refused_as_seen_in_the_wild(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.delta_token_seconds = -1});
    assert_error(get(latest("users"), NULL), 400, "Request_UnsupportedQuery",
                 "DeltaLink older than 30 days is not supported.");
    tenant_down();
}

static void an_old_delta_link_is_refused_as_documented(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.delta_token_seconds = -1, .delta_gone = true});
    struct answer *a = get(latest("users"), NULL);
    assert_int_equal(a->status, 410);
    const char *location = keep(header_of(a, "Location"));
    assert_non_null(strstr(location, "/v1.0/users/delta?$select=displayName,mail&$deltatoken="));
    assert_int_equal(count_of(get(location, NULL)), 200);
    tenant_down();
}

static void a_change_during_the_first_round_comes_with_the_next(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users/delta?$select=displayName", NULL);
    const char *next = keep(next_of(a));
    change("{\"op\":\"update\",\"id\":\"" ANNA "\",\"set\":{\"displayName\":\"late\"}}");
    a = get(next, NULL);
    a = get(delta_of(a), NULL);
    assert_int_equal(count_of(a), 1);
    assert_string_equal(text_at(a, "value/0/displayName"), "late");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_round_ends_with_a_delta_link, up, down),
        cmocka_unit_test_setup_teardown(what_was_never_set_is_absent, up, down),
        cmocka_unit_test_setup_teardown(a_change_to_a_selected_property_comes_once_with_all_of_them,
                                        up, down),
        cmocka_unit_test_setup_teardown(minimal_returns_only_what_changed_and_null_for_cleared, up,
                                        down),
        cmocka_unit_test_setup_teardown(what_left_is_removed_and_what_came_back_is_new, up, down),
        cmocka_unit_test_setup_teardown(the_other_collections_have_rounds_of_their_own, up, down),
        cmocka_unit_test_setup_teardown(options_do_not_go_with_delta_or_its_tokens, up, down),
        cmocka_unit_test_setup_teardown(a_delta_can_follow_up_to_fifty_ids, up, down),
        cmocka_unit_test(an_old_delta_link_is_refused_as_seen_in_the_wild),
        cmocka_unit_test(an_old_delta_link_is_refused_as_documented),
        cmocka_unit_test_setup_teardown(a_change_during_the_first_round_comes_with_the_next, up,
                                        down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
