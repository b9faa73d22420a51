#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/jsonarena.h"

#include <stdlib.h>
#include <string.h>

static cJSON *parse(struct ra_arena *a, const char *text, size_t *at)
{
    ra_json_arena_setup();
    ra_arena_reset(a);
    return ra_json_parse(a, ra_str(text), at);
}

static void a_value_is_parsed_and_printed_in_the_arena(void **state)
{
    struct ra_arena a = {0};
    size_t at;
    cJSON *root = parse(&a, " { \"a\" : [ 1 , \"x\\\\u0000y\" , null ] } \n", &at);
    struct ra_str text;

    (void)state;
    assert_non_null(root);
    text = ra_json_print(&a, root);
    assert_string_equal(text.p, "{\"a\":[1,\"x\\\\u0000y\",null]}");
    ra_arena_free(&a);
}

static void what_is_not_one_value_is_refused_where_it_goes_wrong(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } bad[] = {
        {"", 0},    {"{\"a\":1} x", 8},       {"[1,2", 3}, {"[\"\\u0000\"]", 2},
        {"nul", 0}, {"[\"\\\\\\u0000\"]", 4},
    };
    struct ra_arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t at = 99;
        assert_null(parse(&a, bad[i].text, &at));
        assert_int_equal(at, bad[i].at);
    }
    ra_arena_free(&a);
}

/* 2 bytes of text make 64 of tree: 4 MiB would become 128. */
static void json_made_to_fill_the_memory_is_refused(void **state)
{
    size_t n = (size_t)4 << 20, at;
    char *text = malloc(n + 1);
    struct ra_arena a = {0};

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < n; i += 2)
        memcpy(text + i, ",0", 2);
    text[0] = '[';
    text[n] = '\0'; /* the bracket is missing, but memory ends first */
    assert_null(parse(&a, text, &at));
    assert_true(at < n - 1);
    assert_true(at > n / 2);
    ra_arena_free(&a);
    free(text);
}

static void nesting_without_end_is_refused(void **state)
{
    char text[200001];
    struct ra_arena a = {0};
    size_t at;

    (void)state;
    memset(text, '[', 100000);
    memset(text + 100000, ']', 100000);
    text[200000] = '\0';
    assert_null(parse(&a, text, &at));
    ra_arena_free(&a);
}

static void other_users_of_cjson_keep_malloc(void **state)
{
    struct ra_arena a = {0};
    size_t at;
    cJSON *mine = parse(&a, "[1,2,3]", &at), *other = cJSON_Parse("{\"b\":[true]}");
    char *text = cJSON_PrintUnformatted(other);

    (void)state;
    assert_non_null(mine);
    ra_arena_free(&a);
    assert_string_equal(text, "{\"b\":[true]}");
    cJSON_Delete(other);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_parsed_and_printed_in_the_arena),
        cmocka_unit_test(what_is_not_one_value_is_refused_where_it_goes_wrong),
        cmocka_unit_test(json_made_to_fill_the_memory_is_refused),
        cmocka_unit_test(nesting_without_end_is_refused),
        cmocka_unit_test(other_users_of_cjson_keep_malloc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
