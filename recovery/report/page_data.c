#include "recovery/report/page_data.h"

#include "recovery/report/intern.h"
#include "recovery/report/redact.h"

#include <stdlib.h>
#include <string.h>

/*
 * Narrow columns hold one letter a row, a digit to the base 64 below. Wide columns hold cells with
 * '|' between them. A cell is empty for null; "=" or "+" for the value of a field named in the
 * table of columns; "~" and the value for one as it stands; else it is in its column's form: guid
 * the first 22 characters of the Base64 of its 16 bytes mail    the local part, "@", and the number
 * of the domain in the dictionary sid     the last number of the SID; before it, unless 0, the
 * number of the rest and a dot rdn     the value of a first RDN whose type is CN text    the value
 * as it stands Numbers of dictionaries are to the base 36. A '|' in a value is U+0002.
 */
#define SAME  '='
#define SAME2 '+'

enum wide {
    W_GUID,
    W_CONSISTENCY,
    W_ANCHOR,
    W_RDN,
    W_PARENT,
    W_UPN,
    W_SMTP,
    W_SAM,
    W_NAME,
    W_SID,
    W_CLOUD_ID,
    W_CLOUD_UPN,
    W_CLOUD_IMMUTABLE,
    W_CLOUD_SID,
    W_CLOUD_SMTP,
    W_CLOUD_OOI,
    W_CLOUD_NAME,
    W_DIRECTORY,
    W_WARNINGS,
    W_BLOCKS,
    W_PIECES,
    WIDE
};

static const char *const wide_names[WIDE] = {
    "guid",           "consistency", "anchor",    "rdn",      "parent",    "upn",
    "smtp",           "sam",         "name",      "sid",      "cloudId",   "cloudUpn",
    "cloudImmutable", "cloudSid",    "cloudSmtp", "cloudOoi", "cloudName", "directory",
    "warnings",       "blocks",      "pieces",
};

enum narrow { N_CODE, N_KIND, N_CONFIDENCE, N_CAUSE, N_ROW, N_SYNCED, N_CLOUD_KIND, NARROW };

static const char *const narrow_names[NARROW] = {
    "code", "kind", "confidence", "cause", "row", "synced", "cloudKind",
};

enum dictionary {
    D_PARENTS,
    D_DOMAINS,
    D_SIDS,
    D_DIRECTORIES,
    D_WARNINGS,
    D_BLOCKS,
    D_PIECES,
    DICTIONARIES
};

static const char *const dictionary_names[DICTIONARIES] = {
    "parents", "domains", "sids", "directories", "warningSets", "blockSets", "pieceSets",
};

struct ra_page_data {
    struct ra_buf wide[WIDE], narrow[NARROW];
    struct ra_intern dictionaries[DICTIONARIES];
    size_t limit, cost, rows;
};

#define COLUMN_MAX ((size_t)64 << 20)

struct ra_page_data *ra_page_data_new(size_t limit)
{
    struct ra_page_data *d = ra_calloc(1, sizeof *d);

    d->limit = limit;
    for (int i = 0; i < WIDE; i++)
        ra_buf_init(&d->wide[i], COLUMN_MAX);
    for (int i = 0; i < NARROW; i++)
        ra_buf_init(&d->narrow[i], COLUMN_MAX);
    return d;
}

void ra_page_data_free(struct ra_page_data **d)
{
    for (int i = 0; i < WIDE; i++)
        ra_buf_free(&(*d)->wide[i]);
    for (int i = 0; i < NARROW; i++)
        ra_buf_free(&(*d)->narrow[i]);
    for (int i = 0; i < DICTIONARIES; i++)
        ra_intern_free(&(*d)->dictionaries[i]);
    free(*d);
    *d = NULL;
}

size_t ra_page_data_count(const struct ra_page_data *d)
{
    return d->rows;
}

/* ---- cells ---- */

static void put(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    struct ra_buf *b = &d->wide[w];

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        ra_buf_putc(b, c == '|' ? 2 : c == 2 ? '?' : s.p[i]);
        /* As it will be on the page, escaped. */
        d->cost += c < 0x20 || c == '<' || c == '|' || c == 0x7F ? 6
                   : c == '"' || c == '\\'                       ? 2
                                                                 : 1;
    }
}

static void put_c(struct ra_page_data *d, enum wide w, char c)
{
    ra_buf_putc(&d->wide[w], c);
    d->cost++;
}

static void literal(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    put_c(d, w, '~');
    put(d, w, s);
}

static void number(struct ra_page_data *d, enum wide w, uint32_t n)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char text[8];
    size_t at = sizeof text;

    do
        text[--at] = digits[n % 36];
    while (n /= 36);
    put(d, w, ra_str_n(text + at, sizeof text - at));
}

static uint32_t entry(struct ra_page_data *d, enum dictionary which, struct ra_str s)
{
    size_t before = d->dictionaries[which].bytes;
    uint32_t n = ra_intern(&d->dictionaries[which], s);

    d->cost += d->dictionaries[which].bytes - before;
    return n;
}

static void text(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    if (s.n && (s.p[0] == '~' || (s.n == 1 && (s.p[0] == SAME || s.p[0] == SAME2))))
        put_c(d, w, '~');
    put(d, w, s);
}

/* A GUID's 16 bytes in LDAP's order as the 22 characters that its anchor begins with. */
static void guid_bytes(struct ra_page_data *d, enum wide w, const uint8_t bytes[16])
{
    char base64[RA_ANCHOR_TEXT];

    ra_base64(bytes, 16, base64);
    put(d, w, ra_str_n(base64, 22));
}

static void guid(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    struct ra_guid g;

    if (s.n == RA_GUID_TEXT - 1 && ra_guid_parse(s, &g))
        guid_bytes(d, w, g.b);
    else if (s.n)
        literal(d, w, s);
}

static void anchor(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    uint8_t bytes[16];

    if (ra_anchor_bytes(s, bytes))
        guid_bytes(d, w, bytes);
    else if (s.n)
        literal(d, w, s);
}

/* Whether the anchor is that of the GUID given as text. */
static bool is_anchor_of(struct ra_str a, struct ra_str guid_as_text)
{
    struct ra_guid g;
    uint8_t bytes[16];

    return ra_anchor_bytes(a, bytes) && ra_guid_parse(guid_as_text, &g) &&
           memcmp(g.b, bytes, 16) == 0;
}

static void mail(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    long at = ra_str_last(s, '@');

    if (at < 0) {
        if (s.n)
            literal(d, w, s);
        return;
    }
    if (s.p[0] == '~') {
        literal(d, w, s);
        return;
    }
    put(d, w, ra_str_n(s.p, (size_t)at + 1));
    number(d, w, entry(d, D_DOMAINS, ra_str_from(s, (size_t)at + 1)));
}

static void sid(struct ra_page_data *d, enum wide w, struct ra_str s)
{
    long dash = ra_str_last(s, '-');
    struct ra_str last = ra_str_from(s, (size_t)(dash + 1));
    unsigned long long rid;
    uint32_t rest;

    if (dash < 4 || !ra_parse_uint(last, &rid) || (last.n > 1 && last.p[0] == '0')) {
        if (s.n)
            literal(d, w, s);
        return;
    }
    rest = entry(d, D_SIDS, ra_str_n(s.p, (size_t)dash));
    if (rest) {
        number(d, w, rest);
        put_c(d, w, '.');
    }
    put(d, w, last);
}

static void dn(struct ra_page_data *d, struct ra_str s)
{
    size_t end = ra_dn_rdn(s);
    struct ra_str rdn = {s.p, end}, value = ra_str_from(rdn, 3);

    if (s.n == 0)
        return;
    if (ra_str_absent(value) || memcmp(rdn.p, "CN=", 3) != 0 || value.p[0] == '~' ||
        (value.n == 1 && (value.p[0] == SAME || value.p[0] == SAME2)))
        literal(d, W_RDN, rdn);
    else
        put(d, W_RDN, value);
    if (end < s.n)
        number(d, W_PARENT, entry(d, D_PARENTS, ra_str_from(s, end + 1)));
}

/* "=" when both are there and equal, "+" when it equals the second; true when it was one of them.
 */
static bool same(struct ra_page_data *d, enum wide w, struct ra_str s, struct ra_str first,
                 struct ra_str second)
{
    if (ra_str_absent(s))
        return true;
    if (!ra_str_eq(s, first) && !ra_str_eq(s, second))
        return false;
    put_c(d, w, ra_str_eq(s, first) ? SAME : SAME2);
    return true;
}

static const struct ra_str none;

/* ---- a row ---- */

static struct ra_str local_part(struct ra_str s)
{
    long at = ra_str_last(s, '@');

    return at < 0 ? none : (struct ra_str){s.p, (size_t)at};
}

static struct ra_str cn_value(struct ra_str s)
{
    return s.n > 3 && memcmp(s.p, "CN=", 3) == 0
               ? ra_str_from((struct ra_str){s.p, ra_dn_rdn(s)}, 3)
               : none;
}

static void ad_cells(struct ra_page_data *d, const struct ra_str *f)
{
    guid(d, W_GUID, f[RA_F_GUID]);
    if (!same(d, W_CONSISTENCY, f[RA_F_CONSISTENCY], f[RA_F_GUID], none))
        guid(d, W_CONSISTENCY, f[RA_F_CONSISTENCY]);
    if (is_anchor_of(f[RA_F_ANCHOR], f[RA_F_GUID]))
        put_c(d, W_ANCHOR, SAME);
    else if (is_anchor_of(f[RA_F_ANCHOR], f[RA_F_CONSISTENCY]))
        put_c(d, W_ANCHOR, SAME2);
    else
        anchor(d, W_ANCHOR, f[RA_F_ANCHOR]);
    dn(d, f[RA_F_DN]);
    mail(d, W_UPN, f[RA_F_UPN]);
    if (!same(d, W_SMTP, f[RA_F_SMTP], f[RA_F_UPN], none))
        mail(d, W_SMTP, f[RA_F_SMTP]);
    if (!same(d, W_SAM, f[RA_F_SAM], local_part(f[RA_F_UPN]), none))
        text(d, W_SAM, f[RA_F_SAM]);
    if (!same(d, W_NAME, f[RA_F_NAME], cn_value(f[RA_F_DN]), none))
        text(d, W_NAME, f[RA_F_NAME]);
    sid(d, W_SID, f[RA_F_SID]);
    if (!ra_str_absent(f[RA_F_DIRECTORY]))
        number(d, W_DIRECTORY, entry(d, D_DIRECTORIES, f[RA_F_DIRECTORY]));
}

static void cloud_cells(struct ra_page_data *d, const struct ra_str *f)
{
    guid(d, W_CLOUD_ID, f[RA_F_CLOUD_ID]);
    if (!same(d, W_CLOUD_UPN, f[RA_F_CLOUD_UPN], f[RA_F_UPN], none))
        mail(d, W_CLOUD_UPN, f[RA_F_CLOUD_UPN]);
    if (!same(d, W_CLOUD_IMMUTABLE, f[RA_F_CLOUD_IMMUTABLE], f[RA_F_ANCHOR], none))
        anchor(d, W_CLOUD_IMMUTABLE, f[RA_F_CLOUD_IMMUTABLE]);
    if (!same(d, W_CLOUD_SID, f[RA_F_CLOUD_SID], f[RA_F_SID], none))
        sid(d, W_CLOUD_SID, f[RA_F_CLOUD_SID]);
    if (!same(d, W_CLOUD_SMTP, f[RA_F_CLOUD_SMTP], f[RA_F_SMTP], f[RA_F_CLOUD_UPN]))
        mail(d, W_CLOUD_SMTP, f[RA_F_CLOUD_SMTP]);
    if (!same(d, W_CLOUD_OOI, f[RA_F_CLOUD_OOI], f[RA_F_GUID], none))
        guid(d, W_CLOUD_OOI, f[RA_F_CLOUD_OOI]);
    if (!same(d, W_CLOUD_NAME, f[RA_F_CLOUD_NAME], f[RA_F_NAME], none))
        text(d, W_CLOUD_NAME, f[RA_F_CLOUD_NAME]);
}

/* A set of numbers as a dictionary's entry, "3,9". */
static void set(struct ra_page_data *d, enum wide w, enum dictionary which, uint64_t bits)
{
    struct ra_buf b;
    const char *before = "";

    if (bits == 0)
        return;
    ra_buf_init(&b, 1024);
    for (unsigned i = 0; i < 64; i++)
        if (bits & UINT64_C(1) << i) {
            ra_buf_printf(&b, "%s%u", before, i);
            before = ",";
        }
    number(d, w, entry(d, which, ra_str_n(b.p, b.n)));
    ra_buf_free(&b);
}

static void pieces(struct ra_page_data *d, const struct ra_remedy *remedy)
{
    struct ra_buf b;

    ra_buf_init(&b, 1024);
    for (unsigned i = 0; i < remedy->n; i++)
        ra_buf_printf(&b, "%s%u", i ? "," : "", remedy->piece[i]);
    number(d, W_PIECES, entry(d, D_PIECES, ra_str_n(b.p, b.n)));
    ra_buf_free(&b);
}

static void letter(struct ra_page_data *d, enum narrow n, unsigned value)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    ra_buf_putc(&d->narrow[n], digits[value % 64]);
    d->cost++;
}

static void narrow_cells(struct ra_page_data *d, const struct ra_row *row)
{
    const struct ra_verdict *v = row->v;

    letter(d, N_CODE, v->code);
    letter(d, N_KIND, v->kind);
    letter(d, N_CONFIDENCE, v->confidence);
    letter(d, N_CAUSE, v->cause);
    letter(d, N_ROW, v->row);
    letter(d, N_SYNCED, row->has_cloud ? 1 + (unsigned)row->synced : 0);
    letter(d, N_CLOUD_KIND, row->has_cloud ? 1 + (unsigned)row->cloud.kind : 0);
}

bool ra_page_data_row(struct ra_page_data *d, const struct ra_row *row,
                      const struct ra_remedy *remedy)
{
    size_t before[WIDE];

    for (int i = 0; i < WIDE; i++) {
        before[i] = d->wide[i].n;
        if (d->rows)
            put_c(d, (enum wide)i, '|');
    }
    ad_cells(d, row->f);
    cloud_cells(d, row->f);
    set(d, W_WARNINGS, D_WARNINGS, row->v->warnings);
    set(d, W_BLOCKS, D_BLOCKS, row->v->blocks);
    pieces(d, remedy);
    if (d->cost + NARROW > d->limit) { /* taken back; what it put into dictionaries does no harm */
        for (int i = 0; i < WIDE; i++)
            d->wide[i].n = before[i];
        return false;
    }
    narrow_cells(d, row);
    d->rows++;
    return true;
}

/* ---- out ---- */

static void write_text(struct ra_str s, const char *key, struct ra_buf *room,
                       void (*write)(void *, const char *, struct ra_str), void *ctx)
{
    ra_buf_clear(room);
    ra_json_escape(room, s);
    write(ctx, key, ra_str_n(room->p, room->n));
}

static void write_dictionary(const struct ra_intern *t, const char *key, struct ra_buf *room,
                             void (*write)(void *, const char *, struct ra_str), void *ctx)
{
    struct ra_json j;

    ra_buf_clear(room);
    ra_json_init(&j, room);
    ra_json_array(&j);
    for (size_t i = 0; i < t->n; i++)
        ra_json_str(&j, t->all[i]);
    ra_json_array_end(&j);
    write(ctx, key, ra_str_n(room->p, room->n));
}

void ra_page_data_write(struct ra_page_data *d,
                        void (*write)(void *ctx, const char *key, struct ra_str json), void *ctx)
{
    struct ra_buf room;

    ra_buf_init(&room, 6 * COLUMN_MAX);
    for (int i = 0; i < NARROW; i++)
        write_text(ra_str_n(d->narrow[i].p, d->narrow[i].n), narrow_names[i], &room, write, ctx);
    for (int i = 0; i < WIDE; i++)
        write_text(ra_str_n(d->wide[i].p, d->wide[i].n), wide_names[i], &room, write, ctx);
    for (int i = 0; i < DICTIONARIES; i++)
        write_dictionary(&d->dictionaries[i], dictionary_names[i], &room, write, ctx);
    ra_buf_free(&room);
}
