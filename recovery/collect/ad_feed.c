/*
 * What has changed, as AD tells it: by DirSync, with the right to it or as the account itself sees
 * it, or else by uSNChanged. Only which objects is taken from it; they are read again as a full
 * read reads them, so that a value that was cleared or that does not come with the change needs no
 * case of its own.
 */
#include "recovery/collect/ad.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the list ---- */

void ra_ad_change_add(struct ra_ad_changes *l, const void *guid, bool renamed)
{
    l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);
    memcpy(l->at[l->n].guid, guid, 16);
    l->at[l->n++].renamed = renamed;
}

static int compare(const void *a, const void *b)
{
    const struct ra_ad_change *x = a, *y = b;

    return memcmp(x->guid, y->guid, 16);
}

void ra_ad_changes_settle(struct ra_ad_changes *l)
{
    size_t n = 0;

    if (l->n == 0)
        return;
    qsort(l->at, l->n, sizeof *l->at, compare);
    for (size_t i = 1; i < l->n; i++) {
        if (compare(&l->at[n], &l->at[i]) != 0)
            l->at[++n] = l->at[i];
        else
            l->at[n].renamed |= l->at[i].renamed;
    }
    l->n = n + 1;
}

static int on_change(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct ra_ad_changes *l = ctx;
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID"), dn = ra_dir_entry_dn(e);

    if (guid.n != 16)
        return ra_fail(err, RA_ESERVER, RA_STR_FMT " changed and has no objectGUID",
                       RA_STR_ARG(dn));
    ra_ad_change_add(l, guid.p, ra_dir_entry_has(e, "name"));
    /* told when it was set or cleared: cleared is restored */
    if (ra_dir_entry_has(e, "isDeleted") && ra_str_absent(ra_dir_entry_first(e, "isDeleted")))
        l->restored = true;
    return 0;
}

/* ---- DirSync ---- */

static bool is_domain(const struct ra_dir_root *root)
{
    return root->domain && strcasecmp(root->base, root->domain) == 0;
}

/* "name" stands for renames and moves, parentGUID for the new place; the rest is what is read. */
static const char **told_of(const struct ra_ad_fill *f)
{
    static const char *const more[] = {"name", "parentGUID", "isDeleted"};
    size_t n = 0;
    const char **list;

    while (f->attributes[n])
        n++;
    list = ra_malloc((n + sizeof more / sizeof more[0] + 1) * sizeof *list);
    memcpy(list, f->attributes, n * sizeof *list);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        list[n++] = more[i];
    list[n] = NULL;
    return list;
}

static int by_dirsync(struct ra_dir *d, const struct ra_ad_fill *f, const char *filter, bool own,
                      struct ra_buf *cookie, struct ra_ad_changes *out, enum ra_dir_told *told,
                      struct ra_err *err)
{
    const char **list = told_of(f);
    struct ra_dir_changes q = {.base = f->places[0].base,
                               .filter = filter,
                               .attributes = list,
                               .own_rights = own,
                               .tries = RA_AD_TRIES};
    int rc = ra_dir_changes(d, &q, on_change, out, cookie, told, err);

    free(list);
    return rc;
}

/* No object has this objectGUID: only the cookie is wanted. */
#define NONE "(objectGUID=\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00)"

int ra_ad_mark_begin(struct ra_dir *d, const struct ra_ad_fill *f, struct ra_ad_mark *m,
                     struct ra_err *err)
{
    static const enum ra_ad_way by[] = {RA_AD_DIRSYNC, RA_AD_DIRSYNC_OWN};
    enum ra_dir_told told = RA_DIR_NOT_FOR;
    struct ra_ad_changes none = {0};
    struct ra_dir_root root;
    int rc = ra_dir_root(d, &root, err);

    m->way = RA_AD_NO_WAY;
    ra_buf_clear(&m->cookie);
    if (rc != 0 || f->ldif)
        return rc;
    m->usn = root.highest_committed_usn;
    snprintf(m->invocation_id, sizeof m->invocation_id, "%s", root.invocation_id);
    /* In a global catalog the USNs of other domains' objects are its own, and DirSync is not. */
    if (!root.active_directory || root.global_catalog || !root.invocation_id[0] || m->usn == 0)
        return 0;
    m->way = RA_AD_USN;
    for (size_t i = 0; rc == 0 && told != RA_DIR_TOLD && is_domain(&root) && i < 2; i++) {
        rc = by_dirsync(d, f, NONE, by[i] == RA_AD_DIRSYNC_OWN, &m->cookie, &none, &told, err);
        if (rc == 0 && told == RA_DIR_TOLD)
            m->way = by[i];
    }
    free(none.at);
    return rc;
}

/* ---- uSNChanged ---- */

static int by_usn(struct ra_dir *d, const struct ra_ad_fill *f, uint64_t usn,
                  struct ra_ad_changes *out, struct ra_err *err)
{
    static const char *const attributes[] = {"objectGUID", "name", NULL};
    char filter[64];
    int rc = 0;

    snprintf(filter, sizeof filter, "(uSNChanged>=%" PRIu64 ")", usn + 1);
    for (size_t i = 0; rc == 0 && i < f->places_n; i++) {
        struct ra_dir_query q = {.base = f->places[i].base,
                                 .filter = filter,
                                 .attributes = attributes,
                                 .deleted = f->places[i].deleted,
                                 .tries = RA_AD_TRIES};

        rc = ra_dir_search(d, &q, on_change, out, err);
        if (f->places[i].optional && (rc == -(int)RA_ENOTFOUND || rc == -(int)RA_EPERMISSION))
            rc = 0;
    }
    out->restored = out->restored || out->n > 0; /* numbers do not tell in what way it changed */
    return rc;
}

int ra_ad_feed(struct ra_dir *d, const struct ra_ad_fill *f, struct ra_ad_mark *m,
               struct ra_ad_changes *out, bool *stale, struct ra_err *err)
{
    enum ra_dir_told told = RA_DIR_TOLD;
    struct ra_dir_root root;
    int rc = ra_dir_root(d, &root, err);

    *stale = false;
    if (rc != 0 || root.highest_committed_usn == m->usn)
        return rc;
    if (m->way == RA_AD_USN)
        rc = by_usn(d, f, m->usn, out, err);
    else
        rc = by_dirsync(d, f, "(objectClass=*)", m->way == RA_AD_DIRSYNC_OWN, &m->cookie, out,
                        &told, err);
    *stale = told != RA_DIR_TOLD;
    if (rc == 0 && !*stale) {
        m->usn = root.highest_committed_usn;
        ra_ad_changes_settle(out);
    }
    return rc;
}
