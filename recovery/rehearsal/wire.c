#include "recovery/rehearsal/wire.h"

#include "src/base/clock.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BLOCK       ((size_t)64 << 10)
#define WORTH_A_ZIP 1024

static const char diagnostic[] = "{\"ServerInfo\":{\"DataCenter\":\"North Europe\",\"Slice\":\"E\","
                                 "\"Ring\":\"4\",\"ScaleUnit\":\"001\",\"RoleInstance\":"
                                 "\"RA0000000000\"}}";

/* A body that is read out piece by piece. */
struct body {
    char *p;
    size_t n;
    size_t cut;   /* the exchange breaks here; n or more: never */
    size_t stall; /* the body waits here */
    int64_t stall_ms;
    bool stalled;
    const volatile bool *stopping;
};

static void wait_in(struct body *b)
{
    int64_t until = ra_monotonic_ms() + b->stall_ms;
    while (!*b->stopping && (!b->stall_ms || ra_monotonic_ms() < until))
        ra_sleep_ms(20);
    b->stalled = true;
}

static ssize_t read_body(void *ctx, uint64_t at, char *to, size_t max)
{
    struct body *b = ctx;
    size_t from = (size_t)at, end = b->n;
    if (from >= b->cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (b->stall < b->n && !b->stalled) {
        if (from >= b->stall)
            wait_in(b);
        else
            end = b->stall;
    }
    if (end > b->cut)
        end = b->cut;
    if (from >= b->n)
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t n = end - from < max ? end - from : max;
    memcpy(to, b->p + from, n);
    return (ssize_t)n;
}

static void free_body(void *ctx)
{
    struct body *b = ctx;
    free(b->p);
    free(b);
}

static bool zip(const struct ra_buf *in, struct ra_buf *out)
{
    z_stream z = {0};
    if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t cap = deflateBound(&z, in->n);
    char *p = ra_malloc(cap);
    z.next_in = (Bytef *)(void *)in->p;
    z.avail_in = (uInt)in->n;
    z.next_out = (Bytef *)(void *)p;
    z.avail_out = (uInt)cap;
    int rc = deflate(&z, Z_FINISH);
    deflateEnd(&z);
    ra_buf_init(out, cap);
    if (rc == Z_STREAM_END)
        ra_buf_put(out, p, z.total_out);
    free(p);
    return rc == Z_STREAM_END;
}

static struct MHD_Response *from_body(const struct ra_sim_request *q, const struct ra_buf *bytes,
                                      const volatile bool *stopping)
{
    enum ra_sim_fault_kind fault = q->faults.kind;
    struct body *b = ra_calloc(1, sizeof(*b));
    size_t half = q->faults.bytes >= 0 ? (size_t)q->faults.bytes : bytes->n / 2;
    if (half > bytes->n)
        half = bytes->n;
    b->p = ra_malloc(bytes->n + 1);
    memcpy(b->p, bytes->p ? bytes->p : "", bytes->n);
    b->n = bytes->n;
    b->cut = fault == RA_FAULT_CUT ? half : SIZE_MAX;
    b->stall = fault == RA_FAULT_STALL ? half : SIZE_MAX;
    b->stall_ms = q->faults.ms;
    b->stopping = stopping;
    if (fault == RA_FAULT_GZIP_CUT)
        b->n = half;
    return MHD_create_response_from_callback(q->faults.length ? b->n : MHD_SIZE_UNKNOWN, BLOCK,
                                             read_body, b, free_body);
}

static void graph_headers(struct MHD_Response *m, const struct ra_sim_request *q,
                          const struct ra_sim_reply *a)
{
    char units[16];
    MHD_add_response_header(m, "Cache-Control", "no-cache");
    MHD_add_response_header(m, "Vary", "Accept-Encoding");
    MHD_add_response_header(m, "Strict-Transport-Security", "max-age=31536000");
    MHD_add_response_header(m, "x-ms-ags-diagnostic", diagnostic);
    if (a->status < 300) {
        snprintf(units, sizeof(units), "%d", a->resource_units);
        MHD_add_response_header(m, "OData-Version", "4.0");
        MHD_add_response_header(m, "x-ms-resource-unit", units);
    }
    MHD_add_response_header(m, "request-id", q->request_id);
    MHD_add_response_header(m, "client-request-id",
                            q->client_request_id ? q->client_request_id : q->request_id);
}

static void headers(struct MHD_Response *m, const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    if (a->graph)
        graph_headers(m, q, a);
    if (a->body.n)
        MHD_add_response_header(m, "Content-Type", a->content_type);
    if (a->location.n)
        MHD_add_response_header(m, "Location", ra_buf_z(&a->location));
    for (size_t i = 0; i < a->headers; i++)
        MHD_add_response_header(m, a->header[i].name, a->header[i].value);
}

struct MHD_Response *ra_sim_wire(const struct ra_sim_request *q, struct ra_sim_reply *a,
                                 const volatile bool *stopping)
{
    struct ra_buf zipped = {0};
    enum ra_sim_fault_kind f = q->faults.kind;
    bool spoiled = f == RA_FAULT_CUT || f == RA_FAULT_STALL || f == RA_FAULT_GZIP_CUT;
    bool gzip = a->graph && q->gzip && a->body.n >= WORTH_A_ZIP && zip(&a->body, &zipped);
    const struct ra_buf *bytes = gzip ? &zipped : &a->body;
    struct MHD_Response *m;
    if (a->graph && a->body.n && (a->status == 200 || spoiled))
        m = from_body(q, bytes, stopping); /* graph 11: the service streams, chunked */
    else
        m = MHD_create_response_from_buffer(bytes->n, bytes->p, MHD_RESPMEM_MUST_COPY);
    headers(m, q, a);
    if (gzip)
        MHD_add_response_header(m, "Content-Encoding", "gzip");
    ra_buf_free(&zipped);
    return m;
}
