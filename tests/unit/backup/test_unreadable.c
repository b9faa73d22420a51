/* Files of a backup that cannot be read at all: who asks for them is told which, and nothing older
 * is taken in their place. */
#include "recovery/backup/chain.h"
#include "recovery/backup/facts.h"
#include "recovery/backup/intern.h"
#include "recovery/backup/stream.h"
#include "tests/unit/backup/vault.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool disk_fails;

struct dirent *__real_readdir(DIR *d);
struct dirent *__wrap_readdir(DIR *d);
struct dirent *__wrap_readdir(DIR *d)
{
    if (!disk_fails)
        return __real_readdir(d);
    errno = EIO;
    return NULL;
}

static void must_say(const char *what, int rc, const struct ra_err *err, const char *words)
{
    if (rc != -(int)RA_EINTEGRITY || !strstr(err->msg, words))
        fail_msg("%s: %d \"%s\", want \"%s\"", what, rc, err->msg, words);
}

/* Else an older one would be taken for the state of now. */
static void the_newest_is_not_passed_over_because_it_is_damaged(void **state)
{
    struct vault *v = *state;
    struct ra_backup_manifest m;
    struct ra_err err = {0};
    char *path;

    vault_seal(v);
    vault_seal(v);
    path = vault_path(v, v->last.name, RA_BACKUP_MANIFEST);
    vault_spit(path, "{", 1);
    must_say("newest", ra_backup_manifest_read(v->dir, "newest", &m, &err), &err, v->last.name);
    assert_non_null(strstr(err.hint, "'reanchor backup check'"));
    must_say("by name", ra_backup_manifest_read(v->dir, v->last.name, &m, &err), &err, path);
    free(path);
}

static void a_folder_in_the_place_of_a_file_is_told(void **state)
{
    struct vault *v = *state;
    struct ra_links c;
    char *path;

    vault_seal(v);
    path = vault_path(v, v->last.anchors.name, "");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    vault_check(v, false, false, &c);
    assert_true(vault_blames(&c, v->last.anchors.name));
    ra_links_free(&c);
    free(path);
}

static int first_line(const char *path, struct ra_err *err)
{
    struct ra_source *s;
    struct ra_str line;
    int rc = ra_source_open(path, NULL, &s, err);

    if (rc == 0)
        rc = ra_source_line(s, &line, err);
    ra_source_close(&s);
    return rc;
}

static void data_that_are_not_there_or_none_are_told(void **state)
{
    struct vault *v = *state;
    struct ra_err err = {0};
    char path[100];

    snprintf(path, sizeof path, "%s/data", v->root);
    must_say("nothing", first_line(path, &err), &err, "No such file");
    vault_spit(path, "no zstd at all", 14);
    must_say("garbage", first_line(path, &err), &err, ": zstd: ");
    assert_int_equal(first_line(v->root, &err), -(int)RA_EIO); /* a folder */
}

static void a_manifest_that_its_room_does_not_hold_is_an_error(void **state)
{
    struct vault *v = *state;
    struct ra_err err = {0};
    struct ra_buf b;

    vault_seal(v);
    ra_buf_init(&b, 100);
    assert_int_equal(ra_manifest_encode(&v->last, &b, &err), -(int)RA_EINTERNAL);
    ra_buf_free(&b);
}

static void what_is_no_json_in_the_store_is_not_sealed(void **state)
{
    const struct ra_tenant tenant = {.flags_json = RA_STR("{")};
    const struct ra_result result = {0};
    const struct ra_backup_input in = {.tenant = &tenant, .result = &result};
    const struct ra_backup_manifest m = {0};
    struct ra_err err = {0};
    struct ra_buf b;
    uint64_t lines = 0;

    (void)state;
    ra_buf_init(&b, 1 << 16);
    must_say("features", ra_facts_write(&in, &m, &b, &lines, &err), &err, "is not JSON");
    ra_buf_free(&b);
}

static void a_folder_that_is_gone_is_told(void **state)
{
    const struct ra_links c = {.dir = "/nonexistent/backups"};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_links_begin(c.dir, &err), -(int)RA_ENOTFOUND);
    assert_int_equal(ra_links_tidy(&c, &err), -(int)RA_EIO);
    assert_non_null(strstr(err.msg, "/nonexistent/backups: No such file"));
}

/* What was listed up to there is not all. */
static void a_disk_that_fails_while_a_folder_is_listed_is_told(void **state)
{
    struct vault *v = *state;
    struct ra_err err = {0};
    struct ra_links c;
    int rc;

    vault_seal(v);
    vault_check(v, false, false, &c);
    disk_fails = true;
    rc = ra_links_tidy(&c, &err);
    disk_fails = false;
    assert_int_equal(rc, -(int)RA_EIO);
    assert_non_null(strstr(err.msg, ": cannot be listed: Input/output error"));
    ra_links_free(&c);
}

#define UNREADABLE(test) cmocka_unit_test_setup_teardown(test, vault_new, vault_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNREADABLE(the_newest_is_not_passed_over_because_it_is_damaged),
        UNREADABLE(a_folder_in_the_place_of_a_file_is_told),
        UNREADABLE(data_that_are_not_there_or_none_are_told),
        UNREADABLE(a_manifest_that_its_room_does_not_hold_is_an_error),
        UNREADABLE(what_is_no_json_in_the_store_is_not_sealed),
        UNREADABLE(a_folder_that_is_gone_is_told),
        UNREADABLE(a_disk_that_fails_while_a_folder_is_listed_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
