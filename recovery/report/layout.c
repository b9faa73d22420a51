#include "recovery/report/layout.h"

#include "src/base/mem.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)

const char *ra_number_text(uint64_t n, char out[RA_NUMBER_TEXT])
{
    char plain[24];
    int len = snprintf(plain, sizeof plain, "%llu", (unsigned long long)n), at = 0;

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = plain[i];
    }
    out[at] = '\0';
    return out;
}

static size_t character(const char *p, size_t n)
{
    for (size_t len = 1; len <= 4 && len <= n; len++)
        if (ra_utf8_valid(p, len))
            return len;
    return 0;
}

/* C0, DEL and C1: what a terminal may take for a command. */
static bool is_control(const char *p, size_t len)
{
    unsigned char c = (unsigned char)p[0];

    return (len == 1 && (c < 0x20 || c == 0x7F)) ||
           (len == 2 && c == 0xC2 && (unsigned char)p[1] < 0xA0);
}

/* What turns the direction of writing round, or breaks a line: a name could make the line around it
 * read otherwise. 0 for everything else. */
static unsigned turner(const char *p, size_t len)
{
    const unsigned char *u = (const unsigned char *)p;
    unsigned c = 0;

    if (len == 2)
        c = (u[0] & 0x1FU) << 6 | (u[1] & 0x3FU);
    else if (len == 3)
        c = (u[0] & 0x0FU) << 12 | (u[1] & 0x3FU) << 6 | (u[2] & 0x3FU);
    return c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
                   (c >= 0x2066 && c <= 0x2069)
               ? c
               : 0;
}

void ra_layout_safe(struct ra_buf *out, struct ra_str s)
{
    for (size_t i = 0, len; i < s.n; i += len ? len : 1) {
        len = character(s.p + i, s.n - i);
        if (len == 0)
            ra_buf_putc(out, '?');
        else if (is_control(s.p + i, len))
            ra_buf_printf(out, "\\%02X", (unsigned char)s.p[i + len - 1]);
        else if (turner(s.p + i, len))
            ra_buf_printf(out, "\\u%04X", turner(s.p + i, len));
        else
            ra_buf_put(out, s.p + i, len);
    }
}

char *ra_shell_word(const char *z)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:,+@%=";
    struct ra_buf b;
    char *word;

    if (!z || (*z && strspn(z, plain) == strlen(z)))
        return z ? ra_strdup(z) : NULL;
    ra_buf_init(&b, TEXT_MAX);
    ra_buf_putc(&b, '\'');
    for (; *z; z++)
        if (*z == '\'')
            ra_buf_puts(&b, "'\\''");
        else
            ra_buf_putc(&b, *z);
    ra_buf_putc(&b, '\'');
    word = ra_strdup(ra_buf_z(&b));
    ra_buf_free(&b);
    return word;
}

static size_t columns_of(const char *p, size_t n)
{
    size_t columns = 0;

    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)p[i] & 0xC0) != 0x80;
    return columns;
}

static void paragraph(unsigned width, const char *first, const char *text, struct ra_buf *out)
{
    size_t indent = columns_of(first, strlen(first)), at = indent;
    bool fresh = true;

    ra_buf_puts(out, first);
    while (*text) {
        size_t word = strcspn(text, " "), columns = columns_of(text, word);
        if (!fresh && width && at + 1 + columns > width) {
            ra_buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
            fresh = true;
        }
        if (!fresh) {
            ra_buf_putc(out, ' ');
            at++;
        }
        ra_buf_put(out, text, word);
        at += columns;
        fresh = false;
        text += word;
        text += strspn(text, " ");
    }
    ra_buf_putc(out, '\n');
}

void ra_layout_paragraph(const struct ra_report_style *style, const char *first, struct ra_str text,
                         struct ra_buf *out)
{
    struct ra_buf safe;

    ra_buf_init(&safe, TEXT_MAX);
    ra_layout_safe(&safe, text);
    paragraph(style->width, first, ra_buf_z(&safe), out);
    ra_buf_free(&safe);
}

void ra_layout_paragraph_z(const struct ra_report_style *style, const char *first, const char *text,
                           struct ra_buf *out)
{
    ra_layout_paragraph(style, first, ra_str(text), out);
}

void ra_layout_colour(const struct ra_report_style *style, enum ra_colour colour, const char *text,
                      struct ra_buf *out)
{
    static const char *const codes[] = {"", "1", "1;32", "1;33", "1;31", "2"};

    if (style->colour && colour != RA_PLAIN)
        ra_buf_printf(out, "\033[%sm%s\033[0m", codes[colour], text);
    else
        ra_buf_puts(out, text);
}

/* ---- tables ---- */

struct ra_table {
    struct libscols_table *tb;
    struct libscols_line *line;
    size_t cell;
    bool headings;
};

/* libsmartcols wraps anywhere in a word; a sentence is broken between words. */
static size_t widest(const struct libscols_column *cl, const char *data, void *ctx)
{
    (void)cl;
    (void)ctx;
    return columns_of(data, strlen(data));
}

static char *next_part(const struct libscols_column *cl, char *data, void *ctx)
{
    size_t width = scols_column_get_width(cl), at = 0;
    char *space = NULL;

    (void)ctx;
    for (char *p = data; *p; p++) {
        if (((unsigned char)*p & 0xC0) != 0x80 && at++ == width && space) {
            *space = '\0';
            return space + 1;
        }
        if (*p == ' ')
            space = p;
    }
    return NULL;
}

struct ra_table *ra_table_new(const struct ra_report_style *style)
{
    struct ra_table *t = ra_calloc(1, sizeof *t);

    t->tb = scols_new_table();
    if (!t->tb)
        ra_die("out of memory (a table)");
    scols_table_enable_noencoding(t->tb, 1); /* cells are made safe before they get here */
    scols_table_set_termforce(t->tb, style->width ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    scols_table_set_termwidth(t->tb, style->width > 4 ? style->width - 2 : 200);
    scols_table_set_column_separator(t->tb, "  ");
    return t;
}

void ra_table_column(struct ra_table *t, const char *name, int how)
{
    int flags = (how & RA_COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0) |
                (how & (RA_COLUMN_WRAP | RA_COLUMN_LINES) ? SCOLS_FL_WRAP : 0);

    struct libscols_column *cl =
        scols_table_new_column(t->tb, name, how & RA_COLUMN_WRAP ? 0.9 : 0, flags);

    if (!cl)
        ra_die("out of memory (a table)");
    t->headings = t->headings || *name;
    if (how & RA_COLUMN_LINES)
        scols_column_set_wrapfunc(cl, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
    else if (how & RA_COLUMN_WRAP)
        scols_column_set_wrapfunc(cl, widest, next_part, NULL);
}

void ra_table_row(struct ra_table *t)
{
    t->line = scols_table_new_line(t->tb, NULL);
    t->cell = 0;
    if (!t->line)
        ra_die("out of memory (a table)");
}

void ra_table_cell(struct ra_table *t, struct ra_str s)
{
    struct ra_buf safe;

    ra_buf_init(&safe, TEXT_MAX);
    ra_layout_safe(&safe, s);
    if (scols_line_set_data(t->line, t->cell++, ra_buf_z(&safe)) != 0)
        ra_die("out of memory (a table)");
    ra_buf_free(&safe);
}

/* How many bytes of the text go on one line of so many columns. */
static size_t line_of(const char *text, unsigned columns)
{
    size_t at = 0, best = 0, used = 0;

    while (text[at]) {
        size_t len = character(text + at, strlen(text + at));
        len = len ? len : 1;
        if (used++ == columns)
            return best > columns / 2 ? best : at;
        at += len;
        if (text[at - 1] == ' ' || text[at - 1] == ',')
            best = at;
    }
    return at;
}

void ra_table_cell_lines(struct ra_table *t, struct ra_str s, unsigned columns)
{
    struct ra_buf safe, lines;
    const char *rest;

    ra_buf_init(&safe, TEXT_MAX);
    ra_buf_init(&lines, TEXT_MAX);
    ra_layout_safe(&safe, s);
    for (rest = ra_buf_z(&safe); *rest;) {
        size_t n = columns ? line_of(rest, columns) : strlen(rest);
        ra_buf_put(&lines, rest, n);
        rest += n;
        if (*rest)
            ra_buf_putc(&lines, '\n');
    }
    if (scols_line_set_data(t->line, t->cell++, ra_buf_z(&lines)) != 0)
        ra_die("out of memory (a table)");
    ra_buf_free(&safe);
    ra_buf_free(&lines);
}

void ra_table_cell_z(struct ra_table *t, const char *z)
{
    ra_table_cell(t, ra_str(z));
}

/* Indented, and without the blanks that fill the last column. */
static void put_lines(const char *text, struct ra_buf *out)
{
    while (*text) {
        size_t n = strcspn(text, "\n"), used = n;
        while (used && text[used - 1] == ' ')
            used--;
        if (used)
            ra_buf_puts(out, "  ");
        ra_buf_put(out, text, used);
        ra_buf_putc(out, '\n');
        text += n + (text[n] == '\n');
    }
}

void ra_table_print(struct ra_table **t, struct ra_buf *out)
{
    char *text = NULL;

    scols_table_enable_noheadings((*t)->tb, !(*t)->headings);
    if (scols_print_table_to_string((*t)->tb, &text) == 0 && text)
        put_lines(text, out);
    free(text);
    scols_unref_table((*t)->tb);
    free(*t);
    *t = NULL;
}
