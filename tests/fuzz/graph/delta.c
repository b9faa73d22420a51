/* Any bytes as a page of changes (the first byte says of which collection): links pinned to their
 * host or refused, items decoded or refused with a message; a removed one has an id like the
 * others. */
#include "src/graph/endpoint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/graph/items.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A link that is let through begins with our host and nothing that could continue its name. */
static void follow(const cJSON *root, const char *name)
{
    static const char base[] = "https://graph.example";
    static struct ra_endpoint host;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, name));
    struct ra_err err = {0};
    char *url = text ? ra_url_from_link(ra_str(text)) : NULL;

    if (!host.base && ra_endpoint_parse("graph_url", base, false, &host, &err) != 0)
        abort();
    if (url && ra_endpoint_pin(&host, url, "fuzz", name, &err) == 0 &&
        (strncasecmp(url, base, sizeof base - 1) != 0 || !strchr("/?:#", url[sizeof base - 1])))
        abort();
    free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_arena arena = {0};
    size_t at = 0;
    cJSON *root;

    if (size < 2)
        return 0;
    ra_json_arena_setup();
    root = ra_json_parse(&arena, (struct ra_str){(const char *)data + 1, size - 1}, &at);
    if (root) {
        follow(root, "@odata.nextLink");
        follow(root, "@odata.deltaLink");
        items_decode(root, (enum ra_collection)(data[0] % RA_COLLECTIONS), true, &arena);
    }
    ra_arena_free(&arena);
    return 0;
}
