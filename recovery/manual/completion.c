/* Completions of the shells: the commands, their options, files where an option takes one. */
#include "recovery/manual/manual.h"

#include <ctype.h>
#include <string.h>

static bool is_path(const struct argp_option *o)
{
    static const char *const words[] = {"FILE", "DIR", "PLAN", "PATH", NULL};

    for (size_t i = 0; o->arg && words[i]; i++)
        if (strcmp(o->arg, words[i]) == 0)
            return true;
    return false;
}

/* ---- bash ---- */

static void bash_option(void *ctx, const struct argp_option *o)
{
    fprintf(ctx, " --%s%s", o->name, o->arg ? "=" : "");
}

static void bash(FILE *to)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    fputs("# bash completion of reanchor, made from its table of options\n"
          "_reanchor() {\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} command= i\n"
          "  local global=\"",
          to);
    ra_each_option(ra_cli_global_argp(), bash_option, to);
    fputs("\"\n  for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "    [[ ${COMP_WORDS[i]} == -* || ${COMP_WORDS[i - 1]} == -c ]] || "
          "{ command=${COMP_WORDS[i]}; break; }\n"
          "  done\n"
          "  local options=$global\n"
          "  case $command in\n",
          to);
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "    %s) options+=\"", c[i].name);
        ra_each_option(ra_describe(&c[i]), bash_option, to);
        fputs("\" ;;\n", to);
    }
    fputs("    '') [[ $cur == -* ]] || { COMPREPLY=($(compgen -W \"", to);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%s%s", i ? " " : "", c[i].name);
    fputs("\" -- \"$cur\")); return; } ;;\n"
          "  esac\n"
          "  if [[ $cur == -* ]]; then\n"
          "    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "    [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
          "  else\n"
          "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "  fi\n"
          "}\n"
          "complete -o filenames -F _reanchor reanchor\n",
          to);
}

/* ---- zsh ---- */

/* Inside single quotes, where brackets and colons part what _arguments reads. */
static void zsh_text(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else if (strchr("[]:\\", *text))
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

static void zsh_option(void *ctx, const struct argp_option *o)
{
    fprintf(ctx, "    '--%s%s[", o->name, o->arg ? "=" : "");
    zsh_text(ctx, o->doc ? o->doc : "");
    fputc(']', ctx);
    if (o->arg) {
        fputc(':', ctx);
        zsh_text(ctx, o->arg);
        fputs(is_path(o) ? ":_files" : ":", ctx);
    }
    fputs("' \\\n", ctx);
}

static void zsh(FILE *to)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    fputs("#compdef reanchor\n# made from reanchor's table of options\n"
          "_reanchor() {\n  local -a commands\n  commands=(\n",
          to);
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "    '%s:", c[i].name);
        zsh_text(to, c[i].summary);
        fputs("'\n", to);
    }
    fputs("  )\n  local state line\n  _arguments -C \\\n", to);
    ra_each_option(ra_cli_global_argp(), zsh_option, to);
    fputs("    '1: :->command' '*:: :->rest' && return\n"
          "  case $state in\n    command) _describe command commands ;;\n"
          "    rest) case $line[1] in\n",
          to);
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "      %s) _arguments \\\n", c[i].name);
        ra_each_option(ra_describe(&c[i]), zsh_option, to);
        fputs("    '*:file:_files' ;;\n", to);
    }
    fputs("    esac ;;\n  esac\n}\n_reanchor \"$@\"\n", to);
}

/* ---- fish ---- */

struct fish {
    FILE *to;
    const char *command; /* or NULL for the global ones */
};

static void fish_text(FILE *to, const char *text)
{
    for (; *text; text++)
        fprintf(to, strchr("'\\", *text) ? "\\%c" : "%c", *text);
}

static void fish_option(void *ctx, const struct argp_option *o)
{
    const struct fish *f = ctx;

    fputs("complete -c reanchor", f->to);
    if (f->command)
        fprintf(f->to, " -n '__fish_seen_subcommand_from %s'", f->command);
    fprintf(f->to, " -l %s", o->name);
    if (isgraph(o->key) && o->key < 128)
        fprintf(f->to, " -s %c", o->key);
    fprintf(f->to, "%s%s -d '", o->arg ? " -r" : "", o->arg && is_path(o) ? " -F" : "");
    fish_text(f->to, o->doc ? o->doc : "");
    fputs("'\n", f->to);
}

static void fish(FILE *to)
{
    struct fish f = {.to = to};
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    fputs("# fish completion of reanchor, made from its table of options\n", to);
    ra_each_option(ra_cli_global_argp(), fish_option, &f);
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "complete -c reanchor -n __fish_use_subcommand -f -a %s -d '", c[i].name);
        fish_text(to, c[i].summary);
        fputs("'\n", to);
        f.command = c[i].name;
        ra_each_option(ra_describe(&c[i]), fish_option, &f);
    }
}

int ra_completion(FILE *to, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        return bash(to), 0;
    if (strcmp(shell, "zsh") == 0)
        return zsh(to), 0;
    if (strcmp(shell, "fish") == 0)
        return fish(to), 0;
    return 1;
}
