/* reanchor config check|show|example */
#include "recovery/cli/commands.h"
#include "src/base/json.h"
#include "src/config/options.h"

#include <string.h>

struct options {
    const char *verb;
    struct ra_err *err;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "config: missing argument, want check, show or example");
    if (key != ARGP_KEY_ARG || o->verb)
        return ARGP_ERR_UNKNOWN;
    if (strcmp(arg, "check") != 0 && strcmp(arg, "show") != 0 && strcmp(arg, "example") != 0)
        return ra_cli_usage(o->err, "config: have '%.100s', want check, show or example", arg);
    o->verb = arg;
    return 0;
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "check|show|example",
    .doc = "Check the configuration and the files that it names, show every value in effect, or"
           " print a configuration to fill in.\v"
           "Secrets stand in files and are never shown.",
};

/* ---- check ---- */

struct findings {
    struct ra_json *json; /* an open array, or NULL */
};

static void print_finding(void *ctx, const struct ra_err *e)
{
    struct findings *f = ctx;

    if (!f->json) {
        printf("%s\n", e->msg);
        if (e->hint[0])
            printf("  %s\n", e->hint);
        return;
    }
    ra_json_object(f->json);
    ra_json_key(f->json, "message");
    ra_json_z(f->json, e->msg);
    ra_json_key(f->json, "hint");
    ra_json_z(f->json, e->hint[0] ? e->hint : NULL);
    ra_json_object_end(f->json);
}

/* What reading the file alone does not show: the files that it names, and DNs that are none. */
static size_t find_all(const struct ra_cli *cli, struct findings *f)
{
    size_t n = ra_config_check_files(cli->config, print_finding, f);
    struct ra_cli_policy policy;
    struct ra_err e;

    if (ra_cli_policy(cli, &policy, &e) != 0) {
        print_finding(f, &e);
        return n + 1;
    }
    ra_cli_policy_free(&policy);
    return n;
}

static size_t check_json(const struct ra_cli *cli)
{
    struct ra_buf b;
    struct ra_json j;
    struct findings f = {.json = &j};
    size_t n;

    ra_buf_init(&b, (size_t)1 << 24);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "config-check");
    ra_json_key(&j, "file");
    ra_json_z(&j, cli->config->path);
    ra_json_key(&j, "findings");
    ra_json_array(&j);
    n = find_all(cli, &f);
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
    return n;
}

static int check(const struct ra_cli *cli, struct ra_err *err)
{
    struct findings f = {0};
    size_t n = cli->json ? check_json(cli) : find_all(cli, &f);

    if (n) {
        ra_fail(err, RA_ECONFIG, "%s: %zu fault%s found", cli->config->path, n, n == 1 ? "" : "s");
        return ra_hint(err, "correct what is listed above");
    }
    if (!cli->json && !cli->quiet)
        printf("%s: no fault found, %zu director%s\n", cli->config->path, cli->config->ad_n,
               cli->config->ad_n == 1 ? "y" : "ies");
    return 0;
}

/* ---- show ---- */

static void show_option(const struct ra_option *o, const void *base)
{
    struct ra_buf b;

    ra_buf_init(&b, 1 << 20);
    if (ra_option_values(o, base) == 0)
        printf("%s =\n", o->key);
    for (size_t i = 0; i < ra_option_values(o, base); i++) {
        ra_buf_clear(&b);
        ra_option_text(o, base, i, &b);
        printf("%s = %s\n", o->key, ra_buf_z(&b));
    }
    ra_buf_free(&b);
}

/* One section, or with ad that of one directory. */
static void show_section(const struct ra_config *c, const char *section, size_t ad)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    if (strcmp(section, "ad") == 0)
        printf("[ad:%s]\n", c->ad[ad].name);
    else
        printf("[%s]\n", section);
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, section) == 0)
            show_option(&o[i], ra_option_base(&o[i], c, ad));
}

static void show(const struct ra_config *c)
{
    printf("; %s and the defaults\n", c->path);
    for (const char *const *s = ra_option_sections(); *s; s++) {
        if (strcmp(*s, "ad:NAME") != 0) {
            printf("\n");
            show_section(c, *s, 0);
            continue;
        }
        for (size_t i = 0; i < c->ad_n; i++) {
            printf("\n");
            show_section(c, "ad", i);
        }
    }
}

static void json_value(struct ra_json *j, const struct ra_option *o, const void *base, size_t i)
{
    struct ra_buf b;

    ra_buf_init(&b, 1 << 20);
    ra_option_text(o, base, i, &b);
    if (o->type == RA_OPTION_COUNT || o->type == RA_OPTION_PERCENT)
        ra_json_raw(j, ra_str(ra_buf_z(&b)));
    else
        ra_json_z(j, ra_buf_z(&b));
    ra_buf_free(&b);
}

static void json_option(struct ra_json *j, const struct ra_option *o, const void *base)
{
    size_t n = ra_option_values(o, base);

    ra_json_key(j, o->key);
    if (o->type == RA_OPTION_LIST) {
        ra_json_array(j);
        for (size_t i = 0; i < n; i++)
            json_value(j, o, base, i);
        ra_json_array_end(j);
    } else if (n == 0) {
        ra_json_null(j);
    } else {
        json_value(j, o, base, 0);
    }
}

static void json_section(struct ra_json *j, const struct ra_config *c, const char *section,
                         size_t ad)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    ra_json_object(j);
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, section) == 0)
            json_option(j, &o[i], ra_option_base(&o[i], c, ad));
    ra_json_object_end(j);
}

static void json_sections(struct ra_json *j, const struct ra_config *c)
{
    for (const char *const *s = ra_option_sections(); *s; s++) {
        if (strcmp(*s, "ad:NAME") != 0) {
            ra_json_key(j, *s);
            json_section(j, c, *s, 0);
            continue;
        }
        ra_json_key(j, "ad");
        ra_json_object(j);
        for (size_t i = 0; i < c->ad_n; i++) {
            ra_json_key(j, c->ad[i].name);
            json_section(j, c, "ad", i);
        }
        ra_json_object_end(j);
    }
}

static void show_json(const struct ra_config *c)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, (size_t)1 << 24);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "config");
    ra_json_key(&j, "file");
    ra_json_z(&j, c->path);
    json_sections(&j, c);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

int ra_cmd_config(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0 && strcmp(o.verb, "example") == 0) {
        ra_config_example();
        return 0;
    }
    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc != 0)
        return rc;
    if (strcmp(o.verb, "check") == 0)
        return check(cli, err);
    if (cli->json)
        show_json(cli->config);
    else
        show(cli->config);
    return 0;
}
