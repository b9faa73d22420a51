/*
 * A read of the cloud side, between the files that tell its parts: documents, lists, changes, and
 * how completeness was proved. Internal to collect.
 */
#ifndef RA_COLLECT_CLOUD_H
#define RA_COLLECT_CLOUD_H

#include "recovery/collect/documents.h"
#include "recovery/collect/ledger.h"

#define RA_PROOF_MAX 1536
#define RA_WHY_MAX   256
#define RA_DELTA_KINDS                                                                             \
    ((int)RA_DELETED_USERS) /* collections that have changes: those before it                      \
                             */

struct ra_kept_document {
    enum ra_document_state state;
    struct ra_buf json;
};

/* What the changes told of users, as far as it moves them between the living and the deleted. */
struct ra_cloud_events {
    uint64_t created, removed, moved;
};

struct ra_cloud_fill {
    struct ra_graph *graph;
    struct ra_cache *cache;
    const struct ra_collect_hooks *hooks;
    bool full; /* whatever an earlier run left */
    struct ra_kept_document documents[RA_DOCUMENTS];
    struct ra_arena arena;
    struct ra_tenant tenant;
    char fingerprint[65];

    struct ra_ledger ledger;
    bool open; /* the ledger */
    struct ra_index_plan plan;
    struct ra_buf record, lists;
    struct ra_str link[RA_DELTA_KINDS];    /* where the next round of changes begins; in arena */
    struct ra_seen listed;                 /* ids of the last list of deleted users */
    bool contradicted;                     /* that list named a user who is alive here */
    bool two_told;                         /* saved responses have an object twice: it was said */
    struct ra_cloud_events events;         /* since the lists were begun */
    uint64_t seen[RA_COLLECTIONS];         /* objects that came, for progress */
    struct ra_count count[RA_COLLECTIONS]; /* as the tenant counted before, and then after */
    struct ra_count after[RA_COLLECTIONS]; /* counted beside the last round of all changes */
    bool counted_after;
    /* Asked for beside the documents, when everything is going to be read: links from now on,
     * absent where there are none, and the counts. For the next beginning alone. */
    bool ahead;
    struct ra_str ahead_link[RA_DELTA_KINDS];
    struct ra_count ahead_count[RA_COLLECTIONS];
    uint64_t listed_users; /* by the lists alone */
    size_t parts;          /* in which users were read; 0: in one chain */
    bool rechecked;        /* what the index behind a count lists was looked for */
    uint64_t missed;       /* and so many that no list had were found */
    char why[RA_WHY_MAX];  /* everything is read anew; empty for the first time */
    char proof[RA_PROOF_MAX];
};

/* ---- cloud.c ---- */

/* A read of everything that an earlier run could not end was begun because it had to be. */
bool ra_cloud_stopped_anew(const struct ra_cloud_fill *f);

/* ---- cloud_ahead.c ---- */

/* Whether a live tenant is going to be read from its beginning: a guess, by which requests are sent
 * together. */
bool ra_cloud_begins_anew(const struct ra_cloud_fill *f);

/* Asks for the documents; anew: and for what a read of everything begins with. */
int ra_cloud_ask_first(struct ra_cloud_fill *f, bool anew, struct ra_document_read *reads, size_t n,
                       struct ra_err *err);
/* The links of that, into the ledger that was just opened. */
void ra_cloud_take_ahead(struct ra_cloud_fill *f);

/* ---- cloud_documents.c ---- */

/* anew: everything is going to be read, as far as can be told. */
int ra_cloud_read_documents(struct ra_cloud_fill *f, bool anew, struct ra_err *err);
/* Those and the members of role groups go into the snapshot. */
int ra_cloud_put_documents(struct ra_cloud_fill *f, struct ra_err *err);
/* The same as amendments, as far as they differ from the current snapshot. *n grows from 0. */
struct ra_amendment *ra_cloud_amend_documents(struct ra_cloud_fill *f, size_t *n);
int ra_cloud_read_role_members(struct ra_cloud_fill *f, struct ra_err *err);
void ra_cloud_free_documents(struct ra_cloud_fill *f);

/* ---- cloud_objects.c ---- */

/* An object as a list shows it. */
int ra_cloud_take_listed(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                         struct ra_err *err);
/* An object as a change shows it. */
int ra_cloud_take_changed(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                          struct ra_err *err);
/* An object as it is, where changes contradicted each other. */
int ra_cloud_take_settled(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                          struct ra_err *err);
/* Drops deleted users that are neither in the last list nor known to be newly deleted. */
int ra_cloud_drop_unlisted(struct ra_cloud_fill *f, struct ra_err *err);
void ra_cloud_report(const struct ra_cloud_fill *f, enum ra_collection c, uint64_t total);

/* ---- cloud_lists.c ---- */

/* Reads all lists to their end, going on where an earlier read of the same stopped. */
int ra_cloud_read_lists(struct ra_cloud_fill *f, struct ra_err *err);
/* Reads the users once more, in one chain. */
int ra_cloud_read_users_plainly(struct ra_cloud_fill *f, struct ra_err *err);
int ra_cloud_read_deleted(struct ra_cloud_fill *f, struct ra_err *err);

/* ---- cloud_changes.c ---- */

/* Rounds that bring a link from now on, one for each collection that has changes. */
void ra_cloud_from_now_on(struct ra_delta rounds[RA_DELTA_KINDS]);
/* Says that a collection has none. */
void ra_cloud_no_changes(const struct ra_delta *round);
/* Keeps the link behind what was read of a collection, beside it. */
void ra_cloud_keep_link(struct ra_cloud_fill *f, enum ra_collection c, struct ra_str link);
/* Asks for links from now on, before the lists are read. */
int ra_cloud_mark_beginning(struct ra_cloud_fill *f, struct ra_err *err);
/* Takes up what changed since the links, until it is one moment's state. listed: the list of
 * deleted users was read just now. *resync: a link is no good any more; f->why tells which. */
int ra_cloud_reconcile(struct ra_cloud_fill *f, bool listed, bool *resync, struct ra_err *err);

#endif
