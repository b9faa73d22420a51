#include "recovery/backup/diff.h"
#include "recovery/backup/intern.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* An AD object of one backup, in short. */
struct brief {
    unsigned char key[16]; /* of directory and objectGUID */
    uint64_t content;
    uint32_t kind;
    bool live;
    uint8_t change; /* enum ra_diff_change, or RA_DIFF_CHANGES for none */
};

struct briefs {
    struct brief *all;
    size_t n, cap;
};

/* An object that changed, as it was before. */
struct before {
    unsigned char key[16];
    char *line;
    size_t n;
};

struct stream {
    struct ra_backup *b;
    struct ra_backup_object o;
    struct ra_str id; /* of the cloud object in hand, lower case; absent when there is none */
    char id_room[64];
    bool ended;
    struct briefs ad;
};

struct diff {
    struct stream a, b;
    void (*each)(void *ctx, const struct ra_diff_entry *e);
    void *ctx;
    struct ra_diff_counts *counts;
    struct ra_arena arena;
    struct ra_buf scratch;
    struct before *before;
    size_t before_n, before_cap;
};

const char *ra_diff_change_name(enum ra_diff_change c)
{
    static const char *const names[RA_DIFF_CHANGES] = {"appeared", "vanished", "changed"};

    return names[c];
}

static void emit(struct diff *d, const struct ra_diff_entry *e)
{
    (e->ad ? d->counts->ad : d->counts->cloud)[e->change]++;
    d->counts->incidents += e->incident;
    d->each(d->ctx, e);
    ra_arena_reset(&d->arena);
}

/* ---- AD objects in short ---- */

static void key_of(const struct ra_backup_ad *a, unsigned char out[16])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, 16);
    crypto_generichash_update(&state, (const unsigned char *)a->directory.p, a->directory.n);
    crypto_generichash_update(&state, (const unsigned char *)a->o.guid.p, a->o.guid.n);
    crypto_generichash_final(&state, out, 16);
}

/* The AD half as a line of its own: what is hashed, and what is kept of a changed object. */
static void ad_line(struct diff *d, const struct ra_backup_object *o)
{
    struct ra_backup_object half = *o;
    struct ra_json j;

    half.has_cloud = false;
    half.code = half.cloud_code = RA_VERDICT_CODES;
    ra_buf_clear(&d->scratch);
    ra_json_init(&j, &d->scratch);
    ra_line_object(&j, &half);
}

static void note_ad(struct diff *d, struct stream *s)
{
    unsigned char hash[16];
    struct brief *b;

    if (!s->o.has_ad)
        return;
    s->ad.all = ra_grow(s->ad.all, &s->ad.cap, s->ad.n + 1, sizeof *s->ad.all);
    b = &s->ad.all[s->ad.n++];
    *b = (struct brief){
        .kind = s->o.ad.o.kind, .live = !s->o.ad.o.deleted, .change = RA_DIFF_CHANGES};
    key_of(&s->o.ad, b->key);
    ad_line(d, &s->o);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)d->scratch.p, d->scratch.n, NULL,
                       0);
    memcpy(&b->content, hash, sizeof b->content);
}

/* ---- cloud objects: both streams have the order of their ids ---- */

/* The next cloud object; its AD objects, and those alone behind, are noted on the way. */
static int next_cloud(struct diff *d, struct stream *s, struct ra_err *err)
{
    char id[64];
    int rc;

    while (!s->ended && (rc = ra_backup_next(s->b, &s->o, err)) != 0) {
        if (rc < 0)
            return rc;
        note_ad(d, s);
        if (!s->o.has_cloud || s->o.cloud.o.id.n > sizeof id)
            continue;
        ra_fold_into(id, s->o.cloud.o.id.p, s->o.cloud.o.id.n);
        if (ra_str_eq(s->id, (struct ra_str){id, s->o.cloud.o.id.n}))
            continue; /* the same one, with another AD object */
        memcpy(s->id_room, id, s->o.cloud.o.id.n);
        s->id = (struct ra_str){s->id_room, s->o.cloud.o.id.n};
        return 0;
    }
    s->ended = true;
    s->id = (struct ra_str){NULL, 0};
    return 0;
}

static void begin_cloud(struct ra_diff_entry *e, enum ra_diff_change change,
                        const struct ra_backup_cloud *c)
{
    *e = (struct ra_diff_entry){.change = change, .kind = c->o.kind, .id = c->o.id};
    e->name = !ra_str_absent(c->o.upn) ? c->o.upn : c->o.display_name;
}

/* Absent, in the recycle bin, live: what is not live vanished. */
static void compare_cloud(struct diff *d, const struct ra_backup_cloud *a,
                          const struct ra_backup_cloud *b)
{
    bool was = a && !a->o.deleted, is = b && !b->o.deleted;
    struct ra_diff_entry e;

    if (!was && !is)
        return;
    begin_cloud(&e,
                was && is ? RA_DIFF_CHANGED
                : was     ? RA_DIFF_VANISHED
                          : RA_DIFF_APPEARED,
                is ? b : a);
    e.deleted = was && !is && b;
    if (was && is)
        ra_diff_cloud(a, b, &d->arena, &e);
    if (!was || !is || e.attributes_n)
        emit(d, &e);
}

static int compare_clouds(struct diff *d, struct ra_err *err)
{
    int rc = next_cloud(d, &d->a, err);

    if (rc == 0)
        rc = next_cloud(d, &d->b, err);
    while (rc == 0 && (d->a.id.p || d->b.id.p)) {
        int c = !d->a.id.p ? 1 : !d->b.id.p ? -1 : ra_str_cmp(d->a.id, d->b.id);
        compare_cloud(d, c <= 0 ? &d->a.o.cloud : NULL, c >= 0 ? &d->b.o.cloud : NULL);
        if (c <= 0)
            rc = next_cloud(d, &d->a, err);
        if (rc == 0 && c >= 0)
            rc = next_cloud(d, &d->b, err);
    }
    return rc;
}

/* ---- AD objects: sorted in short, then read once more for those that differ ---- */

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct brief *)a)->key, ((const struct brief *)b)->key, 16);
}

static void mark_pair(struct brief *a, struct brief *b)
{
    bool was = a && a->live, is = b && b->live;
    uint8_t change = was && !is                 ? RA_DIFF_VANISHED
                     : !was && is               ? RA_DIFF_APPEARED
                     : !was && !is              ? RA_DIFF_CHANGES
                     : a->content != b->content ? RA_DIFF_CHANGED
                                                : RA_DIFF_CHANGES;

    if (a)
        a->change = change;
    if (b)
        b->change = change;
}

static void mark_all(struct diff *d)
{
    struct briefs *a = &d->a.ad, *b = &d->b.ad;
    size_t i = 0, j = 0;

    if (a->n)
        qsort(a->all, a->n, sizeof *a->all, by_key);
    if (b->n)
        qsort(b->all, b->n, sizeof *b->all, by_key);
    while (i < a->n || j < b->n) {
        int c = i == a->n ? 1 : j == b->n ? -1 : by_key(&a->all[i], &b->all[j]);
        mark_pair(c <= 0 ? &a->all[i] : NULL, c >= 0 ? &b->all[j] : NULL);
        i += c <= 0;
        j += c >= 0;
    }
}

static const struct brief *find_brief(const struct briefs *s, const unsigned char key[16])
{
    struct brief wanted;

    memcpy(wanted.key, key, sizeof wanted.key);
    return s->n ? bsearch(&wanted, s->all, s->n, sizeof *s->all, by_key) : NULL;
}

static void begin_ad(struct ra_diff_entry *e, enum ra_diff_change change,
                     const struct ra_backup_ad *a, char guid[RA_GUID_TEXT])
{
    uint8_t bytes[16];

    memcpy(bytes, a->o.guid.p, sizeof bytes);
    ra_guid_text(bytes, guid);
    *e = (struct ra_diff_entry){.change = change,
                                .ad = true,
                                .kind = a->o.kind,
                                .directory = a->directory,
                                .id = ra_str(guid),
                                .name = a->o.dn};
}

static int by_before(const void *a, const void *b)
{
    return memcmp(((const struct before *)a)->key, ((const struct before *)b)->key, 16);
}

static void keep_before(struct diff *d, const struct ra_backup_object *o,
                        const unsigned char key[16])
{
    struct before *k;

    ad_line(d, o);
    d->before = ra_grow(d->before, &d->before_cap, d->before_n + 1, sizeof *d->before);
    k = &d->before[d->before_n++];
    memcpy(k->key, key, sizeof k->key);
    k->line = ra_strndup(d->scratch.p, d->scratch.n);
    k->n = d->scratch.n;
}

static void old_ad(struct diff *d, const struct ra_backup_object *o)
{
    unsigned char key[16];
    char guid[RA_GUID_TEXT];
    const struct brief *b, *now;
    struct ra_diff_entry e;

    key_of(&o->ad, key);
    b = find_brief(&d->a.ad, key);
    if (b && b->change == RA_DIFF_CHANGED)
        keep_before(d, o, key);
    if (!b || b->change != RA_DIFF_VANISHED)
        return;
    now = find_brief(&d->b.ad, key);
    begin_ad(&e, RA_DIFF_VANISHED, &o->ad, guid);
    e.deleted = now != NULL;
    emit(d, &e);
}

static int changed_ad(struct diff *d, const struct ra_backup_object *o, const unsigned char key[16],
                      struct ra_err *err)
{
    struct before wanted;
    const struct before *was;
    struct ra_line_scratch scratch;
    struct ra_backup_object old;
    struct ra_diff_entry e;
    char guid[RA_GUID_TEXT];
    cJSON *line;
    int rc;

    memcpy(wanted.key, key, sizeof wanted.key);
    was = d->before_n ? bsearch(&wanted, d->before, d->before_n, sizeof wanted, by_before) : NULL;
    if (!was)
        return ra_fail(err, RA_EINTEGRITY, "the first backup is not the same when read again");
    ra_line_scratch_init(&scratch);
    line = cJSON_ParseWithLength(was->line, was->n);
    rc = ra_line_object_read(line, &scratch, &old, err);
    if (rc == 0) {
        begin_ad(&e, RA_DIFF_CHANGED, &o->ad, guid);
        ra_diff_ad(&old.ad, &o->ad, &d->arena, &e);
        if (e.attributes_n)
            emit(d, &e);
    }
    cJSON_Delete(line);
    ra_line_scratch_free(&scratch);
    return rc;
}

static int new_ad(struct diff *d, const struct ra_backup_object *o, struct ra_err *err)
{
    unsigned char key[16];
    char guid[RA_GUID_TEXT];
    const struct brief *b;
    struct ra_diff_entry e;

    key_of(&o->ad, key);
    b = find_brief(&d->b.ad, key);
    if (b && b->change == RA_DIFF_CHANGED)
        return changed_ad(d, o, key, err);
    if (!b || b->change != RA_DIFF_APPEARED)
        return 0;
    begin_ad(&e, RA_DIFF_APPEARED, &o->ad, guid);
    emit(d, &e);
    return 0;
}

static bool any_differs(const struct briefs *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->all[i].change != RA_DIFF_CHANGES)
            return true;
    return false;
}

static int read_again(struct diff *d, const struct ra_backup_source *source, bool old,
                      struct ra_err *err)
{
    struct ra_backup *b;
    struct ra_backup_object o;
    int rc;

    if (!any_differs(old ? &d->a.ad : &d->b.ad))
        return 0;
    rc = ra_backup_open(source, &b, err);
    while (rc == 0 && (rc = ra_backup_next(b, &o, err)) == 1) {
        rc = 0;
        if (o.has_ad && old)
            old_ad(d, &o);
        else if (o.has_ad)
            rc = new_ad(d, &o, err);
    }
    ra_backup_close(&b);
    if (old && d->before_n)
        qsort(d->before, d->before_n, sizeof *d->before, by_before);
    return rc;
}

/* ---- the story ---- */

int ra_backup_diff(const struct ra_backup_source *from, const struct ra_backup_source *to,
                   void (*each)(void *ctx, const struct ra_diff_entry *e), void *ctx,
                   struct ra_diff_counts *counts, struct ra_err *err)
{
    struct diff d = {.each = each, .ctx = ctx, .counts = counts};
    int rc = ra_backup_open(from, &d.a.b, err);

    *counts = (struct ra_diff_counts){0};
    ra_buf_init(&d.scratch, RA_BACKUP_LINE_MAX);
    if (rc == 0)
        rc = ra_backup_open(to, &d.b.b, err);
    if (rc == 0)
        rc = compare_clouds(&d, err);
    ra_backup_close(&d.a.b);
    ra_backup_close(&d.b.b);
    if (rc == 0) {
        mark_all(&d);
        rc = read_again(&d, from, true, err);
    }
    if (rc == 0)
        rc = read_again(&d, to, false, err);
    for (size_t i = 0; i < d.before_n; i++)
        free(d.before[i].line);
    free(d.before);
    free(d.a.ad.all);
    free(d.b.ad.all);
    ra_arena_free(&d.arena);
    ra_buf_free(&d.scratch);
    return rc;
}
