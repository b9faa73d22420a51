#include "recovery/collect/cloud.h"
#include "recovery/collect/internal.h"
#include "recovery/model/head.h"
#include "src/cache/hash.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *ra_side_of_directory(const char *name)
{
    size_t n = strlen(name) + 4;
    char *side = ra_malloc(n);

    snprintf(side, n, "ad:%s", name);
    return side;
}

/* ---- a snapshot as a side ---- */

static struct ra_str side_record(void *ctx, uint32_t seq)
{
    return ra_snap_record(ctx, seq);
}

/* The two cursor types are one thing seen from two rooms: match must not know the cache. */
static struct ra_side_cursor *side_index(void *ctx, enum ra_index index)
{
    return (struct ra_side_cursor *)ra_snap_index(ctx, ra_index_name(index));
}

static struct ra_side_cursor *side_facts(void *ctx, const char *fact)
{
    return (struct ra_side_cursor *)ra_snap_table(ctx, fact);
}

/* A look-up that fails must not pass for one that finds nothing: many of those who ask cannot tell
 * an error on. */
static int side_next(struct ra_side_cursor *c, struct ra_str *key, struct ra_str *value)
{
    int rc = ra_cache_cursor_next((struct ra_cache_cursor *)c, key, value);

    if (rc < 0)
        ra_cache_cursor_lost((struct ra_cache_cursor *)c);
    return rc;
}

static int side_seek(struct ra_side_cursor *c, struct ra_str key)
{
    int rc = ra_cache_cursor_seek((struct ra_cache_cursor *)c, key);

    if (rc < 0)
        ra_cache_cursor_lost((struct ra_cache_cursor *)c);
    return rc;
}

static void side_close(struct ra_side_cursor *c)
{
    ra_cache_cursor_close((struct ra_cache_cursor *)c);
}

static struct ra_side side_of(struct ra_snap *snap, struct ra_str name)
{
    return (struct ra_side){.ctx = snap,
                            .name = name,
                            .count = ra_snap_info(snap)->records,
                            .record = side_record,
                            .open_index = side_index,
                            .open_facts = side_facts,
                            .next = side_next,
                            .seek = side_seek,
                            .close = side_close};
}

static void count_live(struct ra_view_side *s, bool cloud)
{
    for (uint32_t i = 0; i < s->side.count; i++) {
        struct ra_str r = ra_snap_record(s->snap, i);
        struct ra_cloud_head c;
        struct ra_ad_head a;
        bool deleted = cloud ? ra_cloud_head(r, &c) && c.deleted : ra_ad_head(r, &a) && a.deleted;
        if (deleted)
            s->deleted++;
        else
            s->live++;
    }
}

/* A walk over all: once it is known that every side is there. */
static void count_sides(struct ra_view *v)
{
    count_live(&v->cloud, true);
    for (size_t i = 0; i < v->ad_n; i++)
        count_live(&v->ad[i], false);
}

static int open_side(struct ra_cache *c, const char *side, const char *how,
                     struct ra_view_side *out, struct ra_err *err)
{
    int rc = ra_snap_open(c, side, &out->snap, err);

    if (rc == -(int)RA_ENOTFOUND) {
        ra_fail(err, RA_EINCOMPLETE, "there is no complete snapshot of %s", side);
        return ra_hint(err, "%s", how);
    }
    return rc;
}

/* The names of the attributes that a directory was read with, in the order of its custom indexes.
 */
static int load_custom(struct ra_view *v, struct ra_view_side *s, struct ra_err *err)
{
    struct ra_str json = ra_snap_get(s->snap, RA_TABLE_META, RA_STR("custom"));
    cJSON *names = ra_str_absent(json) ? NULL : cJSON_ParseWithLength(json.p, json.n);
    size_t n = 0;

    if (!names && !ra_str_absent(json))
        return ra_fail(err, RA_EINTEGRITY, "ad:%s: the names of its attributes are not JSON",
                       s->name);
    s->custom = ra_arena_alloc(&v->arena, (size_t)cJSON_GetArraySize(names) * sizeof *s->custom);
    for (const cJSON *i = names ? names->child : NULL; i; i = i->next)
        if (cJSON_IsString(i))
            s->custom[n++] =
                ra_str(ra_arena_copy(&v->arena, i->valuestring, strlen(i->valuestring)));
    s->side.custom = s->custom;
    s->side.customs = n;
    cJSON_Delete(names);
    return 0;
}

static int open_directory(struct ra_view *v, struct ra_cache *c, const char *name,
                          const char *login_attribute, struct ra_view_side *out, struct ra_err *err)
{
    char *side = ra_side_of_directory(name);
    int rc = open_side(c, side, "run: reanchor fetch ad", out, err);
    struct ra_str login;

    free(side);
    if (rc != 0)
        return rc;
    out->name = ra_arena_copy(&v->arena, name, strlen(name));
    out->side = side_of(out->snap, ra_str(out->name));
    rc = load_custom(v, out, err);
    if (rc != 0)
        return rc;
    login = ra_snap_get(out->snap, RA_TABLE_META, RA_STR("login_attribute"));
    if (!ra_str_eq_fold(login, ra_str(login_attribute))) {
        ra_fail(err, RA_EINCOMPLETE, "ad:%s was read with login_attribute " RA_STR_FMT ", want %s",
                name, RA_STR_ARG(login), login_attribute);
        return ra_hint(err, "run: reanchor fetch ad");
    }
    return 0;
}

int ra_view_open(struct ra_cache *c, const char *const *directories, size_t n,
                 const char *login_attribute, struct ra_view **out, struct ra_err *err)
{
    struct ra_view *v = ra_calloc(1, sizeof *v);
    int rc;

    v->ad = ra_calloc(n + 1, sizeof *v->ad);
    v->ad_sides = ra_calloc(n + 1, sizeof *v->ad_sides);
    v->ad_n = n;
    rc = open_side(c, RA_SIDE_CLOUD, "run: reanchor fetch cloud", &v->cloud, err);
    if (rc == 0) {
        v->cloud.side = side_of(v->cloud.snap, RA_STR(RA_SIDE_CLOUD));
        rc = ra_tenant_load(v->cloud.snap, &v->arena, &v->tenant, err);
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = open_directory(v, c, directories[i], login_attribute, &v->ad[i], err);
        v->ad_sides[i] = v->ad[i].side;
    }
    if (rc == 0)
        count_sides(v);
    else
        ra_view_close(&v);
    *out = v;
    return rc;
}

void ra_view_close(struct ra_view **vp)
{
    struct ra_view *v = *vp;

    if (!v)
        return;
    ra_snap_close(&v->cloud.snap);
    for (size_t i = 0; i < v->ad_n; i++)
        ra_snap_close(&v->ad[i].snap);
    free(v->ad);
    free(v->ad_sides);
    ra_arena_free(&v->arena);
    free(v);
    *vp = NULL;
}

/* A view sees the snapshot as it was when it was opened. */
int ra_view_refusals(struct ra_view *v, struct ra_cache *c, struct ra_err *err)
{
    struct ra_snap *snap = NULL;
    struct ra_tenant t;
    int rc = ra_snap_open(c, RA_SIDE_CLOUD, &snap, err);

    if (rc == 0)
        rc = ra_tenant_load(snap, &v->arena, &t, err);
    if (rc == 0) {
        v->tenant.unknown = t.unknown;
        v->tenant.unknown_n = t.unknown_n;
    }
    ra_snap_close(&snap);
    return rc;
}

struct ra_str ra_view_tenant(const struct ra_view *v)
{
    return ra_snap_get(v->cloud.snap, RA_TABLE_MARKS, RA_STR("tenant"));
}

/* ---- where the next read goes on ---- */

/* The links are kilobytes long and of use to nobody else. */
static struct ra_str links_marker(struct ra_snap *snap, struct ra_arena *a)
{
    struct ra_hash *hash = ra_hash_new();
    char key[32], text[RA_HASH_TEXT];
    bool all = true;

    for (int c = 0; c < RA_DELTA_KINDS; c++) {
        snprintf(key, sizeof key, "delta.%s", ra_collection_name((enum ra_collection)c));
        struct ra_str link = ra_snap_get(snap, RA_TABLE_MARKS, ra_str(key));
        all = all && !ra_str_absent(link);
        ra_hash_add(hash, link);
    }
    ra_hash_text(hash, text);
    ra_hash_free(&hash);
    return all ? ra_str(ra_arena_copy(a, text, strlen(text))) : (struct ra_str){0};
}

struct ra_str ra_view_marker(const struct ra_view *v, const struct ra_view_side *s,
                             struct ra_arena *a)
{
    struct ra_str usn;

    if (s == &v->cloud)
        return links_marker(s->snap, a);
    usn = ra_snap_get(s->snap, "meta", RA_STR("usn"));
    return ra_str_eq(usn, RA_STR("0")) ? (struct ra_str){0} : usn;
}
