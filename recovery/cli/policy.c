/* The part of the configuration that decides, in the form in which the rules compare. */
#include "recovery/cli/cli.h"

#define KEY_MAX ((size_t)1 << 16)

static int dn_keys(struct ra_arena *a, const struct ra_config_list *list, const char *key,
                   const struct ra_str **out, struct ra_err *err)
{
    struct ra_str *keys = ra_arena_alloc(a, list->n * sizeof *keys);
    struct ra_buf b;
    int rc = 0;

    ra_buf_init(&b, KEY_MAX);
    for (size_t i = 0; i < list->n && rc == 0; i++) {
        ra_buf_clear(&b);
        if (!ra_dn_key(ra_str(list->items[i]), &b))
            rc = ra_fail(err, RA_ECONFIG, "%s: have '%.300s', want a DN", key, list->items[i]);
        else
            keys[i] = (struct ra_str){ra_arena_copy(a, b.p, b.n), b.n};
    }
    ra_buf_free(&b);
    *out = keys;
    return rc;
}

static int scope_of(struct ra_arena *a, const struct ra_config *c, const struct ra_config_ad *ad,
                    struct ra_scope *out, struct ra_err *err)
{
    *out = (struct ra_scope){
        .directory = ra_str(ad->name), .includes = ad->include.n, .excludes = ad->exclude.n};
    if (dn_keys(a, &ad->include, "include", &out->include, err) != 0 ||
        dn_keys(a, &ad->exclude, "exclude", &out->exclude, err) != 0)
        return ra_prefix(err, "%s:%d: [ad:%s]", c->path, ad->line, ad->name);
    return 0;
}

static const struct ra_str *names(struct ra_arena *a, const struct ra_config_list *list)
{
    struct ra_str *out = ra_arena_alloc(a, list->n * sizeof *out);

    for (size_t i = 0; i < list->n; i++)
        out[i] = ra_str(list->items[i]);
    return out;
}

int ra_cli_policy(const struct ra_cli *cli, struct ra_cli_policy *out, struct ra_err *err)
{
    const struct ra_config *c = cli->config;
    struct ra_scope *scopes;
    int rc = 0;

    *out = (struct ra_cli_policy){0};
    scopes = ra_arena_alloc(&out->arena, c->ad_n * sizeof *scopes);
    for (size_t i = 0; i < c->ad_n && rc == 0; i++)
        rc = scope_of(&out->arena, c, &c->ad[i], &scopes[i], err);
    if (rc != 0) {
        ra_cli_policy_free(out);
        return rc;
    }
    out->policy = (struct ra_policy){
        .takeover_allowed = c->policy.takeover_allowed,
        .soft_match = (enum ra_soft_match)c->policy.soft_match,
        .max_deletes = c->policy.max_deletes,
        .max_hard_deletes = c->policy.max_hard_deletes,
        .max_deletes_percent = c->policy.max_deletes_percent,
        .anchor_attribute = ra_str(c->anchor.attribute),
        .candidates = names(&out->arena, &c->anchor.candidates),
        .candidates_n = c->anchor.candidates.n,
        .scopes = scopes,
        .scopes_n = c->ad_n,
    };
    return 0;
}

void ra_cli_policy_free(struct ra_cli_policy *p)
{
    ra_arena_free(&p->arena);
    *p = (struct ra_cli_policy){0};
}
