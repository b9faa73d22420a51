/*
 * An organisation handed to the simulated tenant, in one process: its cloud side is loaded, what a
 * sync server that was set up anew would send of its AD side is exported, and what became of each
 * object comes back. The tenant has rules of its own and shares no code with the engine.
 */
#ifndef RA_TESTS_PROPERTY_REHEARSE_H
#define RA_TESTS_PROPERTY_REHEARSE_H

#include "tests/property/org.h"
#include "tests/property/outcome.h"

/* What the service did with one AD object. Strings live in the deeds' arena. */
struct deed {
    const char *did; /* the outcome's name; NULL when the export was stopped */
    const char *error, *attribute;
    int cloud; /* the place of the cloud object it ended in or clashed with; -1: none, or a new one
                */
    bool uncertain; /* the sources leave it open */
    bool upn_aside; /* the UPN was quarantined */
};

struct deeds {
    struct ra_arena arena;
    struct deed *ad;     /* by place in the organisation */
    bool *cloud_deleted; /* by place */
    bool stopped;        /* by the tenant's threshold: nothing was done */
};

#define EVERY_OBJECT SIZE_MAX

/* A tenant that could exist and hides nothing: everything unknown becomes known, our own policies
 * are set by the seed (two in four allow), and of cloud objects that share a value which is unique in the service only the first is
 * kept (domain 3). */
void rehearse_settle(struct org *org);

/* Exports every object, or one alone, to a tenant loaded anew. scope: a decision on the
 * organisation, of which is used what is out of scope and which attribute is the anchor. Free with
 * deeds_free. */
void rehearse(const struct org *org, const struct outcomes *scope, size_t only, struct deeds *out);
void deeds_free(struct deeds *d);

#endif
