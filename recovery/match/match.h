/*
 * The decision procedure: every AD object and every live cloud object that nothing claimed gets
 * exactly one verdict. A pure function of its input: no clock, no I/O of its own, no dependence on
 * the order of objects. It walks the sorted indexes of both sides once each, keeps a few dozen
 * bytes an object, and decides in order of the AD objects' numbers. What is beside the point here:
 * fetching, writing, wording.
 */
#ifndef RA_MATCH_MATCH_H
#define RA_MATCH_MATCH_H

#include "recovery/model/index.h"
#include "recovery/model/policy.h"
#include "recovery/model/tenant.h"
#include "recovery/model/verdict.h"

struct ra_match_input {
    const struct ra_side *ad; /* one side for each directory, numbered one after another */
    size_t ad_n;
    const struct ra_side *cloud;
    const struct ra_tenant *tenant;
    const struct ra_policy *policy;
    bool incomplete; /* a snapshot that is not proved complete: the gate says STOP */
};

/* Fills *out (free with ra_result_free). RA_EINTEGRITY for a damaged store, RA_ECONFIG for a
 * configured anchor attribute that was not read. */
int ra_match(const struct ra_match_input *in, struct ra_result *out, struct ra_err *err);

/* The directory of an AD object's number, and its sequence number there. */
const struct ra_side *ra_match_directory(const struct ra_match_input *in, uint32_t number,
                                         uint32_t *seq);

#endif
