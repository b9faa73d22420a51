/*
 * What a plan predicted of the sync engine's first export, held against the tenant as it was read
 * afterwards: as predicted, pending, or different. Looks at one cloud side; reads no plan and asks
 * no server.
 */
#ifndef RA_VERIFY_PREDICTED_H
#define RA_VERIFY_PREDICTED_H

#include "recovery/model/index.h"
#include "recovery/model/prediction.h"

enum ra_came { RA_CAME_TRUE, RA_CAME_NOT_YET, RA_CAME_OTHERWISE, RA_CAMES };

const char *ra_came_name(enum ra_came came); /* "as-predicted", "pending", "different" */

/* One prediction that is not, or not yet, as it was made; or an object that nothing predicted. */
struct ra_compared {
    const struct ra_prediction *predicted; /* NULL for what nothing predicted */
    enum ra_came came;
    const char *why; /* a clause */
    uint32_t found;  /* the cloud object that the clause is about, or RA_NONE */
};

struct ra_comparison {
    uint64_t counts[RA_OUTCOMES][RA_CAMES];
    uint64_t unpredicted;    /* objects that are synced now and that nothing predicted */
    struct ra_compared *all; /* without what is as predicted; the different ones first */
    size_t n, cap;
};

/* The sequence numbers of the users whose onPremisesObjectIdentifier tells whether a prediction
 * came true. Free with free(). */
int ra_predicted_needs(const struct ra_prediction *predictions, size_t n,
                       const struct ra_side *cloud, uint32_t **out, size_t *out_n,
                       struct ra_err *err);

/* complete: the predictions are about every object that is synced or will be, so that another one
 * is a finding. Predictions are borrowed. RA_EINTEGRITY for a damaged store. */
int ra_predicted_compare(const struct ra_prediction *predictions, size_t n, bool complete,
                         const struct ra_side *cloud, struct ra_comparison *out,
                         struct ra_err *err);
void ra_comparison_free(struct ra_comparison *c);

bool ra_comparison_differs(const struct ra_comparison *c);
bool ra_comparison_pends(const struct ra_comparison *c);

#endif
