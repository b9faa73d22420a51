#include "src/base/json.h"

#include <math.h>
#include <string.h>

void ra_json_init(struct ra_json *j, struct ra_buf *out)
{
    *j = (struct ra_json){.out = out};
}

static void before_value(struct ra_json *j)
{
    if (j->comma)
        ra_buf_putc(j->out, ',');
    j->comma = true;
}

static void open_bracket(struct ra_json *j, char c)
{
    before_value(j);
    ra_buf_putc(j->out, c);
    j->comma = false;
}

static void close_bracket(struct ra_json *j, char c)
{
    ra_buf_putc(j->out, c);
    j->comma = true;
}

void ra_json_object(struct ra_json *j)
{
    open_bracket(j, '{');
}

void ra_json_object_end(struct ra_json *j)
{
    close_bracket(j, '}');
}

void ra_json_array(struct ra_json *j)
{
    open_bracket(j, '[');
}

void ra_json_array_end(struct ra_json *j)
{
    close_bracket(j, ']');
}

void ra_json_key_str(struct ra_json *j, struct ra_str key)
{
    before_value(j);
    ra_json_escape(j->out, key);
    ra_buf_putc(j->out, ':');
    j->comma = false;
}

void ra_json_key(struct ra_json *j, const char *key)
{
    ra_json_key_str(j, ra_str(key));
}

void ra_json_str(struct ra_json *j, struct ra_str s)
{
    if (ra_str_absent(s)) {
        ra_json_null(j);
        return;
    }
    before_value(j);
    ra_json_escape(j->out, s);
}

void ra_json_z(struct ra_json *j, const char *z)
{
    if (!z) {
        ra_json_null(j);
        return;
    }
    before_value(j);
    ra_json_escape(j->out, ra_str(z));
}

void ra_json_int(struct ra_json *j, long long v)
{
    before_value(j);
    ra_buf_printf(j->out, "%lld", v);
}

void ra_json_real(struct ra_json *j, double v)
{
    if (!isfinite(v)) {
        ra_json_null(j);
        return;
    }
    before_value(j);
    if (!ra_buf_printf(j->out, "%.2f", v))
        return;
    while (j->out->p[j->out->n - 1] == '0')
        j->out->n--;
    if (j->out->p[j->out->n - 1] == '.')
        j->out->n--;
}

void ra_json_bool(struct ra_json *j, bool v)
{
    before_value(j);
    ra_buf_puts(j->out, v ? "true" : "false");
}

void ra_json_null(struct ra_json *j)
{
    before_value(j);
    ra_buf_puts(j->out, "null");
}

void ra_json_raw(struct ra_json *j, struct ra_str json)
{
    before_value(j);
    ra_buf_put(j->out, json.p, json.n);
}

static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != 0x7F;
}

static void escape_one(struct ra_buf *out, unsigned char c)
{
    static const char with[] = "\b\f\n\r\t\"\\", letter[] = "bfnrt\"\\";
    const char *at = c ? strchr(with, c) : NULL;

    if (at)
        ra_buf_printf(out, "\\%c", letter[at - with]);
    else
        ra_buf_printf(out, "\\u%04x", c);
}

/* How many bytes from p on are one character of UTF-8 past ASCII, or 0. */
static size_t wide(const char *p, size_t n)
{
    for (size_t len = 2; len <= 4 && len <= n; len++)
        if (ra_utf8_valid(p, len))
            return len;
    return 0;
}

void ra_json_escape(struct ra_buf *out, struct ra_str s)
{
    ra_buf_putc(out, '"');
    for (size_t i = 0; i < s.n;) {
        size_t run = i, len;
        while (run < s.n && plain((unsigned char)s.p[run]))
            run++;
        ra_buf_put(out, s.p + i, run - i);
        i = run;
        if (i == s.n)
            break;
        if ((unsigned char)s.p[i] < 0x80) {
            escape_one(out, (unsigned char)s.p[i++]);
            continue;
        }
        len = wide(s.p + i, s.n - i);
        if (len)
            ra_buf_put(out, s.p + i, len);
        else
            ra_buf_puts(out, "\xEF\xBF\xBD");
        i += len ? len : 1;
    }
    ra_buf_putc(out, '"');
}

void ra_csv_field(struct ra_buf *out, struct ra_str s)
{
    bool quote = false;

    for (size_t i = 0; i < s.n && !quote; i++) {
        char c = s.p[i];
        quote = c == ',' || c == '"' || c == '\r' || c == '\n' || c == ';' || c == '\t';
    }
    if (quote)
        ra_buf_putc(out, '"');
    if (s.n && strchr("=+-@\t\r", s.p[0]) != NULL && s.p[0] != '\0')
        ra_buf_putc(out, '\'');
    for (size_t i = 0; i < s.n;) { /* up to each quote, which is doubled */
        const char *at = memchr(s.p + i, '"', s.n - i);
        size_t run = at ? (size_t)(at - s.p) + 1 - i : s.n - i;
        ra_buf_put(out, s.p + i, run);
        if (at)
            ra_buf_putc(out, '"');
        i += run;
    }
    if (quote)
        ra_buf_putc(out, '"');
}
