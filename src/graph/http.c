#include "src/graph/http.h"

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/graph/engine.h"
#include "src/graph/transfer.h"

#include <openssl/crypto.h>
#include <stdlib.h>

enum { SECRET_ROOM = 32768 };
enum { POLL_MS = 200, BACKOFF_MS = 1000, BUDGET_MS = 30 * 60 * 1000, STALL_SECONDS = 60 };
enum { PACE_TOLD_MS = 1000 };

static const char *const state_names[] = {"new", "queued", "waiting", "sending", "done", "failed"};

/* Growing would leave copies of what is in the buffer behind in freed memory. */
static void make_room(struct ra_buf *b)
{
    static const char nothing[SECRET_ROOM];

    ra_buf_put(b, nothing, sizeof nothing);
    ra_buf_clear(b);
}

void ra_request_init(struct ra_request *r, const char *where, unsigned flags)
{
    *r = (struct ra_request){.where = where, .flags = flags};
    ra_buf_init(&r->send, (size_t)1 << 20);
    ra_buf_init(&r->in.body, RA_ANSWER_MAX);
    ra_buf_init(&r->in.packed, RA_ANSWER_MAX);
    if (flags & (RA_HTTP_FORM | RA_HTTP_IDENTITY)) {
        make_room(&r->send);
        make_room(&r->in.body);
        make_room(&r->in.packed);
    }
}

void ra_request_free(struct ra_request *r)
{
    if (r->send.p)
        OPENSSL_cleanse(r->send.p, r->send.cap);
    ra_buf_free(&r->send);
    ra_buf_free(&r->in.body);
    ra_buf_free(&r->in.packed);
    free(r->url);
    r->url = NULL;
}

static struct ra_cost cost_of(const struct ra_request *r)
{
    struct ra_cost c = r->asked;

    if (!(r->flags & RA_HTTP_AUTH))
        return (struct ra_cost){0};
    if (c.units == 0)
        c.units = ra_governor_units(r->url);
    return c;
}

void ra_request_set_state(struct ra_http *h, struct ra_request *r, enum ra_request_state to)
{
    if (to != RA_REQUEST_SENDING && to != r->state)
        ra_log(RA_LOG_DEBUG, "%s: %s -> %s", r->where, state_names[r->state], state_names[to]);
    if (to == RA_REQUEST_QUEUED) {
        r->turn = h->turn++;
        r->cost = cost_of(r);
    }
    r->state = to;
}

int ra_http_open(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                 const struct ra_endpoint *graph, struct ra_http **out, struct ra_err *err)
{
    struct ra_http *h;
    CURLM *multi;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(multi = curl_multi_init()))
        return ra_fail(err, RA_EINTERNAL, "libcurl cannot be set up");
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)o->connections + 4L);
    h = ra_calloc(1, sizeof *h);
    h->pump = ra_pump_open(multi, ra_transfer_end);
    h->o = o;
    h->graph = graph;
    ra_governor_init(&h->governor, o->low_priority, ra_monotonic_ms());
    h->rule.budget_ms = o->retry_budget_ms > 0 ? o->retry_budget_ms : BUDGET_MS;
    h->rule.base_ms = tuning->backoff_ms ? tuning->backoff_ms : BACKOFF_MS;
    h->answer_max = tuning->answer_max ? tuning->answer_max : RA_ANSWER_MAX;
    h->stall_seconds = tuning->stall_seconds ? tuning->stall_seconds : STALL_SECONDS;
    *out = h;
    return 0;
}

void ra_http_close(struct ra_http **hp)
{
    struct ra_http *h = hp ? *hp : NULL;

    if (!h)
        return;
    ra_pump_close(&h->pump);
    for (size_t i = 0; i < h->idle_n; i++)
        curl_easy_cleanup(h->idle[i]);
    free(h->idle);
    free(h->list);
    free(h);
    *hp = NULL;
}

void ra_http_set_bearer(struct ra_http *h, const struct ra_bearer *b)
{
    h->bearer = *b;
}

struct ra_graph_stats ra_http_stats(const struct ra_http *h)
{
    return h->stats;
}

void ra_http_size(struct ra_http *h, uint64_t users)
{
    ra_governor_size(&h->governor, users);
}

void ra_http_tell(const struct ra_http *h, const struct ra_graph_event *e)
{
    if (h->o->on_event)
        h->o->on_event(h->o->ctx, e);
}

static int check_stop(const struct ra_http *h, struct ra_err *err)
{
    int number = h->o->stop ? *h->o->stop : 0;

    if (!number)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d", number);
    if (err)
        err->signal = number;
    return -(int)RA_ESIGNAL;
}

/* ---- sending ---- */

static CURL *take_handle(struct ra_http *h)
{
    CURL *c = h->idle_n ? h->idle[--h->idle_n] : curl_easy_init();

    if (!c)
        ra_die("out of memory (libcurl)");
    return c;
}

static void give_handle_back(struct ra_http *h, struct ra_request *r)
{
    h->idle = ra_grow(h->idle, &h->idle_cap, h->idle_n + 1, sizeof *h->idle);
    h->idle[h->idle_n++] = r->curl;
    r->curl = NULL;
    if (r->flags & RA_HTTP_AUTH)
        h->sending--;
    ra_transfer_forget(r);
}

static int send_request(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    struct ra_transfer_setup s = {
        .o = h->o, .answer_max = h->answer_max, .stall_seconds = h->stall_seconds};

    if (r->flags & RA_HTTP_AUTH) {
        /* Whatever led here: the token leaves for the configured host or not at all. */
        int rc = ra_endpoint_pin(h->graph, r->url, r->where, "the request", err);
        if (rc != 0)
            return rc;
        s.bearer = h->bearer.reveal(h->bearer.ctx, &r->token);
        h->sending++;
        ra_governor_take(&h->governor, r->cost, ra_monotonic_ms());
    }
    r->curl = take_handle(h);
    ra_transfer_prepare(r->curl, r, &s);
    r->sent_ms = ra_monotonic_ms();
    h->stats.requests++;
    ra_request_set_state(h, r, RA_REQUEST_SENDING);
    ra_pump_add(h->pump, r->curl);
    return 0;
}

/* Milliseconds until the quotas and the service's wishes let a request with the token go. */
static int64_t pace(const struct ra_http *h, const struct ra_request *r, int64_t now)
{
    int64_t held = h->hold_until_ms > now ? h->hold_until_ms - now : 0;
    int64_t wait = ra_governor_wait(&h->governor, r->cost, now);

    return held > wait ? held : wait;
}

static bool may_send(const struct ra_http *h, const struct ra_request *r, int64_t now)
{
    if (r->state != RA_REQUEST_QUEUED)
        return false;
    if (!(r->flags & RA_HTTP_AUTH))
        return true;
    return h->sending < h->o->connections && !h->renewing && pace(h, r, now) == 0;
}

static bool goes_before(const struct ra_request *a, const struct ra_request *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->turn < b->turn;
}

/* By rank; of equal ones the one that has been queued longest, so that they take turns. */
static struct ra_request *next_to_send(struct ra_http *h, int64_t now)
{
    struct ra_request *best = NULL;

    for (size_t i = 0; i < h->n; i++) {
        struct ra_request *r = h->list[i];
        if (r->state == RA_REQUEST_WAITING && now >= r->due_ms)
            ra_request_set_state(h, r, RA_REQUEST_QUEUED);
        if (may_send(h, r, now) && (!best || goes_before(r, best)))
            best = r;
    }
    return best;
}

/* Others go on meanwhile, but nothing that needs the token is sent. */
static int renew_token(struct ra_http *h, struct ra_err *err)
{
    int rc;

    h->renewing = true;
    rc = h->bearer.renew(h->bearer.ctx, err);
    h->renewing = false;
    return rc;
}

/* A wait for the quota that is long enough to be noticed, told once. */
static void tell_pace(struct ra_http *h, int64_t now)
{
    for (size_t i = 0; i < h->n && now >= h->paced_until_ms; i++) {
        const struct ra_request *r = h->list[i];
        int64_t wait = ra_governor_wait(&h->governor, r->cost, now);
        if (r->state != RA_REQUEST_QUEUED || wait < PACE_TOLD_MS || now < h->hold_until_ms)
            continue;
        h->paced_until_ms = now + wait;
        ra_http_tell(h, &(struct ra_graph_event){.what = "throttled",
                                                 .where = r->where,
                                                 .wait_ms = wait,
                                                 .why = "keeping to the tenant's quota"});
    }
}

static int send_ready(struct ra_http *h, struct ra_err *err)
{
    struct ra_request *r;
    int rc = 0;

    while (rc == 0 && (r = next_to_send(h, ra_monotonic_ms())) != NULL) {
        if ((r->flags & RA_HTTP_AUTH) && !h->bearer.fresh(h->bearer.ctx))
            rc = renew_token(h, err);
        else
            rc = send_request(h, r, err);
    }
    tell_pace(h, ra_monotonic_ms());
    return rc;
}

int ra_http_ahead(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    struct ra_request *next;
    int rc = 0;

    ra_request_begin_next(h, r);
    /* Renewing the token would take answers of others in the middle of this one: the loop does it.
     */
    while (rc == 0 && h->bearer.fresh(h->bearer.ctx) &&
           (next = next_to_send(h, ra_monotonic_ms())) != NULL)
        rc = send_request(h, next, err);
    return rc;
}

/* ---- the loop ---- */

static int finished(struct ra_http *h, CURL *curl, CURLcode result, struct ra_err *err)
{
    struct ra_request *r = NULL;
    curl_off_t bytes = 0;

    if (curl_easy_getinfo(curl, CURLINFO_PRIVATE, &r) != CURLE_OK || !r)
        ra_die("libcurl does not know its own request");
    /* an answer without a status would pass for a refusal */
    if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r->in.status) != CURLE_OK &&
        result == CURLE_OK)
        result = CURLE_RECV_ERROR;
    curl_easy_getinfo(curl, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &r->os_error);
    h->stats.bytes += (uint64_t)bytes;
    give_handle_back(h, r);
    if (result == CURLE_FAILED_INIT)
        return ra_fail(err, RA_EINTERNAL, "%s: libcurl does not take the request", r->where);
    return ra_http_outcome(h, r, result, err);
}

static int collect_finished(struct ra_http *h, struct ra_err *err)
{
    CURLcode result;
    CURL *curl;
    int rc = 0;

    while (rc == 0 && ra_pump_next(h->pump, &curl, &result))
        rc = finished(h, curl, result, err);
    return rc;
}

static int64_t sooner(int64_t wait, int64_t at, int64_t now)
{
    int64_t left = at > now ? at - now : 0;

    return left < wait ? left : wait;
}

/* How long nothing can happen unless libcurl says so. */
static int poll_ms(struct ra_http *h)
{
    int64_t now = ra_monotonic_ms(), wait = POLL_MS;

    for (size_t i = 0; i < h->n; i++) {
        const struct ra_request *r = h->list[i];
        if (r->state == RA_REQUEST_WAITING)
            wait = sooner(wait, r->due_ms, now);
        else if (may_send(h, r, now))
            wait = 0;
        else if (r->state == RA_REQUEST_QUEUED && h->sending < h->o->connections && !h->renewing)
            wait = sooner(wait, now + pace(h, r, now), now);
    }
    return (int)wait;
}

static int step(struct ra_http *h, struct ra_err *err)
{
    int rc = check_stop(h, err);

    if (rc == 0)
        rc = send_ready(h, err);
    if (rc == 0)
        rc = collect_finished(h, err);
    return rc;
}

static int wait_ms(struct ra_http *h, int ms, struct ra_err *err)
{
    if (ra_pump_wait(h->pump, ms))
        return 0;
    return ra_fail(err, RA_EINTERNAL, "libcurl stopped working");
}

static bool all_done(struct ra_request *const *requests, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (requests[i]->state != RA_REQUEST_DONE)
            return false;
    return true;
}

static void add_request(struct ra_http *h, struct ra_request *r)
{
    h->list = ra_grow(h->list, &h->cap, h->n + 1, sizeof(struct ra_request *));
    h->list[h->n++] = r;
    ra_request_set_state(h, r, RA_REQUEST_QUEUED);
}

static void remove_request(struct ra_http *h, const struct ra_request *r)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->n; i++)
        if (h->list[i] != r)
            h->list[kept++] = h->list[i];
    h->n = kept;
}

int ra_http_run(struct ra_http *h, struct ra_request *const *requests, size_t n, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        add_request(h, requests[i]);
    while (rc == 0 && !all_done(requests, n)) {
        rc = step(h, err);
        if (rc == 0 && !all_done(requests, n))
            rc = wait_ms(h, poll_ms(h), err);
    }
    for (size_t i = 0; i < n; i++) {
        if (requests[i]->curl) {
            ra_pump_drop(h->pump, requests[i]->curl);
            give_handle_back(h, requests[i]);
        }
        remove_request(h, requests[i]);
    }
    return rc;
}

int ra_http_exchange(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    return ra_http_run(h, &r, 1, err);
}

int ra_http_pause(struct ra_http *h, int64_t ms, struct ra_err *err)
{
    int64_t until = ra_monotonic_ms() + ms, now;
    int rc = 0;

    while (rc == 0 && (now = ra_monotonic_ms()) < until) {
        rc = step(h, err);
        if (rc == 0)
            rc = wait_ms(h, (int)sooner(poll_ms(h), until, now), err);
    }
    return rc;
}
