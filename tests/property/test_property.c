/*
 * The engine says what the oracle says, of every object and in the summary, whatever the
 * organisation; and it says the same whatever the order of the objects and of the directories.
 *
 *   test_property                the seeds that every build runs
 *   test_property FIRST LAST     other seeds; what occurred is printed, and not demanded
 */
#include "tests/property/compare.h"
#include "tests/property/coverage.h"
#include "tests/property/engine.h"
#include "tests/property/generate.h"
#include "tests/property/oracle.h"

#include <stdlib.h>

#define FIRST 1
#define LAST  240
#define SOUPS 10 /* to each seed's organisation */

static bool same_decision(const struct org *org, struct coverage *seen)
{
    struct outcomes oracle, engine, shuffled;
    bool ok;

    oracle_decide(org, &oracle);
    engine_decide(org, 0, &engine);
    ok = outcomes_same(org, &oracle, "oracle", &engine, "engine", stderr);
    if (ok) {
        engine_decide(org, org->seed + 1, &shuffled);
        ok = outcomes_same(org, &engine, "engine", &shuffled, "engine, shuffled", stderr);
        outcomes_free(&shuffled);
    }
    coverage_take(seen, &oracle);
    outcomes_free(&oracle);
    outcomes_free(&engine);
    return ok;
}

static bool run_seed(uint64_t seed, struct coverage *seen)
{
    struct org org;
    bool ok;

    generate_org(seed, &org);
    ok = same_decision(&org, seen);
    org_free(&org);
    for (uint64_t soup = seed * SOUPS; ok && soup < (seed + 1) * SOUPS; soup++) {
        generate_soup_org(soup, &org);
        ok = same_decision(&org, seen);
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
    struct coverage *seen = coverage_new();
    size_t missing = 0;
    bool ok = true;

    for (uint64_t seed = first; ok && seed <= last; seed++)
        ok = run_seed(seed, seen);
    if (argc > 2)
        coverage_print(seen, stdout);
    else if (ok)
        missing = coverage_missing(seen, stderr);
    coverage_free(&seen);
    return ok && !missing ? EXIT_SUCCESS : EXIT_FAILURE;
}
