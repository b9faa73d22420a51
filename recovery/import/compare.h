/*
 * An imported anchor against both sides as they were fetched: whether the cloud object and the AD
 * object that it tied together still are what they were. For groups, contacts and devices, whose
 * anchor Graph does not show, this tells what no fetch can: whether the AD object that the old
 * server had joined is the one that the decision takes for it. Reads the sides, decides nothing.
 */
#ifndef RA_IMPORT_COMPARE_H
#define RA_IMPORT_COMPARE_H

#include "recovery/import/import.h"
#include "recovery/model/anchor.h"
#include "recovery/model/index.h"
#include "recovery/model/verdict.h"

/* One side of one object. */
enum ra_import_state {
    RA_STATE_SAME,      /* it is there, with this anchor */
    RA_STATE_DIFFERENT, /* it is there, with another one or none */
    RA_STATE_UNSEEN,    /* it is there; its anchor cannot be seen (cloud: all but users) */
    RA_STATE_DELETED,   /* in the recycle bin, a tombstone */
    RA_STATE_MISSING,
    RA_STATES
};

enum ra_import_finding {
    RA_FINDING_NONE,
    RA_FINDING_GONE,             /* on both sides: no finding, but counted */
    RA_FINDING_CLOUD_CHANGED,    /* the cloud user has another anchor now */
    RA_FINDING_CLOUD_CLEARED,    /* the cloud user has none any more */
    RA_FINDING_CLOUD_DELETED,    /* in the recycle bin, and AD still has it */
    RA_FINDING_CLOUD_MISSING,    /* AD still has it: the first export would create it anew */
    RA_FINDING_AD_CHANGED,       /* the AD object has another anchor now */
    RA_FINDING_AD_MISSING,       /* nobody in AD has the anchor, nor is it */
    RA_FINDING_OUT_OF_SCOPE,     /* AD has it, and leaves it out: the first export deletes */
    RA_FINDING_JOINED_OTHERWISE, /* the decision ties its AD object to another one, or to none */
    RA_FINDINGS
};

const char *ra_import_state_name(enum ra_import_state s);
const char *ra_import_finding_name(enum ra_import_finding f); /* stable */
const char *ra_import_finding_text(enum ra_import_finding f); /* what is so, and what follows */
bool ra_import_finding_counts(enum ra_import_finding f);      /* neither none nor gone */

/* Both sides, as they were decided; all borrowed while the comparison is open. */
struct ra_import_now {
    const struct ra_side *ad;
    size_t ad_n;
    const struct ra_side *cloud;
    const struct ra_result *result;
};

struct ra_import_compared {
    enum ra_import_state cloud_state, ad_state;
    enum ra_import_finding finding;
    uint32_t cloud_seq, ad_number; /* RA_NONE for nobody */
    /* valid with them, until the next comparison */
    struct ra_cloud_object cloud;
    struct ra_ad_object ad;
    struct ra_str ad_anchor, directory;
};

struct ra_import_comparison;

void ra_import_compare_open(const struct ra_import_now *now, struct ra_import_comparison **out);
void ra_import_compare_close(struct ra_import_comparison **c);
/* e has an anchor. RA_EINTEGRITY for a damaged store. */
int ra_import_compare(struct ra_import_comparison *c, const struct ra_import_entry *e,
                      struct ra_import_compared *out, struct ra_err *err);

/* The live cloud object that the entry tells of, by its id, else its anchor, UPN or SID: its
 * sequence number or RA_NONE. */
int ra_import_find_cloud(struct ra_import_comparison *c, const struct ra_import_entry *e,
                         uint32_t *seq, bool *deleted, struct ra_err *err);

#endif
