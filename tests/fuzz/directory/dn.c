/* Any bytes as a DN: a key of whole RDNs, or none and the buffer untouched. */
#include "src/directory/directory.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_buf key;
    bool ok;

    ra_buf_init(&key, (size_t)1 << 20);
    ra_buf_puts(&key, "x");
    ok = ra_dn_key((struct ra_str){(const char *)data, size}, &key);
    if ((!ok && key.n != 1) || (ok && key.n > 1 && key.p[key.n - 1] != '\0'))
        abort();
    ra_buf_free(&key);
    return 0;
}
