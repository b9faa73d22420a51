/*
 * Every object of a directory. One search would do; several side by side are faster. The tree is
 * cut below objects whose children are few: an object's subtree is the object itself and the
 * subtrees of its children, and where the server lets see all children or none, those that were
 * listed are all. What moves from one part to another while they are read is found by following the
 * changes afterwards.
 */
#include "recovery/collect/ad.h"

#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

#define CHILDREN_MAX    300 /* past it, an object is not cut */
#define PARTS_EACH      8   /* aim, for each connection: sizes differ, and are not known */
#define CUTS_MAX        64
#define CONNECTIONS_MAX 16

struct part {
    const char *base;
    enum ra_dir_scope scope;
    bool whole; /* is not to be cut (further) */
};

struct parts {
    struct part *at;
    size_t n, cap;
};

/* ---- cutting ---- */

struct listing {
    struct ra_arena *arena;
    struct parts found;
    bool enough;
};

static int on_child(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct listing *l = ctx;
    struct ra_str dn = ra_dir_entry_dn(e);

    (void)err;
    if (l->found.n == CHILDREN_MAX) {
        l->enough = true;
        return -(int)RA_EINCOMPLETE;
    }
    l->found.at = ra_grow(l->found.at, &l->found.cap, l->found.n + 1, sizeof *l->found.at);
    l->found.at[l->found.n++] = (struct part){.base = ra_arena_copy(l->arena, dn.p, dn.n),
                                              .whole = ra_entry_kind(e) != RA_KINDS};
    return 0;
}

static void add(struct parts *p, struct part part)
{
    p->at = ra_grow(p->at, &p->cap, p->n + 1, sizeof *p->at);
    p->at[p->n++] = part;
}

/* The children take the place of the object's subtree, the object stays by itself. Without any it
 * is left as it is: perhaps they may not be listed. */
static void cut(struct parts *p, size_t i, const struct listing *l)
{
    p->at[i].whole = true;
    if (l->enough || l->found.n == 0)
        return;
    p->at[i].scope = RA_DIR_BASE;
    for (size_t k = 0; k < l->found.n; k++)
        add(p, l->found.at[k]);
}

static int cut_one(struct ra_dir *d, struct ra_ad_fill *f, struct parts *p, size_t i,
                   struct ra_err *err)
{
    static const char *const attributes[] = {"objectClass", NULL};
    struct listing l = {.arena = &f->arena};
    struct ra_dir_query q = {.base = p->at[i].base,
                             .filter = "(objectClass=*)",
                             .attributes = attributes,
                             .deleted = f->places[0].deleted,
                             .scope = RA_DIR_CHILDREN,
                             .tries = RA_AD_TRIES,
                             .page_size = CHILDREN_MAX + 1};
    int rc = ra_dir_search(d, &q, on_child, &l, err);

    if (l.enough || rc == -(int)RA_ENOTFOUND)
        rc = 0;
    if (rc == 0)
        cut(p, i, &l);
    free(l.found.at);
    return rc;
}

/* From the base on, what came first is cut first. */
static int cut_tree(struct ra_dir *d, struct ra_ad_fill *f, struct parts *p, struct ra_err *err)
{
    bool all = false;
    int rc = 0, cuts = 0;

    add(p, (struct part){.base = f->places[0].base});
    if (f->ldif || f->read->connections < 2)
        return 0;
    rc = ra_dir_lists_all(d, &all, err);
    for (size_t i = 0; rc == 0 && all && i < p->n && cuts < CUTS_MAX; i++) {
        if (p->n >= (size_t)f->read->connections * PARTS_EACH)
            break;
        if (!p->at[i].whole) {
            rc = cut_one(d, f, p, i, err);
            cuts++;
        }
    }
    return rc;
}

/* ---- reading ---- */

struct crew {
    struct ra_ad_fill *f;
    const struct parts *parts;
    pthread_mutex_t lock;
    size_t next;
};

struct worker {
    struct crew *crew;
    struct ra_dir *d;
    pthread_t thread;
    int rc;
    struct ra_err err;
};

static const struct part *take(struct crew *c)
{
    const struct part *p = NULL;

    pthread_mutex_lock(&c->lock);
    if (c->next < c->parts->n)
        p = &c->parts->at[c->next++];
    pthread_mutex_unlock(&c->lock);
    return p;
}

static void fail(struct ra_ad_fill *f)
{
    pthread_mutex_lock(&f->lock);
    f->failed = true;
    pthread_mutex_unlock(&f->lock);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct ra_ad_fill *f = w->crew->f;
    struct ra_ad_reader reader;
    const struct part *p;

    ra_ad_reader_init(&reader, f);
    while (w->rc == 0 && (p = take(w->crew))) {
        struct ra_dir_query q = {.base = p->base,
                                 .filter = RA_AD_FILTER,
                                 .attributes = f->attributes,
                                 .deleted = f->places[0].deleted,
                                 .scope = p->scope,
                                 .tries = RA_AD_TRIES};

        w->rc = ra_dir_search(w->d, &q, ra_ad_on_entry, &reader, &w->err);
    }
    if (w->rc != 0)
        fail(f);
    ra_ad_reader_free(&reader);
    return NULL;
}

/* The first real error: those who stopped because another failed have none. */
static int join(struct worker *w, size_t n, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            pthread_join(w[i].thread, NULL);
        if (w[i].rc != 0 && (rc == 0 || err->code == 0)) {
            rc = w[i].rc;
            *err = w[i].err;
        }
        if (i > 0)
            ra_dir_close(&w[i].d);
    }
    return rc;
}

/* A connection that the server does not grant is done without. */
static size_t hire(struct ra_dir *d, struct crew *crew, struct worker *w)
{
    size_t want = (size_t)crew->f->read->connections, n = 1;
    struct ra_err why = {0};

    if (want > crew->parts->n)
        want = crew->parts->n;
    if (want > CONNECTIONS_MAX)
        want = CONNECTIONS_MAX;
    w[0] = (struct worker){.crew = crew, .d = d};
    for (; n < want; n++) {
        w[n] = (struct worker){.crew = crew};
        if (ra_dir_another(d, &w[n].d, &why) != 0)
            break;
        if (pthread_create(&w[n].thread, NULL, work, &w[n]) != 0) {
            ra_dir_close(&w[n].d);
            break;
        }
    }
    if (n < want)
        ra_log(RA_LOG_REQUESTS, "ad:%s: read over %zu connections: %s", crew->f->read->name, n,
               why.msg);
    return n;
}

static int read_parts(struct ra_dir *d, struct ra_ad_fill *f, const struct parts *p,
                      struct ra_err *err)
{
    struct crew crew = {.f = f, .parts = p, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct worker w[CONNECTIONS_MAX];
    size_t n = hire(d, &crew, w);
    int rc;

    work(&w[0]);
    rc = join(w, n, err);
    pthread_mutex_destroy(&crew.lock);
    return rc;
}

/* An ordinary account may not see the container. They only explain orphans: without them the
 * verdicts are the same, the causes are poorer. */
static int read_deleted(struct ra_dir *d, struct ra_ad_fill *f, struct ra_err *err)
{
    struct ra_dir_query q = {.base = f->places[1].base,
                             .filter = RA_AD_FILTER,
                             .attributes = f->attributes,
                             .deleted = true,
                             .tries = RA_AD_TRIES};
    struct ra_ad_reader reader;
    int rc;

    ra_ad_reader_init(&reader, f);
    rc = ra_dir_search(d, &q, ra_ad_on_entry, &reader, err);
    ra_ad_reader_free(&reader);
    if (rc != -(int)RA_ENOTFOUND && rc != -(int)RA_EPERMISSION)
        return rc;
    ra_warn("ad:%s: this account may not read the deleted objects", f->read->name);
    return 0;
}

int ra_ad_read_full(struct ra_dir *d, struct ra_ad_fill *f, size_t *searches, struct ra_err *err)
{
    struct parts parts = {0};
    int rc = cut_tree(d, f, &parts, err);

    if (rc == 0)
        rc = read_parts(d, f, &parts, err);
    /* What was listed has gone: the objects below may be where another search has been already. */
    if (rc == -(int)RA_ENOTFOUND && parts.n > 1) {
        ra_log(RA_LOG_REQUESTS, "ad:%s: the tree changed while it was read: read as one",
               f->read->name);
        parts.n = 1;
        parts.at[0].scope = RA_DIR_SUBTREE;
        f->failed = false;
        rc = read_parts(d, f, &parts, err);
    }
    if (rc == 0 && f->places_n > 1)
        rc = read_deleted(d, f, err);
    *searches = parts.n;
    free(parts.at);
    return rc;
}
