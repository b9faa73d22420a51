#include "tests/unit/graph/cmocka_all.h"

#include "tests/unit/graph/bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GOOD             "{\"value\":[{\"id\":\"a\"}]}"
#define ERROR_BODY(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"

static int run(struct bench *b, const struct rule *rules, size_t n, struct ra_err *err)
{
    *err = (struct ra_err){0};
    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, err), 0);
    return bench_read(b, RA_USERS, NULL, NULL, err);
}

/* Every fault that a second try mends, each once, then the page. */
static void faults_of_line_server_and_body_are_tried_again(void **state)
{
    static const struct rule faults[] = {
        {"users", 1, 429, "Retry-After: 0\r\n", ERROR_BODY("TooManyRequests"), WHOLE, NULL},
        {"users", 1, 429, NULL, ERROR_BODY("TooManyRequests"), WHOLE, NULL},
        {"users", 1, 503, "Retry-After: 0.02\r\n", "<html>busy</html>", WHOLE, NULL},
        {"users", 1, 504, NULL, "", WHOLE, NULL},
        {"users", 1, 500, NULL, ERROR_BODY("InternalServerError"), WHOLE, NULL},
        {"users", 1, 502, NULL, "<html></html>", WHOLE, NULL},
        {"users", 1, 408, NULL, "", WHOLE, NULL},
        {"users", 1, 200, NULL, GOOD, CUT, NULL},
        {"users", 1, 200, NULL, GOOD, CUT_CHUNKED, NULL},
        {"users", 1, 200, NULL, "{\"value\":[{\"id\":\"a\"", WHOLE, NULL},
        {"users", 1, 200, NULL, "<html>sign in to the guest network</html>", WHOLE, NULL},
        {"users", 1, 200, NULL, "", WHOLE, NULL},
        {"users", 1, 200, NULL, GOOD "}", WHOLE, NULL},
        {"users", 1, 200, NULL, GOOD, STALL, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const struct rule rules[] = {
            TOKEN_RULE, faults[i], {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
        assert_int_equal(run(&b, RULES(rules), &err), 0);
        assert_string_equal(b.ids, "a ");
        assert_int_equal(server_count(b.server, "users"), 2);
        assert_int_equal(ra_graph_stats(b.graph).retries, 1);
        assert_int_equal(b.throttled + b.retries, 1);
        bench_end(&b);
    }
}

/* libcurl itself mends the first one, since it had used the connection before. */
static void connections_that_are_reset_are_made_again(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"users", 3, 200, NULL, GOOD, RESET, NULL},
                                 {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a ");
    assert_int_equal(server_count(b.server, "users"), 4);
    assert_int_equal(b.retries, 2);
    bench_end(&b);
}

static void each_try_has_an_id_of_its_own(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"users", 1, 500, NULL, "", WHOLE, NULL},
                                 {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    const char *first, *second;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    first = strstr(server_request(b.server, "users", 0), "client-request-id: ");
    second = strstr(server_request(b.server, "users", 1), "client-request-id: ");
    assert_non_null(first);
    assert_non_null(second);
    assert_int_not_equal(strncmp(first, second, 55), 0);
    bench_end(&b);
}

static void the_wait_that_the_service_asks_for_is_told_and_kept(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"users", 1, 429, "Retry-After: 0.3\r\n", ERROR_BODY("TooManyRequests"), WHOLE, NULL},
        {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_int_equal(b.throttled, 1);
    assert_true(b.longest_wait >= 300);
    assert_true(ra_graph_stats(b.graph).throttled_ms >= 300);
    bench_end(&b);
}

static void a_date_in_retry_after_is_waited_for(void **state)
{
    char header[96];
    time_t at = time(NULL) + 2;
    struct tm tm;
    struct bench b;
    struct ra_err err;

    (void)state;
    gmtime_r(&at, &tm);
    strftime(header, sizeof header, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    const struct rule rules[] = {TOKEN_RULE,
                                 {"users", 1, 503, header, "", WHOLE, NULL},
                                 {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_true(time(NULL) >= at);
    bench_end(&b);
}

static void a_wait_past_the_budget_ends_the_run_at_once(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"users", 0, 429, "Retry-After: 86400\r\n", ERROR_BODY("TooManyRequests"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ETHROTTLED);
    assert_string_equal(err.msg, "users: graph answered 429 TooManyRequests: m (request-id srv-1)");
    assert_string_equal(err.hint, "tried 1 times; the service wants 86400 s before the next try, "
                                  "which is past the retry budget");
    bench_end(&b);
}

static void a_small_budget_is_kept(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {"users", 0, 503, NULL, "", WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.retry_budget_ms = 100;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ESERVER);
    assert_string_equal(err.msg,
                        "users: answered 503 without Graph's error form (request-id srv-1)");
    assert_true(server_count(b.server, "users") > 1);
    bench_end(&b);
}

static void a_server_fault_that_stays_is_given_up_after_eight_tries(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE, {"users", 0, 500, NULL, ERROR_BODY("InternalServerError"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_int_equal(server_count(b.server, "users"), 8);
    bench_end(&b);
}

static void a_body_that_is_never_json_is_given_up(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {"users", 0, 200, NULL, "{\"value\":[", WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_string_equal(err.msg, "users: the answer is not JSON from byte 9 of 10 on "
                                 "(request-id srv-1)");
    assert_int_equal(b.pages, 0);
    bench_end(&b);
}

static void a_503_is_tried_again_on_a_new_connection(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"users", 1, 503, NULL, "", WHOLE, NULL},
                                 {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_int_equal(server_connections(b.server), 2);
    bench_end(&b);
}

static void what_is_refused_is_not_tried_again(void **state)
{
    static const int statuses[] = {400, 404, 409, 410, 423, 501, 507};
    struct bench b;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        const struct rule rules[] = {TOKEN_RULE,
                                     {"users", 0, statuses[i], NULL, ERROR_BODY("X"), WHOLE, NULL}};
        assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
        assert_int_equal(server_count(b.server, "users"), 1);
        bench_end(&b);
    }
}

static void an_answer_past_the_cap_is_refused(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.tuning.answer_max = 10;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ESERVER);
    assert_string_equal(err.msg, "sign-in: the answer is larger than the 10 bytes allowed");
    bench_end(&b);
}

static void a_certificate_that_nobody_vouches_for_is_refused(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.ca_file = NULL;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ENETWORK);
    assert_non_null(strstr(err.msg, "certificate"));
    assert_non_null(strstr(err.hint, "ca_file"));
    assert_int_equal(server_count(b.server, ""), 0);
    bench_end(&b);
}

/* The file trusted instead of the system's: a certificate of another server is as good as none. */
static void only_the_named_authorities_are_trusted(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct server *other = server_start(RULES(rules), false);
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.ca_file = server_ca(other);
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ENETWORK);
    assert_int_equal(server_count(b.server, ""), 0);
    bench_end(&b);
    server_stop(&other);
}

static void a_ca_file_that_is_not_there_is_a_matter_of_configuration(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.ca_file = "/nonexistent/ca.pem";
    assert_int_equal(bench_open(&b, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "[tenant] ca_file = /nonexistent/ca.pem: cannot be read");
    bench_end(&b);
}

static void a_ca_file_without_certificates_is_a_matter_of_configuration(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;
    char path[64];

    (void)state;
    temp_file(path, sizeof path, "not PEM\n", 0600);
    bench_start(&b, RULES(rules));
    b.o.ca_file = path;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ECONFIG);
    bench_end(&b);
    unlink(path);
}

/* The service answers once and is gone: an outage is ridden out, a closed port is not. */
static void a_port_that_nobody_serves_any_more_is_given_up(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    server_stop(&b.server);
    b.retries = 0;
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ENETWORK);
    assert_true(b.retries <= 8);
    ra_graph_close(&b.graph);
    unlink(b.secret);
}

static void an_address_without_tls_is_refused(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.login_url = "http://localhost:1";
    assert_int_equal(bench_open(&b, &err), -RA_ECONFIG);
    b.o.login_url = server_base(b.server);
    b.o.graph_url = "http://localhost:1";
    assert_int_equal(bench_open(&b, &err), -RA_ECONFIG);
    bench_end(&b);
}

/* A port that was just free: nobody listens there. */
static int closed_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    getsockname(fd, (struct sockaddr *)&at, &size);
    close(fd);
    return ntohs(at.sin_port);
}

static void a_host_that_was_never_reached_is_given_up_soon(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;
    char url[64];

    (void)state;
    bench_start(&b, RULES(rules));
    snprintf(url, sizeof url, "https://127.0.0.1:%d", closed_port());
    b.o.login_url = url;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ENETWORK);
    assert_non_null(strstr(err.msg, url));
    assert_int_equal(b.retries, 3);
    bench_end(&b);
}

static atomic_int *stop_flag;
static pthread_t reader;

static void on_signal(int number)
{
    *stop_flag = number;
}

/* As a terminal would: a signal in the middle of the read. */
static void *raise_stop(void *ctx)
{
    struct bench *b = ctx;

    while (server_count(b->server, "users") == 0)
        usleep(5000);
    pthread_kill(reader, SIGTERM);
    return NULL;
}

static int read_until_stopped(struct bench *b, struct ra_err *err)
{
    pthread_t t;
    int rc;

    stop_flag = &b->stop;
    reader = pthread_self();
    signal(SIGTERM, on_signal);
    assert_int_equal(bench_open(b, err), 0);
    pthread_create(&t, NULL, raise_stop, b);
    rc = bench_read(b, RA_USERS, NULL, NULL, err);
    pthread_join(t, NULL);
    signal(SIGTERM, SIG_DFL);
    return rc;
}

static void a_stop_ends_a_request_that_hangs(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {"users", 0, 200, NULL, GOOD, STALL, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.tuning.stall_seconds = 600;
    assert_int_equal(read_until_stopped(&b, &err), -RA_ESIGNAL);
    assert_int_equal(err.signal, 15);
    assert_int_equal(ra_exit_status(&err), 143);
    bench_end(&b);
}

static void a_stop_ends_a_wait_for_throttling(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE, {"users", 0, 429, "Retry-After: 600\r\n", ERROR_BODY("x"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(read_until_stopped(&b, &err), -RA_ESIGNAL);
    bench_end(&b);
}

static void after_an_error_the_handle_is_good_for_more(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"users", 1, 400, NULL, ERROR_BODY("X"), WHOLE, NULL},
                                 {"users", 0, 200, NULL, GOOD, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_string_equal(b.ids, "a ");
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_line_server_and_body_are_tried_again),
        cmocka_unit_test(connections_that_are_reset_are_made_again),
        cmocka_unit_test(each_try_has_an_id_of_its_own),
        cmocka_unit_test(the_wait_that_the_service_asks_for_is_told_and_kept),
        cmocka_unit_test(a_date_in_retry_after_is_waited_for),
        cmocka_unit_test(a_wait_past_the_budget_ends_the_run_at_once),
        cmocka_unit_test(a_small_budget_is_kept),
        cmocka_unit_test(a_server_fault_that_stays_is_given_up_after_eight_tries),
        cmocka_unit_test(a_body_that_is_never_json_is_given_up),
        cmocka_unit_test(a_503_is_tried_again_on_a_new_connection),
        cmocka_unit_test(what_is_refused_is_not_tried_again),
        cmocka_unit_test(an_answer_past_the_cap_is_refused),
        cmocka_unit_test(a_certificate_that_nobody_vouches_for_is_refused),
        cmocka_unit_test(only_the_named_authorities_are_trusted),
        cmocka_unit_test(a_ca_file_that_is_not_there_is_a_matter_of_configuration),
        cmocka_unit_test(a_ca_file_without_certificates_is_a_matter_of_configuration),
        cmocka_unit_test(a_port_that_nobody_serves_any_more_is_given_up),
        cmocka_unit_test(an_address_without_tls_is_refused),
        cmocka_unit_test(a_host_that_was_never_reached_is_given_up_soon),
        cmocka_unit_test(a_stop_ends_a_request_that_hangs),
        cmocka_unit_test(a_stop_ends_a_wait_for_throttling),
        cmocka_unit_test(after_an_error_the_handle_is_good_for_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
