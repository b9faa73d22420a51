/*
 * The HTTP engine: requests on one libcurl multi handle, each a machine of five states with one
 * setter. It retries, waits, renews the token and refuses to send it anywhere but to the pinned
 * host. It knows nothing of what a body means: whoever makes a request judges its answer in
 * `receive`. One thread. Requests belong to their makers and must outlive ra_http_run.
 */
#ifndef RA_GRAPH_HTTP_H
#define RA_GRAPH_HTTP_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/graph/endpoint.h"
#include "src/graph/governor.h"
#include "src/graph/graph.h"
#include "src/graph/retry.h"

#define RA_ANSWER_MAX ((size_t)64 << 20)

/* What tests turn; zero is the default. */
struct ra_http_tuning {
    int64_t backoff_ms;   /* the first wait: 1000 */
    long stall_seconds;   /* without a byte: 60 */
    size_t answer_max;    /* RA_ANSWER_MAX */
    const char *imds_url; /* http://169.254.169.254 */
};

enum ra_request_state {
    RA_REQUEST_NEW,
    RA_REQUEST_QUEUED,  /* may be sent when there is room */
    RA_REQUEST_WAITING, /* may be sent when its time has come */
    RA_REQUEST_SENDING, /* libcurl has it */
    RA_REQUEST_DONE,    /* received and taken */
    RA_REQUEST_FAILED   /* for good */
};

enum {
    RA_HTTP_AUTH = 1,     /* carries the bearer token, hence only to the pinned host */
    RA_HTTP_EVENTUAL = 2, /* ConsistencyLevel: eventual */
    RA_HTTP_IDENTITY = 4, /* the managed identity endpoint: plain http, no proxy, its own retries */
    RA_HTTP_FORM = 8,     /* the body is a form */
    RA_HTTP_JSON = 16,    /* the body is JSON */
    RA_HTTP_TEXT = 32,    /* text is wanted, not JSON */
    /* It changes something: what may have been carried out is never sent again by the engine. A try
     * without a whole answer, and an answer of 5xx, go to receive (status 0 for the former). */
    RA_HTTP_WRITE = 64
};

/* What receive made of an answer; negative is a final error. */
enum {
    RA_TAKEN = 0,
    RA_NEXT = 1,     /* url was changed: ask again */
    RA_BAD_BODY = 2, /* no good: try again; err tells why */
    RA_AHEAD = 3     /* ra_http_ahead was called */
};

enum ra_encoding { RA_PLAIN, RA_GZIP, RA_UNKNOWN_ENCODING };

struct ra_answer {
    long status;
    struct ra_buf body;
    struct ra_buf packed; /* as it came, where that was not plain */
    enum ra_encoding encoding;
    int64_t retry_after_ms; /* -1 when there was none */
    char request_id[64];
    char claims[4096]; /* of a claims challenge, as in the header; empty when none */
    char location[2048];
    unsigned units; /* what it cost, 0 when the service did not say */
    int permille;   /* of the quota that is used up, 0 when the service did not warn */
};

struct ra_request {
    /* the maker's */
    const char *where;  /* borrowed: the name in messages */
    char *url;          /* owned */
    const char *method; /* borrowed; NULL: POST with something to send, else GET */
    struct ra_buf send; /* with something in it the request is a POST; wiped at the end */
    unsigned flags;
    int (*receive)(struct ra_request *r, struct ra_err *err);
    void (*arrived)(struct ra_request *r); /* or NULL: a whole answer is there, and receive is going
                                            * to be called; in another thread */
    void *ctx;
    unsigned rank;        /* of several that could be sent, the lowest goes first */
    struct ra_cost asked; /* units: 0 for what the URL costs; writes: how many changes it carries */
    /* for receive */
    struct ra_answer in;
    bool retried;    /* this answer came on a second or later try */
    int64_t hold_ms; /* set with RA_NEXT: nothing is sent to Graph for so long */
    /* the engine's */
    enum ra_request_state state;
    uint64_t turn; /* order of queueing */
    struct ra_cost cost;
    int64_t due_ms, began_ms, sent_ms;
    int tries; /* that failed */
    int redirects;
    bool renewed, challenged, fresh_line;
    unsigned token; /* which token it was sent with */
    long os_error;  /* errno of a connection that failed */
    void *curl;     /* while sending */
    size_t given;   /* bytes of send that libcurl has taken */
    struct curl_slist *headers;
    char id[37]; /* client-request-id */
    char curl_error[256];
};

void ra_request_init(struct ra_request *r, const char *where, unsigned flags);
void ra_request_free(struct ra_request *r);

/* Where the engine gets the token from. generation tells one token from the next. */
struct ra_bearer {
    void *ctx;
    bool (*fresh)(void *ctx);
    int (*renew)(void *ctx, struct ra_err *err);
    struct ra_str (*reveal)(void *ctx, unsigned *generation);
    void (*reject)(void *ctx, unsigned generation, const char *claims);
};

struct ra_http;

/* Borrows o, tuning and graph until closed. */
int ra_http_open(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                 const struct ra_endpoint *graph, struct ra_http **out, struct ra_err *err);
void ra_http_close(struct ra_http **h);
void ra_http_set_bearer(struct ra_http *h, const struct ra_bearer *b);
struct ra_graph_stats ra_http_stats(const struct ra_http *h);

/* Runs the requests, and whatever others are under way, until these are done. Nested calls are for
 * the token only. */
int ra_http_run(struct ra_http *h, struct ra_request *const *requests, size_t n,
                struct ra_err *err);
int ra_http_exchange(struct ra_http *h, struct ra_request *r, struct ra_err *err);

/* For receive, once it has what it needs of the answer and has changed the url: the request goes
 * out while the caller still works on what it got. receive then returns RA_AHEAD or an error. */
int ra_http_ahead(struct ra_http *h, struct ra_request *r, struct ra_err *err);

/* The wait before try number tries + 1 of what was refused without saying for how long. */
int64_t ra_http_backoff_ms(const struct ra_http *h, int tries);

/* Lets others go on for ms milliseconds. */
int ra_http_pause(struct ra_http *h, int64_t ms, struct ra_err *err);
/* The tenant has so many users, which its quota depends on. */
void ra_http_size(struct ra_http *h, uint64_t users);
void ra_http_tell(const struct ra_http *h, const struct ra_graph_event *e);

#endif
