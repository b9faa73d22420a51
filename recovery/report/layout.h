/*
 * What terminal texts are laid out with: wrapped paragraphs, tables, numbers with separators.
 * Control characters in names never reach the terminal. The vendor of tables (libsmartcols) stays
 * behind this.
 */
#ifndef RA_REPORT_LAYOUT_H
#define RA_REPORT_LAYOUT_H

#include "recovery/report/report.h"

#define RA_NUMBER_TEXT 28

/* 1234567 as "1,234,567". */
const char *ra_number_text(uint64_t n, char out[RA_NUMBER_TEXT]);

/* Appends the text with control characters as \XX, what turns the direction of writing as \uXXXX,
 * and bytes that are no UTF-8 as '?'. */
void ra_layout_safe(struct ra_buf *out, struct ra_str s);

/* The text as one word of a shell's command line, quoted where it must be; NULL for NULL. Free it
 * with free(). */
char *ra_shell_word(const char *z);

/* Appends a paragraph: first at the start of its first line, the later lines indented to the column
 * where the text begins, broken between words at style->width. */
void ra_layout_paragraph(const struct ra_report_style *style, const char *first, struct ra_str text,
                         struct ra_buf *out);
void ra_layout_paragraph_z(const struct ra_report_style *style, const char *first, const char *text,
                           struct ra_buf *out);

enum ra_colour { RA_PLAIN, RA_BOLD, RA_GREEN, RA_YELLOW, RA_RED, RA_DIM };
/* Appends the text in the colour, if the style has any. */
void ra_layout_colour(const struct ra_report_style *style, enum ra_colour colour, const char *text,
                      struct ra_buf *out);

struct ra_table;

enum { RA_COLUMN_RIGHT = 1, RA_COLUMN_WRAP = 2, RA_COLUMN_LINES = 4 };

struct ra_table *ra_table_new(const struct ra_report_style *style);
void ra_table_column(struct ra_table *t, const char *name, int how); /* name "" : no heading */
void ra_table_row(struct ra_table *t);
void ra_table_cell(struct ra_table *t, struct ra_str s); /* the row's next cell */
/* A cell of a RA_COLUMN_LINES column: broken at so many columns, within a word where need be, best
 * behind a comma or a blank; 0 for not at all. */
void ra_table_cell_lines(struct ra_table *t, struct ra_str s, unsigned columns);
void ra_table_cell_z(struct ra_table *t, const char *z);
/* Appends the table, indented by two spaces, and frees it. */
void ra_table_print(struct ra_table **t, struct ra_buf *out);

#endif
