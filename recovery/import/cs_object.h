/*
 * One <cs-object> of csexport: what its name, its pending changes and its holograms say. Elements
 * are told by their depth below it, beginning with 1. Of several holograms the best known counts
 * alone: what was synchronised, else what is to be imported, else what is to be exported. Internal.
 */
#ifndef RA_IMPORT_CS_OBJECT_H
#define RA_IMPORT_CS_OBJECT_H

#include "recovery/import/reader.h"

struct ra_cs_object {
    bool open;
    struct ra_str dn, type;
    uint64_t line;
    struct ra_arena arena; /* of the whole object */

    int section; /* rank of the hologram that is open, 0 for none that counts */
    int best;    /* rank of the one that was taken */
    bool pending_import, pending_delete;

    char name[RA_IMPORT_ANCHOR_MAX]; /* of the attribute that is open, "" for none */
    bool base64;                     /* its value is, by its type or encoding */
    bool value;                      /* a value is open */
    bool anchor;                     /* the element <anchor> is open */
    uint64_t value_line;
    struct ra_buf text; /* of the open value */

    struct ra_import_entry e; /* what the best hologram says */
    struct ra_str source_anchor;
    struct ra_buf other;
    bool wrong; /* a place in it was noted */
};

void ra_cs_init(struct ra_cs_object *o);
void ra_cs_free(struct ra_cs_object *o);

void ra_cs_begin(struct ra_cs_object *o, struct ra_str dn, struct ra_str type, uint64_t line);
void ra_cs_start(struct ra_cs_object *o, int depth, const char *element, const char *name,
                 const char *operation, const char *encoding, const char *type, uint64_t line);
void ra_cs_text(struct ra_cs_object *o, int depth, const char *s, size_t n);
void ra_cs_finish(struct ra_cs_object *o, int depth, const char *element,
                  struct ra_import_reader *r);
/* 1 with the entry, borrowed until the next begin; 0 when it was wrong; negative when there were
 * too many wrong ones. */
int ra_cs_end(struct ra_cs_object *o, struct ra_import_reader *r, struct ra_import_entry *out);

#endif
