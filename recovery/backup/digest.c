#include "recovery/backup/intern.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SHA-256 over memory fails only where memory is short, or OpenSSL broken. */
static void must(int ok)
{
    if (ok != 1)
        ra_die("OpenSSL has no working SHA-256");
}

void ra_digest_begin(struct ra_digest *d)
{
    d->ctx = EVP_MD_CTX_new();
    must(d->ctx && EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL));
}

void ra_digest_add(struct ra_digest *d, const void *p, size_t n)
{
    must(EVP_DigestUpdate(d->ctx, p, n));
}

void ra_digest_end(struct ra_digest *d, char out[RA_BACKUP_HASH])
{
    unsigned char hash[EVP_MAX_MD_SIZE];

    must(EVP_DigestFinal_ex(d->ctx, hash, NULL));
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    ra_digest_drop(d);
}

void ra_digest_drop(struct ra_digest *d)
{
    EVP_MD_CTX_free(d->ctx);
    d->ctx = NULL;
}

void ra_digest_of(const void *p, size_t n, char out[RA_BACKUP_HASH])
{
    struct ra_digest d;

    ra_digest_begin(&d);
    ra_digest_add(&d, p, n);
    ra_digest_end(&d, out);
}

static int add_file(int fd, const char *path, struct ra_digest *d, uint64_t *bytes,
                    struct ra_err *err)
{
    size_t size = (size_t)1 << 18;
    char *chunk = ra_malloc(size);
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(fd, chunk, size)) != 0) {
        if (n > 0) {
            ra_digest_add(d, chunk, (size_t)n);
            *bytes += (uint64_t)n;
        } else if (errno != EINTR)
            rc = ra_fail(err, RA_EIO, "%s: read: %s", path, strerror(errno));
    }
    free(chunk);
    return rc;
}

int ra_digest_file(const char *path, uint64_t *bytes, char out[RA_BACKUP_HASH], struct ra_err *err)
{
    struct ra_digest d;
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

    *bytes = 0;
    if (fd < 0)
        return ra_fail(err, errno == ENOENT ? RA_ENOTFOUND : RA_EIO, "%s: %s", path,
                       strerror(errno));
    ra_digest_begin(&d);
    rc = add_file(fd, path, &d, bytes, err);
    close(fd);
    if (rc == 0)
        ra_digest_end(&d, out);
    else
        ra_digest_drop(&d);
    return rc;
}
