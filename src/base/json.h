/*
 * Writing JSON as a stream, one value after another into a buffer; reading is cJSON's. Strings are
 * bytes that should be UTF-8: what is not becomes U+FFFD, so that the output always is. Commas are
 * placed by the writer; the caller keeps the brackets balanced.
 */
#ifndef RA_BASE_JSON_H
#define RA_BASE_JSON_H

#include "src/base/buf.h"
#include "src/base/text.h"

struct ra_json {
    struct ra_buf *out;
    bool comma; /* the next value or key needs one before it */
};

void ra_json_init(struct ra_json *j, struct ra_buf *out);
void ra_json_object(struct ra_json *j);
void ra_json_object_end(struct ra_json *j);
void ra_json_array(struct ra_json *j);
void ra_json_array_end(struct ra_json *j);
void ra_json_key(struct ra_json *j, const char *key);
void ra_json_key_str(struct ra_json *j, struct ra_str key);
void ra_json_str(struct ra_json *j, struct ra_str s); /* null when absent or empty */
void ra_json_z(struct ra_json *j, const char *z);     /* null when NULL */
void ra_json_int(struct ra_json *j, long long v);
void ra_json_real(struct ra_json *j,
                  double v); /* at most two digits behind the point; null when not finite */
void ra_json_bool(struct ra_json *j, bool v);
void ra_json_null(struct ra_json *j);
void ra_json_raw(struct ra_json *j, struct ra_str json); /* a value already encoded */

/* Only the escaped text of s between two quotes. */
void ra_json_escape(struct ra_buf *out, struct ra_str s);

/* One CSV field (RFC 4180), quoted where it must be, and against formulas: a field that a
 * spreadsheet would take for one gets an apostrophe in front. */
void ra_csv_field(struct ra_buf *out, struct ra_str s);

#endif
