/* Any bytes as a configuration file: taken, or refused with a message. */
#include "src/config/options.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What was taken can be shown again. */
static void show(const struct ra_config *c)
{
    struct ra_buf out;
    size_t n;
    const struct ra_option *o = ra_options(&n);

    ra_buf_init(&out, (size_t)1 << 24);
    for (size_t i = 0; i < n; i++)
        for (size_t ad = 0; ad < c->ad_n; ad++) {
            const void *base = ra_option_base(&o[i], c, ad);

            for (size_t v = 0; v < ra_option_values(&o[i], base); v++)
                ra_option_text(&o[i], base, v, &out);
        }
    ra_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    struct ra_config *c = NULL;
    struct ra_err err = {0};
    int rc;

    if (fd < 0) {
        fd = memfd_create("configuration", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    rc = ra_config_load(path, &c, &err);
    if (rc > 0 || (rc < 0 && (err.code != -rc || !err.msg[0])) || (rc < 0 && c))
        abort();
    if (rc == 0)
        show(c);
    ra_config_free(&c);
    return 0;
}
