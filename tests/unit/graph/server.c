#include "tests/unit/graph/server.h"

#include "src/base/buf.h"
#include "src/base/mem.h"

#include <arpa/inet.h>
#include <libdeflate.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RULES_MAX = 64, LOG_MAX = 4096, PEERS_MAX = 1024 };

struct server {
    int listener;
    bool plain;
    char base[64], ca[64];
    SSL_CTX *tls;
    pthread_t thread;
    pthread_mutex_t lock;
    atomic_bool stopping;
    struct rule rules[RULES_MAX];
    int used[RULES_MAX];
    size_t rules_n;
    char *log[LOG_MAX];
    size_t log_n;
    int peers[PEERS_MAX];
    pthread_t threads[PEERS_MAX];
    size_t peers_n;
};

struct peer {
    struct server *s;
    int fd;
    SSL *ssl;
};

/* ---- the certificate ---- */

static void add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);

    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_set_pubkey(x, key);
    add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_sign(x, key, EVP_sha256());
    return x;
}

static void make_tls(struct server *s)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = make_certificate(key);
    int fd;
    FILE *f;

    s->tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(s->tls, x);
    SSL_CTX_use_PrivateKey(s->tls, key);
    snprintf(s->ca, sizeof s->ca, "/tmp/ra-test-ca-XXXXXX");
    fd = mkstemp(s->ca);
    f = fdopen(fd, "w");
    PEM_write_X509(f, x);
    fclose(f);
    X509_free(x);
    EVP_PKEY_free(key);
}

/* ---- one connection ---- */

static ssize_t receive(struct peer *p, char *to, size_t n)
{
    return p->ssl ? SSL_read(p->ssl, to, (int)n) : recv(p->fd, to, n, 0);
}

static void transmit(struct peer *p, const char *from, size_t n)
{
    while (n > 0) {
        ssize_t sent = p->ssl ? SSL_write(p->ssl, from, (int)(n < 16384 ? n : 16384))
                              : send(p->fd, from, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        from += sent;
        n -= (size_t)sent;
    }
}

static size_t body_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");

    return at ? strtoul(at + 17, NULL, 10) : 0;
}

/* Head and body in *b; false when the peer has gone. */
static bool read_request(struct peer *p, struct ra_buf *b)
{
    char chunk[4096];
    const char *end;

    ra_buf_clear(b);
    while (!(end = strstr(ra_buf_z(b), "\r\n\r\n")) ||
           b->n < (size_t)(end - b->p) + 4 + body_length(b->p)) {
        ssize_t got = receive(p, chunk, sizeof chunk);
        if (got <= 0)
            return false;
        ra_buf_put(b, chunk, (size_t)got);
    }
    return true;
}

static bool fits(const struct rule *r, const char *request)
{
    size_t line = strcspn(request, "\r");
    bool first = !r->match || memmem(request, line, r->match, strlen(r->match)) != NULL;

    return first && (!r->needs || strstr(request, r->needs) != NULL);
}

static struct rule choose(struct server *s, const char *request)
{
    struct rule found = {.status = 599, .body = "{\"error\":{\"code\":\"no rule\"}}"};

    pthread_mutex_lock(&s->lock);
    if (s->log_n < LOG_MAX)
        s->log[s->log_n++] = ra_strdup(request);
    for (size_t i = 0; i < s->rules_n; i++) {
        const struct rule *r = &s->rules[i];
        if ((r->times && s->used[i] >= r->times) || !fits(r, request))
            continue;
        s->used[i]++;
        found = *r;
        break;
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void put_body(const struct server *s, struct ra_buf *out, const char *body)
{
    const char *at;

    while (body && (at = strstr(body, "{base}")) != NULL) {
        ra_buf_put(out, body, (size_t)(at - body));
        ra_buf_puts(out, s->base);
        body = at + 6;
    }
    if (body)
        ra_buf_puts(out, body);
}

static void put_head(struct ra_buf *out, const struct rule *r, size_t length)
{
    ra_buf_printf(out, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nrequest-id: srv-1\r\n%s",
                  r->status, r->headers ? r->headers : "");
    if (r->fault == PACKED)
        ra_buf_puts(out, "Content-Encoding: gzip\r\n");
    if (r->fault == CUT_CHUNKED)
        ra_buf_puts(out, "Transfer-Encoding: chunked\r\n\r\n");
    else
        ra_buf_printf(out, "Content-Length: %zu\r\n\r\n", length);
}

static void reset_line(struct peer *p)
{
    struct linger l = {1, 0};

    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

static void wait_for_end(struct peer *p)
{
    while (!atomic_load(&p->s->stopping))
        usleep(10000);
}

static void pack(struct ra_buf *body)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
    size_t room = libdeflate_gzip_compress_bound(c, body->n);
    char *to = ra_malloc(room);
    size_t n = libdeflate_gzip_compress(c, body->p, body->n, to, room);

    ra_buf_clear(body);
    ra_buf_put(body, to, n);
    free(to);
    libdeflate_free_compressor(c);
}

/* False: the connection is over. */
static bool answer(struct peer *p, const struct rule *r)
{
    struct ra_buf body, out;

    if (r->fault == RESET) {
        reset_line(p);
        return false;
    }
    ra_buf_init(&body, (size_t)1 << 30);
    ra_buf_init(&out, (size_t)1 << 30);
    put_body(p->s, &body, r->body);
    if (r->fault == PACKED)
        pack(&body);
    put_head(&out, r, body.n);
    if (r->fault == CUT_CHUNKED)
        ra_buf_printf(&out, "%zx\r\n", body.n);
    ra_buf_put(&out, body.p, r->fault == CUT || r->fault == STALL ? body.n / 2 : body.n);
    transmit(p, out.p, out.n);
    ra_buf_free(&body);
    ra_buf_free(&out);
    if (r->fault == STALL)
        wait_for_end(p);
    return r->fault == WHOLE || r->fault == PACKED;
}

static void *serve(void *ctx)
{
    struct peer *p = ctx;
    struct ra_buf request;
    struct rule r;
    bool going = true;

    ra_buf_init(&request, (size_t)1 << 24);
    if (!p->s->plain) {
        p->ssl = SSL_new(p->s->tls);
        SSL_set_fd(p->ssl, p->fd);
        going = SSL_accept(p->ssl) == 1;
    }
    while (going && read_request(p, &request)) {
        r = choose(p->s, ra_buf_z(&request));
        going = answer(p, &r);
    }
    ra_buf_free(&request);
    SSL_free(p->ssl);
    shutdown(p->fd, SHUT_RDWR);
    close(p->fd);
    free(p);
    return NULL;
}

/* ---- the server ---- */

static void *accept_all(void *ctx)
{
    struct server *s = ctx;

    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        struct peer *p;
        if (fd < 0)
            return NULL;
        p = ra_calloc(1, sizeof *p);
        p->s = s;
        p->fd = fd;
        pthread_mutex_lock(&s->lock);
        s->peers[s->peers_n] = dup(fd);
        pthread_create(&s->threads[s->peers_n++], NULL, serve, p);
        pthread_mutex_unlock(&s->lock);
    }
}

struct server *server_start(const struct rule *rules, size_t n, bool plain)
{
    struct server *s = ra_calloc(1, sizeof *s);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;

    signal(SIGPIPE, SIG_IGN);
    s->plain = plain;
    s->rules_n = n;
    for (size_t i = 0; i < n; i++)
        s->rules[i] = rules[i];
    pthread_mutex_init(&s->lock, NULL);
    if (!plain)
        make_tls(s);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(s->listener, (struct sockaddr *)&at, sizeof at);
    listen(s->listener, 64);
    getsockname(s->listener, (struct sockaddr *)&at, &size);
    snprintf(s->base, sizeof s->base, "http%s://127.0.0.1:%d", plain ? "" : "s",
             ntohs(at.sin_port));
    pthread_create(&s->thread, NULL, accept_all, s);
    return s;
}

void server_stop(struct server **sp)
{
    struct server *s = *sp;

    atomic_store(&s->stopping, true);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    for (size_t i = 0; i < s->peers_n; i++) {
        shutdown(s->peers[i], SHUT_RDWR);
        pthread_join(s->threads[i], NULL);
        close(s->peers[i]);
    }
    for (size_t i = 0; i < s->log_n; i++)
        free(s->log[i]);
    if (s->ca[0])
        unlink(s->ca);
    SSL_CTX_free(s->tls);
    free(s);
    *sp = NULL;
}

const char *server_base(const struct server *s)
{
    return s->base;
}

const char *server_ca(const struct server *s)
{
    return s->ca;
}

const char *server_request(struct server *s, const char *match, size_t n)
{
    const char *found = NULL;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->log_n && !found; i++)
        if (memmem(s->log[i], strcspn(s->log[i], "\r"), match, strlen(match)) && n-- == 0)
            found = s->log[i];
    pthread_mutex_unlock(&s->lock);
    return found;
}

size_t server_count(struct server *s, const char *match)
{
    size_t n = 0;

    while (server_request(s, match, n))
        n++;
    return n;
}

size_t server_connections(struct server *s)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = s->peers_n;
    pthread_mutex_unlock(&s->lock);
    return n;
}
