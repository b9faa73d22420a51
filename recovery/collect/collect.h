/*
 * Running the readers into the cache, and opening what is there for matching. A snapshot is
 * finished only when every chain and every search reached its explicit end; on any error the one
 * before stays current. Reports progress through hooks; prints nothing.
 */
#ifndef RA_COLLECT_COLLECT_H
#define RA_COLLECT_COLLECT_H

#include "recovery/model/index.h"
#include "recovery/model/tenant.h"
#include "src/cache/cache.h"
#include "src/directory/directory.h"
#include "src/graph/graph.h"

#define RA_SIDE_CLOUD "cloud"

/* "ad:NAME" of a directory's section; free with free(). */
char *ra_side_of_directory(const char *name);

/* phase: what is being read ("users", "contoso"); done: objects so far; total: 0 when not known.
 * May be called from several threads at once, each with a phase of its own. */
struct ra_collect_hooks {
    void (*progress)(void *ctx, const char *phase, uint64_t done, uint64_t total);
    void *ctx;
};

/* ---- the cloud ---- */

struct ra_cloud_fill;

/* Signs in and reads the documents (organization, domains, features, roles). full: everything is to
 * be read anew, whatever an earlier run left. */
int ra_cloud_begin(struct ra_graph *g, struct ra_cache *c, const struct ra_collect_hooks *hooks,
                   bool full, struct ra_cloud_fill **out, struct ra_err *err);
/* What the documents say so far: the features, the last sync, the tenant's own anchor attribute; no
 * domains and no roles. Borrowed. */
const struct ra_tenant *ra_cloud_tenant(const struct ra_cloud_fill *f);
/* Takes up what changed since the current snapshot; where that cannot be, reads all collections to
 * their end, or goes on with what an earlier run has read of them. Then finishes the snapshot, or
 * amends the current one when nothing is other than it was. *f is closed in any case. */
int ra_cloud_finish(struct ra_cloud_fill **f, struct ra_err *err);
void ra_cloud_abandon(struct ra_cloud_fill **f);

/* Facts that a first decision found missing (ra_result.need_soa, need_ooi), asked for and added to
 * the current snapshot. Does nothing for a saved-JSON source. *added: whether anything new came. */
int ra_cloud_settle(struct ra_graph *g, struct ra_cache *c, const struct ra_side *cloud,
                    const uint32_t *need_soa, size_t soa_n, const uint32_t *need_ooi, size_t ooi_n,
                    bool *added, struct ra_err *err);

/* ---- a directory ---- */

/* The kind of an entry by its objectClass; RA_KINDS for anything that has no verdict. */
enum ra_kind ra_entry_kind(const struct ra_dir_entry *e);

struct ra_ad_read {
    const char *name; /* of the section */
    const char *login_attribute;
    const struct ra_str *custom; /* further attributes that may be the anchor; an integer one is
                                    RA_ECONFIG */
    size_t customs;
    int connections; /* searches side by side, at most */
    bool full;       /* read everything anew, even when the last snapshot could be followed */
};

/* Brings the side's snapshot up to date: follows what has changed since the last one where the
 * server tells it, else reads everything. When nothing has changed the last one stays current, with
 * its mark moved. */
int ra_ad_collect(struct ra_dir *d, struct ra_cache *c, const struct ra_ad_read *r,
                  const struct ra_collect_hooks *hooks, struct ra_err *err);

/* A directory's side made of objects that are at hand, of a backup or of another store, instead of
 * read from a server. Everything in held is borrowed until finish. */
struct ra_ad_held {
    const char *name, *login_attribute;
    const struct ra_str *custom; /* the attributes that the objects have values of */
    size_t customs;
    const char *proof; /* where they come from, and why they are all */
};
struct ra_ad_hold;
int ra_ad_hold_open(struct ra_cache *c, const struct ra_ad_held *held, struct ra_ad_hold **out,
                    struct ra_err *err);
int ra_ad_hold_put(struct ra_ad_hold *h, const struct ra_ad_object *o, /* dn_key is made here */
                   struct ra_err *err);
int ra_ad_hold_finish(struct ra_ad_hold **h, struct ra_err *err); /* closes in any case */
void ra_ad_hold_abandon(struct ra_ad_hold **h);

/* Whether the directory has all the attributes that decide: RA_EINCOMPLETE for a global catalog
 * that lacks one of them. */
int ra_ad_has_all(struct ra_dir *d, const struct ra_ad_read *r, struct ra_err *err);

/* ---- reading what is there ---- */

struct ra_view_side {
    struct ra_snap *snap;
    struct ra_side side;
    struct ra_str *custom; /* of a directory */
    char *name;
    uint32_t live, deleted; /* objects; counted when first asked for */
};

/* All current snapshots of one store, open for matching and reporting. */
struct ra_view {
    struct ra_view_side cloud;
    struct ra_view_side *ad;
    size_t ad_n;
    struct ra_side *ad_sides; /* the same as an array for ra_match */
    struct ra_tenant tenant;
    struct ra_arena arena;
};

/* login_attribute: a directory that was read with another one must be fetched again. A side without
 * a complete snapshot is RA_EINCOMPLETE. */
int ra_view_open(struct ra_cache *c, const char *const *directories, size_t n,
                 const char *login_attribute, struct ra_view **out, struct ra_err *err);
void ra_view_close(struct ra_view **v);

/* Lists in v->tenant.unknown what was refused since the view was opened (ra_cloud_settle). */
int ra_view_refusals(struct ra_view *v, struct ra_cache *c, struct ra_err *err);

/* The id of the tenant that the cloud's snapshot was asked of; absent in one of an older version.
 */
struct ra_str ra_view_tenant(const struct ra_view *v);

/* Where the next read of changes goes on: of a directory the highest USN, of the tenant (s is
 * &v->cloud) the SHA-256 of its delta links. Absent where there is none, as with files. From a. */
struct ra_str ra_view_marker(const struct ra_view *v, const struct ra_view_side *s,
                             struct ra_arena *a);

/* Decodes the documents of a cloud snapshot. Everything is borrowed from the arena or the snapshot.
 */
int ra_tenant_load(struct ra_snap *cloud, struct ra_arena *a, struct ra_tenant *out,
                   struct ra_err *err);

/* The tenant as it is at this moment: organization, features and, with roles, who holds one; no
 * domains. The snapshot tells which ids are groups. Everything is in the arena. */
int ra_tenant_now(struct ra_graph *g, struct ra_snap *cloud, bool roles, struct ra_arena *a,
                  struct ra_tenant *out, struct ra_err *err);

/* Writes the current cloud snapshot as saved Graph responses: DIR/users.json and so on. */
int ra_save(const struct ra_view *v, const char *dir, struct ra_err *err);

#endif
