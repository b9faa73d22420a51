/* reanchor backup prune [--dry-run] [--force] [--lost] */
#include "recovery/cli/backup.h"

#include "recovery/backup/prune.h"
#include "src/base/clock.h"

enum { OPT_DRY_RUN = 0x740, OPT_FORCE, OPT_LOST };

static const struct argp_option argp_options[] = {
    {"dry-run", OPT_DRY_RUN, NULL, 0, "Tell what would be removed, and remove nothing", 0},
    {"force", OPT_FORCE, NULL, 0, "Remove also what alone holds an anchor", 0},
    {"lost", OPT_LOST, NULL, 0,
     "Accept that what is missing or damaged is lost: the chain accounts for it from now on, and "
     "what is left of it is removed",
     0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct ra_prune *o = state->input;

    (void)arg;
    switch (key) {
    case OPT_DRY_RUN:
        o->dry_run = true;
        return 0;
    case OPT_FORCE:
        o->force = true;
        return 0;
    case OPT_LOST:
        o->lost = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .doc = "Remove the backups that the keep rules of the configuration do not keep.\v"
           "Of each of the last keep_daily days that have a backup the newest stays, and so for "
           "weeks, months and years. The newest good backup always stays; so does the last one "
           "that holds an anchor which no other holds, unless --force is given. What was removed "
           "stands in the chain: check tells pruning from tampering.",
};

static void print_item(const struct ra_cli *cli, const struct ra_prune_item *item)
{
    struct ra_backup_line l;

    if (!cli->json) {
        if (!cli->quiet)
            printf("%s %s: %s\n", item->remove ? "remove" : "keep  ", item->name, item->why);
        return;
    }
    ra_backup_line_begin(&l, "backup");
    ra_json_key(&l.json, "name");
    ra_json_z(&l.json, item->name);
    ra_json_key(&l.json, "remove");
    ra_json_bool(&l.json, item->remove);
    ra_json_key(&l.json, "why");
    ra_json_z(&l.json, item->why);
    ra_json_key(&l.json, "anchors_held_alone");
    ra_json_int(&l.json, (long long)item->held);
    ra_backup_line_end(&l);
}

static void print_summary(const struct ra_cli *cli, const struct ra_prune *how,
                          const struct ra_pruned *p)
{
    struct ra_backup_line l;

    if (!cli->json) {
        if (!cli->quiet)
            printf("%zu of %zu %s%s%s\n", p->removed, p->n,
                   how->dry_run ? "would be removed" : "removed",
                   p->record[0] ? ", recorded in " : "", p->record);
        return;
    }
    ra_backup_line_begin(&l, "summary");
    ra_json_key(&l.json, "removed");
    ra_json_int(&l.json, (long long)p->removed);
    ra_json_key(&l.json, "kept");
    ra_json_int(&l.json, (long long)(p->n - p->removed));
    ra_json_key(&l.json, "dry_run");
    ra_json_bool(&l.json, how->dry_run);
    ra_json_key(&l.json, "record");
    ra_json_str(&l.json, ra_str(p->record));
    ra_backup_line_end(&l);
}

int ra_backup_verb_prune(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct ra_prune how = {0};
    struct ra_pruned out = {0};
    int lock = -1, rc = ra_cli_parse(cli, &argp, &how, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0) {
        how.dir = cli->config->backup.dir;
        how.sign_key_file = cli->config->backup.sign_key_file;
        how.now = ra_now();
        how.rules = (struct ra_prune_rules){
            cli->config->backup.keep_daily, cli->config->backup.keep_weekly,
            cli->config->backup.keep_monthly, cli->config->backup.keep_yearly};
        rc = ra_backup_dir_exists(how.dir, err); /* the lock would make it */
    }
    if (rc == 0)
        rc = ra_backup_lock(how.dir, &lock, err);
    if (rc == 0)
        rc = ra_backup_prune(&how, &out, err);
    for (size_t i = 0; rc == 0 && i < out.n; i++)
        print_item(cli, &out.items[i]);
    if (rc == 0)
        print_summary(cli, &how, &out);
    ra_pruned_free(&out);
    ra_backup_unlock(&lock);
    return rc;
}
