#include "tests/property/generate.h"

#include "tests/property/generate_inner.h"

#define LARGE_EVERY 40 /* one seed of so many gives a large organisation */

static size_t size_of(struct generator *g, uint64_t seed)
{
    if (seed % LARGE_EVERY == 0)
        return rng_between(&g->rng, 10000, 15000);
    return chance(g, 10) ? any(g, 12) : rng_between(&g->rng, 100, 1500);
}

static void generate_objects(struct generator *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t what = any(g, 100);

        if (what < 60)
            generate_user(g);
        else if (what < 75)
            generate_group(g);
        else if (what < 85)
            generate_contact(g);
        else if (what < 93)
            generate_computer(g);
        else
            generate_cloud_only(g);
    }
}

/* A tidy tenant has room for surprises in the policy alone. */
static void settle(struct generator *g)
{
    struct org *org = g->org;

    g->never_synced = g->mood != TIDY && chance(g, 5);
    g->ooi_asked = chance(g, 80);
    g->soa_asked = chance(g, 85);
    org->complete = !chance(g, 5);
    if (g->mood == TIDY)
        g->ooi_asked = true;
}

static struct generator begin(uint64_t seed, struct org *out)
{
    *out = (struct org){.seed = seed};
    struct generator g = {.org = out, .rng = {seed * 0x2545f4914f6cdd1du + 1}};

    g.mood = chance(&g, 15) ? TIDY : chance(&g, 50) ? USUAL : NASTY;
    generate_tenant(&g);
    generate_policy(&g);
    settle(&g);
    return g;
}

void generate_org(uint64_t seed, struct org *out)
{
    struct generator g = begin(seed, out);

    generate_objects(&g, size_of(&g, seed));
    mix(&g);
}

void generate_soup_org(uint64_t seed, struct org *out)
{
    struct generator g = begin(seed, out);

    generate_soup(&g, rng_between(&g.rng, 2, chance(&g, 90) ? 40 : 400));
}
