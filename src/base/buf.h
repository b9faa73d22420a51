/*
 * A growing run of bytes with a hard maximum, set when it is made. Past the maximum it keeps what
 * it has and turns its sticky error on; whoever fills it checks once at the end.
 */
#ifndef RA_BASE_BUF_H
#define RA_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct ra_buf {
    char *p;
    size_t n, cap, max;
    bool overflow;
};

void ra_buf_init(struct ra_buf *b, size_t max);
void ra_buf_free(struct ra_buf *b);
void ra_buf_clear(struct ra_buf *b);             /* keeps its memory, clears the error */
bool ra_buf_reserve(struct ra_buf *b, size_t n); /* room for so much more, at b->p + b->n */

/* Here to be inlined: a record is put together from some forty pieces. */
static inline bool ra_buf_put(struct ra_buf *b, const void *p, size_t n)
{
    if ((n >= b->cap - b->n || n > b->max - b->n) && !ra_buf_reserve(b, n))
        return false;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

bool ra_buf_puts(struct ra_buf *b, const char *z);
bool ra_buf_putc(struct ra_buf *b, char c);
bool ra_buf_printf(struct ra_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *ra_buf_z(struct ra_buf *b); /* NUL-terminated, until the next put */

#endif
