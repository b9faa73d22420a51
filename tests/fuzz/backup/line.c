/* Any bytes as a line of a backup's data: refused with a message, or an object that is the same
 * when it is written and read once more. */
#include "recovery/backup/facts.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void object(const cJSON *line)
{
    struct ra_line_scratch a, b;
    struct ra_backup_object o, again;
    struct ra_err err = {0};
    struct ra_buf text, second;
    struct ra_json j;
    cJSON *tree;

    ra_line_scratch_init(&a);
    ra_line_scratch_init(&b);
    ra_buf_init(&text, RA_BACKUP_LINE_MAX);
    ra_buf_init(&second, RA_BACKUP_LINE_MAX);
    if (ra_line_object_read(line, &a, &o, &err) == 0) {
        ra_json_init(&j, &text);
        ra_line_object(&j, &o);
        tree = cJSON_ParseWithLength(text.p, text.n);
        if (!tree || ra_line_object_read(tree, &b, &again, &err) != 0)
            abort();
        ra_json_init(&j, &second);
        ra_line_object(&j, &again);
        if (text.n != second.n || memcmp(text.p, second.p, text.n) != 0)
            abort();
        cJSON_Delete(tree);
    } else if (err.code != RA_EINTEGRITY || !err.msg[0])
        abort();
    ra_buf_free(&text);
    ra_buf_free(&second);
    ra_line_scratch_free(&a);
    ra_line_scratch_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *line = cJSON_ParseWithLength((const char *)data, size);
    struct ra_facts_reader facts = {.header = true};
    struct ra_str type;
    bool known;

    if (line && ra_member_text(line, "type", &type)) {
        object(line);
        (void)ra_facts_read(&facts, line, type, &known, NULL);
    }
    ra_facts_free(&facts);
    cJSON_Delete(line);
    return 0;
}
