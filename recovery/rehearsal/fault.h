/*
 * Faults on order: rules that say which exchanges to spoil and how. Rules are JSON objects, given
 * at the start or by POST /rehearsal/faults:
 *   {"path":"/users","method":"GET","page":2,"nth":3,"every":5,"times":1,"kind":"throttle",…}
 * path is a substring of the request's target, or of a batch item's; page is the place in a page
 * chain; nth counts the requests that matched so far; every takes each n-th; times limits how often
 * the rule acts (1 with nth or page, else without limit). The kinds and what else each reads are in
 * the table of fault.c.
 */
#ifndef RA_REHEARSAL_FAULT_H
#define RA_REHEARSAL_FAULT_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/text.h"

#include <pthread.h>
#include <stdint.h>

struct cJSON;

enum ra_sim_fault_kind {
    RA_FAULT_NONE,
    RA_FAULT_THROTTLE,     /* 429; retry_after: number, "text", {"date":seconds} or null */
    RA_FAULT_STATUS,       /* status, code, message, retry_after */
    RA_FAULT_HTML,         /* status, with a page instead of JSON */
    RA_FAULT_UNAUTHORIZED, /* 401; the bearer token is no longer good */
    RA_FAULT_CAE,          /* 401 with a claims challenge, once for each token */
    RA_FAULT_FORBIDDEN,    /* 403 Authorization_RequestDenied */
    RA_FAULT_EXPIRED_PAGE, /* 400 Directory_ExpiredPageToken */
    RA_FAULT_LOST_PAGE,    /* 400 DirectoryPageTokenNotFoundException */
    RA_FAULT_DELTA_GONE,   /* 410 with Location */
    RA_FAULT_DELTA_OLD,    /* 400 DeltaLink older than 30 days */
    RA_FAULT_RESET,        /* the connection, before any answer; "before":true: nothing was done */
    RA_FAULT_CUT, /* the body, after "bytes" or half of it; "length":true with Content-Length */
    RA_FAULT_GZIP_CUT,     /* a compressed body that ends early, the exchange itself whole */
    RA_FAULT_STALL,        /* "ms" in the middle of the body; 0 for ever */
    RA_FAULT_SILENT,       /* "ms" before the first byte; 0 for ever */
    RA_FAULT_DELAY,        /* "ms", then the right answer */
    RA_FAULT_EMPTY_PAGE,   /* no objects, a nextLink to the same place */
    RA_FAULT_SHORT_PAGE,   /* at most "n" objects */
    RA_FAULT_DUPLICATE,    /* the last "n" objects of this page come again on the next */
    RA_FAULT_LOOP,         /* the nextLink leads back to this page */
    RA_FAULT_FOREIGN_HOST, /* the nextLink names "host" */
    RA_FAULT_DROP_LINK,    /* neither nextLink nor deltaLink: a list cut short in silence */
    RA_FAULT_HIDE,         /* the first "n" objects of the page are missing */
    RA_FAULT_MISCOUNT,     /* the count is ahead by "n" */
    RA_FAULT_CONFLICT,     /* the last object of this page of changes comes once more, as it was */
    RA_FAULT_GARBAGE,      /* 200 with JSON that breaks off, the exchange itself whole */
    RA_FAULT_CONTENT_TYPE, /* the right body under "type" */
    RA_FAULT_HUGE,         /* a body of "bytes" */
    RA_FAULT_DEEP,         /* JSON nested "n" deep */
    RA_FAULT_REDIRECT,     /* status 302, to "location" */
    RA_FAULT_LIMIT         /* x-ms-throttle-limit-percentage "value" on the right answer */
};

/* What one exchange suffers: at most one fault of those kinds. */
struct ra_sim_fault {
    enum ra_sim_fault_kind kind;
    int status;
    int64_t n, ms, bytes;
    bool length, before;
    bool has_retry_after;
    char retry_after[64]; /* the header's text */
    char text[256];       /* code, host, type, location */
    char message[256];
};

struct ra_sim_rule {
    char id[16], path[256], method[16];
    int64_t nth, every, page, times;
    int64_t seen, fired;
    int64_t date_in; /* Retry-After as a date so many seconds ahead; 0 none */
    struct ra_sim_fault fault;
};

struct ra_sim_rules {
    pthread_mutex_t lock;
    struct ra_sim_rule *at;
    size_t n, cap;
    int64_t next_id;
};

void ra_sim_rules_init(struct ra_sim_rules *r);
void ra_sim_rules_free(struct ra_sim_rules *r);

/* Adds a rule or an array of them, all or none. */
int ra_sim_rules_add(struct ra_sim_rules *r, const struct cJSON *json, struct ra_err *err);
int ra_sim_rules_read(struct ra_sim_rules *r, const char *json, struct ra_err *err);
void ra_sim_rules_clear(struct ra_sim_rules *r);
void ra_sim_rules_list(struct ra_sim_rules *r, struct ra_buf *out); /* with how often each acted */

/* Counts the exchange against every rule and says what it suffers: the first rule that acts. */
struct ra_sim_fault ra_sim_rules_match(struct ra_sim_rules *r, const char *method,
                                       struct ra_str target, int64_t page);

const char *ra_sim_fault_name(enum ra_sim_fault_kind kind);

#endif
