#include "recovery/import/json.h"

#include <stdio.h>
#include <string.h>

static uint64_t lines_before(struct ra_str text, const char *at)
{
    uint64_t line = 1;

    for (const char *p = text.p; p < at && p < text.p + text.n; p++)
        line += *p == '\n';
    return line;
}

cJSON *ra_import_json(struct ra_import_reader *r, const char *file, struct ra_str text)
{
    const char *at = text.p;
    cJSON *tree =
        ra_str_absent(text) ? NULL : cJSON_ParseWithLengthOpts(text.p, text.n, &at, false);
    struct ra_str rest = {NULL, 0}, found;
    char room[96];

    if (tree)
        rest = ra_import_trim(ra_str_from(text, (size_t)(at - text.p)));
    if (tree && ra_str_absent(rest))
        return tree;
    cJSON_Delete(tree);
    if (ra_str_absent(text)) {
        (void)ra_import_wrong(r, file, 1, "is empty, want a JSON object");
        return NULL;
    }
    at = rest.p ? rest.p : at;
    found = ra_str_from(text, (size_t)(at - text.p));
    found.n = found.n < 40 ? found.n : 40;
    (void)ra_import_wrong(r, file, lines_before(text, at), "'%s' is no JSON that goes on, want %s",
                          found.n ? ra_import_quote(found, room) : "the end of the file",
                          rest.p ? "nothing behind the object" : "a value, or the rest of one");
    return NULL;
}

uint64_t ra_import_json_line(struct ra_str text, const char *key)
{
    char quoted[80];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%.70s\"", key);
    at = memmem(text.p, text.n, quoted, strlen(quoted));
    return at ? lines_before(text, at) : 1;
}

struct ra_str ra_import_json_text(const cJSON *object, const char *key)
{
    const cJSON *m = cJSON_GetObjectItem(object, key);

    return cJSON_IsString(m) ? ra_str(m->valuestring) : ra_str_n(NULL, 0);
}
