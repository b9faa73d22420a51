#include "recovery/apply/journal.h"

#include "recovery/apply/journal_form.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/ident.h"
#include "src/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *const state_names[RA_STEP_STATES] = {
    [RA_STEP_PENDING] = "pending", [RA_STEP_WRITTEN] = "written", [RA_STEP_RECOVERED] = "recovered",
    [RA_STEP_ALREADY] = "already", [RA_STEP_DENIED] = "denied",   [RA_STEP_CHANGED] = "changed",
    [RA_STEP_FAILED] = "failed",   [RA_STEP_KEPT] = "kept"};
const char *const ra_window_state_names[] = {"none", "opened", "closed", "rescued"};

const char *ra_step_state_name(enum ra_step_state s)
{
    return state_names[s];
}

void ra_journal_sum(const char before[RA_SUM_TEXT], struct ra_str text, char out[RA_SUM_TEXT])
{
    crypto_hash_sha256_state s;
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_init(&s);
    crypto_hash_sha256_update(&s, (const unsigned char *)before, strlen(before));
    crypto_hash_sha256_update(&s, (const unsigned char *)text.p, text.n);
    crypto_hash_sha256_final(&s, digest);
    sodium_bin2hex(out, RA_SUM_TEXT, digest, (RA_SUM_TEXT - 1) / 2);
}

/* ---- places ---- */

void ra_journal_path(const char *store_dir, const char *name, const char *end, struct ra_buf *out)
{
    ra_buf_init(out, 65536);
    ra_buf_printf(out, "%s/journal%s%s%s", store_dir, *name ? "/" : "", name, end);
}

/* Other commands take it for a moment, to see whether anybody is alive. */
static bool take_lock(int fd, int64_t patience_ms)
{
    int64_t end = ra_monotonic_ms() + patience_ms;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (ra_monotonic_ms() >= end)
            return false;
        ra_sleep_ms(50);
    }
    return true;
}

int ra_journal_lock(const char *store_dir, int64_t patience_ms, struct ra_err *err)
{
    struct ra_buf path;
    int fd = -1, rc;

    ra_journal_path(store_dir, "", "", &path);
    rc = ra_dir_make(ra_buf_z(&path), err);
    ra_buf_free(&path);
    if (rc != 0)
        return rc;
    ra_journal_path(store_dir, "lock", "", &path);
    fd = open(ra_buf_z(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        rc = ra_fail(err, RA_EIO, "%s: %s", ra_buf_z(&path), strerror(errno));
    else if (!take_lock(fd, patience_ms)) {
        rc = ra_fail(err, RA_ELOCKED, "%s: a run of apply is alive", ra_buf_z(&path));
        ra_hint(err, "wait for it to end, or end it: it closes what it has opened");
    }
    ra_buf_free(&path);
    if (rc != 0 && fd >= 0)
        close(fd);
    return rc != 0 ? rc : fd;
}

void ra_batch_name(char out[RA_BATCH_ID])
{
    char now[RA_TIME_TEXT];
    struct ra_guid g;
    size_t n = 0;

    ra_time_text(ra_now(), now);
    ra_guid_random(&g);
    for (const char *p = now; *p; p++)
        if (*p != '-' && *p != ':')
            out[n++] = *p;
    snprintf(out + n, RA_BATCH_ID - n, "-%02x%02x", g.b[0], g.b[1]);
}

void ra_journal_sweep(const char *store_dir)
{
    struct ra_buf pattern;
    glob_t g = {0};

    ra_journal_path(store_dir, "*", ".part", &pattern);
    if (glob(ra_buf_z(&pattern), GLOB_NOSORT, NULL, &g) == 0)
        for (size_t i = 0; i < g.gl_pathc; i++)
            unlink(g.gl_pathv[i]);
    globfree(&g);
    ra_buf_free(&pattern);
}

/* ---- lines ---- */

struct ra_journal {
    int fd;
    char *path;
    char sum[RA_SUM_TEXT];
    struct ra_buf text, out; /* one line's JSON; lines waiting to be written */
};

static int write_out(struct ra_journal *j, struct ra_err *err)
{
    size_t at = 0;

    if (j->out.overflow)
        return ra_fail(err, RA_EINTERNAL, "%s: larger than a journal may be", j->path);
    while (at < j->out.n) {
        ssize_t n = write(j->fd, j->out.p + at, j->out.n - at);
        if (n < 0 && errno != EINTR)
            return ra_fail(err, RA_EIO, "%s: cannot be written: %s", j->path, strerror(errno));
        at += n > 0 ? (size_t)n : 0;
    }
    ra_buf_clear(&j->out);
    return 0;
}

static void begin_line(struct ra_journal *j, struct ra_json *out, const char *type)
{
    ra_buf_clear(&j->text);
    ra_json_init(out, &j->text);
    ra_json_object(out);
    ra_json_key(out, "type");
    ra_json_z(out, type);
}

static void end_line(struct ra_journal *j, struct ra_json *out)
{
    char sum[RA_SUM_TEXT];

    ra_json_object_end(out);
    ra_journal_sum(j->sum, ra_str_n(j->text.p, j->text.n), sum);
    memcpy(j->sum, sum, sizeof sum);
    ra_buf_printf(&j->out, "%s ", sum);
    ra_buf_put(&j->out, j->text.p, j->text.n);
    ra_buf_putc(&j->out, '\n');
    j->out.overflow = j->out.overflow || j->text.overflow;
}

static void put(struct ra_json *out, const char *key, struct ra_str s)
{
    ra_json_key(out, key);
    ra_json_str(out, s);
}

static void put_value(struct ra_json *out, const char *key, const struct ra_plan_value *v)
{
    ra_json_key(out, key);
    if (v->features_n == 0) {
        ra_json_str(out, v->text);
        return;
    }
    ra_json_object(out);
    for (size_t i = 0; i < v->features_n; i++) {
        ra_json_key_str(out, v->features[i].name);
        ra_json_bool(out, v->features[i].on);
    }
    ra_json_object_end(out);
}

static void put_head(struct ra_journal *j, const struct ra_batch_head *h, size_t steps)
{
    char created[RA_TIME_TEXT];
    struct ra_json out;

    ra_time_text(h->created, created);
    begin_line(j, &out, "batch");
    ra_json_key(&out, "format");
    ra_json_int(&out, RA_JOURNAL_FORMAT);
    put(&out, "batch", ra_str(h->id));
    put(&out, "created", ra_str(created));
    put(&out, "tenant", h->tenant);
    put(&out, "plan", h->plan);
    put(&out, "rollback_of", h->rollback_of);
    put(&out, "overruled", h->overruled);
    put(&out, "confirmed", h->confirmed);
    ra_json_key(&out, "steps");
    ra_json_int(&out, (long long)steps);
    end_line(j, &out);
}

static void put_intent(struct ra_journal *j, const struct ra_plan_step *s)
{
    struct ra_json out;

    begin_line(j, &out, "intent");
    put(&out, "step", s->id);
    put(&out, "op", ra_str(ra_plan_op_name(s->op)));
    put(&out, "why", ra_str(ra_code_info(s->why)->name));
    put(&out, "directory", s->target.directory);
    put(&out, "id", s->target.id);
    put(&out, "dn", s->target.dn);
    put_value(&out, "have", &s->have);
    put_value(&out, "want", &s->want);
    ra_json_key(&out, "undoable");
    ra_json_bool(&out, s->undoable);
    put_value(&out, "undo", &s->undo);
    end_line(j, &out);
}

static void put_result(struct ra_journal *j, struct ra_str step, enum ra_step_state state,
                       const char *message)
{
    struct ra_json out;

    begin_line(j, &out, "result");
    put(&out, "step", step);
    put(&out, "state", ra_str(state_names[state]));
    put(&out, "message", ra_str(message));
    end_line(j, &out);
}

/* ---- files ---- */

static struct ra_journal *new_journal(char *path, int fd)
{
    struct ra_journal *j = ra_calloc(1, sizeof *j);

    j->fd = fd;
    j->path = path;
    ra_buf_init(&j->text, (size_t)1 << 20);
    ra_buf_init(&j->out, RA_JOURNAL_MAX);
    return j;
}

void ra_journal_close(struct ra_journal **jp)
{
    struct ra_journal *j = *jp;

    if (!j)
        return;
    if (j->fd >= 0)
        close(j->fd);
    ra_buf_free(&j->text);
    ra_buf_free(&j->out);
    free(j->path);
    free(j);
    *jp = NULL;
}

int ra_journal_sync(struct ra_journal *j, struct ra_err *err)
{
    if (fdatasync(j->fd) == 0)
        return 0;
    return ra_fail(err, RA_EIO, "%s: cannot be synced: %s", j->path, strerror(errno));
}

/* The batch begins with the rename: what was not named had written nothing yet. */
static int give_name(struct ra_journal *j, const char *store_dir, const char *id,
                     struct ra_err *err)
{
    struct ra_buf name, dir;
    int rc = 0;

    ra_journal_path(store_dir, id, RA_JOURNAL_END, &name);
    ra_journal_path(store_dir, "", "", &dir);
    if (rename(j->path, ra_buf_z(&name)) != 0)
        rc = ra_fail(err, RA_EIO, "%s: rename: %s", j->path, strerror(errno));
    if (rc == 0)
        rc = ra_dir_sync(ra_buf_z(&dir), err);
    free(j->path);
    j->path = ra_strdup(ra_buf_z(&name));
    ra_buf_free(&name);
    ra_buf_free(&dir);
    return rc;
}

int ra_journal_create(const char *store_dir, const struct ra_batch *b, struct ra_journal **out,
                      struct ra_err *err)
{
    struct ra_journal *j;
    struct ra_buf path;
    int rc;

    ra_journal_path(store_dir, b->head.id, ".part", &path);
    j = new_journal(ra_strdup(ra_buf_z(&path)), -1);
    j->fd = open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (j->fd < 0) {
        rc = ra_fail(err, RA_EIO, "%s: cannot be made: %s", j->path, strerror(errno));
    } else {
        put_head(j, &b->head, b->n);
        for (size_t i = 0; i < b->n; i++)
            put_intent(j, &b->steps[i]);
        for (size_t i = 0; i < b->n; i++)
            if (b->states[i] != RA_STEP_PENDING)
                put_result(j, b->steps[i].id, b->states[i], b->messages[i]);
        rc = write_out(j, err);
    }
    if (rc == 0)
        rc = ra_journal_sync(j, err);
    if (rc == 0)
        rc = give_name(j, store_dir, b->head.id, err);
    ra_buf_free(&path);
    if (rc != 0)
        ra_journal_close(&j);
    *out = j;
    return rc;
}

/* What was torn off is cut away before anything is put behind it. */
int ra_journal_resume(const char *store_dir, const char *id, struct ra_journal **out,
                      struct ra_err *err)
{
    struct ra_batch b;
    struct ra_buf path, bytes;
    struct ra_journal *j = NULL;
    size_t whole = 0;
    int rc;

    ra_journal_path(store_dir, id, RA_JOURNAL_END, &path);
    rc = ra_file_read(ra_buf_z(&path), RA_JOURNAL_MAX, RA_ENOTFOUND, &bytes, err);
    if (rc == 0) {
        rc = ra_batch_decode(ra_str_n(bytes.p, bytes.n), ra_buf_z(&path), &b, &whole, err);
        if (rc == 0) {
            j = new_journal(ra_strdup(ra_buf_z(&path)), -1);
            ra_journal_last_sum(ra_str_n(bytes.p, whole), j->sum);
            ra_batch_free(&b);
            j->fd = open(j->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
            if (j->fd < 0 || ftruncate(j->fd, (off_t)whole) != 0)
                rc = ra_fail(err, RA_EIO, "%s: %s", j->path, strerror(errno));
        }
        ra_buf_free(&bytes);
    }
    ra_buf_free(&path);
    if (rc != 0)
        ra_journal_close(&j);
    *out = j;
    return rc;
}

int ra_journal_result(struct ra_journal *j, struct ra_str step, enum ra_step_state state,
                      const char *message, struct ra_err *err)
{
    put_result(j, step, state, message);
    return write_out(j, err);
}

int ra_journal_window(struct ra_journal *j, enum ra_window_state state, struct ra_err *err)
{
    char now[RA_TIME_TEXT];
    struct ra_json out;
    int rc;

    ra_time_text(ra_now(), now);
    begin_line(j, &out, "window");
    put(&out, "state", ra_str(ra_window_state_names[state]));
    put(&out, "time", ra_str(now));
    end_line(j, &out);
    rc = write_out(j, err);
    return rc ? rc : ra_journal_sync(j, err);
}

int ra_journal_end(struct ra_journal *j, const char *how, struct ra_err *err)
{
    char now[RA_TIME_TEXT];
    struct ra_json out;
    int rc;

    ra_time_text(ra_now(), now);
    begin_line(j, &out, "end");
    put(&out, "how", ra_str(how));
    put(&out, "time", ra_str(now));
    end_line(j, &out);
    rc = write_out(j, err);
    return rc ? rc : ra_journal_sync(j, err);
}
