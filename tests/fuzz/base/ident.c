/* Any bytes as an identifier: what is read can be written and read again to the same. */
#include "src/base/ident.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void guid(struct ra_str s)
{
    struct ra_guid a, b;
    char text[RA_GUID_TEXT];

    if (!ra_guid_parse(s, &a))
        return;
    ra_guid_text(a.b, text);
    if (!ra_guid_parse(ra_str(text), &b) || !ra_guid_eq(&a, &b))
        abort();
}

static void sid(struct ra_str s)
{
    char text[RA_SID_TEXT];
    uint8_t bytes[68];
    size_t n;

    if (ra_sid_text(s.p, s.n, text) &&
        (!ra_sid_parse(ra_str(text), bytes, &n) || n != s.n || memcmp(bytes, s.p, n) != 0))
        abort();
    if (ra_sid_parse(s, bytes, &n) && (n > sizeof bytes || !ra_sid_text(bytes, n, text)))
        abort();
}

static void base64(struct ra_str s)
{
    size_t n = s.n;
    char *bytes = malloc(s.n + 1), *text = malloc(ra_base64_size(s.n));

    if (!bytes || !text)
        abort();
    if (ra_base64_decode(s, bytes, &n)) {
        ra_base64(bytes, n, text);
        if (!ra_str_eq(ra_str(text), s))
            abort();
    }
    free(bytes);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_str s = ra_str_n(data, size);
    unsigned long long u;
    long long i;

    guid(s);
    sid(s);
    base64(s);
    if (ra_parse_uint(s, &u) && u <= 0x7fffffffffffffff && (!ra_parse_int(s, &i) || i < 0))
        abort();
    return 0;
}
