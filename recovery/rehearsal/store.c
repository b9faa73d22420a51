#include "recovery/rehearsal/store.h"

#include "src/base/clock.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_sim_store_init(struct ra_sim_store *s)
{
    *s = (struct ra_sim_store){0};
    pthread_rwlock_init(&s->lock, NULL);
    s->by_id.fold = s->by_upn.fold = s->by_address.fold = s->by_sid.fold = s->by_device.fold = true;
}

static void free_object(struct ra_sim_object *o)
{
    free(o->body);
    free(o->old);
    free(o);
}

static void free_list(struct ra_sim_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->at[i])
            free_object(l->at[i]);
    }
    free(l->at);
    free(l->prefix);
}

void ra_sim_store_free(struct ra_sim_store *s)
{
    for (size_t i = 0; i < s->log_n; i++) {
        struct ra_sim_object *o = s->log[i].object;
        if (o->gone && o->last_change == i + 1)
            free_object(o);
    }
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        free_list(&s->live[k]);
        free_list(&s->deleted[k]);
    }
    for (int d = 0; d < RA_SIM_DOCUMENTS; d++)
        cJSON_Delete(s->small[d].items);
    free(s->log);
    ra_sim_index_free(&s->by_id);
    ra_sim_index_free(&s->by_upn);
    ra_sim_index_free(&s->by_anchor);
    ra_sim_index_free(&s->by_address);
    ra_sim_index_free(&s->by_sid);
    ra_sim_index_free(&s->by_device);
    pthread_rwlock_destroy(&s->lock);
}

/* ---- indexes ---- */

struct keeper {
    struct ra_sim_index *x;
    struct ra_sim_object *o;
    bool add;
};

static void keep(struct keeper k, struct ra_str key)
{
    if (k.add)
        ra_sim_index_add(k.x, key, k.o);
    else
        ra_sim_index_remove(k.x, key, k.o);
}

static void keep_address(void *ctx, struct ra_str proxy)
{
    const struct keeper *k = ctx;
    if (ra_str_starts_fold(proxy, RA_STR("smtp:")))
        keep(*k, ra_str_from(proxy, 5));
}

static void reindex(struct ra_sim_store *s, struct ra_sim_object *o, bool add)
{
    struct ra_arena a = {0};
    const struct ra_sim_body *b = o->body;
    const struct {
        struct ra_sim_index *x;
        unsigned property;
    } keys[] = {{&s->by_id, RA_SIM_P_ID},
                {&s->by_upn, RA_SIM_P_UPN},
                {&s->by_anchor, RA_SIM_P_IMMUTABLE_ID},
                {&s->by_anchor, RA_SIM_P_SOURCE_ANCHOR},
                {&s->by_sid, RA_SIM_P_SID},
                {&s->by_device, RA_SIM_P_DEVICE_ID}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        keep((struct keeper){keys[i].x, o, add}, ra_sim_text(b, keys[i].property, &a));
    struct keeper k = {&s->by_address, o, add};
    ra_sim_each_string(b, RA_SIM_P_PROXIES, keep_address, &k);
    ra_arena_free(&a);
}

/* ---- lists and log ---- */

static void note_prefix(struct ra_sim_list *l, const struct ra_sim_object *o)
{
    struct ra_arena a = {0};
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, &a);
    struct ra_sim_prefix *to = &l->prefix[o->at];
    *to = (struct ra_sim_prefix){{0}};
    ra_fold_into(to->p, upn.p ? upn.p : "", upn.n < sizeof(to->p) ? upn.n : sizeof(to->p));
    ra_arena_free(&a);
}

static void append(struct ra_sim_list *l, struct ra_sim_object *o)
{
    l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof(struct ra_sim_object *));
    l->prefix = ra_grow(l->prefix, &l->prefix_cap, l->n + 1, sizeof(*l->prefix));
    o->at = (uint32_t)l->n;
    l->at[l->n++] = o;
    l->count++;
    note_prefix(l, o);
}

static void leave(struct ra_sim_list *l, const struct ra_sim_object *o)
{
    l->at[o->at] = NULL;
    l->count--;
}

static void note(struct ra_sim_store *s, struct ra_sim_object *o, enum ra_sim_what what,
                 const struct ra_sim_mask *mask)
{
    s->log = ra_grow(s->log, &s->log_cap, s->log_n + 1, sizeof(*s->log));
    struct ra_sim_change *c = &s->log[s->log_n++];
    *c = (struct ra_sim_change){.object = o, .what = what, .before = o->last_change};
    if (mask)
        c->mask = *mask;
    if (o->last_change)
        s->log[o->last_change - 1].after = (uint32_t)s->log_n;
    o->last_change = (uint32_t)s->log_n;
}

struct ra_sim_object *ra_sim_store_load(struct ra_sim_store *s, enum ra_sim_kind kind,
                                        struct ra_sim_body *body, bool deleted)
{
    struct ra_sim_object *o = ra_calloc(1, sizeof(*o));
    o->kind = kind;
    o->body = body;
    o->deleted = deleted;
    append(deleted ? &s->deleted[kind] : &s->live[kind], o);
    reindex(s, o, true);
    if (kind == RA_SIM_USER && ra_sim_raw(body, RA_SIM_P_OBJECT_IDENTIFIER).p)
        s->identifiers = true;
    return o;
}

struct ra_sim_object *ra_sim_store_create(struct ra_sim_store *s, enum ra_sim_kind kind,
                                          struct ra_sim_body *body)
{
    struct ra_sim_object *o = ra_sim_store_load(s, kind, body, false);
    note(s, o, RA_SIM_CREATED, NULL);
    return o;
}

static void put_body(struct ra_sim_store *s, struct ra_sim_object *o, struct ra_sim_body *body)
{
    reindex(s, o, false);
    free(o->old);
    o->old = NULL;
    if (s->settle_ms) {
        o->old = o->body;
        o->old_since_ms = ra_monotonic_ms();
    } else {
        free(o->body);
    }
    o->body = body;
    reindex(s, o, true);
    if (!o->deleted && !o->gone)
        note_prefix(&s->live[o->kind], o);
}

void ra_sim_store_update(struct ra_sim_store *s, struct ra_sim_object *o, const cJSON *set)
{
    struct ra_sim_mask changed = {{0}};
    put_body(s, o, ra_sim_body_with(o->body, o->kind, set, &changed));
    if (o->kind == RA_SIM_USER && ra_sim_raw(o->body, RA_SIM_P_OBJECT_IDENTIFIER).p)
        s->identifiers = true;
    note(s, o, RA_SIM_UPDATED, &changed);
}

/* ---- leaving and coming back ---- */

static bool can_be_restored(const struct ra_sim_object *o)
{
    if (o->kind == RA_SIM_USER)
        return true;
    struct ra_str types = ra_sim_raw(o->body, RA_SIM_P_GROUP_TYPES);
    return o->kind == RA_SIM_GROUP && ra_str_contains(types, RA_STR("Unified"));
}

/* The id without its dashes, in front of the UPN of a deleted user (graph 2.5). */
static void mangle_prefix(const struct ra_sim_body *b, char out[RA_GUID_TEXT])
{
    struct ra_arena a = {0};
    struct ra_str id = ra_sim_text(b, RA_SIM_P_ID, &a);
    size_t n = 0;
    for (size_t i = 0; i < id.n && n < RA_GUID_TEXT - 1; i++) {
        if (id.p[i] != '-')
            out[n++] = id.p[i];
    }
    out[n] = 0;
    ra_arena_free(&a);
}

static void set_string(cJSON *set, const char *name, struct ra_str s)
{
    char *z = ra_strndup(s.p ? s.p : "", s.n);
    cJSON_AddStringToObject(set, name, z);
    free(z);
}

static cJSON *deletion(const struct ra_sim_object *o)
{
    cJSON *set = cJSON_CreateObject();
    char when[RA_TIME_TEXT], prefix[RA_GUID_TEXT];
    ra_time_text(ra_now(), when);
    cJSON_AddStringToObject(set, "deletedDateTime", when);
    struct ra_arena a = {0};
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, &a);
    mangle_prefix(o->body, prefix);
    if (!ra_str_absent(upn) && !ra_str_starts_fold(upn, ra_str(prefix))) {
        struct ra_buf b;
        ra_buf_init(&b, 4096);
        ra_buf_printf(&b, "%s" RA_STR_FMT, prefix, RA_STR_ARG(upn));
        set_string(set, "userPrincipalName", ra_str_n(b.p, b.n));
        ra_buf_free(&b);
    }
    ra_arena_free(&a);
    return set;
}

void ra_sim_store_delete(struct ra_sim_store *s, struct ra_sim_object *o, bool hard)
{
    bool was_deleted = o->deleted;
    leave(was_deleted ? &s->deleted[o->kind] : &s->live[o->kind], o);
    if (hard || was_deleted || !can_be_restored(o)) {
        reindex(s, o, false);
        o->gone = true;
        note(s, o, RA_SIM_GONE, NULL);
        return;
    }
    cJSON *set = deletion(o);
    put_body(s, o, ra_sim_body_with(o->body, o->kind, set, NULL));
    cJSON_Delete(set);
    o->deleted = true;
    append(&s->deleted[o->kind], o);
    note(s, o, RA_SIM_SOFT_DELETED, NULL);
}

static cJSON *restoration(const struct ra_sim_object *o)
{
    cJSON *set = cJSON_CreateObject();
    char prefix[RA_GUID_TEXT];
    cJSON_AddNullToObject(set, "deletedDateTime");
    struct ra_arena a = {0};
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, &a);
    mangle_prefix(o->body, prefix);
    if (ra_str_starts_fold(upn, ra_str(prefix)))
        set_string(set, "userPrincipalName", ra_str_from(upn, strlen(prefix)));
    /* domain 2.2 H7: what was synced once is not any more until the next sync takes it */
    if (ra_sim_flag(o->body, RA_SIM_P_SYNC_ENABLED) == 1)
        cJSON_AddFalseToObject(set, "onPremisesSyncEnabled");
    ra_arena_free(&a);
    return set;
}

void ra_sim_store_restore(struct ra_sim_store *s, struct ra_sim_object *o)
{
    leave(&s->deleted[o->kind], o);
    cJSON *set = restoration(o);
    put_body(s, o, ra_sim_body_with(o->body, o->kind, set, NULL));
    cJSON_Delete(set);
    o->deleted = false;
    append(&s->live[o->kind], o);
    note(s, o, RA_SIM_RESTORED, NULL);
}

/* ---- finding ---- */

static void match_address(void *ctx, struct ra_str proxy)
{
    struct {
        struct ra_str key;
        bool found;
    } *m = ctx;
    if (ra_str_starts_fold(proxy, RA_STR("smtp:")) && ra_str_eq_fold(ra_str_from(proxy, 5), m->key))
        m->found = true;
}

static bool carries(const struct ra_sim_index *x, const struct ra_sim_object *o, unsigned property,
                    struct ra_str key)
{
    if (property == RA_SIM_P_PROXIES) {
        struct {
            struct ra_str key;
            bool found;
        } m = {key, false};
        ra_sim_each_string(o->body, property, match_address, &m);
        return m.found;
    }
    struct ra_arena a = {0};
    struct ra_str has = ra_sim_text(o->body, property, &a);
    bool same = x->fold ? ra_str_eq_fold(has, key) : ra_str_eq(has, key);
    ra_arena_free(&a);
    return same;
}

struct ra_sim_object *ra_sim_store_next(const struct ra_sim_index *x, unsigned property,
                                        struct ra_str key, size_t *at)
{
    struct ra_sim_object *o;
    while ((o = ra_sim_index_next(x, key, at))) {
        if (!o->gone && carries(x, o, property, key))
            return o;
    }
    return NULL;
}

struct ra_sim_object *ra_sim_store_by_id(const struct ra_sim_store *s, struct ra_str id)
{
    size_t at = 0;
    return ra_sim_store_next(&s->by_id, RA_SIM_P_ID, id, &at);
}

struct ra_sim_object *ra_sim_store_find(const struct ra_sim_store *s, enum ra_sim_kind kind,
                                        struct ra_str key)
{
    struct ra_sim_object *o = ra_sim_store_by_id(s, key);
    size_t at = 0;
    if (!o && kind == RA_SIM_USER) {
        while ((o = ra_sim_store_next(&s->by_upn, RA_SIM_P_UPN, key, &at)) && o->deleted)
            ;
    }
    return o && o->kind == kind && !o->deleted ? o : NULL;
}

const struct ra_sim_body *ra_sim_store_view(const struct ra_sim_store *s,
                                            const struct ra_sim_object *o, int reader)
{
    if (o->old && ra_monotonic_ms() < o->old_since_ms + s->settle_ms * reader)
        return o->old;
    return o->body;
}
