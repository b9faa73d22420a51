/*
 * What the files that read a directory share. A full read stores every object and then follows what
 * changed meanwhile; the next runs only follow. Internal to collect.
 */
#ifndef RA_COLLECT_AD_H
#define RA_COLLECT_AD_H

#include "recovery/collect/internal.h"
#include "recovery/model/head.h"

#include <pthread.h>

#define RA_AD_TRIES      5 /* of a search, when the line breaks or the server is busy */
#define RA_AD_RECORD_MAX ((size_t)16 << 20)
#define RA_AD_FILTER                                                                               \
    "(|(objectClass=user)(objectClass=inetOrgPerson)(objectClass=group)(objectClass=contact)"      \
    "(objectClass=computer))"

/* Where objects of the side lie: the base, and the container of deleted objects where the base does
 * not hold it. */
struct ra_ad_place {
    const char *base;
    bool deleted;  /* with the show-deleted control */
    bool optional; /* an account that may not read it goes without */
};

/* The snapshot as it is being filled. Objects may come from several threads. */
struct ra_ad_fill {
    struct ra_fill *fill;
    const struct ra_ad_read *read;
    const struct ra_collect_hooks *hooks;
    struct ra_arena arena;   /* of the places and the attributes */
    const char **attributes; /* ends with NULL */
    enum ra_dir_syntax syntax[RA_IX_CUSTOM_MAX - RA_IX_CUSTOM];
    struct ra_ad_place places[2];
    size_t places_n;
    bool ldif;
    pthread_mutex_t lock; /* over what follows, and the fill */
    struct ra_seen seen;  /* an object's identity, and its sequence number */
    uint32_t next;        /* the sequence number of the next record */
    uint64_t done;
    bool failed;      /* one thread has: the others need not go on */
    bool following;   /* changes are stored: what does not differ is left as it is */
    uint64_t changed; /* records that do differ, or are new or gone */
    bool flipped;     /* an object came or went: groups may have other members now */
};

/* Reads entries for one thread. */
struct ra_ad_reader {
    struct ra_ad_fill *f;
    struct ra_entry_reader reader;
    struct ra_buf record;
};
void ra_ad_reader_init(struct ra_ad_reader *r, struct ra_ad_fill *f);
void ra_ad_reader_free(struct ra_ad_reader *r);

/* ad_store.c: an entry of a kind that has a verdict becomes a record, in the place of the one that
 * the object had; *skipped when it is of no such kind. */
int ra_ad_store(struct ra_ad_reader *r, const struct ra_dir_entry *e, bool *skipped,
                struct ra_err *err);
/* The same as an ra_entry_fn for ctx = a reader. */
int ra_ad_on_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err);
/* The 16 bytes of a record's objectGUID, or NULL when it is no record. */
const char *ra_ad_guid_of(struct ra_str record);
/* Takes an object out, when it is in. */
void ra_ad_drop(struct ra_ad_fill *f, struct ra_str guid);
/* Fills seen from the records that the fill began with. */
int ra_ad_recall(struct ra_ad_fill *f, struct ra_err *err);

/* ad_catalog.c: RA_EINCOMPLETE when the directory is a global catalog that lacks one of the
 * attributes (which end with NULL) that decide. */
int ra_ad_catalog_check(struct ra_dir *d, const char *name, const char *const *attributes,
                        struct ra_err *err);

/* ad_full.c: every object, over several connections where that is proved to be all. *how: in how
 * many searches, for the proof. */
int ra_ad_read_full(struct ra_dir *d, struct ra_ad_fill *f, size_t *searches, struct ra_err *err);

/* ---- following changes ---- */

enum ra_ad_way { RA_AD_NO_WAY, RA_AD_DIRSYNC, RA_AD_DIRSYNC_OWN, RA_AD_USN };

/* Up to where a snapshot is true, and how its changes are learned from there on. */
struct ra_ad_mark {
    enum ra_ad_way way;
    uint64_t usn; /* the DC's highest committed USN; a snapshot has all changes up to it */
    char invocation_id[37];
    struct ra_buf cookie; /* DirSync's */
    int64_t full;         /* when everything was last read, seconds since 1970 */
    struct ra_buf settings;
    struct ra_buf proof; /* of that full read */
};
void ra_ad_mark_init(struct ra_ad_mark *m);
void ra_ad_mark_free(struct ra_ad_mark *m);

/* ad_mark.c: whatever else decides what a read gets; a snapshot of other settings is of no use. */
void ra_ad_settings(struct ra_dir *d, const struct ra_ad_read *r, const struct ra_dir_root *root,
                    struct ra_buf *out);
/* Reads the mark of the side's current snapshot; false when it has none. */
bool ra_ad_mark_load(struct ra_cache *c, const char *side, struct ra_ad_mark *m);
/* Why it cannot be followed from this mark; NULL when it can. now: seconds since 1970. */
const char *ra_ad_why_full(const struct ra_ad_mark *m, const struct ra_ad_read *r,
                           const struct ra_dir_root *root, struct ra_str settings, int64_t now);
void ra_ad_mark_put(struct ra_fill *fill, const struct ra_ad_mark *m);
/* Moves the mark of a snapshot that nothing changed in. */
int ra_ad_mark_move(struct ra_cache *c, const char *side, const struct ra_ad_mark *m,
                    struct ra_err *err);
const char *ra_ad_way_text(enum ra_ad_way way); /* "DirSync" ... */

/* ad_feed.c: objects that have changed, by objectGUID; sorted, each once, once it is settled. */
struct ra_ad_change {
    unsigned char guid[16];
    bool renamed; /* or moved, or new: what lies below it may have another DN */
};
struct ra_ad_changes {
    struct ra_ad_change *at;
    size_t n, cap;
    bool restored; /* some may have been deleted and brought back, which costs memberships */
};
void ra_ad_change_add(struct ra_ad_changes *l, const void *guid, bool renamed);
void ra_ad_changes_settle(struct ra_ad_changes *l);

/* Finds the way and its mark, before a full read. */
int ra_ad_mark_begin(struct ra_dir *d, const struct ra_ad_fill *f, struct ra_ad_mark *m,
                     struct ra_err *err);
/* What has changed since the mark, which moves. *stale: the server cannot tell. */
int ra_ad_feed(struct ra_dir *d, const struct ra_ad_fill *f, struct ra_ad_mark *m,
               struct ra_ad_changes *out, bool *stale, struct ra_err *err);

/* ad_sweep.c: which objects are there at all, and where: those that went out of sight are taken
 * out, new and moved ones added to the changes. *moved: some have another DN. */
int ra_ad_sweep(struct ra_dir *d, struct ra_ad_fill *f, struct ra_ad_changes *out, bool *moved,
                struct ra_err *err);

/* ad_apply.c: reads the changed objects again, and what changed with them. swept: DNs were compared
 * just now; moved: some were others. */
int ra_ad_apply(struct ra_dir *d, struct ra_ad_fill *f, const struct ra_ad_changes *l, bool swept,
                bool moved, struct ra_err *err);

/* ad_follow.c: until nothing is left to follow. told: l holds what ra_ad_feed has told already,
 * else it is empty; used up. 0, negative, or 1 when only a full read will do. */
int ra_ad_follow(struct ra_dir *d, struct ra_ad_fill *f, struct ra_ad_mark *m,
                 struct ra_ad_changes *l, bool told, struct ra_err *err);

#endif
