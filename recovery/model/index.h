/*
 * The indexes over a side's objects, and how match reads a side: records by sequence number, and
 * cursors over sorted (key, value) pairs. A side is immutable while it is open; match does no I/O
 * of its own and never learns where a side lives.
 */
#ifndef RA_MODEL_INDEX_H
#define RA_MODEL_INDEX_H

#include "recovery/model/object.h"
#include "src/base/err.h"
#include "src/base/mem.h"

/* Keys: case-folded where the rule compares so. Both sides use the same forms, so that joining is
 * merging. Deleted objects are in their side's indexes with RA_ENTRY_DELETED. */
enum ra_index {
    RA_IX_ID,     /* cloud: object id, lower case                                                */
    RA_IX_ANCHOR, /* cloud: users' immutableId · AD: users' and groups' anchor in ConsistencyGuid
                     mode */
    RA_IX_GUID,   /* cloud: deviceId · AD: objectGUID; both as the Base64 of LDAP's order        */
    RA_IX_SID,    /* both: users, groups (AD: computers too), string form                         */
    RA_IX_ADDRESS, /* both: every SMTP address, case-folded, RA_ENTRY_PRIMARY on the primary */
    RA_IX_UPN,  /* cloud: users' UPN · AD: users' login (ra_ad_login), case-folded               */
    RA_IX_NAME, /* both: groups' displayName, else cn, case-folded                              */
    RA_IX_TIE,  /* AD: SIDs that an object names and does not have: each of its sIDHistory, and
                   its msExchMasterAccountSid with RA_ENTRY_MASTER                              */
    RA_IX_CUSTOM, /* AD: RA_IX_CUSTOM + i: users' anchor by the side's i-th custom attribute      */
    RA_IX_CUSTOM_MAX = RA_IX_CUSTOM + 16,
};

/* Facts beside the objects, keyed by cloud object id, that are asked for later or may be refused.
 */
#define RA_FACT_OOI "ooi" /* onPremisesObjectIdentifier; an empty value is Graph's null */
#define RA_FACT_SOA "soa" /* isCloudManaged: "1" or "0" */

enum { RA_ENTRY_DELETED = 1, RA_ENTRY_PRIMARY = 2, RA_ENTRY_MASTER = 4 };

/* An index entry's value: 8 bytes. */
struct ra_entry {
    uint32_t seq;
    uint8_t kind, bits;
};

#define RA_ENTRY_SIZE 8
void ra_entry_pack(const struct ra_entry *e, unsigned char out[RA_ENTRY_SIZE]);

/* False for bytes that are no entry. Inline: called for every key of every object. */
static inline bool ra_entry_unpack(struct ra_str value, struct ra_entry *out)
{
    const unsigned char *p = (const unsigned char *)value.p;

    if (value.n != RA_ENTRY_SIZE)
        return false;
    out->seq = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    out->kind = p[4];
    out->bits = p[5];
    return out->kind < RA_KINDS;
}

/* Keys longer than this are kept as their first bytes and a SHA-256 of the whole (LMDB's limit). */
#define RA_KEY_MAX 400
struct ra_str ra_index_key(struct ra_str key, char room[RA_KEY_MAX]);

/* Calls emit for each key that the object has in the index. The key is borrowed for the call, and
 * already fit for the index (ra_index_key). custom: the side's custom attribute names, in order. */
typedef void ra_emit_fn(void *ctx, struct ra_str key, const struct ra_entry *entry);
void ra_ad_keys(const struct ra_ad_object *o, uint32_t seq, enum ra_index index,
                const struct ra_str *custom, size_t customs, struct ra_arena *scratch,
                ra_emit_fn *emit, void *ctx);
void ra_cloud_keys(const struct ra_cloud_object *o, uint32_t seq, enum ra_index index,
                   struct ra_arena *scratch, ra_emit_fn *emit, void *ctx);

/* A record as far as the two above look at it for this index: the rest is absent, and is not looked
 * through for damage. */
bool ra_ad_decode_for(struct ra_str record, enum ra_index index, struct ra_ad_object *out);
bool ra_cloud_decode_for(struct ra_str record, enum ra_index index, struct ra_cloud_object *out);

struct ra_side_cursor;

/* One side, or one directory of the AD side, as match reads it. */
struct ra_side {
    void *ctx;
    struct ra_str name;          /* "cloud", or the directory's section name */
    uint32_t count;              /* records, numbered from 0 */
    const struct ra_str *custom; /* AD: names of the custom anchor attributes that were read */
    size_t customs;
    /* The record's bytes, valid as long as the side; absent for a damaged one. */
    struct ra_str (*record)(void *ctx, uint32_t seq);
    /* A cursor over an index, or NULL when the side has no such index. */
    struct ra_side_cursor *(*open_index)(void *ctx, enum ra_index index);
    /* A cursor over facts, key = id, or NULL when the facts were never asked for. */
    struct ra_side_cursor *(*open_facts)(void *ctx, const char *fact);
    /* 1 and the next pair in ascending order (memcmp, then length; values ascending by seq), 0 at
     * the end, negative for a damaged store. Borrowed until the side closes. */
    int (*next)(struct ra_side_cursor *c, struct ra_str *key, struct ra_str *value);
    /* Moves before the first pair whose key is not less. */
    int (*seek)(struct ra_side_cursor *c, struct ra_str key);
    void (*close)(struct ra_side_cursor *c);
};

/* The index that carries this anchor attribute for users in a directory, or -1. */
struct ra_anchor_attribute;
int ra_anchor_index(const struct ra_side *side, const struct ra_anchor_attribute *attribute);

#endif
