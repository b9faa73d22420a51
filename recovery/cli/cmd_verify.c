/* reanchor verify [--cached] [--severity LEVEL] [--check] [--against BACKUP] [--plan PLAN] */
#include "recovery/cli/backed_up.h"
#include "recovery/cli/commands.h"
#include "recovery/cli/fresh.h"
#include "recovery/cli/imported.h"
#include "recovery/cli/verify_plan.h"
#include "recovery/verify/against.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10 /* findings of one kind on the terminal */

enum {
    OPT_CACHED = 0x700,
    OPT_SEVERITY,
    OPT_CHECK,
    OPT_NAGIOS,
    OPT_ALL,
    OPT_REDACT,
    OPT_PLAN,
    OPT_AGAINST,
    OPT_IDENTITY
};

struct options {
    bool cached, check, nagios, all, redact;
    enum ra_severity severity;
    const char *plan, *against, *identity;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"cached", OPT_CACHED, NULL, 0, "Look at what was fetched before, offline", 0},
    {"severity", OPT_SEVERITY, "LEVEL", 0,
     "Findings at or above LEVEL end with exit status 7: info, warning (the default), high, "
     "critical",
     0},
    {"check", OPT_CHECK, NULL, 0, "Print one line, as monitoring plugins do", 0},
    {"nagios", OPT_NAGIOS, NULL, 0,
     "As --check, and exit with 0 OK, 1 WARNING, 2 CRITICAL or 3 UNKNOWN", 0},
    {"all", OPT_ALL, NULL, 0, "Print every finding, not 10 of each kind", 0},
    {"redact", OPT_REDACT, NULL, 0, "Replace names and addresses by tokens", 0},
    {"against", OPT_AGAINST, "BACKUP", 0,
     "Also compare with a backup (V14): its name, the path of its manifest, 'newest', or what "
     "another tool left, as 'import' reads it",
     0},
    {"identity", OPT_IDENTITY, "FILE", 0, "An age identity that opens an encrypted backup", 0},
    {"plan", OPT_PLAN, "PLAN", 0,
     "After the first export: compare the tenant with what the plan predicted, and close its "
     "window",
     0},
    {0},
};

static error_t parse_severity(struct options *o, const char *arg)
{
    if (ra_severity_parse(ra_str(arg), &o->severity))
        return 0;
    return ra_cli_usage(o->err, "--severity: have '%.100s', want info, warning, high or critical",
                        arg);
}

/* Rather refused than passed over: a line for a monitoring system, or names hidden, is relied on.
 */
static error_t check_together(struct options *o)
{
    if (o->plan && (o->check || o->redact))
        return ra_cli_usage(o->err, "verify: --%s does not go together with --plan",
                            o->redact   ? "redact"
                            : o->nagios ? "nagios"
                                        : "check");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case OPT_SEVERITY:
        return parse_severity(o, arg);
    case OPT_NAGIOS:
        o->nagios = true; /* and the line */
        o->check = true;
        return 0;
    case OPT_CACHED:
        o->cached = true;
        return 0;
    case OPT_CHECK:
        o->check = true;
        return 0;
    case OPT_ALL:
        o->all = true;
        return 0;
    case OPT_AGAINST:
        o->against = arg;
        return 0;
    case OPT_IDENTITY:
        o->identity = arg;
        return 0;
    case OPT_PLAN:
        o->plan = arg;
        return 0;
    case OPT_REDACT:
        o->redact = true;
        return 0;
    case ARGP_KEY_SUCCESS:
        return check_together(o);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .doc = "Read both sides and check the integrity of their anchors (V1 to V15).\v"
           "Exit status 7 when there are findings at or above the severity, or when something is "
           "different from what the plan predicted. Nothing outside the store is written.",
};

/* ---- output ---- */

static int to_stdout(void *ctx, const struct ra_buf *text, struct ra_err *err)
{
    (void)ctx;
    (void)err; /* main looks at stdout once, at the end */
    fwrite(text->p, 1, text->n, stdout);
    return 0;
}

static int print(const struct ra_cli *cli, const struct ra_report_input *in,
                 const struct ra_verified *v, const struct options *o, struct ra_err *err)
{
    const struct ra_report_style style = {.width = ra_study_width(), .colour = cli->color};
    struct ra_buf line;

    if (o->check) {
        ra_buf_init(&line, 1 << 16);
        ra_verify_check_line(in, v, o->severity, &line);
        puts(ra_buf_z(&line));
        ra_buf_free(&line);
        return 0;
    }
    if (cli->json)
        return ra_verify_json(in, v, to_stdout, NULL, err);
    if (cli->quiet)
        return 0;
    return ra_verify_text(in, v, &style, o->all ? 0 : SHOWN, to_stdout, NULL, err);
}

/* ---- the run ---- */

/* What the checks want to know beyond the decision is asked for before they begin. */
static int ask(struct ra_cli *cli, struct ra_fresh *f, struct ra_err *err)
{
    struct ra_verify_needs needs;
    int rc;

    if (!f->graph || ra_graph_is_files(f->graph))
        return 0;
    rc = ra_verify_needs(&f->study->report, &needs, err);
    if (rc == 0)
        rc = ra_fresh_ask(cli, f, needs.soa, needs.soa_n, needs.ooi, needs.ooi_n, err);
    ra_verify_needs_free(&needs);
    return rc;
}

static void tell_findings(struct ra_cli *cli, const struct ra_verified *v)
{
    char id[8];

    for (unsigned check = 1; check <= RA_CHECKS; check++)
        for (int s = 0; s < RA_SEVERITIES; s++) {
            snprintf(id, sizeof id, "V%u", check);
            ra_metrics_finding(cli->metrics, id, ra_severity_name((enum ra_severity)s),
                               ra_verified_count(v, check, (enum ra_severity)s));
        }
}

/* --against names what another tool left. */
static int check_imported(const struct ra_cli *cli, const struct ra_study *study,
                          const struct ra_report_input *in, const struct options *o,
                          enum ra_import_format format, struct ra_verified *v, struct ra_err *err)
{
    struct ra_imported imported;
    struct ra_baseline baseline;
    int rc = ra_imported_read(cli, o->against, format, study, &imported, err);

    if (rc != 0)
        return rc;
    ra_imported_baseline(&imported, &baseline);
    rc = ra_verify(in, &baseline, v, err);
    ra_imported_free(&imported);
    return rc;
}

static int check(const struct ra_cli *cli, const struct ra_study *study,
                 const struct ra_report_input *in, const struct options *o, struct ra_verified *v,
                 struct ra_err *err)
{
    struct ra_backup *backup = NULL;
    struct ra_baseline baseline;
    enum ra_import_format format;
    int rc;

    if (!o->against)
        return ra_verify(in, NULL, v, err);
    if (ra_imported_is(o->against, &format))
        return check_imported(cli, study, in, o, format, v, err);
    rc = ra_cli_backed_up(cli, o->against, o->identity, &backup, err);
    if (rc == 0) {
        ra_baseline_of_backup(backup, &baseline);
        rc = ra_verify(in, &baseline, v, err);
    }
    ra_backup_close(&backup);
    return rc;
}

static int report(struct ra_cli *cli, struct ra_fresh *f, const struct options *o,
                  struct ra_err *err)
{
    struct ra_report_input in = f->study->report;
    unsigned char key[RA_REDACT_KEY];
    struct ra_verified v;
    enum ra_severity worst;
    int rc = o->redact ? ra_study_redact(cli, key, &in, err) : 0;

    if (rc == 0)
        rc = check(cli, f->study, &in, o, &v, err);
    if (rc != 0)
        return rc;
    rc = print(cli, &in, &v, o, err);
    tell_findings(cli, &v);
    if (rc == 0 && o->nagios)
        rc = (int)ra_verify_status(&v, o->severity);
    else if (rc == 0 && ra_verified_worst(&v, &worst) && worst >= o->severity)
        rc = 7;
    ra_verified_free(&v);
    return rc;
}

/* A monitoring system wants its line in any case. */
static int unknown(const struct ra_cli *cli, const struct options *o, int rc,
                   const struct ra_err *err)
{
    if (!o->check || rc >= 0)
        return rc;
    printf("ANCHORS UNKNOWN - %s\n", err->msg);
    if (!o->nagios)
        return rc;
    ra_cli_print_error(cli, err);
    return RA_PLUGIN_UNKNOWN;
}

static int integrity(struct ra_cli *cli, const struct options *o, struct ra_err *err)
{
    struct ra_fresh fresh = {0};
    enum ra_import_format format;
    int rc = 0;

    if (o->against && ra_imported_is(o->against, &format))
        rc = ra_imported_check(cli, o->against, format, err);
    if (rc == 0)
        rc = ra_fresh_open(cli, o->cached, &fresh, err);
    if (rc == 0)
        rc = ask(cli, &fresh, err);
    if (rc == 0)
        rc = report(cli, &fresh, o, err);
    ra_fresh_close(&fresh);
    return rc;
}

/* With both, what the plan predicted comes first, and both sides were read for it. */
static int compare_plan(struct ra_cli *cli, struct options *o, struct ra_err *err)
{
    int rc = ra_verify_plan(cli, o->plan, o->cached, o->all, err), status = rc;

    if (rc < 0 || !o->against)
        return rc;
    if (!cli->json && !cli->quiet)
        putchar('\n');
    o->cached = true;
    rc = integrity(cli, o, err);
    return rc == 0 ? status : rc;
}

int ra_cmd_verify(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.severity = RA_SEVERITY_WARNING, .err = err};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o.plan)
        return compare_plan(cli, &o, err);
    if (rc == 0)
        rc = integrity(cli, &o, err);
    return unknown(cli, &o, rc, err);
}
