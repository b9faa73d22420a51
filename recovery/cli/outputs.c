/* What `rebuild` and `plan` leave behind: the files of --report and the summary. */
#include "recovery/cli/study.h"

#include "recovery/report/layout.h"
#include "src/base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SUMMARY_WIDTH 100 /* columns where there is no terminal */
#define LISTING_MAX   ((size_t)16 << 20)

enum { OPT_REPORT = 0x400, OPT_DETAILED, OPT_REDACT, OPT_HOLD, OPT_BYPASS, OPT_CONFIRM };

static const struct argp_option options[] = {
    {"report", OPT_REPORT, "DIR", 0,
     "Write plan.json, verdicts.ndjson, verdicts.csv, report.html and fixes.ldif into DIR", 0},
    {"detailed-exitcode", OPT_DETAILED, NULL, 0, "Exit with 2 when the gate says ACTION", 0},
    {"redact", OPT_REDACT, NULL, 0, "Replace names and addresses in report.html by tokens", 0},
    {"hold", OPT_HOLD, NULL, 0,
     "Plan to keep AD objects that would go wrong out of the first sync (adminDescription)", 0},
    {"confirm", OPT_CONFIRM, "FILE", 0,
     "objectGUIDs, one a line, of AD objects that are one with the peer of their ANCHOR_CONFLICT: "
     "plan to give them its anchor",
     0},
    {"bypass-identifiers", OPT_BYPASS, NULL, 0,
     "Plan to let the tenant accept new object identifiers for a while instead of clearing each",
     0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct ra_outputs *o = state->input;

    if (key == OPT_REPORT)
        o->dir = arg;
    else if (key == OPT_DETAILED)
        o->detailed_exitcode = true;
    else if (key == OPT_REDACT)
        o->redact = true;
    else if (key == OPT_HOLD)
        o->hold = true;
    else if (key == OPT_CONFIRM)
        o->confirm = arg;
    else if (key == OPT_BYPASS)
        o->bypass = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

const struct argp ra_outputs_argp = {.options = options, .parser = parse};

int ra_outputs_check(const struct ra_outputs *o, struct ra_err *err)
{
    if (o->confirm && access(o->confirm, R_OK) != 0)
        return ra_fail(err, RA_EUSAGE, "%s: %s", o->confirm, strerror(errno));
    return o->dir ? ra_dir_usable(o->dir, err) : 0;
}

unsigned ra_study_width(void)
{
    struct winsize w;

    if (!isatty(STDOUT_FILENO))
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

int ra_study_redact(const struct ra_cli *cli, unsigned char key[RA_REDACT_KEY],
                    struct ra_report_input *in, struct ra_err *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/redact.key", cli->config->store.dir);
    in->redact_key = key;
    return ra_redact_key(path, key, err);
}

static int write_files(struct ra_cli *cli, struct ra_study *s, const struct ra_outputs *o,
                       struct ra_err *err)
{
    struct ra_report_input in = s->report;
    unsigned char key[RA_REDACT_KEY];
    struct ra_buf page;
    int rc = o->redact ? ra_study_redact(cli, key, &in, err) : 0;

    ra_buf_init(&page, LISTING_MAX);
    if (rc == 0)
        rc = ra_listing_json(s, o->redact, &page, err);
    in.plan_json = ra_str_n(page.p, page.n);
    if (rc == 0)
        rc = ra_report_write(o->dir, &in, ra_study_write_plan, s, err);
    ra_buf_free(&page);
    return rc;
}

static int summary_text(struct ra_study *s, const struct ra_report_style *style, struct ra_buf *out,
                        struct ra_err *err)
{
    struct ra_report_input in = s->report;
    struct ra_buf listing;
    int rc;

    ra_buf_init(&listing, LISTING_MAX);
    rc = ra_listing_text(s, style, &listing, err);
    in.listing = ra_str_n(listing.p, listing.n);
    in.plan_steps = ra_steps_count(s->steps);
    in.plan_window = ra_steps_count_of(s->steps, RA_OP_SET_FEATURES) > 0;
    in.plan_expects = ra_steps_expected(s->steps, RA_WILL_MATCH) > 0;
    if (rc == 0)
        rc = ra_report_summary_text(&in, style, out, err);
    ra_buf_free(&listing);
    return rc;
}

static int print_summary(struct ra_cli *cli, struct ra_study *s, const struct ra_outputs *o,
                         struct ra_err *err)
{
    char *dir = ra_shell_word(o->dir), *config = ra_shell_word(cli->config_path);
    struct ra_report_style style = {.width = ra_study_width() ? ra_study_width() : SUMMARY_WIDTH,
                                    .colour = cli->color,
                                    .dir = dir,
                                    .config = config};
    struct ra_buf b;
    int rc = 0;

    ra_buf_init(&b, (size_t)16 << 20);
    if (cli->json) {
        ra_report_summary_json(&s->report, &b);
        ra_buf_putc(&b, '\n');
    } else if (!cli->quiet) {
        rc = summary_text(s, &style, &b, err);
    }
    if (rc == 0 && b.n)
        fwrite(b.p, 1, b.n, stdout);
    ra_buf_free(&b);
    free(dir);
    free(config);
    return rc;
}

int ra_study_report(struct ra_cli *cli, struct ra_study *s, const struct ra_outputs *o,
                    struct ra_err *err)
{
    int rc = ra_study_steps(s, o, err);

    if (rc == 0 && o->dir)
        rc = write_files(cli, s, o, err);
    if (rc == 0)
        rc = print_summary(cli, s, o, err);
    if (rc != 0)
        return rc;
    if (s->result.gate == RA_GATE_STOP)
        return 6;
    return s->result.gate == RA_GATE_ACTION && o->detailed_exitcode ? 2 : 0;
}
