/* A configuration written into a temporary folder, for the tests of this folder. */
#ifndef RA_TEST_CONFIG_GIVEN_H
#define RA_TEST_CONFIG_GIVEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TENANT  "[tenant]\nid = 88666888-0101-1111-bbbb-1234567890ab\n"
#define OFFLINE TENANT "source = files:/saved\n"

static inline int in_own_folder(void **state)
{
    char template[] = "/tmp/ra-config-XXXXXX";

    (void)state;
    return mkdtemp(template) && chdir(template) == 0 ? 0 : -1;
}

static inline int leave_folder(void **state)
{
    char *here = getcwd(NULL, 0), command[256];
    int rc;

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", here);
    rc = chdir("/") == 0 ? system(command) : -1;
    free(here);
    return rc;
}

static inline void write_file(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline struct ra_config *load(const char *text)
{
    struct ra_config *c = NULL;
    struct ra_err err = {0};

    write_file("t.conf", text, strlen(text));
    if (ra_config_load("t.conf", &c, &err) != 0)
        fail_msg("refused: %s", err.msg);
    return c;
}

/* The text is refused with exactly this message. */
static inline void refused(const char *text, const char *message)
{
    struct ra_config *c = NULL;
    struct ra_err err = {0};

    write_file("t.conf", text, strlen(text));
    assert_int_equal(ra_config_load("t.conf", &c, &err), -RA_ECONFIG);
    assert_null(c);
    assert_string_equal(err.msg, message);
}

#endif
