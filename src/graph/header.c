#include "src/graph/header.h"

#include "src/base/clock.h"
#include "src/base/ident.h"

#include <string.h>
#include <strings.h>

enum { UNITS_MAX = 1000 };

/* The value of the header when line is of this name. */
static bool header_is(struct ra_str line, const char *name, struct ra_str *value)
{
    size_t n = strlen(name);

    if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
        return false;
    *value = ra_str_from(line, n + 1);
    while (value->n && (*value->p == ' ' || *value->p == '\t'))
        *value = ra_str_from(*value, 1);
    return true;
}

/* Visible ASCII only: what goes into messages and logs. */
static void keep(char *to, size_t cap, struct ra_str value)
{
    size_t n = 0;

    for (size_t i = 0; i < value.n && n + 1 < cap; i++)
        if (value.p[i] > ' ' && value.p[i] < 0x7F)
            to[n++] = value.p[i];
    to[n] = '\0';
}

/* graph 8.7: claims="…" of the Bearer challenge; its fields come in any order, and there may be
 * several WWW-Authenticate headers. */
static void keep_claims(struct ra_answer *in, struct ra_str value)
{
    static const char key[] = "claims=\"";
    const char *at, *end;

    if (!ra_str_contains(value, RA_STR("insufficient_claims")))
        return;
    at = memmem(value.p, value.n, key, sizeof key - 1);
    if (!at)
        return;
    at += sizeof key - 1;
    end = memchr(at, '"', value.n - (size_t)(at - value.p));
    if (end && (size_t)(end - at) < sizeof in->claims)
        keep(in->claims, sizeof in->claims, ra_str_n(at, (size_t)(end - at)));
}

void ra_answer_clear(struct ra_answer *in)
{
    in->status = 0;
    in->retry_after_ms = -1;
    in->units = 0;
    in->permille = 0;
    in->encoding = RA_PLAIN;
    in->request_id[0] = in->claims[0] = in->location[0] = '\0';
}

static enum ra_encoding encoding_of(struct ra_str value)
{
    if (ra_str_eq_fold(value, RA_STR("gzip")) || ra_str_eq_fold(value, RA_STR("x-gzip")))
        return RA_GZIP;
    return ra_str_eq_fold(value, RA_STR("identity")) ? RA_PLAIN : RA_UNKNOWN_ENCODING;
}

/* graph 7.4 */
static void take_quota(struct ra_answer *in, struct ra_str line)
{
    struct ra_str value;
    unsigned long long units;
    char text[16];
    int permille;

    if (header_is(line, "x-ms-resource-unit", &value)) {
        if (ra_parse_uint(value, &units) && units <= UNITS_MAX)
            in->units = (unsigned)units;
    } else if (header_is(line, "x-ms-throttle-limit-percentage", &value)) {
        keep(text, sizeof text, value);
        permille = ra_governor_permille(text);
        in->permille = permille > 0 ? permille : 0;
    }
}

void ra_answer_header(struct ra_answer *in, struct ra_str line)
{
    struct ra_str value;

    while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
        line.n--;
    if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0)
        ra_answer_clear(in); /* an interim answer's headers are not the answer's */
    else if (header_is(line, "retry-after", &value))
        in->retry_after_ms = ra_retry_after_ms(value, ra_now());
    else if (header_is(line, "request-id", &value))
        keep(in->request_id, sizeof in->request_id, value);
    else if (header_is(line, "www-authenticate", &value))
        keep_claims(in, value);
    else if (header_is(line, "content-encoding", &value))
        in->encoding = encoding_of(value);
    else if (header_is(line, "location", &value))
        keep(in->location, sizeof in->location, value);
    else
        take_quota(in, line);
}
