#include "src/graph/gzip.h"

#include "src/base/mem.h"

#include <libdeflate.h>
#include <string.h>

enum { RATIO_MAX = 1032, ROOM_MIN = 4096, TRAILER = 4 };

/* What the last four bytes say, as far as deflate can have made it of so little; memory that is not
 * touched costs nothing. */
static size_t guess(struct ra_str packed)
{
    unsigned char b[TRAILER] = {0};
    size_t said;

    if (packed.n >= TRAILER)
        memcpy(b, packed.p + packed.n - TRAILER, TRAILER);
    said = (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
    if (said / RATIO_MAX > packed.n)
        said = 0;
    return said < ROOM_MIN ? ROOM_MIN : said;
}

/* A gzip may be several of them, one behind the other. */
static bool open_one(struct libdeflate_decompressor *d, struct ra_str *packed, struct ra_buf *out)
{
    size_t room = guess(*packed), most = out->max - out->n, in = 0, got = 0;
    enum libdeflate_result result;

    do {
        if (room > most)
            room = most;
        ra_buf_reserve(out, room);
        result = libdeflate_gzip_decompress_ex(d, packed->p, packed->n, out->p + out->n, room, &in,
                                               &got);
        out->overflow = result == LIBDEFLATE_INSUFFICIENT_SPACE && room == most;
        room *= 2;
    } while (result == LIBDEFLATE_INSUFFICIENT_SPACE && !out->overflow);
    if (result != LIBDEFLATE_SUCCESS)
        return false;
    out->n += got;
    *packed = ra_str_from(*packed, in);
    return true;
}

bool ra_gzip_open(struct ra_str packed, struct ra_buf *out)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    bool good = true;

    if (!d)
        ra_die("out of memory (libdeflate)");
    while (good && packed.n > 0)
        good = open_one(d, &packed, out);
    libdeflate_free_decompressor(d);
    return good;
}
