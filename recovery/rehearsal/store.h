/*
 * What the simulated tenant holds: live and soft-deleted objects, their indexes, the small
 * documents, and the log of changes that delta queries read. One lock guards it all: take it for
 * reading around a request that reads, for writing around one that writes. Objects are never freed
 * before the store, so a pointer stays good; an object that is gone for ever says so.
 */
#ifndef RA_REHEARSAL_STORE_H
#define RA_REHEARSAL_STORE_H

#include "recovery/rehearsal/index.h"
#include "recovery/rehearsal/object.h"
#include "src/base/ident.h"

#include <pthread.h>

enum ra_sim_document {
    RA_SIM_ORGANIZATION,
    RA_SIM_DOMAINS,
    RA_SIM_SYNCHRONIZATION,
    RA_SIM_ROLE_ASSIGNMENTS,
    RA_SIM_ROLE_ELIGIBILITIES,
    RA_SIM_ROLE_DEFINITIONS,
    RA_SIM_ROLE_GROUP_MEMBERS,
    RA_SIM_SYNC_BEHAVIORS,
    RA_SIM_DOCUMENTS
};

/* A small collection, or why there is none. */
struct ra_sim_small {
    struct cJSON *items;         /* an array; NULL when unknown */
    int status;                  /* the answer when items is NULL: 400, 403 … */
    char code[64], message[256]; /* of that answer */
};

struct ra_sim_object {
    enum ra_sim_kind kind;
    bool deleted;         /* soft-deleted */
    bool gone;            /* deleted for ever */
    bool claimed;         /* during an export: some AD object carries it */
    bool staged;          /* during an export: its deletion is staged */
    uint32_t at;          /* its place in its list */
    uint32_t last_change; /* 1-based place in the log; 0 never changed */
    struct ra_sim_body *body;
    struct ra_sim_body *old; /* the state before the last write, while readers may still see it */
    int64_t
        old_since_ms; /* lists see it twice, advanced queries four times as long as single reads */
};

struct ra_sim_list {
    struct ra_sim_object **at; /* NULL where one left, so that places stay what they are */
    struct ra_sim_prefix {
        char p[8];
    } * prefix; /* how each one's UPN begins, folded: a scan for startswith stays in the cache */
    size_t n, cap, prefix_cap, count;
};

enum ra_sim_what {
    RA_SIM_CREATED,
    RA_SIM_UPDATED,
    RA_SIM_SOFT_DELETED,
    RA_SIM_GONE,
    RA_SIM_RESTORED
};

struct ra_sim_change {
    struct ra_sim_object *object;
    enum ra_sim_what what;
    uint32_t before, after; /* 1-based places of the object's neighbours in the log */
    struct ra_sim_mask mask;
};

struct ra_sim_store {
    pthread_rwlock_t lock;
    struct ra_sim_list live[RA_SIM_KINDS], deleted[RA_SIM_KINDS];
    struct ra_sim_index by_id, by_upn, by_anchor, by_address, by_sid, by_device;
    struct ra_sim_change *log;
    size_t log_n, log_cap;
    struct ra_sim_small small[RA_SIM_DOCUMENTS];
    bool identifiers;  /* some user says its onPremisesObjectIdentifier */
    int64_t settle_ms; /* how long a write stays unseen by single reads */
};

void ra_sim_store_init(struct ra_sim_store *s);
void ra_sim_store_free(struct ra_sim_store *s);

/* Takes body over. Not logged: this is loading. */
struct ra_sim_object *ra_sim_store_load(struct ra_sim_store *s, enum ra_sim_kind kind,
                                        struct ra_sim_body *body, bool deleted);

/* The changes below are logged, and need the lock for writing. */
struct ra_sim_object *ra_sim_store_create(struct ra_sim_store *s, enum ra_sim_kind kind,
                                          struct ra_sim_body *body);
void ra_sim_store_update(struct ra_sim_store *s, struct ra_sim_object *o, const struct cJSON *set);
/* Users and Microsoft 365 groups go to the deleted items unless hard; anything else is gone. */
void ra_sim_store_delete(struct ra_sim_store *s, struct ra_sim_object *o, bool hard);
void ra_sim_store_restore(struct ra_sim_store *s, struct ra_sim_object *o);

/* By id, whichever kind; NULL when there is none or it is gone. */
struct ra_sim_object *ra_sim_store_by_id(const struct ra_sim_store *s, struct ra_str id);
/* A live object by id, users also by UPN, devices not by deviceId. */
struct ra_sim_object *ra_sim_store_find(const struct ra_sim_store *s, enum ra_sim_kind kind,
                                        struct ra_str key);

/* Whose property equals key among candidates of an index; *at as ra_sim_index_next. Gone ones are
 * passed over, deleted ones are not. */
struct ra_sim_object *ra_sim_store_next(const struct ra_sim_index *x, unsigned property,
                                        struct ra_str key, size_t *at);

/* What a reader sees of the object now. reader: 1 single reads, 2 lists, 4 advanced queries. */
const struct ra_sim_body *ra_sim_store_view(const struct ra_sim_store *s,
                                            const struct ra_sim_object *o, int reader);

#endif
