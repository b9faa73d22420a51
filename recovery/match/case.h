/*
 * One AD object under decision: its facts, its attributes, and the ways to ask what a rule needs.
 * Internal to match. A flag that could not be read takes its restrictive value, and whoever looked
 * at it carries WARN_FLAG_UNKNOWN: so flags are only read through these functions, in the order of
 * the text.
 */
#ifndef RA_MATCH_CASE_H
#define RA_MATCH_CASE_H

#include "recovery/match/world.h"

struct ra_case {
    struct ra_world *w;
    uint32_t number;
    const struct ra_ad_fact *f;
    struct ra_ad_object o; /* see ra_case_object */
    bool decoded;
    struct ra_verdict *v;
    struct ra_arena *scratch; /* reset before each case */
};

/* The object's attributes, decoded when a rule first asks for them: most re-joins never do. */
const struct ra_ad_object *ra_case_object(struct ra_case *c);

/* What onPremisesObjectIdentifier says about this pair; unknown is noted as a need. */
enum ra_ooi ra_case_ooi(struct ra_case *c, uint32_t cloud);
/* isCloudManaged; unknown is noted as a need. */
enum ra_tri ra_case_soa(struct ra_case *c, uint32_t cloud);

bool ra_case_block_hard(struct ra_case *c);   /* BH */
bool ra_case_block_soft(struct ra_case *c);   /* BS */
bool ra_case_soft_on_upn(struct ra_case *c);  /* SU */
bool ra_case_allow_update(struct ra_case *c); /* AI */

static inline const struct ra_cloud_fact *ra_case_cloud(const struct ra_case *c, uint32_t cloud)
{
    return &c->w->cloud[cloud];
}

/* All holders of a slot, lowest id first; *n is 0 when there is none. In the scratch arena. */
uint32_t *ra_case_holders(struct ra_case *c, enum ra_slot slot, size_t *n);
/* The holder with the lowest id, or RA_NONE. */
uint32_t ra_case_holder(struct ra_case *c, enum ra_slot slot);
bool ra_case_held_by_other(struct ra_case *c, enum ra_slot slot, uint32_t peer);

/* Ends the case with this verdict. row 0 when the procedure names none. */
void ra_case_end(struct ra_case *c, enum ra_verdict_code code, uint32_t cloud, unsigned row);
/* The same, and the peer is claimed: something in AD carries it. */
void ra_case_claim(struct ra_case *c, enum ra_verdict_code code, uint32_t cloud, unsigned row);
void ra_case_block(struct ra_case *c, enum ra_verdict_code block); /* collects one */
/* Ends with the first of the collected blocks; false when there is none. */
bool ra_case_end_blocked(struct ra_case *c, uint32_t cloud, bool claimed);
static inline void ra_case_warn(struct ra_case *c, enum ra_warning w)
{
    c->v->warnings |= 1u << w;
}

/* The blocks of a soft match that do not depend on the kind: BS, or for a stamped one BH, then our
 * policy (decision: AD user 4). stamped: this match would be prepared as a hard match. */
void ra_case_soft_blocks(struct ra_case *c, bool stamped);

/* user.c, group.c, contact.c, computer.c */
void ra_decide_user(struct ra_case *c);
void ra_decide_group(struct ra_case *c);
void ra_decide_contact(struct ra_case *c);
void ra_decide_computer(struct ra_case *c);

/* evidence.c: duplicates inside AD, and whether the match is the right person. */
void ra_case_evidence(struct ra_case *c);

/* leftovers.c: appends verdicts for what nothing claimed. gate.c: the one word at the end. */
void ra_leftovers(struct ra_world *w);
void ra_gate(struct ra_world *w);

#endif
