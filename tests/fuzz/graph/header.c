/* Any bytes as the head of an answer, line by line as libcurl hands it over, and what is done with
 * what was kept: a challenge goes into the next request for a token, a redirect stays with its
 * host. */
#include "src/graph/header.h"
#include "src/graph/token.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void visible(const char *s, size_t size)
{
    const char *end = memchr(s, '\0', size);

    if (!end)
        abort();
    for (; s < end; s++)
        if (*s <= ' ' || *s >= 0x7F)
            abort();
}

static void challenge(const char *claims)
{
    struct ra_token t = {0};
    struct ra_bearer b = ra_token_bearer(&t);
    struct ra_buf form;

    b.reject(b.ctx, t.generation, claims);
    ra_buf_init(&form, (size_t)1 << 20);
    ra_token_put_claims(&t, &form);
    if (form.n < 7 || memcmp(form.p, "claims=", 7) != 0 || memchr(form.p, '&', form.n))
        abort();
    ra_buf_free(&form);
    free(t.challenge);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ra_answer in;
    struct ra_str rest = {(const char *)data, size};

    ra_answer_clear(&in);
    while (rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) + 1 : rest.n;

        ra_answer_header(&in, ra_str_n(rest.p, n));
        rest = ra_str_from(rest, n);
    }
    visible(in.request_id, sizeof in.request_id);
    visible(in.claims, sizeof in.claims);
    visible(in.location, sizeof in.location);
    if (in.retry_after_ms < -1 || in.permille < 0)
        abort();
    challenge(in.claims);
    return 0;
}
