/*
 * Who meets whom in an export: which cloud objects and which other AD objects have a key of an AD
 * object. The service carries out one object after another, so what an object meets may have been
 * changed by one before it; that is the only reason for which order may tell.
 */
#ifndef RA_TESTS_PROPERTY_MEETINGS_H
#define RA_TESTS_PROPERTY_MEETINGS_H

#include "tests/property/oracle_inner.h"
#include "tests/property/rehearse.h"

struct meetings {
    struct ra_arena arena;
    struct oracle views;       /* of the AD side: names and addresses, worked out */
    struct book cloud, ad_sid; /* who has a key, by its sort and itself; AD objects by SID */
    struct book ad_guid;       /* AD contacts and computers by objectGUID */
    struct book ad_name;       /* AD objects by address, users by UPN too */
    bool *changed;             /* cloud objects that some AD object was matched with */
};

void meetings_read(struct meetings *m, const struct org *org, const struct deeds *deeds);
void meetings_free(struct meetings *m);

/* A cloud object that has our SID, UPN or an address was matched with another AD object. */
bool meets_changed(const struct meetings *m, const struct deeds *deeds, size_t i);
/* Another AD object that was sent has our SID; or our objectGUID, of contacts and computers. */
bool meets_sid_twin(const struct meetings *m, const struct deeds *deeds, size_t i);
bool meets_guid_twin(const struct meetings *m, const struct deeds *deeds, size_t i);
/* Another AD object that was sent has an address of ours, or as a user our UPN. */
bool meets_namesake(const struct meetings *m, const struct deeds *deeds, size_t i);

#endif
