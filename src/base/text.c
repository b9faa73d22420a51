#include "src/base/text.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

struct ra_str ra_str(const char *z)
{
    return z ? (struct ra_str){z, strlen(z)} : (struct ra_str){NULL, 0};
}

/* ra_fold on eight bytes at once. In seven bits, adding what carries 'A' or what is behind 'Z' over
 * into the eighth tells which bytes are past it; those that have an eighth bit of their own are no
 * letters. */
static uint64_t fold8(uint64_t x)
{
    const uint64_t each = 0x0101010101010101, low = x & each * 0x7F;
    uint64_t from_a = low + each * (0x80 - 'A'), past_z = low + each * (0x7F - 'Z');

    return x | ((from_a & ~past_z & ~x & each * 0x80) >> 2);
}

void ra_fold_into(char *to, const char *from, size_t n)
{
    size_t i = 0;

    for (uint64_t x; n - i >= sizeof x; i += sizeof x) {
        memcpy(&x, from + i, sizeof x);
        x = fold8(x);
        memcpy(to + i, &x, sizeof x);
    }
    for (; i < n; i++)
        to[i] = ra_fold(from[i]);
}

static bool same_fold(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ra_fold(a[i]) != ra_fold(b[i]))
            return false;
    return true;
}

bool ra_str_eq_fold(struct ra_str a, struct ra_str b)
{
    return a.n == b.n && same_fold(a.p, b.p, a.n);
}

int ra_str_cmp_fold(struct ra_str a, struct ra_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;

    for (size_t i = 0; i < n; i++) {
        int d = (unsigned char)ra_fold(a.p[i]) - (unsigned char)ra_fold(b.p[i]);
        if (d)
            return d;
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool ra_str_starts_fold(struct ra_str s, struct ra_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || (((s.p[0] ^ prefix.p[0]) & ~0x20) == 0 &&
                                                 same_fold(s.p, prefix.p, prefix.n)));
}

bool ra_str_ends_fold(struct ra_str s, struct ra_str suffix)
{
    return s.n >= suffix.n && same_fold(s.p + (s.n - suffix.n), suffix.p, suffix.n);
}

bool ra_str_contains(struct ra_str s, struct ra_str part)
{
    return part.n == 0 || (s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL);
}

long ra_str_last(struct ra_str s, char c)
{
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == c)
            return (long)i;
    return -1;
}

/* The length of the UTF-8 sequence at p, or 0 where there is none (RFC 3629, table 3-7 of Unicode).
 */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t len;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n < len)
        return 0;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xF0)
        low = 0x90;
    if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool ra_utf8_valid(const void *p, size_t n)
{
    const unsigned char *s = p;

    for (size_t i = 0, len; i < n; i += len) {
        len = utf8_sequence(s + i, n - i);
        if (!len)
            return false;
    }
    return true;
}

bool ra_parse_uint(struct ra_str s, unsigned long long *out)
{
    unsigned long long v = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned)(s.p[i] - '0');
        if (d > 9 || v > (ULLONG_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}

bool ra_parse_int(struct ra_str s, long long *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    unsigned long long v;

    if (!ra_parse_uint(negative ? ra_str_from(s, 1) : s, &v))
        return false;
    if (v > (unsigned long long)LLONG_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (long long)(0 - v) : (long long)v;
    return true;
}

#define NEAREST_MAX 64

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1], na = strlen(a), nb = strlen(b);

    if (na > NEAREST_MAX || nb > NEAREST_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t swap = diagonal + (ra_fold(a[i - 1]) != ra_fold(b[j - 1]));
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best < swap ? best : swap;
        }
    }
    return row[nb];
}

const char *ra_nearest(const char *word, const char *const *names)
{
    size_t best = strlen(word) / 2 + 1;
    const char *nearest = NULL;

    for (; *names; names++) {
        size_t d = edit_distance(word, *names);
        if (d < best) {
            best = d;
            nearest = *names;
        }
    }
    return nearest;
}
