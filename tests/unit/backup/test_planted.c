/* Symbolic links that somebody planted where a backup writes: refused or replaced, never followed.
 */
#include "recovery/backup/intern.h"
#include "tests/unit/backup/vault.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char victim[100];

/* A link at DIR/NAME to a file that must stay as it is; what was there has gone. */
static void plant(struct vault *v, const char *name)
{
    char *path = vault_path(v, name, "");

    snprintf(victim, sizeof victim, "%s/victim", v->root);
    vault_spit(victim, "untouched", 9);
    unlink(path);
    assert_int_equal(symlink(victim, path), 0);
    free(path);
}

static void victim_is_untouched(void)
{
    size_t n;
    char *text = vault_slurp(victim, &n);

    assert_int_equal(n, 9);
    assert_memory_equal(text, "untouched", 9);
    free(text);
}

static bool is_link(struct vault *v, const char *name)
{
    char *path = vault_path(v, name, "");
    struct stat st;
    bool link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);

    free(path);
    return link;
}

static void refuses(struct vault *v, const char *name)
{
    struct ra_err err = {0};

    plant(v, name);
    assert_int_equal(vault_try_seal(v, &err), -RA_EIO);
    if (!strstr(err.msg, name))
        fail_msg("\"%s\" does not name %s", err.msg, name);
    victim_is_untouched();
}

static void a_lock_that_is_a_link_is_not_taken(void **state)
{
    struct vault *v = *state;

    vault_seal(v);
    refuses(v, "lock");
    assert_true(is_link(v, "lock"));
}

static void a_link_to_the_head_is_replaced_and_not_followed(void **state)
{
    struct vault *v = *state;
    char *path = vault_path(v, RA_BACKUP_HEAD, ""), *kept;
    size_t n, m;

    vault_seal(v);
    kept = vault_slurp(path, &n);
    snprintf(victim, sizeof victim, "%s/victim", v->root);
    vault_spit(victim, kept, n); /* the same head, so that the chain is whole */
    unlink(path);
    assert_int_equal(symlink(victim, path), 0);
    vault_seal(v);
    assert_false(is_link(v, RA_BACKUP_HEAD));
    free(path);
    path = vault_slurp(victim, &m);
    assert_int_equal(m, n);
    assert_memory_equal(path, kept, n);
    assert_int_equal(vault_faults(v, false, true), 0);
    free(path);
    free(kept);
}

/* What a backup's files are called behind its name: as many as fit. */
static size_t endings(struct vault *v, char out[][64], size_t most)
{
    DIR *d = opendir(v->dir);
    struct dirent *e;
    size_t n = 0, name = strlen(v->last.name);

    assert_non_null(d);
    while ((e = readdir(d)) != NULL)
        if (strncmp(e->d_name, v->last.name, name) == 0 && n + 1 < most) {
            snprintf(out[n++], 64, "%s", e->d_name + name);
            snprintf(out[n++], 64, "%s.part", e->d_name + name);
        }
    closedir(d);
    return n;
}

static void a_link_in_the_place_of_any_file_of_a_backup_is_not_followed(void **state)
{
    struct vault *v = *state;
    char ends[16][64], name[RA_BACKUP_NAME_MAX], planted[160];
    struct ra_err err = {0};
    size_t n;

    v->sign = true;
    vault_seal(v);
    n = endings(v, ends, 16);
    assert_true(n >=
                6); /* the anchors, the manifest and its signature, each while it is written too */
    for (size_t i = 0; i < n; i++) {
        ra_backup_name(v->now, RA_BACKUP_SEALED, name);
        snprintf(planted, sizeof planted, "%s%s", name, ends[i]);
        plant(v, planted);
        (void)vault_try_seal(v, &err); /* may do without that name */
        victim_is_untouched();
        if (is_link(v, planted)) {
            char *path = vault_path(v, planted, "");
            unlink(path);
            free(path);
        }
        vault_seal(v);
        assert_int_equal(vault_faults(v, true, true), 0);
    }
}

int main(void)
{
#define PLANTED(test) cmocka_unit_test_setup_teardown(test, vault_new, vault_free)
    const struct CMUnitTest tests[] = {
        PLANTED(a_lock_that_is_a_link_is_not_taken),
        PLANTED(a_link_to_the_head_is_replaced_and_not_followed),
        PLANTED(a_link_in_the_place_of_any_file_of_a_backup_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
