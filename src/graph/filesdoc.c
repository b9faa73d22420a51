/* Documents out of saved responses, whatever form they were saved in, as the live ones come. */
#include "src/base/file.h"
#include "src/graph/document.h"
#include "src/graph/files.h"
#include "src/graph/jsonarena.h"
#include "src/graph/split.h"

#include <stdlib.h>
#include <string.h>

#define OBJECT_MAX ((size_t)64 << 20)

static int take_refusal(const char *path, enum ra_document d, struct ra_str body,
                        enum ra_document_state *state, struct ra_buf *json, struct ra_err *refusal)
{
    struct ra_fault f = {0};

    ra_fault_read_json(body, &f);
    *state = RA_DOC_REFUSED;
    ra_buf_clear(json);
    ra_buf_put(json, body.p, body.n);
    /* A saved body has no status: the code says the same. */
    f.status = strcmp(f.code, "Authorization_RequestDenied") == 0 ? 403 : 400;
    ra_refusal_fill(refusal, path, &f, ra_document_permission(d));
    return 0;
}

/* Appends the elements, each checked and printed as the live ones are. */
static int merge_elements(struct ra_graph *g, struct ra_split *s, struct ra_buf *json,
                          struct ra_buf *error, struct ra_err *err)
{
    struct ra_str element, text;
    const cJSON *root;
    size_t at, n = 0;
    int rc;

    ra_buf_puts(json, "{\"value\":[");
    while ((rc = ra_split_next(s, &element, err)) > 0) {
        ra_arena_reset(&g->page);
        root = ra_json_parse(&g->page, element, &at);
        if (!root)
            return ra_split_fail(s, at, err, "not JSON");
        text = ra_json_print(&g->page, root);
        if (s->form == RA_SPLIT_LINES &&
            cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(root, "error")))
            ra_buf_put(error, text.p, text.n);
        if (n++)
            ra_buf_putc(json, ',');
        ra_buf_put(json, text.p, text.n);
    }
    ra_buf_puts(json, "]}");
    if (rc == 0 && json->overflow)
        rc = ra_fail(err, RA_EINPUT, "%s: larger than the %zu bytes allowed", s->path, json->max);
    return rc;
}

static int read_object(struct ra_graph *g, const char *path, struct ra_buf *json,
                       struct ra_err *err)
{
    struct ra_buf text;
    struct ra_str printed, whole;
    const cJSON *root;
    size_t at;
    int rc = ra_file_read(path, OBJECT_MAX, RA_EINPUT, &text, err);

    if (rc != 0)
        return rc;
    whole = ra_str_n(text.p, text.n);
    if (whole.n >= 3 && memcmp(whole.p, "\xEF\xBB\xBF", 3) == 0)
        whole = ra_str_from(whole, 3);
    ra_arena_reset(&g->page);
    root = ra_json_parse(&g->page, whole, &at);
    if (!root) {
        rc = ra_fail(err, RA_EINPUT, "%s: offset %zu: not JSON", path, at);
    } else {
        printed = ra_json_print(&g->page, root);
        ra_buf_clear(json);
        ra_buf_put(json, printed.p, printed.n);
    }
    ra_buf_free(&text);
    return rc;
}

static int read_document(struct ra_graph *g, const char *path, enum ra_document d,
                         enum ra_document_state *state, struct ra_buf *json, struct ra_err *refusal,
                         struct ra_err *err)
{
    struct ra_split s;
    struct ra_buf error;
    int rc = ra_split_open(&s, path, err);

    ra_buf_init(&error, OBJECT_MAX);
    *state = RA_DOC_READ;
    if (rc == 0)
        rc = merge_elements(g, &s, json, &error, err);
    if (rc == 0 && s.error.n)
        rc = take_refusal(path, d, ra_str_n(s.error.p, s.error.n), state, json, refusal);
    else if (rc == 0 && error.n)
        rc = take_refusal(path, d, ra_str_n(error.p, error.n), state, json, refusal);
    else if (rc == 0 && s.next_link)
        rc = ra_fail(err, RA_EINCOMPLETE, "%s: ends with an @odata.nextLink: pages are missing",
                     path);
    else if (rc == 0 && s.form == RA_SPLIT_OBJECT)
        rc = read_object(g, path, json, err);
    ra_buf_free(&error);
    ra_split_close(&s);
    return rc;
}

/* The beta's own file, else what was saved as onPremisesSynchronization, which may be either. */
static int find_document(const struct ra_graph *g, enum ra_document d, char **out,
                         struct ra_err *err)
{
    int rc = ra_files_find(g->o.files_dir, ra_document_name(d), out, err);

    if (rc == 0 && !*out && d == RA_DOC_SYNCHRONIZATION_BETA)
        rc = ra_files_find(g->o.files_dir, ra_document_name(RA_DOC_SYNCHRONIZATION), out, err);
    return rc;
}

/* One of organization and domains must be there. */
static int check_missing(const struct ra_graph *g, enum ra_document d, struct ra_err *err)
{
    bool first = d == RA_DOC_ORGANIZATION;
    char *other = NULL;
    int rc;

    if (!first && d != RA_DOC_DOMAINS)
        return 0;
    rc = ra_files_find(g->o.files_dir,
                       ra_document_name(first ? RA_DOC_DOMAINS : RA_DOC_ORGANIZATION), &other, err);
    if (rc == 0 && !other)
        rc = ra_fail(err, RA_EINCOMPLETE,
                     "%s: there is neither organization.json nor domains.json, want one of them",
                     g->o.files_dir);
    free(other);
    return rc;
}

int ra_files_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                      struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    char *path;
    int rc = find_document(g, d, &path, err);

    *state = RA_DOC_MISSING;
    if (rc == 0 && !path)
        return check_missing(g, d, err);
    if (rc == 0)
        rc = read_document(g, path, d, state, json, refusal, err);
    free(path);
    return rc;
}
