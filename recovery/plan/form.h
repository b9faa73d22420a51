/* Names that the writer and the reader of plan.json share. For recovery/plan alone. */
#ifndef RA_PLAN_FORM_H
#define RA_PLAN_FORM_H

extern const char *const ra_plan_soft_names[3];     /* by enum ra_soft_match */
extern const char *const ra_plan_takeover_names[2]; /* by takeover_allowed */

#endif
