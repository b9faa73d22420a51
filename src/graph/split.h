/*
 * A saved response, element by element, in bounded memory: finds where each value of the array (or
 * each line) begins and ends; what it means is cJSON's. Forms: {"value":[…]}, […], one object, or
 * one object a line (.ndjson). The end is an error unless everything that was opened is closed.
 */
#ifndef RA_GRAPH_SPLIT_H
#define RA_GRAPH_SPLIT_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <stdint.h>

enum ra_split_form { RA_SPLIT_ARRAY, RA_SPLIT_VALUE, RA_SPLIT_OBJECT, RA_SPLIT_LINES };

struct ra_split {
    /* for the caller, final once next returned 0 */
    const char *path; /* borrowed */
    enum ra_split_form form;
    bool next_link;      /* the object carries an @odata.nextLink: the listing goes on elsewhere */
    struct ra_buf error; /* {"error":…} when the file holds Graph's error body, else empty */
    /* the machine's */
    int fd, place, rc;
    char *window;
    size_t n, cap, pos, element_n;
    uint64_t passed, lines; /* bytes and line ends before the window */
    bool eof, value_seen;
    struct ra_arena arena;
};

/* RA_EINPUT for what cannot be opened; .ndjson is known by its name. Close in any case. */
int ra_split_open(struct ra_split *s, const char *path, struct ra_err *err);
void ra_split_close(struct ra_split *s);

/* 1: *element is the next one, borrowed until the next call. 0: the explicit end. Else an error. */
int ra_split_next(struct ra_split *s, struct ra_str *element, struct ra_err *err);

/* RA_EINPUT: "path: line L (offset O): text", for a fault `at` bytes behind the last element's
 * beginning. */
int ra_split_fail(const struct ra_split *s, size_t at, struct ra_err *err, const char *text);

#endif
