#include "src/base/ident.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where byte i of LDAP's order stands in the text, counted in bytes of the text's hex digits. */
static const uint8_t text_order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

/* The digit's value and one, so that 0 is what is no digit. */
static const uint8_t hex_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

static int hex_digit(char c)
{
    return hex_digits[(unsigned char)c] - 1;
}

bool ra_guid_parse(struct ra_str s, struct ra_guid *out)
{
    uint8_t text[16];
    size_t k = 0;

    if (s.n == 38 && s.p[0] == '{' && s.p[37] == '}')
        s = (struct ra_str){s.p + 1, 36};
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < 36;) {
        int high, low;
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (s.p[i++] != '-')
                return false;
            continue;
        }
        high = hex_digit(s.p[i]);
        low = hex_digit(s.p[i + 1]);
        if (high < 0 || low < 0)
            return false;
        text[k++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    for (size_t i = 0; i < 16; i++)
        out->b[i] = text[text_order[i]];
    return true;
}

void ra_guid_text(const uint8_t bytes[16], char out[RA_GUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    char *o = out;

    for (size_t i = 0; i < 16; i++) {
        uint8_t b = bytes[text_order[i]]; /* the order is its own inverse */
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *o++ = '-';
        *o++ = digits[b >> 4];
        *o++ = digits[b & 15];
    }
    *o = '\0';
}

bool ra_guid_eq(const struct ra_guid *a, const struct ra_guid *b)
{
    return memcmp(a->b, b->b, 16) == 0;
}

void ra_guid_random(struct ra_guid *out)
{
    randombytes_buf(out->b, 16);
    out->b[7] = (uint8_t)((out->b[7] & 0x0F) | 0x40);
    out->b[8] = (uint8_t)((out->b[8] & 0x3F) | 0x80);
}

bool ra_sid_text(const void *p, size_t n, char out[RA_SID_TEXT])
{
    const uint8_t *b = p;
    unsigned long long authority = 0;
    int at;

    if (n < 8 || b[0] != 1 || b[1] > 15 || n != 8 + 4 * (size_t)b[1])
        return false;
    for (size_t i = 2; i < 8; i++)
        authority = authority << 8 | b[i];
    at = snprintf(out, RA_SID_TEXT, "S-1-%llu", authority);
    for (size_t i = 8; i < n; i += 4) {
        uint32_t sub = (uint32_t)b[i] | (uint32_t)b[i + 1] << 8 | (uint32_t)b[i + 2] << 16 |
                       (uint32_t)b[i + 3] << 24;
        at += snprintf(out + at, (size_t)(RA_SID_TEXT - at), "-%u", sub);
    }
    return true;
}

/* The number up to the next dash; moves *s behind it. */
static bool sid_part(struct ra_str *s, unsigned long long max, unsigned long long *out)
{
    size_t len = 0;

    while (len < s->n && s->p[len] != '-')
        len++;
    if (!ra_parse_uint((struct ra_str){s->p, len}, out) || *out > max)
        return false;
    *s = len < s->n ? (struct ra_str){s->p + len + 1, s->n - len - 1} : (struct ra_str){NULL, 0};
    return true;
}

bool ra_sid_parse(struct ra_str s, uint8_t out[68], size_t *n)
{
    unsigned long long v;
    uint8_t subs = 0;

    if (!ra_str_starts_fold(s, RA_STR("S-1-")) || s.p[s.n - 1] == '-')
        return false;
    s = ra_str_from(s, 4);
    if (!sid_part(&s, 0xFFFFFFFFFFFFULL, &v))
        return false;
    out[0] = 1;
    for (int i = 0; i < 6; i++)
        out[2 + i] = (uint8_t)(v >> (40 - 8 * i));
    for (; s.n; subs++) {
        if (subs == 15 || !sid_part(&s, 0xFFFFFFFFULL, &v))
            return false;
        for (int i = 0; i < 4; i++)
            out[8 + 4 * subs + i] = (uint8_t)(v >> (8 * i));
    }
    out[1] = subs;
    *n = 8 + 4 * (size_t)subs;
    return true;
}

size_t ra_base64_size(size_t n)
{
    return (n + 2) / 3 * 4 + 1;
}

void ra_base64(const void *p, size_t n, char *out)
{
    sodium_bin2base64(out, ra_base64_size(n), p, n, sodium_base64_VARIANT_ORIGINAL);
}

/* libsodium takes bytes beyond ASCII for digits where char is signed. */
static bool is_ascii(struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > 127)
            return false;
    return true;
}

bool ra_base64_decode(struct ra_str s, void *out, size_t *n)
{
    const char *end = NULL;
    size_t len;

    if (s.n == 0) {
        *n = 0;
        return true;
    }
    if (!is_ascii(s) ||
        sodium_base642bin(out, *n, s.p, s.n, NULL, &len, &end, sodium_base64_VARIANT_ORIGINAL) !=
            0 ||
        end != s.p + s.n)
        return false;
    *n = len;
    return true;
}
