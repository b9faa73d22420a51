/*
 * Putting anchors back: what a backup has of each user and group, against what AD and the cloud are
 * now. Finds the AD object of each by cloud object id, SID, objectGUID, DN and UPN; says on which
 * evidence; and what is to be written. What the evidence does not settle is listed, never guessed.
 * Writes nothing: the plan and fixes.ldif are handed to whoever carries them out.
 */
#ifndef RA_RESTORE_RESTORE_H
#define RA_RESTORE_RESTORE_H

#include "recovery/backup/backup.h"
#include "recovery/plan/plan.h"
#include "recovery/report/report.h"

enum ra_restore_outcome {
    RA_RESTORE_WRITE,     /* a step of the plan and a record of fixes.ldif put it back */
    RA_RESTORE_MANUAL,    /* the AD object is found, but no step can write its anchor attribute */
    RA_RESTORE_CONFIRM,   /* one name alone leads to the AD object: a person must say so */
    RA_RESTORE_AMBIGUOUS, /* several candidates, or evidence that contradicts */
    RA_RESTORE_HELD,      /* somebody else in scope has the anchor, and keeps it */
    RA_RESTORE_CHANGED,   /* the cloud user no longer has the anchor that the backup has */
    RA_RESTORE_DELETED,   /* only a deleted AD object is left */
    RA_RESTORE_MISSING,   /* nothing in AD is it */
    RA_RESTORE_OUTCOMES
};

/* Why an outcome is what it is; the name is stable. */
enum ra_restore_reason {
    RA_RR_LOST,          /* write: the anchor attribute is empty now */
    RA_RR_OVERWRITTEN,   /* write: it has another value */
    RA_RR_RECREATED,     /* write: another object with the same names */
    RA_RR_BOUND,         /* write: only onPremisesObjectIdentifier stands in the way */
    RA_RR_OBJECT_GUID,   /* manual: the anchor is objectGUID, and the object is another one */
    RA_RR_CUSTOM,        /* manual: the anchor is a custom attribute */
    RA_RR_VALUE,         /* manual: the anchor is no Base64, and cannot be bytes */
    RA_RR_ONE_NAME,      /* confirm */
    RA_RR_OTHER_UPN,     /* confirm: names agree, but the UPN is another one */
    RA_RR_CONTRADICTION, /* ambiguous: evidence leads to different objects */
    RA_RR_SEVERAL,       /* ambiguous: several objects have the same key */
    RA_RR_CLAIMED,       /* ambiguous: two objects of the backup lead to this one */
    RA_RR_SHARED,        /* ambiguous: the backup has this anchor twice */
    RA_RR_HOLDER,        /* held: by somebody who keeps it */
    RA_RR_DUPLICATE,     /* held: AD object is unchanged, and somebody else has the anchor too */
    RA_RR_CLOUD_CHANGED, /* changed */
    RA_RR_CLOUD_CLEARED, /* changed: the cloud user has no anchor any more */
    RA_RR_TOMBSTONE,     /* deleted */
    RA_RR_NOT_FOUND,     /* missing */
    RA_RR_NAME_TAKEN,    /* missing: another object of the backup has its name now */
    RA_RESTORE_REASONS
};

/* What tells that two are one; bits. */
enum {
    RA_EV_ID = 1, /* the cloud object of that id is there and has this anchor */
    RA_EV_SID = 2,
    RA_EV_GUID = 4, /* objectGUID */
    RA_EV_DN = 8,
    RA_EV_UPN = 16,
    RA_EV_SMTP = 32,     /* primary address; only beside another */
    RA_EV_SAM = 64,      /* sAMAccountName; only beside another */
    RA_EV_HISTORY = 128, /* the SID stands in its sIDHistory: a migration brought it along */
};
#define RA_EVIDENCES 8

/* What is to be known of a restored object beside its outcome; bits. */
enum {
    RA_NOTE_IDENTIFIER_UNREAD = 1, /* onPremisesObjectIdentifier may block it, and was not read */
    RA_NOTE_CLOUD_DELETED = 2,     /* the cloud user is in the recycle bin */
    RA_NOTE_OUT_OF_SCOPE = 4,      /* the AD object is out of scope now */
    RA_NOTE_SID = 8,               /* its SID is another one */
    RA_NOTE_UPN = 16,              /* its UPN is another one, or gone */
};
#define RA_NOTES 5

struct ra_restore_item {
    uint8_t outcome, reason, kind, notes;
    uint8_t evidence; /* that leads to ad */
    uint8_t against;  /* that leads to other_ad */
    bool write_anchor, clear_identifier;
    uint32_t ad, other_ad, cloud; /* numbers now, or RA_NONE */
    /* As the backup has it. */
    struct ra_str cloud_id, directory, dn, upn, sid, sam, smtp, login, anchor;
    struct ra_str consistency_guid; /* bytes */
    unsigned char guid[16];
    /* As it is now: what steps start from. */
    struct ra_str have;       /* Base64 of mS-DS-ConsistencyGuid, absent when none */
    struct ra_str identifier; /* onPremisesObjectIdentifier */
};

struct ra_restored {
    struct ra_restore_item *items; /* by outcome, reason, kind and objectGUID of the backup */
    size_t n, cap;
    uint64_t outcomes[RA_RESTORE_OUTCOMES];
    uint64_t looked_at; /* users and groups of the backup whose anchor belonged to a cloud object */
    uint64_t healthy;   /* of these: in AD as it was */
    uint64_t gone;      /* of these: the cloud object is no longer there */
    uint64_t reanchored; /* of these: AD and cloud agree on another anchor now */
    uint64_t others;     /* contacts and computers: their anchor is objectGUID, and is never set */
    struct ra_str attribute; /* the anchor attribute when the backup was made */
    struct ra_arena arena;
};

/* The backup's objects, in any order. */
struct ra_restore_then {
    void *ctx;
    int (*next)(void *ctx, struct ra_backup_object *out, struct ra_err *err); /* 1, 0, negative */
    struct ra_str name;
    int64_t created;
    struct ra_str anchor_attribute, login_attribute;
    /* Which objects to look at; NULL for all. */
    bool (*wanted)(void *to, const struct ra_backup_object *o);
    void *to;
};

/* Fills *out (free with ra_restored_free). RA_EINTEGRITY for a damaged store or backup,
 * RA_EINCOMPLETE when AD was read without the anchor attribute of the backup. */
int ra_restore(const struct ra_report_input *now, const struct ra_restore_then *then,
               struct ra_restored *out, struct ra_err *err);
void ra_restored_free(struct ra_restored *r);
/* Whether anything is left that a person has to decide. */
uint64_t ra_restored_undecided(const struct ra_restored *r);

const char *ra_restore_outcome_name(enum ra_restore_outcome o);
const char *ra_restore_reason_name(enum ra_restore_reason r);
const char *ra_restore_reason_text(enum ra_restore_reason r); /* what is so, and what to do */
const char *ra_evidence_name(unsigned bit);                   /* 0 to RA_EVIDENCES - 1 */
const char *ra_note_name(unsigned bit);
const char *ra_note_text(unsigned bit);

/* ---- outputs ---- */

/* Adds the steps and what they should lead to. */
int ra_restore_plan(const struct ra_report_input *now, const struct ra_restored *r,
                    struct ra_plan *plan, struct ra_err *err);
/* fixes.ldif: all of it. */
int ra_restore_ldif(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, FILE *fp, struct ra_err *err);
/* One JSON object a line for each item, then the summary. */
int ra_restore_json(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, FILE *fp, struct ra_err *err);
/* For people; each: items of one reason at most, 0 for all. */
int ra_restore_text(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, const struct ra_report_style *style, size_t each,
                    FILE *fp, struct ra_err *err);

#endif
