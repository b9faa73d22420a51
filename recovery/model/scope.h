/*
 * What a default installation does not synchronise (domain 6.1), as far as an object's own
 * attributes tell: what the operator included and excluded is not looked at here. Heads of records
 * keep the answer (head.h): whoever changes a rule raises RA_CACHE_FORMAT.
 */
#ifndef RA_MODEL_SCOPE_H
#define RA_MODEL_SCOPE_H

#include "recovery/model/verdict.h"

/* The first rule that leaves the object out, or RA_CAUSE_NONE. */
enum ra_cause ra_default_scope(const struct ra_ad_object *o);

/* A linked mailbox: never provisions by itself (domain 1.5, row 31). */
bool ra_is_linked_mailbox(const struct ra_ad_object *o);

#endif
