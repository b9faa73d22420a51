#include "recovery/import/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const formats[RA_IMPORT_FORMATS] = {
    [RA_IMPORT_ADSYNCTOOLS] = "adsynctools",
    [RA_IMPORT_CSEXPORT] = "csexport",
    [RA_IMPORT_ENTRAEXPORTER] = "entraexporter",
    [RA_IMPORT_ADSYNC_CONFIG] = "adsync-config",
};

static const struct {
    const char *name, *text;
} left_out[RA_LEFT_REASONS] = {
    [RA_LEFT_NOTHING] = {"", ""},
    [RA_LEFT_NO_ANCHOR] = {"no-anchor", "have no anchor: cloud accounts, or an empty field"},
    [RA_LEFT_NOT_SHOWN] = {"not-shown", "are no users, and Graph shows the anchor of users alone"},
    [RA_LEFT_OTHER_KIND] = {"other-kind", "are neither user, group, contact nor device"},
    [RA_LEFT_OTHER_DN] = {"other-dn", "have a name in the connector space that holds no anchor"},
    [RA_LEFT_NEVER_EXPORTED] = {"never-exported", "were never created in the tenant"},
    [RA_LEFT_DELETED] = {"deleted", "were deleted in the tenant"},
    [RA_LEFT_CONTRADICTION] = {"contradiction", "have two anchors that differ"},
};

const char *ra_import_format_name(enum ra_import_format f)
{
    return formats[f];
}

bool ra_import_format_find(struct ra_str name, enum ra_import_format *out)
{
    for (int f = 0; f < RA_IMPORT_FORMATS; f++)
        if (ra_str_eq(name, ra_str(formats[f]))) {
            *out = (enum ra_import_format)f;
            return true;
        }
    return false;
}

const char *ra_import_left_out_name(enum ra_import_left_out why)
{
    return left_out[why].name;
}

const char *ra_import_left_out_text(enum ra_import_left_out why)
{
    return left_out[why].text;
}

/* ---- wrong places ---- */

__attribute__((format(printf, 5, 0))) static void say(const struct ra_import_reader *r,
                                                      struct ra_err *to, const char *file,
                                                      uint64_t line, const char *fmt, va_list ap)
{
    char what[512], at[32] = "";

    vsnprintf(what, sizeof what, fmt, ap);
    if (line)
        snprintf(at, sizeof at, "line %llu: ", (unsigned long long)line);
    ra_fail(to, RA_EINPUT, "%.300s%s%.160s: %s%s", r->path, file ? "/" : "", file ? file : "", at,
            what);
}

static void note(struct ra_import_reader *r, const struct ra_err *e)
{
    if (r->wrong++ == 0)
        r->first = *e;
    if (r->sink->wrong)
        r->sink->wrong(r->sink->ctx, e->msg);
}

int ra_import_wrong(struct ra_import_reader *r, const char *file, uint64_t line, const char *fmt,
                    ...)
{
    struct ra_err e = {0};
    va_list ap;

    va_start(ap, fmt);
    say(r, &e, file, line, fmt, ap);
    va_end(ap);
    note(r, &e);
    return r->wrong < RA_IMPORT_WRONG_MAX ? 0 : -(int)RA_EINPUT;
}

int ra_import_broken(struct ra_import_reader *r, struct ra_err *err, const char *file,
                     uint64_t line, const char *fmt, ...)
{
    struct ra_err e = {0};
    va_list ap;

    va_start(ap, fmt);
    say(r, &e, file, line, fmt, ap);
    va_end(ap);
    note(r, &e);
    if (err)
        *err = e;
    return -(int)RA_EINPUT;
}

int ra_import_stopped(const struct ra_import_reader *r, struct ra_err *err)
{
    if (!r->sink->stop || !*r->sink->stop)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d", *r->sink->stop);
    if (err)
        err->signal = *r->sink->stop;
    return -(int)RA_ESIGNAL;
}

int ra_import_give(struct ra_import_reader *r, const struct ra_import_entry *e, struct ra_err *err)
{
    r->totals->objects++;
    if (e->left_out == RA_LEFT_NOTHING)
        r->totals->anchors[e->kind]++;
    else
        r->totals->left_out[e->left_out]++;
    if (r->wrong || !r->sink->each) /* nothing of a damaged file counts */
        return ra_import_stopped(r, err);
    return r->sink->each(r->sink->ctx, e, err);
}

int ra_import_conclude(struct ra_import_reader *r, struct ra_err *err)
{
    if (r->wrong == 0 && r->totals->objects == 0)
        (void)ra_import_wrong(r, NULL, 0, "holds no object, want at least one");
    if (r->wrong == 0)
        return 0;
    if (r->wrong == 1)
        ra_fail(err, RA_EINPUT, "%.1000s", r->first.msg);
    else
        ra_fail(err, RA_EINPUT, "%.900s; and %llu more places that are wrong", r->first.msg,
                (unsigned long long)r->wrong - 1);
    return ra_hint(err, "%s",
                   r->first.hint[0]
                       ? r->first.hint
                       : "nothing was taken from it: export it again, or mend the lines");
}

void ra_import_keep_other(struct ra_import_entry *e, struct ra_buf *room, struct ra_str name,
                          struct ra_str value)
{
    size_t n = value.n < RA_IMPORT_OTHER_VALUE ? value.n : RA_IMPORT_OTHER_VALUE;

    if (ra_str_absent(name) || ra_str_absent(value))
        return;
    while (n < value.n && n > 0 && ((unsigned char)value.p[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    if (n < value.n)
        e->other_cut = true;
    if (name.n > RA_IMPORT_ANCHOR_MAX || room->n + name.n + n + 8 > RA_IMPORT_OTHER_MAX) {
        e->other_cut = true;
        return;
    }
    ra_list_put(room, &e->other.count, name);
    ra_list_put(room, &e->other.count, ra_str_n(value.p, n));
    e->other.bytes = (struct ra_str){room->p, room->n};
}

int ra_import_read(const char *path, enum ra_import_format format,
                   const struct ra_import_sink *sink, struct ra_import_totals *out,
                   struct ra_err *err)
{
    struct ra_import_reader r = {.path = path, .sink = sink, .totals = out};
    int rc = -(int)RA_EINTERNAL;

    *out = (struct ra_import_totals){0};
    switch (format) {
    case RA_IMPORT_ADSYNCTOOLS:
        rc = ra_import_csv(&r, err);
        break;
    case RA_IMPORT_CSEXPORT:
        rc = ra_import_csexport(&r, err);
        break;
    case RA_IMPORT_ENTRAEXPORTER:
        rc = ra_import_folder(&r, err);
        break;
    case RA_IMPORT_ADSYNC_CONFIG:
    case RA_IMPORT_FORMATS:
        return ra_fail(err, RA_EINPUT, "%s: settings of a sync server hold no anchors", path);
    }
    return rc == 0 || r.wrong ? ra_import_conclude(&r, err) : rc;
}
