/* reanchor backup list, reanchor backup show NAME */
#include "recovery/cli/backup.h"

#include "src/base/clock.h"

#include <string.h>

/* ---- list ---- */

static const struct argp list_argp = {
    .doc = "List the backups that are there, oldest first.\v"
           "What is not as it must be, 'reanchor backup check' tells.",
};

static void print_row(const struct ra_cli *cli, const struct ra_backup_manifest *m)
{
    struct ra_backup_line l;

    if (cli->json) {
        ra_backup_line_begin(&l, "backup");
        ra_backup_line_manifest(&l, m);
        ra_backup_line_end(&l);
        return;
    }
    printf("%-32s %6llu %11llu objects %13llu bytes%s%s\n", m->name,
           (unsigned long long)m->sequence, (unsigned long long)ra_backup_objects(m),
           (unsigned long long)(m->data.bytes + m->anchors.bytes),
           m->encrypted_to_n ? ", encrypted" : "", m->signed_by[0] ? ", signed" : "");
}

int ra_backup_verb_list(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct ra_links c = {0};
    int rc = ra_cli_parse(cli, &list_argp, NULL, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = ra_links_read(cli->config->backup.dir, &c, err);
    for (size_t i = 0; rc == 0 && i < c.n; i++)
        if (c.links[i].type == RA_BACKUP_SEALED && !ra_links_is_removed(&c, &c.links[i]))
            print_row(cli, &c.links[i]);
    if (rc == 0)
        rc = ra_links_unread(&c, "", err); /* what could be read stands above */
    if (rc == 0 && !cli->json && ra_links_backups(&c) == 0)
        printf("%s: there is no backup\n", cli->config->backup.dir);
    ra_links_free(&c);
    return rc;
}

/* ---- show ---- */

struct show_options {
    const char *which;
};

static error_t parse_show(int key, char *arg, struct argp_state *state)
{
    struct show_options *o = state->input;

    if (key != ARGP_KEY_ARG || o->which)
        return ARGP_ERR_UNKNOWN;
    o->which = arg;
    return 0;
}

static const struct argp show_argp = {
    .parser = parse_show,
    .args_doc = "[NAME]",
    .doc = "Show what a backup holds, the newest when none is named.\v"
           "NAME is one of 'reanchor backup list', or the path of a manifest. Only the manifest is "
           "read.",
};

static void print_kinds(const char *side, const uint64_t kinds[RA_KINDS], uint64_t deleted)
{
    printf("%-12s", side);
    for (int k = 0; k < RA_KINDS; k++)
        if (kinds[k])
            printf(" %llu %ss,", (unsigned long long)kinds[k], ra_kind_name((enum ra_kind)k));
    printf(" %llu deleted\n", (unsigned long long)deleted);
}

static void print_snapshots(const struct ra_backup_manifest *m)
{
    char when[RA_TIME_TEXT];

    for (size_t i = 0; i < m->snapshots_n; i++) {
        ra_time_text(m->snapshots[i].created, when);
        printf("%-12.*s %s, %llu objects, ", (int)m->snapshots[i].side.n, m->snapshots[i].side.p,
               when, (unsigned long long)m->snapshots[i].objects);
        printf(RA_STR_FMT "\n", RA_STR_ARG(m->snapshots[i].proof));
    }
}

static void print_backup(const struct ra_backup_manifest *m)
{
    printf("%-12s " RA_STR_FMT "\n", "anchor", RA_STR_ARG(m->anchor_attribute));
    print_kinds("cloud", m->cloud, m->cloud_deleted);
    print_kinds("ad", m->ad, m->ad_deleted);
    printf("%-12s %llu\n", "role holders", (unsigned long long)m->roles);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (m->codes[c])
            printf("  %-26s %llu\n", ra_code_info((enum ra_verdict_code)c)->name,
                   (unsigned long long)m->codes[c]);
    print_snapshots(m);
    printf("%-12s %s, %llu bytes, %llu lines\n", "data", m->data.name,
           (unsigned long long)m->data.bytes, (unsigned long long)m->lines);
    for (size_t i = 0; i < m->encrypted_to_n; i++)
        printf("%-12s " RA_STR_FMT "\n", i ? "" : "encrypted to", RA_STR_ARG(m->encrypted_to[i]));
}

static void print_manifest(const struct ra_backup_manifest *m)
{
    char when[RA_TIME_TEXT];

    ra_time_text(m->created, when);
    printf("%s\n%-12s %s, link %llu, by reanchor %s\n", m->name, "made", when,
           (unsigned long long)m->sequence, m->tool_version);
    printf("%-12s %s\n", "manifest", m->sha256);
    printf("%-12s %s\n", "signed by", m->signed_by[0] ? m->signed_by : "nobody");
    if (m->type == RA_BACKUP_SEALED)
        print_backup(m);
    for (size_t i = 0; i < m->removed_n; i++)
        printf("%-12s %s, %s\n", "removed", m->removed[i].link.name, m->removed[i].reason);
}

int ra_backup_verb_show(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct show_options o = {0};
    struct ra_backup_manifest m = {0};
    struct ra_buf bytes;
    int rc = ra_cli_parse(cli, &show_argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = ra_backup_manifest_read(cli->config->backup.dir, o.which, &m, err);
    if (rc == 0 && cli->json) {
        ra_buf_init(&bytes, RA_BACKUP_MANIFEST_MAX);
        rc = ra_manifest_encode_line(&m, &bytes, err);
        if (rc == 0)
            printf("%s\n", ra_buf_z(&bytes));
        ra_buf_free(&bytes);
    } else if (rc == 0)
        print_manifest(&m);
    ra_backup_manifest_free(&m);
    return rc;
}
