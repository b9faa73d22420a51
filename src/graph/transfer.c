#include "src/graph/transfer.h"

#include "src/base/clock.h"
#include "src/base/ident.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_SECONDS = 30, IDENTITY_CONNECT_SECONDS = 3, TRY_SECONDS = 600, STALL_BYTES = 1 };
enum { UNITS_MAX = 1000 };

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;

    return ra_buf_put(&r->in.body, p, size * n) ? size * n : 0;
}

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

static void clear_answer(struct ra_answer *in, bool body)
{
    if (body)
        ra_buf_clear(&in->body);
    in->status = 0;
    in->retry_after_ms = -1;
    in->units = 0;
    in->permille = 0;
    in->request_id[0] = in->claims[0] = in->location[0] = '\0';
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

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;
    struct ra_str line = ra_str_n(p, size * n), value;

    while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
        line.n--;
    if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0)
        clear_answer(&r->in, false); /* an interim answer's headers are not the answer's */
    else if (header_is(line, "retry-after", &value))
        r->in.retry_after_ms = ra_retry_after_ms(value, ra_now());
    else if (header_is(line, "request-id", &value))
        keep(r->in.request_id, sizeof r->in.request_id, value);
    else if (header_is(line, "www-authenticate", &value))
        keep_claims(&r->in, value);
    else if (header_is(line, "location", &value))
        keep(r->in.location, sizeof r->in.location, value);
    else
        take_quota(&r->in, line);
    return size * n;
}

static void add(struct ra_request *r, const char *line)
{
    r->headers = curl_slist_append(r->headers, line);
    if (!r->headers)
        abort();
}

static void add_bearer(struct ra_request *r, struct ra_str token)
{
    struct ra_buf line;

    ra_buf_init(&line, RA_URL_MAX * 4);
    ra_buf_puts(&line, "Authorization: Bearer ");
    ra_buf_put(&line, token.p, token.n);
    add(r, ra_buf_z(&line));
    OPENSSL_cleanse(line.p, line.cap);
    ra_buf_free(&line);
}

static void add_headers(struct ra_request *r, const struct ra_transfer_setup *s)
{
    struct ra_guid id;
    char line[64];

    ra_guid_random(&id);
    ra_guid_text(id.b, r->id);
    if (r->flags & RA_HTTP_AUTH)
        add_bearer(r, s->bearer);
    add(r, r->flags & RA_HTTP_TEXT ? "Accept: text/plain" : "Accept: application/json");
    snprintf(line, sizeof line, "client-request-id: %s", r->id);
    add(r, line);
    if (r->flags & RA_HTTP_EVENTUAL)
        add(r, "ConsistencyLevel: eventual");
    if (r->flags & RA_HTTP_JSON)
        add(r, "Content-Type: application/json");
    if (r->flags & RA_HTTP_IDENTITY)
        add(r, "Metadata: true");
    if ((r->flags & RA_HTTP_AUTH) && s->o->low_priority)
        add(r, "x-ms-throttle-priority: low");
    add(r, "Expect:");
}

static void set_limits(CURL *c, struct ra_request *r, const struct ra_transfer_setup *s)
{
    bool identity = (r->flags & RA_HTTP_IDENTITY) != 0;

    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
                     (long)(identity ? IDENTITY_CONNECT_SECONDS : CONNECT_SECONDS));
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TRY_SECONDS);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, s->stall_seconds);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a stop does not wait for a DNS answer */
    curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, r->fresh_line ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 512L * 1024L);
}

static void set_security(CURL *c, const struct ra_request *r, const struct ra_transfer_setup *s)
{
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (s->o->ca_file) { /* instead of the system's, hence not its folder either */
        curl_easy_setopt(c, CURLOPT_CAINFO, s->o->ca_file);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    if (r->flags & RA_HTTP_IDENTITY) {
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
        curl_easy_setopt(c, CURLOPT_PROXY, "");
    } else {
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
        curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
        curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L);
    }
}

static size_t give_body(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;
    size_t left = r->send.n - r->given, take = left < size * n ? left : size * n;

    memcpy(p, r->send.p + r->given, take);
    r->given += take;
    return take;
}

static int no_rewind(void *ctx, curl_off_t offset, int origin)
{
    (void)ctx;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

/* libcurl sends a request again by itself when a kept connection dies without an answer. A body
 * that cannot be rewound keeps it from doing so with a change that may have been carried out. */
static void set_body_once(CURL *c, struct ra_request *r)
{
    r->given = 0;
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(c, CURLOPT_READDATA, r);
    curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, no_rewind);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->send.n);
}

void ra_transfer_prepare(CURL *c, struct ra_request *r, const struct ra_transfer_setup *s)
{
    clear_answer(&r->in, true);
    r->in.body.max = s->answer_max;
    r->curl_error[0] = '\0';
    add_headers(r, s);
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_PRIVATE, r);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "reanchor/" RA_VERSION);
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->curl_error);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
    if (r->flags & RA_HTTP_WRITE)
        set_body_once(c, r);
    else if (r->send.n) {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, ra_buf_z(&r->send));
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->send.n);
    }
    if (r->method)
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    set_limits(c, r, s);
    set_security(c, r, s);
}

void ra_transfer_forget(struct ra_request *r)
{
    for (struct curl_slist *at = r->headers; at; at = at->next)
        OPENSSL_cleanse(at->data, strlen(at->data));
    curl_slist_free_all(r->headers);
    r->headers = NULL;
}
