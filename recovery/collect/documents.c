#include "recovery/collect/documents.h"

#include <string.h>

bool ra_doc_is_read(const struct ra_doc *d)
{
    return ra_str_eq(d->state, RA_STR("read")) && !ra_str_absent(d->json);
}

cJSON *ra_doc_parse(const char *name, const struct ra_doc *d, struct ra_err *err)
{
    cJSON *doc = cJSON_ParseWithLength(d->json.p, d->json.n);

    if (!doc)
        ra_fail(err, RA_EINTEGRITY, "the cached document %s is not JSON", name);
    return doc;
}

const cJSON *ra_doc_first(const cJSON *doc)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(doc, "value");

    if (cJSON_IsArray(doc))
        return doc->child;
    if (cJSON_IsArray(value))
        return value->child;
    return doc;
}

bool ra_doc_is_group(struct ra_cache_cursor *ids, struct ra_str id)
{
    char folded[256];
    struct ra_str key, value;
    struct ra_entry e;
    int rc;

    if (!ids || id.n > sizeof folded)
        return false;
    ra_fold_into(folded, id.p, id.n);
    rc = ra_cache_cursor_seek(ids, (struct ra_str){folded, id.n});
    if (rc == 0)
        rc = ra_cache_cursor_next(ids, &key, &value);
    if (rc < 0)
        ra_cache_cursor_lost(ids);
    return rc == 1 && ra_str_eq(key, (struct ra_str){folded, id.n}) && ra_entry_unpack(value, &e) &&
           e.kind == RA_GROUP;
}

struct ra_str ra_json_text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsString(item) ? ra_str_n(item->valuestring, strlen(item->valuestring))
                                : (struct ra_str){NULL, 0};
}

struct ra_str ra_json_copy(const cJSON *object, const char *key, struct ra_arena *a)
{
    struct ra_str s = ra_json_text(object, key);

    return ra_str_absent(s) ? s : (struct ra_str){ra_arena_copy(a, s.p, s.n), s.n};
}

struct ra_str ra_json_folded(const cJSON *object, const char *key, struct ra_arena *a)
{
    struct ra_str s = ra_json_text(object, key);
    char *copy;

    if (ra_str_absent(s))
        return s;
    copy = ra_arena_alloc(a, s.n);
    ra_fold_into(copy, s.p, s.n);
    return (struct ra_str){copy, s.n};
}
