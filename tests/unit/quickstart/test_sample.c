/* The made-up organisation on a disk that does not take it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Writes it into DIR; what it says must have the words, none for success. */
static void writes(const char *dir, const char *words)
{
    char command[512], said[1024] = "";
    FILE *fp;
    size_t n;
    int status;

    snprintf(command, sizeof command, "%s %s 2>&1", SAMPLE_PROGRAM, dir);
    fp = popen(command, "r");
    assert_non_null(fp);
    n = fread(said, 1, sizeof said - 1, fp);
    said[n] = '\0';
    status = pclose(fp);
    assert_true(WIFEXITED(status));
    if ((WEXITSTATUS(status) == 0) != !words || (words && !strstr(said, words)))
        fail_msg("%d \"%s\", want \"%s\"", WEXITSTATUS(status), said, words ? words : "success");
}

static void what_cannot_be_written_is_named(void **state)
{
    char root[] = "/tmp/reanchor-sample.XXXXXX", path[128], command[64];

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/ad.ldif", root);
    assert_int_equal(symlink("/dev/full", path), 0);
    writes(root, "ad.ldif: cannot be written: No space left on device");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    writes(root, "ad.ldif: Is a directory");
    assert_int_equal(rmdir(path), 0);
    writes(root, NULL);
    writes("", "Usage");
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0); /* NOLINT: a folder of this test's own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_cannot_be_written_is_named)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
