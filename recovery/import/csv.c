/*
 * The CSV of Import-ADSyncToolsSourceAnchor, and any other that Export-Csv wrote with a column of
 * anchors. libcsv takes the fields apart; it is fed line by line, so that a fault has its number.
 * Columns are known by their names, in any order; others are kept.
 */
#include "recovery/import/columns.h"
#include "recovery/import/text.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)4 << 20)

struct reading {
    struct ra_import_reader *r;
    struct ra_import_text *text;
    struct ra_columns columns;
    struct ra_arena arena; /* of the record */
    struct ra_buf other;
    struct ra_str fields[RA_COLUMNS_MAX];
    size_t n, bytes;
    uint64_t header, from; /* lines: of the header (0 before it), of the record's beginning */
    struct ra_err err;     /* what a record ended the reading with */
    int rc;
};

static void take_field(void *field, size_t n, void *ctx)
{
    struct reading *c = ctx;

    if (c->n < RA_COLUMNS_MAX)
        c->fields[c->n] = ra_str_n(ra_arena_copy(&c->arena, field ? field : "", n), n);
    c->n++;
}

static int take_header(struct reading *c)
{
    char why[256];

    c->header = c->from;
    if (c->n > RA_COLUMNS_MAX)
        return ra_import_broken(c->r, &c->err, NULL, c->from, "%zu columns, want at most %d", c->n,
                                RA_COLUMNS_MAX);
    if (ra_columns_read(&c->columns, c->fields, c->n, why, sizeof why))
        return 0;
    return ra_import_broken(c->r, &c->err, NULL, c->from, "%s", why);
}

static int take_row(struct reading *c)
{
    struct ra_import_entry e = {.line = c->from, .kind = RA_USER};
    int rc;

    if (c->n != c->columns.n)
        return ra_import_wrong(c->r, NULL, c->from, "%zu fields, want %zu as in line %llu", c->n,
                               c->columns.n, (unsigned long long)c->header);
    ra_buf_clear(&c->other);
    rc = ra_columns_entry(&c->columns, c->r, c->fields, &c->arena, &c->other, &e);
    return rc == 1 ? ra_import_give(c->r, &e, &c->err) : rc;
}

static void end_record(int end, void *ctx)
{
    struct reading *c = ctx;

    (void)end;
    if (c->rc == 0)
        c->rc = c->header ? take_row(c) : take_header(c);
    c->n = c->bytes = 0;
    ra_arena_reset(&c->arena);
}

/* What a culture writes between fields: the most frequent outside of quotes in the header. */
static unsigned char delimiter_of(struct ra_str header)
{
    static const char candidates[] = ",;\t|";
    size_t counts[sizeof candidates] = {0}, best = 0;
    bool quoted = false;
    const char *at;

    for (size_t i = 0; i < header.n; i++) {
        if (header.p[i] == '"')
            quoted = !quoted;
        else if (!quoted && header.p[i] && (at = strchr(candidates, header.p[i])))
            counts[at - candidates]++;
    }
    for (size_t i = 1; i + 1 < sizeof candidates; i++)
        if (counts[i] > counts[best])
            best = i;
    return (unsigned char)candidates[best];
}

/* Lines that Windows puts before the header: "#TYPE …" of Export-Csv, "sep=;" of Excel. */
static bool is_preamble(struct ra_str line, unsigned char *delimiter)
{
    struct ra_str s = ra_import_trim(line);

    if (s.n == 5 && ra_str_starts_fold(s, RA_STR("sep=")))
        *delimiter = (unsigned char)s.p[4];
    else if (!ra_str_absent(s) && !ra_str_starts_fold(s, RA_STR("#TYPE ")))
        return false;
    return true;
}

static int refuse(struct reading *c, struct csv_parser *p, struct ra_err *err)
{
    unsigned long long at = ra_import_text_number(c->text);

    if (csv_error(p) == CSV_ENOMEM)
        abort();
    if (c->from < at)
        return ra_import_broken(c->r, err, NULL, c->from,
                                "a quote that is closed in line %llu and followed by more, want it "
                                "closed at the end of its field",
                                at);
    return ra_import_broken(c->r, err, NULL, at,
                            "a quote inside of a field that is not quoted, or something behind a "
                            "closing one, want fields as Export-Csv writes them");
}

/* A quote that is never closed swallows the rest of the file: said at the line where it began. */
static int feed(struct reading *c, struct csv_parser *p, struct ra_str line, struct ra_err *err)
{
    if (c->bytes == 0 && ra_str_absent(ra_import_trim(line)))
        return 0;
    if (c->bytes == 0)
        c->from = ra_import_text_number(c->text);
    c->bytes += line.n;
    if (c->bytes > RECORD_MAX)
        return ra_import_broken(c->r, err, NULL, c->from,
                                "a record of more than %zu bytes, probably a quote that is not "
                                "closed",
                                RECORD_MAX);
    if (csv_parse(p, line.p, line.n, take_field, end_record, c) != line.n)
        return refuse(c, p, err);
    if (c->rc != 0 && err && c->err.code)
        *err = c->err;
    return c->rc;
}

static int finish(struct reading *c, struct csv_parser *p, struct ra_err *err)
{
    if (csv_fini(p, take_field, end_record, c) != 0)
        return ra_import_broken(c->r, err, NULL, c->from,
                                "a quote that is not closed before the end of the file");
    if (c->rc != 0 && err && c->err.code)
        *err = c->err;
    if (c->rc == 0 && !c->header)
        return ra_import_broken(c->r, err, NULL, 0, "is empty, want a line of column names");
    return c->rc;
}

static int read_lines(struct reading *c, struct csv_parser *p, struct ra_err *err)
{
    unsigned char delimiter = 0;
    bool preamble = true;
    struct ra_str line;
    int rc;

    while ((rc = ra_import_text_line(c->text, &line, err)) > 0) {
        if (preamble && is_preamble(line, &delimiter))
            continue;
        if (preamble)
            csv_set_delim(p, delimiter ? delimiter : delimiter_of(line));
        preamble = false;
        rc = feed(c, p, line, err);
        if (rc != 0)
            return rc;
    }
    if (rc < 0 && err && err->code == RA_EINPUT) {
        struct ra_err why = *err;
        rc = ra_import_broken(c->r, err, NULL, ra_import_text_number(c->text), "%s", why.msg);
        if (why.hint[0]) {
            ra_hint(err, "%s", why.hint);
            ra_hint(&c->r->first, "%s", why.hint);
        }
    }
    return rc == 0 ? finish(c, p, err) : rc;
}

int ra_import_csv(struct ra_import_reader *r, struct ra_err *err)
{
    struct reading c = {.r = r};
    struct csv_parser p;
    int rc = ra_import_text_open(r->path, &c.text, err);

    if (rc != 0)
        return rc;
    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_blk_size(&p, 1 << 16); /* a long field grows by so much at a time */
    ra_buf_init(&c.other, RA_IMPORT_OTHER_MAX);
    rc = read_lines(&c, &p, err);
    csv_free(&p);
    ra_import_text_close(&c.text);
    ra_columns_free(&c.columns);
    ra_buf_free(&c.other);
    ra_arena_free(&c.arena);
    return rc;
}
