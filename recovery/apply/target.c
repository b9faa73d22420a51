/* What the targets of pending steps hold now. */
#include "recovery/apply/run.h"

#include "recovery/apply/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUIDS = 100 }; /* objects asked for by one filter */

int ra_run_graph(struct ra_run *r, struct ra_err *err)
{
    int rc = r->graph ? 0 : ra_graph_open(r->w->graph, &r->graph, err);

    return rc ? rc : ra_graph_sign_in(r->graph, err);
}

int ra_run_dir(struct ra_run *r, size_t at, struct ra_dir **out, struct ra_err *err)
{
    int rc = 0;

    if (!r->dirs)
        r->dirs = ra_calloc(r->w->directories_n + 1, sizeof(struct ra_dir *));
    if (!r->dirs[at])
        rc = ra_dir_open(&r->w->directories[at], &r->dirs[at], err);
    if (rc == 0 && ra_dir_is_ldif(r->dirs[at])) {
        rc = ra_fail(err, RA_ECONFIG, "directory %s is a dump: nothing can be changed in it",
                     r->w->directories[at].name);
        ra_hint(err, "set uri to a domain controller");
    }
    *out = r->dirs[at];
    return rc;
}

static bool to_read(const struct ra_step *s, enum ra_place place)
{
    return s->kind->place == place && s->state == RA_STEP_PENDING;
}

static bool equal(const struct ra_step *s, struct ra_str a, struct ra_str b)
{
    return s->kind->folded ? ra_str_eq_fold(a, b) : ra_str_eq(a, b);
}

static const char *as_text(struct ra_run *r, const struct ra_step *s, struct ra_str v)
{
    char *text;

    if (ra_str_absent(v))
        return "nothing";
    if (!s->kind->binary)
        return ra_arena_copy(&r->arena, v.p, v.n < 200 ? v.n : 200);
    if (v.n > 200)
        return "a long value";
    text = ra_arena_alloc(&r->arena, ra_base64_size(v.n));
    ra_base64(v.p, v.n, text);
    return text;
}

static void compare(struct ra_run *r, struct ra_step *s, struct ra_str now)
{
    s->at = equal(s, now, s->want) ? RA_AT_WANT : equal(s, now, s->have) ? RA_AT_HAVE : RA_AT_OTHER;
    s->holds = s->at == RA_AT_OTHER ? as_text(r, s, now) : NULL;
}

/* ---- a directory: many objects by one search, whatever their DN is by now ---- */

struct asked {
    struct ra_run *r;
    struct ra_step **steps; /* of this directory, by GUID; an object may have several */
    size_t n;
};

static int by_guid(const void *a, const void *b)
{
    return memcmp((*(struct ra_step *const *)a)->guid.b, (*(struct ra_step *const *)b)->guid.b, 16);
}

static size_t first_of(const struct asked *a, const uint8_t guid[16])
{
    size_t low = 0, high = a->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (memcmp(a->steps[mid]->guid.b, guid, 16) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int take_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct asked *a = ctx;
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID"), dn = ra_dir_entry_dn(e);
    uint8_t key[16];

    (void)err;
    if (guid.n != sizeof key)
        return 0;
    memcpy(key, guid.p, sizeof key);
    for (size_t i = first_of(a, key); i < a->n && memcmp(a->steps[i]->guid.b, key, 16) == 0; i++) {
        struct ra_step *s = a->steps[i];
        s->dn = ra_arena_copy(&a->r->arena, dn.p, dn.n);
        compare(a->r, s, ra_dir_entry_first(e, s->kind->attribute));
    }
    return 0;
}

static void put_filter(const struct asked *a, size_t from, size_t to, struct ra_buf *out)
{
    ra_buf_clear(out);
    ra_buf_puts(out, "(|");
    for (size_t i = from; i < to; i++) {
        ra_buf_puts(out, "(objectGUID=");
        for (size_t k = 0; k < 16; k++)
            ra_buf_printf(out, "\\%02x", a->steps[i]->guid.b[k]);
        ra_buf_putc(out, ')');
    }
    ra_buf_putc(out, ')');
}

static int read_all(struct asked *a, struct ra_dir *d, struct ra_err *err)
{
    static const char *const attributes[] = {"objectGUID", "mS-DS-ConsistencyGuid",
                                             "adminDescription", NULL};
    struct ra_dir_root root;
    struct ra_dir_query q = {.attributes = attributes};
    struct ra_buf filter;
    int rc = ra_dir_root(d, &root, err);

    q.base = rc == 0 && root.domain ? root.domain : NULL;
    ra_buf_init(&filter, (size_t)1 << 20);
    for (size_t i = 0; i < a->n && rc == 0; i += GUIDS) {
        put_filter(a, i, i + GUIDS < a->n ? i + GUIDS : a->n, &filter);
        q.filter = ra_buf_z(&filter);
        rc = ra_dir_search(d, &q, take_entry, a, err);
    }
    ra_buf_free(&filter);
    return rc;
}

static int read_directory(struct ra_run *r, size_t at, struct ra_err *err)
{
    struct asked a = {.r = r, .steps = ra_calloc(r->n + 1, sizeof(struct ra_step *))};
    struct ra_dir *d = NULL;
    int rc = 0;

    for (size_t i = 0; i < r->n; i++)
        if (to_read(&r->steps[i], RA_IN_DIRECTORY) && r->steps[i].directory == at) {
            r->steps[i].at = RA_AT_GONE; /* until it is found */
            a.steps[a.n++] = &r->steps[i];
        }
    if (a.n) {
        qsort(a.steps, a.n, sizeof(struct ra_step *), by_guid);
        rc = ra_run_dir(r, at, &d, err);
        if (rc == 0)
            rc = read_all(&a, d, err);
    }
    for (size_t i = 0; rc != 0 && i < a.n; i++)
        a.steps[i]->at = RA_AT_UNREAD;
    free(a.steps);
    return rc;
}

/* ---- users of the tenant ---- */

static void take_user(struct ra_run *r, struct ra_step *s, const struct ra_user_now *u)
{
    if (!u->found) {
        s->at = RA_AT_GONE;
        return;
    }
    compare(r, s, ra_str(u->value));
    if (s->at == RA_AT_HAVE && s->kind->when_cloud_managed && u->synced == 1)
        s->at = RA_AT_SYNCED;
}

static int read_cloud(struct ra_run *r, struct ra_err *err)
{
    struct ra_user_now *users = ra_calloc(r->n + 1, sizeof *users);
    struct ra_step **of = ra_calloc(r->n + 1, sizeof(struct ra_step *));
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        if (!to_read(s, RA_IN_CLOUD))
            continue;
        users[n].id = ra_arena_copy(&r->arena, s->s.target.id.p, s->s.target.id.n);
        users[n].property = s->kind->property;
        of[n++] = s;
    }
    if (n)
        rc = ra_run_graph(r, err);
    if (rc == 0 && n)
        rc = ra_graph_users_now(r->graph, users, n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        take_user(r, of[i], &users[i]);
    free(users);
    free(of);
    return rc;
}

static int read_tenant(struct ra_run *r, struct ra_err *err)
{
    signed char now[RA_WINDOW_FEATURES];
    int rc = ra_run_graph(r, err);

    if (rc == 0)
        rc = ra_window_features_now(r->graph, now, err);
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        if (to_read(&r->steps[i], RA_IN_TENANT)) {
            r->steps[i].at = ra_window_at(&r->steps[i].s, now);
            /* Open because this batch has opened it: still ours to settle and to close. */
            if (r->adopted)
                r->steps[i].at = RA_AT_HAVE;
        }
    return rc;
}

int ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err)
{
    int rc = 0;

    if (!ra_run_pending(r, place))
        return 0;
    if (place == RA_IN_CLOUD)
        return read_cloud(r, err);
    if (place == RA_IN_TENANT)
        return read_tenant(r, err);
    for (size_t i = 0; i < r->w->directories_n && rc == 0; i++)
        rc = read_directory(r, i, err);
    return rc;
}
