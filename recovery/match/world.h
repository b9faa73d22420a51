/*
 * What is known of every object while one decision is made: a few dozen bytes each, filled by one
 * walk over the records (facts.c) and one merge for each index (links.c). Internal to match.
 */
#ifndef RA_MATCH_WORLD_H
#define RA_MATCH_WORLD_H

#include "recovery/match/match.h"
#include "recovery/model/anchor.h"
#include "recovery/model/head.h"

/* The ways in which cloud objects can hold what an AD object has. */
enum ra_slot {
    RA_SLOT_ANCHOR,  /* live users with our anchor; of a computer: live devices with our objectGUID
                      */
    RA_SLOT_DELETED, /* soft-deleted users with our anchor */
    RA_SLOT_SID,     /* live objects of our kind with our SID */
    RA_SLOT_PRIMARY, /* live objects whose primary SMTP is ours */
    RA_SLOT_UPN,     /* live users with our effective UPN */
    RA_SLOT_ADDRESS, /* live objects that hold any of our addresses */
    RA_SLOTS
};

/* Behind those of its own attributes (RA_OWN_…), which are the lower eight. */
enum {
    RA_AD_UPN_REPLACED = 256,
    RA_AD_DUP = 512, /* our effective UPN or an address is another in-scope AD object's too */
    RA_AD_DUP_ANCHOR = 1024,
    RA_AD_NAME_HELD = 2048, /* a live cloud group has our name */
};

struct ra_ad_fact {
    uint32_t first[RA_SLOTS];  /* one holder, when there is any */
    uint8_t n[RA_SLOTS];       /* 0, 1, or 2 for several: then the index is asked again */
    uint8_t kind, skip, cause; /* skip: the SKIP_* code, 0 for in scope */
    uint16_t bits;             /* RA_OWN_… and RA_AD_… */
};

enum {
    RA_CLOUD_LIVE = 1,
    RA_CLOUD_SYNCED = 2,
    RA_CLOUD_GUEST = 4,
    RA_CLOUD_ANCHORED = 8, /* has an immutableId */
    RA_CLOUD_ROLE_GROUP = 16,
    RA_CLOUD_SOA_KNOWN = 32,
    RA_CLOUD_SOA_CLOUD = 64, /* isCloudManaged */
    RA_CLOUD_CLAIMED = 128,
    RA_CLOUD_CONTESTED = 256,    /* peer of an ANCHOR_DRIFT or ANCHOR_CONFLICT */
    RA_CLOUD_OUT_OF_SCOPE = 512, /* an AD object out of scope carries its key */
    RA_CLOUD_AD_DELETED = 1024,
    RA_CLOUD_COUNTED = 2048, /* takes part in anchor detection */
    RA_CLOUD_ANY = 4096,     /* some candidate reproduces its anchor */
    RA_CLOUD_NEED_SOA = 8192,
    RA_CLOUD_NEED_OOI = 16384,
};

struct ra_cloud_fact {
    uint16_t bits;
    uint8_t kind;
    uint8_t roles; /* RA_ROLE_… */
};

/* Whether an AD object takes part in the decision. */
enum { RA_PART_YES, RA_PART_SKIPPED, RA_PART_DELETED };

/* What is known of a cloud object's onPremisesObjectIdentifier; compared with one AD object's GUID
 * it becomes EQUAL or DIFFERENT. */
enum ra_ooi { RA_OOI_UNKNOWN, RA_OOI_NULL, RA_OOI_EQUAL, RA_OOI_DIFFERENT };

/* A user's effective UPN where it differs from what the index has. */
struct ra_upn_override {
    struct ra_str upn;
    uint32_t number;
};

struct ra_world {
    const struct ra_match_input *in;
    struct ra_result *result;
    struct ra_err *err;
    uint32_t ad_n, cloud_n;
    uint32_t *base; /* of each directory: the number of its first object */
    struct ra_ad_fact *ad;
    struct ra_cloud_fact *cloud;
    uint8_t *part;       /* by AD number: RA_PART_…; one byte each, so that asking stays cheap */
    struct ra_guid *ooi; /* by cloud sequence number; NULL when never asked */
    uint8_t *ooi_state;  /* RA_OOI_… of each; a value that is no GUID is RA_OOI_DIFFERENT */
    struct ra_upn_override *overrides; /* sorted by upn */
    size_t overrides_n, overrides_cap;
    struct ra_anchor_attribute anchor; /* the chosen one */
    struct ra_anchor_attribute linked; /* the one by which users and groups were linked first */
    struct ra_arena arena;             /* lives as long as the world */
    struct ra_side_cursor *asked[RA_IX_CUSTOM]; /* cursors for asking an index again */
    int damage; /* RA_EINTEGRITY from the first read on that failed where nobody waits for it */
};

static inline bool ra_takes_part(const struct ra_world *w, uint32_t number)
{
    return w->part[number] == RA_PART_YES;
}

/* facts.c */
int ra_world_read(struct ra_world *w);
void ra_world_free(struct ra_world *w);
struct ra_str ra_world_ad_record(const struct ra_world *w, uint32_t number);
/* What cannot be read comes out empty, and the decision fails with world.damage. */
void ra_world_ad_object(struct ra_world *w, uint32_t number, struct ra_ad_object *out);
void ra_world_cloud_object(struct ra_world *w, uint32_t seq, struct ra_cloud_object *out);
/* Tells of the first damage only; returns RA_EINTEGRITY. */
int ra_world_damaged(struct ra_world *w, const struct ra_side *side, const char *what);

/* asked.c: isCloudManaged and the identifiers, as far as they are known. */
int ra_world_asked(struct ra_world *w);

/* scope.c: 0 when in scope, else the SKIP_* code, with its cause. */
uint8_t ra_scope(const struct ra_ad_head *h, const struct ra_scope *scope, uint8_t *cause);

/* detect.c: which attribute is the source anchor; fills the result's detection. */
int ra_detect(struct ra_world *w);

/* links.c: fills the slots and marks of all objects. */
int ra_world_link(struct ra_world *w);

#endif
