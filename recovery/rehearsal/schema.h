/*
 * Which properties the simulated tenant's objects have: the part of Graph's metadata that a client
 * of the directory can meet, with each property's place in $select and $filter. Constant tables.
 */
#ifndef RA_REHEARSAL_SCHEMA_H
#define RA_REHEARSAL_SCHEMA_H

#include "src/base/text.h"

enum ra_sim_kind { RA_SIM_USER, RA_SIM_GROUP, RA_SIM_CONTACT, RA_SIM_DEVICE, RA_SIM_KINDS };

enum ra_sim_type {
    RA_SIM_STRING,
    RA_SIM_BOOL,
    RA_SIM_TIME,
    RA_SIM_INT,
    RA_SIM_STRINGS, /* a collection of strings: [] when unset */
    RA_SIM_OBJECTS, /* a collection of complex values: [] when unset */
    RA_SIM_COMPLEX
};

/* What $filter may do with a property; _ADV needs ConsistencyLevel: eventual and $count=true. */
enum {
    RA_SIM_EQ = 1,
    RA_SIM_EQ_ADV = 2,
    RA_SIM_STARTS = 4,
    RA_SIM_STARTS_ADV = 8,
    RA_SIM_RANGE = 16, /* ge, le */
    RA_SIM_RANGE_ADV = 32,
    RA_SIM_NULL_ADV = 64,
    RA_SIM_ENDS_ADV = 128,
    RA_SIM_EMPTY_ADV = 256 /* collection/$count eq 0 */
};

enum ra_sim_place {
    RA_SIM_PLAIN,
    RA_SIM_NOT_LISTED, /* selecting it in a collection answers 501 */
    RA_SIM_BETA_ONLY,
    RA_SIM_HIDDEN /* the service knows it, no request shows it */
};

struct ra_sim_property {
    const char *name;
    enum ra_sim_type type;
    unsigned char kinds;    /* a bit for each kind that has it */
    unsigned char defaults; /* a bit for each kind that returns it without $select */
    enum ra_sim_place place;
    unsigned short filter[RA_SIM_KINDS];
};

/* The properties that rules name; further rows of the table have no name in code. */
enum {
    RA_SIM_P_ID,
    RA_SIM_P_UPN,
    RA_SIM_P_MAIL,
    RA_SIM_P_MAIL_NICKNAME,
    RA_SIM_P_DISPLAY_NAME,
    RA_SIM_P_PROXIES,
    RA_SIM_P_USER_TYPE,
    RA_SIM_P_ACCOUNT_ENABLED,
    RA_SIM_P_IMMUTABLE_ID,
    RA_SIM_P_SYNC_ENABLED,
    RA_SIM_P_SID,
    RA_SIM_P_SAM,
    RA_SIM_P_DOMAIN,
    RA_SIM_P_DN,
    RA_SIM_P_ON_PREMISES_UPN,
    RA_SIM_P_LAST_SYNC,
    RA_SIM_P_ERRORS,
    RA_SIM_P_OBJECT_IDENTIFIER,
    RA_SIM_P_SYNC_BEHAVIOR,
    RA_SIM_P_SOURCE_ANCHOR,
    RA_SIM_P_DEVICE_ID,
    RA_SIM_P_DELETED_AT,
    RA_SIM_P_CREATED_AT,
    RA_SIM_P_SECURITY_ID,
    RA_SIM_P_ROLE_ASSIGNABLE,
    RA_SIM_P_MAIL_ENABLED,
    RA_SIM_P_SECURITY_ENABLED,
    RA_SIM_P_GROUP_TYPES,
    RA_SIM_P_TRUST_TYPE,
    RA_SIM_P_KNOWN
};

#define RA_SIM_MAX_PROPERTIES 192 /* the bits of a change's mask */

extern const struct ra_sim_property ra_sim_properties[];
extern const unsigned ra_sim_properties_n;

/* The row of a kind's property by its name, letter case aside as in URLs; -1 when it has none.
 * Hidden ones are found too. */
int ra_sim_property_find(enum ra_sim_kind kind, struct ra_str name);

const char *ra_sim_kind_segment(enum ra_sim_kind kind); /* "users", … as in paths */
const char *ra_sim_kind_type(enum ra_sim_kind kind);  /* "user", "group", "orgContact", "device" */
const char *ra_sim_kind_label(enum ra_sim_kind kind); /* "User", … as in messages */
bool ra_sim_kind_parse(struct ra_str type, enum ra_sim_kind *out); /* "user", "contact", … */

#endif
