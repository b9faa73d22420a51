/*
 * The settings of an Entra Connect server: what its wizard writes as
 * Applied-SynchronizationPolicy-*.json and Exported-…, or Get-ADSyncGlobalSettings as JSON. Taken
 * from it: the source anchor attribute, the sign-in attribute, domains with their filters by
 * container, and which rules somebody wrote. Everything else is passed over.
 */
#ifndef RA_IMPORT_ADSYNC_H
#define RA_IMPORT_ADSYNC_H

#include "recovery/import/import.h"
#include "src/base/buf.h"

/* One domain that was selected. include and exclude are what [ad:NAME] wants. */
struct ra_adsync_domain {
    struct ra_str dn, dns; /* DC=contoso,DC=com; contoso.com */
    struct ra_str key;     /* ra_dn_key's form */
    struct ra_str *include, *exclude;
    size_t includes, excludes;
    struct ra_str *unsaid; /* containers selected below one that is not: include cannot say it */
    size_t unsaids;
    bool unselected; /* nothing of it is synchronised */
};

/* A rule of one's own. touches: what it changes that decides here, such as "cloudFiltered". */
struct ra_adsync_rule {
    struct ra_str name, touches;
};

struct ra_adsync {
    struct ra_str anchor_attribute, login_attribute; /* absent when the file does not say */
    struct ra_adsync_domain *domains;
    size_t domains_n, domains_cap;
    struct ra_adsync_rule *rules;
    size_t rules_n, rules_cap;
    struct ra_arena arena;
};

/* Faults go to sink->wrong; RA_EINPUT as ra_import_read. Free with ra_adsync_free. */
int ra_adsync_read(const char *path, const struct ra_import_sink *sink, struct ra_adsync *out,
                   struct ra_err *err);
void ra_adsync_free(struct ra_adsync *a);

/* The configuration that follows from it, to be added to what it cannot say. */
void ra_adsync_config(const struct ra_adsync *a, const char *path, struct ra_buf *out);

#endif
