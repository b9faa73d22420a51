/* What the tests of this room share: a tenant to ask, opened against the scripted server. */
#ifndef RA_TEST_GRAPH_BENCH_H
#define RA_TEST_GRAPH_BENCH_H

#include "src/graph/internal.h"
#include "tests/unit/graph/server.h"

#define TENANT "7f3c0000-0000-4000-8000-000000000001"
#define CLIENT "52a10000-0000-4000-8000-000000000002"
#define TOKEN_RULE                                                                                 \
    {                                                                                              \
        "POST /" TENANT "/oauth2/v2.0/token", 0, 200, NULL,                                        \
            "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"tok-1\"}", WHOLE,   \
            NULL                                                                                   \
    }

struct bench {
    struct server *server;
    struct ra_graph *graph;
    struct ra_graph_options o;
    struct ra_http_tuning tuning;
    char secret[64];
    /* what pages brought */
    char ids[65536]; /* "a b c " in the order of arrival */
    size_t pages, objects, last_pages;
    char mark[1024]; /* of the newest page that had one */
    /* what was told on the way */
    size_t throttled, retries, tokens;
    int64_t longest_wait;
    atomic_int stop;
};

/* Starts the server and fills b->o for sign-in by secret; change b->o, then open. */
void bench_start(struct bench *b, const struct rule *rules, size_t n);
int bench_open(struct bench *b, struct ra_err *err);
void bench_end(struct bench *b);

/* Reads one chain and collects what it brings in b->ids. */
int bench_read(struct bench *b, enum ra_collection c, const char *filter, const char *mark,
               struct ra_err *err);
int bench_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
               struct ra_str mark, struct ra_err *err);

/* A file of this text, in the system's temporary folder; path gets its name. */
void temp_file(char *path, size_t n, const char *text, unsigned mode);

#define RULES(name) name, sizeof name / sizeof name[0]

#endif
