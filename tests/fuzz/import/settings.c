/* Any bytes as the settings of Entra Connect: refused with a message, or a configuration whose
 * lines are those of the format. */
#include "recovery/import/adsync.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import/twice.h"

#include <string.h>

static void check_lines(const char *text)
{
    static const char *const begin[] = {
        "; ",         "[ad:",     "uri = ",       "include = ",
        "exclude = ", "[anchor]", "attribute = ", "login_attribute = ",
        ";   "};
    bool ok = true;

    for (const char *line = text; *line && ok; line += strcspn(line, "\n") + 1) {
        ok = *line == '\n';
        for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
            ok = ok || strncmp(line, begin[i], strlen(begin[i])) == 0;
    }
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {0};
    const struct ra_import_sink sink = {.wrong = note, .ctx = &seen};
    struct ra_err err = {0};
    struct ra_adsync a;
    struct ra_buf out;
    int rc = ra_adsync_read(as_file(data, size), &sink, &a, &err);

    check(rc, &err, &seen);
    if (rc != 0)
        return 0;
    ra_buf_init(&out, (size_t)64 << 20);
    ra_adsync_config(&a, "settings.json", &out);
    check_lines(ra_buf_z(&out));
    ra_buf_free(&out);
    ra_adsync_free(&a);
    return 0;
}
