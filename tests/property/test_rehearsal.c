/*
 * What was predicted and what the service does: the engine decides for an organisation that could
 * exist, with policies set to allow, and the simulated tenant carries out the first export of the
 * same AD objects by rules of its own.
 *
 *   test_rehearsal                the seeds that every build runs
 *   test_rehearsal FIRST LAST     other seeds
 */
#include "tests/property/compare.h"
#include "tests/property/engine.h"
#include "tests/property/generate.h"
#include "tests/property/judge.h"
#include "tests/property/oracle_inner.h"

#include <stdlib.h>

#define FIRST 1
#define LAST  200
#define SOUPS 2  /* to each seed's organisation */
#define SMALL 60 /* objects, up to which each is exported alone too */

static size_t used[RA_PARTINGS];

static void report(const struct org *org, const struct outcomes *predicted,
                   const struct deeds *deeds, size_t i, const char *how)
{
    const struct deed *d = &deeds->ad[i];

    fprintf(stderr, "seed %llu, %s: predicted and did differ\n", (unsigned long long)org->seed,
            how);
    dump_policy(org, stderr);
    dump_ad(org, i, stderr);
    dump_outcome(&predicted->ad[i], "predicted", stderr);
    fprintf(stderr, "did: %s, error %s, attribute %s%s%s\n", d->did ? d->did : "nothing",
            d->error ? d->error : "none", d->attribute ? d->attribute : "none",
            d->uncertain ? ", uncertain" : "", d->upn_aside ? ", UPN aside" : "");
    if (predicted->ad[i].peer >= 0)
        dump_cloud(org, (size_t)predicted->ad[i].peer, stderr);
    if (d->cloud >= 0)
        dump_cloud(org, (size_t)d->cloud, stderr);
}

static void report_deletion(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, size_t c)
{
    fprintf(stderr, "seed %llu: %s\n", (unsigned long long)org->seed,
            deeds->cloud_deleted[c] ? "deleted, and no orphan" : "an orphan, and not deleted");
    dump_cloud(org, c, stderr);
    dump_outcome(&predicted->cloud[c], "predicted", stderr);
    for (size_t i = 0; i < org->ad_n; i++)
        if (predicted->ad[i].peer == (int)c || deeds->ad[i].cloud == (int)c)
            report(org, predicted, deeds, i, "by its AD object");
}

/* Each object as if it were the first one: what is predicted is predicted of the tenant as it is.
 */
static bool each_alone(const struct org *org, const struct outcomes *predicted)
{
    bool ok = true;

    for (size_t i = 0; ok && i < org->ad_n; i++) {
        struct deeds deeds;
        enum ra_parting l;

        rehearse(org, predicted, i, &deeds);
        l = judge_alone(org, predicted, &deeds, i);
        used[l]++;
        ok = l != RA_PART_UNEXPLAINED;
        if (!ok)
            report(org, predicted, &deeds, i, "alone");
        deeds_free(&deeds);
    }
    return ok;
}

static bool each_among(const struct org *org, const struct outcomes *predicted,
                       const struct deeds *deeds)
{
    struct meetings m;
    bool ok = true;

    meetings_read(&m, org, deeds);
    for (size_t i = 0; ok && i < org->ad_n; i++) {
        enum ra_parting l = judge_among(org, predicted, deeds, &m, i);
        used[l]++;
        ok = l != RA_PART_UNEXPLAINED;
        if (!ok)
            report(org, predicted, deeds, i, "among the others");
    }
    for (size_t c = 0; ok && c < org->cloud_n; c++) {
        ok = judge_deletion(org, predicted, deeds, &m, c) != RA_PART_UNEXPLAINED;
        if (!ok)
            report_deletion(org, predicted, deeds, c);
    }
    if (ok && judge_twins(org, predicted, deeds)) {
        fprintf(stderr, "seed %llu: two with one anchor were both taken\n",
                (unsigned long long)org->seed);
        ok = false;
    }
    meetings_free(&m);
    return ok;
}

static bool stops(const struct outcomes *predicted)
{
    for (size_t i = 0; i < predicted->summary.reasons_n; i++)
        if (starts_folded(predicted->summary.reasons[i], "GATE_TENANT_THRESHOLD"))
            return true;
    return false;
}

/* With the tenant's threshold as it is, then without, so that everything is carried out. */
static bool all_together(struct org *org, const struct outcomes *predicted)
{
    struct deeds deeds;
    bool stopped, ok;

    rehearse(org, predicted, EVERY_OBJECT, &deeds);
    stopped = deeds.stopped;
    if (stopped) {
        deeds_free(&deeds);
        org->tenant.prevention = ORG_PREVENTION_OFF;
        rehearse(org, predicted, EVERY_OBJECT, &deeds);
    }
    ok = each_among(org, predicted, &deeds);
    if (ok && stopped != stops(predicted)) {
        fprintf(stderr, "seed %llu: the export was %s by the threshold\n",
                (unsigned long long)org->seed, stopped ? "stopped" : "not stopped");
        ok = false;
    }
    deeds_free(&deeds);
    return ok;
}

static bool run_org(struct org *org)
{
    struct outcomes predicted;
    bool ok;

    rehearse_settle(org);
    engine_decide(org, 0, &predicted);
    ok = all_together(org, &predicted);
    org->tenant.prevention = ORG_PREVENTION_OFF;
    if (ok && org->ad_n <= SMALL)
        ok = each_alone(org, &predicted);
    outcomes_free(&predicted);
    return ok;
}

static bool run_seed(uint64_t seed)
{
    struct org org;
    bool ok;

    generate_org(seed, &org);
    ok = run_org(&org);
    org_free(&org);
    for (uint64_t soup = seed * SOUPS; ok && soup < (seed + 1) * SOUPS; soup++) {
        generate_soup_org(soup, &org);
        ok = run_org(&org);
        org_free(&org);
        if (!ok)
            fprintf(stderr, "in soup %llu\n", (unsigned long long)soup);
    }
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 2 ? strtoull(argv[1], NULL, 10) : FIRST;
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 10) : LAST;
    bool ok = true;

    for (uint64_t seed = first; ok && seed <= last; seed++)
        ok = run_seed(seed);
    for (int l = 0; l < RA_PARTINGS; l++)
        printf("%10zu %s\n", used[l], ra_parting_name((enum ra_parting)l));
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
