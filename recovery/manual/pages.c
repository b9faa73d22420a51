#include "recovery/manual/manual.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts that several pages have ---- */

int ra_manual_insert(const struct ra_manual *m, const char *name)
{
    char path[4096];
    FILE *f;
    int c;

    snprintf(path, sizeof path, "%s/%s.mdoc", m->texts, name);
    f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    while ((c = getc(f)) != EOF)
        putc(c, m->to);
    fclose(f);
    return 0;
}

static void put_option(void *ctx, const struct argp_option *o)
{
    const struct ra_manual *m = ctx;

    fputs(".It ", m->to);
    if (isgraph(o->key) && o->key < 128)
        fprintf(m->to, "Fl %c%s ", o->key, o->name ? " ," : "");
    if (o->name) {
        fputs("Fl ", m->to);
        fputs("\\-", m->to);
        for (const char *p = o->name; *p; p++)
            fputs(*p == '-' ? "\\-" : (char[]){*p, '\0'}, m->to);
    }
    if (o->arg) {
        fputs(" Ns = Ns Ar ", m->to);
        ra_roff_word(m->to, o->arg);
    }
    fputc('\n', m->to);
    ra_roff_sentence(m->to, o->doc ? o->doc : "");
}

void ra_manual_options(const struct ra_manual *m, const struct argp *argp)
{
    struct ra_manual copy = *m;

    fputs(".Bl -tag -width Ds\n", m->to);
    ra_each_option(argp, put_option, &copy);
    fputs(".El\n", m->to);
}

void ra_manual_exit_status(const struct ra_manual *m)
{
    static const struct {
        int status;
        const char *means;
    } rows[] = {
        {0, "done"},
        {1, "usage or configuration"},
        {2, "findings, the gate says ACTION; only with\n.Fl \\-detailed-exitcode"},
        {3, "a read did not reach its end; the snapshot before stays in use"},
        {4, "sign-in or permission"},
        {5, "network, server or throttling"},
        {6, "safety stop: gate STOP, a stale plan, another sync server alive"},
        {7, "integrity: a damaged store, backup or journal, or findings of verify"},
        {8, "another run holds the store"},
        {9, "a fault of the program or of the local disk"},
    };

    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n", m->to);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fprintf(m->to, ".It %d\n%s\n", rows[i].status, rows[i].means);
    fputs(".It 128+N\nended by signal N\n.El\n", m->to);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* mdoc wants them by section, then by name. */
static void see_commands(const struct ra_manual *m)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n);
    const char *names[64];

    n = n > 64 ? 64 : n;
    for (size_t i = 0; i < n; i++)
        names[i] = c[i].name;
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++)
        fprintf(m->to, ".Xr reanchor-%s 1 ,\n", names[i]);
}

static void see_also(const struct ra_manual *m, bool program)
{
    fputs(".Sh SEE ALSO\n", m->to);
    if (program)
        see_commands(m);
    else
        fputs(".Xr reanchor 1 ,\n", m->to);
    fputs(".Xr reanchor.conf 5 ,\n.Xr reanchor-decisions 7\n", m->to);
}

/* ---- reanchor(1) ---- */

int ra_manual_program(const struct ra_manual *m)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    ra_roff_head(m->to, "reanchor", "1", m->date);
    fputs(".Sh NAME\n.Nm reanchor\n.Nd predict what a reinstalled Entra Connect server would do\n"
          ".Sh SYNOPSIS\n.Nm\n.Op Ar option ...\n.Ar command\n.Op Ar argument ...\n"
          ".Sh DESCRIPTION\n",
          m->to);
    if (ra_manual_insert(m, "reanchor") != 0)
        return 1;
    fputs(".Pp\nThe commands are as follows.\nEach has a page of its own.\n"
          ".Bl -tag -width \"rebuild_\"\n",
          m->to);
    for (size_t i = 0; i < n; i++) {
        fprintf(m->to, ".It Cm %s\n", c[i].name);
        ra_roff_text(m->to, c[i].summary);
    }
    fputs(".El\n.Pp\nThese options may stand before or after the command:\n", m->to);
    ra_manual_options(m, ra_cli_global_argp());
    if (ra_manual_insert(m, "environment") != 0)
        return 1;
    ra_manual_exit_status(m);
    see_also(m, true);
    return 0;
}

/* ---- one page a command ---- */

static void synopsis(const struct ra_manual *m, const struct ra_command *c, const struct argp *argp)
{
    fprintf(m->to, ".Sh SYNOPSIS\n.Nm reanchor %s\n.Op Ar option ...\n", c->name);
    if (argp && argp->args_doc) {
        fputs(".Ar ", m->to);
        ra_roff_word(m->to, argp->args_doc);
        fputc('\n', m->to);
    }
}

int ra_manual_command(const struct ra_manual *m, const struct ra_command *c)
{
    const struct argp *argp = ra_describe(c);
    char name[64];

    snprintf(name, sizeof name, "reanchor-%s", c->name);
    ra_roff_head(m->to, name, "1", m->date);
    fprintf(m->to, ".Sh NAME\n.Nm reanchor-%s\n.Nd ", c->name);
    ra_roff_text(m->to, c->summary);
    synopsis(m, c, argp);
    fputs(".Sh DESCRIPTION\n", m->to);
    ra_roff_text(m->to, argp->doc ? argp->doc : c->summary);
    if (argp->options || argp->children) {
        fputs(".Pp\nThe options, beside those of\n.Xr reanchor 1 :\n", m->to);
        ra_manual_options(m, argp);
    }
    ra_manual_exit_status(m);
    if (ra_manual_insert(m, c->name) != 0)
        return 1;
    see_also(m, false);
    return 0;
}
