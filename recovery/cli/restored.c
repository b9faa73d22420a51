#include "recovery/cli/restored.h"

#include "src/base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LDIF, NDJSON, PLAN, FILES };

static const char *const names[FILES] = {"fixes.ldif", "restore.ndjson", "plan.json"};

static int path_in(const char *dir, const char *name, char path[4096], struct ra_err *err)
{
    if ((size_t)snprintf(path, 4096, "%s/%s", dir, name) < 4096)
        return 0;
    return ra_fail(err, RA_EIO, "%.200s…: the path is too long", dir);
}

static int open_all(const char *dir, struct ra_atomic files[FILES], struct ra_err *err)
{
    char path[4096];
    int rc = ra_dir_make(dir, err);

    for (int i = 0; rc == 0 && i < FILES; i++) {
        rc = path_in(dir, names[i], path, err);
        if (rc == 0)
            rc = ra_atomic_open(path, &files[i], err);
    }
    return rc;
}

/* The plan's own steps and predictions, handed over one by one: the file is not built in memory. */
static int give_steps(void *ctx, void (*each)(void *to, const struct ra_plan_step *step), void *to,
                      struct ra_err *err)
{
    const struct ra_plan *plan = ctx;

    (void)err;
    for (size_t i = 0; i < plan->steps_n; i++)
        each(to, &plan->steps[i]);
    return 0;
}

static int give_expected(void *ctx, enum ra_outcome outcome,
                         void (*each)(void *to, const struct ra_prediction *prediction), void *to,
                         struct ra_err *err)
{
    const struct ra_plan *plan = ctx;

    (void)err;
    for (size_t i = 0; i < plan->expected_n; i++)
        if (plan->expected[i].outcome == outcome)
            each(to, &plan->expected[i]);
    return 0;
}

static int write_plan(struct ra_study *study, const struct ra_restored *r, FILE *fp,
                      struct ra_err *err)
{
    struct ra_plan plan;
    const struct ra_plan_source source = {&plan, give_steps, give_expected};
    int rc;

    ra_study_plan_head(study, &plan);
    plan.anchor = r->attribute;
    rc = ra_restore_plan(&study->report, r, &plan, err);
    if (rc == 0)
        rc = ra_plan_write(&plan, &source, fp, NULL, err);
    ra_plan_free(&plan);
    return rc;
}

/* An old plan never stands beside new fixes: unusable first, usable last. */
static int commit_all(const char *dir, struct ra_atomic files[FILES], struct ra_err *err)
{
    char path[4096];
    int rc = path_in(dir, names[PLAN], path, err);

    if (rc == 0 && unlink(path) != 0 && errno != ENOENT)
        rc = ra_fail(err, RA_EIO, "%s: cannot be replaced: %s", path, strerror(errno));
    for (int i = 0; rc == 0 && i < FILES; i++)
        rc = ra_atomic_commit(&files[i], err);
    return rc;
}

int ra_cli_write_restored(const char *dir, struct ra_study *study, const struct ra_report_input *in,
                          const struct ra_restore_then *then, const struct ra_restored *r,
                          struct ra_err *err)
{
    struct ra_atomic files[FILES] = {0};
    int rc = open_all(dir, files, err);

    if (rc == 0)
        rc = ra_restore_ldif(in, then, r, files[LDIF].fp, err);
    if (rc == 0)
        rc = ra_restore_json(in, then, r, files[NDJSON].fp, err);
    if (rc == 0)
        rc = write_plan(study, r, files[PLAN].fp, err);
    if (rc == 0)
        rc = ra_atomic_sync(files, FILES, err);
    if (rc == 0)
        rc = commit_all(dir, files, err);
    for (int i = 0; i < FILES; i++)
        ra_atomic_abandon(&files[i]);
    return rc;
}
