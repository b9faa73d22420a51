#include "recovery/apply/window.h"

#include "recovery/apply/gate.h"
#include "recovery/apply/journal_form.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What may be opened: these toggle freely. The one-way features are not here (domain 8). */
const char *const ra_window_names[RA_WINDOW_FEATURES] = {
    "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
    "blockCloudObjectTakeoverThroughHardMatchEnabled",
    "blockSoftMatchEnabled",
};

static int feature_at(struct ra_str name)
{
    for (int i = 0; i < RA_WINDOW_FEATURES; i++)
        if (ra_str_eq(name, ra_str(ra_window_names[i])))
            return i;
    return -1;
}

bool ra_window_feature(struct ra_str name)
{
    return feature_at(name) >= 0;
}

void ra_window_text(const struct ra_window *w, struct ra_buf *out)
{
    bool first = true;

    for (int i = 0; i < RA_WINDOW_FEATURES; i++) {
        if (w->was[i] < 0)
            continue;
        ra_buf_printf(out, "%s%s is %s", first ? "" : ", ", ra_window_names[i],
                      w->was[i] ? "off" : "on");
        first = false;
    }
}

/* ---- the tenant ---- */

static signed char tri(const cJSON *features, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(features, name);

    return cJSON_IsTrue(v) ? 1 : cJSON_IsFalse(v) ? 0 : -1;
}

/* A list of one, or the object itself (graph 4.3). */
static int take_features(struct ra_str json, signed char now[RA_WINDOW_FEATURES],
                         struct ra_err *err)
{
    cJSON *root = cJSON_ParseWithLength(json.p, json.n);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "value");
    const cJSON *one = cJSON_IsArray(list) ? list->child : root;
    const cJSON *features = cJSON_GetObjectItemCaseSensitive(one, "features");
    int rc = 0;

    if (!cJSON_IsObject(features))
        rc = ra_fail(err, RA_ESERVER, "onPremisesSynchronization: the answer has no features");
    for (int i = 0; i < RA_WINDOW_FEATURES; i++)
        now[i] = tri(features, ra_window_names[i]);
    cJSON_Delete(root);
    return rc;
}

int ra_window_features_now(struct ra_graph *g, signed char now[RA_WINDOW_FEATURES],
                           struct ra_err *err)
{
    enum ra_document_state state;
    struct ra_err refusal = {0};
    struct ra_buf json;
    int rc = ra_graph_document(g, RA_DOC_SYNCHRONIZATION, &state, &json, &refusal, err);

    if (rc != 0)
        return rc;
    if (state == RA_DOC_READ)
        rc = take_features(ra_str_n(json.p, json.n), now, err);
    else {
        rc = ra_fail(err, RA_EPERMISSION, "the tenant's features cannot be read%s%s",
                     refusal.code ? ": " : "", refusal.code ? refusal.msg : "");
        ra_hint(err, "%s", ra_document_permission(RA_DOC_SYNCHRONIZATION)->name);
    }
    ra_buf_free(&json);
    return rc;
}

static bool all_are(const struct ra_plan_value *v, const signed char now[RA_WINDOW_FEATURES])
{
    for (size_t i = 0; i < v->features_n; i++) {
        int at = feature_at(v->features[i].name);
        if (at < 0 || now[at] != (signed char)v->features[i].on)
            return false;
    }
    return true;
}

enum ra_at ra_window_at(const struct ra_plan_step *s, const signed char now[RA_WINDOW_FEATURES])
{
    if (all_are(&s->want, now))
        return RA_AT_WANT;
    return all_are(&s->have, now) ? RA_AT_HAVE : RA_AT_OTHER;
}

/* ---- both ways: PATCH what differs, and read until it is so ---- */

enum { TRIES = 8, FIRST_WAIT_MS = 250 };

static size_t differing(const signed char want[RA_WINDOW_FEATURES],
                        const signed char now[RA_WINDOW_FEATURES],
                        struct ra_feature out[RA_WINDOW_FEATURES])
{
    size_t n = 0;

    for (int i = 0; i < RA_WINDOW_FEATURES; i++)
        if (want[i] >= 0 && want[i] != now[i])
            out[n++] = (struct ra_feature){ra_window_names[i], want[i] == 1};
    return n;
}

/* Reads, compares, writes (anyway: whatever it read, for what somebody wrote a moment ago and did
 * not live to see may not show yet); and reads again, since what is written may be seen late
 * (graph 10.3) and since an answer may be lost. The same change is sent again only when its answer
 * was. */
static int bring(struct ra_graph *g, const struct ra_writer *w, const char *tenant,
                 const signed char want[RA_WINDOW_FEATURES], bool anyway, struct ra_user_patch *p,
                 struct ra_err *err)
{
    signed char now[RA_WINDOW_FEATURES];
    struct ra_feature set[RA_WINDOW_FEATURES];
    int64_t wait = FIRST_WAIT_MS;
    bool sure = false;
    int rc = 0;

    for (int i = 0; i < TRIES && rc == 0; i++) {
        size_t n;
        rc = ra_window_features_now(g, now, err);
        if (i == 0 && anyway)
            memset(now, -1, sizeof now);
        n = rc == 0 ? differing(want, now, set) : 0;
        if (rc != 0 || n == 0)
            return rc;
        if (!sure)
            rc = ra_graph_patch_features(w, g, tenant, set, n, p, err);
        sure = p->outcome == RA_PATCH_DONE;
        if (rc == 0 && p->outcome != RA_PATCH_DONE && p->outcome != RA_PATCH_UNKNOWN) {
            *err = p->why;
            return -err->code;
        }
        if (i > 0 || !sure) {
            ra_sleep_ms(wait);
            wait *= 2;
        }
    }
    return rc ? rc
              : ra_fail(err, RA_ESERVER, "the tenant's features do not become what was written");
}

/* ---- opening ---- */

static signed char had(const struct ra_plan_step *s, struct ra_str name)
{
    for (size_t i = 0; i < s->have.features_n; i++)
        if (ra_str_eq(s->have.features[i].name, name))
            return (signed char)s->have.features[i].on;
    return -1;
}

/* What is to be, and what was, over all pending steps; what is not to change is no part of it. */
static bool collect(const struct ra_run *r, struct ra_window *w,
                    signed char want[RA_WINDOW_FEATURES])
{
    bool any = false;

    memset(w->was, -1, sizeof w->was);
    memset(want, -1, RA_WINDOW_FEATURES);
    for (size_t i = 0; i < r->n; i++) {
        const struct ra_step *s = &r->steps[i];
        if (s->kind->place != RA_IN_TENANT || s->state != RA_STEP_PENDING)
            continue;
        for (size_t k = 0; k < s->s.want.features_n; k++) {
            const struct ra_plan_feature *f = &s->s.want.features[k];
            int at = feature_at(f->name);
            if (at < 0 || had(&s->s, f->name) == (signed char)f->on)
                continue;
            want[at] = (signed char)f->on;
            w->was[at] = had(&s->s, f->name);
            any = true;
        }
    }
    return any;
}

static int settle_all(struct ra_run *r, enum ra_step_state state, const char *message,
                      struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < r->n && rc == 0; i++)
        if (r->steps[i].kind->place == RA_IN_TENANT && r->steps[i].state == RA_STEP_PENDING)
            rc = ra_run_settle(r, &r->steps[i], state, message, err);
    return rc;
}

static int opened(struct ra_run *r, const struct ra_window *w, struct ra_err *err)
{
    int rc = ra_journal_window(r->journal, RA_WINDOW_OPENED, err);
    struct ra_buf text;

    if (rc == 0)
        rc = settle_all(r, RA_STEP_WRITTEN, NULL, err);
    ra_buf_init(&text, 1024);
    ra_window_text(w, &text);
    ra_run_note(r, "a matching window is open: %s", ra_buf_z(&text));
    ra_buf_free(&text);
    return rc;
}

int ra_window_open(struct ra_run *r, bool *open, struct ra_err *err)
{
    struct ra_user_patch p = {0};
    signed char want[RA_WINDOW_FEATURES];
    struct ra_window w = {.opened = ra_now()};
    const struct ra_writer *writer;
    int rc;

    *open = r->adopted;
    if (!collect(r, &w, want))
        return 0;
    writer = ra_gate_writer(r, err);
    if (!writer)
        return -err->code;
    memcpy(w.batch, r->head.id, sizeof w.batch);
    snprintf(w.tenant, sizeof w.tenant, "%s", r->w->tenant_id);
    rc = r->adopted ? 0 : ra_window_write(r->w->store_dir, &w, err);
    if (rc == 0) {
        *open = true;
        rc = bring(r->graph, writer, r->w->tenant_id, want, false, &p, err);
    }
    if (rc == 0)
        return opened(r, &w, err);
    if (p.outcome != RA_PATCH_DENIED && p.outcome != RA_PATCH_REFUSED)
        return rc;
    *open = false;
    rc = settle_all(r, p.outcome == RA_PATCH_DENIED ? RA_STEP_DENIED : RA_STEP_FAILED, p.why.msg,
                    err);
    return rc ? rc : ra_window_remove(r->w->store_dir, "window", err);
}

/* ---- while it is open ---- */

static bool asked_to_close(const struct ra_run *r)
{
    struct ra_buf path;
    bool asked;

    ra_journal_path(r->w->store_dir, "close-window", "", &path);
    asked = access(ra_buf_z(&path), F_OK) == 0;
    ra_buf_free(&path);
    return asked || (r->w->enough && r->w->enough(r->w->ctx));
}

int ra_window_hold(struct ra_run *r, struct ra_err *err)
{
    int64_t end = ra_monotonic_ms() + r->o->hold_ms;
    int rc = 0;

    if (r->o->hold_ms <= 0) {
        ra_run_note(r, "it closes now; for a sync server's export give --hold MINUTES");
        return 0;
    }
    while (rc == 0 && ra_monotonic_ms() < end && !asked_to_close(r))
        rc = ra_run_wait(r, 100, err);
    return rc;
}

int ra_window_close(struct ra_graph *g, const struct ra_writer *w, const char *store_dir,
                    struct ra_journal *j, enum ra_window_state how, struct ra_err *err)
{
    struct ra_user_patch p = {0};
    struct ra_window open;
    int rc = ra_window_read(store_dir, &open, err);

    if (rc == 0)
        rc = bring(g, w, open.tenant, open.was, how == RA_WINDOW_RESCUED, &p, err);
    if (rc == 0 && j)
        rc = ra_journal_window(j, how, err);
    if (rc == 0)
        rc = ra_window_remove(store_dir, "window", err);
    if (rc == 0)
        rc = ra_window_remove(store_dir, "close-window", err);
    return rc ? ra_prefix(err, "the matching window could not be closed") : 0;
}
