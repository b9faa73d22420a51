/* What the verbs of `reanchor backup` share. Each is a file cmd_backup_VERB.c and a row in
 * cmd_backup.c; cli is set up and the arguments' first word is "reanchor backup VERB". */
#ifndef RA_CLI_BACKUP_H
#define RA_CLI_BACKUP_H

#include "recovery/backup/chain.h"
#include "recovery/cli/cli.h"
#include "src/base/json.h"

typedef int ra_backup_verb_fn(struct ra_cli *cli, int argc, char **argv, struct ra_err *err);

ra_backup_verb_fn ra_backup_verb_create, ra_backup_verb_list, ra_backup_verb_show,
    ra_backup_verb_check, ra_backup_verb_keygen, ra_backup_verb_prune, ra_backup_verb_diff;

/* Prints one JSON object a line to stdout: begin, members through ->json, end. */
struct ra_backup_line {
    struct ra_buf buf;
    struct ra_json json;
};
void ra_backup_line_begin(struct ra_backup_line *l, const char *type);
void ra_backup_line_end(struct ra_backup_line *l);

/* The members that list and create print of the manifest of a backup; not for a record of what was
 * removed. */
void ra_backup_line_manifest(struct ra_backup_line *l, const struct ra_backup_manifest *m);
uint64_t ra_backup_objects(const struct ra_backup_manifest *m); /* live ones of both sides */

#endif
