#include "recovery/rehearsal/http.h"

#include "recovery/rehearsal/wire.h"
#include "src/base/clock.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_BODY   ((size_t)4 << 20)
#define MAX_EXPORT ((size_t)2 << 30)
#define POOL       ((size_t)256 << 10) /* links may carry long tokens */

struct ra_sim_http {
    struct MHD_Daemon *daemon, *imds;
    volatile bool stopping;
};

/* One exchange from its first byte to its last. */
struct exchange {
    struct ra_rehearsal *r;
    char *target;
    struct ra_buf body;
    bool begun;
};

static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)connection;
    struct exchange *x = ra_calloc(1, sizeof(*x));
    x->r = ctx;
    x->target = ra_strdup(uri);
    bool bulk = ra_str_starts_fold(ra_str(uri), RA_STR("/rehearsal/export"));
    ra_buf_init(&x->body, bulk ? MAX_EXPORT : MAX_BODY);
    return x;
}

static void on_done(void *ctx, struct MHD_Connection *connection, void **state,
                    enum MHD_RequestTerminationCode how)
{
    (void)ctx;
    (void)connection;
    (void)how;
    struct exchange *x = *state;
    if (x) {
        free(x->target);
        ra_buf_free(&x->body);
    }
    free(x);
}

static int socket_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    return i ? i->connect_fd : -1;
}

/* The last chunk of a page is short: held back, it would cost a delayed ACK for every page. */
static void on_connection(void *ctx, struct MHD_Connection *c, void **state,
                          enum MHD_ConnectionNotificationCode what)
{
    int on = 1;
    (void)ctx;
    (void)state;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        setsockopt(socket_of(c), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void fill_request(struct exchange *x, struct MHD_Connection *c, const char *method,
                         struct ra_sim_request *q)
{
    struct ra_guid g;
    const char *encoding = header(c, "Accept-Encoding");
    *q = (struct ra_sim_request){.method = method,
                                 .target = x->target,
                                 .host = header(c, "Host"),
                                 .authorization = header(c, "Authorization"),
                                 .consistency = header(c, "ConsistencyLevel"),
                                 .prefer = header(c, "Prefer"),
                                 .content_type = header(c, "Content-Type"),
                                 .client_request_id = header(c, "client-request-id"),
                                 .metadata = header(c, "Metadata"),
                                 .body = ra_str_n(x->body.p, x->body.n)};
    if (!q->host)
        q->host = x->r->url + strlen("https://");
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_DAEMON);
    q->plain = i && x->r->http->imds && i->daemon == x->r->http->imds;
    q->gzip = encoding && strstr(encoding, "gzip");
    ra_guid_random(&g);
    ra_guid_text(g.b, q->request_id);
}

/* Sleeps unless the server stops or the peer goes away. */
static void wait_ms(struct ra_rehearsal *r, int64_t ms)
{
    int64_t until = ra_monotonic_ms() + ms;
    while (!r->http->stopping && (ms == 0 || ra_monotonic_ms() < until))
        ra_sleep_ms(ms && ms < 20 ? ms : 20);
}

/* Closing a socket that lingers for no time resets the connection. */
static enum MHD_Result reset(struct MHD_Connection *c)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(socket_of(c), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    return MHD_NO;
}

static enum MHD_Result send_reply(struct exchange *x, struct MHD_Connection *c,
                                  struct ra_sim_request *q, struct ra_sim_reply *a)
{
    enum ra_sim_fault_kind fault = q->faults.kind;
    if (fault == RA_FAULT_SILENT || fault == RA_FAULT_DELAY)
        wait_ms(x->r, q->faults.ms);
    if (fault == RA_FAULT_RESET || (fault == RA_FAULT_SILENT && !q->faults.ms))
        return reset(c);
    struct MHD_Response *response = ra_sim_wire(q, a, &x->r->http->stopping);
    enum MHD_Result rc = MHD_queue_response(c, (unsigned)a->status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_n, void **state)
{
    (void)ctx;
    (void)url;
    (void)version;
    struct exchange *x = *state;
    if (!x->begun) {
        x->begun = true;
        return MHD_YES;
    }
    if (*upload_n) {
        ra_buf_put(&x->body, upload, *upload_n);
        *upload_n = 0;
        return MHD_YES;
    }
    struct ra_sim_request q;
    struct ra_sim_reply a;
    fill_request(x, c, method, &q);
    ra_sim_reply_init(&a);
    if (x->body.overflow)
        ra_sim_error(&q, &a, 413, "RequestEntityTooLarge", "The request body is too large.");
    else
        ra_sim_answer(x->r, &q, &a);
    enum MHD_Result rc = send_reply(x, c, &q, &a);
    ra_sim_request_free(&q);
    ra_sim_reply_free(&a);
    return rc;
}

static struct MHD_Daemon *listen_on(struct ra_rehearsal *r, unsigned short port, unsigned flags,
                                    const char *key, const char *certificate)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return MHD_start_daemon(
        flags | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0,
        NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, r, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, key ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END,
        key, MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_END);
}

int ra_sim_http_open(struct ra_rehearsal *r, const char *key, const char *certificate,
                     struct ra_err *err)
{
    struct ra_sim_http *h = r->http = ra_calloc(1, sizeof(*h));
    h->daemon = listen_on(r, r->o.port, MHD_USE_TLS, key, certificate);
    if (!h->daemon)
        return ra_fail(err, RA_EIO, "cannot listen on port %u of 127.0.0.1", r->o.port);
    const union MHD_DaemonInfo *i = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (i && i->port)
        r->o.port = i->port;
    if (!r->o.imds_port)
        return 0;
    h->imds = listen_on(r, r->o.imds_port, 0, NULL, NULL);
    return h->imds ? 0
                   : ra_fail(err, RA_EIO, "cannot listen on port %u of 127.0.0.1", r->o.imds_port);
}

void ra_sim_http_close(struct ra_rehearsal *r)
{
    struct ra_sim_http *h = r->http;
    if (!h)
        return;
    h->stopping = true;
    if (h->daemon)
        MHD_stop_daemon(h->daemon);
    if (h->imds)
        MHD_stop_daemon(h->imds);
    free(h);
    r->http = NULL;
}
