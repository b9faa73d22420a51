/* Any bytes as the body of a granted sign-in: a token that may stand in a header line, for a time
 * that ends, or a refusal with a message; what was received is wiped either way. */
#include "src/graph/token.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void look_at(const struct ra_secret *s)
{
    struct ra_str text = ra_secret_reveal(s);

    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7F)
            abort();
    if (!text.n)
        abort();
}

static void wiped(const struct ra_buf *b)
{
    for (size_t i = 0; i < b->cap; i++)
        if (b->p[i])
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_token t = {0};
    struct ra_request r = {.in = {.status = 200, .retry_after_ms = -1}};
    struct ra_err err = {0};
    int rc;

    ra_buf_init(&r.in.body, (size_t)1 << 24);
    ra_buf_put(&r.in.body, data, size);
    rc = ra_token_take(&t, &r, &err);
    if (rc > 0 || (rc == 0) != (t.access != NULL) || (rc < 0 && !err.msg[0]))
        abort();
    if (t.access)
        look_at(t.access);
    if (t.refresh)
        look_at(t.refresh);
    wiped(&r.in.body);
    ra_buf_free(&r.in.body);
    ra_secret_free(&t.access);
    ra_secret_free(&t.refresh);
    free(t.challenge);
    return 0;
}
