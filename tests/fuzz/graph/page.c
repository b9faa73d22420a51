/* Any bytes as a page of one of the collections (the first byte says which): parsed and decoded, or
 * refused with a message; never an object without an id. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/graph/items.h"

#include <stdlib.h>

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
        items_decode(root, (enum ra_collection)(data[0] % RA_COLLECTIONS), false, &arena);
    else if (at > text.n)
        abort();
    ra_arena_free(&arena);
    return 0;
}
