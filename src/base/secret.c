#include "src/base/secret.h"

#include "src/base/file.h"
#include "src/base/mem.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct ra_secret {
    size_t n;
    char bytes[];
};

struct ra_secret *ra_secret_new(const void *p, size_t n)
{
    struct ra_secret *s = ra_malloc(sizeof *s + n + 1);

    s->n = n;
    if (n)
        memcpy(s->bytes, p, n);
    s->bytes[n] = '\0';
    return s;
}

int ra_secret_read(const char *path, struct ra_secret **out, struct ra_err *err)
{
    struct ra_buf b;
    int rc = ra_file_read_secret(path, &b, err);

    if (rc != 0)
        return rc;
    *out = ra_secret_new(b.p, b.n);
    sodium_memzero(b.p, b.n);
    ra_buf_free(&b);
    return 0;
}

struct ra_str ra_secret_reveal(const struct ra_secret *s)
{
    return (struct ra_str){s->bytes, s->n};
}

void ra_secret_free(struct ra_secret **s)
{
    if (!s || !*s)
        return;
    sodium_memzero((*s)->bytes, (*s)->n);
    free(*s);
    *s = NULL;
}
