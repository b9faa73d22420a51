/* Any bytes as what stands around the data: Graph's error body, the sign-in service's, Retry-After
 * (the first byte says which). Never fails, always ends its strings. */
#include "src/graph/fault.h"
#include "src/graph/retry.h"
#include "src/graph/signin.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void ended(const char *s, size_t size)
{
    if (!memchr(s, '\0', size))
        abort();
}

static void read_fault(const struct ra_answer *in)
{
    struct ra_fault f;
    struct ra_err err = {0};

    ra_fault_read(in, &f);
    ended(f.code, sizeof f.code);
    ended(f.message, sizeof f.message);
    ra_fault_is_page_token(&f);
    if (ra_fault_fail(&err, RA_ESERVER, "fuzz", &f) >= 0 || !err.msg[0])
        abort();
}

static void read_sign_in(const struct ra_answer *in)
{
    struct ra_signin_fault f;
    struct ra_err err = {0};

    ra_signin_fault_read(in, &f);
    ended(f.error, sizeof f.error);
    ended(f.description, sizeof f.description);
    ended(f.trace_id, sizeof f.trace_id);
    if (ra_signin_fail(in, &f, &err) >= 0 || !err.msg[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_answer in = {.status = 400, .retry_after_ms = -1};

    if (size < 1)
        return 0;
    if (data[0] % 3 == 2) {
        if (ra_retry_after_ms((struct ra_str){(const char *)data + 1, size - 1}, 1790000000) < -1)
            abort();
        return 0;
    }
    ra_buf_init(&in.body, (size_t)1 << 24);
    ra_buf_put(&in.body, data + 1, size - 1);
    if (data[0] % 3 == 0)
        read_fault(&in);
    else
        read_sign_in(&in);
    ra_buf_free(&in.body);
    return 0;
}
