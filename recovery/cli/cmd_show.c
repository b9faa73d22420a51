/* reanchor show KEY */
#include "recovery/cli/commands.h"
#include "recovery/cli/lookup.h"
#include "recovery/cli/study.h"

#include <stdlib.h>
#include <string.h>

struct options {
    const char *key;
    struct ra_err *err;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "show: missing argument, want the KEY of an object");
    if (key != ARGP_KEY_ARG || o->key)
        return ARGP_ERR_UNKNOWN;
    o->key = arg;
    return 0;
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "KEY",
    .doc = "Explain one object: both sides, the verdict, the rule, and what to do.\v"
           "KEY is an object id, a GUID in any spelling, a Base64 anchor, a connector DN "
           "(CN={hex}), a SID, a UPN, an address or a DN.",
};

/* Each verdict once: an AD object and its peer have one between them. */
struct shown {
    struct ra_verdict *all;
    size_t n, cap;
};

static void add(struct shown *s, struct ra_verdict v)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->all[i].ad == v.ad && (v.ad != RA_NONE || s->all[i].cloud == v.cloud))
            return;
    s->all = ra_grow(s->all, &s->cap, s->n + 1, sizeof *s->all);
    s->all[s->n++] = v;
}

static struct ra_verdict none(uint32_t ad, uint32_t cloud, unsigned kind, unsigned code)
{
    return (struct ra_verdict){
        .ad = ad, .cloud = cloud, .kind = (uint8_t)kind, .code = (uint8_t)code};
}

static void add_ad(struct shown *s, const struct ra_study *study, uint32_t number)
{
    const struct ra_verdict *v = ra_report_verdict_of_ad(&study->result, number);
    const struct ra_side *side;
    struct ra_ad_object o;
    uint32_t seq;

    if (v) {
        add(s, *v);
        return;
    }
    side = ra_match_directory(&study->input, number, &seq);
    if (ra_ad_decode(side->record(side->ctx, seq), &o)) /* deleted: it only explains orphans */
        add(s, none(number, RA_NONE, o.kind, RA_VERDICT_CODES));
}

static void add_cloud(struct shown *s, const struct ra_study *study, uint32_t seq)
{
    const struct ra_verdict *v = ra_report_verdict_of_cloud(&study->result, seq);
    const struct ra_verdict *peer = ra_report_peer_of_cloud(&study->result, seq);
    const struct ra_side *side = &study->view->cloud.side;
    struct ra_cloud_object o;

    if (peer)
        add(s, *peer);
    if (v)
        add(s, *v);
    if (!peer && !v && ra_cloud_decode(side->record(side->ctx, seq), &o))
        add(s, none(RA_NONE, seq, o.kind, o.deleted ? RA_VERDICT_CODES : RA_CLOUD_ONLY));
}

static int print_one(const struct ra_cli *cli, struct ra_study *study, const struct ra_verdict *v,
                     struct ra_err *err)
{
    struct ra_report_style style = {
        .width = ra_study_width(), .colour = cli->color, .config = cli->config_path};
    struct ra_report_input in = study->report;
    struct ra_buf b, steps;
    int rc;

    ra_buf_init(&b, (size_t)16 << 20);
    ra_buf_init(&steps, (size_t)1 << 20);
    rc = ra_listing_of(study, v, cli->json, &steps, err);
    in.own_steps = ra_str_n(steps.p, steps.n);
    if (rc == 0)
        rc = cli->json ? ra_report_explain_json(&in, v, &b, err)
                       : ra_report_explain_text(&in, v, &style, &b, err);
    if (rc == 0 && !cli->json && steps.n)
        ra_buf_put(&b, steps.p, steps.n);
    ra_buf_free(&steps);
    if (rc == 0)
        fwrite(b.p, 1, b.n, stdout);
    ra_buf_free(&b);
    return rc;
}

static int show(const struct ra_cli *cli, struct ra_study *study, const char *key,
                struct ra_err *err)
{
    struct ra_lookup found;
    struct shown shown = {0};
    int rc = ra_lookup(&study->input, ra_str(key), &found, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < found.ad_n; i++)
        add_ad(&shown, study, found.ad[i]);
    for (size_t i = 0; i < found.cloud_n; i++)
        add_cloud(&shown, study, found.cloud[i]);
    ra_lookup_free(&found);
    if (shown.n == 0) {
        rc = ra_fail(err, RA_ENOTFOUND, "no object of either side has '%.300s'", key);
        ra_hint(err, "try its object id, GUID, anchor, SID, UPN, an address or its DN");
    }
    for (size_t i = 0; i < shown.n && rc == 0; i++)
        rc = print_one(cli, study, &shown.all[i], err);
    free(shown.all);
    return rc;
}

int ra_cmd_show(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    struct ra_cache *cache = NULL;
    struct ra_study *study = NULL;
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = ra_study_cache(cli, &cache, err);
    if (rc == 0)
        rc = ra_study_open(cli, cache, &study, err);
    if (rc == 0)
        rc = ra_study_steps(study, &(struct ra_outputs){0}, err);
    if (rc == 0)
        rc = show(cli, study, o.key, err);
    ra_study_close(&study);
    ra_cache_close(&cache);
    return rc;
}
