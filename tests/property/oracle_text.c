#include "tests/property/oracle_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool present(const char *s)
{
    return s && *s;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool same(const char *a, const char *b)
{
    return present(a) && present(b) && !strcmp(a, b);
}

bool starts_folded(const char *s, const char *prefix)
{
    if (!s)
        return false;
    while (*prefix && lower(*s) == lower(*prefix))
        s++, prefix++;
    return !*prefix;
}

bool same_folded(const char *a, const char *b)
{
    return present(a) && present(b) && strlen(a) == strlen(b) && starts_folded(a, b);
}

bool contains(const char *s, const char *part)
{
    return s && strstr(s, part);
}

const char *fold(struct ra_arena *a, const char *s)
{
    if (!present(s))
        return NULL;
    char *folded = ra_arena_copy(a, s, strlen(s));

    for (char *p = folded; *p; p++)
        *p = lower(*p);
    return folded;
}

const char *base64(struct ra_arena *a, const unsigned char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = ra_arena_alloc(a, (n + 2) / 3 * 4 + 1), *t = text;

    for (size_t i = 0; i < n; i += 3) {
        unsigned one = p[i], two = i + 1 < n ? p[i + 1] : 0, three = i + 2 < n ? p[i + 2] : 0;

        *t++ = digits[one >> 2];
        *t++ = digits[(one & 3) << 4 | two >> 4];
        *t++ = i + 1 < n ? digits[(two & 15) << 2 | three >> 6] : '=';
        *t++ = i + 2 < n ? digits[three & 63] : '=';
    }
    *t = 0;
    return text;
}

const char *guid_text(struct ra_arena *a, const unsigned char g[16])
{
    return format(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", g[3],
                  g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13],
                  g[14], g[15]);
}

const char *format(struct ra_arena *a, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = ra_arena_alloc(a, (size_t)n + 1);

    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    return text;
}
