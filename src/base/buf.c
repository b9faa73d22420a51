#include "src/base/buf.h"

#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_buf_init(struct ra_buf *b, size_t max)
{
    *b = (struct ra_buf){.max = max};
}

void ra_buf_free(struct ra_buf *b)
{
    free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
}

void ra_buf_clear(struct ra_buf *b)
{
    b->n = 0;
    b->overflow = false;
}

/* One byte more than asked for, so that ra_buf_z always has room for its NUL. */
bool ra_buf_reserve(struct ra_buf *b, size_t n)
{
    if (n > b->max || b->n > b->max - n) {
        b->overflow = true;
        return false;
    }
    if (b->cap - b->n <= n) /* n is never past cap */
        b->p = ra_grow(b->p, &b->cap, b->n + n + 1, 1);
    return true;
}

bool ra_buf_puts(struct ra_buf *b, const char *z)
{
    return ra_buf_put(b, z, strlen(z));
}

bool ra_buf_putc(struct ra_buf *b, char c)
{
    return ra_buf_put(b, &c, 1);
}

bool ra_buf_printf(struct ra_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && ra_buf_reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
    return n >= 0 && !b->overflow;
}

const char *ra_buf_z(struct ra_buf *b)
{
    if (!b->p && !ra_buf_reserve(b, 0))
        return "";
    b->p[b->n] = '\0';
    return b->p;
}
