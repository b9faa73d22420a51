#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void given_file(const void *text, size_t n, char path[64])
{
    int fd;

    strcpy(path, "/tmp/reanchor-import.XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
}

void given_gone(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static struct ra_str copy(struct given *g, struct ra_str s)
{
    return ra_str_n(ra_arena_copy(&g->arena, s.p, s.n), s.n);
}

static int each(void *ctx, const struct ra_import_entry *e, struct ra_err *err)
{
    struct given *g = ctx;
    struct ra_import_entry *to = &g->e[g->n];

    (void)err;
    assert_true(g->n < GIVEN_MAX);
    *to = *e;
    to->anchor = copy(g, e->anchor);
    to->id = copy(g, e->id);
    to->upn = copy(g, e->upn);
    to->sid = copy(g, e->sid);
    to->smtp = copy(g, e->smtp);
    to->sam = copy(g, e->sam);
    to->dn = copy(g, e->dn);
    to->display_name = copy(g, e->display_name);
    to->identifier = copy(g, e->identifier);
    to->other.bytes = copy(g, e->other.bytes);
    to->file = NULL;
    g->n++;
    return 0;
}

static void wrong(void *ctx, const char *message)
{
    struct given *g = ctx;

    assert_true(g->wrong_n < GIVEN_MAX);
    snprintf(g->wrong[g->wrong_n++], sizeof g->wrong[0], "%s", given_said(message));
}

void given_read(struct given *g, enum ra_import_format format, const char *path)
{
    const struct ra_import_sink sink = {.each = each, .wrong = wrong, .ctx = g};

    *g = (struct given){0};
    g->rc = ra_import_read(path, format, &sink, &g->totals, &g->err);
}

void given_text(struct given *g, enum ra_import_format format, const char *text)
{
    char path[64];

    given_file(text, strlen(text), path);
    given_read(g, format, path);
    given_gone(path);
}

void given_free(struct given *g)
{
    ra_arena_free(&g->arena);
}

const char *given_said(const char *message)
{
    const char *behind = strstr(message, ": ");

    return behind ? behind + 2 : message;
}

void assert_str(struct ra_str s, const char *want)
{
    char have[512];

    snprintf(have, sizeof have, RA_STR_FMT, RA_STR_ARG(s));
    assert_string_equal(have, want);
}
