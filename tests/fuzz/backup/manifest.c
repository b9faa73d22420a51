/* Any bytes as a manifest: refused with a message, or read so that writing gives what is read the
 * same once more. */
#include "recovery/backup/intern.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void encode(const struct ra_backup_manifest *m, struct ra_buf *out)
{
    ra_buf_init(out, RA_BACKUP_MANIFEST_MAX);
    if (ra_manifest_encode_line(m, out, NULL) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_backup_manifest m, again;
    struct ra_err err = {0};
    struct ra_buf first, second;

    if (ra_manifest_decode(ra_str_n(data, size), &m, &err) != 0) {
        if (err.code != RA_EINTEGRITY || !err.msg[0])
            abort();
        return 0;
    }
    encode(&m, &first);
    if (ra_manifest_decode((struct ra_str){first.p, first.n}, &again, &err) != 0)
        abort();
    encode(&again, &second);
    if (first.n != second.n || memcmp(first.p, second.p, first.n) != 0)
        abort();
    ra_buf_free(&first);
    ra_buf_free(&second);
    ra_backup_manifest_free(&m);
    ra_backup_manifest_free(&again);
    return 0;
}
