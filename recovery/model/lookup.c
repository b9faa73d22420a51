#include "recovery/model/lookup.h"

void ra_lookup_open(const struct ra_side *side, int index, struct ra_lookup_index *out)
{
    out->side = side;
    out->cursor = index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);
}

void ra_lookup_close(struct ra_lookup_index *l)
{
    if (l->cursor)
        l->side->close(l->cursor);
    l->cursor = NULL;
}

int ra_lookup_seek(struct ra_lookup_index *l, struct ra_str key)
{
    char room[RA_KEY_MAX];

    return l->cursor ? l->side->seek(l->cursor, ra_index_key(key, room)) : 0;
}

int ra_lookup_next(struct ra_lookup_index *l, struct ra_str key, struct ra_entry *out)
{
    struct ra_str found, value;
    char room[RA_KEY_MAX];
    int rc = l->cursor ? l->side->next(l->cursor, &found, &value) : 0;

    if (rc <= 0 || !ra_str_eq(found, ra_index_key(key, room)))
        return rc < 0 ? rc : 0;
    if (!ra_entry_unpack(value, out) || out->seq >= l->side->count)
        return -(int)RA_EINTEGRITY;
    return 1;
}

int ra_lookup_live(struct ra_lookup_index *l, struct ra_str key, uint32_t but, struct ra_entry *out)
{
    int rc = ra_str_absent(key) ? 0 : ra_lookup_seek(l, key);

    if (rc < 0 || ra_str_absent(key))
        return rc;
    while ((rc = ra_lookup_next(l, key, out)) > 0)
        if (!(out->bits & RA_ENTRY_DELETED) && out->seq != but)
            return 1;
    return rc;
}
