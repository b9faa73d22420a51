#include "recovery/rehearsal/spoil.h"

#include <string.h>

static const char *default_code(int status)
{
    switch (status) {
    case 400:
        return "Request_BadRequest";
    case 403:
        return "Authorization_RequestDenied";
    case 404:
        return "Request_ResourceNotFound";
    case 409:
        return "Directory_ConcurrencyViolation";
    case 500:
        return "InternalServerError";
    case 503:
        return "ServiceUnavailable";
    default:
        return "UnknownError";
    }
}

static bool status_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    const struct ra_sim_fault *f = &q->faults;
    ra_sim_error(q, a, f->status, f->text[0] ? f->text : default_code(f->status), "%s", f->message);
    if (f->has_retry_after)
        ra_sim_header(a, "Retry-After", "%s", f->retry_after);
    return true;
}

static bool html_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    a->status = q->faults.status;
    a->content_type = "text/html";
    if (q->faults.has_retry_after)
        ra_sim_header(a, "Retry-After", "%s", q->faults.retry_after);
    ra_buf_puts(&a->body, "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\r\n<HTML><HEAD>"
                          "<TITLE>Service Unavailable</TITLE></HEAD>\r\n<BODY><h2>Service "
                          "Unavailable</h2>\r\n<hr><p>HTTP Error 503. The service is unavailable."
                          "</p>\r\n</BODY></HTML>\r\n");
    return true;
}

static bool huge_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    char filler[4096];
    memset(filler, 'x', sizeof(filler));
    ra_sim_ok(a);
    ra_buf_puts(&a->body, "{\"value\":[{\"id\":\"");
    for (int64_t n = 0; n < q->faults.bytes; n += 4096)
        ra_buf_put(&a->body, filler, 4096);
    ra_buf_puts(&a->body, "\"}]}");
    return true;
}

static bool deep_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    ra_sim_ok(a);
    ra_buf_puts(&a->body, "{\"value\":");
    for (int64_t n = 0; n < q->faults.n; n++)
        ra_buf_putc(&a->body, '[');
    for (int64_t n = 0; n < q->faults.n; n++)
        ra_buf_putc(&a->body, ']');
    ra_buf_putc(&a->body, '}');
    return true;
}

static bool throttle_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    ra_sim_throttled(q, a, q->faults.has_retry_after ? q->faults.retry_after : NULL);
    return true;
}

static bool redirect_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    ra_sim_error(q, a, q->faults.status, "Redirect", "moved");
    ra_buf_puts(&a->location, q->faults.text);
    return true;
}

static bool reset_fault(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    (void)a;
    return q->faults.before;
}

/* How each kind that stands in for the answer makes it. */
static bool (*const makers[])(struct ra_sim_request *q, struct ra_sim_reply *a) = {
    [RA_FAULT_THROTTLE] = throttle_fault, [RA_FAULT_STATUS] = status_fault,
    [RA_FAULT_HTML] = html_fault,         [RA_FAULT_HUGE] = huge_fault,
    [RA_FAULT_DEEP] = deep_fault,         [RA_FAULT_REDIRECT] = redirect_fault,
    [RA_FAULT_RESET] = reset_fault,       [RA_FAULT_LIMIT] = NULL,
};

/* Graph's refusals that need no more than their text. */
static const struct {
    enum ra_sim_fault_kind kind;
    int status;
    const char *code, *message;
} refusals[] = {
    {RA_FAULT_FORBIDDEN, 403, "Authorization_RequestDenied",
     "Insufficient privileges to complete the operation."},
    {RA_FAULT_EXPIRED_PAGE, 400, "Directory_ExpiredPageToken",
     "The specified page token value has expired and can no longer be included in your request."},
    {RA_FAULT_LOST_PAGE, 400, "DirectoryPageTokenNotFoundException",
     "The specified page token was not found."},
    {RA_FAULT_DELTA_OLD, 400, "Request_UnsupportedQuery",
     "DeltaLink older than 30 days is not supported."},
};

bool ra_sim_spoil(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    enum ra_sim_fault_kind kind = q->faults.kind;
    if (kind == RA_FAULT_UNAUTHORIZED)
        return ra_sim_auth_revoke(r, q, a);
    if (kind == RA_FAULT_CAE)
        return ra_sim_auth_challenge(r, q, a);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (refusals[i].kind == kind)
            return !ra_sim_error(q, a, refusals[i].status, refusals[i].code, "%s",
                                 refusals[i].message);
    }
    return makers[kind] && makers[kind](q, a);
}

void ra_sim_bend(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    if (q->faults.kind == RA_FAULT_GARBAGE)
        a->body.n /= 2;
    else if (q->faults.kind == RA_FAULT_CONTENT_TYPE)
        a->content_type = q->faults.text[0] ? q->faults.text : "text/plain";
    else if (q->faults.kind == RA_FAULT_LIMIT)
        ra_sim_header(a, "x-ms-throttle-limit-percentage", "%s",
                      q->faults.text[0] ? q->faults.text : "1.0");
}
