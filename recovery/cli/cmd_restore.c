/* reanchor restore BACKUP [--report DIR] [--only KEY] [--cached] */
#include "recovery/cli/backed_up.h"
#include "recovery/cli/commands.h"
#include "recovery/cli/fresh.h"
#include "recovery/cli/imported.h"
#include "recovery/cli/lookup.h"
#include "recovery/cli/restored.h"
#include "recovery/report/layout.h"
#include "recovery/restore/restore.h"
#include "src/base/file.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10 /* objects of one reason on the terminal */
#define WIDTH 100

enum { OPT_REPORT = 0x800, OPT_ONLY, OPT_CACHED, OPT_IDENTITY, OPT_DETAILED, OPT_REDACT, OPT_ALL };

struct options {
    const char *which, *dir, *only, *identity;
    bool cached, detailed, redact, all;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"report", OPT_REPORT, "DIR", 0, "Write plan.json, fixes.ldif and restore.ndjson into DIR", 0},
    {"only", OPT_ONLY, "KEY", 0,
     "Restore one object: an object id, GUID, anchor, SID, UPN, address or DN, as the backup has "
     "it",
     0},
    {"cached", OPT_CACHED, NULL, 0, "Compare with what was fetched before, offline", 0},
    {"identity", OPT_IDENTITY, "FILE", 0, "An age identity that opens an encrypted backup", 0},
    {"detailed-exitcode", OPT_DETAILED, NULL, 0,
     "Exit with 2 when there is something to put back or to decide", 0},
    {"redact", OPT_REDACT, NULL, 0,
     "Replace names and addresses by tokens on the terminal and in restore.ndjson", 0},
    {"all", OPT_ALL, NULL, 0, "Print every object, not the first 10 of each kind", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == OPT_REPORT)
        o->dir = arg;
    else if (key == OPT_ONLY)
        o->only = arg;
    else if (key == OPT_CACHED)
        o->cached = true;
    else if (key == OPT_IDENTITY)
        o->identity = arg;
    else if (key == OPT_DETAILED)
        o->detailed = true;
    else if (key == OPT_REDACT)
        o->redact = true;
    else if (key == OPT_ALL)
        o->all = true;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        o->which = arg;
    else if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "restore: missing argument, want a BACKUP or 'newest'");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "BACKUP",
    .doc = "Find the AD objects whose anchor was lost or changed since a backup, and make the plan "
           "that puts it back.\vBACKUP is a name, the path of a manifest, or 'newest'; or what "
           "another "
           "tool left, as 'import' reads it. Writes "
           "nothing but DIR and the store: 'apply' carries the plan out, or ldapmodify fixes.ldif. "
           "What the evidence does not settle is listed, never guessed.",
};

/* ---- which objects ---- */

struct only {
    struct ra_probe probe;
    struct ra_arena arena, scratch;
    uint64_t found;
};

static bool wanted(void *to, const struct ra_backup_object *o)
{
    struct only *only = to;
    bool is;

    ra_arena_reset(&only->scratch);
    is = (o->has_ad && ra_probe_ad(&only->probe, &o->ad.o, &only->scratch)) ||
         (o->has_cloud && ra_probe_cloud(&only->probe, &o->cloud.o, &only->scratch));
    only->found += is;
    return is;
}

/* ---- one comparison ---- */

static int next_object(void *ctx, struct ra_backup_object *out, struct ra_err *err)
{
    return ra_backup_next(ctx, out, err);
}

struct run {
    struct ra_backup *backup;
    bool is_import; /* another tool's file, in the backup's place */
    enum ra_import_format format;
    struct ra_imported imported;
    struct ra_restore_then then;
    struct ra_restored restored;
    struct only only;
};

static int then_of_backup(const struct ra_cli *cli, const struct options *o, struct run *run,
                          struct ra_err *err)
{
    const struct ra_backup_facts *facts;
    int rc = ra_cli_backed_up(cli, o->which, o->identity, &run->backup, err);

    if (rc != 0)
        return rc;
    facts = ra_backup_facts(run->backup);
    run->then = (struct ra_restore_then){.ctx = run->backup,
                                         .next = next_object,
                                         .name = ra_str(ra_backup_manifest(run->backup)->name),
                                         .created = ra_backup_manifest(run->backup)->created,
                                         .anchor_attribute = facts->anchor_attribute,
                                         .login_attribute = facts->login_attribute};
    return 0;
}

/* It does not say by which attribute its anchors came: by the one that is in use now. */
static int then_of_import(const struct ra_cli *cli, const struct ra_study *study,
                          const struct options *o, struct run *run, struct ra_err *err)
{
    const struct ra_detection *d = &study->result.detection;
    int rc = ra_imported_read(cli, o->which, run->format, study, &run->imported, err);

    if (rc != 0)
        return rc;
    run->then = (struct ra_restore_then){
        .ctx = &run->imported,
        .next = ra_imported_next,
        .name = ra_str(o->which),
        .created = run->imported.created,
        .anchor_attribute = d->candidates_n ? d->candidates[d->chosen].name : ra_str("objectGUID"),
        .login_attribute = ra_str(cli->config->anchor.login_attribute)};
    return 0;
}

static int compare(const struct ra_cli *cli, const struct ra_study *study, const struct options *o,
                   struct run *run, struct ra_err *err)
{
    int rc =
        run->is_import ? then_of_import(cli, study, o, run, err) : then_of_backup(cli, o, run, err);

    if (rc != 0)
        return rc;
    if (o->only) {
        run->only = (struct only){0};
        ra_probe_read(&run->only.probe, ra_str(o->only), &run->only.arena);
        run->then.wanted = wanted;
        run->then.to = &run->only;
    }
    rc = ra_restore(&study->report, &run->then, &run->restored, err);
    if (rc == 0 && o->only && run->only.found == 0) {
        ra_fail(err, RA_ENOTFOUND, "no user or group of the backup " RA_STR_FMT " has '%.300s'",
                RA_STR_ARG(run->then.name), o->only);
        rc = ra_hint(err, "name it as it was when the backup was made");
    }
    return rc;
}

static void forget(struct run *run)
{
    ra_restored_free(&run->restored);
    ra_arena_free(&run->only.arena);
    ra_arena_free(&run->only.scratch);
    ra_backup_close(&run->backup);
    ra_imported_free(&run->imported);
    *run = (struct run){.is_import = run->is_import, .format = run->format};
}

/* Identifiers that may stand in the way and were not read are asked for; then all is compared
 * again. */
static int compare_knowing(struct ra_cli *cli, struct ra_fresh *f, const struct options *o,
                           struct run *run, struct ra_err *err)
{
    int rc = compare(cli, f->study, o, run, err);
    uint32_t *need;
    size_t n = 0;

    if (rc != 0 || !f->graph || ra_graph_is_files(f->graph))
        return rc;
    need = ra_calloc(run->restored.n + 1, sizeof *need);
    for (size_t i = 0; i < run->restored.n; i++)
        if (run->restored.items[i].notes & RA_NOTE_IDENTIFIER_UNREAD)
            need[n++] = run->restored.items[i].cloud;
    if (n) {
        forget(run);
        rc = ra_fresh_ask(cli, f, NULL, 0, need, n, err);
        if (rc == 0)
            rc = compare(cli, f->study, o, run, err);
    }
    free(need);
    return rc;
}

/* ---- output ---- */

static int print(const struct ra_cli *cli, const struct ra_report_input *in, const struct run *run,
                 const struct options *o, struct ra_err *err)
{
    char *dir = ra_shell_word(o->dir), *config = ra_shell_word(cli->config_path);
    const struct ra_report_style style = {.width = ra_study_width() ? ra_study_width() : WIDTH,
                                          .colour = cli->color,
                                          .dir = dir,
                                          .config = config};
    int rc = 0;

    if (cli->json)
        rc = ra_restore_json(in, &run->then, &run->restored, stdout, err);
    else if (!cli->quiet)
        rc = ra_restore_text(in, &run->then, &run->restored, &style, o->all ? 0 : SHOWN, stdout,
                             err);
    free(dir);
    free(config);
    return rc;
}

static int report(struct ra_cli *cli, struct ra_fresh *f, const struct options *o,
                  const struct run *run, struct ra_err *err)
{
    struct ra_report_input in = f->study->report;
    unsigned char key[RA_REDACT_KEY];
    int rc = o->redact ? ra_study_redact(cli, key, &in, err) : 0;

    if (rc == 0 && o->dir)
        rc = ra_cli_write_restored(o->dir, f->study, &in, &run->then, &run->restored, err);
    if (rc == 0)
        rc = print(cli, &in, run, o, err);
    return rc == 0 && o->detailed && run->restored.n ? 2 : rc;
}

int ra_cmd_restore(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    struct ra_fresh fresh = {0};
    struct run run = {0};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o.dir)
        rc = ra_dir_usable(o.dir, err);
    if (rc == 0)
        run.is_import = ra_imported_is(o.which, &run.format);
    if (rc == 0 && run.is_import) { /* what is damaged is said before anything long begins */
        rc = ra_imported_check(cli, o.which, run.format, err);
    } else if (rc == 0) { /* and what is not there */
        rc = ra_cli_backed_up(cli, o.which, o.identity, &run.backup, err);
        ra_backup_close(&run.backup);
    }
    if (rc == 0)
        rc = ra_fresh_open(cli, o.cached, &fresh, err);
    if (rc == 0)
        rc = compare_knowing(cli, &fresh, &o, &run, err);
    if (rc == 0)
        rc = report(cli, &fresh, &o, &run, err);
    forget(&run);
    ra_fresh_close(&fresh);
    return rc;
}
