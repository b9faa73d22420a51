/* What a test may ask of a simulated tenant beside Graph: how much it holds, changes, faults. */
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

static int number(const struct answer *a, const char *path)
{
    return (int)cJSON_GetNumberValue(json_at(a, path));
}

static void change(const char *json)
{
    assert_int_equal(ask("POST", "/rehearsal/change", json, NULL)->status, 200);
}

static void the_state_tells_how_much_it_holds(void **state)
{
    struct answer *a = get("/rehearsal/state", NULL);

    (void)state;
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "tenant"), TENANT);
    assert_int_equal(number(a, "users"), USERS);
    assert_int_equal(number(a, "groups"), 3);
    assert_int_equal(number(a, "deletedUsers"), 1);
    assert_int_equal(number(a, "changes"), 0);
    change("[{\"op\":\"delete\",\"id\":\"" CLARA "\"},{\"op\":\"restore\",\"id\":\"" GONE "\"},"
           "{\"op\":\"delete\",\"id\":\"" BORIS "\",\"hard\":true}]");
    a = get("/rehearsal/state", NULL);
    assert_int_equal(number(a, "users"), USERS - 1);
    assert_int_equal(number(a, "deletedUsers"), 1);
    assert_true(number(a, "changes") > 0);
}

static void refused(const char *path, const char *body, long status, const char *why)
{
    struct answer *a = ask("POST", path, body, NULL);

    assert_int_equal(a->status, status);
    assert_string_equal(text_at(a, "error"), why);
}

static void a_change_that_cannot_be_made_is_refused_with_the_reason(void **state)
{
    static const char *const change = "/rehearsal/change";

    (void)state;
    refused(change, "{", 400, "changes: are not JSON");
    refused(change, "{}", 400, "a change needs op");
    refused(change, "{\"op\":\"create\",\"kind\":\"printer\"}", 400,
            "create: kind is none of user, group, contact, device");
    refused(change, "{\"op\":\"create\",\"kind\":\"user\",\"object\":{\"id\":\"" ANNA "\"}}", 400,
            "create: the object's id is missing or taken");
    refused(change, "{\"op\":\"update\",\"id\":\"nobody\"}", 400, "no object has that id");
    refused(change, "{\"op\":\"update\",\"id\":\"" ANNA "\"}", 400,
            "op is none of create, update, delete, restore, or does not fit the object");
    refused(change, "[{\"op\":\"restore\",\"id\":\"" ANNA "\"}]", 400,
            "op is none of create, update, delete, restore, or does not fit the object");
    assert_int_equal(
        ask("POST", change, "{\"op\":\"delete\",\"id\":\"nobody\",\"perhaps\":true}", NULL)->status,
        200);
}

static void faults_are_told_and_forgotten(void **state)
{
    (void)state;
    fault("[{\"kind\":\"throttle\",\"nth\":1000}]");
    assert_non_null(strstr(get("/rehearsal/faults", NULL)->body, "throttle"));
    assert_null(strstr(ask("DELETE", "/rehearsal/faults", NULL, NULL)->body, "throttle"));
    refused("/rehearsal/faults", "[", 400, "fault rules: are not JSON");
    assert_int_equal(ask("POST", "/rehearsal/faults", "[{\"kind\":\"none such\"}]", NULL)->status,
                     400);
}

static void there_are_four_places(void **state)
{
    (void)state;
    refused("/rehearsal/nothing", "{}", 404, "control endpoints: faults, change, export, state");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, up, down)
    const struct CMUnitTest tests[] = {
        CASE(the_state_tells_how_much_it_holds),
        CASE(a_change_that_cannot_be_made_is_refused_with_the_reason),
        CASE(faults_are_told_and_forgotten),
        CASE(there_are_four_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
