/*
 * The TCP connection. libldap would make it too, but says only "can't contact LDAP server" for a
 * name that does not resolve, a refused port and a dead line alike, and cannot be stopped
 * meanwhile.
 */
#include "src/base/clock.h"
#include "src/directory/session.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 15000 /* for one address */

static void address_text(const struct addrinfo *a, char out[NI_MAXHOST])
{
    if (getnameinfo(a->ai_addr, a->ai_addrlen, out, NI_MAXHOST, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(out, NI_MAXHOST, "address");
}

/* 0 once connected, an errno value, or a negative error when stopped. */
static int await(struct ra_dir *d, int fd, struct ra_err *err)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int64_t limit = d->timeout_ms < CONNECT_MS ? d->timeout_ms : CONNECT_MS;
    int64_t end = ra_monotonic_ms() + limit;
    int so_error = 0, rc;
    socklen_t n = sizeof so_error;

    while ((rc = poll(&p, 1, RA_DIR_POLL_MS)) <= 0) {
        int stopped = ra_dir_stopped(d, err);

        if (stopped)
            return stopped;
        if (rc < 0 && errno != EINTR)
            return errno;
        if (ra_monotonic_ms() >= end)
            return ETIMEDOUT;
    }
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &so_error, &n) ? errno : so_error;
}

static int try_address(struct ra_dir *d, const struct addrinfo *a, int *out, struct ra_err *err)
{
    int one = 1, rc;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

    if (fd < 0)
        return errno;
    /* A request is one small write: it must not wait for the server's acknowledgement. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    rc = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
    if (rc == EINPROGRESS)
        rc = await(d, fd, err);
    if (rc)
        close(fd);
    else
        *out = fd;
    return rc;
}

static int no_address(struct ra_dir *d, int rc, struct ra_err *err)
{
    ra_fail(err, RA_ENETWORK, "the name %s does not resolve: %s", d->host,
            rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
    return ra_hint(err, "check uri and this host's DNS; the domain's name works where DNS is AD's");
}

static bool is_peer(const struct ra_dir *d, const struct addrinfo *a)
{
    return d->peer_n && a->ai_addrlen == d->peer_n && memcmp(a->ai_addr, &d->peer, d->peer_n) == 0;
}

/* A name may stand for several domain controllers: the one that was reached before comes first. */
static int try_all(struct ra_dir *d, const struct addrinfo *list, int *fd, char where[NI_MAXHOST],
                   int *tried, struct ra_err *err)
{
    int rc = EADDRNOTAVAIL;

    for (int others = 0; others < 2; others++) {
        for (const struct addrinfo *a = list; a; a = a->ai_next) {
            if (is_peer(d, a) == (others == 1))
                continue;
            ++*tried;
            rc = try_address(d, a, fd, err);
            if (rc == 0 && a->ai_addrlen <= sizeof d->peer)
                memcpy(&d->peer, a->ai_addr, d->peer_n = a->ai_addrlen);
            if (rc <= 0)
                return rc;
            address_text(a, where);
        }
    }
    return rc;
}

int ra_dir_connect(struct ra_dir *d, int *fd, struct ra_err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    char where[NI_MAXHOST] = "";
    int rc = getaddrinfo(d->host, d->port, &hints, &list), tried = 0;

    if (rc)
        return no_address(d, rc, err);
    rc = try_all(d, list, fd, where, &tried, err);
    freeaddrinfo(list);
    if (rc <= 0)
        return rc;
    ra_fail(err, RA_ENETWORK, "no connection to %s port %s (%s%s): %s", d->host, d->port, where,
            tried > 1 ? ", the last of several" : "", strerror(rc));
    return ra_hint(err, "is the domain controller up, and does a firewall let port %s through?",
                   d->port);
}
