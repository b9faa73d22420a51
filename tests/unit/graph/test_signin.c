/* What the sign-in service says when it refuses: every documented number has its meaning and its
 * advice, and the service's own words stay. */
#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/signin.h"

#include <stdlib.h>
#include <string.h>

/* graph 8.6 */
static const long documented[] = {7000215, 7000222, 700016, 700027,  700021, 700023,
                                  70011,   90002,   700024, 700213,  53003,  65001,
                                  50034,   50076,   50079,  7000112, 900023};

static int refuse(const char *body, struct ra_err *err)
{
    struct ra_answer in = {.status = 401, .retry_after_ms = -1};
    struct ra_signin_fault f;
    int rc;

    ra_buf_init(&in.body, 65536);
    ra_buf_puts(&in.body, body);
    ra_signin_fault_read(&in, &f);
    rc = ra_signin_fail(&in, &f, err);
    ra_buf_free(&in.body);
    return rc;
}

static void every_documented_number_has_a_meaning_and_advice(void **state)
{
    char body[512], number[32];
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++) {
        snprintf(number, sizeof number, "AADSTS%ld", documented[i]);
        snprintf(body, sizeof body,
                 "{\"error\":\"invalid_client\",\"error_description\":\"%s: words.\\r\\nTrace ID: "
                 "x\",\"error_codes\":[%ld],\"trace_id\":\"x\"}",
                 number, documented[i]);
        assert_int_equal(refuse(body, &err), -RA_ESIGNIN);
        assert_non_null(strstr(err.msg, number));
        assert_non_null(strstr(err.msg, "words."));
        if (!err.hint[0])
            fail_msg("%s has no advice", number);
    }
}

/* graph 8.4 */
static void every_status_of_the_identity_endpoint_has_a_meaning_and_advice(void **state)
{
    static const long statuses[] = {400, 401, 403, 404, 405, 410, 429, 500};
    struct ra_signin_fault f = {.error = "invalid_resource", .description = "words"};
    char number[16];
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct ra_answer in = {.status = statuses[i]};

        snprintf(number, sizeof number, "%ld", statuses[i]);
        assert_int_equal(ra_identity_fail(&in, &f, &err), -RA_ESIGNIN);
        assert_non_null(strstr(err.msg, number));
        assert_non_null(strstr(err.msg, "invalid_resource: words"));
        assert_true(err.hint[0] != '\0');
    }
}

static void a_refusal_that_is_no_json_is_quoted(void **state)
{
    struct ra_err err;

    (void)state;
    assert_int_equal(refuse("<html>proxy says no</html>", &err), -RA_ESIGNIN);
    assert_true(err.msg[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_documented_number_has_a_meaning_and_advice),
        cmocka_unit_test(every_status_of_the_identity_endpoint_has_a_meaning_and_advice),
        cmocka_unit_test(a_refusal_that_is_no_json_is_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
