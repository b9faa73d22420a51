/*
 * Text as the rules of matching see it: a borrowed run of bytes, which may hold NULs; ASCII case
 * folding only (other letters are compared as they are); empty is absent.
 */
#ifndef RA_BASE_TEXT_H
#define RA_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Borrowed bytes; absent is p == NULL, n == 0. */
struct ra_str {
    const char *p;
    size_t n;
};

#define RA_STR(literal) ((struct ra_str){(literal), sizeof(literal) - 1})
#define RA_STR_FMT      "%.*s"
#define RA_STR_ARG(s)   (int)((s).n > 4096 ? 4096 : (s).n), ((s).p ? (s).p : "")

struct ra_str ra_str(const char *z);                   /* of a C string; NULL gives absent */
bool ra_str_eq_fold(struct ra_str a, struct ra_str b); /* ASCII letters without case */
int ra_str_cmp_fold(struct ra_str a, struct ra_str b);
bool ra_str_starts_fold(struct ra_str s, struct ra_str prefix);
bool ra_str_ends_fold(struct ra_str s, struct ra_str suffix);
bool ra_str_contains(struct ra_str s, struct ra_str part);
long ra_str_last(struct ra_str s, char c); /* where c stands last, or -1 */

void ra_fold_into(char *to, const char *from, size_t n);

/* Inline what a walk over millions of keys calls for each of them. */

static inline struct ra_str ra_str_n(const void *p, size_t n) /* zero length gives absent */
{
    return n ? (struct ra_str){(const char *)p, n} : (struct ra_str){NULL, 0};
}

static inline bool ra_str_absent(struct ra_str s) /* absent or empty */
{
    return s.n == 0;
}

/* Byte for byte; two absents are equal. */
static inline bool ra_str_eq(struct ra_str a, struct ra_str b)
{
    return a.n == b.n && (a.n == 0 || a.p == b.p || memcmp(a.p, b.p, a.n) == 0);
}

/* As memcmp, then by length. */
static inline int ra_str_cmp(struct ra_str a, struct ra_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;

    return d ? d : (a.n > b.n) - (a.n < b.n);
}

/* What stands behind the first at bytes. */
static inline struct ra_str ra_str_from(struct ra_str s, size_t at)
{
    return at >= s.n ? (struct ra_str){NULL, 0} : (struct ra_str){s.p + at, s.n - at};
}

static inline char ra_fold(char c) /* A-Z to a-z, anything else as it is */
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool ra_utf8_valid(const void *p, size_t n);                  /* no overlong forms, no surrogates */
bool ra_parse_uint(struct ra_str s, unsigned long long *out); /* digits only, no overflow */
bool ra_parse_int(struct ra_str s, long long *out);

/* The nearest of the names by edit distance, or NULL when none is near. names ends with NULL. */
const char *ra_nearest(const char *word, const char *const *names);

#endif
