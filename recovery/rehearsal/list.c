#include "recovery/rehearsal/filter.h"
#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/render.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

/* A list being answered: which objects, which of them, how they look. */
struct listing {
    struct ra_rehearsal *r;
    struct ra_sim_request *q;
    const struct ra_sim_list *l;
    struct ra_sim_filter *filter;
    bool advanced;  /* needs the header on every page */
    int reader;     /* of ra_sim_store_view */
    char prefix[8]; /* what every match's UPN begins with, folded */
    size_t prefix_n;
    struct ra_sim_select select;
    struct ra_sim_page page;
    const char *type; /* of @odata.type, or NULL */
    struct ra_sim_object **sorted;
    size_t sorted_n;
};

/* Cheaply rules most objects out before their bodies are touched. */
static void use_prefix(struct listing *x)
{
    struct ra_str p = x->filter ? ra_sim_filter_prefix(x->filter) : (struct ra_str){0};
    if (x->r->store.settle_ms || x->l != &x->r->store.live[RA_SIM_USER])
        return;
    x->prefix_n = p.n < sizeof(x->prefix) ? p.n : sizeof(x->prefix);
    ra_fold_into(x->prefix, p.p ? p.p : "", x->prefix_n);
}

static const struct ra_sim_body *wanted(struct listing *x, const struct ra_sim_object *o)
{
    if (!o)
        return NULL;
    const struct ra_sim_body *b = ra_sim_store_view(&x->r->store, o, x->reader);
    return !x->filter || ra_sim_filter_match(x->filter, b, &x->q->arena) ? b : NULL;
}

static const struct ra_sim_object *object_at(const struct listing *x, uint64_t at)
{
    if (!x->sorted && x->prefix_n && memcmp(x->l->prefix[at].p, x->prefix, x->prefix_n))
        return NULL;
    return x->sorted ? x->sorted[at] : x->l->at[at];
}

static uint64_t end_of(const struct listing *x)
{
    return x->sorted ? x->sorted_n : x->l->n;
}

static size_t count_all(struct listing *x)
{
    size_t n = x->q->faults.kind == RA_FAULT_MISCOUNT ? (size_t)x->q->faults.n : 0;
    if (!x->filter)
        return n + x->l->count;
    for (uint64_t i = 0; i < end_of(x); i++)
        n += wanted(x, object_at(x, i)) != NULL;
    return n;
}

/* ---- checks ---- */

static bool check_search(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    if (!ra_sim_has(q, RA_SIM_O_SEARCH))
        return true;
    if (!ra_sim_eventual(q))
        return ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                            "Request with $search query parameter only works through MSGraph with "
                            "a special request header: 'ConsistencyLevel: eventual'");
    return ra_sim_error(q, a, 501, "NotImplemented", "This operation target is not yet supported.");
}

static bool check_expand(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    if (!ra_sim_has(q, RA_SIM_O_EXPAND))
        return true;
    if (ra_str_starts_fold(q->option[RA_SIM_O_EXPAND], RA_STR("onPremisesSyncBehavior")))
        return ra_sim_error(q, a, 400, "BadRequest",
                            "The query specified in the URI is not valid. The property "
                            "'onPremisesSyncBehavior' cannot be used in the $expand query option.");
    if (ra_sim_advanced(q))
        return ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                            "Expand is not supported with advanced query parameters.");
    return ra_sim_error(q, a, 501, "NotImplemented", "This operation target is not yet supported.");
}

/* graph 1.3: displayName and userPrincipalName; with $filter only as an advanced query. */
static bool check_order(const struct listing *x, struct ra_sim_reply *a, int *property, bool *down)
{
    struct ra_str rest = x->q->option[RA_SIM_O_ORDERBY], name = ra_sim_cut(&rest, ' ');
    *property = -1;
    if (!ra_sim_has(x->q, RA_SIM_O_ORDERBY))
        return true;
    *down = ra_str_eq_fold(rest, RA_STR("desc"));
    int row = ra_sim_property_find(x->select.kind, name);
    bool deleted_at = row == RA_SIM_P_DELETED_AT && ra_sim_advanced(x->q);
    bool known = row == RA_SIM_P_DISPLAY_NAME || row == RA_SIM_P_UPN || deleted_at;
    if (!known || (rest.n && !*down && !ra_str_eq_fold(rest, RA_STR("asc"))))
        return ra_sim_error(x->q, a, 400, "Request_UnsupportedQuery",
                            "Sorting not supported for current query.");
    if (x->filter && !ra_sim_advanced(x->q))
        return ra_sim_error(x->q, a, 400, "Request_UnsupportedQuery",
                            "'$filter' and '$orderby' together require the 'ConsistencyLevel: "
                            "eventual' header and $count=true. Sorting not supported for current "
                            "query.");
    *property = row;
    return true;
}

/* ---- order ---- */

struct order {
    struct ra_str key;
    struct ra_sim_object *object;
};

static int up(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    int c = ra_str_cmp_fold(x->key, y->key);
    return c ? c : (x->object->at > y->object->at) - (x->object->at < y->object->at);
}

static void sort(struct listing *x, unsigned property, bool down)
{
    struct order *o = ra_calloc(x->l->n + 1, sizeof(*o));
    size_t n = 0;
    for (size_t i = 0; i < x->l->n; i++) {
        const struct ra_sim_body *b = wanted(x, x->l->at[i]);
        if (b)
            o[n++] = (struct order){ra_sim_text(b, property, &x->q->arena), x->l->at[i]};
    }
    qsort(o, n, sizeof(*o), up);
    x->sorted = ra_calloc(n + 1, sizeof(*x->sorted));
    x->sorted_n = n;
    for (size_t i = 0; i < n; i++)
        x->sorted[i] = o[down ? n - 1 - i : i].object;
    free(o);
}

/* ---- the page ---- */

/* The objects of the page into out; *next is where the following page begins, or the end. */
static void fill(struct listing *x, struct ra_buf *out, uint64_t *next)
{
    enum ra_sim_fault_kind fault = x->q->faults.kind;
    uint64_t at = x->page.mark.at, end = end_of(x), again = end;
    size_t n = 0, hidden = fault == RA_FAULT_HIDE ? (size_t)x->q->faults.n : 0;
    size_t shown = 0, repeat = fault == RA_FAULT_DUPLICATE ? (size_t)x->q->faults.n : 0;
    for (; at < end && n <= x->page.limit; at++) {
        const struct ra_sim_body *b = wanted(x, object_at(x, at));
        if (!b)
            continue;
        if (n == x->page.limit || fault == RA_FAULT_EMPTY_PAGE)
            break;
        n++;
        if (repeat && n + repeat > x->page.limit && again == end)
            again = at;
        if (n <= hidden)
            continue;
        if (shown++)
            ra_buf_putc(out, ',');
        ra_sim_render(&x->select, b, x->type, out);
    }
    *next = repeat && at < end ? again : at;
}

static void write_page(struct listing *x, struct ra_sim_reply *a)
{
    struct ra_buf context, objects;
    uint64_t next = 0;
    ra_buf_init(&context, 1U << 16);
    ra_buf_init(&objects, (size_t)1 << 30);
    ra_sim_render_context(&x->select, &context);
    fill(x, &objects, &next);
    ra_sim_ok(a);
    ra_sim_context(x->q, ra_buf_z(&context), &a->body);
    if (!x->page.resumed && ra_sim_advanced(x->q))
        ra_buf_printf(&a->body, ",\"@odata.count\":%zu", count_all(x));
    if (next < end_of(x) || x->q->faults.kind == RA_FAULT_LOOP)
        ra_sim_page_next(x->r, x->q, &x->page, next, x->advanced, &a->body);
    ra_buf_puts(&a->body, ",\"value\":[");
    ra_buf_put(&a->body, objects.p, objects.n);
    ra_buf_puts(&a->body, "]}");
    ra_buf_free(&objects);
    ra_buf_free(&context);
}

static void list_of(struct listing *x, struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    int property;
    bool down = false;
    x->reader = ra_sim_eventual(x->q) ? 4 : 2;
    if (!ra_sim_page_open(x->r, x->q, a, &x->page) || !check_search(x->q, a) ||
        !check_expand(x->q, a) || !ra_sim_select_parse(x->q, kind, true, a, &x->select) ||
        !ra_sim_filter_parse(x->q, kind, x->r->o.accept_null_filter, a, &x->filter, &x->advanced) ||
        !check_order(x, a, &property, &down))
        return;
    use_prefix(x);
    if (property >= 0)
        sort(x, (unsigned)property, down);
    if (x->filter && property >= 0)
        x->advanced = true;
    write_page(x, a);
    free(x->sorted);
}

static void count_of(struct listing *x, struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    x->reader = 4;
    if (!ra_sim_eventual(x->q)) {
        ra_sim_error(x->q, a, 400, "Request_BadRequest", "$count is not currently supported.");
        return;
    }
    x->q->option[RA_SIM_O_COUNT] = RA_STR("true"); /* the segment stands for the option */
    if (!ra_sim_filter_parse(x->q, kind, x->r->o.accept_null_filter, a, &x->filter, &x->advanced))
        return;
    use_prefix(x);
    ra_sim_ok(a);
    a->content_type = "text/plain";
    ra_buf_printf(&a->body, "%zu", count_all(x));
}

void ra_sim_list(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                 enum ra_sim_kind kind)
{
    struct listing x = {.r = r, .q = q, .l = &r->store.live[kind]};
    list_of(&x, a, kind);
}

void ra_sim_count(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                  enum ra_sim_kind kind)
{
    struct listing x = {.r = r, .q = q, .l = &r->store.live[kind]};
    count_of(&x, a, kind);
}

void ra_sim_deleted(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                    enum ra_sim_kind kind)
{
    struct listing x = {.r = r, .q = q, .l = &r->store.deleted[kind]};
    list_of(&x, a, kind);
}

void ra_sim_deleted_count(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                          enum ra_sim_kind kind)
{
    struct listing x = {.r = r, .q = q, .l = &r->store.deleted[kind]};
    count_of(&x, a, kind);
}

/* graph 2.5: the cast to a type is required. */
void ra_sim_deleted_uncast(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                           enum ra_sim_kind kind)
{
    (void)r;
    (void)kind;
    ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                 "The request requires a cast to a specific type, as in "
                 "directory/deletedItems/microsoft.graph.user.");
}
