#include "recovery/apply/gate.h"

#include "recovery/model/anchor.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one definition: elsewhere the type is incomplete, so that nobody can make one. */
struct ra_writer {
    int lock;
};

enum {
    PASSED_PLAN = 1,
    PASSED_TENANT = 2,
    PASSED_TARGETS = 4,
    PASSED_CONFIRM = 8,
    PASSED_ALL = 15
};

#define AGAIN "read both sides and make a new plan: reanchor rebuild --report DIR"

static int stale(struct ra_err *err)
{
    return ra_hint(err, AGAIN);
}

/* ---- the plan ---- */

static int check_policy(const struct ra_policy *plan, const struct ra_policy *now,
                        struct ra_err *err)
{
    const char *what = NULL;

    if (plan->takeover_allowed != now->takeover_allowed)
        what = "takeover";
    else if (plan->soft_match != now->soft_match)
        what = "soft_match";
    else if (plan->max_deletes != now->max_deletes)
        what = "max_deletes";
    else if (fabs(plan->max_deletes_percent - now->max_deletes_percent) > 0.005)
        what = "max_deletes_percent";
    else if (plan->max_hard_deletes != now->max_hard_deletes)
        what = "max_hard_deletes";
    else if (!ra_str_eq_fold(plan->anchor_attribute, now->anchor_attribute))
        what = "anchor attribute";
    if (!what)
        return 0;
    ra_fail(err, RA_ESTALE, "plan: was made with another %s than the configuration has now", what);
    return stale(err);
}

static int check_stop(const struct ra_run *r, const struct ra_plan *plan, struct ra_err *err)
{
    bool deletes = plan->counts[RA_ORPHAN] > (uint64_t)r->w->policy->max_deletes;
    struct ra_buf why;

    if ((plan->gate != RA_GATE_STOP && !deletes) || r->o->overruled)
        return 0;
    ra_buf_init(&why, 512);
    for (size_t i = 0; i < plan->reasons_n; i++)
        ra_buf_printf(&why, "%s" RA_STR_FMT, i ? ", " : "", RA_STR_ARG(plan->reasons[i]));
    ra_fail(err, RA_ESTOP, "plan: the gate says %s: %s", ra_gate_name(plan->gate), ra_buf_z(&why));
    ra_buf_free(&why);
    return ra_hint(err, "settle what is listed and make a new plan; or overrule the gate with "
                        "--override \"REASON\", which the journal keeps");
}

static int check_snapshot(const struct ra_run *r, const struct ra_plan_snapshot *p,
                          struct ra_err *err)
{
    struct ra_snap *snap = NULL;
    char side[300], number[24] = "none";
    bool same = false;
    int rc;

    snprintf(side, sizeof side, RA_STR_FMT, RA_STR_ARG(p->side));
    rc = ra_snap_open(r->w->cache, side, &snap, err);
    if (rc == 0) {
        const struct ra_snap_info *i = ra_snap_info(snap);
        snprintf(number, sizeof number, "%" PRIu64, i->number);
        same = ra_str_eq(p->id, ra_str(number)) && ra_str_eq(p->hash, ra_str(i->hash));
        ra_snap_close(&snap);
    } else if (rc != -(int)RA_ENOTFOUND)
        return rc;
    if (same)
        return 0;
    ra_fail(err, RA_ESTALE, "plan: was made from snapshot " RA_STR_FMT " of %s, the cache has %s",
            RA_STR_ARG(p->id), side, strcmp(number, "none") == 0 ? "none" : number);
    if (ra_str_eq(p->id, ra_str(number)))
        ra_fail(err, RA_ESTALE, "plan: snapshot %s of %s has other content than the cache's",
                number, side);
    return stale(err);
}

/* What a step changes must be what was read when it was planned. */
static int check_sides(const struct ra_run *r, const struct ra_plan *plan, struct ra_err *err)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ra_step *s = &r->steps[i];
        char side[300] = "cloud";
        bool named = false;
        if (s->kind->place == RA_IN_DIRECTORY)
            snprintf(side, sizeof side, "ad:%s", r->w->directories[s->directory].name);
        for (size_t k = 0; k < plan->snapshots_n; k++)
            named = named || ra_str_eq(plan->snapshots[k].side, ra_str(side));
        if (!named) {
            ra_fail(err, RA_ESTALE,
                    "plan: step " RA_STR_FMT " changes %s, of which no snapshot is "
                    "named",
                    RA_STR_ARG(s->s.id), side);
            return stale(err);
        }
    }
    return 0;
}

int ra_gate_plan(struct ra_run *r, const struct ra_plan *plan, struct ra_err *err)
{
    int rc;

    if (!ra_str_eq_fold(plan->tenant, ra_str(r->w->tenant_id))) {
        ra_fail(err, RA_ESTALE, "plan: is for tenant " RA_STR_FMT ", the configuration has %s",
                RA_STR_ARG(plan->tenant), r->w->tenant_id);
        return ra_hint(err, "name the configuration of that tenant with -c");
    }
    rc = check_policy(&plan->policy, r->w->policy, err);
    if (rc == 0)
        rc = check_stop(r, plan, err);
    for (size_t i = 0; rc == 0 && i < plan->snapshots_n; i++)
        rc = check_snapshot(r, &plan->snapshots[i], err);
    if (rc == 0)
        rc = check_sides(r, plan, err);
    if (rc == 0)
        r->passed |= PASSED_PLAN;
    return rc;
}

void ra_gate_batch(struct ra_run *r)
{
    r->passed |= PASSED_PLAN;
}

/* ---- the tenant ---- */

static int changed(struct ra_err *err, const char *what, struct ra_str then, struct ra_str now)
{
    ra_fail(err, RA_ESTALE,
            "the tenant's %s was " RA_STR_FMT " when the plan was made, is " RA_STR_FMT " now",
            what, RA_STR_ARG(then), RA_STR_ARG(now));
    return stale(err);
}

static const char *shown(const cJSON *v)
{
    return cJSON_IsTrue(v) ? "on" : cJSON_IsFalse(v) ? "off" : "unknown";
}

/* Features that this very batch has opened are not as they were, and that is right. */
static bool opened_by_us(const struct ra_run *r, const char *name)
{
    for (size_t i = 0; r->adopted && i < r->n; i++)
        for (size_t k = 0; k < r->steps[i].s.want.features_n; k++)
            if (ra_str_eq(r->steps[i].s.want.features[k].name, ra_str(name)))
                return true;
    return false;
}

static int check_features(const struct ra_run *r, struct ra_err *err)
{
    struct ra_str a = r->then->flags_json, b = r->now->flags_json;
    cJSON *then = ra_str_absent(a) ? NULL : cJSON_ParseWithLength(a.p, a.n);
    cJSON *now = ra_str_absent(b) ? NULL : cJSON_ParseWithLength(b.p, b.n);
    const cJSON *f, *list = then ? then : now;
    int rc = 0;

    if ((!then && !ra_str_absent(a)) || (!now && !ra_str_absent(b)))
        rc = ra_fail(err, RA_EINTEGRITY, "the tenant's features: are not JSON");
    for (f = list ? list->child : NULL; f && rc == 0; f = f->next) {
        const char *was = shown(cJSON_GetObjectItemCaseSensitive(then, f->string));
        const char *is = shown(cJSON_GetObjectItemCaseSensitive(now, f->string));
        if (strcmp(was, is) != 0 && !opened_by_us(r, f->string))
            rc = changed(err, f->string, ra_str(was), ra_str(is));
    }
    cJSON_Delete(then);
    cJSON_Delete(now);
    return rc;
}

static const char *roles_text(unsigned roles)
{
    if (roles & RA_ROLE_PRIVILEGED)
        return "a privileged role";
    return roles ? "a role" : "no role";
}

static int check_roles(const struct ra_run *r, struct ra_err *err)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ra_step *s = &r->steps[i];
        unsigned was, is;
        if (s->kind->place != RA_IN_CLOUD)
            continue;
        if (r->then->roles_known && !r->now->roles_known) {
            ra_fail(err, RA_ESTALE,
                    "who holds a role can no longer be read, and users are to be "
                    "changed");
            return stale(err);
        }
        was = ra_tenant_roles(r->then, s->s.target.id);
        is = ra_tenant_roles(r->now, s->s.target.id);
        if (was != is) {
            ra_fail(err, RA_ESTALE,
                    "user " RA_STR_FMT " held %s when the plan was made, holds %s "
                    "now",
                    RA_STR_ARG(s->s.target.id), roles_text(was), roles_text(is));
            return stale(err);
        }
    }
    return 0;
}

int ra_gate_tenant(struct ra_run *r, bool compare, struct ra_err *err)
{
    bool cloud = ra_run_pending(r, RA_IN_CLOUD);
    int rc = ra_run_graph(r, err);

    if (rc == 0)
        rc = r->w->look(r->w->ctx, r->graph, cloud && compare, compare ? &r->then : NULL, &r->now,
                        err);
    if (rc == 0 && !ra_str_absent(r->now->id) &&
        !ra_str_eq_fold(r->now->id, ra_str(r->w->tenant_id))) {
        ra_fail(err, RA_ESTALE, "signed in to tenant " RA_STR_FMT ", the configuration has %s",
                RA_STR_ARG(r->now->id), r->w->tenant_id);
        rc = ra_hint(err, "check [tenant] id and graph_url");
    }
    if (rc == 0 && compare)
        rc = check_features(r, err);
    if (rc == 0 && compare && cloud)
        rc = check_roles(r, err);
    if (rc == 0)
        r->passed |= PASSED_TENANT;
    return rc;
}

/* ---- the targets ---- */

static void tell_step(struct ra_run *r, struct ra_step *s)
{
    static const char *const why[] = {
        [RA_AT_UNREAD] = "",
        [RA_AT_OTHER] = "holds neither the old value nor the wanted one",
        [RA_AT_GONE] = "is not there any more",
        [RA_AT_SYNCED] = "is synced from AD now, which alone may change it",
    };
    char text[512];

    snprintf(text, sizeof text, "%s%s%.300s", why[s->at], s->holds ? ": " : "",
             s->holds ? s->holds : "");
    s->state = RA_STEP_CHANGED;
    s->message = ra_arena_copy(&r->arena, text, strlen(text));
    if (r->w->news)
        r->w->news(r->w->ctx, &(struct ra_step_news){&s->s, RA_STEP_CHANGED, s->message});
}

int ra_gate_targets(struct ra_run *r, struct ra_err *err)
{
    const struct ra_step *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        if (s->state != RA_STEP_PENDING || s->at == RA_AT_HAVE || s->at == RA_AT_WANT)
            continue;
        if (r->resumed && s->at != RA_AT_UNREAD)
            continue; /* the batch goes on without it; see ra_run_settle_by_read */
        if (s->at == RA_AT_UNREAD)
            return ra_fail(err, RA_EINTERNAL, "step " RA_STR_FMT " was not read",
                           RA_STR_ARG(s->s.id));
        tell_step(r, s);
        first = first ? first : s;
        n++;
    }
    if (first) {
        ra_fail(err, RA_ESTALE,
                "%zu target%s changed since the plan was made; step " RA_STR_FMT ", " RA_STR_FMT
                ", %s",
                n, n == 1 ? " has" : "s have", RA_STR_ARG(first->s.id),
                RA_STR_ARG(first->s.target.id), first->message);
        return ra_hint(err, AGAIN "; or leave out what has changed with --target or --only");
    }
    r->passed |= PASSED_TARGETS;
    return 0;
}

/* ---- the person ---- */

int ra_gate_confirm(struct ra_run *r, struct ra_err *err)
{
    struct ra_str name =
        ra_str_absent(r->now->display_name) ? ra_str(r->w->tenant_id) : r->now->display_name;
    int rc;

    if (r->o->confirm && !ra_str_eq(ra_str(r->o->confirm), name)) {
        ra_fail(err, RA_ESTALE, "--confirm '%.100s' is not the name of this tenant, " RA_STR_FMT,
                r->o->confirm, RA_STR_ARG(name));
        return ra_hint(err, "nothing was written; check that this is the tenant that is meant");
    }
    if (!r->o->confirm && !r->w->ask) {
        ra_fail(err, RA_EUSAGE, "nobody is there to confirm");
        return ra_hint(err, "give the tenant's name: --confirm '" RA_STR_FMT "'", RA_STR_ARG(name));
    }
    rc = r->o->confirm ? 0 : r->w->ask(r->w->ctx, name.p, err);
    if (rc != 0)
        return rc;
    r->head.confirmed = name;
    r->passed |= PASSED_CONFIRM;
    return 0;
}

/* ---- the writer ---- */

static struct ra_writer *new_writer(int lock)
{
    struct ra_writer *w = ra_calloc(1, sizeof *w);

    w->lock = lock;
    return w;
}

const struct ra_writer *ra_gate_writer(struct ra_run *r, struct ra_err *err)
{
    if (r->o->dry_run || r->passed != PASSED_ALL || r->lock < 0) {
        ra_fail(err, RA_EINTERNAL, "a writer was asked for %s",
                r->o->dry_run ? "in a dry run" : "before the gate was passed");
        return NULL;
    }
    if (!r->writer)
        r->writer = new_writer(r->lock);
    return r->writer;
}

struct ra_writer *ra_gate_rescuer(int lock, struct ra_err *err)
{
    if (lock >= 0)
        return new_writer(lock);
    ra_fail(err, RA_EINTERNAL, "a writer was asked for without the lock of the journals");
    return NULL;
}

void ra_gate_writer_free(struct ra_writer **w)
{
    free(*w);
    *w = NULL;
}
