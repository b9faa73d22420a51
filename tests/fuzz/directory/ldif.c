/* Any bytes as a dump: read to the end, or refused with a message; never twice with another result.
 */
#include "src/directory/directory.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct sum {
    size_t entries, bytes;
};

static int add(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    static const char *const names[] = {"objectClass", "cn", "member", "objectGUID", ""};
    struct sum *s = ctx;

    (void)err;
    s->entries++;
    s->bytes += ra_dir_entry_dn(e).n;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t n;
        const struct ra_str *v = ra_dir_entry_values(e, names[k], &n);

        for (size_t i = 0; i < n; i++)
            for (size_t b = 0; b < v[i].n; b++)
                s->bytes += (unsigned char)v[i].p[b];
    }
    return 0;
}

static int read_it(const char *uri, struct sum *out)
{
    static const char *const asked[] = {"cn", "member", NULL};
    struct ra_dir_options o = {.name = "fuzz", .uri = uri};
    struct ra_dir_query q = {.attributes = asked};
    struct ra_err err = {0};
    struct ra_dir *d;
    int rc = ra_dir_open(&o, &d, &err);

    if (rc == 0)
        rc = ra_dir_search(d, &q, add, out, &err);
    if (rc > 0 || (rc < 0 && (err.code != -rc || !err.msg[0])) || (rc == 0 && !out->entries))
        abort();
    ra_dir_close(&d);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char uri[64];
    struct sum first = {0}, second = {0};

    if (fd < 0) {
        fd = memfd_create("dump", MFD_CLOEXEC);
        snprintf(uri, sizeof uri, "ldif:/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (read_it(uri, &first) != read_it(uri, &second) || first.bytes != second.bytes)
        abort();
    return 0;
}
