/*
 * Addresses and sign-in names (domain 6.2; decision.md "Inputs, normalised"): which SMTP addresses
 * an object has, which is primary, and which UPN Entra ID would give it.
 */
#ifndef RA_MODEL_ADDRESS_H
#define RA_MODEL_ADDRESS_H

#include "recovery/model/object.h"
#include "src/base/mem.h"

struct ra_tenant;

/* All addresses of one object, case-folded, in an arena. */
struct ra_addresses {
    struct ra_str *all;    /* sorted, each once */
    uint32_t count;        /* of different addresses */
    uint32_t values;       /* SMTP values as they stand, duplicates included (for WARN_SIZE) */
    struct ra_str primary; /* absent when there is none, or more than one SMTP: value */
    bool two_primaries;
};

/* The same without the addresses themselves: what can be told by counting. */
struct ra_address_survey {
    uint32_t values; /* SMTP values, or 1 for mail in their place */
    bool two_primaries;
};
struct ra_address_survey ra_ad_survey(const struct ra_ad_object *o);

void ra_ad_addresses(const struct ra_ad_object *o, struct ra_arena *a, struct ra_addresses *out);
void ra_cloud_addresses(const struct ra_cloud_object *o, struct ra_arena *a,
                        struct ra_addresses *out);

/* The login attribute's value, case-folded, else sAMAccountName@<DNS name of the DN's DC= parts>.
 */
struct ra_str ra_ad_login(const struct ra_ad_object *o, struct ra_arena *a);

/* The UPN that Entra ID would give (row 46): *replaced tells that login was not usable as it is. */
struct ra_str ra_effective_upn(const struct ra_ad_object *o, struct ra_str login,
                               const struct ra_tenant *tenant, struct ra_arena *a, bool *replaced);

/* Where the suffix begins in a login whose local part Entra ID takes as it is, else 0 (also for one
 * of 64 KiB): with a verified domain there, ra_effective_upn gives the login itself. */
size_t ra_login_suffix(struct ra_str login);

/* A placeholder UPN (domain 4): on the initial domain, local part ending in four digits. */
bool ra_upn_is_placeholder(struct ra_str upn, const struct ra_tenant *tenant);

#endif
