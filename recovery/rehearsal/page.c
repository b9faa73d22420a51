#include "recovery/rehearsal/page.h"

#include "src/base/clock.h"
#include "src/base/json.h"

#define DEFAULT_TOP 100
#define MAX_TOP     999

static uint64_t bound_to(const struct ra_sim_request *q)
{
    uint64_t h = 0;
    for (size_t i = 0; i < q->segments; i++)
        h = ra_sim_hash(h, q->segment[i]);
    for (int i = 0; i < RA_SIM_OPTIONS; i++) {
        if (i != RA_SIM_O_SKIPTOKEN)
            h = ra_sim_hash(h, q->option[i]);
    }
    return h ^ q->beta;
}

bool ra_sim_page_peek(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      struct ra_sim_mark *out)
{
    enum ra_sim_option o =
        ra_sim_has(q, RA_SIM_O_SKIPTOKEN) ? RA_SIM_O_SKIPTOKEN : RA_SIM_O_DELTATOKEN;
    return ra_sim_has(q, o) && ra_sim_mark_read(&r->marks, q->option[o], out);
}

static bool check_top(const struct ra_sim_request *q, struct ra_sim_reply *a, size_t *limit)
{
    struct ra_str text = q->option[RA_SIM_O_TOP];
    unsigned long long top = DEFAULT_TOP;
    if (ra_sim_has(q, RA_SIM_O_TOP) && !ra_parse_uint(text, &top))
        return ra_sim_error(q, a, 400, "BadRequest",
                            "Invalid value '" RA_STR_FMT "' for $top query option found. The $top "
                            "query option requires a non-negative integer value.",
                            RA_STR_ARG(text));
    if (top < 1 || top > MAX_TOP)
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "Invalid page size specified: '%llu'. Must be between 1 and 999 "
                            "inclusive.",
                            top);
    *limit = (size_t)top;
    return true;
}

static bool expired(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    return ra_sim_error(q, a, 400, "Directory_ExpiredPageToken",
                        "The specified page token value has expired and can no longer be included "
                        "in your request.");
}

static bool check_token(struct ra_rehearsal *r, const struct ra_sim_request *q,
                        struct ra_sim_reply *a, struct ra_sim_page *p)
{
    struct ra_sim_mark *m = &p->mark;
    if (!ra_sim_page_peek(r, q, m) || m->kind != RA_SIM_MARK_PAGE || m->bound != bound_to(q))
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "The specified page token value is not valid for this request.");
    if (r->o.page_token_seconds && ra_now() - m->issued > r->o.page_token_seconds)
        return expired(q, a);
    if ((m->flags & RA_SIM_MARK_ADVANCED) && !ra_sim_eventual(q))
        return expired(q, a); /* graph 1.3: the header must be sent with every page */
    if (m->flags & RA_SIM_MARK_FROM_RETRY)
        return ra_sim_error(q, a, 400, "DirectoryPageTokenNotFoundException",
                            "The specified page token was not found.");
    p->resumed = true;
    return true;
}

bool ra_sim_page_open(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      struct ra_sim_reply *a, struct ra_sim_page *out)
{
    *out = (struct ra_sim_page){.mark = {.page = 1}};
    if (ra_sim_has(q, RA_SIM_O_SKIP))
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "'$skip' is not supported by the service.");
    if (!check_top(q, a, &out->limit))
        return false;
    if (ra_sim_has(q, RA_SIM_O_SKIPTOKEN) && !check_token(r, q, a, out))
        return false;
    if (out->limit > r->o.page_cap)
        out->limit = r->o.page_cap;
    if (q->faults.kind == RA_FAULT_SHORT_PAGE && out->limit > (size_t)q->faults.n)
        out->limit = (size_t)q->faults.n;
    if (out->resumed && r->o.retry_tokens)
        out->from_retry = ra_sim_marks_was_troubled(&r->marks, out->mark.nonce);
    return true;
}

void ra_sim_link_base(const struct ra_sim_request *q, struct ra_buf *out)
{
    if (q->faults.kind == RA_FAULT_FOREIGN_HOST)
        ra_buf_printf(out, "https://%s/%s", q->faults.text[0] ? q->faults.text : "graph.example",
                      q->beta ? "beta" : "v1.0");
    else
        ra_sim_base(q, out);
}

/* The request's own options, but not its token. */
static void keep_query(const struct ra_sim_request *q, struct ra_buf *out)
{
    struct ra_str rest = q->query;
    while (rest.n) {
        struct ra_str part = ra_sim_cut(&rest, '&');
        if (part.n && !ra_str_starts_fold(part, RA_STR("$skiptoken="))) {
            ra_buf_put(out, part.p, part.n);
            ra_buf_putc(out, '&');
        }
    }
}

void ra_sim_page_next(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      const struct ra_sim_page *p, uint64_t at, bool advanced, struct ra_buf *out)
{
    struct ra_buf url;
    struct ra_sim_mark m = {
        .kind = RA_SIM_MARK_PAGE, .page = p->mark.page + 1, .at = at, .bound = bound_to(q)};
    if (q->faults.kind == RA_FAULT_DROP_LINK)
        return;
    if (advanced)
        m.flags |= RA_SIM_MARK_ADVANCED;
    if (p->from_retry)
        m.flags |= RA_SIM_MARK_FROM_RETRY;
    ra_buf_init(&url, 1U << 17);
    ra_sim_link_base(q, &url);
    ra_buf_printf(&url, "/" RA_STR_FMT "?", RA_STR_ARG(q->path));
    if (q->faults.kind == RA_FAULT_LOOP) {
        ra_buf_put(&url, q->query.p, q->query.n);
    } else {
        keep_query(q, &url);
        ra_buf_puts(&url, "$skiptoken=");
        ra_sim_mark_write(&r->marks, &m, &url);
    }
    ra_buf_puts(out, ",\"@odata.nextLink\":");
    ra_json_escape(out, ra_str_n(url.p, url.n));
    ra_buf_free(&url);
}

void ra_sim_context(const struct ra_sim_request *q, const char *what, struct ra_buf *out)
{
    ra_buf_puts(out, "{\"@odata.context\":\"");
    ra_sim_base(q, out);
    ra_buf_printf(out, "/$metadata#%s\"", what);
}

bool ra_sim_only(const struct ra_sim_request *q, const enum ra_sim_option *allowed, size_t n,
                 struct ra_sim_reply *a)
{
    for (int o = 0; o < RA_SIM_OPTIONS; o++) {
        bool ok = !ra_sim_has(q, (enum ra_sim_option)o) || o == RA_SIM_O_FORMAT;
        for (size_t i = 0; i < n; i++)
            ok = ok || (int)allowed[i] == o;
        if (ok)
            continue;
        struct ra_str value = q->raw_option[o], name = ra_sim_cut(&value, '=');
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "'" RA_STR_FMT "' is not supported by the service for this request.",
                            RA_STR_ARG(name));
    }
    return true;
}
