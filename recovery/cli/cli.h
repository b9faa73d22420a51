/*
 * What the commands share: the global options, the configuration, the stop flag, progress, and the
 * way from the configuration to what the rooms want to know. A command is a file cmd_NAME.c and a
 * row in commands.c; it parses its own options with ra_cli_parse, which knows the global ones too,
 * prints data to stdout, and hands faults back instead of printing them.
 */
#ifndef RA_CLI_CLI_H
#define RA_CLI_CLI_H

#include "recovery/cli/metrics.h"
#include "recovery/cli/progress.h"
#include "recovery/model/policy.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/config/config.h"
#include "src/directory/directory.h"
#include "src/graph/graph.h"

#include <argp.h>

struct ra_cli {
    const char *config_path; /* of --config, or NULL */
    bool json, quiet, no_color, no_input;
    bool applies;                 /* the command sees to windows and unfinished batches itself */
    bool isolated;                /* the command opens no tenant, not even to close a window */
    int verbose;                  /* how many -v */
    bool color;                   /* stdout takes colour; true once options are parsed and it may */
    const atomic_int *stop;     /* the number of the signal that ends the run, 0 until then */
    struct ra_config *config;     /* NULL until ra_cli_load; freed by main */
    const char *metrics_file;     /* of --metrics, or NULL */
    struct ra_metrics *metrics;   /* what the run tells there; main writes it at the end */
    struct ra_progress *progress; /* NULL until the command's options are parsed; may stay NULL */
    /* For the manual: when set, ra_cli_parse puts the command's options here and fails. */
    const struct argp **describe;
};

/* Parses a command's arguments (argv[0] is "reanchor NAME") by own, whose parser gets input as
 * state->input, and by the global options. own's doc is the help. --help and --version end the
 * process. The parser reports a fault with `return ra_cli_usage(err, …)`, where input leads to err.
 * Afterwards logging, colour and progress are set up. */
int ra_cli_parse(struct ra_cli *cli, const struct argp *own, void *input, int argc, char **argv,
                 struct ra_err *err);

const struct argp *ra_cli_global_argp(void); /* the options that every command takes */

/* Fills *err with RA_EUSAGE; returns what an argp parser returns for a fault. */
error_t ra_cli_usage(struct ra_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Loads the configuration that the options name, once. */
int ra_cli_load(struct ra_cli *cli, struct ra_err *err);

/* RA_ESIGNAL with its number once a signal has come, else 0. */
int ra_cli_stopped(const struct ra_cli *cli, struct ra_err *err);

/* The configuration's tenant and one of its directories as the readers want them. Everything is
 * borrowed from the configuration; what Graph makes us wait for goes to cli->progress. */
void ra_cli_graph_options(const struct ra_cli *cli, struct ra_graph_options *out);
void ra_cli_dir_options(const struct ra_cli *cli, const struct ra_config_ad *ad,
                        struct ra_dir_options *out);

/* An on_event for ctx = a struct ra_progress (or NULL): shows waits and retries in the phase's
 * line.
 */
void ra_cli_graph_event(void *progress, const struct ra_graph_event *e);

/* The configuration's policy; include and exclude as DN keys, scopes in the order of the [ad:NAME]
 * sections. Lives until freed; borrows text from the configuration. */
struct ra_cli_policy {
    struct ra_policy policy;
    struct ra_arena arena;
};
int ra_cli_policy(const struct ra_cli *cli, struct ra_cli_policy *out, struct ra_err *err);
void ra_cli_policy_free(struct ra_cli_policy *p);

/* What is wrong goes to stderr: `reanchor: MESSAGE` and `HINT: …`, or one JSON object. */
void ra_cli_print_error(const struct ra_cli *cli, const struct ra_err *err);
/* RA_EIO unless all that was printed has left: output is complete only then. */
int ra_cli_flush_output(struct ra_err *err);

/* At its end, as root: what root made in a store that belongs to somebody else goes to its owner. */
void ra_cli_hand_over(const struct ra_cli *cli);

/* At the start of the process: no core files, no ptrace, files for the owner alone, signals that
 * set the flag that is returned. */
const atomic_int *ra_cli_secure_process(void);

/* After a signal: the run ends by itself, however long that takes. A second signal still ends it.
 */
void ra_cli_take_time(void);

#endif
