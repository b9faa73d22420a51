/*
 * How libldap reaches the socket. Its own way raises SIGPIPE when a server has gone, and waits for
 * ever for a TLS handshake that never comes. Here a read returns at once, as ldap_result expects,
 * except while the handshake is under way; then, as for writes at all times, it waits until the
 * handle's time-out or a signal.
 */
#include "src/base/clock.h"
#include "src/directory/session.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static int fd_of(Sockbuf_IO_Desc *desc)
{
    ber_socket_t fd = -1;

    ber_sockbuf_ctrl(desc->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
    return fd;
}

static int setup(Sockbuf_IO_Desc *desc, void *arg)
{
    desc->sbiod_pvt = arg;
    return 0;
}

static int leave(Sockbuf_IO_Desc *desc)
{
    (void)desc;
    return 0;
}

static int control(Sockbuf_IO_Desc *desc, int option, void *arg)
{
    (void)desc;
    (void)option;
    (void)arg;
    return 0;
}

/* False, with errno, when there is no use in waiting longer. */
static bool await(const struct ra_dir *d, int fd, short events, int64_t end)
{
    struct pollfd p = {.fd = fd, .events = events};

    for (;;) {
        int rc = poll(&p, 1, RA_DIR_POLL_MS);

        if (rc > 0)
            return true;
        if (rc < 0 && errno != EINTR)
            return false;
        if (ra_dir_stopped(d, NULL) || ra_monotonic_ms() >= end)
            break;
    }
    errno = ETIMEDOUT;
    return false;
}

static ber_slen_t take(Sockbuf_IO_Desc *desc, void *buf, ber_len_t n)
{
    const struct ra_dir *d = desc->sbiod_pvt;
    int64_t end = ra_monotonic_ms() + d->timeout_ms;
    int fd = fd_of(desc);

    for (;;) {
        ssize_t got = recv(fd, buf, n, MSG_DONTWAIT);

        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        if (errno == EAGAIN && (!d->patient || !await(d, fd, POLLIN, end)))
            return -1;
    }
}

static ber_slen_t give(Sockbuf_IO_Desc *desc, void *buf, ber_len_t n)
{
    const struct ra_dir *d = desc->sbiod_pvt;
    int64_t end = ra_monotonic_ms() + d->timeout_ms;
    int fd = fd_of(desc);

    for (;;) {
        ssize_t gone = send(fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (gone >= 0 || (errno != EINTR && errno != EAGAIN))
            return gone;
        if (errno == EAGAIN && !await(d, fd, POLLOUT, end))
            return -1;
    }
}

static int hang_up(Sockbuf_IO_Desc *desc)
{
    int fd = fd_of(desc);

    return fd < 0 ? 0 : close(fd);
}

Sockbuf_IO ra_dir_transport = {.sbi_setup = setup,
                               .sbi_remove = leave,
                               .sbi_ctrl = control,
                               .sbi_read = take,
                               .sbi_write = give,
                               .sbi_close = hang_up};
