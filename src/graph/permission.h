/*
 * The application permissions of Microsoft Graph that reanchor can make use of: what each is for,
 * which commands need it, its app-role id; and which of them the current token carries. Reading a
 * token here is for telling a person what is missing; the service alone decides what is allowed.
 */
#ifndef RA_GRAPH_PERMISSION_H
#define RA_GRAPH_PERMISSION_H

#include "src/base/mem.h"
#include "src/graph/graph.h"

/* How much hangs on a permission. */
enum ra_need {
    RA_NEED_READING, /* without it there is no snapshot */
    RA_NEED_FACTS,   /* without it facts are unknown, and verdicts poorer */
    RA_NEED_APPLY    /* only apply needs it, and only for as long as it is used */
};

struct ra_permission_info {
    struct ra_permission permission;
    enum ra_need need;
    const char *what;     /* what it lets read or write */
    const char *commands; /* who needs it */
    const char *covered;  /* other permissions that do as well, between spaces; "" for none */
};

const struct ra_permission_info *ra_permissions(size_t *n);

/* What the token says was granted. */
struct ra_grants {
    bool told;      /* false for a token that does not say, and for saved responses */
    bool delegated; /* it acts for a person: scopes, which that person's own roles limit */
    struct ra_str *names;
    size_t n;
    struct ra_arena arena; /* owns the names */
};

/* After a sign-in; *out to be freed with ra_grants_free. */
void ra_graph_grants(const struct ra_graph *g, struct ra_grants *out);
void ra_grants_free(struct ra_grants *g);

/* Which granted permission covers it: its own name or one that does as well; absent for none. */
struct ra_str ra_grants_cover(const struct ra_grants *g, const struct ra_permission_info *p);

/* The claims of an access token in its usual form; *told stays false for another. */
void ra_grants_read(struct ra_str token, struct ra_grants *out);

#endif
