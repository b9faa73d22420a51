#include "recovery/report/outputs.h"

#include "recovery/model/anchor.h"

#include <stdlib.h>
#include <string.h>

/*
 * fixes.ldif: change records of RFC 2849 that both ldapmodify and ldifde take as they stand. Old
 * value out and new value in are one change, so that a value that someone altered meanwhile makes
 * the server refuse it. A record to be confirmed is the same text behind "# ".
 */
#define COLUMNS 76

struct ldif {
    struct ra_buf out;
    bool commented;
};

/* ---- lines ---- */

/* Folded as the RFC says: a line that goes on begins with a space. */
static void line(struct ldif *l, const char *text, size_t n)
{
    size_t room = COLUMNS;

    for (size_t i = 0; i == 0 || i < n; i += room, room = COLUMNS - 1) {
        size_t take = n - i < room ? n - i : room;
        ra_buf_puts(&l->out, l->commented ? "# " : "");
        ra_buf_puts(&l->out, i ? " " : "");
        ra_buf_put(&l->out, text + i, take);
        ra_buf_putc(&l->out, '\n');
    }
}

static void line_z(struct ldif *l, const char *z)
{
    line(l, z, strlen(z));
}

/* SAFE-STRING of the RFC, and no trailing space, which editors eat. */
static bool safe(struct ra_str s)
{
    if (s.n == 0)
        return true;
    if (strchr(" :<", s.p[0]) || s.p[s.n - 1] == ' ')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x7F || (unsigned char)s.p[i] < 0x20)
            return false;
    return true;
}

static void value(struct ldif *l, const char *name, struct ra_str v, bool binary)
{
    bool plain = !binary && safe(v);
    size_t start = strlen(name) + 3, n = start + ra_base64_size(v.n) + v.n;
    char *text = ra_malloc(n + 1);

    if (plain) {
        snprintf(text, n, "%s: ", name);
        memcpy(text + start - 1, v.p, v.n);
        line(l, text, start - 1 + v.n);
    } else {
        snprintf(text, n, "%s:: ", name);
        ra_base64(v.p, v.n, text + start);
        line_z(l, text);
    }
    free(text);
}

/* ---- comments ---- */

/* One word of a comment: nothing in a name may end the line that it is quoted in. */
static void quoted(struct ra_buf *out, struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7F)
            ra_buf_printf(out, "\\%02X", c);
        else
            ra_buf_putc(out, s.p[i]);
    }
}

/* A comment, broken between words. */
static void comment(struct ldif *l, struct ra_str text)
{
    struct ra_buf clean;
    size_t at = 0;

    ra_buf_init(&clean, RA_ROW_MAX);
    quoted(&clean, text);
    while (at < clean.n) {
        size_t take = clean.n - at;
        if (take > COLUMNS) {
            size_t space = COLUMNS;
            while (space > COLUMNS / 2 && clean.p[at + space] != ' ')
                space--;
            take = space > COLUMNS / 2 ? space : strcspn(ra_buf_z(&clean) + at, " ");
        }
        ra_buf_puts(&l->out, "# ");
        ra_buf_put(&l->out, clean.p + at, take);
        ra_buf_putc(&l->out, '\n');
        at += take + (at + take < clean.n);
    }
    ra_buf_free(&clean);
}

static void comment_z(struct ldif *l, const char *z)
{
    if (*z)
        comment(l, ra_str(z));
    else
        ra_buf_puts(&l->out, "#\n");
}

static void comment_pair(struct ldif *l, const char *what, struct ra_str v)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_puts(&b, what);
    ra_buf_put(&b, v.p, v.n);
    comment(l, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

/* ---- records ---- */

static void change(struct ldif *l, const struct ra_row *row, const unsigned char guid[16])
{
    static const char attribute[] = "mS-DS-ConsistencyGuid";

    value(l, "dn", row->f[RA_F_DN], false);
    line_z(l, "changetype: modify");
    if (!ra_str_absent(row->ad.consistency_guid)) {
        value(l, "delete", ra_str(attribute), false);
        value(l, attribute, row->ad.consistency_guid, true);
        line_z(l, "-");
    }
    value(l, "add", ra_str(attribute), false);
    value(l, attribute, ra_str_n(guid, 16), true);
    line_z(l, "-");
}

static void values(struct ldif *l, const struct ra_row *row, const unsigned char guid[16])
{
    struct ra_arena a = {0};
    char text[RA_GUID_TEXT];
    struct ra_str old = row->f[RA_F_CONSISTENCY];

    comment_pair(l, "DN:        ", row->f[RA_F_DN]);
    comment_pair(l, "AD object: ", row->f[RA_F_GUID]);
    comment_pair(l, "old value: ", ra_str_absent(old) ? RA_STR("(none)") : old);
    if (!ra_str_absent(old))
        comment_pair(l, "  Base64:  ", ra_anchor_encode(row->ad.consistency_guid, &a));
    if (guid) {
        ra_guid_text(guid, text);
        comment_pair(l, "new value: ", ra_str(text));
        comment_pair(l, "  Base64:  ", row->f[RA_F_CLOUD_IMMUTABLE]);
    }
    comment_pair(l, "cloud id:  ", row->f[RA_F_CLOUD_ID]);
    ra_arena_free(&a);
}

static void title(struct ldif *l, const struct ra_row *row, size_t number)
{
    struct ra_str name = row->f[RA_F_UPN];
    struct ra_buf b;

    if (ra_str_absent(name))
        name = row->f[RA_F_DN];
    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_printf(&b, "%zu. %s: ", number, ra_code_info((enum ra_verdict_code)row->v->code)->name);
    ra_buf_put(&b, name.p, name.n);
    comment(l, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

static void record(const struct ra_report_input *in, const struct ra_row *row, size_t number,
                   struct ldif *l)
{
    unsigned char guid[16];
    enum ra_fix fix = ra_fix_of(in, row, guid);
    struct ra_remedy remedy;
    struct ra_buf why;

    ra_buf_init(&why, RA_ROW_MAX);
    ra_remedy_pick(in, row, &remedy);
    ra_remedy_render(in, row, &remedy, &why);
    title(l, row, number);
    comment(l, ra_str_n(why.p, why.n));
    values(l, row, fix <= RA_FIX_CONTENDED ? guid : NULL);
    if (fix == RA_FIX_CONFIRM || fix == RA_FIX_CONTENDED)
        comment_z(l, "TO BE CONFIRMED: take the two characters \"# \" off the lines below.");
    l->commented = fix != RA_FIX_WRITE;
    if (fix <= RA_FIX_CONTENDED)
        change(l, row, guid);
    else
        comment_z(l, "No change is written here; the text above says why.");
    l->commented = false;
    ra_buf_putc(&l->out, '\n');
    ra_buf_free(&why);
}

/* ---- the file ---- */

static int spill(struct ldif *l, FILE *fp, struct ra_err *err)
{
    if (l->out.overflow)
        return ra_fail(err, RA_EINTERNAL, "fixes.ldif: a record larger than %zu bytes", RA_ROW_MAX);
    fwrite(l->out.p, 1, l->out.n, fp);
    ra_buf_clear(&l->out);
    return 0;
}

/* The DC= parts that the DN ends in: which domain's controller takes the change. */
static struct ra_str domain_of(struct ra_str dn)
{
    for (size_t i = 0; i + 3 < dn.n; i++)
        if ((i == 0 || dn.p[i - 1] == ',') && ra_str_starts_fold(ra_str_from(dn, i), RA_STR("DC=")))
            return ra_str_from(dn, i);
    return RA_STR("an unknown domain");
}

static void directory_head(struct ldif *l, const struct ra_row *row)
{
    comment_z(l, "======================================================================");
    comment_pair(l, "Directory: ", row->f[RA_F_DIRECTORY]);
    comment_pair(l, "Domain:    ", domain_of(row->f[RA_F_DN]));
    comment_z(l, "======================================================================");
    ra_buf_putc(&l->out, '\n');
}

static void file_head(const struct ra_report_input *in, struct ldif *l)
{
    comment_z(l, "Repairs of the source anchor in AD. For review: apply before the first sync.");
    comment_z(l, "");
    comment_z(l, "  ldapmodify -H ldaps://DC -f fixes.ldif");
    comment_z(l, "  ldifde -i -f fixes.ldif");
    comment_z(l, "");
    comment_z(l, "Each record takes the old value out and puts the new one in: a domain controller "
                 "refuses it when the value is no longer the old one. The changes of one domain go "
                 "to a controller of that domain. Keep this file: the old values stand in it.");
    comment_pair(l, "Source anchor: ", ra_report_anchor(in));
    comment_pair(l, "Tenant:        ", in->tenant->id);
    ra_buf_putc(&l->out, '\n');
}

/* One code's records of one directory, in the order of the verdicts. */
struct pass {
    size_t directory;
    enum ra_verdict_code code;
    bool headed;
};

static bool in_directory(const struct ra_report_input *in, uint32_t number, size_t directory)
{
    uint32_t first = 0;

    for (size_t d = 0; d < directory; d++)
        first += in->ad[d].count;
    return number >= first && number - first < in->ad[directory].count;
}

static int write_pass(const struct ra_report_input *in, struct ra_rows *rows, struct pass *p,
                      size_t *number, struct ldif *l, FILE *fp, struct ra_err *err)
{
    struct ra_row row;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ra_rows_count(rows); i++) {
        const struct ra_verdict *v = ra_rows_verdict(rows, i);
        if (v->code != p->code || !in_directory(in, v->ad, p->directory))
            continue;
        rc = ra_rows_get(rows, i, &row, err);
        if (rc != 0)
            break;
        if (!p->headed)
            directory_head(l, &row);
        p->headed = true;
        record(in, &row, ++*number, l);
        rc = spill(l, fp, err);
    }
    return rc;
}

int ra_ldif_page(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                 struct ra_err *err)
{
    struct ldif l = {0};
    size_t number = 0;
    int rc = 0;

    ra_buf_init(&l.out, RA_ROW_MAX);
    file_head(in, &l);
    for (size_t d = 0; d < in->ad_n && rc == 0; d++) {
        struct pass p = {.directory = d, .code = RA_ANCHOR_DRIFT};
        rc = write_pass(in, rows, &p, &number, &l, fp, err);
        p.code = RA_ANCHOR_CONFLICT;
        if (rc == 0)
            rc = write_pass(in, rows, &p, &number, &l, fp, err);
    }
    if (number == 0)
        comment_z(&l, "Nothing to repair.");
    if (rc == 0)
        rc = spill(&l, fp, err);
    ra_buf_free(&l.out);
    return rc;
}
