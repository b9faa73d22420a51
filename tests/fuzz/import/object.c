/* Any bytes as a user's file in a folder of EntraExporter, as text of either encoding. */
#include "recovery/import/graph_object.h"
#include "recovery/import/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import/twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char id[] = "5092f54a-7b40-41a1-83b5-4d1773702e3a";
    struct seen seen = {0};
    const struct ra_import_sink sink = {.each = see, .wrong = note, .ctx = &seen};
    struct ra_import_totals totals = {0};
    struct ra_import_reader r = {.path = "entra", .sink = &sink, .totals = &totals};
    struct ra_err err = {0};
    struct ra_buf text;
    uint64_t line;

    ra_buf_init(&text, (size_t)1 << 20);
    if (ra_import_text_whole(as_file(data, size), (size_t)1 << 19, &text, &line, &err) == 0) {
        struct ra_str json = ra_str_n(text.p, text.n);
        if (ra_import_graph_object(&r, "Users/x", RA_USER, id, json, &err) != 0 ||
            seen.objects + seen.wrong != 1)
            abort();
        (void)ra_import_graph_tenant(&r, "Organization", json, &err);
    } else if (!err.msg[0]) {
        abort();
    }
    ra_buf_free(&text);
    return 0;
}
