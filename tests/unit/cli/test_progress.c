#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/progress.h"
#include "src/base/clock.h"
#include "src/base/log.h"

#include <pthread.h>
#include <string.h>

static struct ra_buf out;

static void says(struct ra_phase_state s, const char *want)
{
    ra_buf_init(&out, 1000);
    ra_phase_text(&s, &out);
    assert_string_equal(ra_buf_z(&out), want);
    ra_buf_free(&out);
}

static void a_phase_tells_count_rate_and_the_rest_as_far_as_known(void **state)
{
    (void)state;
    says((struct ra_phase_state){.name = "users"}, "users: 0");
    says((struct ra_phase_state){.name = "users", .done = 999, .elapsed_ms = 100}, "users: 999");
    says((struct ra_phase_state){.name = "users", .done = 12345, .elapsed_ms = 10000},
         "users: 12,345, 1,234/s");
    says(
        (struct ra_phase_state){
            .name = "users", .done = 1000, .total = 1234567, .elapsed_ms = 1000},
        "users: 1,000 of 1,234,567, 1,000/s, 20 min left");
    says((struct ra_phase_state){.name = "users", .done = 50, .total = 40, .elapsed_ms = 1000},
         "users: 50 of 40, 50/s");
}

static void what_an_earlier_run_had_read_is_no_speed_of_this_one(void **state)
{
    (void)state;
    says(
        (struct ra_phase_state){
            .name = "users", .earlier = 900, .done = 910, .total = 1000, .elapsed_ms = 1000},
        "users: 910 of 1,000, 10/s, 9 s left");
}

static void a_wait_is_told_with_its_seconds(void **state)
{
    (void)state;
    says((struct ra_phase_state){.name = "users",
                                 .done = 10,
                                 .total = 20,
                                 .elapsed_ms = 1000,
                                 .why = "throttled",
                                 .wait_ms = 19001},
         "users: 10 of 20, 10/s, throttled, 20 s to go");
    says((struct ra_phase_state){.name = "users",
                                 .why = "retry",
                                 .detail = "try 2 of 8: Connection refused",
                                 .wait_ms = 900},
         "users: 0, retry (try 2 of 8: Connection refused), 1 s to go");
}

static void an_ended_phase_says_so(void **state)
{
    (void)state;
    says((struct ra_phase_state){.name = "users", .done = 7, .total = 9, .ended = true},
         "users: 7 of 9, done");
}

static void as_json_a_phase_has_null_for_what_is_unknown(void **state)
{
    struct ra_phase_state s = {.name = "users", .done = 5, .elapsed_ms = 1000};

    (void)state;
    ra_buf_init(&out, 1000);
    ra_phase_json(&s, &out);
    assert_string_equal(ra_buf_z(&out),
                        "{\"type\":\"progress\",\"phase\":\"users\",\"count\":5,\"total\":null,"
                        "\"rate\":5,\"seconds_left\":null,\"waiting\":null,\"wait_seconds\":null,"
                        "\"detail\":null,\"done\":false}");
    ra_buf_clear(&out);
    s.total = 10;
    s.why = "throttled";
    s.wait_ms = 500;
    ra_phase_json(&s, &out);
    assert_string_equal(ra_buf_z(&out),
                        "{\"type\":\"progress\",\"phase\":\"users\",\"count\":5,\"total\":10,"
                        "\"rate\":5,\"seconds_left\":1,\"waiting\":\"throttled\","
                        "\"wait_seconds\":1,\"detail\":null,\"done\":false}");
    ra_buf_free(&out);
}

/* All that was written so far. */
static const char *written(FILE *f)
{
    static char text[8192];
    size_t n;

    fflush(f);
    rewind(f);
    n = fread(text, 1, sizeof text - 1, f);
    fseek(f, 0, SEEK_END);
    text[n] = '\0';
    return text;
}

static void plain_lines_come_on_demand_with_every_running_phase(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);
    struct ra_phase *b = ra_progress_begin(p, "ad:contoso", 3, 10);

    (void)state;
    ra_progress_add(a, 4);
    ra_progress_add(b, 1);
    ra_progress_total(b, 20);
    ra_progress_show(p);
    assert_ptr_equal(strstr(written(f), "users: 4"), written(f));
    assert_non_null(strstr(written(f), "; ad:contoso: 4 of 20"));
    ra_progress_end(&a);
    assert_null(a);
    ra_progress_show(p);
    assert_non_null(strstr(written(f), "\nad:contoso: 4 of 20"));
    ra_progress_close(&p);
    assert_null(p);
    fclose(f);
}

static void a_signals_ask_is_answered_even_when_quiet(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_QUIET, f);
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);

    (void)state;
    ra_progress_ask();
    for (int i = 0; i < 3000 && ftell(f) == 0; i++)
        ra_sleep_ms(10);
    ra_progress_close(&p);
    (void)a;
    assert_string_equal(written(f), "users: 0\n");
    fclose(f);
}

static void as_json_the_end_of_a_phase_is_an_object(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_JSON, f);
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);

    (void)state;
    ra_progress_add(a, 3);
    ra_progress_end(&a);
    ra_progress_close(&p);
    assert_non_null(strstr(written(f), "\"phase\":\"users\",\"count\":3,"));
    assert_non_null(strstr(written(f), "\"done\":true}\n"));
    fclose(f);
}

static void moving_lines_are_taken_away_and_the_last_word_stays(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LIVE, f);
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);
    const char *text;

    (void)state;
    ra_progress_show(p);
    ra_progress_show(p);
    ra_progress_add(a, 2);
    ra_progress_end(&a);
    ra_progress_close(&p);
    text = written(f);
    assert_non_null(strstr(text, "users: 0\n\r\x1b[1A\x1b[Jusers: 0\n"));
    assert_non_null(strstr(text, "\r\x1b[1A\x1b[Jusers: 2"));
    assert_string_equal(text + strlen(text) - strlen(", done\n"), ", done\n");
    fclose(f);
}

static void a_log_line_goes_above_the_moving_ones(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LIVE, f);
    const char *text;
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);

    (void)state;
    ra_progress_show(p);
    ra_log_setup(RA_LOG_NORMAL, false);
    ra_log(RA_LOG_NORMAL, "a note of the test");
    ra_progress_end(&a);
    ra_progress_close(&p);
    text = written(f);
    assert_non_null(strstr(text, "users: 0\n\r\x1b[1A\x1b[J"));
    fclose(f);
}

static void *add_many(void *phase)
{
    for (int i = 0; i < 20000; i++)
        ra_progress_add(phase, 1);
    return NULL;
}

static void phases_are_fed_by_several_threads_at_once(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);
    struct ra_phase *phase[2] = {ra_progress_begin(p, "a", 0, 0), ra_progress_begin(p, "b", 0, 0)};
    pthread_t t[4];
    const char *text;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, add_many, phase[i % 2]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    ra_progress_show(p);
    text = written(f);
    assert_non_null(strstr(text, "a: 40,000"));
    assert_non_null(strstr(text, "b: 40,000"));
    ra_progress_close(&p);
    fclose(f);
}

static void a_wait_stands_on_the_line_of_its_phase(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);
    struct ra_phase *a = ra_progress_begin(p, "users", 0, 0);
    struct ra_progress_wait w = {.name = "users", .what = "throttled", .ms = 60000};

    (void)state;
    ra_progress_add(a, 5);
    ra_progress_wait(p, &w);
    w = (struct ra_progress_wait){.name = "users", .what = "retry", .ms = 50};
    ra_progress_wait(p, &w); /* does not hide the longer one */
    ra_progress_show(p);
    assert_non_null(strstr(written(f), "users: 5, throttled, 1 min to go\n"));
    ra_progress_close(&p);
    (void)a;
    fclose(f);
}

static void a_first_wait_is_told_at_once_even_in_plain_lines(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);
    const struct ra_progress_wait w = {
        .name = "roleAssignments", .what = "throttled", .detail = "try 2: 429", .ms = 7000};

    (void)state;
    ra_progress_wait(p, &w);
    for (int i = 0; i < 600 && !*written(f); i++)
        ra_sleep_ms(10);
    assert_non_null(strstr(written(f), "roleAssignments: 0, throttled (try 2: 429), "));
    ra_progress_close(&p);
    assert_null(strstr(written(f), "done"));
    fclose(f);
}

static void what_waited_before_it_counted_is_one_phase(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);
    const struct ra_progress_wait w = {.name = "users", .what = "retry", .ms = 60000};
    struct ra_phase *a;

    (void)state;
    ra_progress_wait(p, &w);
    a = ra_progress_begin(p, "users", 0, 0);
    ra_progress_add(a, 3);
    ra_progress_show(p);
    assert_non_null(strstr(written(f), "users: 3, retry, 1 min to go\n"));
    assert_null(strstr(written(f), "; "));
    ra_progress_close(&p);
    fclose(f);
}

static void before_the_first_phase_there_is_no_line(void **state)
{
    FILE *f = tmpfile();
    struct ra_progress *p = ra_progress_open(RA_PROGRESS_LINES, f);

    (void)state;
    ra_progress_show(p);
    ra_progress_close(&p);
    assert_string_equal(written(f), "");
    fclose(f);
}

static void without_progress_every_call_does_nothing(void **state)
{
    struct ra_progress *p = NULL;
    struct ra_phase *a = ra_progress_begin(p, "x", 0, 0);

    (void)state;
    assert_null(a);
    ra_progress_add(a, 1);
    ra_progress_total(a, 1);
    ra_progress_wait(p, &(struct ra_progress_wait){.name = "x", .what = "retry", .ms = 1});
    ra_progress_end(&a);
    ra_progress_show(p);
    ra_progress_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phase_tells_count_rate_and_the_rest_as_far_as_known),
        cmocka_unit_test(what_an_earlier_run_had_read_is_no_speed_of_this_one),
        cmocka_unit_test(a_wait_is_told_with_its_seconds),
        cmocka_unit_test(an_ended_phase_says_so),
        cmocka_unit_test(as_json_a_phase_has_null_for_what_is_unknown),
        cmocka_unit_test(plain_lines_come_on_demand_with_every_running_phase),
        cmocka_unit_test(a_signals_ask_is_answered_even_when_quiet),
        cmocka_unit_test(as_json_the_end_of_a_phase_is_an_object),
        cmocka_unit_test(moving_lines_are_taken_away_and_the_last_word_stays),
        cmocka_unit_test(a_log_line_goes_above_the_moving_ones),
        cmocka_unit_test(phases_are_fed_by_several_threads_at_once),
        cmocka_unit_test(a_wait_stands_on_the_line_of_its_phase),
        cmocka_unit_test(a_first_wait_is_told_at_once_even_in_plain_lines),
        cmocka_unit_test(what_waited_before_it_counted_is_one_phase),
        cmocka_unit_test(before_the_first_phase_there_is_no_line),
        cmocka_unit_test(without_progress_every_call_does_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
