/*
 * Why TLS failed. libldap and the library below it say little more than "connect error", and a
 * certificate is what most often keeps a new reader from its first read. So once a handshake has
 * been refused, another is made with OpenSSL that trusts nothing and sends nothing, only to look at
 * the certificate and at what the checks say of it.
 */
#include "src/directory/session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_S 5

/* RFC 4511's ExtendedRequest 1.3.6.1.4.1.1466.20037 with message id 1. */
static const char start_tls[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                                "1.3.6.1.4.1.1466.20037";

static bool ask(int fd)
{
    char answer[512];
    size_t n = sizeof start_tls - 1;

    return send(fd, start_tls, n, MSG_NOSIGNAL) == (ssize_t)n &&
           recv(fd, answer, sizeof answer, 0) > 0;
}

/* Blocking with a time-out is enough here. */
static int connected(struct ra_dir *d)
{
    struct timeval tv = {.tv_sec = LOOK_S};
    struct ra_err ignored;
    int fd = -1;

    if (ra_dir_connect(d, &fd, &ignored) != 0)
        return -1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    if (strncmp(d->o.uri, "ldaps:", 6) == 0 || ask(fd))
        return fd;
    close(fd);
    return -1;
}

static bool names(X509 *cert, const char *host)
{
    unsigned char address[16];

    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_check_ip_asc(cert, host, 0) == 1;
    return X509_check_host(cert, host, 0, 0, NULL) == 1;
}

/* One line of a name, as in a certificate viewer. */
static void name_text(const X509_NAME *name, char out[160])
{
    BIO *b = BIO_new(BIO_s_mem());
    int n = 0;

    if (b && X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253) >= 0)
        n = BIO_read(b, out, 159);
    out[n > 0 ? n : 0] = '\0';
    BIO_free(b);
}

static void date_text(const ASN1_TIME *t, char out[40])
{
    struct tm tm;

    out[0] = '\0';
    if (ASN1_TIME_to_tm(t, &tm))
        strftime(out, 40, "%Y-%m-%d %H:%M UTC", &tm);
}

static void judge(struct ra_dir *d, SSL *ssl, X509 *cert, char *out, size_t size)
{
    long verdict = SSL_get_verify_result(ssl);
    char issuer[160], subject[160], date[40];

    name_text(X509_get_issuer_name(cert), issuer);
    name_text(X509_get_subject_name(cert), subject);
    date_text(X509_get0_notAfter(cert), date);
    if (verdict == X509_V_ERR_CERT_HAS_EXPIRED)
        snprintf(out, size, "its certificate (%s) ran out on %s", subject, date);
    else if (verdict != X509_V_OK)
        snprintf(out, size, "its certificate (%s, issued by %s) is not trusted: %s", subject,
                 issuer, X509_verify_cert_error_string(verdict));
    else if (!names(cert, d->host))
        snprintf(out, size, "its certificate (%s) is not for the name %s", subject, d->host);
}

static void look(struct ra_dir *d, SSL *ssl, char *out, size_t size)
{
    X509 *cert;

    SSL_set_tlsext_host_name(ssl, d->host);
    if (SSL_connect(ssl) != 1)
        return;
    cert = SSL_get1_peer_certificate(ssl);
    if (cert)
        judge(d, ssl, cert, out, size);
    X509_free(cert);
}

static SSL_CTX *context(struct ra_dir *d)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx)
        return NULL;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    if (d->o.ca_file)
        SSL_CTX_load_verify_locations(ctx, d->o.ca_file, NULL);
    else
        SSL_CTX_set_default_verify_paths(ctx);
    return ctx;
}

static void try_again(struct ra_dir *d, char *out, size_t size)
{
    int fd = connected(d);
    SSL_CTX *ctx = fd >= 0 ? context(d) : NULL;
    SSL *ssl = ctx ? SSL_new(ctx) : NULL;

    if (ssl && SSL_set_fd(ssl, fd) == 1)
        look(d, ssl, out, size);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    if (fd >= 0)
        close(fd);
}

/* OpenSSL's write to a connection that was cut would raise SIGPIPE. */
void ra_dir_tls_why(struct ra_dir *d, char *out, size_t size)
{
    struct timespec now = {0};
    sigset_t pipe, before, pending;

    out[0] = '\0';
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    if (pthread_sigmask(SIG_BLOCK, &pipe, &before) != 0)
        return;
    try_again(d, out, size);
    if (!sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
