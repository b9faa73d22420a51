/* reanchor backup check [NAME], reanchor backup keygen FILE */
#include "recovery/cli/backup.h"

#include "recovery/backup/check.h"

#include <stdlib.h>
#include <string.h>

enum { OPT_READ_DATA = 0x720, OPT_PUBLIC_KEY, OPT_IDENTITY };

#define KEYS_MAX 16

struct options {
    struct ra_backup_check how;
    const char *key_files[KEYS_MAX];
    size_t key_files_n;
    struct ra_sign_public keys[KEYS_MAX + 1];
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"read-data", OPT_READ_DATA, NULL, 0, "Decode every record too", 0},
    {"public-key", OPT_PUBLIC_KEY, "FILE", 0,
     "Verify signatures with this minisign public key; may be repeated. Without one, that of the "
     "configured sign_key_file",
     0},
    {"identity", OPT_IDENTITY, "FILE", 0, "An age identity that opens encrypted data", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case OPT_READ_DATA:
        o->how.read_data = true;
        return 0;
    case OPT_PUBLIC_KEY:
        if (o->key_files_n == KEYS_MAX)
            return ra_cli_usage(o->err, "backup check: more than %d public keys", KEYS_MAX);
        o->key_files[o->key_files_n++] = arg;
        return 0;
    case OPT_IDENTITY:
        o->how.identity_file = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (o->how.only)
            return ARGP_ERR_UNKNOWN;
        o->how.only = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "[NAME]",
    .doc = "Check the backups: form, hashes, the chain, signatures.\v"
           "Ends with 7 when anything is not as it must be. With NAME the files of that backup "
           "alone are read; the chain is always followed.",
};

/* ---- keys ---- */

static int load_keys(struct ra_cli *cli, struct options *o, struct ra_err *err)
{
    const char *secret = cli->config->backup.sign_key_file;
    struct ra_sign_key *key = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < o->key_files_n; i++)
        rc = ra_sign_public_read(o->key_files[i], &o->keys[i], err);
    o->how.keys_n = o->key_files_n;
    if (rc == 0 && o->key_files_n == 0 && secret) {
        rc = ra_sign_key_read(secret, &key, err);
        if (rc == 0)
            ra_sign_key_public(key, &o->keys[o->how.keys_n++]);
        ra_sign_key_free(&key);
    }
    o->how.keys = o->keys;
    return rc;
}

/* ---- output ---- */

static void print_finding(const struct ra_cli *cli, const struct ra_backup_finding *f)
{
    struct ra_backup_line l;

    if (!cli->json) {
        printf("%s %s%s%s\n", f->fault ? "FAULT" : "note ", f->file, f->file[0] ? ": " : "",
               f->what);
        return;
    }
    ra_backup_line_begin(&l, "finding");
    ra_json_key(&l.json, "severity");
    ra_json_z(&l.json, f->fault ? "high" : "info");
    ra_json_key(&l.json, "backup");
    ra_json_str(&l.json, ra_str(f->name));
    ra_json_key(&l.json, "file");
    ra_json_str(&l.json, ra_str(f->file));
    ra_json_key(&l.json, "what");
    ra_json_z(&l.json, f->what);
    ra_backup_line_end(&l);
}

static void print_summary(const struct ra_cli *cli, const struct options *o,
                          const struct ra_links *c, size_t faults)
{
    struct ra_backup_line l;

    if (!cli->json) {
        if (!cli->quiet && faults == 0)
            printf("%zu backup%s, chain of %llu links: no fault found%s\n", ra_links_backups(c),
                   ra_links_backups(c) == 1 ? "" : "s", (unsigned long long)c->head.sequence,
                   o->how.read_data ? ", every record decoded" : "");
        return;
    }
    ra_backup_line_begin(&l, "summary");
    ra_json_key(&l.json, "backups");
    ra_json_int(&l.json, (long long)ra_links_backups(c));
    ra_json_key(&l.json, "chain_length");
    ra_json_int(&l.json, (long long)c->head.sequence);
    ra_json_key(&l.json, "faults");
    ra_json_int(&l.json, (long long)faults);
    ra_json_key(&l.json, "read_data");
    ra_json_bool(&l.json, o->how.read_data);
    ra_json_key(&l.json, "signatures_verified");
    ra_json_bool(&l.json, o->how.keys_n > 0);
    ra_backup_line_end(&l);
}

struct phase {
    struct ra_cli *cli;
    struct ra_phase *phase;
    char name[RA_BACKUP_NAME_MAX];
    uint64_t done;
};

static void on_progress(void *ctx, const char *name, uint64_t done, uint64_t total)
{
    struct phase *p = ctx;

    if (strcmp(p->name, name) != 0) {
        ra_progress_end(&p->phase);
        snprintf(p->name, sizeof p->name, "%s", name);
        p->phase = ra_progress_begin(p->cli->progress, name, 0, total);
        p->done = 0;
    }
    ra_progress_add(p->phase, done - p->done);
    p->done = done;
}

static bool is_there(const struct ra_links *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->links[i].name, name) == 0 && !ra_links_is_removed(c, &c->links[i]))
            return true;
    return false;
}

static int report(const struct ra_cli *cli, const struct options *o, const struct ra_links *c,
                  struct ra_err *err)
{
    size_t faults = ra_backup_faults(c);

    for (size_t i = 0; i < c->findings_n; i++)
        print_finding(cli, &c->findings[i]);
    print_summary(cli, o, c, faults);
    if (o->how.only && faults == 0 && !is_there(c, o->how.only))
        return ra_fail(err, RA_ENOTFOUND, "%s: there is no backup '%.100s'", o->how.dir,
                       o->how.only);
    if (faults == 0)
        return 0;
    ra_fail(err, RA_EINTEGRITY, "%s: %zu fault%s found", o->how.dir, faults,
            faults == 1 ? "" : "s");
    return ra_hint(err, "do not restore from what is named above; see docs/backup.md");
}

int ra_backup_verb_check(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    struct ra_links c = {0};
    struct phase phase = {.cli = cli};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = load_keys(cli, &o, err);
    if (rc == 0) {
        o.how.dir = cli->config->backup.dir;
        o.how.progress = on_progress;
        o.how.ctx = &phase;
        rc = ra_backup_check(&o.how, &c, err);
        ra_progress_end(&phase.phase);
    }
    if (rc == 0)
        rc = report(cli, &o, &c, err);
    ra_links_free(&c);
    return rc;
}

/* ---- keygen ---- */

struct keygen_options {
    const char *file;
    struct ra_err *err;
};

static error_t parse_keygen(int key, char *arg, struct argp_state *state)
{
    struct keygen_options *o = state->input;

    if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "backup keygen: missing argument, want a file to make");
    if (key != ARGP_KEY_ARG || o->file)
        return ARGP_ERR_UNKNOWN;
    o->file = arg;
    return 0;
}

static const struct argp keygen_argp = {
    .parser = parse_keygen,
    .args_doc = "FILE",
    .doc = "Make a key that signs backups: FILE, and FILE.pub to verify with.\v"
           "Both are minisign's; FILE has no password and must stay with the host that makes the "
           "backups. Keep FILE.pub elsewhere: minisign -V -p FILE.pub -m NAME.json",
};

int ra_backup_verb_keygen(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct keygen_options o = {.err = err};
    struct ra_backup_line l;
    char id[RA_BACKUP_KEY_ID], *public_file = NULL;
    int rc = ra_cli_parse(cli, &keygen_argp, &o, argc, argv, err);

    if (rc != 0)
        return rc;
    public_file = ra_malloc(strlen(o.file) + 5);
    sprintf(public_file, "%s.pub", o.file);
    rc = ra_sign_key_make(o.file, public_file, id, err);
    if (rc == 0 && cli->json) {
        ra_backup_line_begin(&l, "key");
        ra_json_key(&l.json, "id");
        ra_json_z(&l.json, id);
        ra_json_key(&l.json, "secret");
        ra_json_z(&l.json, o.file);
        ra_json_key(&l.json, "public");
        ra_json_z(&l.json, public_file);
        ra_backup_line_end(&l);
    } else if (rc == 0)
        printf("key %s\nsecret  %s\npublic  %s\n", id, o.file, public_file);
    free(public_file);
    return rc;
}
