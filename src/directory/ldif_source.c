/*
 * A dump as a directory: every record one entry. Content records only; ldifde's "changetype: add"
 * is one by another name. What ldapsearch prints around the entries is understood, because it tells
 * whether the dump is whole: with -L in comments, without it in lines.
 */
#include "src/base/ident.h"
#include "src/base/log.h"
#include "src/directory/entry.h"
#include "src/directory/ldif_lines.h"
#include "src/directory/session.h"

#include <string.h>

#define DN_KEY_MAX   ((size_t)1 << 20)
#define EXPORT_AGAIN "export again, with paging: ldapsearch -E pr=1000/noprompt"

struct dump {
    struct ra_dir *d;
    struct ra_ldif *l;
    const struct ra_dir_query *q;
    struct ra_dir_entry entry;
    struct ra_buf base, dn;               /* keys; an empty base takes everything */
    unsigned long long entries;           /* at or below the base */
    unsigned long long records, promised; /* all of them; by ldapsearch's own count */
    bool cut; /* the newest ldapsearch trailer has a cookie: a page more was there to be had */
    bool searching; /* its head stands there, and "search result" does not yet */
};

/* "name: value", "name:: base64". The value's bytes are still the line's. */
struct line {
    struct ra_str name, value;
    bool base64;
};

static bool is_name(struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = ra_fold(s.p[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-;.=*_", c)))
            return false;
    }
    return s.n > 0;
}

static int split(const struct dump *u, struct ra_str text, struct line *out, struct ra_err *err)
{
    const char *colon = memchr(text.p, ':', text.n);
    struct ra_str rest;

    if (!colon)
        return ra_ldif_fail(u->l, err, "no colon behind an attribute's name");
    out->name = ra_str_n(text.p, (size_t)(colon - text.p));
    if (!is_name(out->name))
        return ra_ldif_fail(u->l, err, "\"%.*s\" is no attribute name",
                            (int)(out->name.n > 64 ? 64 : out->name.n), out->name.p);
    rest = ra_str_from(text, out->name.n + 1);
    if (rest.n && rest.p[0] == '<')
        return ra_ldif_fail(u->l, err,
                            RA_STR_FMT " is a URL to another file, which is not followed",
                            RA_STR_ARG(out->name));
    out->base64 = rest.n && rest.p[0] == ':';
    if (out->base64)
        rest = ra_str_from(rest, 1);
    while (rest.n && rest.p[0] == ' ')
        rest = ra_str_from(rest, 1);
    while (out->base64 && rest.n && rest.p[rest.n - 1] == ' ')
        rest.n--;
    out->value = rest;
    return 0;
}

/* The value, decoded, in the entry's arena; empty stays a value. */
static int value_of(struct dump *u, const struct line *line, struct ra_str *out, struct ra_err *err)
{
    size_t n = line->value.n;
    char *copy;

    if (!line->base64) {
        *out = (struct ra_str){ra_arena_copy(&u->entry.arena, line->value.p, n), n};
        return 0;
    }
    copy = ra_arena_alloc(&u->entry.arena, n + 1);
    if (!ra_base64_decode(line->value, copy, &n))
        return ra_ldif_fail(u->l, err, "the value of " RA_STR_FMT " is not base64, or cut short",
                            RA_STR_ARG(line->name));
    *out = (struct ra_str){copy, n};
    return 0;
}

static int begin(struct dump *u, const struct line *line, struct ra_err *err)
{
    int rc;

    ra_entry_begin(&u->entry);
    rc = value_of(u, line, &u->entry.dn, err);
    if (rc)
        return rc;
    if (!u->entry.dn.n || !ra_utf8_valid(u->entry.dn.p, u->entry.dn.n))
        return ra_ldif_fail(u->l, err, "a dn that is %s", u->entry.dn.n ? "not UTF-8" : "empty");
    return 0;
}

static int add(struct dump *u, const struct line *line, struct ra_err *err)
{
    struct ra_str value, name;
    struct ra_dir_attr *a;
    bool gap = false;
    int rc = value_of(u, line, &value, err);

    if (rc)
        return rc;
    name = ra_str_n(ra_arena_copy(&u->entry.arena, line->name.p, line->name.n), line->name.n);
    a = ra_entry_attr(&u->entry, name, &gap);
    if (gap)
        return ra_ldif_fail(u->l, err,
                            RA_STR_FMT " does not go on where the values before it ended",
                            RA_STR_ARG(line->name));
    if (!a || !ra_entry_add(&u->entry, a, value))
        return ra_ldif_fail(u->l, err, "the entry has too many or too large attributes");
    return 0;
}

static bool is(const struct line *line, const char *name)
{
    return ra_str_eq_fold(line->name, ra_str(name));
}

static int one_line(struct dump *u, const struct line *line, struct ra_err *err)
{
    if (is(line, "dn"))
        return ra_ldif_fail(u->l, err, "a second dn in one record: is an empty line missing?");
    if (is(line, "changetype") && ra_str_eq_fold(line->value, RA_STR("add")))
        return 0;
    if (is(line, "changetype") || is(line, "control"))
        return ra_ldif_fail(u->l, err, "a change record (%s: " RA_STR_FMT "), wanted entries",
                            is(line, "control") ? "control" : "changetype",
                            RA_STR_ARG(line->value));
    return add(u, line, err);
}

static void page_ended(struct dump *u, struct ra_str value)
{
    u->cut = !ra_str_ends_fold(value, RA_STR("cookie="));
}

/* Behind "# ". The names of entries stand there, too, and could say anything: they have a comma. */
static void comment(struct dump *u, struct ra_str text)
{
    const struct ra_str count = RA_STR("numEntries: ");
    long long n;

    if (!text.n || memchr(text.p, ',', text.n))
        return;
    if (ra_str_starts_fold(text, RA_STR("requesting: ")))
        u->searching = true;
    else if (ra_str_eq(text, RA_STR("search result")))
        u->searching = false;
    else if (ra_str_starts_fold(text, RA_STR("pagedresults: ")))
        page_ended(u, text);
    else if (ra_str_starts_fold(text, count) && ra_parse_int(ra_str_from(text, count.n), &n) &&
             n > 0)
        u->promised += (unsigned long long)n;
}

/* As ra_ldif_line, comments heard and passed over. */
static int content_line(struct dump *u, struct ra_str *out, struct ra_err *err)
{
    int rc;

    while ((rc = ra_ldif_line(u->l, out, err)) > 0 && out->n && out->p[0] == '#')
        if (ra_str_starts_fold(*out, RA_STR("# ")))
            comment(u, ra_str_from(*out, 2));
    return rc;
}

/* The next line, taken apart; *more is false at an empty line or the end of the file. */
static int next_line(struct dump *u, struct line *out, bool *more, struct ra_err *err)
{
    struct ra_str text;
    int rc = content_line(u, &text, err);

    *more = rc > 0 && text.n > 0;
    if (rc <= 0)
        return rc;
    return *more ? split(u, text, out, err) : 0;
}

static bool asked_for(const struct dump *u, struct ra_str name)
{
    for (const char *const *a = u->q->attributes; a && *a; a++)
        if (ra_str_eq_fold(ra_str(*a), name))
            return true;
    return !u->q->attributes;
}

/* A range whose end is not in the dump: what is asked for must be whole. */
static int check_ranges(const struct dump *u, struct ra_err *err)
{
    for (size_t i = 0; i < u->entry.n; i++) {
        const struct ra_dir_attr *a = &u->entry.attrs[i];

        if (!a->open || !asked_for(u, a->name))
            continue;
        ra_fail(err, RA_EINCOMPLETE,
                "%s: " RA_STR_FMT " of " RA_STR_FMT " ends at value %zu, and more "
                "were there",
                ra_ldif_path(u->l), RA_STR_ARG(a->name), RA_STR_ARG(u->entry.dn), a->next);
        return ra_hint(err, "export with a tool that follows ranges, such as ldifde");
    }
    return 0;
}

/* As a search of the server would: what lies at or below the base. Deleted objects lie elsewhere.
 */
static int wanted(struct dump *u, bool *yes, struct ra_err *err)
{
    *yes = true;
    if (!u->base.n || ra_str_eq_fold(ra_dir_entry_first(&u->entry, "isDeleted"), RA_STR("TRUE")))
        return 0;
    ra_buf_clear(&u->dn);
    if (!ra_dn_key(u->entry.dn, &u->dn))
        return ra_ldif_fail(u->l, err, "\"" RA_STR_FMT "\" is no DN", RA_STR_ARG(u->entry.dn));
    *yes = u->dn.n >= u->base.n && memcmp(u->dn.p, u->base.p, u->base.n) == 0;
    return 0;
}

static int record(struct dump *u, const struct line *dn, ra_entry_fn *each, void *ctx,
                  struct ra_err *err)
{
    struct line line;
    bool more = true, yes = false;
    int rc = begin(u, dn, err);

    u->records++;
    while (!rc && more) {
        rc = next_line(u, &line, &more, err);
        if (!rc && more)
            rc = one_line(u, &line, err);
    }
    if (!rc)
        rc = wanted(u, &yes, err);
    if (!rc && yes)
        rc = check_ranges(u, err);
    if (rc)
        return ra_dir_blame(u->d, err);
    if (!yes)
        return 0;
    u->entries++;
    return each(ctx, &u->entry, err);
}

/* The export's own last word, as ldapsearch writes it: "result: 0 Success". */
static int trailer_line(struct dump *u, const struct line *line, struct ra_err *err)
{
    if (is(line, "pagedresults"))
        page_ended(u, line->value);
    if (!is(line, "result") || ra_str_eq(line->value, RA_STR("0")) ||
        ra_str_starts_fold(line->value, RA_STR("0 ")))
        return 0;
    ra_fail(err, RA_EINCOMPLETE, "%s: the export did not end well: result " RA_STR_FMT,
            ra_ldif_path(u->l), RA_STR_ARG(line->value));
    return ra_hint(err, EXPORT_AGAIN);
}

static int trailer(struct dump *u, struct ra_err *err)
{
    struct line line;
    bool more = true;
    int rc = 0;

    while (!rc && more) {
        rc = next_line(u, &line, &more, err);
        if (!rc && more)
            rc = trailer_line(u, &line, err);
    }
    return rc;
}

static int version(const struct dump *u, const struct line *line, struct ra_err *err)
{
    if (ra_str_eq(line->value, RA_STR("1")))
        return 0;
    return ra_ldif_fail(u->l, err, "LDIF version " RA_STR_FMT ", wanted 1",
                        RA_STR_ARG(line->value));
}

/* What stands where a record must begin. */
static int beginning(struct dump *u, const struct line *line, ra_entry_fn *each, void *ctx,
                     struct ra_err *err)
{
    int rc;

    if (is(line, "dn"))
        return record(u, line, each, ctx, err);
    if (is(line, "version"))
        rc = version(u, line, err);
    else if (is(line, "search") || is(line, "ref"))
        rc = trailer(u, err);
    else
        rc = ra_ldif_fail(u->l, err, "a record without a dn, it begins with " RA_STR_FMT,
                          RA_STR_ARG(line->name));
    return rc ? ra_dir_blame(u->d, err) : 0;
}

/* What ldapsearch says of its own end. */
static int check_end(const struct dump *u, struct ra_err *err)
{
    const char *path = ra_ldif_path(u->l);

    if (u->cut || u->searching) {
        ra_fail(err, RA_EINCOMPLETE, "%s: the export stopped before its %s", path,
                u->cut ? "last page" : "end: \"# search result\" is missing");
        return ra_hint(err, EXPORT_AGAIN);
    }
    if (u->records >= u->promised)
        return 0;
    ra_fail(err, RA_EINCOMPLETE, "%s: %llu entr%s, and the export had %llu by its own count", path,
            u->records, u->records == 1 ? "y" : "ies", u->promised);
    return ra_hint(err, "export again; or, where entries were taken out on purpose, the line "
                        "\"# numEntries\" as well");
}

static int at_end(const struct dump *u, struct ra_err *err)
{
    int rc = ra_ldif_unchanged(u->l, err);

    if (!rc)
        rc = check_end(u, err);
    if (!rc && !u->entries)
        rc = ra_fail(err, RA_EINPUT, "%s: not one entry%s", ra_ldif_path(u->l),
                     u->base.n ? " at or below base" : " in it");
    return rc ? ra_dir_blame(u->d, err) : 0;
}

static int read_all(struct dump *u, ra_entry_fn *each, void *ctx, struct ra_err *err)
{
    for (;;) {
        struct ra_str text;
        struct line line;
        int rc = content_line(u, &text, err);

        if (rc == 0)
            return at_end(u, err);
        if (rc > 0 && text.n)
            rc = split(u, text, &line, err);
        if (rc < 0)
            return ra_dir_blame(u->d, err);
        if (text.n && (rc = beginning(u, &line, each, ctx, err)) != 0)
            return rc;
        if ((rc = ra_dir_stopped(u->d, err)) != 0)
            return rc;
    }
}

int ra_ldif_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each, void *ctx,
                   struct ra_err *err)
{
    struct dump u = {.d = d, .l = d->ldif, .q = q};
    const char *base = q->base ? q->base : d->root.base;
    int rc;

    ra_buf_init(&u.base, DN_KEY_MAX);
    ra_buf_init(&u.dn, DN_KEY_MAX);
    if (ra_dn_key(ra_str(base), &u.base))
        rc = ra_ldif_rewind(d->ldif, err);
    else
        rc = ra_fail(err, RA_ECONFIG, "base %s is no DN", base);
    rc = rc ? ra_dir_blame(d, err) : read_all(&u, each, ctx, err);
    ra_entry_free(&u.entry);
    ra_buf_free(&u.base);
    ra_buf_free(&u.dn);
    if (!rc)
        ra_log(RA_LOG_REQUESTS, "%s: %llu entries in %s", d->o.name, u.entries, d->o.uri);
    return rc;
}
