/* Where a drill's organisation comes from: a backup, a folder of saved responses, or the store; and
 * laying it out on the ground. */
#ifndef RA_CLI_REHEARSED_H
#define RA_CLI_REHEARSED_H

#include "recovery/cli/ground.h"
#include "recovery/drill/drill.h"
#include "src/cache/cache.h"

struct ra_rehearsed {
    const char *which;     /* as given */
    const char *identity;  /* for age, or NULL */
    const char **sections; /* of --directory */
    size_t sections_n;
    bool offline; /* the AD side is to be the source's */
    /* filled by ra_rehearsed_lay_out */
    struct ra_drill_from from;
    const char *data;        /* the folder that the tenant starts from */
    struct ra_config_ad *ad; /* the directories of the drill; borrow from the configuration */
    size_t ad_n;
    struct ra_arena arena;
};

/* Puts the organisation on the ground; cache is the ground's own, open for writing. */
int ra_rehearsed_lay_out(struct ra_cli *cli, struct ra_rehearsed *r, struct ra_ground *g,
                         struct ra_cache *cache, struct ra_err *err);
void ra_rehearsed_free(struct ra_rehearsed *r);

/* rehearsal.html and rehearsal.ndjson, all on disk before the first appears. */
int ra_rehearsed_write(const char *dir, const struct ra_report_input *in, const struct ra_drill *d,
                       const struct ra_drill_from *from, struct ra_err *err);

#endif
