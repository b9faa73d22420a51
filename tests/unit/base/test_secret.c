#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_secret_holds_its_bytes_with_a_nul_behind(void **state)
{
    struct ra_secret *s = ra_secret_new("a\0b", 3);

    (void)state;
    assert_int_equal(ra_secret_reveal(s).n, 3);
    assert_memory_equal(ra_secret_reveal(s).p, "a\0b", 4);
    ra_secret_free(&s);
    assert_null(s);
    ra_secret_free(&s);
    ra_secret_free(NULL);
}

static void a_secret_is_read_from_a_file_of_its_own(void **state)
{
    char path[] = "/tmp/ra-secret-XXXXXX";
    int fd = mkstemp(path);
    struct ra_secret *s = NULL;
    struct ra_err err;

    (void)state;
    assert_int_equal(write(fd, "hunter2\n", 8), 8);
    close(fd);
    assert_int_equal(ra_secret_read(path, &s, &err), 0);
    assert_string_equal(ra_secret_reveal(s).p, "hunter2");
    ra_secret_free(&s);
    assert_int_equal(chmod(path, 0604), 0);
    assert_int_equal(ra_secret_read(path, &s, &err), -RA_ECONFIG);
    assert_null(s);
    assert_null(strstr(err.msg, "hunter2"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_holds_its_bytes_with_a_nul_behind),
        cmocka_unit_test(a_secret_is_read_from_a_file_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
