#include "recovery/import/reader.h"

#include "recovery/model/anchor.h"

#include <string.h>

struct ra_str ra_import_trim(struct ra_str s)
{
    while (s.n && strchr(" \t\r\n", s.p[0]))
        s = ra_str_from(s, 1);
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return ra_str_n(s.p, s.n);
}

const char *ra_import_quote(struct ra_str s, char room[96])
{
    size_t n = s.n < 80 ? s.n : 80;

    for (size_t i = 0; i < n; i++)
        room[i] = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F ? '.' : s.p[i];
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    strcpy(room + n, n < s.n ? "..." : "");
    return room;
}

/* A GUID's Base64 is 24 characters with two equals signs at the end, and has one spelling alone;
 * other anchors are strings of a custom attribute, which may be anything but these. */
bool ra_import_is_anchor(struct ra_str s, const char **why)
{
    unsigned char bytes[24];
    size_t n = sizeof bytes;

    *why = "is longer than 256 bytes";
    if (s.n > RA_IMPORT_ANCHOR_MAX)
        return false;
    *why = "is no text in UTF-8 without control characters";
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return false;
    if (!ra_utf8_valid(s.p, s.n))
        return false;
    *why = "is no canonical Base64 of 16 bytes";
    return s.n != 24 || memcmp(s.p + 22, "==", 2) != 0 ||
           (ra_base64_decode(s, bytes, &n) && n == 16);
}

bool ra_import_guid_anchor(struct ra_str text, struct ra_arena *a, struct ra_str *out)
{
    struct ra_guid g;

    if (!ra_guid_parse(text, &g))
        return false;
    *out = ra_anchor_encode(ra_str_n(g.b, sizeof g.b), a);
    return true;
}

bool ra_import_guid_text(struct ra_str s, struct ra_arena *a, struct ra_str *out)
{
    char text[RA_GUID_TEXT];
    struct ra_guid g;
    unsigned char bytes[24];
    size_t n = sizeof bytes;

    if (ra_guid_parse(s, &g))
        ra_guid_text(g.b, text);
    else if (s.n == 24 && ra_base64_decode(s, bytes, &n) && n == 16)
        ra_guid_text(bytes, text);
    else
        return false;
    *out = ra_str_n(ra_arena_copy(a, text, RA_GUID_TEXT - 1), RA_GUID_TEXT - 1);
    return true;
}

bool ra_import_sid_text(struct ra_str s, struct ra_arena *a, struct ra_str *out)
{
    unsigned char bytes[128];
    uint8_t parsed[68];
    char text[RA_SID_TEXT];
    size_t n = sizeof bytes;

    if (ra_sid_parse(s, parsed, &n)) {
        *out = ra_str_n(ra_arena_copy(a, s.p, s.n), s.n);
        return true;
    }
    n = sizeof bytes;
    if (s.n > 160 || !ra_base64_decode(s, bytes, &n) || !ra_sid_text(bytes, n, text))
        return false;
    *out = ra_str_n(ra_arena_copy(a, text, strlen(text)), strlen(text));
    return true;
}

/* Four bytes of length, lowest first, then UTF-16LE, of which a cloud anchor needs ASCII alone. */
static bool unwrap(const unsigned char *p, size_t n, char out[96], size_t *out_n)
{
    size_t length;

    if (n < 4)
        return false;
    length = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    if (length != n - 4 || length % 2 || length / 2 > 96)
        return false;
    for (size_t i = 0; i < length / 2; i++) {
        if (p[5 + 2 * i] || p[4 + 2 * i] < 0x20 || p[4 + 2 * i] > 0x7E)
            return false;
        out[i] = (char)p[4 + 2 * i];
    }
    *out_n = length / 2;
    return true;
}

bool ra_import_cloud_anchor(struct ra_str s, bool base64, struct ra_arena *a, struct ra_str *id)
{
    unsigned char bytes[256];
    char text[96];
    size_t n = sizeof bytes, text_n;
    long under;

    if (base64) {
        if (s.n > 320 || !ra_base64_decode(s, bytes, &n) || !unwrap(bytes, n, text, &text_n))
            return false;
        s = ra_str_n(text, text_n);
    }
    under = ra_str_last(s, '_');
    return under > 0 && ra_import_guid_text(ra_str_from(s, (size_t)under + 1), a, id) &&
           s.n - (size_t)under - 1 == RA_GUID_TEXT - 1;
}

bool ra_import_kind(struct ra_str type, enum ra_kind *out)
{
    static const struct {
        struct ra_str name;
        enum ra_kind kind;
    } kinds[] = {
        {{"user", 4}, RA_USER},       {{"inetOrgPerson", 13}, RA_USER},
        {{"person", 6}, RA_USER},     {{"group", 5}, RA_GROUP},
        {{"contact", 7}, RA_CONTACT}, {{"orgContact", 10}, RA_CONTACT},
        {{"device", 6}, RA_DEVICE},   {{"computer", 8}, RA_DEVICE},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (ra_str_eq_fold(type, kinds[i].name)) {
            *out = kinds[i].kind;
            return true;
        }
    return false;
}
