/*
 * The one type that holds a secret. It has no conversion that a log or a report could use by
 * accident: ra_secret_reveal is the only way to its bytes, and is easy to grep for.
 */
#ifndef RA_BASE_SECRET_H
#define RA_BASE_SECRET_H

#include "src/base/err.h"
#include "src/base/text.h"

struct ra_secret; /* wiped when freed */

int ra_secret_read(const char *path, struct ra_secret **out,
                   struct ra_err *err); /* see ra_file_read_secret */
struct ra_secret *ra_secret_new(const void *p, size_t n);
struct ra_str ra_secret_reveal(const struct ra_secret *s); /* NUL-terminated; borrowed until free */
void ra_secret_free(struct ra_secret **s);                 /* takes NULL; wipes, then sets NULL */

#endif
