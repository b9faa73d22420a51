/*
 * From the sync server's filter by container to ours. There the nearest selected or deselected
 * container above an object decides, so that a whole domain may be deselected and one OU below it
 * selected; here an object is in when it lies below an include and below no exclude. Internal.
 */
#ifndef RA_IMPORT_ADSYNC_SCOPE_H
#define RA_IMPORT_ADSYNC_SCOPE_H

#include "recovery/import/adsync.h"

struct ra_dn {
    struct ra_str dn, key; /* as it stands; ra_dn_key's form */
};

struct ra_dn_list {
    struct ra_dn *all;
    size_t n, cap;
    struct ra_arena *arena;
};

bool ra_dn_list_add(struct ra_dn_list *l, struct ra_str dn); /* false when it is no DN */
/* dn, key and, when it consists of DC= alone, the DNS name. */
bool ra_adsync_domain_named(struct ra_arena *a, struct ra_str dn, struct ra_adsync_domain *out);
void ra_adsync_scope(struct ra_arena *a, struct ra_adsync_domain *d,
                     const struct ra_dn_list *inclusions, const struct ra_dn_list *exclusions);

#endif
