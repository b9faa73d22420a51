/* The folder of a drill: what stands in its way, and what lies in it that cannot be removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static char store[] = "/tmp/ra-ground-XXXXXX";
static struct ra_config config;
static struct ra_cli cli = {.config = &config};

static int make_store(void **state)
{
    (void)state;
    strcpy(strrchr(store, '-'), "-XXXXXX");
    config.store.dir = mkdtemp(store);
    return config.store.dir ? 0 : -1;
}

static int remove_store(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "chmod -R u+w %s && rm -r %s", store, store);
    return system(command);
}

static const char *path(const char *name)
{
    static char text[128];

    snprintf(text, sizeof text, "%s/%s", store, name);
    return text;
}

static void open_fails(const char *want)
{
    struct ra_err err = {0};
    struct ra_ground g;

    assert_int_equal(ra_ground_open(&cli, &g, &err), -(int)RA_EIO);
    ra_ground_close(&g);
    assert_non_null(strstr(err.msg, want));
}

/* Whatever it leads to, it would be emptied. */
static void a_link_in_the_place_of_the_folder_is_not_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path("elsewhere"), 0700), 0);
    assert_int_equal(mkdir(path("elsewhere/precious"), 0700), 0);
    assert_int_equal(symlink("elsewhere", path("rehearsal")), 0);
    open_fails("/rehearsal: ");
    assert_int_equal(access(path("elsewhere/precious"), F_OK), 0);
}

/* As somebody else than root, whom no mode holds up. */
static void what_an_earlier_drill_left_and_nobody_can_remove_is_named(void **state)
{
    bool root = geteuid() == 0;
    FILE *f;

    (void)state;
    assert_int_equal(chmod(store, 0777), 0);
    if (root)
        assert_int_equal(seteuid(NOBODY), 0);
    assert_int_equal(mkdir(path("rehearsal"), 0700), 0);
    assert_int_equal(mkdir(path("rehearsal/tenant"), 0700), 0);
    f = fopen(path("rehearsal/tenant/ca.pem"), "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(chmod(path("rehearsal/tenant"), 0500), 0);
    open_fails("/rehearsal/tenant/ca.pem: cannot be removed: Permission denied");
    if (root)
        assert_int_equal(seteuid(0), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_store, remove_store)
    const struct CMUnitTest tests[] = {
        CASE(a_link_in_the_place_of_the_folder_is_not_followed),
        CASE(what_an_earlier_drill_left_and_nobody_can_remove_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
