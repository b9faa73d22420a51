#include "recovery/rehearsal/throttle.h"

#include "recovery/rehearsal/sim.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <stdio.h>
#include <string.h>

#define UNITS_MS  10000
#define WRITES_MS 150000

/* graph 7.2: the base cost of what is dear; any other read costs 1. */
static int base_cost(const struct ra_sim_request *q)
{
    struct ra_str first = q->segments ? q->segment[0] : RA_STR("");
    struct ra_str last = q->segments ? q->segment[q->segments - 1] : RA_STR("");
    if (q->segments == 1 && ra_str_eq_fold(first, RA_STR("users")))
        return 2;
    for (size_t i = 0; i < q->segments; i++) {
        if (ra_str_eq_fold(q->segment[i], RA_STR("transitiveMembers")))
            return 5;
    }
    return ra_str_eq_fold(last, RA_STR("members")) ? 3 : 1;
}

static int cost_of(const struct ra_sim_request *q)
{
    if (strcmp(q->method, "GET"))
        return 1;
    unsigned long long top;
    int cost = base_cost(q);
    cost -= ra_sim_has(q, RA_SIM_O_SELECT);
    cost += ra_sim_has(q, RA_SIM_O_EXPAND);
    cost -= ra_parse_uint(q->option[RA_SIM_O_TOP], &top) && top < 20;
    return cost < 1 ? 1 : cost;
}

static unsigned quota_of(const struct ra_rehearsal *r)
{
    size_t users = r->store.live[RA_SIM_USER].count;
    if (r->o.quota)
        return r->o.quota;
    return users < 50 ? 3500 : users <= 500 ? 5000 : 8000;
}

/* Takes cost from a bucket; says how many seconds until it is full again, or 0 when it had it. */
static int64_t take(struct ra_sim_bucket *b, unsigned cost, unsigned quota, int64_t window_ms)
{
    int64_t now = ra_monotonic_ms();
    if (now - b->from_ms >= window_ms)
        *b = (struct ra_sim_bucket){.from_ms = now};
    b->used += cost; /* graph 7.5: refused requests count too */
    if (b->used <= quota)
        return 0;
    return (b->from_ms + window_ms - now) / 1000 + 1;
}

void ra_sim_throttled(const struct ra_sim_request *q, struct ra_sim_reply *a,
                      const char *retry_after)
{
    char now[RA_TIME_TEXT];
    ra_time_text(ra_now(), now);
    now[strlen(now) - 1] = 0;
    ra_buf_clear(&a->body);
    a->status = 429;
    a->content_type = RA_SIM_JSON_ERROR;
    a->graph = true;
    if (retry_after)
        ra_sim_header(a, "Retry-After", "%s", retry_after);
    ra_buf_printf(&a->body,
                  "{\"error\":{\"code\":\"TooManyRequests\",\"innerError\":{\"code\":\"429\","
                  "\"date\":\"%s\",\"message\":\"Please retry after\",\"request-id\":\"%s\","
                  "\"status\":\"429\"},\"message\":\"Please retry again later.\"}}",
                  now, q->request_id);
}

bool ra_sim_throttle_charge(struct ra_rehearsal *r, struct ra_sim_request *q,
                            struct ra_sim_reply *a)
{
    struct ra_sim_throttle *t = &r->throttle;
    bool write = strcmp(q->method, "GET") && strcmp(q->method, "HEAD");
    a->resource_units = cost_of(q);
    if (r->o.no_throttle)
        return true;
    unsigned quota = quota_of(r);
    pthread_mutex_lock(&t->lock);
    int64_t wait = take(&t->units, (unsigned)a->resource_units, quota, UNITS_MS);
    int64_t write_wait = write ? take(&t->writes, 1, r->o.write_quota, WRITES_MS) : 0;
    double used = (double)t->units.used / quota;
    pthread_mutex_unlock(&t->lock);
    if (used > 0.8)
        ra_sim_header(a, "x-ms-throttle-limit-percentage", "%.1f", used < 1.8 ? used : 1.8);
    if (!wait && !write_wait)
        return true;
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(wait > write_wait ? wait : write_wait));
    ra_sim_throttled(q, a, seconds);
    ra_sim_header(
        a, "x-ms-throttle-scope", "Tenant_Application/%s/%s/%s", write_wait ? "Write" : "ReadWrite",
        r->o.client_id ? r->o.client_id : "00000000-0000-0000-0000-000000000000", r->tenant);
    ra_sim_header(a, "x-ms-throttle-information", "%s",
                  write_wait ? "WriteLimitExceeded" : "ResourceUnitLimitExceeded");
    return false;
}
