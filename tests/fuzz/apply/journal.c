/* Any bytes as a journal: as they are, and as lines that are given the checksums that they should
 * have, so that what is behind the checksums is reached too. What is whole must decode again to as
 * much. */
#include "recovery/apply/journal_form.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void decode(struct ra_str bytes)
{
    struct ra_batch b, again;
    struct ra_err err = {0};
    size_t whole = 0, same = 0;

    if (ra_batch_decode(bytes, "journal", &b, &whole, &err) != 0)
        return;
    if (whole > bytes.n ||
        ra_batch_decode(ra_str_n(bytes.p, whole), "journal", &again, &same, &err) != 0 ||
        same != whole || again.n != b.n || again.ended != b.ended)
        abort();
    ra_batch_free(&again);
    ra_batch_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_str rest = ra_str_n(data, size);
    char sum[RA_SUM_TEXT] = "", next[RA_SUM_TEXT];
    struct ra_buf out;

    decode(rest);
    ra_buf_init(&out, (size_t)1 << 24);
    while (rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct ra_str line = ra_str_n(rest.p, end ? (size_t)(end - rest.p) : rest.n);
        ra_journal_sum(sum, line, next);
        memcpy(sum, next, sizeof sum);
        ra_buf_printf(&out, "%s ", sum);
        ra_buf_put(&out, line.p, line.n);
        ra_buf_putc(&out, '\n');
        rest = ra_str_from(rest, line.n + (end != NULL));
    }
    decode(ra_str_n(out.p, out.n));
    ra_buf_free(&out);
    return 0;
}
