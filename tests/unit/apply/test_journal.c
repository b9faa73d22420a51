#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/journal_form.h"
#include "src/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char store[] = "/tmp/reanchor-journal-XXXXXX";
static bool lose_syncs;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    if (!lose_syncs)
        return __real_fdatasync(fd);
    errno = EIO;
    return -1;
}

static int make_store(void **state)
{
    (void)state;
    return mkdtemp(store) ? 0 : -1;
}

static int remove_store(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", store);
    return system(command);
}

static struct ra_plan_step two_steps[2];
static enum ra_step_state states[2];
static const char *messages[2];

static struct ra_batch sample(const char *id)
{
    static struct ra_plan_feature on = {{"blockSoftMatchEnabled", 21}, true};
    static struct ra_plan_feature off = {{"blockSoftMatchEnabled", 21}, false};
    struct ra_batch b = {.steps = two_steps, .states = states, .messages = messages, .n = 2};

    snprintf(b.head.id, sizeof b.head.id, "%s", id);
    b.head.created = 1780000000;
    b.head.tenant = RA_STR("7f3c0000-0000-0000-0000-000000000001");
    b.head.plan = RA_STR("abcd");
    b.head.confirmed = RA_STR("Contoso \"AG\"");
    two_steps[0] = (struct ra_plan_step){.id = RA_STR("s000001"),
                                         .op = RA_OP_SET_CONSISTENCY_GUID,
                                         .why = RA_ANCHOR_DRIFT,
                                         .undoable = true};
    two_steps[0].target = (struct ra_plan_target){
        RA_STR("contoso"), RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5"), RA_STR("CN=Ada")};
    two_steps[0].want.text = RA_STR("iGhmiAEBERG7uxI0VniQqw==");
    two_steps[1] = (struct ra_plan_step){
        .id = RA_STR("s000002"), .op = RA_OP_SET_FEATURES, .why = RA_SOFT_SMTP, .undoable = true};
    two_steps[1].target.id = b.head.tenant;
    two_steps[1].have = (struct ra_plan_value){.features = &on, .features_n = 1};
    two_steps[1].want = (struct ra_plan_value){.features = &off, .features_n = 1};
    two_steps[1].undo = two_steps[1].have;
    states[0] = states[1] = RA_STEP_PENDING;
    messages[0] = messages[1] = NULL;
    return b;
}

static struct ra_journal *created(const char *id)
{
    struct ra_batch b = sample(id);
    struct ra_journal *j = NULL;
    struct ra_err err = {0};
    int lock = ra_journal_lock(store, 0, &err);

    assert_true(lock >= 0);
    if (ra_journal_create(store, &b, &j, &err) != 0)
        fail_msg("%s", err.msg);
    close(lock);
    return j;
}

static char *bytes_of(const char *id)
{
    struct ra_buf path, bytes;
    struct ra_err err = {0};
    char *text;

    ra_journal_path(store, id, RA_JOURNAL_END, &path);
    assert_int_equal(ra_file_read(ra_buf_z(&path), RA_JOURNAL_MAX, RA_EINPUT, &bytes, &err), 0);
    text = strdup(ra_buf_z(&bytes));
    ra_buf_free(&path);
    ra_buf_free(&bytes);
    return text;
}

static void remove_journal(const char *id)
{
    struct ra_buf path;

    ra_journal_path(store, id, RA_JOURNAL_END, &path);
    assert_int_equal(unlink(ra_buf_z(&path)), 0);
    ra_buf_free(&path);
}

static void what_is_read_is_what_was_written(void **state)
{
    struct ra_journal *j = created("20260101T000000Z-0001");
    struct ra_err err = {0};
    struct ra_batch b;

    (void)state;
    assert_int_equal(ra_journal_result(j, RA_STR("s000001"), RA_STEP_DENIED, "no \"right\"", &err),
                     0);
    assert_int_equal(ra_journal_window(j, RA_WINDOW_OPENED, &err), 0);
    ra_journal_close(&j);
    assert_int_equal(ra_batch_read(store, "20260101T000000Z-0001", &b, &err), 0);
    assert_int_equal(b.n, 2);
    assert_int_equal(b.head.created, 1780000000);
    assert_true(ra_str_eq(b.head.confirmed, RA_STR("Contoso \"AG\"")));
    assert_true(ra_str_absent(b.head.rollback_of));
    assert_true(ra_str_eq(b.steps[0].target.dn, RA_STR("CN=Ada")));
    assert_true(ra_str_eq(b.steps[0].want.text, two_steps[0].want.text));
    assert_true(ra_str_absent(b.steps[0].have.text));
    assert_int_equal(b.steps[1].undo.features_n, 1);
    assert_true(b.steps[1].undo.features[0].on);
    assert_int_equal(b.states[0], RA_STEP_DENIED);
    assert_string_equal(b.messages[0], "no \"right\"");
    assert_int_equal(b.states[1], RA_STEP_PENDING);
    assert_int_equal(b.window, RA_WINDOW_OPENED);
    assert_false(b.ended);
    ra_batch_free(&b);
}

static void a_torn_last_line_is_dropped_and_the_journal_goes_on(void **state)
{
    struct ra_journal *j = created("20260101T000000Z-0002");
    struct ra_err err = {0};
    struct ra_batch b;
    struct ra_buf path;
    char *text;

    (void)state;
    assert_int_equal(ra_journal_result(j, RA_STR("s000001"), RA_STEP_WRITTEN, NULL, &err), 0);
    assert_int_equal(ra_journal_end(j, "done", &err), 0);
    ra_journal_close(&j);
    text = bytes_of("20260101T000000Z-0002");
    ra_journal_path(store, "20260101T000000Z-0002", RA_JOURNAL_END, &path);
    assert_int_equal(ra_file_write(ra_buf_z(&path), text, strlen(text) - 7, &err), 0);
    assert_int_equal(ra_journal_resume(store, "20260101T000000Z-0002", &j, &err), 0);
    assert_int_equal(ra_journal_result(j, RA_STR("s000002"), RA_STEP_ALREADY, NULL, &err), 0);
    ra_journal_close(&j);
    assert_int_equal(ra_batch_read(store, "20260101T000000Z-0002", &b, &err), 0);
    assert_false(b.ended);
    assert_int_equal(b.states[0], RA_STEP_WRITTEN);
    assert_int_equal(b.states[1], RA_STEP_ALREADY);
    ra_batch_free(&b);
    ra_buf_free(&path);
    free(text);
}

/* Any byte changed, any line taken out, moved or put in twice, and any end before the last intent.
 */
static void any_other_damage_is_seen(void **state)
{
    struct ra_journal *j = created("20260101T000000Z-0003");
    struct ra_err err = {0};
    struct ra_batch b;
    char *text, *second, *third;
    size_t n, whole;

    (void)state;
    assert_int_equal(ra_journal_result(j, RA_STR("s000001"), RA_STEP_WRITTEN, NULL, &err), 0);
    assert_int_equal(ra_journal_end(j, "done", &err), 0);
    ra_journal_close(&j);
    text = bytes_of("20260101T000000Z-0003");
    n = strlen(text);
    for (size_t at = 0; at < n - 1; at++) {
        text[at] ^= 1;
        if (ra_batch_decode(ra_str_n(text, n), "j", &b, &whole, &err) != -(int)RA_EINTEGRITY)
            fail_msg("a changed byte at %zu was not seen", at);
        text[at] ^= 1;
    }
    second = strchr(text, '\n') + 1;
    third = strchr(second, '\n') + 1;
    for (size_t cut = 0; cut < (size_t)(third - text); cut++)
        assert_int_equal(ra_batch_decode(ra_str_n(text, cut), "j", &b, &whole, &err),
                         -RA_EINTEGRITY);
    memmove(second, third, strlen(third) + 1);
    assert_int_equal(ra_batch_decode(ra_str(text), "j", &b, &whole, &err), -RA_EINTEGRITY);
    assert_string_equal(err.msg, "j: line 2 is not what its checksum says");
    free(text);
}

/* The JSON of a line, without its checksum and its end. */
static struct ra_str json_of(const char *text, size_t line)
{
    while (line--)
        text = strchr(text, '\n') + 1;
    text += RA_SUM_TEXT;
    return ra_str_n(text, (size_t)(strchr(text, '\n') - text));
}

/* With the checksums that apply would have written. */
static int decoded(const struct ra_str *lines, size_t n, struct ra_err *err)
{
    char sum[RA_SUM_TEXT] = "", next[RA_SUM_TEXT];
    struct ra_buf b;
    struct ra_batch batch;
    size_t whole;
    int rc;

    ra_buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < n; i++) {
        ra_journal_sum(sum, lines[i], next);
        memcpy(sum, next, sizeof sum);
        ra_buf_printf(&b, "%s " RA_STR_FMT "\n", sum, RA_STR_ARG(lines[i]));
    }
    rc = ra_batch_decode(ra_str_n(b.p, b.n), "j", &batch, &whole, err);
    ra_batch_free(&batch);
    ra_buf_free(&b);
    return rc;
}

static void what_fits_its_checksum_and_is_no_journal_is_damage(void **state)
{
    struct ra_journal *j = created("20260101T000000Z-0004");
    struct ra_err err = {0};
    char *text;
    struct ra_str head, one, two;

    (void)state;
    ra_journal_close(&j);
    text = bytes_of("20260101T000000Z-0004");
    head = json_of(text, 0);
    one = json_of(text, 1);
    two = json_of(text, 2);
    const struct {
        struct ra_str lines[4];
        size_t n;
        const char *message;
    } cases[] = {
        {{head, one, two}, 3, NULL},
        {{head, RA_STR("{\"type\":\"intent\",\"step\":\"s1\",\"op\":\"ad.make_tea\"}")},
         2,
         "j: line 2 is no intent"},
        {{head, one, two, two}, 4, "j: line 4 is no intent"},
        {{head, one, RA_STR("{\"type\":\"result\",\"step\":\"s000001\",\"state\":\"written\"}")},
         3,
         "j: line 3 comes before the last intent"},
        {{head, one, two, RA_STR("{\"type\":\"result\",\"step\":\"s9\",\"state\":\"written\"}")},
         4,
         "j: line 4 is a result of nothing that was intended"},
        {{head, one, two, RA_STR("{\"type\":\"poem\"}")},
         4,
         "j: line 4 is of no kind that a journal has"},
        {{head, one, two, RA_STR("{\"type\":\"window\",\"state\":\"ajar\"}")},
         4,
         "j: line 4 is of no kind that a journal has"},
        {{head, one, RA_STR("[]")}, 3, "j: line 3 is no JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err = (struct ra_err){0};
        assert_int_equal(decoded(cases[i].lines, cases[i].n, &err),
                         cases[i].message ? -(int)RA_EINTEGRITY : 0);
        if (cases[i].message)
            assert_string_equal(err.msg, cases[i].message);
    }
    free(text);
    remove_journal("20260101T000000Z-0004");
}

static void a_journal_under_another_name_is_damage(void **state)
{
    static const char id[] = "20260101T000000Z-0005", other[] = "20260101T000000Z-0006";
    struct ra_journal *j = created(id);
    struct ra_err err = {0};
    struct ra_buf path, moved;
    struct ra_batch b;

    (void)state;
    ra_journal_close(&j);
    ra_journal_path(store, id, RA_JOURNAL_END, &path);
    ra_journal_path(store, other, RA_JOURNAL_END, &moved);
    assert_int_equal(rename(ra_buf_z(&path), ra_buf_z(&moved)), 0);
    assert_int_equal(ra_batch_read(store, other, &b, &err), -RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, "is the journal of batch 20260101T000000Z-0005"));
    ra_buf_free(&path);
    ra_buf_free(&moved);
    remove_journal(other);
}

struct listed {
    char ids[8][RA_BATCH_ID];
    bool ended[8];
    size_t n;
};

static int note(void *ctx, const struct ra_batch_head *head, bool ended, struct ra_err *err)
{
    struct listed *l = ctx;

    (void)err;
    memcpy(l->ids[l->n], head->id, sizeof head->id);
    l->ended[l->n++] = ended;
    return 0;
}

static void all_batches_are_listed_with_their_end(void **state)
{
    struct listed l = {0};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_journal_list(store, note, &l, &err), 0);
    assert_int_equal(l.n, 3);
    assert_string_equal(l.ids[0], "20260101T000000Z-0001");
    assert_false(l.ended[0]);
    assert_false(l.ended[1]);
    assert_true(l.ended[2]);
    assert_int_equal(ra_journal_list("/nonexistent", note, &l, &err), 0);
}

static void a_batch_that_is_not_there_and_a_name_that_is_none(void **state)
{
    struct ra_err err = {0};
    struct ra_batch b;

    (void)state;
    assert_int_equal(ra_batch_read(store, "20200101T000000Z-ffff", &b, &err), -RA_ENOTFOUND);
    assert_int_equal(ra_batch_read(store, "../../etc/passwd", &b, &err), -RA_ENOTFOUND);
    assert_string_equal(err.msg, "'../../etc/passwd' is not the name of a batch");
}

static void one_lock_at_a_time(void **state)
{
    struct ra_err err = {0};
    int lock = ra_journal_lock(store, 0, &err);

    (void)state;
    assert_true(lock >= 0);
    assert_int_equal(ra_journal_lock(store, 0, &err), -RA_ELOCKED);
    close(lock);
    lock = ra_journal_lock(store, 0, &err);
    assert_true(lock >= 0);
    close(lock);
}

/* A link where a file of the journal is to be made, to a file that must stay as it is. */
static void plant_link(const char *name, const char *end)
{
    struct ra_buf path;
    struct ra_err err = {0};
    char victim[128];

    snprintf(victim, sizeof victim, "%s/victim", store);
    assert_int_equal(ra_file_write(victim, "untouched", 9, &err), 0);
    ra_journal_path(store, name, end, &path);
    unlink(ra_buf_z(&path));
    assert_int_equal(symlink(victim, ra_buf_z(&path)), 0);
    ra_buf_free(&path);
}

static void victim_is_untouched(const char *name, const char *end)
{
    struct ra_buf path, bytes;
    struct ra_err err = {0};
    char victim[128];

    snprintf(victim, sizeof victim, "%s/victim", store);
    assert_int_equal(ra_file_read(victim, 100, RA_EINPUT, &bytes, &err), 0);
    assert_string_equal(ra_buf_z(&bytes), "untouched");
    ra_buf_free(&bytes);
    ra_journal_path(store, name, end, &path);
    assert_int_equal(unlink(ra_buf_z(&path)), 0);
    ra_buf_free(&path);
}

static void a_link_is_not_followed_to_write_a_journal(void **state)
{
    static const char id[] = "20260101T000000Z-0009";
    struct ra_batch b = sample(id);
    struct ra_journal *j = created(id);
    struct ra_err err = {0};

    (void)state;
    ra_journal_close(&j);
    plant_link("lock", "");
    assert_int_equal(ra_journal_lock(store, 0, &err), -RA_EIO);
    assert_non_null(strstr(err.msg, "/journal/lock: Too many levels of symbolic links"));
    victim_is_untouched("lock", "");
    plant_link(id, ".part");
    assert_int_equal(ra_journal_create(store, &b, &j, &err), -RA_EIO);
    assert_null(j);
    victim_is_untouched(id, ".part");
}

static void a_journal_that_is_a_link_is_not_written_on(void **state)
{
    static const char id[] = "20260101T000000Z-0010";
    struct ra_journal *j = created(id);
    struct ra_err err = {0};
    struct ra_buf path, aside;

    (void)state;
    ra_journal_close(&j);
    ra_journal_path(store, id, RA_JOURNAL_END, &path);
    ra_journal_path(store, id, ".aside", &aside);
    assert_int_equal(rename(ra_buf_z(&path), ra_buf_z(&aside)), 0);
    assert_int_equal(symlink(ra_buf_z(&aside), ra_buf_z(&path)), 0);
    assert_int_equal(ra_journal_resume(store, id, &j, &err), -RA_EIO);
    assert_null(j);
    assert_non_null(strstr(err.msg, "symbolic links"));
    unlink(ra_buf_z(&path));
    unlink(ra_buf_z(&aside));
    ra_buf_free(&path);
    ra_buf_free(&aside);
}

/* ---- what cannot be written or read ---- */

static int create(const char *id, struct ra_err *err)
{
    struct ra_batch b = sample(id);
    struct ra_journal *j = NULL;
    int rc = ra_journal_create(store, &b, &j, err);

    assert_int_equal(rc == 0, j != NULL);
    ra_journal_close(&j);
    return rc;
}

static void a_journal_that_the_disk_does_not_take_is_no_batch(void **state)
{
    static const char id[] = "20260101T000000Z-0011";
    struct rlimit was, none;
    struct ra_journal *j;
    struct ra_err err = {0};
    struct ra_buf path;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    none = (struct rlimit){0, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_int_equal(create(id, &err), -RA_EIO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_non_null(strstr(err.msg, "cannot be written"));
    err = (struct ra_err){0};
    ra_journal_sweep(store); /* as the next run begins */
    ra_journal_path(store, id, RA_JOURNAL_END, &path);
    assert_int_equal(mkdir(ra_buf_z(&path), 0700), 0); /* a folder has its name */
    assert_int_equal(create(id, &err), -RA_EIO);
    if (!strstr(err.msg, ": rename: "))
        fail_msg("%s", err.msg);
    assert_int_equal(rmdir(ra_buf_z(&path)), 0);
    ra_buf_free(&path);
    ra_journal_sweep(store);
    j = created(id);
    lose_syncs = true;
    assert_int_equal(ra_journal_sync(j, &err), -RA_EIO);
    lose_syncs = false;
    assert_non_null(strstr(err.msg, "cannot be synced"));
    ra_journal_close(&j);
    remove_journal(id);
}

static void a_folder_of_journals_that_is_none_is_told(void **state)
{
    struct listed l = {0};
    struct ra_err err = {0};
    char file[64];

    (void)state;
    snprintf(file, sizeof file, "%s/file", store);
    assert_int_equal(ra_file_write(file, "", 0, &err), 0);
    assert_int_equal(ra_journal_list(file, note, &l, &err), -RA_EIO);
    assert_true(ra_journal_lock(file, 0, &err) < 0);
    unlink(file);
}

static void a_journal_that_leads_nowhere_is_told(void **state)
{
    struct listed l = {0};
    struct ra_err err = {0};
    struct ra_buf path;

    (void)state;
    ra_journal_path(store, "20250101T000000Z-0001", RA_JOURNAL_END, &path);
    assert_int_equal(symlink("nowhere", ra_buf_z(&path)), 0);
    assert_int_equal(ra_journal_list(store, note, &l, &err), -RA_EIO);
    assert_int_equal(unlink(ra_buf_z(&path)), 0);
    assert_int_equal(ra_file_write(ra_buf_z(&path), "no end", 6, &err), 0);
    assert_int_equal(ra_journal_list(store, note, &l, &err), -RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, "is not what its checksum says"));
    assert_int_equal(unlink(ra_buf_z(&path)), 0);
    ra_buf_free(&path);
}

static void a_last_line_without_a_checksum_has_none(void **state)
{
    char sum[RA_SUM_TEXT] = "x";

    (void)state;
    ra_journal_last_sum(RA_STR("short\n"), sum);
    assert_string_equal(sum, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(a_torn_last_line_is_dropped_and_the_journal_goes_on),
        cmocka_unit_test(any_other_damage_is_seen),
        cmocka_unit_test(what_fits_its_checksum_and_is_no_journal_is_damage),
        cmocka_unit_test(a_journal_under_another_name_is_damage),
        cmocka_unit_test(all_batches_are_listed_with_their_end),
        cmocka_unit_test(a_batch_that_is_not_there_and_a_name_that_is_none),
        cmocka_unit_test(one_lock_at_a_time),
        cmocka_unit_test(a_link_is_not_followed_to_write_a_journal),
        cmocka_unit_test(a_journal_that_the_disk_does_not_take_is_no_batch),
        cmocka_unit_test(a_folder_of_journals_that_is_none_is_told),
        cmocka_unit_test(a_journal_that_leads_nowhere_is_told),
        cmocka_unit_test(a_last_line_without_a_checksum_has_none),
        cmocka_unit_test(a_journal_that_is_a_link_is_not_written_on),
    };

    return cmocka_run_group_tests(tests, make_store, remove_store);
}
