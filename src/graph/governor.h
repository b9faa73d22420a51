/*
 * How fast may be asked: one bucket of resource units and one of writes for the app in its tenant
 * (graph 7.1), so that the service's quota is not met in the first place; slower while the service
 * says that the quota is nearly used up, by whomever. A pure function of what it is told and of the
 * time it is given: waiting is the engine's.
 */
#ifndef RA_GRAPH_GOVERNOR_H
#define RA_GRAPH_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

struct ra_cost {
    unsigned units, writes;
};

/* Thousandths of a unit, so that time adds up without rounding. */
struct ra_bucket {
    int64_t level,
        most;          /* what may be taken at once; negative after more was taken than there was */
    int64_t full_rate; /* a millisecond */
    int64_t rate;      /* now: less than full while it is slowed */
    int64_t at_ms;     /* when level was true */
    int64_t slow_until_ms;
    int64_t window_ms, taken, taken_before; /* the last ten seconds, for the speed so far */
};

struct ra_governor {
    struct ra_bucket units, writes;
    bool low; /* backups leave most of the quota to others */
};

void ra_governor_init(struct ra_governor *g, bool low_priority, int64_t now_ms);

/* The quota depends on the tenant's size; until it is told the smallest is assumed. */
void ra_governor_size(struct ra_governor *g, uint64_t users);

/* Milliseconds until a request of this cost may be sent, 0: now. */
int64_t ra_governor_wait(const struct ra_governor *g, struct ra_cost cost, int64_t now_ms);
void ra_governor_take(struct ra_governor *g, struct ra_cost cost, int64_t now_ms);

/* x-ms-resource-unit of the answer to a request that was taken as `expected`. */
void ra_governor_was(struct ra_governor *g, unsigned expected, unsigned units, int64_t now_ms);

/* x-ms-throttle-limit-percentage, in thousandths: 800 to 1800 of the quota are used. Slows down for
 * a while and returns for how many milliseconds, 0 when it was too little to matter. */
int64_t ra_governor_near(struct ra_governor *g, int permille, int64_t now_ms);

/* A 429 came: half of the speed so far, and double again every ten seconds. */
void ra_governor_refused(struct ra_governor *g, bool write, int64_t now_ms);

/* graph 7.2: units of a GET of this URL. */
unsigned ra_governor_units(const char *url);

/* The header's "0.9", "1.25" in thousandths; -1 when it is no number below 100. */
int ra_governor_permille(const char *text);

#endif
