#include "tests/fuzz/graph/items.h"

#include <stdlib.h>

static void look_at(const struct ra_objects *objects)
{
    size_t sum = 0;

    for (size_t i = 0; i < objects->n; i++) {
        const struct ra_graph_object *o = &objects->items[i];

        if (!o->field[RA_GF_ID].n || o->field[RA_GF_ID].n > RA_ID_MAX)
            abort();
        if (o->removed > RA_REMOVED_FOR_GOOD)
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

void items_decode(const cJSON *root, enum ra_collection in, bool delta, struct ra_arena *arena)
{
    const struct ra_source from = {"fuzz", delta ? RA_ESERVER : RA_EINPUT, delta};
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
