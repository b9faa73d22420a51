/*
 * Whoever may not see deleted objects, or reads less than a domain, is not told that an object went
 * out of sight. So each one's identity and DN are read, and what is not there any more is taken
 * out. It also finds what a renamed container has carried along.
 */
#include "recovery/collect/ad.h"

#include <stdlib.h>
#include <string.h>

struct sweep {
    struct ra_ad_fill *f;
    struct ra_ad_changes *out;
    unsigned char *there; /* by sequence number */
    bool *moved;
};

static int look(struct sweep *s, struct ra_str guid, struct ra_str dn, uint32_t seq,
                struct ra_err *err)
{
    struct ra_ad_object o;
    struct ra_str record;
    int rc = ra_fill_read(s->f->fill, seq, &record, err);

    if (rc != 0)
        return rc;
    s->there[seq] = 1;
    if (!ra_str_absent(record) && ra_ad_decode(record, &o) && ra_str_eq(o.dn, dn))
        return 0;
    *s->moved = true;
    ra_ad_change_add(s->out, guid.p, false);
    return 0;
}

static int on_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct sweep *s = ctx;
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID"), dn = ra_dir_entry_dn(e);
    uint32_t seq;

    if (guid.n != 16)
        return ra_fail(err, RA_EINPUT, RA_STR_FMT ": objectGUID has %zu bytes, want 16",
                       RA_STR_ARG(dn), guid.n);
    if (ra_seen_has(&s->f->seen, guid, &seq) && seq < s->f->next)
        return look(s, guid, dn, seq, err);
    ra_ad_change_add(s->out, guid.p, false);
    return 0;
}

static int look_around(struct ra_dir *d, struct sweep *s, struct ra_err *err)
{
    static const char *const attributes[] = {"objectGUID", NULL};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->f->places_n; i++) {
        const struct ra_ad_place *p = &s->f->places[i];
        struct ra_dir_query q = {.base = p->base,
                                 .filter = RA_AD_FILTER,
                                 .attributes = attributes,
                                 .deleted = p->deleted,
                                 .tries = RA_AD_TRIES};

        rc = ra_dir_search(d, &q, on_entry, s, err);
        if (p->optional && (rc == -(int)RA_ENOTFOUND || rc == -(int)RA_EPERMISSION))
            rc = 0;
    }
    return rc;
}

static int take_out(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    struct sweep *s = ctx;
    const char *guid = ra_ad_guid_of(record);
    char copy[16];

    (void)err;
    if (seq < s->f->next && !s->there[seq] && guid) {
        memcpy(copy, guid, sizeof copy);
        ra_ad_drop(s->f, ra_str_n(copy, sizeof copy));
    }
    return 0;
}

int ra_ad_sweep(struct ra_dir *d, struct ra_ad_fill *f, struct ra_ad_changes *out, bool *moved,
                struct ra_err *err)
{
    struct sweep s = {.f = f, .out = out, .moved = moved};
    int rc = ra_fill_commit(f->fill, err);

    s.there = ra_calloc((size_t)f->next + 1, 1);
    if (rc == 0)
        rc = look_around(d, &s, err);
    if (rc == 0)
        rc = ra_fill_walk(f->fill, 0, take_out, &s, err);
    free(s.there);
    return rc;
}
