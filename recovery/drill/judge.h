/*
 * Whether what the simulated service did with an object is what was predicted for it, and if not,
 * whether the rules themselves give a reason. Every such reason has a name; tests/property holds
 * the list against hundreds of random organisations. No I/O, no memory.
 */
#ifndef RA_DRILL_JUDGE_H
#define RA_DRILL_JUDGE_H

#include "recovery/model/policy.h"
#include "recovery/model/verdict.h"

/* What became of an object that was sent; by the names of recovery/rehearsal/export.h. */
enum ra_deed {
    RA_DEED_NONE, /* the export was stopped before */
    RA_DEED_NOT_SENT,
    RA_DEED_UPDATED,
    RA_DEED_TAKEN_OVER,
    RA_DEED_RESTORED,
    RA_DEED_SOFT_SMTP,
    RA_DEED_SOFT_UPN,
    RA_DEED_MERGED,
    RA_DEED_CREATED,
    RA_DEED_ASIDE, /* created, without the values that others hold */
    RA_DEED_REFUSED,
    RA_DEED_CLOUD_MANAGED,
    RA_DEEDS
};
const char *ra_deed_name(enum ra_deed d);
const char *ra_deed_text(enum ra_deed d); /* for a person */
bool ra_deed_parse(const char *name, enum ra_deed *out);
bool ra_deed_joins(enum ra_deed d); /* it ended in a cloud object that was there */

/* Where prediction and service part, and why they may. */
enum ra_parting {
    RA_PART_NONE,        /* as predicted */
    RA_PART_OWN_POLICY,  /* [policy] forbids what the service would do */
    RA_PART_UNKNOWN,     /* UNKNOWN_*: a fact is missing, the simulated tenant goes on without it */
    RA_PART_FLAG,        /* WARN_FLAG_UNKNOWN: predicted as if a feature were at its strictest */
    RA_PART_STAMP,       /* soft_match = stamp: apply writes the anchor first, the drill does not */
    RA_PART_MODEST_ROLE, /* BLOCK_ROLE of a role that is not privileged: the sources differ */
    RA_PART_GUEST,       /* CONFLICT_GUEST: nothing is documented */
    RA_PART_ELIGIBLE,    /* BLOCK_ADMIN of an eligible role: more careful than the service */
    RA_PART_CROSSED,     /* another cloud object has our SID, which is unique */
    RA_PART_SID_TAKEN,   /* decided by address or name, before anybody asks who has the SID */
    RA_PART_TWIN_ANCHOR, /* BLOCK_DUP_ANCHOR: who comes first is not refused */
    RA_PART_TWIN_GUID,   /* two contacts or computers with one objectGUID */
    RA_PART_TWIN_SID,    /* two AD objects with one SID: the second is refused */
    RA_PART_DUPLICATE,   /* CONFLICT_AD_DUP: who comes first gets the value */
    RA_PART_NAMESAKE,    /* one before us has our name or address */
    RA_PART_GROUP,       /* name and address are both one group's: refused, not put aside */
    RA_PART_ORDER,       /* one before us changed what we were to meet */
    RA_PART_UNEXPLAINED,
    RA_PARTINGS
};
const char *ra_parting_name(enum ra_parting p); /* stable, such as "own-policy" */
const char *ra_parting_text(enum ra_parting p); /* a sentence for a person */

/* What was predicted for one AD object. */
struct ra_said {
    bool verdict; /* a deleted object has none */
    enum ra_verdict_code code;
    uint64_t blocks;
    uint32_t warnings;
    bool has_peer, peer_privileged, peer_assigned; /* roles of the peer */
    enum ra_soft_match soft_match;
};

/* What was done with it. "At" is the cloud object that it ended in or clashed with. */
struct ra_done {
    enum ra_deed deed;
    const char *error, *attribute; /* NULL for none */
    bool at_peer;                  /* that is the predicted peer, or there is neither */
    bool at_sid;                   /* that is live, of our kind, and has our SID */
    bool uncertain, upn_aside;
};

/* Who else is met; asked for only where the answer decides. */
enum ra_meeting {
    RA_MEETS_GUID_TWIN, /* a contact or computer that was sent has our objectGUID */
    RA_MEETS_SID_TWIN,  /* one of our kind that was sent has our SID */
    RA_MEETS_NAMESAKE,  /* one that was sent has an address of ours, or as a user our UPN */
    RA_MEETS_CHANGED    /* a cloud object with our SID, UPN or an address was joined by another */
};
struct ra_meetings {
    bool (*ask)(void *ctx, enum ra_meeting what);
    void *ctx;
};

/* An object that is exported alone, as the first: others is NULL; or one of many. */
enum ra_parting ra_judge(const struct ra_said *said, const struct ra_done *done,
                         const struct ra_meetings *others);

/* The deeds that the verdict stands for: bits 1 << enum ra_deed; 0 where it predicts none. */
unsigned ra_judge_deeds(enum ra_verdict_code code);

#endif
