/*
 * Changing the tenant, and reading what is there of what is to be changed. Every change demands a
 * struct ra_writer, which recovery/apply alone can make, and only for a run that may write: it
 * is for recovery/apply alone to include this header (tests/house). A change is sent once; when its
 * answer is lost the outcome is unknown, and the caller reads before it writes again.
 */
#ifndef RA_GRAPH_WRITE_H
#define RA_GRAPH_WRITE_H

#include "src/graph/graph.h"

struct ra_writer; /* opaque here and everywhere: the right to change something */

#define RA_USER_VALUE_MAX 512 /* bytes of a value with its NUL */

enum ra_user_property {
    RA_USER_IMMUTABLE_ID,     /* onPremisesImmutableId, v1.0 */
    RA_USER_OBJECT_IDENTIFIER /* onPremisesObjectIdentifier, beta; may be cleared, not set */
};

/* What one user has now. */
struct ra_user_now {
    const char *id;
    enum ra_user_property property;
    signed char found;             /* answer: 0 there is no such live user, 1 there is */
    signed char synced;            /* answer: onPremisesSyncEnabled, -1 null */
    char value[RA_USER_VALUE_MAX]; /* answer: empty for null */
};

/* Reads all of them, several at once. A user that is not there is no error; a refusal is. */
int ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n, struct ra_err *err);

enum ra_patch_outcome {
    RA_PATCH_UNSENT,
    RA_PATCH_DONE,
    RA_PATCH_UNKNOWN, /* no answer, or the server's own fault: it may have been carried out */
    RA_PATCH_DENIED,  /* 403 */
    RA_PATCH_GONE,    /* 404 */
    RA_PATCH_REFUSED  /* any other refusal */
};

struct ra_user_patch {
    const char *id;
    enum ra_user_property property;
    const char *want; /* NULL writes null */
    void *ctx;        /* the caller's */
    enum ra_patch_outcome outcome;
    struct ra_err why; /* Graph's own words, unless done */
};

/* Called once for each, as its outcome is known; a negative return ends the run with *err. */
typedef int ra_patched_fn(void *ctx, struct ra_user_patch *p, struct ra_err *err);

/* Sends each change once, several at once. Throttling is waited out: what is throttled was not
 * carried out. An error (a signal, sign-in) leaves the outcome of what was under way unknown. */
int ra_graph_patch_users(const struct ra_writer *w, struct ra_graph *g, struct ra_user_patch *all,
                         size_t n, ra_patched_fn *done, void *ctx, struct ra_err *err);

struct ra_feature {
    const char *name;
    bool on;
};

/* PATCH of features of directory/onPremisesSynchronization/{tenant}; the outcome and why are put
 * into *result, whose other members are not used. */
int ra_graph_patch_features(const struct ra_writer *w, struct ra_graph *g, const char *tenant,
                            const struct ra_feature *features, size_t n,
                            struct ra_user_patch *result, struct ra_err *err);

#endif
