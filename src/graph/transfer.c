#include "src/graph/transfer.h"

#include "src/base/ident.h"
#include "src/graph/header.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_SECONDS = 30, IDENTITY_CONNECT_SECONDS = 3, TRY_SECONDS = 600, STALL_BYTES = 1 };

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;

    return ra_buf_put(&r->in.body, p, size * n) ? size * n : 0;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;

    ra_answer_header(&r->in, ra_str_n(p, size * n));
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
    ra_answer_clear(&r->in);
    ra_buf_clear(&r->in.body);
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
