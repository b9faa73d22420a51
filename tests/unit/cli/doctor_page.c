#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cli/doctor_page.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *doctor_page(doctor_checks *checks, struct ra_doctor *d)
{
    static char text[65536];
    FILE *taken = tmpfile();
    struct ra_err err = {0};
    int saved, rc;
    size_t n;

    assert_non_null(taken);
    fflush(stdout);
    saved = dup(STDOUT_FILENO);
    dup2(fileno(taken), STDOUT_FILENO);
    rc = checks(d, &err);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    rewind(taken);
    n = fread(text, 1, sizeof text - 1, taken);
    text[n] = '\0';
    fclose(taken);
    assert_int_equal(rc, 0);
    return text;
}

void doctor_says(doctor_checks *checks, struct ra_doctor *d, const char *words, int exit_status)
{
    const char *text = doctor_page(checks, d);

    if (!strstr(text, words))
        fail_msg("no \"%s\" in\n%s", words, text);
    assert_int_equal(d->exit_status, exit_status);
}
