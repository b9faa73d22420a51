#include "recovery/report/fixes.h"

#include "recovery/report/outputs.h"
#include "src/base/ident.h"

#include <stdlib.h>
#include <string.h>

/*
 * fixes.ldif: change records of RFC 2849 that both ldapmodify and ldifde take as they stand. A
 * record to be confirmed is the same text behind "# ".
 */
#define COLUMNS 76

/* ---- lines ---- */

/* Folded as the RFC says: a line that goes on begins with a space. */
static void line(struct ra_fixes *l, const char *text, size_t n)
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

void ra_fixes_line(struct ra_fixes *l, const char *z)
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

void ra_fixes_value(struct ra_fixes *l, const char *name, struct ra_str v, bool binary)
{
    bool plain = !binary && safe(v);
    size_t start = strlen(name) + 3, n = start + ra_base64_size(v.n) + v.n;
    char *text = ra_malloc(n + 1);

    if (plain) {
        snprintf(text, n, "%s: ", name);
        if (v.n)
            memcpy(text + start - 1, v.p, v.n);
        line(l, text, start - 1 + v.n);
    } else {
        snprintf(text, n, "%s:: ", name);
        ra_base64(v.p, v.n, text + start);
        ra_fixes_line(l, text);
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
void ra_fixes_paragraph(struct ra_fixes *l, struct ra_str text)
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

void ra_fixes_note(struct ra_fixes *l, const char *z)
{
    if (*z)
        ra_fixes_paragraph(l, ra_str(z));
    else
        ra_buf_puts(&l->out, "#\n");
}

void ra_fixes_pair(struct ra_fixes *l, const char *what, struct ra_str v)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_puts(&b, what);
    ra_buf_put(&b, v.p, v.n);
    ra_fixes_paragraph(l, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

/* ---- records ---- */

/* The values of a record are octets unless they can stand as text. */
static void octets(struct ra_fixes *l, const char *attribute, struct ra_str v)
{
    bool guid = ra_str_eq_fold(ra_str(attribute), RA_STR("mS-DS-ConsistencyGuid"));

    ra_fixes_value(l, attribute, v, guid);
}

void ra_fixes_change(struct ra_fixes *l, struct ra_str dn, const char *attribute,
                     struct ra_str have, struct ra_str want)
{
    ra_fixes_value(l, "dn", dn, false);
    ra_fixes_line(l, "changetype: modify");
    if (!ra_str_absent(have)) {
        ra_fixes_value(l, "delete", ra_str(attribute), false);
        octets(l, attribute, have);
        ra_fixes_line(l, "-");
    }
    ra_fixes_value(l, "add", ra_str(attribute), false);
    octets(l, attribute, want);
    ra_fixes_line(l, "-");
}
