#include "recovery/cli/fresh.h"

#include "recovery/cli/gather.h"

int ra_fresh_open(struct ra_cli *cli, bool cached, struct ra_fresh *out, struct ra_err *err)
{
    const struct ra_gather gather = {.what = RA_GATHER_ALL};
    int rc;

    *out = (struct ra_fresh){0};
    if (cached) {
        rc = ra_study_cache(cli, &out->cache, err);
        return rc == 0 ? ra_study_open(cli, out->cache, &out->study, err) : rc;
    }
    rc = ra_cache_open(cli->config->store.dir, true, &out->cache, err);
    if (rc == 0)
        rc = ra_gather(cli, out->cache, &gather, &out->graph, err);
    return rc == 0 ? ra_gather_settle(cli, out->cache, out->graph, &out->study, err) : rc;
}

int ra_fresh_ask(struct ra_cli *cli, struct ra_fresh *f, const uint32_t *soa, size_t soa_n,
                 const uint32_t *ooi, size_t ooi_n, struct ra_err *err)
{
    bool added = false;
    int rc;

    if (!f->graph || (!soa_n && !ooi_n))
        return 0;
    rc = ra_cloud_settle(f->graph, f->cache, &f->study->view->cloud.side, soa, soa_n, ooi, ooi_n,
                         &added, err);
    if (rc == 0 && !added)
        return ra_view_refusals(f->study->view, f->cache, err);
    if (rc == 0) {
        ra_study_close(&f->study);
        rc = ra_study_open(cli, f->cache, &f->study, err);
    }
    return rc;
}

void ra_fresh_close(struct ra_fresh *f)
{
    ra_study_close(&f->study);
    ra_graph_close(&f->graph);
    ra_cache_close(&f->cache);
}
