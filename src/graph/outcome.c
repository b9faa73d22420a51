#include "src/base/clock.h"
#include "src/base/ident.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/graph/engine.h"
#include "src/graph/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { REDIRECTS_MAX = 3 };

static uint32_t dice(void)
{
    struct ra_guid g;
    uint32_t v;

    ra_guid_random(&g);
    memcpy(&v, g.b, sizeof v);
    return v;
}

static void log_try(const struct ra_request *r, CURLcode result)
{
    char url[1024];
    const char *method = r->method ? r->method : r->send.n ? "POST" : "GET";
    long long ms = (long long)(ra_monotonic_ms() - r->sent_ms);

    if (!ra_log_on(RA_LOG_REQUESTS))
        return;
    ra_url_shown(r->url, url, sizeof url);
    if (result != CURLE_OK)
        ra_log(RA_LOG_REQUESTS, "%s %s failed after %lld ms: %s client-request-id %s", method, url,
               ms, r->curl_error[0] ? r->curl_error : curl_easy_strerror(result), r->id);
    else
        ra_log(RA_LOG_REQUESTS, "%s %s %ld %lld ms %zu bytes request-id %s client-request-id %s",
               method, url, r->in.status, ms, r->in.body.n,
               r->in.request_id[0] ? r->in.request_id : "-", r->id);
}

/* A try that counts for nothing: the same again, at once. */
static void queue_again(struct ra_http *h, struct ra_request *r)
{
    ra_request_set_state(h, r, RA_REQUEST_QUEUED);
}

/* ---- giving up ---- */

static enum ra_code code_of(enum ra_fault_kind kind)
{
    switch (kind) {
    case RA_FAULT_THROTTLED:
        return RA_ETHROTTLED;
    case RA_FAULT_LINE:
    case RA_FAULT_UNREACHED:
    case RA_FAULT_REFUSED:
        return RA_ENETWORK;
    case RA_FAULT_NONE:
    case RA_FAULT_BUSY:
    case RA_FAULT_BROKEN:
    case RA_FAULT_IDENTITY:
        break;
    }
    return RA_ESERVER;
}

static int fail_line(const struct ra_request *r, CURLcode result, enum ra_fault_kind kind,
                     struct ra_err *err)
{
    char host[256];

    ra_url_shown(r->url, host, sizeof host);
    host[strcspn(host, "?")] = '\0';
    ra_fail(err, RA_ENETWORK, "%s: %s: %s", r->where, host,
            r->curl_error[0] ? r->curl_error : curl_easy_strerror(result));
    if (r->flags & RA_HTTP_IDENTITY)
        return ra_hint(err, "a managed identity exists on Azure machines only; elsewhere choose "
                            "another auth");
    if (kind == RA_FAULT_UNREACHED)
        return ra_hint(err,
                       "check name resolution, the firewall and https_proxy; no answer ever came "
                       "from this host");
    return ra_hint(err, "tried %d times; run again when the line is stable", r->tries);
}

static int fail_status(const struct ra_request *r, enum ra_fault_kind kind, struct ra_err *err)
{
    struct ra_fault f;
    int64_t asked = r->in.retry_after_ms;

    ra_fault_read(&r->in, &f);
    ra_fault_fail(err, code_of(kind), r->where, &f);
    if (asked >= 0)
        return ra_hint(err,
                       "tried %d times; the service wants %lld s before the next try, which is "
                       "past the retry budget",
                       r->tries, (long long)(asked / 1000));
    return ra_hint(err, "tried %d times; run again later", r->tries);
}

/* ---- trying again ---- */

static void hold_others(struct ra_http *h, int64_t until)
{
    int64_t now = ra_monotonic_ms();
    int64_t from = h->hold_until_ms > now ? h->hold_until_ms : now;

    if (until > from)
        h->stats.throttled_ms += (uint64_t)(until - from);
    if (until > h->hold_until_ms)
        h->hold_until_ms = until;
}

static void tell_retry(const struct ra_http *h, const struct ra_request *r, enum ra_fault_kind kind,
                       const char *why, int64_t wait)
{
    ra_log(RA_LOG_REQUESTS, "%s: try %d failed, the next one in %lld ms: %s", r->where, r->tries,
           (long long)wait, why);
    ra_http_tell(h, &(struct ra_graph_event){
                        .what = kind == RA_FAULT_THROTTLED ? "throttled" : "retry",
                        .where = r->where,
                        .wait_ms = wait,
                        .why = why,
                        .tries = r->tries,
                        .tries_max = ra_retry_tries(kind),
                    });
}

/* why: in a few words. False when the budget does not hold another try. */
static bool try_again(struct ra_http *h, struct ra_request *r, enum ra_fault_kind kind,
                      const char *why)
{
    int64_t now = ra_monotonic_ms(), wait;

    if (r->tries++ == 0)
        r->began_ms = now;
    wait = ra_retry_wait(&h->rule, kind, r->tries, now - r->began_ms, r->in.retry_after_ms, dice());
    if (wait < 0)
        return false;
    r->due_ms = now + wait;
    r->fresh_line = true; /* graph 7.5: a retry goes over a new connection */
    h->stats.retries++;
    if (kind == RA_FAULT_THROTTLED && (r->flags & RA_HTTP_AUTH)) {
        hold_others(h, r->due_ms);
        ra_governor_refused(&h->governor, r->cost.writes > 0, now);
    }
    tell_retry(h, r, kind, why, wait);
    ra_request_set_state(h, r, RA_REQUEST_WAITING);
    return true;
}

/* ---- libcurl's own faults ---- */

static enum ra_fault_kind kind_of_result(const struct ra_http *h, const struct ra_request *r,
                                         CURLcode result)
{
    if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
        result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL)
        return RA_FAULT_NONE;
    if (r->flags & RA_HTTP_IDENTITY)
        return RA_FAULT_IDENTITY;
    if (!h->reached[(r->flags & RA_HTTP_AUTH) != 0])
        return RA_FAULT_UNREACHED;
    if (result == CURLE_PARTIAL_FILE || result == CURLE_BAD_CONTENT_ENCODING ||
        result == CURLE_WEIRD_SERVER_REPLY)
        return RA_FAULT_BROKEN;
    return r->os_error == ECONNREFUSED ? RA_FAULT_REFUSED : RA_FAULT_LINE;
}

static int fail_certificate(const struct ra_request *r, CURLcode result, struct ra_err *err)
{
    fail_line(r, result, RA_FAULT_NONE, err);
    if (result == CURLE_SSL_CACERT_BADFILE && err)
        err->code = RA_ECONFIG;
    return ra_hint(err, "the server's certificate must be signed by a known authority: name it in "
                        "ca_file; verification cannot be turned off");
}

static const char *short_reason(const struct ra_request *r, CURLcode result)
{
    return r->os_error ? strerror((int)r->os_error) : curl_easy_strerror(result);
}

static int deliver(struct ra_http *h, struct ra_request *r, struct ra_err *err);

static int after_line_fault(struct ra_http *h, struct ra_request *r, CURLcode result,
                            struct ra_err *err)
{
    enum ra_fault_kind kind = kind_of_result(h, r, result);

    if (r->in.body.overflow) {
        ra_fail(err, RA_ESERVER, "%s: the answer is larger than the %zu bytes allowed", r->where,
                r->in.body.max);
        return ra_hint(err, "no page of Graph is that large; check graph_url");
    }
    if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE)
        return fail_certificate(r, result, err);
    r->in.retry_after_ms = -1; /* of an answer that was cut it is worth nothing */
    if (r->flags & RA_HTTP_WRITE) {
        r->in.status = 0;
        return deliver(h, r, err);
    }
    if (try_again(h, r, kind, short_reason(r, result)))
        return 0;
    return fail_line(r, result, kind, err);
}

/* ---- answers ---- */

/* graph 8.7: a plain 401 and a claims challenge are answered once each a request, by a new token.
 */
static bool authorize_again(struct ra_http *h, struct ra_request *r)
{
    bool claims = r->in.claims[0] != '\0';
    bool *once = claims ? &r->challenged : &r->renewed;

    if (!(r->flags & RA_HTTP_AUTH) || *once)
        return false;
    if (r->in.status != 401 && !(r->in.status == 403 && claims))
        return false;
    *once = true;
    h->bearer.reject(h->bearer.ctx, r->token, r->in.claims);
    h->stats.retries++;
    queue_again(h, r);
    return true;
}

static int fail_unauthorized(const struct ra_request *r, struct ra_err *err)
{
    struct ra_fault f;

    ra_fault_read(&r->in, &f);
    ra_fault_fail(err, RA_ESIGNIN, r->where, &f);
    return ra_hint(err, "a token made just now is refused as well: check that graph_url and cloud "
                        "belong together, that the app is enabled and that no policy blocks it");
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static char *redirect_target(const struct ra_http *h, const char *location)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_URL_MAX);
    if (location[0] == '/' && location[1] != '/')
        ra_buf_puts(&b, h->graph->base);
    ra_buf_puts(&b, location);
    ra_buf_z(&b);
    return b.p;
}

static int follow_redirect(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    char *to;
    int rc;

    if (!r->in.location[0] || r->send.n || ++r->redirects > REDIRECTS_MAX)
        return ra_fail(err, RA_ESERVER, "%s: answered %ld, a redirect that is not followed",
                       r->where, r->in.status);
    to = redirect_target(h, r->in.location);
    rc = ra_endpoint_pin(h->graph, to, r->where, "a redirect", err);
    if (rc != 0) {
        free(to);
        return rc;
    }
    free(r->url);
    r->url = to;
    queue_again(h, r);
    return 0;
}

int64_t ra_http_backoff_ms(const struct ra_http *h, int tries)
{
    int64_t wait = ra_retry_wait(&h->rule, RA_FAULT_THROTTLED, tries, 0, -1, dice());

    return wait < 0 ? h->rule.base_ms : wait;
}

void ra_request_begin_next(struct ra_http *h, struct ra_request *r)
{
    if (r->hold_ms > 0) {
        hold_others(h, ra_monotonic_ms() + r->hold_ms);
        ra_http_tell(h, &(struct ra_graph_event){.what = "throttled",
                                                 .where = r->where,
                                                 .wait_ms = r->hold_ms,
                                                 .why = "429 inside a batch"});
        r->hold_ms = 0;
    }
    r->tries = 0;
    r->redirects = 0;
    r->renewed = r->challenged = r->fresh_line = false;
    ra_request_set_state(h, r, RA_REQUEST_QUEUED);
}

static int deliver(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    int rc;

    r->retried = r->tries > 0;
    rc = r->receive(r, err);
    if (rc == RA_NEXT) {
        ra_request_begin_next(h, r);
        return 0;
    }
    if (rc == RA_AHEAD)
        return 0;
    if (rc == RA_BAD_BODY) {
        if (try_again(h, r, RA_FAULT_BROKEN, "the answer is not whole"))
            return 0;
        rc = ra_hint(err, "tried %d times; a proxy that cuts or rewrites answers is a usual cause",
                     r->tries);
    }
    ra_request_set_state(h, r, rc == RA_TAKEN ? RA_REQUEST_DONE : RA_REQUEST_FAILED);
    return rc;
}

static int after_refusal(struct ra_http *h, struct ra_request *r, enum ra_fault_kind kind,
                         struct ra_err *err)
{
    char why[48];

    snprintf(why, sizeof why, "the service answered %ld", r->in.status);
    return try_again(h, r, kind, why) ? 0 : fail_status(r, kind, err);
}

/* What the answer says of the quota. A batch's items are counted one by one, its answer is not. */
static void heed_quota(struct ra_http *h, const struct ra_request *r)
{
    int64_t now = ra_monotonic_ms(), slow;
    char why[64];

    if (!(r->flags & RA_HTTP_AUTH))
        return;
    if (r->in.units && !r->asked.units)
        ra_governor_was(&h->governor, r->cost.units, r->in.units, now);
    slow = ra_governor_near(&h->governor, r->in.permille, now);
    if (slow == 0)
        return;
    snprintf(why, sizeof why, "%d %% of the tenant's quota are used", r->in.permille / 10);
    ra_http_tell(
        h, &(struct ra_graph_event){
               .what = "slowed", .where = r->where, .wait_ms = slow, .why = why, .goes_on = true});
}

static int after_answer(struct ra_http *h, struct ra_request *r, struct ra_err *err)
{
    enum ra_fault_kind kind = r->flags & RA_HTTP_IDENTITY
                                  ? ra_fault_of_identity_status(r->in.status)
                                  : ra_fault_of_status(r->in.status);

    h->reached[(r->flags & RA_HTTP_AUTH) != 0] = true;
    heed_quota(h, r);
    if (kind != RA_FAULT_NONE && kind != RA_FAULT_THROTTLED && (r->flags & RA_HTTP_WRITE))
        return deliver(h, r, err);
    if (kind != RA_FAULT_NONE)
        return after_refusal(h, r, kind, err);
    if (authorize_again(h, r))
        return 0;
    if (r->in.status == 401 && (r->flags & RA_HTTP_AUTH))
        return fail_unauthorized(r, err);
    if (is_redirect(r->in.status) && (r->flags & RA_HTTP_AUTH))
        return follow_redirect(h, r, err);
    return deliver(h, r, err);
}

int ra_http_outcome(struct ra_http *h, struct ra_request *r, CURLcode result, struct ra_err *err)
{
    int rc;

    log_try(r, result);
    rc = result == CURLE_OK ? after_answer(h, r, err) : after_line_fault(h, r, result, err);
    if (rc != 0)
        ra_request_set_state(h, r, RA_REQUEST_FAILED);
    return rc;
}
