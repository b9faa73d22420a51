#include "tests/property/oracle_inner.h"

#include <stdlib.h>
#include <string.h>

void book_add(struct book *b, const char *key, size_t who)
{
    if (!present(key))
        return;
    b->at = ra_grow(b->at, &b->cap, b->n + 1, sizeof *b->at);
    b->at[b->n++] = (struct entry){key, who};
}

static int by_key_then_object(const void *p, const void *q)
{
    const struct entry *x = p, *y = q;
    int c = strcmp(x->key, y->key);

    return c ? c : (x->who > y->who) - (x->who < y->who);
}

void book_sort(struct book *b)
{
    if (b->n)
        qsort(b->at, b->n, sizeof *b->at, by_key_then_object);
}

void book_free(struct book *b)
{
    free(b->at);
    *b = (struct book){0};
}

const struct entry *book_find(const struct book *b, const char *key, size_t *n)
{
    size_t low = 0, high = b->n;

    *n = 0;
    if (!present(key))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(b->at[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + *n < b->n && !strcmp(b->at[low + *n].key, key))
        ++*n;
    return *n ? b->at + low : NULL;
}

bool book_has(const struct book *b, const char *key)
{
    size_t n;

    return book_find(b, key, &n) != NULL;
}
