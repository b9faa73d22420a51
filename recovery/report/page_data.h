/*
 * The rows of report.html as compact data: one string a field, the rows' cells behind each other.
 * What many rows share stands once in a dictionary, and what repeats another field of the row is
 * one character. docs: see the comment in page_data.c, which page.js undoes.
 */
#ifndef RA_REPORT_PAGE_DATA_H
#define RA_REPORT_PAGE_DATA_H

#include "recovery/report/remedy.h"
#include "src/base/json.h"

struct ra_page_data;

/* limit: bytes that the data may take on the page. */
struct ra_page_data *ra_page_data_new(size_t limit);
void ra_page_data_free(struct ra_page_data **d);
/* False when the row no longer fits: then it is not there, and no later one should be tried. */
bool ra_page_data_row(struct ra_page_data *d, const struct ra_row *row,
                      const struct ra_remedy *remedy);
size_t ra_page_data_count(const struct ra_page_data *d);
/* Calls write for each key and its JSON value, one after another. */
void ra_page_data_write(struct ra_page_data *d,
                        void (*write)(void *ctx, const char *key, struct ra_str json), void *ctx);

#endif
