#include "recovery/report/outputs.h"

#include "src/base/file.h"
#include "src/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Adding an output is a row here and a file beside this one. */
static const struct ra_output outputs[] = {
    {.file = "verdicts.ndjson", .row = ra_ndjson_row, .end = ra_ndjson_end},
    {.file = "verdicts.csv", .begin = ra_csv_begin, .row = ra_csv_row},
    {.file = "report.html", .page = ra_html_page},
    {.file = "fixes.ldif", .page = ra_ldif_page},
};

#define OUTPUTS (sizeof outputs / sizeof outputs[0])

/* The set being written: each output's file, and plan.json behind them. */
struct set {
    struct ra_atomic files[OUTPUTS + 1];
    struct ra_buf row, remedy;
};

static char *path_in(const char *dir, const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *path = ra_malloc(n);

    snprintf(path, n, "%s/%s", dir, name);
    return path;
}

static int open_files(const char *dir, struct set *s, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i <= OUTPUTS && rc == 0; i++) {
        char *path = path_in(dir, i < OUTPUTS ? outputs[i].file : "plan.json");
        rc = ra_atomic_open(path, &s->files[i], err);
        free(path);
        if (rc == 0)
            setvbuf(s->files[i].fp, NULL, _IOFBF, (size_t)1 << 18);
    }
    return rc;
}

static int flush_row(struct set *s, size_t i, struct ra_err *err)
{
    if (s->row.overflow)
        return ra_fail(err, RA_EINTERNAL, "%s: a row larger than %zu bytes", outputs[i].file,
                       RA_ROW_MAX);
    fwrite(s->row.p, 1, s->row.n, s->files[i].fp); /* a failure sticks and is seen at the sync */
    ra_buf_clear(&s->row);
    return 0;
}

static int stream_ends(const struct ra_report_input *in, struct set *s, bool begin,
                       struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < OUTPUTS && rc == 0; i++) {
        void (*end)(const struct ra_report_input *, struct ra_buf *) =
            begin ? outputs[i].begin : outputs[i].end;
        if (end) {
            end(in, &s->row);
            rc = flush_row(s, i, err);
        }
    }
    return rc;
}

static int stream_row(const struct ra_report_input *in, struct set *s, const struct ra_row *row,
                      struct ra_err *err)
{
    struct ra_remedy remedy;
    int rc = 0;

    ra_remedy_pick(in, row, &remedy);
    ra_buf_clear(&s->remedy);
    ra_remedy_render(in, row, &remedy, &s->remedy);
    for (size_t i = 0; i < OUTPUTS && rc == 0; i++) {
        if (!outputs[i].row)
            continue;
        outputs[i].row(in, row, ra_str_n(s->remedy.p, s->remedy.n), &s->row);
        rc = flush_row(s, i, err);
    }
    return rc;
}

static int write_all(const struct ra_report_input *in, struct set *s, struct ra_err *err)
{
    struct ra_rows *rows = NULL;
    struct ra_row row;
    int rc = ra_rows_open(in, &rows, err);

    if (rc == 0)
        rc = stream_ends(in, s, true, err);
    for (size_t i = 0; rc == 0 && i < ra_rows_count(rows); i++) {
        rc = ra_rows_get(rows, i, &row, err);
        if (rc == 0) {
            ra_rows_note(rows, &row);
            rc = stream_row(in, s, &row, err);
        }
    }
    if (rc == 0)
        rc = stream_ends(in, s, false, err);
    for (size_t i = 0; rc == 0 && i < OUTPUTS; i++)
        if (outputs[i].page)
            rc = outputs[i].page(in, rows, s->files[i].fp, err);
    ra_rows_free(&rows);
    return rc;
}

/* A crash between two renames leaves a folder without plan.json, never an old plan beside new
 * verdicts: unusable first, usable last. */
static int commit_all(const char *plan_path, struct set *s, struct ra_err *err)
{
    int rc = 0;

    if (unlink(plan_path) != 0 && errno != ENOENT)
        return ra_fail(err, RA_EIO, "%s: cannot be replaced: %s", plan_path, strerror(errno));
    for (size_t i = 0; i <= OUTPUTS && rc == 0; i++)
        rc = ra_atomic_commit(&s->files[i], err);
    return rc;
}

int ra_report_plan_bytes(void *ctx, FILE *fp, struct ra_err *err)
{
    const struct ra_str *bytes = ctx;

    (void)err;
    fwrite(bytes->p, 1, bytes->n, fp); /* a failure sticks and is seen at the sync */
    return 0;
}

int ra_report_write(const char *dir, const struct ra_report_input *in, ra_report_plan_fn *plan,
                    void *ctx, struct ra_err *err)
{
    struct set s = {0};
    char *plan_path = path_in(dir, "plan.json");
    int rc = ra_dir_make(dir, err);

    ra_buf_init(&s.row, RA_ROW_MAX);
    ra_buf_init(&s.remedy, RA_ROW_MAX);
    if (rc == 0)
        rc = open_files(dir, &s, err);
    if (rc == 0)
        rc = write_all(in, &s, err);
    if (rc == 0)
        rc = plan(ctx, s.files[OUTPUTS].fp, err);
    if (rc == 0)
        rc = ra_atomic_sync(s.files, OUTPUTS + 1, err);
    if (rc == 0)
        rc = commit_all(plan_path, &s, err);
    for (size_t i = 0; i <= OUTPUTS; i++)
        ra_atomic_abandon(&s.files[i]);
    ra_buf_free(&s.row);
    ra_buf_free(&s.remedy);
    free(plan_path);
    return rc;
}
