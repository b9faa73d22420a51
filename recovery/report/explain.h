/*
 * One object explained, as data: what `reanchor show` prints as text or as JSON. Gathered from the
 * row, the tenant and the policy; decides nothing anew, but says on what the decision stood.
 */
#ifndef RA_REPORT_EXPLAIN_H
#define RA_REPORT_EXPLAIN_H

#include "recovery/report/remedy.h"

/* An attribute of both objects, beside each other. */
struct ra_pairing {
    const char *name;
    struct ra_str ad, cloud;
    bool comparable; /* both sides mean the same thing, so a difference means something */
    bool fold;       /* letters compare without case */
};

/* A fact that the decision looked at, or would have. */
struct ra_fact {
    const char *name;
    struct ra_str value;
};

#define RA_PAIRINGS_MAX 32
#define RA_FACTS_MAX    16
#define RA_KIN_MAX      8

struct ra_explanation {
    struct ra_row row;
    struct ra_pairing pairings[RA_PAIRINGS_MAX];
    size_t pairings_n;
    struct ra_fact facts[RA_FACTS_MAX];
    size_t facts_n;
    struct ra_fact kin[RA_KIN_MAX]; /* who else belongs to it */
    size_t kin_n;
    const char *step;         /* "AD user, step 2: …" */
    const char *would_change; /* NULL when there is no verdict */
    struct ra_buf remedy;
    struct ra_arena arena;
};

/* The verdict may have the code RA_VERDICT_CODES: then only the pairings are filled. */
int ra_explanation_make(const struct ra_report_input *in, const struct ra_verdict *v,
                        struct ra_explanation *out, struct ra_err *err);
void ra_explanation_free(struct ra_explanation *e);

bool ra_pairing_differs(const struct ra_pairing *p);

/* explain_kin.c: fills kin. */
int ra_explain_kin(const struct ra_report_input *in, struct ra_explanation *e, struct ra_err *err);

/* reasons.c: the step of the procedure that settled it, and what would settle it otherwise. */
const char *ra_reason_step(const struct ra_row *row);
const char *ra_reason_would_change(const struct ra_row *row);

#endif
