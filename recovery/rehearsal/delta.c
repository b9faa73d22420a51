#include "recovery/rehearsal/filter.h"
#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/render.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <string.h>

#define MAX_IDS 50 /* graph 5.1 */

/* One page of a delta round. The first round walks the live objects, a later one the change log
 * between since and upto. */
struct round {
    struct ra_rehearsal *r;
    struct ra_sim_request *q;
    enum ra_sim_kind kind;
    struct ra_sim_select select;
    struct ra_sim_filter *filter;
    struct ra_sim_mark mark;
    bool first, minimal;
    size_t limit;
};

/* ---- the query ---- */

static bool only_ids(const struct ra_sim_filter *f, size_t *n)
{
    if (f->op == RA_SIM_OR)
        return only_ids(f->left, n) && only_ids(f->right, n);
    ++*n;
    return f->op == RA_SIM_OP_EQ && f->property == RA_SIM_P_ID;
}

/* The registered query's select and filter into the round. */
static bool read_query(struct round *x, struct ra_sim_reply *a)
{
    struct ra_str rest = ra_str(ra_sim_marks_query_text(&x->r->marks, x->mark.query));
    struct ra_str select = ra_sim_cut(&rest, '\n');
    size_t ids = 0;
    if (!ra_sim_select_read(x->q, x->kind, select, true, a, &x->select))
        return false;
    if (!rest.n)
        return true;
    if (!ra_sim_filter_read(x->q, x->kind, rest, a, &x->filter))
        return false;
    if (!only_ids(x->filter, &ids) || ids > MAX_IDS)
        return ra_sim_error(x->q, a, 400, "Request_UnsupportedQuery",
                            "Unsupported or invalid query filter clause specified for a delta "
                            "query: only 'id eq' clauses, at most %d.",
                            MAX_IDS);
    return true;
}

static bool new_query(struct round *x, struct ra_sim_reply *a)
{
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT, RA_SIM_O_FILTER,
                                                 RA_SIM_O_DELTATOKEN};
    if (!ra_sim_only(x->q, allowed, 3, a))
        return false;
    struct ra_buf text;
    ra_buf_init(&text, 1U << 16);
    ra_buf_put(&text, x->q->option[RA_SIM_O_SELECT].p, x->q->option[RA_SIM_O_SELECT].n);
    ra_buf_putc(&text, '\n');
    ra_buf_put(&text, x->q->option[RA_SIM_O_FILTER].p, x->q->option[RA_SIM_O_FILTER].n);
    x->first = true;
    x->mark = (struct ra_sim_mark){.kind = RA_SIM_MARK_DELTA_PAGE,
                                   .flags = RA_SIM_MARK_INITIAL,
                                   .page = 1,
                                   .query = ra_sim_marks_query(&x->r->marks, ra_buf_z(&text)),
                                   .upto = x->r->store.log_n};
    ra_buf_free(&text);
    return read_query(x, a);
}

static bool gone(struct round *x, struct ra_sim_reply *a)
{
    struct ra_str rest = ra_str(ra_sim_marks_query_text(&x->r->marks, x->mark.query));
    struct ra_str select = ra_sim_cut(&rest, '\n');
    ra_sim_base(x->q, &a->location);
    ra_buf_printf(&a->location, "/%s/delta?", ra_sim_kind_segment(x->kind));
    if (select.n)
        ra_buf_printf(&a->location, "$select=" RA_STR_FMT "&", RA_STR_ARG(select));
    ra_buf_puts(&a->location, "$deltatoken=");
    return ra_sim_error(x->q, a, 410, "resyncRequired",
                        "Resync required. Replace any local items with the server's version.");
}

static bool too_old(struct round *x, struct ra_sim_reply *a)
{
    if (x->r->o.delta_gone)
        return gone(x, a);
    return ra_sim_error(x->q, a, 400, "Request_UnsupportedQuery",
                        "DeltaLink older than 30 days is not supported.");
}

static bool check_alone(const struct ra_sim_request *q, enum ra_sim_option token,
                        struct ra_sim_reply *a)
{
    return ra_sim_only(q, &token, 1, a); /* graph 5.1: nothing is repeated beside a token */
}

static bool resume(struct round *x, struct ra_sim_reply *a)
{
    bool page = ra_sim_has(x->q, RA_SIM_O_SKIPTOKEN);
    if (!check_alone(x->q, page ? RA_SIM_O_SKIPTOKEN : RA_SIM_O_DELTATOKEN, a))
        return false;
    bool good = ra_sim_page_peek(x->r, x->q, &x->mark) && x->mark.bound == (uint64_t)x->kind;
    if (!page && (!good || ra_now() - x->mark.issued > x->r->o.delta_token_seconds))
        return too_old(x, a);
    if (!good || x->mark.kind != (page ? RA_SIM_MARK_DELTA_PAGE : RA_SIM_MARK_DELTA))
        return ra_sim_error(x->q, a, 400, "Request_BadRequest",
                            "The specified token value is not valid for this request.");
    if (page && x->r->o.page_token_seconds &&
        ra_now() - x->mark.issued > x->r->o.page_token_seconds)
        return ra_sim_error(x->q, a, 400, "Directory_ExpiredPageToken",
                            "The specified page token value has expired and can no longer be "
                            "included in your request.");
    x->first = x->mark.flags & RA_SIM_MARK_INITIAL;
    if (!page) { /* a new round begins */
        x->mark.page = 1;
        x->mark.upto = x->r->store.log_n;
        x->mark.at = x->mark.since;
    }
    return read_query(x, a);
}

/* ---- items ---- */

static void removed(const struct ra_sim_object *o, struct ra_buf *out)
{
    ra_buf_puts(out, "{\"id\":");
    struct ra_str id = ra_sim_raw(o->body, RA_SIM_P_ID);
    ra_buf_put(out, id.p, id.n);
    ra_buf_printf(out, ",\"@removed\":{\"reason\":\"%s\"}}", o->gone ? "deleted" : "changed");
}

static bool chosen(const struct round *x, const struct ra_sim_object *o)
{
    return !x->filter || ra_sim_filter_match(x->filter, o->body, &x->q->arena);
}

/* What happened to the object between since and the change at place; true when it is new to the
 * reader, mask collects what else changed. */
static bool history(const struct round *x, size_t place, struct ra_sim_mask *mask)
{
    bool fresh = false;
    for (size_t p = place; p > x->mark.since; p = x->r->store.log[p - 1].before) {
        const struct ra_sim_change *c = &x->r->store.log[p - 1];
        fresh = fresh || c->what == RA_SIM_CREATED || c->what == RA_SIM_RESTORED;
        for (size_t i = 0; i < sizeof(mask->bits) / sizeof(mask->bits[0]); i++)
            mask->bits[i] |= c->mask.bits[i];
    }
    return fresh;
}

static bool any_selected(const struct round *x, const struct ra_sim_mask *mask)
{
    for (size_t i = 0; i < x->select.n; i++) {
        if (ra_sim_mask_has(mask, x->select.property[i]))
            return true;
    }
    return false;
}

/* The item at a place of the log, once for each object: at its last change within the round. */
static bool changed_item(const struct round *x, uint64_t at, struct ra_buf *out)
{
    const struct ra_sim_change *c = &x->r->store.log[at];
    const struct ra_sim_object *o = c->object;
    if (o->kind != x->kind || !chosen(x, o) || (c->after && c->after <= x->mark.upto))
        return false;
    if (o->gone || o->deleted) {
        removed(o, out);
        return true;
    }
    struct ra_sim_mask mask = {{0}};
    bool fresh = history(x, at + 1, &mask);
    if (!fresh && !any_selected(x, &mask))
        return false;
    ra_sim_render_delta(&x->select, o->body, x->minimal && !fresh ? &mask : NULL, out);
    return true;
}

static bool live_item(const struct round *x, uint64_t at, struct ra_buf *out)
{
    const struct ra_sim_object *o = x->r->store.live[x->kind].at[at];
    if (!o || !chosen(x, o))
        return false;
    ra_sim_render_delta(&x->select, o->body, NULL, out);
    return true;
}

static bool item(const struct round *x, uint64_t at, struct ra_buf *out)
{
    return x->first ? live_item(x, at, out) : changed_item(x, at, out);
}

/* ---- the page ---- */

static uint64_t end_of(const struct round *x)
{
    return x->first ? x->r->store.live[x->kind].n : x->mark.upto;
}

/* What came before comes again, with a value that is older or of a replica that lags. */
static void put_stale(const struct round *x, uint64_t at, struct ra_buf *out)
{
    const struct ra_sim_object *o =
        x->first ? x->r->store.live[x->kind].at[at] : x->r->store.log[at].object;
    struct ra_str id = ra_sim_raw(o->body, RA_SIM_P_ID);
    ra_buf_puts(out, ",{\"id\":");
    ra_buf_put(out, id.p, id.n);
    ra_buf_puts(out, ",\"displayName\":\"of an older replica\"}");
}

static uint64_t fill(struct round *x, struct ra_buf *out)
{
    enum ra_sim_fault_kind fault = x->q->faults.kind;
    uint64_t at = x->mark.at, end = end_of(x), last = end;
    size_t n = 0, hidden = fault == RA_FAULT_HIDE ? (size_t)x->q->faults.n : 0;
    if (fault == RA_FAULT_EMPTY_PAGE)
        return at;
    for (; at < end && n < x->limit; at++) {
        size_t from = out->n;
        if (n > hidden)
            ra_buf_putc(out, ',');
        if (!item(x, at, out)) {
            out->n = from;
            continue;
        }
        last = at;
        if (n++ < hidden)
            out->n = from;
    }
    if (fault == RA_FAULT_CONFLICT && n)
        put_stale(x, last, out);
    return fault == RA_FAULT_DUPLICATE && at < end ? last : at;
}

static void write_link(struct round *x, uint64_t next, struct ra_buf *out)
{
    struct ra_sim_mark m = x->mark;
    bool more = next < end_of(x);
    struct ra_buf url;
    if (x->q->faults.kind == RA_FAULT_DROP_LINK)
        return;
    m.bound = (uint64_t)x->kind;
    m.kind = more ? RA_SIM_MARK_DELTA_PAGE : RA_SIM_MARK_DELTA;
    m.page = x->mark.page + 1;
    m.at = next;
    if (!more) {
        m.flags = 0;
        m.since = x->mark.upto;
    }
    ra_buf_init(&url, 1U << 17);
    ra_sim_link_base(x->q, &url);
    if (more && x->q->faults.kind == RA_FAULT_LOOP) {
        ra_buf_printf(&url, "/" RA_STR_FMT "?" RA_STR_FMT, RA_STR_ARG(x->q->path),
                      RA_STR_ARG(x->q->query));
    } else {
        ra_buf_printf(&url, "/%s/delta?%s=", ra_sim_kind_segment(x->kind),
                      more ? "$skiptoken" : "$deltatoken");
        ra_sim_mark_write(&x->r->marks, &m, &url);
    }
    ra_buf_puts(out, more ? ",\"@odata.nextLink\":" : ",\"@odata.deltaLink\":");
    ra_json_escape(out, ra_str_n(url.p, url.n));
    ra_buf_free(&url);
}

static void write_page(struct round *x, struct ra_sim_reply *a, bool latest)
{
    struct ra_buf context, items;
    ra_buf_init(&context, 1U << 16);
    ra_buf_init(&items, (size_t)1 << 28);
    ra_sim_render_context(&x->select, &context);
    uint64_t next = latest ? end_of(x) : fill(x, &items);
    ra_sim_ok(a);
    ra_sim_context(x->q, ra_buf_z(&context), &a->body);
    write_link(x, next, &a->body);
    ra_buf_puts(&a->body, ",\"value\":[");
    ra_buf_put(&a->body, items.p, items.n);
    ra_buf_puts(&a->body, "]}");
    ra_buf_free(&items);
    ra_buf_free(&context);
}

void ra_sim_delta(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                  enum ra_sim_kind kind)
{
    struct round x = {.r = r, .q = q, .kind = kind, .limit = r->o.delta_page};
    struct ra_str token = q->option[RA_SIM_O_DELTATOKEN];
    bool latest = ra_str_eq(token, RA_STR("latest"));
    x.minimal = ra_str_contains(ra_str(q->prefer), RA_STR("return=minimal"));
    if (q->faults.kind == RA_FAULT_SHORT_PAGE && x.limit > (size_t)q->faults.n)
        x.limit = (size_t)q->faults.n;
    if (q->faults.kind == RA_FAULT_DELTA_GONE) {
        ra_sim_page_peek(r, q, &x.mark);
        gone(&x, a);
        return;
    }
    if (ra_sim_has(q, RA_SIM_O_SKIPTOKEN) || (token.n && !latest)) {
        if (resume(&x, a))
            write_page(&x, a, false);
    } else if (new_query(&x, a)) {
        write_page(&x, a, latest);
    }
}
