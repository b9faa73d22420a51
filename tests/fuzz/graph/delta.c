/* Any bytes as a page of changes (the first byte says of which collection): links pinned to their
 * host or refused, items decoded or refused with a message; a removed one has an id like the
 * others. */
#include "src/graph/endpoint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/graph/items.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether it is https, to our host and to nothing that only begins like it. libcurl, which both
 * reads and follows links, takes one to three slashes. */
static bool is_ours(const char *url)
{
    static const char scheme[] = "https:", host[] = "graph.example";
    const char *at = url + sizeof scheme - 1;

    if (strncasecmp(url, scheme, sizeof scheme - 1) != 0)
        return false;
    at += strspn(at, "/");
    return strncasecmp(at, host, sizeof host - 1) == 0 && strchr("/?:#", at[sizeof host - 1]);
}

static void follow(const cJSON *root, const char *name)
{
    static struct ra_endpoint host;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, name));
    struct ra_err err = {0};
    char *url = text ? ra_url_from_link(ra_str(text)) : NULL;

    if (!host.base &&
        ra_endpoint_parse("graph_url", "https://graph.example", false, &host, &err) != 0)
        abort();
    if (url && ra_endpoint_pin(&host, url, "fuzz", name, &err) == 0 && !is_ours(url))
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
