/* Any bytes as a page of one of the collections (the first byte says which): parsed and decoded, or
 * refused with a message; never an object without an id. */
#include "src/graph/decode.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void look_at(const struct ra_objects *objects)
{
    size_t sum = 0;

    for (size_t i = 0; i < objects->n; i++) {
        const struct ra_graph_object *o = &objects->items[i];

        if (!o->field[RA_GF_ID].n || o->field[RA_GF_ID].n > RA_ID_MAX)
            abort();
        for (int f = 0; f < RA_GF_COUNT; f++)
            for (size_t b = 0; b < o->field[f].n; b++)
                sum += (unsigned char)o->field[f].p[b];
        for (size_t p = 0; p < o->proxies_n; p++)
            sum += o->proxies[p].n;
    }
    if (sum == SIZE_MAX) /* so that every byte is read */
        abort();
}

static void decode(const cJSON *root, enum ra_collection in, struct ra_arena *arena)
{
    static const struct ra_source from = {"fuzz", RA_EINPUT, false};
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, "value"), *item;
    struct ra_objects objects = {0};
    struct ra_err err = {0};
    uint64_t at = 0;
    int rc = 0;

    cJSON_ArrayForEach(item, value) if (rc == 0) rc =
        ra_decode_object(item, in, &from, ++at, arena, &objects, &err);
    if (rc > 0 || (rc < 0 && (err.code != -rc || !err.msg[0])))
        abort();
    look_at(&objects);
    ra_objects_free(&objects);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_arena arena = {0};
    size_t at = 0;
    struct ra_str text = {(const char *)data + 1, size - 1};
    cJSON *root;

    if (size < 2)
        return 0;
    ra_json_arena_setup();
    root = ra_json_parse(&arena, text, &at);
    if (root)
        decode(root, (enum ra_collection)(data[0] % RA_COLLECTIONS), &arena);
    else if (at > text.n)
        abort();
    ra_arena_free(&arena);
    return 0;
}
