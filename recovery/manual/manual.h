/*
 * The manual and the completions, written from the program's own tables: commands, options, keys of
 * the configuration, verdicts. A program of its own, used when the project is built; what it prints
 * beside the tables comes from the texts in docs/man. Nothing here runs a command.
 */
#ifndef RA_MANUAL_MANUAL_H
#define RA_MANUAL_MANUAL_H

#include "recovery/cli/commands.h"

#include <stdio.h>

/* ---- roff.c: text into mdoc ---- */

/* A line of text; what roff would take for its own is escaped, "\v" and line breaks part
 * paragraphs. */
void ra_roff_text(FILE *to, const char *text);
/* The same for a clause without its full stop. */
void ra_roff_sentence(FILE *to, const char *clause);
/* An argument of a macro: escaped, in quotes where it has spaces. */
void ra_roff_word(FILE *to, const char *word);
void ra_roff_head(FILE *to, const char *title, const char *section, const char *date);

/* ---- describe.c: what a command's options are ---- */

/* The command's own argp, taken from it before it does anything. */
const struct argp *ra_describe(const struct ra_command *c);

/* Calls each for every option of argp and its children, in the order in which help shows them. */
void ra_each_option(const struct argp *argp, void (*each)(void *ctx, const struct argp_option *o),
                    void *ctx);

/* ---- the pages ---- */

struct ra_manual {
    FILE *to;
    const char *date;  /* as mdoc's .Dd wants it */
    const char *texts; /* the folder of the texts */
};

int ra_manual_program(const struct ra_manual *m);                             /* reanchor(1) */
int ra_manual_command(const struct ra_manual *m, const struct ra_command *c); /* one each */
int ra_manual_configuration(const struct ra_manual *m);                       /* reanchor.conf(5) */
int ra_manual_decisions(const struct ra_manual *m);                           /* (7) */

/* Copies NAME.mdoc of the texts; complains and returns 1 when there is none. */
int ra_manual_insert(const struct ra_manual *m, const char *name);
void ra_manual_options(const struct ra_manual *m, const struct argp *argp);
void ra_manual_exit_status(const struct ra_manual *m);

/* ---- completion.c ---- */

int ra_completion(FILE *to, const char *shell); /* 1 for a shell that it does not know */

#endif
