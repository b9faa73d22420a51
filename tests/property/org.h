/*
 * An organisation as plain as it can be written down: what the directories and the tenant hold, and
 * what the operator configured. The generator makes one, the oracle and the engine both judge it.
 * Everything is allocated in its arena and lives until org_free. Texts are C strings; NULL and ""
 * both mean that the attribute is absent.
 */
#ifndef RA_TESTS_PROPERTY_ORG_H
#define RA_TESTS_PROPERTY_ORG_H

#include "src/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum org_kind { ORG_USER, ORG_GROUP, ORG_CONTACT, ORG_COMPUTER, ORG_DEVICE };
enum org_fact { ORG_UNKNOWN, ORG_NO, ORG_YES };

struct org_bytes {
    const unsigned char *p;
    size_t n;
};

struct org_texts {
    const char **at;
    size_t n;
};

#define ORG_CUSTOMS 4 /* attributes beside the two well-known ones that may serve as anchor */

struct org_ad {
    int directory;
    enum org_kind kind;
    bool deleted, critical, hidden, mailbox_guid;
    int64_t recipient_type;
    uint32_t group_type, members, certificates, smime_certificates;
    unsigned char guid[16];
    const char *sid, *dn, *sam, *login, *mail, *nickname, *display_name, *cn, *admin_description;
    struct org_bytes consistency_guid;
    struct org_bytes custom[ORG_CUSTOMS]; /* by org.customs; p is NULL where there is no value */
    struct org_texts proxies;
};

enum org_identifier { ORG_OOI_UNKNOWN, ORG_OOI_NULL, ORG_OOI_SET };
enum { ORG_PRIVILEGED = 1, ORG_ASSIGNED = 2, ORG_ELIGIBLE = 4 };

struct org_cloud {
    enum org_kind kind;
    bool deleted;
    enum org_fact synced;          /* ORG_UNKNOWN is Graph's null */
    enum org_fact role_assignable; /* of a group */
    enum org_fact cloud_managed;
    enum org_identifier ooi_state;
    unsigned roles;
    const char *id; /* lower case, no two objects have the same */
    const char *upn, *display_name, *user_type, *immutable_id, *sid, *device_id, *ooi;
    struct org_texts proxies;
};

struct org_directory {
    const char *name, *base;
    struct org_texts include, exclude;
};

struct org_custom {
    const char *name; /* as configured */
    bool binary;
};

enum org_flag { ORG_BH, ORG_BS, ORG_SU, ORG_AI, ORG_FLAGS };
enum org_prevention { ORG_PREVENTION_UNKNOWN, ORG_PREVENTION_OFF, ORG_COUNT, ORG_PERCENT };
enum org_soft { ORG_DENY, ORG_SERVER, ORG_STAMP };

struct org_tenant {
    const char *initial_domain;
    struct org_texts domains; /* verified ones, lower case */
    enum org_fact flags[ORG_FLAGS];
    enum org_prevention prevention;
    int64_t threshold;
    const char *anchor_attribute; /* NULL when not readable */
    bool roles_known, definitions_known;
};

struct org_policy {
    bool takeover_allowed;
    enum org_soft soft_match;
    int64_t max_deletes, max_hard_deletes;
    double max_deletes_percent;
    const char *attribute; /* "auto", or the attribute */
    struct org_texts candidates;
};

struct org {
    struct ra_arena arena;
    uint64_t seed;
    struct org_directory directories[3];
    int directories_n;
    struct org_custom customs[ORG_CUSTOMS]; /* those that the directories were read for */
    int customs_n;
    struct org_ad *ad;
    size_t ad_n, ad_cap;
    struct org_cloud *cloud;
    size_t cloud_n, cloud_cap;
    struct org_tenant tenant;
    struct org_policy policy;
    bool complete; /* both snapshots are proved complete */
};

const char *org_kind_name(enum org_kind kind);
void org_free(struct org *org);

#endif
