/*
 * The gate: everything that must hold before a byte is written, and the only place where a struct
 * ra_writer comes from. For recovery/apply alone.
 */
#ifndef RA_APPLY_GATE_H
#define RA_APPLY_GATE_H

#include "recovery/apply/run.h"

/* The plan is of this tenant, of this configuration's policy and of the cache's snapshots, and its
 * own gate does not say STOP. */
int ra_gate_plan(struct ra_run *r, const struct ra_plan *plan, struct ra_err *err);

/* What takes the plan's place in a rollback: a batch whose journal was read whole, and is of this
 * tenant. */
void ra_gate_batch(struct ra_run *r);

/* The tenant now: no other sync server alive; with a snapshot to compare with, its features and the
 * roles of every cloud target are as they were. */
int ra_gate_tenant(struct ra_run *r, bool compare, struct ra_err *err);

/* Every pending target was read, and holds what it should: RA_ESTALE names those that do not. */
int ra_gate_targets(struct ra_run *r, struct ra_err *err);

/* The tenant's name was typed or given. */
int ra_gate_confirm(struct ra_run *r, struct ra_err *err);

/* The right to write, once all of the above have passed; NULL with RA_EINTERNAL when one was left
 * out, and in a dry run: whoever asks for it there is wrong. */
const struct ra_writer *ra_gate_writer(struct ra_run *r, struct ra_err *err);

/* The right to close what a killed run left open; lock: that of the journals, held. */
struct ra_writer *ra_gate_rescuer(int lock, struct ra_err *err);
void ra_gate_writer_free(struct ra_writer **w);

#endif
