/* Whatever is changed, removed, cut or exchanged in a folder of backups, check names the file. */
#include "tests/unit/backup/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKUPS 3

static char names[BACKUPS][RA_BACKUP_NAME_MAX];

static void seal_three(struct vault *v)
{
    v->sign = true;
    for (int i = 0; i < BACKUPS; i++) {
        vault_seal(v);
        memcpy(names[i], v->last.name, sizeof names[i]);
    }
    assert_int_equal(vault_faults(v, true, true), 0);
}

static void file_of(char *out, size_t size, int i, const char *suffix)
{
    snprintf(out, size, "%.60s%s", names[i], suffix);
}

/* Changes each byte in turn; every change must be blamed on the file. */
static void every_byte(struct vault *v, const char *file)
{
    char *path = vault_path(v, file, ""), *bytes;
    size_t n;

    bytes = vault_slurp(path, &n);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        const char was = bytes[i];
        struct ra_links c;
        bytes[i] = (char)(was ^ (1 << (i % 7))); /* punctuation, digits, letters, spaces alike */
        vault_spit(path, bytes, n);
        vault_check(v, true, false, &c);
        if (!vault_blames(&c, file))
            fail_msg("%s: byte %zu changed from '%c' to '%c', and nothing was said", file, i, was,
                     bytes[i]);
        ra_links_free(&c);
        bytes[i] = was;
    }
    vault_spit(path, bytes, n);
    assert_int_equal(vault_faults(v, true, false), 0);
    free(bytes);
    free(path);
}

static void a_changed_byte_of_any_manifest_shows(void **state)
{
    char file[96];

    seal_three(*state);
    for (int i = 1; i < BACKUPS; i++) { /* one inside of the chain, and the newest */
        file_of(file, sizeof file, i, RA_BACKUP_MANIFEST);
        every_byte(*state, file);
    }
}

static void a_changed_byte_of_a_signature_shows_comments_too(void **state)
{
    char file[96];

    seal_three(*state);
    file_of(file, sizeof file, 1, RA_BACKUP_SIGNED);
    every_byte(*state, file);
}

static void a_changed_byte_of_data_and_anchors_shows(void **state)
{
    char file[96];

    seal_three(*state);
    file_of(file, sizeof file, 1, RA_BACKUP_PLAIN);
    every_byte(*state, file);
    file_of(file, sizeof file, 0, RA_BACKUP_ANCHORS);
    every_byte(*state, file);
}

static void a_changed_byte_of_the_head_shows(void **state)
{
    struct vault *v = *state;
    char *path, *bytes;
    size_t n;

    seal_three(v);
    path = vault_path(v, RA_BACKUP_HEAD, "");
    bytes = vault_slurp(path, &n);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 1;
        vault_spit(path, bytes, n);
        assert_true(vault_faults(v, false, false) > 0);
        bytes[i] ^= 1;
    }
    free(bytes);
    free(path);
}

static void remove_file(struct vault *v, int i, const char *suffix)
{
    char *path = vault_path(v, names[i], suffix);

    assert_int_equal(unlink(path), 0);
    free(path);
}

static void assert_blamed(struct vault *v, int i, const char *suffix)
{
    struct ra_links c;
    char file[96];

    file_of(file, sizeof file, i, suffix);
    vault_check(v, true, false, &c);
    if (!vault_blames(&c, file))
        fail_msg("%s is not named", file);
    ra_links_free(&c);
}

static void remove_whole(struct vault *v, int i)
{
    remove_file(v, i, RA_BACKUP_MANIFEST);
    remove_file(v, i, RA_BACKUP_SIGNED);
    remove_file(v, i, RA_BACKUP_PLAIN);
    remove_file(v, i, RA_BACKUP_ANCHORS);
}

static void a_backup_removed_from_the_middle_shows(void **state)
{
    seal_three(*state);
    remove_whole(*state, 1);
    assert_blamed(*state, 1, RA_BACKUP_MANIFEST);
}

static void the_first_removed_shows(void **state)
{
    seal_three(*state);
    remove_whole(*state, 0);
    assert_blamed(*state, 0, RA_BACKUP_MANIFEST);
}

static void the_newest_removed_shows(void **state)
{
    seal_three(*state);
    remove_whole(*state, 2);
    assert_blamed(*state, 2, RA_BACKUP_MANIFEST);
}

static void each_file_that_is_missing_shows(void **state)
{
    static const char *const suffixes[] = {RA_BACKUP_SIGNED, RA_BACKUP_PLAIN, RA_BACKUP_ANCHORS};

    seal_three(*state);
    for (int i = 0; i < 3; i++) {
        remove_file(*state, i, suffixes[i]);
        assert_blamed(*state, i, suffixes[i]);
    }
}

static void swap(struct vault *v, const char *suffix)
{
    char *a = vault_path(v, names[0], suffix), *b = vault_path(v, names[1], suffix), *x, *y;
    size_t n, m;

    x = vault_slurp(a, &n);
    y = vault_slurp(b, &m);
    vault_spit(a, y, m);
    vault_spit(b, x, n);
    free(a);
    free(b);
    free(x);
    free(y);
}

static void two_swapped_show(void **state)
{
    static const char *const suffixes[] = {RA_BACKUP_MANIFEST, RA_BACKUP_SIGNED};
    struct vault *v = *state;

    seal_three(v);
    for (int s = 0; s < 2; s++) {
        swap(v, suffixes[s]);
        assert_blamed(v, 0, suffixes[s]);
        assert_blamed(v, 1, suffixes[s]);
        swap(v, suffixes[s]);
    }
    assert_int_equal(vault_faults(v, true, false), 0);
    v->anchor[0] = 'z'; /* data that differ */
    vault_seal(v);
    memcpy(names[1], v->last.name, sizeof names[1]);
    swap(v, RA_BACKUP_PLAIN);
    assert_blamed(v, 0, RA_BACKUP_PLAIN);
    assert_blamed(v, 1, RA_BACKUP_PLAIN);
    swap(v, RA_BACKUP_MANIFEST);
    swap(v, RA_BACKUP_SIGNED);
    swap(v, RA_BACKUP_ANCHORS); /* now the whole backups are exchanged */
    assert_blamed(v, 0, RA_BACKUP_MANIFEST);
    assert_blamed(v, 1, RA_BACKUP_MANIFEST);
}

static void a_file_cut_anywhere_shows(void **state)
{
    static const char *const suffixes[] = {RA_BACKUP_MANIFEST, RA_BACKUP_SIGNED, RA_BACKUP_PLAIN,
                                           RA_BACKUP_ANCHORS};
    struct vault *v = *state;

    seal_three(v);
    for (int s = 0; s < 4; s++) {
        char *path = vault_path(v, names[1], suffixes[s]), *bytes;
        size_t n;
        bytes = vault_slurp(path, &n);
        for (size_t cut = 0; cut<n; cut += n> 500 ? 37 : 1) {
            vault_spit(path, bytes, cut);
            assert_blamed(v, 1, suffixes[s]);
        }
        vault_spit(path, bytes, n);
        free(bytes);
        free(path);
    }
}

static void a_forged_link_without_the_key_shows(void **state)
{
    struct vault *v = *state;

    seal_three(v);
    v->sign = false; /* whoever may write the folder, but has no key */
    vault_seal(v);
    assert_int_equal(vault_faults(v, false, false), 0);
    memcpy(names[0], v->last.name, sizeof names[0]);
    assert_blamed(v, 0, RA_BACKUP_MANIFEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_byte_of_any_manifest_shows, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_changed_byte_of_a_signature_shows_comments_too, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_changed_byte_of_data_and_anchors_shows, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_changed_byte_of_the_head_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_backup_removed_from_the_middle_shows, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(the_first_removed_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(the_newest_removed_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(each_file_that_is_missing_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(two_swapped_show, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_file_cut_anywhere_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_forged_link_without_the_key_shows, vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
