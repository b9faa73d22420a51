#include "src/graph/transfer.h"

#include "src/base/ident.h"
#include "src/base/mem.h"
#include "src/graph/gzip.h"
#include "src/graph/header.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_SECONDS = 30, IDENTITY_CONNECT_SECONDS = 3, TRY_SECONDS = 600, STALL_BYTES = 1 };
enum { DNS_SECONDS = 60 }; /* an address that failed is asked for anew */

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
    struct ra_request *r = ctx;
    struct ra_buf *to = r->in.encoding == RA_PLAIN ? &r->in.body : &r->in.packed;

    return ra_buf_put(to, p, size * n) ? size * n : 0;
}

/* A secret is not asked for compressed; one that comes so all the same leaves no second copy. */
static bool secret(const struct ra_request *r)
{
    return (r->flags & (RA_HTTP_FORM | RA_HTTP_IDENTITY)) != 0;
}

static CURLcode open_packed(struct ra_request *r)
{
    struct ra_answer *in = &r->in;
    bool good =
        in->encoding == RA_GZIP && ra_gzip_open(ra_str_n(in->packed.p, in->packed.n), &in->body);

    if (secret(r))
        OPENSSL_cleanse(in->packed.p, in->packed.cap);
    if (good)
        return CURLE_OK;
    return in->body.overflow ? CURLE_WRITE_ERROR : CURLE_BAD_CONTENT_ENCODING;
}

CURLcode ra_transfer_end(CURL *c, CURLcode result)
{
    struct ra_request *r = NULL;
    struct ra_answer *in;

    if (curl_easy_getinfo(c, CURLINFO_PRIVATE, &r) != CURLE_OK || !r)
        return CURLE_FAILED_INIT;
    in = &r->in;
    in->body.overflow = in->body.overflow || in->packed.overflow;
    if (result == CURLE_OK && in->packed.n > 0)
        result = open_packed(r);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &in->status);
    if (result == CURLE_OK && r->arrived)
        r->arrived(r);
    return result;
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
        ra_die("out of memory (libcurl)");
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
    if (!secret(r))
        add(r, "Accept-Encoding: gzip");
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

/* An option that was not taken could be the one that keeps others out. Only HTTP/2 and compression
 * may be missing from a library, and a handle that is used again keeps its buffer; the rest fails
 * when memory is short. */
static void must(CURLcode code)
{
    if (code != CURLE_OK)
        ra_die("out of memory (libcurl takes an option no more)");
}

static void set_limits(CURL *c, struct ra_request *r, const struct ra_transfer_setup *s)
{
    bool identity = (r->flags & RA_HTTP_IDENTITY) != 0;

    must(curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
                          (long)(identity ? IDENTITY_CONNECT_SECONDS : CONNECT_SECONDS)));
    must(curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TRY_SECONDS));
    must(curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES));
    must(curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, s->stall_seconds));
    must(curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L));
    must(curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L)); /* a stop does not wait for a DNS answer */
    must(curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L));
    must(curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L));
    must(curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
    must(curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, r->fresh_line ? 1L : 0L));
    must(curl_easy_setopt(c, CURLOPT_DNS_CACHE_TIMEOUT, r->fresh_line ? 0L : (long)DNS_SECONDS));
    (void)curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 512L * 1024L); /* refused while it has a buffer */
}

static void set_security(CURL *c, const struct ra_request *r, const struct ra_transfer_setup *s)
{
    must(curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
    must(curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L));
    must(curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L));
    if (s->o->ca_file) { /* instead of the system's, hence not its folder either */
        must(curl_easy_setopt(c, CURLOPT_CAINFO, s->o->ca_file));
        must(curl_easy_setopt(c, CURLOPT_CAPATH, NULL));
    }
    if (r->flags & RA_HTTP_IDENTITY) {
        must(curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http"));
        must(curl_easy_setopt(c, CURLOPT_PROXY, ""));
    } else {
        must(curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https"));
        (void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
        must(curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L));
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
    must(curl_easy_setopt(c, CURLOPT_UPLOAD, 1L));
    must(curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body));
    must(curl_easy_setopt(c, CURLOPT_READDATA, r));
    must(curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, no_rewind));
    must(curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->send.n));
}

void ra_transfer_prepare(CURL *c, struct ra_request *r, const struct ra_transfer_setup *s)
{
    ra_answer_clear(&r->in);
    ra_buf_clear(&r->in.body);
    r->in.body.max = r->in.packed.max = s->answer_max;
    ra_buf_clear(&r->in.packed);
    r->curl_error[0] = '\0';
    add_headers(r, s);
    curl_easy_reset(c);
    must(curl_easy_setopt(c, CURLOPT_URL, r->url));
    must(curl_easy_setopt(c, CURLOPT_PRIVATE, r));
    must(curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->headers));
    must(curl_easy_setopt(c, CURLOPT_USERAGENT, "reanchor/" RA_VERSION));
    must(curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->curl_error));
    must(curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body));
    must(curl_easy_setopt(c, CURLOPT_WRITEDATA, r));
    must(curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header));
    must(curl_easy_setopt(c, CURLOPT_HEADERDATA, r));
    if (r->flags & RA_HTTP_WRITE)
        set_body_once(c, r);
    else if (r->send.n) {
        must(curl_easy_setopt(c, CURLOPT_POST, 1L));
        must(curl_easy_setopt(c, CURLOPT_POSTFIELDS, ra_buf_z(&r->send)));
        must(curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->send.n));
    }
    if (r->method)
        must(curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method));
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
