#include "recovery/cli/commands.h"

#include <string.h>

static const struct ra_command commands[] = {
    {"rebuild", ra_cmd_rebuild, "read both sides, decide, report: the main job"},
    {"doctor", ra_cmd_doctor, "check what a rebuild needs, and change nothing"},
    {"fetch", ra_cmd_fetch, "fill or refresh the cache"},
    {"plan", ra_cmd_plan, "decide from the cache alone, offline"},
    {"apply", ra_cmd_apply, "carry out a reviewed plan, or undo one: the only writer"},
    {"show", ra_cmd_show, "explain one object"},
    {"backup", ra_cmd_backup, "make and keep anchor backups"},
    {"restore", ra_cmd_restore, "turn a backup into a plan that puts lost anchors back"},
    {"verify", ra_cmd_verify, "check the integrity of the anchors on both sides"},
    {"rehearse", ra_cmd_rehearse, "let a simulated tenant do the first export: a fire drill"},
    {"import", ra_cmd_import, "read what other tools left of the old sync server"},
    {"config", ra_cmd_config, "check the configuration, or show what is in effect"},
    {"help", ra_cmd_help, "explain the program or one command"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

const struct ra_command *ra_commands(size_t *n)
{
    *n = COMMANDS;
    return commands;
}

int ra_command_find(const char *name, const struct ra_command **out, struct ra_err *err)
{
    const char *names[COMMANDS + 1] = {0}, *near;

    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(name, names[i]) == 0) {
            *out = &commands[i];
            return 0;
        }
    }
    near = ra_nearest(name, names);
    ra_fail(err, RA_EUSAGE, "unknown command '%.100s'%s%s%s", name,
            near ? ", the nearest is '" : "", near ? near : "", near ? "'" : "");
    return ra_hint(err, "'reanchor help' lists the commands");
}
