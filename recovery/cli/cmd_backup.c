/* reanchor backup create|list|show|… */
#include "recovery/cli/backup.h"
#include "recovery/cli/commands.h"

#include "src/base/clock.h"

#include <string.h>

static const struct verb {
    const char *name;
    ra_backup_verb_fn *run;
} verbs[] = {
    {"create", ra_backup_verb_create}, {"list", ra_backup_verb_list},
    {"show", ra_backup_verb_show},     {"check", ra_backup_verb_check},
    {"diff", ra_backup_verb_diff},     {"prune", ra_backup_verb_prune},
    {"keygen", ra_backup_verb_keygen},
};

#define VERBS (sizeof verbs / sizeof verbs[0])

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct ra_err *err = state->input;
    const char *names[VERBS + 1] = {0}, *near;

    if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(
            err, "backup: missing argument, want create, list, show, check, diff, prune or keygen");
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    for (size_t i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    near = ra_nearest(arg, names);
    return ra_cli_usage(err, "backup: have '%.100s'%s%s%s", arg, near ? ", the nearest is '" : "",
                        near ? near : "", near ? "'" : "");
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "VERB [ARGUMENT...]",
    .doc = "Make and keep anchor backups.\v"
           "  create   refresh the cache and seal what puts an anchor back\n"
           "  list     the backups that are there\n"
           "  show     what one holds\n"
           "  check    form, hashes, the chain, signatures\n"
           "  diff     what appeared, vanished, changed between two\n"
           "  prune    remove what the keep rules do not keep\n"
           "  keygen   make a key that signs them\n\n"
           "'reanchor backup VERB --help' explains one. The format is readable without this "
           "program: zstdcat and jq.",
};

/* "-c", "-qc": its value is the next word. */
static bool ends_in_c(const char *word)
{
    return word[0] == '-' && word[1] != '-' && strchr(word, 'c') == word + strlen(word) - 1;
}

/* Options may stand before the verb; the one with a value must not have it taken for one. */
static int find_verb(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (ends_in_c(argv[i]) || strcmp(argv[i], "--config") == 0 ||
            strcmp(argv[i], "--metrics") == 0)
            i++;
        else if (argv[i][0] != '-')
            return i;
    }
    return 0;
}

/* The state of the folder, whatever became of the run. */
static void tell_backups(struct ra_cli *cli)
{
    struct ra_metrics_backups b = {0};
    const struct ra_backup_manifest *newest;
    struct ra_links c;

    if (!cli->metrics_file || !cli->config || ra_links_read(cli->config->backup.dir, &c, NULL) != 0)
        return;
    newest = ra_links_newest(&c);
    b.count = ra_links_backups(&c);
    b.chain_length = c.head.sequence;
    if (c.n && c.links[c.n - 1].sequence > b.chain_length)
        b.chain_length = c.links[c.n - 1].sequence;
    if (newest) {
        b.newest = newest->created;
        b.newest_bytes = newest->data.bytes + newest->anchors.bytes;
        b.newest_objects = ra_backup_objects(newest);
    }
    ra_metrics_backups(cli->metrics, &b);
    ra_links_free(&c);
}

int ra_cmd_backup(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    char name[64];
    int at = find_verb(argc, argv), rc;

    for (size_t i = 0; at && i < VERBS; i++) {
        if (strcmp(argv[at], verbs[i].name) != 0)
            continue;
        snprintf(name, sizeof name, "reanchor backup %s", verbs[i].name);
        for (int a = at; a + 1 < argc; a++)
            argv[a] = argv[a + 1];
        argv[argc - 1] = NULL;
        argv[0] = name;
        ra_metrics_command(cli->metrics, name + strlen("reanchor "));
        rc = verbs[i].run(cli, argc - 1, argv, err);
        tell_backups(cli);
        return rc;
    }
    rc = ra_cli_parse(cli, &argp, err, argc, argv, err);
    return rc != 0 ? rc : ra_fail(err, RA_EUSAGE, "backup: missing argument");
}

/* ---- lines of JSON ---- */

void ra_backup_line_begin(struct ra_backup_line *l, const char *type)
{
    ra_buf_init(&l->buf, (size_t)1 << 28);
    ra_json_init(&l->json, &l->buf);
    ra_json_object(&l->json);
    ra_json_key(&l->json, "type");
    ra_json_z(&l->json, type);
}

void ra_backup_line_end(struct ra_backup_line *l)
{
    ra_json_object_end(&l->json);
    printf("%s\n", ra_buf_z(&l->buf));
    ra_buf_free(&l->buf);
}

uint64_t ra_backup_objects(const struct ra_backup_manifest *m)
{
    uint64_t n = 0;

    for (int k = 0; k < RA_KINDS; k++)
        n += m->cloud[k] + m->ad[k];
    return n;
}

static void number(struct ra_json *j, const char *key, uint64_t v)
{
    ra_json_key(j, key);
    ra_json_int(j, (long long)v);
}

static void text(struct ra_json *j, const char *key, const char *z)
{
    ra_json_key(j, key);
    ra_json_str(j, ra_str(z));
}

void ra_backup_line_manifest(struct ra_backup_line *l, const struct ra_backup_manifest *m)
{
    char when[RA_TIME_TEXT];

    ra_time_text(m->created, when);
    text(&l->json, "name", m->name);
    number(&l->json, "sequence", m->sequence);
    text(&l->json, "created", when);
    text(&l->json, "sha256", m->sha256);
    text(&l->json, "signed_by", m->signed_by);
    ra_json_key(&l->json, "encrypted");
    ra_json_bool(&l->json, m->encrypted_to_n > 0);
    number(&l->json, "bytes", m->data.bytes + m->anchors.bytes);
    number(&l->json, "objects", ra_backup_objects(m));
    number(&l->json, "anchors", m->anchors_n);
}
