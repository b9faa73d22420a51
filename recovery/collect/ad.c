#include "recovery/collect/ad.h"

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* decision: everything that scope, anchors, addresses and evidence look at. */
static const char *const attributes[] = {
    "objectClass",
    "objectGUID",
    "mS-DS-ConsistencyGuid",
    "objectSid",
    "sIDHistory",
    "sAMAccountName",
    "userPrincipalName",
    "mail",
    "proxyAddresses",
    "mailNickname",
    "displayName",
    "cn",
    "name",
    "adminDescription",
    "isCriticalSystemObject",
    "isDeleted",
    "lastKnownParent",
    "userAccountControl",
    "groupType",
    "member",
    "userCertificate",
    "userSMIMECertificate",
    "whenCreated",
    "msExchRecipientTypeDetails",
    "msExchMailboxGuid",
    "msExchHideFromAddressLists",
    "msExchMasterAccountSid",
};

#define ATTRIBUTES (sizeof attributes / sizeof attributes[0])

/* ---- which attributes, and how their values are to be read ---- */

static int check_syntax(struct ra_dir *d, const struct ra_ad_read *r, size_t i,
                        enum ra_dir_syntax *out, struct ra_err *err)
{
    char name[256];
    int rc;

    snprintf(name, sizeof name, RA_STR_FMT, RA_STR_ARG(r->custom[i]));
    rc = ra_dir_syntax(d, name, out, err);
    if (rc != 0 || *out != RA_SYNTAX_INTEGER)
        return rc;
    ra_fail(err, RA_ECONFIG,
            "ad:%s: %s is an integer attribute, want a string or binary one as source anchor",
            r->name, name);
    return ra_hint(err, "choose another attribute in [anchor]");
}

static const char **wanted(const struct ra_ad_read *r, struct ra_arena *a)
{
    const char **list = ra_arena_alloc(a, (ATTRIBUTES + r->customs + 2) * sizeof *list);
    size_t n = 0;

    for (; n < ATTRIBUTES; n++)
        list[n] = attributes[n];
    list[n++] = r->login_attribute;
    for (size_t i = 0; i < r->customs; i++)
        list[n++] = ra_arena_copy(a, r->custom[i].p, r->custom[i].n);
    list[n] = NULL;
    return list;
}

int ra_ad_has_all(struct ra_dir *d, const struct ra_ad_read *r, struct ra_err *err)
{
    struct ra_arena a = {0};
    int rc = ra_ad_catalog_check(d, r->name, wanted(r, &a), err);

    ra_arena_free(&a);
    return rc;
}

/* ---- where to look ---- */

static bool is_whole_domain(const char *base)
{
    return ra_str_starts_fold(ra_str(base), RA_STR("DC="));
}

/* Deleted objects lie in a container of the domain, so a narrower base does not see them. */
static void find_places(struct ra_ad_fill *f, const struct ra_dir_root *root)
{
    static const char container[] = "CN=Deleted Objects,";
    bool whole = f->ldif || is_whole_domain(root->base);
    size_t n;
    char *bin;

    f->places[0] = (struct ra_ad_place){
        .base = ra_arena_copy(&f->arena, root->base, strlen(root->base)), .deleted = whole};
    f->places_n = 1;
    if (whole || !root->domain)
        return;
    n = strlen(root->domain) + sizeof container;
    bin = ra_arena_alloc(&f->arena, n);
    snprintf(bin, n, "%s%s", container, root->domain);
    f->places[f->places_n++] = (struct ra_ad_place){.base = bin, .deleted = true, .optional = true};
}

/* ---- what is kept beside the objects ---- */

static void put_meta(struct ra_ad_fill *f, const struct ra_ad_mark *m)
{
    const struct ra_ad_read *r = f->read;
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 1 << 20);
    ra_json_init(&j, &b);
    ra_json_array(&j);
    for (size_t i = 0; i < r->customs; i++)
        ra_json_str(&j, r->custom[i]);
    ra_json_array_end(&j);
    ra_fill_put(f->fill, RA_TABLE_META, RA_STR("custom"), ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    ra_fill_put(f->fill, RA_TABLE_META, RA_STR("base"), ra_str(f->places[0].base));
    ra_fill_put(f->fill, RA_TABLE_META, RA_STR("login_attribute"), ra_str(r->login_attribute));
    ra_ad_mark_put(f->fill, m);
}

static int finish(struct ra_ad_fill *f, const struct ra_ad_mark *m, const char *proof,
                  struct ra_err *err)
{
    struct ra_index_plan plan;
    int rc;

    put_meta(f, m);
    ra_index_plan(&plan, false, f->read->custom, f->read->customs);
    rc = ra_fill_finish(&f->fill, proof, plan.builders, plan.n, err);
    ra_index_plan_free(&plan);
    return rc;
}

/* ---- everything ---- */

static void prove(const struct ra_ad_fill *f, size_t searches, const char *why, struct ra_buf *out)
{
    ra_buf_clear(out);
    if (f->ldif)
        ra_buf_puts(out, "the dump was read to its end");
    else if (searches > 1)
        ra_buf_printf(out, "paged read to the final empty cookie, in %zu parts of the tree",
                      searches);
    else
        ra_buf_puts(out, "paged read to the final empty cookie");
    ra_buf_printf(out, "; %" PRIu32 " objects", f->next);
    if (why)
        ra_buf_printf(out, "; all of it, because %s", why);
}

static int open_new(struct ra_ad_fill *f, struct ra_cache *c, const char *side, struct ra_err *err)
{
    struct ra_guid token;
    bool resumed;

    ra_guid_random(&token);
    return ra_fill_open(c, side, ra_str_n(token.b, sizeof token.b), &f->fill, &resumed, err);
}

/* The mark is taken before the first object: what changes from then on is followed afterwards. */
static int read_all(struct ra_dir *d, struct ra_ad_fill *f, struct ra_cache *c, const char *side,
                    struct ra_ad_mark *m, const char *why, struct ra_err *err)
{
    struct ra_ad_changes changes = {0};
    size_t searches = 1;
    int rc = open_new(f, c, side, err);

    if (rc == 0)
        rc = ra_ad_mark_begin(d, f, m, err);
    m->full = ra_now();
    if (rc == 0)
        rc = ra_ad_read_full(d, f, &searches, err);
    prove(f, searches, why, &m->proof);
    if (rc == 0 && m->way != RA_AD_NO_WAY)
        rc = ra_ad_follow(d, f, m, &changes, false, err);
    if (rc == 1)
        rc = ra_fail(err, RA_EINCOMPLETE,
                     "ad:%s: what changed while it was read could not be followed", f->read->name);
    if (rc == 0)
        rc = finish(f, m, ra_buf_z(&m->proof), err);
    free(changes.at);
    return rc;
}

/* ---- changes ---- */

static int store_changes(struct ra_dir *d, struct ra_ad_fill *f, struct ra_cache *c,
                         const char *side, struct ra_ad_mark *m, struct ra_ad_changes *l,
                         struct ra_err *err)
{
    struct ra_guid token;
    bool resumed;
    char proof[512];
    int rc;

    ra_guid_random(&token);
    rc = ra_fill_open_next(c, side, ra_str_n(token.b, sizeof token.b), &f->fill, &resumed, err);
    if (rc == 0)
        rc = ra_ad_recall(f, err);
    if (rc == 0)
        rc = ra_ad_follow(d, f, m, l, true, err);
    if (rc != 0)
        return rc;
    if (f->changed == 0) {
        ra_fill_discard(&f->fill);
        return ra_ad_mark_move(c, side, m, err);
    }
    snprintf(proof, sizeof proof, "%s; then %" PRIu64 " changes by %s", ra_buf_z(&m->proof),
             f->changed, ra_ad_way_text(m->way));
    return finish(f, m, proof, err);
}

/* 1 when only a full read will do. */
static int follow(struct ra_dir *d, struct ra_ad_fill *f, struct ra_cache *c, const char *side,
                  struct ra_ad_mark *m, struct ra_err *err)
{
    struct ra_ad_changes l = {0};
    uint64_t usn = m->usn;
    bool stale;
    int rc = ra_ad_feed(d, f, m, &l, &stale, err);

    if (rc == 0 && stale)
        rc = 1;
    else if (rc == 0 && m->usn != usn && l.n == 0 && m->way == RA_AD_DIRSYNC)
        rc = ra_ad_mark_move(c, side, m, err);
    else if (rc == 0 && m->usn != usn)
        rc = store_changes(d, f, c, side, m, &l, err);
    free(l.at);
    return rc;
}

/* ---- the story ---- */

static int prepare(struct ra_dir *d, struct ra_ad_fill *f, struct ra_dir_root *root,
                   struct ra_err *err)
{
    int rc = ra_dir_root(d, root, err);

    for (size_t i = 0; rc == 0 && i < f->read->customs; i++)
        rc = check_syntax(d, f->read, i, &f->syntax[i], err);
    if (rc == 0) {
        find_places(f, root);
        f->attributes = wanted(f->read, &f->arena);
        rc = ra_ad_catalog_check(d, f->read->name, f->attributes, err);
    }
    return rc;
}

static void begin(struct ra_ad_fill *f, const struct ra_ad_read *r, bool ldif,
                  const struct ra_collect_hooks *hooks)
{
    *f = (struct ra_ad_fill){.read = r, .hooks = hooks, .ldif = ldif};
    pthread_mutex_init(&f->lock, NULL);
}

static void end(struct ra_ad_fill *f)
{
    if (f->fill)
        ra_fill_discard(&f->fill);
    ra_seen_free(&f->seen);
    ra_arena_free(&f->arena);
    pthread_mutex_destroy(&f->lock);
}

/* A snapshot that was followed in vain leaves nothing behind. */
static int start_over(struct ra_dir *d, struct ra_ad_fill *f, struct ra_dir_root *root,
                      struct ra_err *err)
{
    const struct ra_ad_fill old = *f;

    end(f);
    begin(f, old.read, old.ldif, old.hooks);
    return prepare(d, f, root, err);
}

static int bring_up_to_date(struct ra_dir *d, struct ra_ad_fill *f, struct ra_cache *c,
                            const char *side, struct ra_ad_mark *m, struct ra_err *err)
{
    struct ra_dir_root root;
    struct ra_buf settings;
    const char *why = NULL;
    bool known = ra_ad_mark_load(c, side, m);
    int rc = prepare(d, f, &root, err);

    if (rc != 0)
        return rc;
    ra_buf_init(&settings, 1 << 20);
    ra_ad_settings(d, f->read, &root, &settings);
    if (known)
        why = ra_ad_why_full(m, f->read, &root, ra_str_n(settings.p, settings.n), ra_now());
    rc = known && !why ? follow(d, f, c, side, m, err) : 1;
    if (rc == 1 && known && !why) {
        why = "the domain controller could not tell what changed since the last read";
        rc = start_over(d, f, &root, err) == 0 ? 1 : -err->code;
    }
    if (why)
        ra_log(RA_LOG_REQUESTS, "ad:%s: everything is read: %s", f->read->name, why);
    ra_buf_clear(&m->settings);
    ra_buf_put(&m->settings, settings.p, settings.n);
    ra_buf_free(&settings);
    return rc == 1 ? read_all(d, f, c, side, m, why, err) : rc;
}

int ra_ad_collect(struct ra_dir *d, struct ra_cache *c, const struct ra_ad_read *r,
                  const struct ra_collect_hooks *hooks, struct ra_err *err)
{
    char *side = ra_side_of_directory(r->name);
    struct ra_ad_fill f;
    struct ra_ad_mark mark;
    int rc;

    if (r->customs > RA_IX_CUSTOM_MAX - RA_IX_CUSTOM)
        return free(side), ra_fail(err, RA_ECONFIG, "%zu candidate attributes, want at most %d",
                                   r->customs, RA_IX_CUSTOM_MAX - RA_IX_CUSTOM);
    begin(&f, r, ra_dir_is_ldif(d), hooks);
    ra_ad_mark_init(&mark);
    rc = bring_up_to_date(d, &f, c, side, &mark, err);
    ra_ad_mark_free(&mark);
    end(&f);
    free(side);
    return rc;
}
