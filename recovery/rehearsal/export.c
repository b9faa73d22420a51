#include "recovery/rehearsal/export.h"

#include "recovery/rehearsal/export_inner.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- before anything is sent ---- */

static int by_anchor(const void *a, const void *b)
{
    struct ra_sim_ad *const *x = a, *const *y = b;
    if ((*x)->kind != (*y)->kind)
        return (*x)->kind < (*y)->kind ? -1 : 1;
    int c = ra_str_cmp((*x)->anchor, (*y)->anchor);
    return c ? c : (*x > *y) - (*x < *y);
}

static void find_twins(struct ra_sim_run *x)
{
    struct ra_sim_ad **sorted = ra_calloc(x->n + 1, sizeof(*sorted));
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (x->ad[i].sent)
            sorted[n++] = &x->ad[i];
    }
    qsort(sorted, n, sizeof(*sorted), by_anchor);
    for (size_t i = 1; i < n; i++)
        sorted[i]->twin = sorted[i]->kind == sorted[i - 1]->kind &&
                          ra_str_eq(sorted[i]->anchor, sorted[i - 1]->anchor);
    free(sorted);
}

static void forget_marks(struct ra_sim_run *x)
{
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        struct ra_sim_list *l = &x->s->live[k];
        for (size_t i = 0; i < l->n; i++) {
            if (l->at[i])
                l->at[i]->claimed = l->at[i]->staged = false;
        }
    }
}

/* The peer, and any other that has the anchor: there should be none, and none is orphaned. */
static void claim(struct ra_sim_run *x, const struct ra_sim_ad *ad, struct ra_sim_object *peer)
{
    struct ra_sim_object *o;
    size_t at = 0;
    if (peer)
        peer->claimed = true;
    while (ad->kind == RA_SIM_USER &&
           (o = ra_sim_store_next(&x->s->by_anchor, RA_SIM_P_IMMUTABLE_ID, ad->anchor, &at)))
        o->claimed = true;
}

static void join(struct ra_sim_run *x)
{
    for (size_t i = 0; i < x->n; i++) {
        struct ra_sim_ad *ad = &x->ad[i];
        if (!ad->sent || ad->twin)
            continue;
        struct ra_sim_object *o = ra_sim_find_joined(x, ad);
        if (o && o->claimed)
            continue; /* a stand-in for an anchor can be hit twice: the first has it */
        ad->peer = o;
        claim(x, ad, o);
    }
}

/* domain 5: every synced object that nothing carries any more. */
static size_t stage(struct ra_sim_run *x, size_t *synced)
{
    size_t staged = 0;
    *synced = 0;
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        struct ra_sim_list *l = &x->s->live[k];
        for (size_t i = 0; i < l->n; i++) {
            struct ra_sim_object *o = l->at[i];
            if (!o || !ra_sim_synced(o))
                continue;
            ++*synced;
            o->staged = !o->claimed;
            staged += o->staged;
        }
    }
    return staged;
}

static bool stopped(struct ra_sim_run *x, size_t staged, size_t synced)
{
    const cJSON *item = cJSON_GetArrayItem(x->s->small[RA_SIM_SYNCHRONIZATION].items, 0);
    const cJSON *c = cJSON_GetObjectItemCaseSensitive(item, "configuration");
    const cJSON *p = cJSON_GetObjectItemCaseSensitive(c, "accidentalDeletionPrevention");
    const char *type =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(p, "synchronizationPreventionType"));
    const cJSON *threshold = cJSON_GetObjectItemCaseSensitive(p, "alertThreshold");
    if (!type || !cJSON_IsNumber(threshold))
        return false;
    if (!strcmp(type, "enabledForCount"))
        return (double)staged > threshold->valuedouble;
    return !strcmp(type, "enabledForPercentage") &&
           (double)staged * 100 > threshold->valuedouble * (double)synced;
}

/* ---- sending ---- */

static void export_all(struct ra_sim_run *x)
{
    static void (*const by_kind[RA_SIM_KINDS])(struct ra_sim_run *, struct ra_sim_ad *) = {
        ra_sim_export_user, ra_sim_export_group, ra_sim_export_contact, ra_sim_export_device};
    for (size_t i = 0; i < x->n; i++) {
        if (x->ad[i].sent)
            by_kind[x->ad[i].kind](x, &x->ad[i]);
    }
}

/* domain 5: users go to the recycle bin and are not synced any more, the others are gone. */
static void delete_staged(struct ra_sim_run *x, struct ra_buf *out, size_t deleted[RA_SIM_KINDS])
{
    cJSON *unsynced = cJSON_CreateObject();
    cJSON_AddFalseToObject(unsynced, "onPremisesSyncEnabled");
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        struct ra_sim_list *l = &x->s->live[k];
        for (size_t i = 0; i < l->n; i++) {
            struct ra_sim_object *o = l->at[i];
            if (!o || !o->staged || o->claimed)
                continue;
            struct ra_str id = ra_sim_raw(o->body, RA_SIM_P_ID);
            ra_buf_printf(
                out,
                "{\"type\":\"deletion\",\"kind\":\"%s\",\"cloudId\":" RA_STR_FMT ",\"hard\":%s}\n",
                ra_sim_kind_type(o->kind), RA_STR_ARG(id), k == RA_SIM_USER ? "false" : "true");
            if (k == RA_SIM_USER)
                ra_sim_store_update(x->s, o, unsynced);
            ra_sim_store_delete(x->s, o, k != RA_SIM_USER);
            deleted[k]++;
        }
    }
    cJSON_Delete(unsynced);
}

/* ---- the answer ---- */

static const char *const outcomes[] = {"not_sent", "updated",           "taken_over",
                                       "restored", "soft_matched_smtp", "soft_matched_upn",
                                       "merged",   "created",           "created_quarantined",
                                       "refused",  "cloud_managed"};

static void write_result(struct ra_sim_run *x, const struct ra_sim_ad *ad, struct ra_json *j)
{
    const struct ra_sim_body *b = ad->result ? ad->result->body : NULL;
    ra_json_key(j, "cloudId");
    ra_json_str(j, b ? ra_sim_text(b, RA_SIM_P_ID, &x->arena) : (struct ra_str){0});
    ra_json_key(j, "upn");
    ra_json_str(j, b ? ra_sim_text(b, RA_SIM_P_UPN, &x->arena) : (struct ra_str){0});
    ra_json_key(j, "quarantined");
    ra_json_array(j);
    if (ad->upn_quarantined)
        ra_json_z(j, "UserPrincipalName");
    if (ad->proxies_quarantined)
        ra_json_z(j, "ProxyAddresses");
    ra_json_array_end(j);
}

static void write_object(struct ra_sim_run *x, const struct ra_sim_ad *ad, struct ra_buf *out)
{
    struct ra_json j;
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "object");
    ra_json_key(&j, "kind");
    ra_json_z(&j, ra_sim_kind_type(ad->kind));
    ra_json_key(&j, "objectGUID");
    ra_json_str(&j, ad->guid);
    ra_json_key(&j, "outcome");
    ra_json_z(&j, outcomes[ad->outcome]);
    ra_json_key(&j, "error");
    ra_json_z(&j, ad->error);
    ra_json_key(&j, "code");
    if (ad->code)
        ra_json_int(&j, ad->code);
    else
        ra_json_null(&j);
    ra_json_key(&j, "attribute");
    ra_json_z(&j, ad->attribute);
    write_result(x, ad, &j);
    ra_json_key(&j, "rule");
    ra_json_z(&j, ad->rule);
    ra_json_key(&j, "uncertain");
    ra_json_bool(&j, ad->uncertain);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

static void write_summary(const struct ra_sim_run *x, size_t staged, bool stop,
                          const size_t deleted[RA_SIM_KINDS], struct ra_buf *out)
{
    size_t counts[sizeof(outcomes) / sizeof(outcomes[0])] = {0};
    struct ra_json j;
    for (size_t i = 0; i < x->n; i++)
        counts[x->ad[i].outcome]++;
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "summary");
    ra_json_key(&j, "status");
    ra_json_z(&j, stop ? "stopped-deletion-threshold-exceeded" : "success");
    ra_json_key(&j, "staged_deletes");
    ra_json_int(&j, (long long)staged);
    ra_json_key(&j, "deleted");
    ra_json_object(&j);
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        ra_json_key(&j, ra_sim_kind_type((enum ra_sim_kind)k));
        ra_json_int(&j, (long long)deleted[k]);
    }
    ra_json_object_end(&j);
    ra_json_key(&j, "counts");
    ra_json_object(&j);
    for (size_t i = 0; !stop && i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        if (counts[i]) {
            ra_json_key(&j, outcomes[i]);
            ra_json_int(&j, (long long)counts[i]);
        }
    }
    ra_json_object_end(&j);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

static void run(struct ra_sim_run *x, bool past_threshold, struct ra_buf *out)
{
    size_t deleted[RA_SIM_KINDS] = {0}, synced, staged;
    struct ra_buf deletions;
    find_twins(x);
    forget_marks(x);
    join(x);
    staged = stage(x, &synced);
    bool stop = !past_threshold && stopped(x, staged, synced);
    ra_buf_init(&deletions, (size_t)1 << 30);
    if (!stop) {
        export_all(x);
        delete_staged(x, &deletions, deleted);
    }
    for (size_t i = 0; !stop && i < x->n; i++)
        write_object(x, &x->ad[i], out);
    ra_buf_put(out, deletions.p, deletions.n);
    write_summary(x, staged, stop, deleted, out);
    ra_buf_free(&deletions);
}

int ra_sim_export(struct ra_sim_store *s, struct ra_str ndjson, bool past_threshold,
                  struct ra_buf *out, struct ra_err *err)
{
    struct ra_sim_run x = {.s = s};
    ra_sim_run_facts(&x);
    int rc = ra_sim_run_read(&x, ndjson, err);
    if (!rc)
        run(&x, past_threshold, out);
    ra_sim_roles_free(x.roles);
    ra_arena_free(&x.arena);
    free(x.ad);
    free(x.domains);
    return rc;
}
