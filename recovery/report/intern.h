/* Strings that many rows share, numbered in the order in which they first came. For the page's
 * data. */
#ifndef RA_REPORT_INTERN_H
#define RA_REPORT_INTERN_H

#include "src/base/mem.h"
#include "src/base/text.h"

#include <stdint.h>

struct ra_intern {
    struct ra_str *all;
    size_t n, cap;
    uint32_t *slots; /* number + 1, 0 for empty */
    size_t slots_n;
    size_t bytes; /* of all strings together */
    struct ra_arena arena;
};

uint32_t ra_intern(struct ra_intern *t, struct ra_str s); /* copies what it has not seen */
void ra_intern_free(struct ra_intern *t);

#endif
