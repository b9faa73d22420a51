/*
 * Finding objects by whatever an administrator has in hand: an object id, a GUID in any spelling, a
 * Base64 anchor, a connector DN, a SID, a UPN, an address or a DN. Walks the records: a person asks
 * for one object, and no index has all of these.
 */
#ifndef RA_CLI_LOOKUP_H
#define RA_CLI_LOOKUP_H

#include "recovery/match/match.h"

struct ra_lookup {
    uint32_t *ad, *cloud; /* numbers over all directories; sequence numbers */
    size_t ad_n, ad_cap, cloud_n, cloud_cap;
};

/* RA_EINTEGRITY for a damaged store. Nothing found is no error. */
int ra_lookup(const struct ra_match_input *in, struct ra_str key, struct ra_lookup *out,
              struct ra_err *err);
void ra_lookup_free(struct ra_lookup *l);

#endif
