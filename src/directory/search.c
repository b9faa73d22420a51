/*
 * A paged search. The cookie for the next page stands at the end of a page, so each page is kept
 * until its end has come, the next one is asked for, and only then are its entries handed out: the
 * server works on the one while we work on the other. The empty cookie, and nothing else, is the
 * end.
 */
#include "src/base/log.h"
#include "src/directory/entry.h"
#include "src/directory/ldif_lines.h"
#include "src/directory/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE_MAX      65536
#define EMPTY_PAGES_MAX 10000
#define KEPT_BYTES_MAX                                                                             \
    ((size_t)64 << 20) /* past it, a page is handed out before its end has come */

struct reading {
    struct ra_dir *d;
    const struct ra_dir_query *q;
    const char *base;
    ra_entry_fn *each;
    void *ctx;
    LDAPMessage **kept; /* entries of this page, not yet handed out */
    size_t n, cap, kept_bytes;
    struct berval *cookie;
    int msgid;
    bool asked; /* msgid is under way */
    unsigned long long came, page, in_page, empty_pages;
    struct ra_dir_entry entry;
};

static void drop_kept(struct reading *r)
{
    for (size_t i = 0; i < r->n; i++)
        ldap_msgfree(r->kept[i]);
    r->n = 0;
    r->kept_bytes = 0;
}

/* Where it stopped, for a message; what has come is no snapshot. */
static int stopped_at(struct reading *r, struct ra_err *err)
{
    if (err && !err->hint[0] && err->code != RA_ESIGNAL)
        ra_hint(err, "nothing of this read is used; run it again");
    ra_prefix(err, "reading %s stopped at page %llu after %llu entries", r->base, r->page, r->came);
    return ra_dir_blame(r->d, err);
}

static int page_size(const struct ra_dir_query *q)
{
    return q->page_size < 1 || q->page_size > RA_PAGE_MAX ? RA_PAGE_MAX : q->page_size;
}

static size_t more_controls(struct reading *r, LDAPControl own[3])
{
    const struct ra_dir *d = r->d;
    size_t n = 0;

    if (d->offers_domain_scope)
        own[n++] = ra_dir_plain_control(RA_OID_DOMAIN_SCOPE, 0);
    if (r->q->deleted && d->offers_deleted)
        own[n++] = ra_dir_plain_control(RA_OID_SHOW_DELETED, 1);
    if (r->q->deleted && d->offers_recycled)
        own[n++] = ra_dir_plain_control(RA_OID_SHOW_RECYCLED, 1);
    return n;
}

static int scope_of(const struct ra_dir_query *q)
{
    switch (q->scope) {
    case RA_DIR_BASE:
        return LDAP_SCOPE_BASE;
    case RA_DIR_CHILDREN:
        return LDAP_SCOPE_ONELEVEL;
    case RA_DIR_SUBTREE:
        break;
    }
    return LDAP_SCOPE_SUBTREE;
}

static int ask_page(struct reading *r, struct ra_err *err)
{
    LDAPControl *controls[5] = {NULL}, own[3];
    size_t n = more_controls(r, own);
    char **attributes;
    int rc = ldap_create_page_control(r->d->ld, page_size(r->q), r->cookie, 1, &controls[0]);

    if (rc != LDAP_SUCCESS)
        return ra_fail(err, RA_EINTERNAL, "paging control: %s", ldap_err2string(rc));
    for (size_t i = 0; i < n; i++)
        controls[i + 1] = &own[i];
    memcpy(&attributes, &r->q->attributes, sizeof attributes);
    rc = ldap_search_ext(r->d->ld, r->base, scope_of(r->q), r->q->filter, attributes, 0, controls,
                         NULL, NULL, LDAP_NO_LIMIT, &r->msgid);
    ldap_control_free(controls[0]);
    if (rc != LDAP_SUCCESS)
        return ra_dir_send_failed(r->d, r->q->filter, rc, err);
    r->asked = true;
    r->page++;
    r->in_page = 0;
    ra_log(RA_LOG_DEBUG, "%s: page %llu of %s asked for", r->d->o.name, r->page, r->base);
    return 0;
}

static struct ra_str borrow(const struct berval *v)
{
    return (struct ra_str){v->bv_val, v->bv_len};
}

static int too_large(const struct ra_dir_entry *e, struct ra_err *err)
{
    return ra_fail(err, RA_ESERVER, "entry " RA_STR_FMT " has too many or too large attributes",
                   RA_STR_ARG(e->dn));
}

static int add_values(struct ra_dir_entry *e, struct ra_str description,
                      const struct berval *values, struct ra_err *err)
{
    bool gap = false;
    struct ra_dir_attr *a = ra_entry_attr(e, description, &gap);

    if (!a)
        return too_large(e, err);
    if (gap)
        return ra_fail(err, RA_EINCOMPLETE,
                       RA_STR_FMT " of " RA_STR_FMT " came with a gap: expected values from %zu on",
                       RA_STR_ARG(description), RA_STR_ARG(e->dn), a->low);
    for (size_t i = 0; values && values[i].bv_val; i++)
        if (!ra_entry_add(e, a, borrow(&values[i])))
            return too_large(e, err);
    return 0;
}

int ra_dir_decode(struct ra_dir *d, LDAPMessage *msg, struct ra_dir_entry *e, struct ra_err *err)
{
    struct berval dn, name, *values;
    BerElement *ber = NULL;
    int rc, failed = 0;

    if (ldap_get_dn_ber(d->ld, msg, &ber, &dn) != LDAP_SUCCESS)
        return ra_fail(err, RA_ESERVER, "an entry that is not LDAP");
    e->dn = borrow(&dn);
    for (;;) {
        values = NULL;
        rc = ldap_get_attribute_ber(d->ld, msg, ber, &name, &values);
        if (rc != LDAP_SUCCESS || !name.bv_val)
            break;
        failed = add_values(e, borrow(&name), values, err);
        ber_memfree(values);
        if (failed)
            break;
    }
    ber_free(ber, 0);
    if (!failed && rc != LDAP_SUCCESS)
        failed = ra_fail(err, RA_ESERVER, "entry " RA_STR_FMT " is not LDAP", RA_STR_ARG(e->dn));
    return failed;
}

static int hand_out_one(struct reading *r, LDAPMessage *msg, struct ra_err *err)
{
    int rc;

    ra_entry_begin(&r->entry);
    rc = ra_dir_decode(r->d, msg, &r->entry, err);
    if (!rc)
        rc = ra_dir_ranges(r->d, &r->entry, err);
    if (rc)
        return stopped_at(r, err);
    return r->each(r->ctx, &r->entry, err);
}

static int hand_out(struct reading *r, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < r->n && !rc; i++) {
        rc = ra_dir_stopped(r->d, err);
        if (!rc)
            rc = hand_out_one(r, r->kept[i], err);
    }
    drop_kept(r);
    return rc;
}

static size_t size_of(struct ra_dir *d, LDAPMessage *msg)
{
    BerElement *ber = NULL;
    struct berval dn;
    ber_len_t n = 0;

    if (ldap_get_dn_ber(d->ld, msg, &ber, &dn) == LDAP_SUCCESS)
        ber_get_option(ber, LBER_OPT_REMAINING_BYTES, &n);
    ber_free(ber, 0);
    return n;
}

static int keep(struct reading *r, LDAPMessage *msg, struct ra_err *err)
{
    r->kept = ra_grow(r->kept, &r->cap, r->n + 1, sizeof(LDAPMessage *));
    r->kept[r->n++] = msg;
    r->came++;
    r->in_page++;
    r->kept_bytes += size_of(r->d, msg);
    return r->kept_bytes > KEPT_BYTES_MAX || r->n > 2 * RA_PAGE_MAX ? hand_out(r, err) : 0;
}

static int take_cookie(struct reading *r, LDAPControl **controls, struct ra_err *err)
{
    LDAPControl *page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    struct berval cookie = {0};
    ber_int_t estimate;

    if (!page)
        return ra_fail(
            err, RA_EINCOMPLETE,
            "the answer ended without the paging control: nothing proves that it is whole");
    if (ldap_parse_pageresponse_control(r->d->ld, page, &estimate, &cookie) != LDAP_SUCCESS ||
        cookie.bv_len > COOKIE_MAX) {
        ldap_memfree(cookie.bv_val);
        return ra_fail(err, RA_ESERVER, "a paging control that is malformed");
    }
    ber_bvfree(r->cookie);
    r->cookie = cookie.bv_len ? ber_bvdup(&cookie) : NULL;
    ldap_memfree(cookie.bv_val);
    r->empty_pages = r->in_page ? 0 : r->empty_pages + 1;
    if (r->cookie && r->empty_pages > EMPTY_PAGES_MAX)
        return ra_fail(err, RA_ESERVER, "%d pages without an entry and no end", EMPTY_PAGES_MAX);
    return 0;
}

static int end_of_page(struct reading *r, LDAPMessage *msg, struct ra_err *err)
{
    struct ra_dir_result result;
    LDAPControl **controls = NULL;
    int rc = ra_dir_result(r->d, msg, &result, &controls, err);

    r->asked = false;
    if (!rc)
        rc = result.code == LDAP_SUCCESS ? take_cookie(r, controls, err)
                                         : ra_dir_gave_up(r->d, &result, err);
    ldap_controls_free(controls);
    return rc;
}

/* Until the page's end; references to other servers are passed over, never followed. */
static int receive_page(struct reading *r, struct ra_err *err)
{
    for (;;) {
        LDAPMessage *msg;
        int rc = ra_dir_wait(r->d, r->msgid, LDAP_MSG_ONE, &msg, err);

        if (rc)
            return stopped_at(r, err);
        switch (ldap_msgtype(msg)) {
        case LDAP_RES_SEARCH_ENTRY:
            if ((rc = keep(r, msg, err)) != 0)
                return rc;
            break;
        case LDAP_RES_SEARCH_RESULT:
            rc = end_of_page(r, msg, err);
            ldap_msgfree(msg);
            return rc ? stopped_at(r, err) : 0;
        default:
            ldap_msgfree(msg);
        }
    }
}

static int read_all(struct reading *r, struct ra_err *err)
{
    int rc = ask_page(r, err) ? stopped_at(r, err) : 0;

    while (!rc) {
        bool more;

        rc = receive_page(r, err);
        more = r->cookie != NULL;
        if (!rc && more && ask_page(r, err))
            rc = stopped_at(r, err);
        if (!rc)
            rc = hand_out(r, err);
        if (!more)
            break;
    }
    return rc;
}

/* A page's cookie means nothing to another connection: it begins anew. */
static void begin_anew(struct reading *r)
{
    drop_kept(r);
    ber_bvfree(r->cookie);
    r->cookie = NULL;
    r->asked = false;
    r->page = r->came = r->empty_pages = 0;
}

static int read_with_patience(struct reading *r, bool used, struct ra_err *err)
{
    int rc = read_all(r, err);

    if (rc && !r->came && !r->q->tries && (rc = ra_dir_again(r->d, used, rc, err)) == 0) {
        begin_anew(r);
        rc = read_all(r, err);
    }
    for (int i = 0; i < r->q->tries && ra_dir_may_pass(r->d, rc); i++) {
        rc = ra_dir_come_back(r->d, i, rc, err);
        if (rc == 0) {
            begin_anew(r);
            rc = read_all(r, err);
        }
    }
    return rc;
}

static int search_server(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err)
{
    struct reading r = {.d = d, .q = q, .each = each, .ctx = ctx};
    bool used = d->used;
    int rc = ra_dir_session(d, err);

    if (rc)
        return rc;
    r.base = q->base ? q->base : d->root.base;
    if (q->deleted && !d->offers_deleted && !d->told_no_deleted++)
        ra_warn(
            "directory %s does not offer the show-deleted control: deleted objects are not read",
            d->o.name);
    rc = read_with_patience(&r, used, err);
    if (r.asked && d->ld && !d->lost)
        ldap_abandon_ext(d->ld, r.msgid, NULL, NULL);
    drop_kept(&r);
    free(r.kept);
    ber_bvfree(r.cookie);
    ra_entry_free(&r.entry);
    if (!rc)
        ra_log(RA_LOG_REQUESTS, "%s: %llu entries of %s in %llu pages", d->o.name, r.came, r.base,
               r.page);
    return rc;
}

int ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each, void *ctx,
                  struct ra_err *err)
{
    if (d->ldif)
        return ra_ldif_search(d, q, each, ctx, err);
    return search_server(d, q, each, ctx, err);
}
