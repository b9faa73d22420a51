/* Any bytes as the compressed body of an answer; and any bytes compressed, whole and cut short. */
#include "src/graph/gzip.h"
#include "tests/fuzz/fuzz.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 1 << 16 };

static bool open_body(struct ra_str packed, struct ra_buf *out)
{
    ra_buf_init(out, BODY_MAX);
    bool good = ra_gzip_open(packed, out);

    if (out->n > BODY_MAX || (good && out->overflow))
        abort();
    return good;
}

static void opens_as(struct ra_str packed, struct ra_str wanted)
{
    struct ra_buf out;
    bool fits = wanted.n <= BODY_MAX;

    if (open_body(packed, &out) != fits)
        abort();
    if (fits && (out.n != wanted.n || (out.n && memcmp(out.p, wanted.p, out.n) != 0)))
        abort();
    ra_buf_free(&out);
}

static void stays_shut(struct ra_str packed)
{
    struct ra_buf out;

    if (open_body(packed, &out))
        abort();
    ra_buf_free(&out);
}

static void there_and_back(struct ra_str plain)
{
    static char room[2 * BODY_MAX];
    static struct libdeflate_compressor *c;
    size_t n;

    if (!c)
        c = libdeflate_alloc_compressor(1);
    n = c ? libdeflate_gzip_compress(c, plain.p, plain.n, room, sizeof room) : 0;
    if (n == 0)
        return; /* larger than room */
    opens_as(ra_str_n(room, n), plain);
    stays_shut(ra_str_n(room, n - 1));
    if (plain.n)
        stays_shut(ra_str_n(room, 1 + (unsigned char)plain.p[0] % (n - 1)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_str bytes = {(const char *)data, size};
    struct ra_buf out;

    open_body(bytes, &out);
    ra_buf_free(&out);
    there_and_back(bytes);
    return 0;
}
