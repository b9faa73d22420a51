/*
 * A request as the handlers see it, taken apart from the raw target the way Graph's gateway does,
 * and the reply that they fill. Both live as long as the HTTP exchange, or as one item of a $batch.
 */
#ifndef RA_REHEARSAL_REQUEST_H
#define RA_REHEARSAL_REQUEST_H

#include "recovery/rehearsal/fault.h"
#include "src/base/buf.h"
#include "src/base/ident.h"
#include "src/base/mem.h"

#include <stdint.h>

struct cJSON;

#define RA_SIM_SEGMENTS 10

enum ra_sim_option {
    RA_SIM_O_SELECT,
    RA_SIM_O_FILTER,
    RA_SIM_O_TOP,
    RA_SIM_O_SKIP,
    RA_SIM_O_COUNT,
    RA_SIM_O_ORDERBY,
    RA_SIM_O_EXPAND,
    RA_SIM_O_SEARCH,
    RA_SIM_O_FORMAT,
    RA_SIM_O_SKIPTOKEN,
    RA_SIM_O_DELTATOKEN,
    RA_SIM_OPTIONS
};

struct ra_sim_request {
    const char *method, *target; /* target: path and query as sent */
    bool beta;
    bool versioned;                         /* the path starts with /v1.0 or /beta */
    struct ra_str path;                     /* behind the version, as sent, without query */
    struct ra_str segment[RA_SIM_SEGMENTS]; /* decoded, behind the version */
    size_t segments;
    struct ra_str option[RA_SIM_OPTIONS];     /* decoded; p is NULL when not sent */
    struct ra_str raw_option[RA_SIM_OPTIONS]; /* name=value as sent */
    struct ra_str query;                      /* as sent */
    const char *host, *authorization, *consistency, *prefer, *content_type, *client_request_id,
        *metadata;
    bool gzip; /* the client takes it */
    struct ra_str body;
    char request_id[RA_GUID_TEXT];
    int64_t page;               /* of the chain, 1-based; 0 when the request is not a page */
    struct ra_sim_fault faults; /* what to do to this exchange */
    bool plain;       /* it came without TLS: only the managed identity endpoint answers */
    bool identifiers; /* beta shows onPremisesObjectIdentifier */
    bool in_batch;    /* an item of a $batch */
    struct ra_arena arena;
};

#define RA_SIM_HEADERS 16

struct ra_sim_reply {
    int status;
    const char *content_type; /* constant */
    struct ra_buf body;
    struct {
        const char *name; /* constant */
        char value[400];
    } header[RA_SIM_HEADERS];
    size_t headers;
    bool graph; /* carries Graph's own headers */
    int resource_units;
    struct ra_buf location; /* for 410, of any length */
};

extern const char RA_SIM_JSON[];       /* the exact Content-Type of a directory answer */
extern const char RA_SIM_JSON_ERROR[]; /* and of an error */

/* Takes target apart into q; false with a reply when Graph's gateway would refuse it. */
bool ra_sim_request_parse(struct ra_sim_request *q, struct ra_sim_reply *a);
void ra_sim_request_free(struct ra_sim_request *q);

/* Percent-decodes into the arena; p is NULL on a broken escape. */
struct ra_str ra_sim_decode(struct ra_arena *a, struct ra_str s, bool plus);
/* What stands before the first at; *rest becomes what stands behind it. */
struct ra_str ra_sim_cut(struct ra_str *rest, char at);

bool ra_sim_eventual(const struct ra_sim_request *q); /* ConsistencyLevel: eventual */
bool ra_sim_counted(const struct ra_sim_request *q);  /* $count=true */
bool ra_sim_advanced(const struct ra_sim_request *q); /* both */
bool ra_sim_has(const struct ra_sim_request *q, enum ra_sim_option o);

/* "https://host/v1.0", where links and contexts begin. */
void ra_sim_base(const struct ra_sim_request *q, struct ra_buf *out);

void ra_sim_reply_init(struct ra_sim_reply *a);
void ra_sim_reply_free(struct ra_sim_reply *a);
void ra_sim_reply_reset(struct ra_sim_reply *a); /* forgets body and headers */
void ra_sim_header(struct ra_sim_reply *a, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Fills the reply with Graph's error body and returns false, so that it can end a check. */
bool ra_sim_error(const struct ra_sim_request *q, struct ra_sim_reply *a, int status,
                  const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The request's body as a JSON object, or NULL with Graph's refusal; free with cJSON_Delete. */
struct cJSON *ra_sim_body_json(const struct ra_sim_request *q, struct ra_sim_reply *a);
void ra_sim_ok(struct ra_sim_reply *a); /* 200 with JSON; the body is the caller's */

#endif
