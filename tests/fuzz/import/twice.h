/* A file read twice: refused with a message both times, or the same objects both times. */
#ifndef RA_TESTS_FUZZ_IMPORT_TWICE_H
#define RA_TESTS_FUZZ_IMPORT_TWICE_H

#include "recovery/import/import.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct seen {
    uint64_t objects, sum, wrong;
};

static inline void add(struct seen *s, struct ra_str t)
{
    s->sum = s->sum * 31 + t.n;
    for (size_t i = 0; i < t.n; i++)
        s->sum = s->sum * 31 + (unsigned char)t.p[i];
}

/* What is handed out is text that can be printed and compared. */
static inline int see(void *ctx, const struct ra_import_entry *e, struct ra_err *err)
{
    struct ra_str rest = e->other.bytes, name, value;
    const struct ra_str texts[] = {e->anchor, e->id,           e->upn,        e->sid, e->smtp,
                                   e->sam,    e->display_name, e->identifier, e->dn};
    struct seen *s = ctx;
    uint32_t n = 0;

    (void)err;
    if (e->kind >= RA_KINDS || e->left_out >= RA_LEFT_REASONS ||
        (e->left_out == RA_LEFT_NOTHING &&
         (ra_str_absent(e->anchor) || e->anchor.n > RA_IMPORT_ANCHOR_MAX)))
        abort();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add(s, texts[i]);
    for (; ra_list_next(&rest, &name) && ra_list_next(&rest, &value); n += 2) {
        add(s, name);
        add(s, value);
    }
    if (n != e->other.count)
        abort();
    s->objects++;
    return 0;
}

static inline void note(void *ctx, const char *message)
{
    struct seen *s = ctx;

    if (!message[0])
        abort();
    s->wrong++;
}

static inline const char *as_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("import", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    return path;
}

static inline void check(int rc, const struct ra_err *err, const struct seen *s)
{
    if (rc > 0 || (rc < 0 && (err->code != -rc || !err->msg[0])) || (rc == 0) != (s->wrong == 0))
        abort();
}

static inline void read_twice(enum ra_import_format format, const char *path)
{
    struct seen first = {0}, second = {0};
    struct ra_import_sink sink = {.each = see, .wrong = note, .ctx = &first};
    struct ra_import_totals totals;
    struct ra_err err = {0};

    check(ra_import_read(path, format, &sink, &totals, &err), &err, &first);
    sink.ctx = &second;
    check(ra_import_read(path, format, &sink, &totals, &err), &err, &second);
    if (first.objects != second.objects || first.sum != second.sum || first.wrong != second.wrong)
        abort();
}

#endif
