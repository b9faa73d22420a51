/* JSON text with its faults told by line. Internal. */
#ifndef RA_IMPORT_JSON_H
#define RA_IMPORT_JSON_H

#include "recovery/import/reader.h"

#include <cjson/cJSON.h>

/* NULL after noting at which line the text is no JSON; anything but white space behind the value
 * is a fault too. */
cJSON *ra_import_json(struct ra_import_reader *r, const char *file, struct ra_str text);
/* Which line the first `"key"` of the text stands in, or 1. */
uint64_t ra_import_json_line(struct ra_str text, const char *key);
/* A member that is text, without case in its name; absent when it is not. */
struct ra_str ra_import_json_text(const cJSON *object, const char *key);

#endif
