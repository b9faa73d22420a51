#include "tests/unit/rehearsal/client.h"

#include "src/base/buf.h"

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

static struct answer *batch(const char *requests)
{
    struct ra_buf b;
    ra_buf_init(&b, 1U << 20);
    ra_buf_printf(&b, "{\"requests\":[%s]}", requests);
    struct answer *a = ask("POST", "/v1.0/$batch", ra_buf_z(&b), NULL);
    ra_buf_free(&b);
    return a;
}

static const cJSON *response(const struct answer *a, const char *id)
{
    const cJSON *r;
    cJSON_ArrayForEach(r, json_at(a, "responses"))
    {
        if (!strcmp(cJSON_GetObjectItem(r, "id")->valuestring, id))
            return r;
    }
    fail_msg("no response %s in %s", id, a->body);
    return NULL;
}

static int status_of(const struct answer *a, const char *id)
{
    return cJSON_GetObjectItem(response(a, id), "status")->valueint;
}

static void items_are_answered_out_of_order_each_with_its_status(void **state)
{
    (void)state;
    struct answer *a = batch("{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/" BORIS
                             "/onPremisesSyncBehavior?$select=isCloudManaged\"},"
                             "{\"id\":\"2\",\"method\":\"GET\",\"url\":\"users/nobody\"},"
                             "{\"id\":\"3\",\"method\":\"DELETE\",\"url\":\"/groups/" STAFF "\"}");
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "responses/0/id"), "3");
    assert_int_equal(status_of(a, "1"), 200);
    const cJSON *body = cJSON_GetObjectItem(response(a, "1"), "body");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(body, "isCloudManaged")));
    assert_int_equal(status_of(a, "2"), 404);
    assert_int_equal(status_of(a, "3"), 405);
    assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(response(a, "1"), "headers"),
                                        "x-ms-resource-unit"));
}

static void a_batch_holds_at_most_twenty(void **state)
{
    (void)state;
    struct ra_buf b;
    ra_buf_init(&b, 1U << 16);
    for (int i = 0; i < 21; i++)
        ra_buf_printf(&b, "%s{\"id\":\"%d\",\"method\":\"GET\",\"url\":\"/organization\"}",
                      i ? "," : "", i);
    assert_error(batch(ra_buf_z(&b)), 400, "BadRequest",
                 "Number of batch request steps exceeds the maximum value of 20.");
    ra_buf_free(&b);
}

static void a_malformed_batch_is_refused_whole(void **state)
{
    (void)state;
    const char *one = "{\"id\":\"a\",\"method\":\"GET\",\"url\":\"/organization\"}";
    const char *twin = "{\"id\":\"A\",\"method\":\"GET\",\"url\":\"/domains\"}";
    char both[256];
    snprintf(both, sizeof(both), "%s,%s", one, twin);
    assert_error(batch(both), 400, "BadRequest", NULL); /* ids differ by case only */
    assert_error(batch(""), 400, "BadRequest", NULL);
    assert_error(batch("{\"method\":\"GET\",\"url\":\"/organization\"}"), 400, "BadRequest", NULL);
    assert_error(batch("{\"id\":\"1\",\"method\":\"GET\",\"url\":\"https://x/v1.0/users\"}"), 400,
                 "BadRequest", NULL);
}

static void what_depends_on_a_failure_fails_with_424(void **state)
{
    (void)state;
    struct answer *a = batch("{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/nobody\"},"
                             "{\"id\":\"2\",\"dependsOn\":[\"1\"],\"method\":\"GET\",\"url\":"
                             "\"/organization\"}");
    assert_int_equal(status_of(a, "2"), 424);
}

static void one_item_can_be_throttled_while_the_rest_is_answered(void **state)
{
    (void)state;
    fault("{\"kind\":\"throttle\",\"path\":\"/users/" BORIS "\",\"retry_after\":0.25,\"times\":1}");
    const char *requests = "{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/" ANNA "\"},"
                           "{\"id\":\"2\",\"method\":\"GET\",\"url\":\"/users/" BORIS "\"}";
    struct answer *a = batch(requests);
    assert_int_equal(a->status, 200);
    assert_int_equal(status_of(a, "1"), 200);
    assert_int_equal(status_of(a, "2"), 429);
    assert_string_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(response(a, "2"), "headers"), "Retry-After")
            ->valuestring,
        "0.25");
    assert_int_equal(status_of(batch(requests), "2"), 200);
}

static void an_item_can_write(void **state)
{
    (void)state;
    struct answer *a = batch("{\"id\":\"1\",\"method\":\"PATCH\",\"url\":\"/users/" CLARA
                             "\",\"headers\":{\"Content-Type\":\"application/json\"},\"body\":{"
                             "\"onPremisesImmutableId\":\"AAAA\"}},"
                             "{\"id\":\"2\",\"method\":\"PATCH\",\"url\":\"/users/" CLARA
                             "\",\"body\":{\"onPremisesImmutableId\":\"BBBB\"}}");
    assert_int_equal(status_of(a, "1"), 204);
    assert_null(cJSON_GetObjectItem(response(a, "1"), "body"));
    assert_int_equal(status_of(a, "2"), 400); /* without its Content-Type */
}

static void a_list_in_a_batch_has_an_absolute_next_link(void **state)
{
    (void)state;
    struct answer *a =
        batch("{\"id\":\"1\",\"method\":\"GET\",\"url\":\"users?$top=5&$select=id\"}");
    const cJSON *body = cJSON_GetObjectItem(response(a, "1"), "body");
    const char *next = cJSON_GetObjectItem(body, "@odata.nextLink")->valuestring;
    assert_int_equal(count_of(get(next, NULL)), 5);
}

static void a_circle_of_dependencies_fails_all_of_it_and_a_later_one_is_waited_for(void **state)
{
    (void)state;
    struct answer *a =
        batch("{\"id\":\"1\",\"dependsOn\":[\"2\"],\"method\":\"GET\",\"url\":\"/organization\"},"
              "{\"id\":\"2\",\"method\":\"GET\",\"url\":\"/organization\"},"
              "{\"id\":\"3\",\"dependsOn\":[\"4\"],\"method\":\"GET\",\"url\":\"/organization\"},"
              "{\"id\":\"4\",\"dependsOn\":[\"3\"],\"method\":\"GET\",\"url\":\"/organization\"}");
    assert_int_equal(status_of(a, "1"), 200);
    assert_int_equal(status_of(a, "2"), 200);
    assert_int_equal(status_of(a, "3"), 424);
    assert_int_equal(status_of(a, "4"), 424);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items_are_answered_out_of_order_each_with_its_status, up,
                                        down),
        cmocka_unit_test_setup_teardown(a_batch_holds_at_most_twenty, up, down),
        cmocka_unit_test_setup_teardown(a_malformed_batch_is_refused_whole, up, down),
        cmocka_unit_test_setup_teardown(what_depends_on_a_failure_fails_with_424, up, down),
        cmocka_unit_test_setup_teardown(one_item_can_be_throttled_while_the_rest_is_answered, up,
                                        down),
        cmocka_unit_test_setup_teardown(
            a_circle_of_dependencies_fails_all_of_it_and_a_later_one_is_waited_for, up, down),
        cmocka_unit_test_setup_teardown(an_item_can_write, up, down),
        cmocka_unit_test_setup_teardown(a_list_in_a_batch_has_an_absolute_next_link, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
