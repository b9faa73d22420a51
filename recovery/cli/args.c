/*
 * Options. argp parses them; its own messages are kept silent (ARGP_NO_ERRS), since every fault of
 * this program is printed in one form, and since the table can name the option that was probably
 * meant.
 */
#include "recovery/cli/commands.h"
#include "src/base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_JSON = 0x100, KEY_NO_COLOR, KEY_NO_INPUT, KEY_METRICS, KEY_VERSION };

static const struct argp_option global_options[] = {
    {"config", 'c', "FILE", 0, "The configuration file", 0},
    {"json", KEY_JSON, NULL, 0, "Data, progress and errors as JSON", 0},
    {"quiet", 'q', NULL, 0, "No progress, no notes", 0},
    {"verbose", 'v', NULL, 0, "Log requests; twice, more", 0},
    {"no-color", KEY_NO_COLOR, NULL, 0, "No colour, no moving lines", 0},
    {"no-input", KEY_NO_INPUT, NULL, 0, "Never ask", 0},
    {"metrics", KEY_METRICS, "FILE", 0,
     "Write how the run went as a Prometheus textfile, also when it fails", 0},
    {"help", 'h', NULL, 0, "Show this help", 0},
    {"version", KEY_VERSION, NULL, 0, "Show the version and those of the libraries", 0},
    {0},
};

static void print_help(const struct argp *argp, FILE *to, const char *name)
{
    char *text = NULL, *own_name = ra_strdup(name);
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    if (!f)
        ra_die("out of memory (the help)");
    setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
    argp_help(argp, f,
              ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_PRE_DOC | ARGP_HELP_POST_DOC,
              own_name);
    fclose(f);
    fprintf(to, "%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
    free(text);
    free(own_name);
}

static _Noreturn void leave(const struct ra_cli *cli)
{
    struct ra_err err = {0};

    if (ra_cli_flush_output(&err) != 0)
        ra_cli_print_error(cli, &err);
    exit(ra_exit_status(&err));
}

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
    struct ra_cli *cli = state->input;

    switch (key) {
    case 'c':
        cli->config_path = arg;
        return 0;
    case KEY_JSON:
        cli->json = true;
        return 0;
    case 'q':
        cli->quiet = true;
        return 0;
    case 'v':
        cli->verbose++;
        return 0;
    case KEY_NO_COLOR:
        cli->no_color = true;
        return 0;
    case KEY_NO_INPUT:
        cli->no_input = true;
        return 0;
    case KEY_METRICS:
        cli->metrics_file = arg;
        return 0;
    case 'h':
        print_help(state->root_argp, stdout, state->name);
        leave(cli);
    case KEY_VERSION:
        ra_cli_print_version();
        leave(cli);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp global_argp = {.options = global_options, .parser = parse_global};

const struct argp *ra_cli_global_argp(void)
{
    return &global_argp;
}

error_t ra_cli_usage(struct ra_err *err, const char *fmt, ...)
{
    va_list ap;

    ra_fail(err, RA_EUSAGE, "%s", "");
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return EINVAL;
}

/* ---- what a fault was: argp and getopt tell only that there is one ---- */

struct parse {
    struct ra_cli *cli;
    const struct argp *own; /* NULL before the command's name */
    void *input;
    struct ra_err *err;
    const char *arg; /* the argument last offered */
};

#define NAMES_MAX 64

static bool is_named(const struct argp_option *o, const char *word, size_t n)
{
    if (word[0] == '-' && word[1] == '-')
        return o->name && strlen(o->name) == n - 2 && strncmp(o->name, word + 2, n - 2) == 0;
    return word[0] == '-' && word[1] && o->key == word[1];
}

/* The options of a parser and of those below it, one after the other; NULL at the end. */
static const struct argp_option *option_at(const struct argp *argp, size_t *at)
{
    const struct argp_option *found = NULL;

    for (const struct argp_option *o = argp ? argp->options : NULL; o && (o->name || o->key); o++)
        if ((*at)-- == 0)
            return o;
    for (const struct argp_child *c = argp ? argp->children : NULL; c && c->argp && !found; c++)
        found = option_at(c->argp, at);
    return found;
}

static const struct argp_option *nth_option(const struct parse *p, size_t at)
{
    const struct argp_option *o = option_at(p->own, &at);

    return o ? o : option_at(&global_argp, &at);
}

static const struct argp_option *known_option(const struct parse *p, const char *word)
{
    const struct argp_option *o;
    size_t n = strcspn(word, "=");

    for (size_t i = 0; (o = nth_option(p, i)) != NULL; i++)
        if (is_named(o, word, n))
            return o;
    return NULL;
}

static const char *nearest_option(const struct parse *p, const char *word)
{
    const struct argp_option *o;
    const char *names[NAMES_MAX];
    char name[64];
    size_t n = 0;

    for (size_t i = 0; (o = nth_option(p, i)) != NULL && n + 1 < NAMES_MAX; i++)
        if (o->name)
            names[n++] = o->name;
    names[n] = NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    return word[1] == '-' ? ra_nearest(name, names) : NULL;
}

/* A variable that was not set, most often; no option means anything by it. first_only: up to the
 * command's name. */
static int refuse_empty(const struct parse *p, int argc, char **argv, bool first_only)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const struct argp_option *o = argv[i][0] == '-' ? known_option(p, argv[i]) : NULL;
        const char *value = o && argv[i][1] == '-' ? strchr(argv[i], '=') : NULL, *word = argv[i];

        if (argv[i][0] != '-' && first_only)
            return 0;
        if (!o || !o->arg || (argv[i][1] != '-' && argv[i][2]))
            continue;
        value = value ? value + 1 : argv[++i];
        if (!value || *value)
            continue;
        ra_fail(p->err, RA_EUSAGE, "option '%.*s' has an empty value, want %s",
                (int)strcspn(word, "="), word, o->arg);
        return ra_hint(p->err, "see '%.100s --help'", argv[0]);
    }
    return 0;
}

/* What of a word is at fault, as far as it tells by itself; NULL when nothing is. Of several short
 * options in one word ("-qrf") that is the first unknown one, or one that takes a value and got
 * none. */
static const char *culprit(const struct parse *p, const char *word, char name[3])
{
    const struct argp_option *o;

    if (word[0] != '-' || !word[1])
        return NULL;
    if (word[1] == '-') {
        o = known_option(p, word);
        return o && (o->arg != NULL) == (strchr(word, '=') != NULL) ? NULL : word;
    }
    for (const char *at = word + 1; *at; at++) {
        if (*at == '=')
            return word; /* a value for an option that takes none */
        snprintf(name, 3, "-%c", *at);
        o = known_option(p, name);
        if (!o || (o->arg && !at[1]))
            return name;
        if (o->arg)
            break;
    }
    return NULL;
}

static void name_option_fault(struct parse *p, const char *word)
{
    const struct argp_option *o = known_option(p, word);
    const char *near = o ? NULL : nearest_option(p, word);

    if (o && o->arg && !strchr(word, '='))
        ra_fail(p->err, RA_EUSAGE, "option '%.100s' needs a value: %s", word, o->arg);
    else if (o)
        ra_fail(p->err, RA_EUSAGE, "option '%.100s' takes no value", word);
    else if (near)
        ra_fail(p->err, RA_EUSAGE, "unknown option '%.100s', the nearest is '--%s'", word, near);
    else
        ra_fail(p->err, RA_EUSAGE, "unknown option '%.100s'", word);
}

/* Where getopt stopped: behind the bad option, or before it when it is inside of a cluster. */
static const char *bad_word(const struct parse *p, const struct argp_state *state, char name[3])
{
    const char *before = state->next > 1 ? state->argv[state->next - 1] : "";
    const char *at = state->next < state->argc ? state->argv[state->next] : "";
    const char *word = culprit(p, before, name);

    if (!word)
        word = culprit(p, at, name);
    return word ? word : before;
}

static void name_fault(struct parse *p, const struct argp_state *state)
{
    char name[3];

    if (p->err->code == 0 && p->arg && state->next < state->argc &&
        p->arg == state->argv[state->next])
        ra_fail(p->err, RA_EUSAGE, "unexpected argument '%.100s'", p->arg);
    else if (p->err->code == 0)
        name_option_fault(p, bad_word(p, state, name));
    if (!p->err->hint[0])
        ra_hint(p->err, "see '%.100s --help'", state->name);
}

/* ---- a command's options ---- */

static error_t parse_root(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;

    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = p->input;
        state->child_inputs[1] = p->cli;
    } else if (key == ARGP_KEY_ARG) {
        p->arg = arg;
        if (!*arg)
            return ra_cli_usage(p->err, "an argument is empty");
    } else if (key == ARGP_KEY_ERROR) {
        name_fault(p, state);
    }
    return ARGP_ERR_UNKNOWN;
}

static void set_up(struct ra_cli *cli)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool plain = cli->no_color || (no_color && *no_color) || !isatty(STDOUT_FILENO) ||
                 (term && strcmp(term, "dumb") == 0);
    enum ra_progress_style style = RA_PROGRESS_LINES;

    cli->color = !plain;
    if (cli->quiet)
        style = RA_PROGRESS_QUIET;
    else if (cli->json)
        style = RA_PROGRESS_JSON;
    else if (!plain && isatty(STDERR_FILENO))
        style = RA_PROGRESS_LIVE;
    ra_log_setup(cli->quiet         ? RA_LOG_QUIET
                 : cli->verbose > 1 ? RA_LOG_DEBUG
                 : cli->verbose     ? RA_LOG_REQUESTS
                                    : RA_LOG_NORMAL,
                 cli->json);
    if (!cli->progress)
        cli->progress = ra_progress_open(style, stderr);
}

int ra_cli_parse(struct ra_cli *cli, const struct argp *own, void *input, int argc, char **argv,
                 struct ra_err *err)
{
    const struct argp_child children[] = {
        {own, 0, NULL, 0},
        {&global_argp, 0, "Global options:", 1},
        {0},
    };
    const struct argp root = {.parser = parse_root, .children = children};
    struct parse p = {.cli = cli, .own = own, .input = input, .err = err};

    if (cli->describe) {
        *cli->describe = own;
        return ra_fail(err, RA_EUSAGE, "asked only what the options are");
    }
    err->code = 0;
    err->hint[0] = '\0';
    if (refuse_empty(&p, argc, argv, false) != 0)
        return -err->code;
    if (argp_parse(&root, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p) == 0) {
        set_up(cli);
        return 0;
    }
    if (err->code && !err->hint[0])
        ra_hint(err, "see '%.100s --help'", argv[0]);
    return err->code ? -err->code : ra_fail(err, RA_EUSAGE, "arguments that cannot be understood");
}

/* ---- the options before the command ---- */

static error_t parse_first(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;

    (void)arg;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = p->cli;
    } else if (key == ARGP_KEY_ARG) {
        *(int *)p->input = state->next - 1;
        state->next = state->argc;
        return 0;
    } else if (key == ARGP_KEY_ERROR) {
        name_fault(p, state);
    }
    return ARGP_ERR_UNKNOWN;
}

static char *list_commands(int key, const char *text, void *input)
{
    struct ra_buf b;
    char *list;
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    (void)input;
    if (key != ARGP_KEY_HELP_PRE_DOC)
        return (char *)(uintptr_t)text;
    ra_buf_init(&b, 65536);
    ra_buf_printf(&b, "%s\n\nCommands:\n", text);
    for (size_t i = 0; i < n; i++)
        ra_buf_printf(&b, "  %-10s %s\n", c[i].name, c[i].summary);
    list = strdup(ra_buf_z(&b)); /* argp frees it */
    ra_buf_free(&b);
    return list;
}

static const struct argp_child first_children[] = {
    {&global_argp, 0, "Global options, before or after the command:", 0}, {0}};
static const struct argp first_argp = {
    .parser = parse_first,
    .args_doc = "COMMAND [ARGUMENT...]",
    .doc = "Predicts, before anything is uploaded, what a reinstalled Entra Connect server would do"
           " to every object.\v'reanchor COMMAND --help' explains a command.",
    .children = first_children,
    .help_filter = list_commands,
};

int ra_cli_parse_global(struct ra_cli *cli, int argc, char **argv, int *first, struct ra_err *err)
{
    struct parse p = {.cli = cli, .input = first, .err = err};

    *first = argc;
    if (refuse_empty(&p, argc, argv, true) != 0)
        return -err->code;
    if (argp_parse(&first_argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_IN_ORDER, NULL,
                   &p) == 0)
        return 0;
    return err->code ? -err->code : ra_fail(err, RA_EUSAGE, "arguments that cannot be understood");
}

void ra_cli_help(FILE *to)
{
    print_help(&first_argp, to, "reanchor");
}
