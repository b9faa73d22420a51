#include "src/graph/files.h"

#include "src/graph/decode.h"
#include "src/graph/fault.h"
#include "src/graph/jsonarena.h"
#include "src/graph/split.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 1000 };
#define MARK "saved:" /* and the number of objects before it */

int ra_files_check(const char *dir, struct ra_err *err)
{
    struct stat st;

    if (stat(dir, &st) != 0)
        ra_fail(err, RA_ECONFIG, "[tenant] source = files:%s: %s", dir, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        ra_fail(err, RA_ECONFIG, "[tenant] source = files:%s: is not a folder", dir);
    else if (access(dir, R_OK | X_OK) != 0)
        ra_fail(err, RA_ECONFIG, "[tenant] source = files:%s: %s", dir, strerror(errno));
    else
        return 0;
    ra_hint(err, "name the folder that holds users.json and the others, as fetch --save writes it");
    return -(int)RA_ECONFIG;
}

/* *out stays NULL only where there is no such file: one that cannot be looked at is not missing. */
static int path_if_there(const char *dir, const char *name, const char *suffix, char **out,
                         struct ra_err *err)
{
    struct ra_buf path;
    struct stat st;
    int rc = 0;

    *out = NULL;
    ra_buf_init(&path, 1 << 16);
    ra_buf_printf(&path, "%s/%s%s", dir, name, suffix);
    if (stat(ra_buf_z(&path), &st) == 0) {
        *out = path.p;
        return 0;
    }
    if (errno != ENOENT)
        rc = ra_fail(err, RA_EIO, "%s: %s", ra_buf_z(&path), strerror(errno));
    ra_buf_free(&path);
    return rc;
}

int ra_files_find(const char *dir, const char *name, char **out, struct ra_err *err)
{
    char *whole = NULL, *lines = NULL;
    int rc = path_if_there(dir, name, ".json", &whole, err);

    if (rc == 0)
        rc = path_if_there(dir, name, ".ndjson", &lines, err);
    if (rc != 0) {
        free(whole);
        whole = NULL;
    } else if (whole && lines) {
        rc = ra_fail(err, RA_EINPUT, "%s: stands beside %s.ndjson, want one of the two", whole,
                     name);
        free(whole);
        whole = NULL;
    }
    if (rc == 0 && lines) {
        *out = lines;
        return 0;
    }
    free(lines);
    *out = whole;
    return rc;
}

/* ---- one collection ---- */

struct reading {
    struct ra_graph *g;
    const struct ra_chain *chain;
    size_t index;
    ra_page_fn *page;
    void *ctx;
    struct ra_split split;
    struct ra_source source;
    struct ra_objects objects;
    uint64_t seen, skip;
};

static int deliver(struct reading *r, bool last, struct ra_err *err)
{
    char mark[32];
    int rc;

    snprintf(mark, sizeof mark, MARK "%llu", (unsigned long long)(r->seen));
    rc = r->page(r->ctx, r->index, r->objects.items, r->objects.n,
                 last ? (struct ra_str){NULL, 0} : ra_str(mark), err);
    ra_objects_clear(&r->objects);
    ra_arena_reset(&r->g->page);
    return rc;
}

/* A saved refusal: the collection is needed, so that its absence ends the run. */
static int refused(const struct reading *r, struct ra_str body, struct ra_err *err)
{
    struct ra_fault f = {0};
    const struct ra_permission *p = ra_collection_permission(r->chain->collection);

    ra_fault_read_json(body, &f);
    if (strcmp(f.code, "Authorization_RequestDenied") == 0) {
        ra_fail(err, RA_EPERMISSION, "%s: holds Graph's refusal %s: %s", r->split.path, f.code,
                f.message);
        return ra_hint(err, "grant the app the application permission %s (%s) and save again",
                       p->name, p->app_role_id);
    }
    ra_fail(err, RA_EINCOMPLETE, "%s: holds Graph's error %s: %s, want the objects", r->split.path,
            f.code, f.message);
    return ra_hint(err, "save this response again");
}

/* In the form of one object a line the error body is a line. */
static bool is_error_line(const struct reading *r, const cJSON *root)
{
    return r->split.form == RA_SPLIT_LINES && cJSON_IsObject(root) &&
           cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(root, "error"));
}

static int take_element(struct reading *r, struct ra_str element, struct ra_err *err)
{
    size_t at;
    const cJSON *root;

    if (r->seen < r->skip) {
        r->seen++;
        return 0;
    }
    root = ra_json_parse(&r->g->page, element, &at);
    if (!root)
        return ra_split_fail(&r->split, at, err, "not JSON");
    if (is_error_line(r, root))
        return refused(r, element, err);
    r->seen++;
    return ra_decode_object(root, r->chain->collection, &r->source, r->seen, &r->g->page,
                            &r->objects, err);
}

/* The end of the file is the end of the list only when the file says so. */
static int check_end(const struct reading *r, struct ra_err *err)
{
    if (r->split.error.n)
        return refused(r, ra_str_n(r->split.error.p, r->split.error.n), err);
    if (r->split.form == RA_SPLIT_OBJECT)
        return ra_fail(err, RA_EINPUT, "%s: an object without the array \"value\"", r->split.path);
    if (r->split.next_link) {
        ra_fail(err, RA_EINCOMPLETE, "%s: ends with an @odata.nextLink: pages are missing",
                r->split.path);
        return ra_hint(err, "save the whole collection, all pages in one \"value\"");
    }
    return 0;
}

static int read_elements(struct reading *r, struct ra_err *err)
{
    struct ra_str element;
    int rc;

    while ((rc = ra_split_next(&r->split, &element, err)) > 0) {
        /* A full page goes out once it is known that another object follows. */
        rc = r->objects.n == PAGE ? deliver(r, false, err) : 0;
        if (rc == 0 && r->g->o.stop && *r->g->o.stop)
            rc = ra_graph_stopped(r->g, err);
        if (rc == 0)
            rc = take_element(r, element, err);
        if (rc != 0)
            return rc;
    }
    if (rc == 0)
        rc = check_end(r, err);
    return rc == 0 ? deliver(r, true, err) : rc;
}

static int parse_mark(struct reading *r, struct ra_err *err)
{
    struct ra_str mark = ra_str(r->chain->mark);
    unsigned long long n;

    if (!r->chain->mark)
        return 0;
    if (!ra_str_starts_fold(mark, RA_STR(MARK)) ||
        !ra_parse_uint(ra_str_from(mark, sizeof MARK - 1), &n))
        return ra_fail(err, RA_EINTERNAL, "%s: \"%s\" is no mark of saved responses", r->split.path,
                       r->chain->mark);
    r->skip = n;
    return 0;
}

static int read_collection(struct reading *r, const char *path, struct ra_err *err)
{
    int rc = ra_split_open(&r->split, path, err);

    r->source = (struct ra_source){path, RA_EINPUT, false};
    ra_arena_reset(&r->g->page);
    if (rc == 0)
        rc = parse_mark(r, err);
    if (rc == 0)
        rc = read_elements(r, err);
    ra_split_close(&r->split);
    ra_objects_free(&r->objects);
    return rc;
}

/* ---- all of them ---- */

static int find_required(const struct ra_graph *g, const struct ra_chain *c, char **out,
                         struct ra_err *err)
{
    const char *name = ra_collection_name(c->collection);
    int rc = ra_files_find(g->o.files_dir, name, out, err);

    if (rc != 0 || *out)
        return rc;
    ra_fail(err, RA_EINCOMPLETE, "%s: there is no %s.json or %s.ndjson", g->o.files_dir, name,
            name);
    return ra_hint(err, "users, groups, contacts, devices and deletedUsers are required; where the "
                        "tenant has none, save {\"value\":[]}");
}

int ra_files_read(struct ra_graph *g, const struct ra_chain *chains, size_t n, ra_page_fn *page,
                  void *ctx, struct ra_err *err)
{
    char **paths = ra_calloc(n, sizeof *paths);
    int rc = 0;

    /* All are looked for before the first is read: what is missing is known at once. */
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = chains[i].filter ? ra_fail(err, RA_EINTERNAL, "saved responses cannot be filtered")
                              : find_required(g, &chains[i], &paths[i], err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct reading r = {.g = g, .chain = &chains[i], .index = i, .page = page, .ctx = ctx};
        rc = read_collection(&r, paths[i], err);
    }
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
    return rc;
}
