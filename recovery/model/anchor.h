/*
 * The source anchor (domain 1.2, 1.3): which attribute gives it, by kind of object, and how its
 * bytes become the string that Entra ID keeps as onPremisesImmutableId.
 */
#ifndef RA_MODEL_ANCHOR_H
#define RA_MODEL_ANCHOR_H

#include "recovery/model/object.h"
#include "src/base/mem.h"

enum ra_anchor_kind { RA_ANCHOR_CONSISTENCY_GUID, RA_ANCHOR_OBJECT_GUID, RA_ANCHOR_CUSTOM };

/* A candidate attribute. The name is spelled as decision.md says; custom ones as configured. */
struct ra_anchor_attribute {
    enum ra_anchor_kind kind;
    struct ra_str name;
};

struct ra_anchor_attribute ra_anchor_attribute(struct ra_str name); /* compares without case */
bool ra_anchor_attribute_eq(const struct ra_anchor_attribute *a,
                            const struct ra_anchor_attribute *b);

/* The object's anchor string under this tenant attribute, by the object's kind; absent when none.
 * In ConsistencyGuid mode the fallback to objectGUID is applied (users and groups). */
struct ra_str ra_anchor_of(const struct ra_ad_object *o,
                           const struct ra_anchor_attribute *attribute, struct ra_arena *a);

/* Whether that anchor is the Base64 of the object's own objectGUID. */
bool ra_anchor_is_object_guid(const struct ra_ad_object *o,
                              const struct ra_anchor_attribute *attribute, struct ra_arena *a);

/* Base64 of bytes, in an arena. */
struct ra_str ra_anchor_encode(struct ra_str bytes, struct ra_arena *a);
/* CN={hex of the anchor string}, the name in the Entra connector space (domain 1.2), to the anchor.
 */
bool ra_anchor_from_connector_dn(struct ra_str dn, struct ra_arena *a, struct ra_str *anchor);

#endif
