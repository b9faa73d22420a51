/* A file on its way in: where it is wrong, what it gave so far. Internal. */
#ifndef RA_IMPORT_READER_H
#define RA_IMPORT_READER_H

#include "recovery/import/import.h"

#define RA_IMPORT_WRONG_MAX   1000 /* wrong places after which reading ends */
#define RA_IMPORT_VALUE_MAX   ((size_t)1 << 20)
#define RA_IMPORT_OTHER_VALUE 4096 /* bytes of one other field that are kept */

struct ra_import_reader {
    const char *path;
    const struct ra_import_sink *sink;
    struct ra_import_totals *totals;
    struct ra_err first; /* the first wrong place */
    uint64_t wrong;
};

/* Notes a wrong place and returns 0; RA_EINPUT once there are too many to go on. line 0: of the
 * file as a whole. The text says what was found and what was wanted. */
int ra_import_wrong(struct ra_import_reader *r, const char *file, uint64_t line, const char *fmt,
                    ...) __attribute__((format(printf, 4, 5)));
/* The same for what ends the reading. */
int ra_import_broken(struct ra_import_reader *r, struct ra_err *err, const char *file,
                     uint64_t line, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Counts the object and hands it on. */
int ra_import_give(struct ra_import_reader *r, const struct ra_import_entry *e, struct ra_err *err);
int ra_import_stopped(const struct ra_import_reader *r, struct ra_err *err);

/* At the end: RA_EINPUT when something was wrong, or nothing was there. */
int ra_import_conclude(struct ra_import_reader *r, struct ra_err *err);

/* Takes a field that means nothing here into e->other, whose bytes are in room. */
void ra_import_keep_other(struct ra_import_entry *e, struct ra_buf *room, struct ra_str name,
                          struct ra_str value);

/* ---- values ---- */

/* Whether a string can be an anchor; *why says what is wrong with it (domain 1.1, 1.2). */
bool ra_import_is_anchor(struct ra_str s, const char **why);
/* GUID text to the Base64 of its bytes in LDAP's order. */
bool ra_import_guid_anchor(struct ra_str text, struct ra_arena *a, struct ra_str *out);
/* GUID text, or 16 bytes as Base64, to GUID text in lower case. */
bool ra_import_guid_text(struct ra_str s, struct ra_arena *a, struct ra_str *out);
/* A SID as text, or as the Base64 of its bytes, to its text. */
bool ra_import_sid_text(struct ra_str s, struct ra_arena *a, struct ra_str *out);
/* "User_<object id>" in plain, or in the blob of the connector space (domain 1.2), to the id. */
bool ra_import_cloud_anchor(struct ra_str s, bool base64, struct ra_arena *a, struct ra_str *id);
bool ra_import_kind(struct ra_str type, enum ra_kind *out); /* user, inetOrgPerson, group … */
struct ra_str ra_import_trim(struct ra_str s);
/* For a message: at most 80 bytes, without control characters. */
const char *ra_import_quote(struct ra_str s, char room[96]);

/* ---- one format each ---- */

int ra_import_csv(struct ra_import_reader *r, struct ra_err *err);
int ra_import_csexport(struct ra_import_reader *r, struct ra_err *err);
int ra_import_folder(struct ra_import_reader *r, struct ra_err *err);

#endif
