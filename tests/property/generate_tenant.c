/* What the tenant says of itself, what the operator configured, and how the two came about. */
#include "tests/property/generate_inner.h"

static enum org_fact some_flag(struct generator *g)
{
    return chance(g, 15) ? ORG_UNKNOWN : chance(g, 35) ? ORG_YES : ORG_NO;
}

static void generate_protection(struct generator *g, struct org_tenant *t)
{
    static const int64_t thresholds[] = {0, 1, 5, 20, 500, 500, 500};

    t->prevention = (enum org_prevention)any(g, 4);
    t->threshold = thresholds[any(g, 7)];
}

void generate_tenant(struct generator *g)
{
    static const char *const initials[] = {"contoso.onmicrosoft.com", "contoso.onmicrosoft.com",
                                           "contoso.onmicrosoft.com", "contoso.onmicrosoft.us",
                                           NULL};
    struct org_tenant *t = &g->org->tenant;

    g->initial_domain = one_of(g, initials);
    t->initial_domain = chance(g, 97) ? g->initial_domain : NULL;
    add_text(g, &t->domains, g->initial_domain);
    add_text(g, &t->domains, "contoso.com");
    add_text(g, &t->domains, "fabrikam.co.uk");
    add_text(g, &t->domains, "mail.contoso.com");
    for (int f = 0; f < ORG_FLAGS; f++)
        t->flags[f] = some_flag(g);
    t->roles_known = !chance(g, 20);
    t->definitions_known = !chance(g, 15);
    generate_protection(g, t);
}

/* ---- the anchor ---- */

static const char *name_of_truth(const struct generator *g)
{
    if (g->truth == BY_CUSTOM)
        return g->org->customs[g->custom].name;
    return g->truth == BY_OBJECT_GUID ? "objectGUID" : "mS-DS-ConsistencyGuid";
}

static void generate_truth(struct generator *g)
{
    struct org_custom all[ORG_CUSTOMS] = {{"employeeID", false},
                                          {"msDS-cloudExtensionAttribute1", false},
                                          {"objectSid", true},
                                          {"extensionData", true}};

    for (int i = 0; i < ORG_CUSTOMS; i++)
        g->org->customs[i] = all[i];
    g->org->customs_n = ORG_CUSTOMS;
    g->truth = chance(g, 60) ? BY_CONSISTENCY_GUID : chance(g, 50) ? BY_OBJECT_GUID : BY_CUSTOM;
    g->custom = (int)any(g, ORG_CUSTOMS);
    g->stamped = g->truth == BY_CONSISTENCY_GUID ? 60 : chance(g, 50) ? 20 : 0;
}

static const char *any_attribute(struct generator *g)
{
    static const char *const names[] = {"objectGUID",
                                        "mS-DS-ConsistencyGuid",
                                        "ms-ds-consistencyguid",
                                        "OBJECTGUID",
                                        "employeeID",
                                        "employeeid",
                                        "objectSid",
                                        "extensionData",
                                        "msDS-cloudExtensionAttribute1",
                                        NULL};

    return one_of(g, names);
}

static void generate_anchor_policy(struct generator *g)
{
    struct org_policy *p = &g->org->policy;
    struct org_tenant *t = &g->org->tenant;
    const char *truth = name_of_truth(g);

    p->attribute = chance(g, 50) ? "auto" : chance(g, 80) ? truth : any_attribute(g);
    if (chance(g, 40))
        t->anchor_attribute = chance(g, 70) ? truth : any_attribute(g);
    if (chance(g, 80))
        add_text(g, &p->candidates, truth);
    while (chance(g, 30))
        add_text(g, &p->candidates, any_attribute(g));
}

/* ---- what the operator allows ---- */

static void generate_limits(struct generator *g, struct org_policy *p)
{
    static const int64_t limits[] = {0, 1, 10, 500, 100000};
    static const double percents[] = {0, 0.1, 0.5, 5, 5, 12.5, 33.3, 100};

    p->max_deletes = limits[any(g, 5)];
    p->max_hard_deletes = limits[any(g, 5)];
    p->max_deletes_percent = percents[any(g, 8)];
    if (chance(g, 40)) { /* a gate that rarely stops */
        p->max_deletes = p->max_hard_deletes = 100000;
        p->max_deletes_percent = 100;
        g->org->tenant.prevention = ORG_PREVENTION_OFF;
    }
}

static void generate_scope(struct generator *g, struct org_directory *d)
{
    while (g->mood != TIDY && chance(g, 40)) {
        const char *dn = chance(g, 90) ? text(g, "%s,%s", new_unit(g), d->base) : d->base;

        add_text(g, chance(g, 50) ? &d->include : &d->exclude, respelled(g, dn));
    }
    if (d->include.n && chance(g, 50))
        add_text(g, &d->include, respelled(g, d->base));
    if (d->exclude.n && chance(g, 30))
        add_text(g, &d->exclude, text(g, "CN=Deleted Objects,%s", d->base));
}

static void generate_directories(struct generator *g)
{
    static const struct org_directory known[] = {
        {.name = "contoso", .base = "DC=contoso,DC=com"},
        {.name = "fabrikam", .base = "dc=Fabrikam,DC=co,dc=uk"},
        {.name = "emea", .base = "DC=mail,DC=contoso,DC=com"},
    };

    g->org->directories_n = (int)rng_between(&g->rng, 1, 3);
    for (int i = 0; i < g->org->directories_n; i++) {
        g->org->directories[i] = known[i];
        if (chance(g, 60))
            generate_scope(g, &g->org->directories[i]);
    }
}

void generate_policy(struct generator *g)
{
    struct org_policy *p = &g->org->policy;

    p->takeover_allowed = chance(g, 60);
    p->soft_match = (enum org_soft)any(g, 3);
    generate_truth(g);
    generate_anchor_policy(g);
    generate_limits(g, p);
    generate_directories(g);
}
