/* A file with this content, read; what it gave, and what was wrong with it. */
#ifndef RA_TESTS_UNIT_IMPORT_GIVEN_H
#define RA_TESTS_UNIT_IMPORT_GIVEN_H

#include "recovery/import/import.h"

#define GIVEN_MAX 16

struct given {
    int rc;
    struct ra_err err;
    struct ra_import_totals totals;
    struct ra_import_entry e[GIVEN_MAX];
    size_t n;
    char wrong[GIVEN_MAX][640];
    size_t wrong_n;
    struct ra_arena arena;
};

void given_file(const void *text, size_t n, char path[64]); /* below /tmp; removed by given_gone */
void given_gone(const char *path);
void given_read(struct given *g, enum ra_import_format format, const char *path);
/* The same for a text of which path is made up. */
void given_text(struct given *g, enum ra_import_format format, const char *text);
void given_free(struct given *g);

/* The message without the path before its first ": ". */
const char *given_said(const char *message);
void assert_str(struct ra_str s, const char *want);

int run_csv(void), run_csexport(void), run_folder(void), run_settings(void), run_wrong(void);

#endif
