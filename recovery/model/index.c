#include "recovery/model/index.h"

#include "recovery/model/address.h"
#include "recovery/model/anchor.h"

#include <openssl/sha.h>
#include <string.h>

void ra_entry_pack(const struct ra_entry *e, unsigned char out[RA_ENTRY_SIZE])
{
    out[0] = (unsigned char)(e->seq >> 24);
    out[1] = (unsigned char)(e->seq >> 16);
    out[2] = (unsigned char)(e->seq >> 8);
    out[3] = (unsigned char)e->seq;
    out[4] = e->kind;
    out[5] = e->bits;
    out[6] = out[7] = 0;
}

struct ra_str ra_index_key(struct ra_str key, char room[RA_KEY_MAX])
{
    size_t kept = RA_KEY_MAX - SHA256_DIGEST_LENGTH;

    if (key.n < RA_KEY_MAX)
        return key;
    memcpy(room, key.p, kept);
    SHA256((const unsigned char *)key.p, key.n, (unsigned char *)room + kept);
    return (struct ra_str){room, RA_KEY_MAX};
}

int ra_anchor_index(const struct ra_side *side, const struct ra_anchor_attribute *attribute)
{
    if (attribute->kind == RA_ANCHOR_CONSISTENCY_GUID)
        return RA_IX_ANCHOR;
    if (attribute->kind == RA_ANCHOR_OBJECT_GUID)
        return RA_IX_GUID;
    for (size_t i = 0; i < side->customs; i++)
        if (ra_str_eq_fold(side->custom[i], attribute->name))
            return RA_IX_CUSTOM + (int)i;
    return -1;
}

/* One object's keys on their way to the receiver. */
struct emitter {
    ra_emit_fn *emit;
    void *ctx;
    struct ra_entry entry;
};

static void put(struct emitter *e, struct ra_str key)
{
    char room[RA_KEY_MAX];

    if (!ra_str_absent(key))
        e->emit(e->ctx, ra_index_key(key, room), &e->entry);
}

static void put_folded(struct emitter *e, struct ra_str key, struct ra_arena *scratch)
{
    char *copy;

    if (ra_str_absent(key))
        return;
    copy = ra_arena_alloc(scratch, key.n);
    ra_fold_into(copy, key.p, key.n);
    put(e, (struct ra_str){copy, key.n});
}

static void put_addresses(struct emitter *e, const struct ra_addresses *addresses)
{
    uint8_t bits = e->entry.bits;

    for (uint32_t i = 0; i < addresses->count; i++) {
        bool primary = ra_str_eq(addresses->all[i], addresses->primary);
        e->entry.bits = (uint8_t)(bits | (primary ? RA_ENTRY_PRIMARY : 0));
        put(e, addresses->all[i]);
    }
    e->entry.bits = bits;
}

static void put_custom(struct emitter *e, const struct ra_ad_object *o, struct ra_str attribute,
                       struct ra_arena *scratch)
{
    const struct ra_anchor_attribute by = {RA_ANCHOR_CUSTOM, attribute};

    if (o->kind == RA_USER)
        put(e, ra_anchor_of(o, &by, scratch));
}

static void put_ties(struct emitter *e, const struct ra_ad_object *o)
{
    struct ra_str rest = o->sid_history.bytes, sid;
    uint8_t bits = e->entry.bits;

    while (ra_list_next(&rest, &sid))
        put(e, sid);
    e->entry.bits = (uint8_t)(bits | RA_ENTRY_MASTER);
    put(e, o->master_account_sid);
    e->entry.bits = bits;
}

void ra_ad_keys(const struct ra_ad_object *o, uint32_t seq, enum ra_index index,
                const struct ra_str *custom, size_t customs, struct ra_arena *scratch,
                ra_emit_fn *emit, void *ctx)
{
    static const struct ra_anchor_attribute consistency = {RA_ANCHOR_CONSISTENCY_GUID, {NULL, 0}};
    struct emitter e = {emit, ctx, {seq, (uint8_t)o->kind, o->deleted ? RA_ENTRY_DELETED : 0}};
    struct ra_addresses addresses;

    ra_arena_reset(scratch);
    if (index == RA_IX_ANCHOR && (o->kind == RA_USER || o->kind == RA_GROUP))
        put(&e, ra_anchor_of(o, &consistency, scratch));
    else if (index == RA_IX_GUID)
        put(&e, ra_anchor_encode(o->guid, scratch));
    else if (index == RA_IX_SID)
        put(&e, o->sid);
    else if (index == RA_IX_UPN && o->kind == RA_USER)
        put(&e, ra_ad_login(o, scratch));
    else if (index == RA_IX_NAME && o->kind == RA_GROUP)
        put_folded(&e, ra_str_absent(o->display_name) ? o->cn : o->display_name, scratch);
    else if (index == RA_IX_TIE)
        put_ties(&e, o);
    else if (index >= RA_IX_CUSTOM && (size_t)(index - RA_IX_CUSTOM) < customs)
        put_custom(&e, o, custom[index - RA_IX_CUSTOM], scratch);
    else if (index == RA_IX_ADDRESS) {
        ra_ad_addresses(o, scratch, &addresses);
        put_addresses(&e, &addresses);
    }
}

/* deviceId is a GUID as text; what is none cannot equal an objectGUID. */
static void put_device(struct emitter *e, struct ra_str device_id, struct ra_arena *scratch)
{
    struct ra_guid guid;

    if (ra_guid_parse(device_id, &guid))
        put(e, ra_anchor_encode(ra_str_n(guid.b, 16), scratch));
}

void ra_cloud_keys(const struct ra_cloud_object *o, uint32_t seq, enum ra_index index,
                   struct ra_arena *scratch, ra_emit_fn *emit, void *ctx)
{
    struct emitter e = {emit, ctx, {seq, (uint8_t)o->kind, o->deleted ? RA_ENTRY_DELETED : 0}};
    struct ra_addresses addresses;

    ra_arena_reset(scratch);
    if (index == RA_IX_ID)
        put_folded(&e, o->id, scratch);
    else if (index == RA_IX_ANCHOR && o->kind == RA_USER)
        put(&e, o->immutable_id);
    else if (index == RA_IX_GUID && o->kind == RA_DEVICE)
        put_device(&e, o->device_id, scratch);
    else if (index == RA_IX_SID && (o->kind == RA_USER || o->kind == RA_GROUP))
        put(&e, o->sid);
    else if (index == RA_IX_UPN && o->kind == RA_USER)
        put_folded(&e, o->upn, scratch);
    else if (index == RA_IX_NAME && o->kind == RA_GROUP)
        put_folded(&e, o->display_name, scratch);
    else if (index == RA_IX_ADDRESS) {
        ra_cloud_addresses(o, scratch, &addresses);
        put_addresses(&e, &addresses);
    }
}
