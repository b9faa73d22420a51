/*
 * What other tools leave behind (docs/import.md): the CSV of ADSyncTools, the XML of csexport, a
 * folder of EntraExporter, and the settings file of Entra Connect. The first three are read object
 * by object as anchors; the last is a configuration (adsync.h). Nothing is taken from a file that
 * is damaged: each wrong place is named by its line. Not for judging what is read: compare.h.
 */
#ifndef RA_IMPORT_IMPORT_H
#define RA_IMPORT_IMPORT_H

#include "recovery/model/object.h"
#include "src/base/err.h"
#include "src/base/mem.h"

#include <stdatomic.h>
#include <stdint.h>

enum ra_import_format {
    RA_IMPORT_ADSYNCTOOLS,
    RA_IMPORT_CSEXPORT,
    RA_IMPORT_ENTRAEXPORTER,
    RA_IMPORT_ADSYNC_CONFIG,
    RA_IMPORT_FORMATS
};

const char *ra_import_format_name(enum ra_import_format f); /* "adsynctools" … */
bool ra_import_format_find(struct ra_str name, enum ra_import_format *out);

/* Which of them path holds, by its first bytes; a folder is EntraExporter's. RA_EINPUT when it is
 * none of them, RA_ENOTFOUND when nothing is there. */
int ra_import_detect(const char *path, enum ra_import_format *out, struct ra_err *err);

/* Why an object gives no anchor. None of them is a fault of the file. */
enum ra_import_left_out {
    RA_LEFT_NOTHING,        /* it gives one */
    RA_LEFT_NO_ANCHOR,      /* it has none: a cloud account, an empty cell */
    RA_LEFT_NOT_SHOWN,      /* Graph shows the anchor of users alone */
    RA_LEFT_OTHER_KIND,     /* a kind of object that has no verdict: a public folder */
    RA_LEFT_OTHER_DN,       /* a name of the connector space that holds no anchor */
    RA_LEFT_NEVER_EXPORTED, /* the server had not created it in the tenant */
    RA_LEFT_DELETED,        /* the tenant had told the server that it is deleted */
    RA_LEFT_CONTRADICTION,  /* its anchor stands there twice, and differs */
    RA_LEFT_REASONS
};

const char *ra_import_left_out_name(enum ra_import_left_out why); /* stable */
const char *ra_import_left_out_text(enum ra_import_left_out why); /* for a person */

#define RA_IMPORT_ANCHOR_MAX 256
#define RA_IMPORT_OTHER_MAX  ((size_t)64 << 10) /* bytes of other fields kept of one object */

/* One object of the file. Absent where the file does not say. */
struct ra_import_entry {
    enum ra_kind kind;
    enum ra_import_left_out left_out;
    uint64_t line;    /* where it begins */
    const char *file; /* of a folder: its path below it; else NULL */
    struct ra_str anchor;
    struct ra_str id; /* of the cloud object, lower case */
    struct ra_str upn, sid, smtp, sam, dn, display_name;
    struct ra_str identifier; /* onPremisesObjectIdentifier as GUID text */
    struct ra_list other;     /* fields that mean nothing here: name, value, name, value … */
    bool other_cut;           /* there were more than are kept */
};

/* Everything is borrowed for the call; a negative return ends the reading with it. */
typedef int ra_import_each(void *ctx, const struct ra_import_entry *e, struct ra_err *err);

struct ra_import_sink {
    ra_import_each *each; /* or NULL: only check */
    /* Each wrong place in words, after which reading goes on where it can; may be NULL. */
    void (*wrong)(void *ctx, const char *message);
    void *ctx;
    const atomic_int *stop; /* a signal's number ends the reading with RA_ESIGNAL; may be NULL */
};

struct ra_import_totals {
    uint64_t anchors[RA_KINDS], left_out[RA_LEFT_REASONS];
    uint64_t objects;
    struct ra_guid tenant; /* of an EntraExporter folder */
    bool tenant_known;
};

/* Reads all of it. RA_EINPUT names the first wrong place and how many more there are; then nothing
 * that each was given counts. */
int ra_import_read(const char *path, enum ra_import_format format,
                   const struct ra_import_sink *sink, struct ra_import_totals *out,
                   struct ra_err *err);

/* The libraries in use, one a line. */
const char *ra_import_library(void);

#endif
