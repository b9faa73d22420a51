/*
 * A decision over what both sides are now: read anew into the store, or taken from it as it stands.
 * What `verify` and `restore` begin with.
 */
#ifndef RA_CLI_FRESH_H
#define RA_CLI_FRESH_H

#include "recovery/cli/study.h"

struct ra_fresh {
    struct ra_cache *cache;
    struct ra_graph *graph; /* NULL when nothing was read */
    struct ra_study *study;
};

/* cached: from the store alone, offline; else both sides are read first. *out is closed with
 * ra_fresh_close in any case. */
int ra_fresh_open(struct ra_cli *cli, bool cached, struct ra_fresh *out, struct ra_err *err);
void ra_fresh_close(struct ra_fresh *f);

/* Asks for facts of these cloud objects (sequence numbers) and decides again if any came; nothing
 * is asked when the store alone is read. */
int ra_fresh_ask(struct ra_cli *cli, struct ra_fresh *f, const uint32_t *soa, size_t soa_n,
                 const uint32_t *ooi, size_t ooi_n, struct ra_err *err);

#endif
