/* reanchor backup diff A B */
#include "recovery/cli/backup.h"

#include "recovery/backup/diff.h"

enum { OPT_IDENTITY = 0x760 };

struct options {
    const char *from, *to, *identity;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"identity", OPT_IDENTITY, "FILE", 0, "An age identity that opens encrypted backups", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == OPT_IDENTITY)
        o->identity = arg;
    else if (key == ARGP_KEY_END && !o->to)
        return ra_cli_usage(o->err, "backup diff: missing argument, want two backups");
    else if (key == ARGP_KEY_END)
        return 0;
    else if (key == ARGP_KEY_ARG && !o->from)
        o->from = arg;
    else if (key == ARGP_KEY_ARG && !o->to)
        o->to = arg;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "A B",
    .doc =
        "What appeared, vanished and changed from backup A to backup B.\v"
        "A and B are names of 'reanchor backup list', paths of manifests, or 'latest'. An anchor "
        "that is another one, or gone, while its object is still there is an incident: the exit "
        "status is 7.",
};

static void print_text(const struct ra_diff_entry *e)
{
    printf("%s%-8s %s %-8s " RA_STR_FMT "  " RA_STR_FMT "%s\n", e->incident ? "INCIDENT " : "",
           ra_diff_change_name(e->change), e->ad ? "ad   " : "cloud", ra_kind_name(e->kind),
           RA_STR_ARG(e->id), RA_STR_ARG(e->name), e->deleted ? "  (deleted)" : "");
    for (size_t i = 0; i < e->attributes_n; i++) {
        const struct ra_diff_attribute *a = &e->attributes[i];
        printf("    %s: " RA_STR_FMT " -> " RA_STR_FMT "\n", a->name,
               RA_STR_ARG(ra_str_absent(a->from) ? RA_STR("-") : a->from),
               RA_STR_ARG(ra_str_absent(a->to) ? RA_STR("-") : a->to));
    }
}

static void put_attributes(struct ra_json *j, const struct ra_diff_entry *e)
{
    ra_json_key(j, "attributes");
    ra_json_array(j);
    for (size_t i = 0; i < e->attributes_n; i++) {
        ra_json_object(j);
        ra_json_key(j, "name");
        ra_json_z(j, e->attributes[i].name);
        ra_json_key(j, "from");
        ra_json_str(j, e->attributes[i].from);
        ra_json_key(j, "to");
        ra_json_str(j, e->attributes[i].to);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void print_entry(void *ctx, const struct ra_diff_entry *e)
{
    const struct ra_cli *cli = ctx;
    struct ra_backup_line l;

    if (!cli->json) {
        print_text(e);
        return;
    }
    ra_backup_line_begin(&l, "difference");
    ra_json_key(&l.json, "change");
    ra_json_z(&l.json, ra_diff_change_name(e->change));
    ra_json_key(&l.json, "incident");
    ra_json_bool(&l.json, e->incident);
    ra_json_key(&l.json, "severity");
    ra_json_z(&l.json, e->incident ? "high" : "info");
    ra_json_key(&l.json, "side");
    ra_json_z(&l.json, e->ad ? "ad" : "cloud");
    ra_json_key(&l.json, "kind");
    ra_json_z(&l.json, ra_kind_name(e->kind));
    ra_json_key(&l.json, "directory");
    ra_json_str(&l.json, e->directory);
    ra_json_key(&l.json, "id");
    ra_json_str(&l.json, e->id);
    ra_json_key(&l.json, "name");
    ra_json_str(&l.json, e->name);
    ra_json_key(&l.json, "deleted");
    ra_json_bool(&l.json, e->deleted);
    put_attributes(&l.json, e);
    ra_backup_line_end(&l);
}

static void print_json_counts(struct ra_json *j, const char *side,
                              const uint64_t counts[RA_DIFF_CHANGES])
{
    ra_json_key(j, side);
    ra_json_object(j);
    for (int c = 0; c < RA_DIFF_CHANGES; c++) {
        ra_json_key(j, ra_diff_change_name((enum ra_diff_change)c));
        ra_json_int(j, (long long)counts[c]);
    }
    ra_json_object_end(j);
}

static void print_summary(const struct ra_cli *cli, const struct ra_diff_counts *n)
{
    struct ra_backup_line l;

    if (cli->json) {
        ra_backup_line_begin(&l, "summary");
        print_json_counts(&l.json, "cloud", n->cloud);
        print_json_counts(&l.json, "ad", n->ad);
        ra_json_key(&l.json, "incidents");
        ra_json_int(&l.json, (long long)n->incidents);
        ra_backup_line_end(&l);
    } else if (!cli->quiet)
        printf("cloud: %llu appeared, %llu vanished, %llu changed; ad: %llu appeared, %llu "
               "vanished, %llu changed; %llu incident%s\n",
               (unsigned long long)n->cloud[RA_DIFF_APPEARED],
               (unsigned long long)n->cloud[RA_DIFF_VANISHED],
               (unsigned long long)n->cloud[RA_DIFF_CHANGED],
               (unsigned long long)n->ad[RA_DIFF_APPEARED],
               (unsigned long long)n->ad[RA_DIFF_VANISHED],
               (unsigned long long)n->ad[RA_DIFF_CHANGED], (unsigned long long)n->incidents,
               n->incidents == 1 ? "" : "s");
}

int ra_backup_verb_diff(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    struct ra_backup_source from, to;
    struct ra_diff_counts counts;
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc != 0)
        return rc;
    from = (struct ra_backup_source){cli->config->backup.dir, o.from, o.identity};
    to = (struct ra_backup_source){cli->config->backup.dir, o.to, o.identity};
    rc = ra_backup_diff(&from, &to, print_entry, cli, &counts, err);
    if (rc != 0)
        return rc;
    print_summary(cli, &counts);
    if (counts.incidents == 0)
        return 0;
    ra_fail(err, RA_EINTEGRITY, "%llu anchor%s changed while the object stayed",
            (unsigned long long)counts.incidents, counts.incidents == 1 ? "" : "s");
    return ra_hint(err,
                   "look at who wrote them; 'reanchor restore %s' makes a plan that puts them "
                   "back",
                   o.from);
}
