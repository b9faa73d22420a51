/*
 * The source of saved responses: a folder with NAME.json or NAME.ndjson for each collection and
 * document. Objects are decoded by the same code as live pages.
 */
#ifndef RA_GRAPH_FILES_H
#define RA_GRAPH_FILES_H

#include "src/graph/internal.h"

/* RA_ECONFIG unless the folder is there and can be read. */
int ra_files_check(const char *dir, struct ra_err *err);

/* The path of NAME.json or NAME.ndjson, to be freed; NULL when there is neither. RA_EINPUT when
 * there are both: nobody could say which one counts. */
int ra_files_find(const char *dir, const char *name, char **out, struct ra_err *err);

int ra_files_read(struct ra_graph *g, const struct ra_chain *chains, size_t n, ra_page_fn *page,
                  void *ctx, struct ra_err *err);

int ra_files_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                      struct ra_buf *json, struct ra_err *refusal, struct ra_err *err);

#endif
