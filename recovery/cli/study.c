#include "recovery/cli/study.h"

#include "recovery/cli/gather.h"
#include "src/base/clock.h"
#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

int ra_study_directories(const struct ra_cli *cli, const char ***names, struct ra_err *err)
{
    const struct ra_config *c = cli->config;

    if (c->ad_n == 0) {
        ra_fail(err, RA_ECONFIG, "%s: no [ad:NAME] section, want one for each domain", c->path);
        return ra_hint(err, "add [ad:NAME] with uri = ldaps://DC, or uri = ldif:PATH for a dump");
    }
    *names = ra_calloc(c->ad_n, sizeof **names);
    for (size_t i = 0; i < c->ad_n; i++)
        (*names)[i] = c->ad[i].name;
    return 0;
}

static struct ra_report_snapshot snapshot_of(const struct ra_view_side *s)
{
    const struct ra_snap_info *i = ra_snap_info(s->snap);

    return (struct ra_report_snapshot){.number = i->number,
                                       .created = i->created,
                                       .hash = ra_str(i->hash),
                                       .proof = ra_str(i->proof),
                                       .live = s->live,
                                       .deleted = s->deleted,
                                       .complete = true};
}

static void set_report(struct ra_study *s)
{
    s->cloud_snapshot = snapshot_of(&s->view->cloud);
    s->ad_snapshots = ra_calloc(s->view->ad_n, sizeof *s->ad_snapshots);
    for (size_t i = 0; i < s->view->ad_n; i++)
        s->ad_snapshots[i] = snapshot_of(&s->view->ad[i]);
    s->report = (struct ra_report_input){.result = &s->result,
                                         .ad = s->view->ad_sides,
                                         .ad_n = s->view->ad_n,
                                         .cloud = &s->view->cloud.side,
                                         .ad_snapshots = s->ad_snapshots,
                                         .cloud_snapshot = &s->cloud_snapshot,
                                         .tenant = &s->view->tenant,
                                         .policy = &s->policy.policy,
                                         .now = ra_now()};
}

/* A store that another configuration filled too, or the wrong -c. What saved responses say of
 * themselves is only warned of: they may be somebody's excerpt. */
static int check_tenant(const struct ra_study *s, const struct ra_cli *cli, struct ra_err *err)
{
    struct ra_str asked = ra_view_tenant(s->view), said = s->view->tenant.id;
    const char *id = cli->config->tenant.id;

    if (!ra_str_absent(asked) && !ra_str_eq_fold(asked, ra_str(id))) {
        ra_fail(err, RA_ESTALE,
                "%s: its snapshot is of the tenant " RA_STR_FMT ", [tenant] id is %s",
                cli->config->store.dir, RA_STR_ARG(asked), id);
        return ra_hint(err, "name the configuration of that tenant with -c, or give this one a "
                            "[store] of its own; 'reanchor fetch' would replace what is there");
    }
    if (!ra_str_absent(said) && !ra_str_eq_fold(said, ra_str(id)))
        ra_warn("the organization's id is " RA_STR_FMT ", [tenant] id is %s: is this its data?",
                RA_STR_ARG(said), id);
    return 0;
}

static bool was_read(const struct ra_side *side, struct ra_str attribute)
{
    for (size_t i = 0; i < side->customs; i++)
        if (ra_str_eq_fold(side->custom[i], attribute))
            return true;
    return false;
}

/* An anchor attribute that a directory was not read with, configured, a candidate or the tenant's
 * own, would look like nobody has it. */
static int check_attributes(const struct ra_cli *cli, const struct ra_study *s, struct ra_err *err)
{
    struct ra_str *wanted = NULL;
    size_t n = ra_gather_attributes(cli->config, s->view->tenant.anchor_attribute, &wanted);
    int rc = 0;

    for (size_t d = 0; rc == 0 && d < s->view->ad_n; d++)
        for (size_t i = 0; rc == 0 && i < n; i++)
            if (!was_read(&s->view->ad_sides[d], wanted[i]))
                rc = ra_fail(err, RA_EINCOMPLETE, "ad:" RA_STR_FMT " was read without " RA_STR_FMT,
                             RA_STR_ARG(s->view->ad_sides[d].name), RA_STR_ARG(wanted[i]));
    free(wanted);
    return rc == 0 ? 0 : ra_hint(err, "run: reanchor fetch ad");
}

int ra_study_open(struct ra_cli *cli, struct ra_cache *cache, struct ra_study **out,
                  struct ra_err *err)
{
    struct ra_study *s = ra_calloc(1, sizeof *s);
    const char **names = NULL;
    int rc = ra_study_directories(cli, &names, err);

    if (rc == 0)
        rc = ra_cli_policy(cli, &s->policy, err);
    if (rc == 0)
        rc = ra_view_open(cache, names, cli->config->ad_n, cli->config->anchor.login_attribute,
                          &s->view, err);
    free(names);
    if (rc == 0)
        rc = check_tenant(s, cli, err);
    if (rc == 0)
        rc = check_attributes(cli, s, err);
    if (rc == 0) {
        s->input = (struct ra_match_input){.ad = s->view->ad_sides,
                                           .ad_n = s->view->ad_n,
                                           .cloud = &s->view->cloud.side,
                                           .tenant = &s->view->tenant,
                                           .policy = &s->policy.policy};
        rc = ra_match(&s->input, &s->result, err);
    }
    if (rc == 0) {
        s->tenant_id = ra_str(cli->config->tenant.id);
        set_report(s);
    } else
        ra_study_close(&s);
    *out = s;
    return rc;
}

void ra_study_close(struct ra_study **sp)
{
    struct ra_study *s = *sp;

    if (!s)
        return;
    ra_steps_free(&s->steps);
    free(s->confirmed);
    ra_result_free(&s->opened);
    ra_result_free(&s->result);
    ra_cli_policy_free(&s->policy);
    ra_view_close(&s->view);
    free(s->ad_snapshots);
    free(s);
    *sp = NULL;
}

int ra_study_cache(const struct ra_cli *cli, struct ra_cache **out, struct ra_err *err)
{
    int rc = ra_cache_open(cli->config->store.dir, false, out, err);

    if (rc != -(int)RA_ENOTFOUND)
        return rc;
    ra_fail(err, RA_EINCOMPLETE, "%s: nothing was ever fetched into this store",
            cli->config->store.dir);
    return ra_hint(err, "run: reanchor fetch");
}
