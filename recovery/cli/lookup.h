/*
 * Finding objects by whatever an administrator has in hand: an object id, a GUID in any spelling, a
 * Base64 anchor, a connector DN, a SID, a UPN, an address or a DN. Walks the records: a person asks
 * for one object, and no index has all of these.
 */
#ifndef RA_CLI_LOOKUP_H
#define RA_CLI_LOOKUP_H

#include "recovery/match/match.h"

/* The key in every form that it could be, for objects that are not of the store. */
struct ra_probe {
    struct ra_str text;   /* as given, for comparing without case */
    struct ra_str anchor; /* as an anchor string, compared byte for byte */
    struct ra_str dn_key; /* as a DN in the form that is compared; absent when it is none */
    unsigned char guids[2][16];
    size_t guids_n;
};

void ra_probe_read(struct ra_probe *p, struct ra_str key, struct ra_arena *a);
bool ra_probe_ad(const struct ra_probe *p, const struct ra_ad_object *o, struct ra_arena *scratch);
bool ra_probe_cloud(const struct ra_probe *p, const struct ra_cloud_object *o,
                    struct ra_arena *scratch);

struct ra_lookup {
    uint32_t *ad, *cloud; /* numbers over all directories; sequence numbers */
    size_t ad_n, ad_cap, cloud_n, cloud_cap;
};

/* RA_EINTEGRITY for a damaged store. Nothing found is no error. */
int ra_lookup(const struct ra_match_input *in, struct ra_str key, struct ra_lookup *out,
              struct ra_err *err);
void ra_lookup_free(struct ra_lookup *l);

#endif
