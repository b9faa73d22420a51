/* By what an object is found, and that a record which cannot be read is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/lookup.h"
#include "recovery/cli/study.h"
#include "tests/support/failing_side.h"
#include "tests/support/mem_side.h"

#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct mem_side *ad, *cloud;
static struct ra_match_input in;
static struct ra_buf lists[2];

static int begin(void **state)
{
    static const char *const addresses[] = {"SMTP:anna@contoso.test", "smtp:a@contoso.test", NULL};
    static const char *const custom[] = {"employeeID", "s", "E-4711", NULL};
    struct ra_ad_object a = {.kind = RA_USER, .guid = RA_STR("0123456789abcdef")};
    struct ra_cloud_object c = {.kind = RA_USER, .id = RA_STR("aaaa")};

    (void)state;
    a.proxies = mem_list(&lists[0], addresses);
    a.custom = mem_list(&lists[1], custom);
    a.sam = RA_STR("anna");
    c.upn = RA_STR("anna@contoso.onmicrosoft.com");
    ad = mem_side_new("contoso", NULL, 0);
    cloud = mem_side_new("cloud", NULL, 0);
    mem_side_ad(ad, &a);
    mem_side_cloud(cloud, &c);
    in = (struct ra_match_input){.ad = mem_side_open(ad), .ad_n = 1, .cloud = mem_side_open(cloud)};
    return 0;
}

static int end(void **state)
{
    (void)state;
    mem_side_free(&ad);
    mem_side_free(&cloud);
    ra_buf_free(&lists[0]);
    ra_buf_free(&lists[1]);
    return 0;
}

static void finds(const char *key, size_t ad_n, size_t cloud_n)
{
    struct ra_lookup l;
    struct ra_err err = {0};

    assert_int_equal(ra_lookup(&in, ra_str(key), &l, &err), 0);
    if (l.ad_n != ad_n || l.cloud_n != cloud_n)
        fail_msg("%s: %zu and %zu", key, l.ad_n, l.cloud_n);
    ra_lookup_free(&l);
}

static void an_object_is_found_by_each_of_its_names(void **state)
{
    (void)state;
    finds("ANNA", 1, 0);
    finds("A@contoso.test", 1, 0); /* a further address */
    finds("E-4711", 1, 0);         /* the value of an attribute that may be the anchor */
    finds("e-4711", 0, 0);
    finds("anna@contoso.onmicrosoft.com", 0, 1);
    finds("AAAA", 0, 1);
    finds("bbbb", 0, 0);
}

static void from_whichever_read_fails_nothing_is_found(void **state)
{
    struct ra_side sides[2] = {failing_side(in.ad), failing_side(in.cloud)};
    struct ra_lookup l;
    long reads = 0;

    (void)state;
    in.ad = &sides[0];
    in.cloud = &sides[1];
    do {
        struct ra_err err = {0};
        int rc;
        failing_after(reads++);
        rc = ra_lookup(&in, RA_STR("anna"), &l, &err);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
        assert_int_equal(l.ad_n, failing_struck() ? 0 : 1);
        ra_lookup_free(&l);
    } while (failing_struck());
    assert_int_equal(reads, 3);
}

/* A page is as wide as the terminal that it goes to. */
static void a_terminal_says_how_wide_it_is(void **state)
{
    struct winsize size = {.ws_row = 24, .ws_col = 132};
    int master, slave, saved;
    unsigned width, unsized, file;

    (void)state;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    fflush(stdout);
    saved = dup(STDOUT_FILENO);
    dup2(slave, STDOUT_FILENO);
    width = ra_study_width();
    size.ws_col = 0;
    ioctl(slave, TIOCSWINSZ, &size);
    unsized = ra_study_width();
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(slave);
    close(master);
    file = isatty(STDOUT_FILENO) ? 0 : ra_study_width();
    assert_int_equal(width, 132);
    assert_int_equal(unsized, 80);
    assert_int_equal(file, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_object_is_found_by_each_of_its_names, begin, end),
        cmocka_unit_test_setup_teardown(from_whichever_read_fails_nothing_is_found, begin, end),
        cmocka_unit_test(a_terminal_says_how_wide_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
