#include "src/cache/runs.h"

#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM ((size_t)256 << 10) /* bytes that are read of a run at once */

struct pair_head {
    uint32_t key, value; /* lengths of what follows */
};

struct ra_run {
    off_t at, end;            /* what was not read yet */
    unsigned char *p;         /* what was */
    size_t from, n, cap;      /* in there: the pair at hand, and all */
    size_t number;            /* rising as they were written */
    struct ra_str key, value; /* at hand */
};

static int fail(const struct ra_runs *r, const char *doing, struct ra_err *err)
{
    int why = errno;

    ra_fail(err, RA_EIO, "%s: cannot be %s: %s", r->path, doing, strerror(why));
    return why == ENOSPC ? ra_hint(err, "make room on that disk and run again") : -(int)RA_EIO;
}

/* ---- writing ---- */

static int make_file(struct ra_runs *r, const char *folder, struct ra_err *err)
{
    size_t n = strlen(folder) + sizeof "/sort.XXXXXX";
    int fd;

    r->path = ra_malloc(n);
    snprintf(r->path, n, "%s/sort.XXXXXX", folder);
    fd = mkostemp(r->path, O_CLOEXEC);
    if (fd < 0)
        return fail(r, "made", err);
    if (unlink(r->path) == 0)
        r->fp = fdopen(fd, "w");
    if (r->fp)
        return 0;
    fail(r, "made", err);
    close(fd);
    return -(int)RA_EIO;
}

int ra_runs_begin(struct ra_runs *r, const char *folder, struct ra_err *err)
{
    int rc = r->fp ? 0 : make_file(r, folder, err);

    if (rc != 0)
        return rc;
    r->of = ra_grow(r->of, &r->cap, r->n + 1, sizeof *r->of);
    r->of[r->n] = (struct ra_run){.at = r->end, .end = r->end, .number = r->n};
    r->n++;
    return 0;
}

int ra_runs_add(struct ra_runs *r, struct ra_str key, struct ra_str value, struct ra_err *err)
{
    struct pair_head head = {(uint32_t)key.n, (uint32_t)value.n};

    if (fwrite(&head, sizeof head, 1, r->fp) != 1 || fwrite(key.p, 1, key.n, r->fp) != key.n ||
        (value.n && fwrite(value.p, 1, value.n, r->fp) != value.n))
        return fail(r, "written", err);
    r->end += (off_t)(sizeof head + key.n + value.n);
    r->of[r->n - 1].end = r->end;
    return 0;
}

/* ---- reading ---- */

/* Makes want bytes of the run available behind from; fewer only at its end. */
static int supply(const struct ra_runs *r, struct ra_run *x, size_t want, struct ra_err *err)
{
    size_t left = x->n - x->from, most;
    ssize_t got;

    if (left >= want || x->at == x->end)
        return 0;
    if (left)
        memmove(x->p, x->p + x->from, left);
    x->from = 0;
    x->n = left;
    most = left + (size_t)(x->end - x->at);
    most = most < ROOM ? most : ROOM;
    x->p = ra_grow(x->p, &x->cap, want > most ? want : most, 1);
    while (x->n < want && x->at < x->end) {
        most = x->cap - x->n;
        if ((off_t)most > x->end - x->at)
            most = (size_t)(x->end - x->at);
        got = pread(fileno(r->fp), x->p + x->n, most, x->at);
        if (got == 0)
            errno = EIO;
        if (got <= 0 && errno != EINTR)
            return fail(r, "read", err);
        x->n += got > 0 ? (size_t)got : 0;
        x->at += got > 0 ? got : 0;
    }
    return 0;
}

/* 1 with the run's next pair at hand, 0 at its end. */
static int step(const struct ra_runs *r, struct ra_run *x, struct ra_err *err)
{
    struct pair_head head;
    int rc;

    if (x->key.n)
        x->from += sizeof head + x->key.n + x->value.n;
    x->key.n = 0;
    rc = supply(r, x, sizeof head, err);
    if (rc != 0 || x->from == x->n)
        return rc;
    memcpy(&head, x->p + x->from, sizeof head);
    rc = supply(r, x, sizeof head + head.key + head.value, err);
    if (rc != 0)
        return rc;
    x->key = ra_str_n((char *)x->p + x->from + sizeof head, head.key);
    x->value = (struct ra_str){x->key.p + head.key, head.value};
    return 1;
}

/* ---- merging ---- */

static bool before(const struct ra_run *a, const struct ra_run *b)
{
    int d = ra_str_cmp(a->key, b->key);

    return d ? d < 0 : a->number < b->number;
}

static void sift_down(struct ra_runs *r, size_t i)
{
    struct ra_run *moving = r->heap[i];

    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < r->waiting && before(r->heap[child + 1], r->heap[child]))
            child++;
        if (child >= r->waiting || before(moving, r->heap[child]))
            break;
        r->heap[i] = r->heap[child];
        i = child;
    }
    r->heap[i] = moving;
}

int ra_runs_merge(struct ra_runs *r, struct ra_err *err)
{
    int rc = 0;

    if (r->fp && fflush(r->fp) != 0)
        return fail(r, "written", err);
    r->heap = ra_calloc(r->n, sizeof *r->heap);
    for (size_t i = 0; i < r->n; i++) {
        rc = step(r, &r->of[i], err);
        if (rc < 0)
            return rc;
        if (rc > 0)
            r->heap[r->waiting++] = &r->of[i];
    }
    for (size_t i = r->waiting / 2; i-- > 0;)
        sift_down(r, i);
    return 0;
}

/* Takes the pair on top away. */
static int advance(struct ra_runs *r, struct ra_err *err)
{
    int rc = step(r, r->heap[0], err);

    if (rc < 0)
        return rc;
    if (rc == 0)
        r->heap[0] = r->heap[--r->waiting];
    if (r->waiting > 0)
        sift_down(r, 0);
    return 0;
}

int ra_runs_next(struct ra_runs *r, struct ra_str *key, struct ra_str *value, struct ra_err *err)
{
    int rc = r->at_hand ? advance(r, err) : 0;

    r->at_hand = rc == 0 && r->waiting > 0;
    if (!r->at_hand)
        return rc;
    *key = r->heap[0]->key;
    *value = r->heap[0]->value;
    return 1;
}

void ra_runs_free(struct ra_runs *r)
{
    if (r->fp)
        fclose(r->fp);
    for (size_t i = 0; i < r->n; i++)
        free(r->of[i].p);
    free(r->of);
    free(r->heap);
    free(r->path);
    *r = (struct ra_runs){0};
}
