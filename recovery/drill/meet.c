/*
 * Who meets whom in an export: which other AD objects, and which cloud objects, have a key of an AD
 * object. The service carries out one object after another, so what an object meets may have been
 * changed by one before it. The books hold hashes: they only ever explain a difference, never make
 * one.
 */
#include "recovery/drill/inner.h"
#include "recovery/model/address.h"
#include "recovery/model/lookup.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t key;
    uint32_t who;
};

struct book {
    struct entry *all;
    size_t n, cap;
};

struct ra_drill_meet {
    const struct ra_report_input *in;
    const struct ra_drill *d;
    bool written;
    struct book sids, guids, names; /* of AD objects that were sent */
    bool *joined;                   /* cloud objects, by number */
    struct ra_lookup_index by_sid, by_upn, by_address;
    struct ra_arena arena; /* one object */
    uint32_t number;       /* the object that is asked about */
};

/* ---- keys ---- */

/* FNV-1a over the sort and the value, which is folded already. */
static uint64_t hash(char sort, const void *value, size_t n)
{
    const unsigned char *p = value;
    uint64_t h = (UINT64_C(14695981039346656037) ^ (unsigned char)sort) * UINT64_C(1099511628211);

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT64_C(1099511628211);
    return h;
}

static void add(struct book *b, uint64_t key, uint32_t who)
{
    b->all = ra_grow(b->all, &b->cap, b->n + 1, sizeof *b->all);
    b->all[b->n++] = (struct entry){key, who};
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct entry *)a)->key, y = ((const struct entry *)b)->key;

    return (x > y) - (x < y);
}

static void sort(struct book *b)
{
    if (b->n)
        qsort(b->all, b->n, sizeof *b->all, by_key);
}

static bool has_other(const struct book *b, uint64_t key, uint32_t who)
{
    size_t from = 0, to = b->n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (b->all[middle].key < key)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < b->n && b->all[from].key == key; from++)
        if (b->all[from].who != who)
            return true;
    return false;
}

static uint64_t sid_key(const struct ra_ad_object *o)
{
    return hash((char)('a' + (int)o->kind), o->sid.p, o->sid.n);
}

static uint64_t guid_key(const struct ra_ad_object *o)
{
    return hash((char)('a' + (int)o->kind), o->guid.p, o->guid.n);
}

/* The UPN as the cloud will have it, of a user. */
static struct ra_str upn_of(struct ra_drill_meet *m, const struct ra_ad_object *o)
{
    bool replaced;

    if (o->kind != RA_USER)
        return (struct ra_str){NULL, 0};
    return ra_effective_upn(o, ra_ad_login(o, &m->arena), m->in->tenant, &m->arena, &replaced);
}

/* ---- the books ---- */

static void enter(struct ra_drill_meet *m, uint32_t i, const struct ra_ad_object *o)
{
    struct ra_addresses mail;
    struct ra_str upn;

    ra_arena_reset(&m->arena);
    if (!ra_str_absent(o->sid))
        add(&m->sids, sid_key(o), i);
    if (o->kind == RA_CONTACT || o->kind == RA_COMPUTER)
        add(&m->guids, guid_key(o), i);
    upn = upn_of(m, o);
    if (!ra_str_absent(upn))
        add(&m->names, hash('u', upn.p, upn.n), i);
    ra_ad_addresses(o, &m->arena, &mail);
    for (uint32_t k = 0; k < mail.count; k++)
        add(&m->names, hash('m', mail.all[k].p, mail.all[k].n), i);
}

static void write_books(struct ra_drill_meet *m)
{
    struct ra_ad_object o;

    m->written = true;
    m->joined = ra_calloc(m->d->cloud_n + 1, sizeof *m->joined);
    for (uint32_t i = 0; i < m->d->ad_n; i++) {
        const struct ra_drill_item *item = &m->d->ad[i];
        if (item->cloud != RA_NONE && item->deed != RA_DEED_REFUSED)
            m->joined[item->cloud] = true;
        if (item->deed != RA_DEED_NOT_SENT && ra_drill_ad(m->in, i, &o, NULL) == 0)
            enter(m, i, &o);
    }
    sort(&m->sids);
    sort(&m->guids);
    sort(&m->names);
}

struct ra_drill_meet *ra_drill_meet_open(const struct ra_report_input *in, const struct ra_drill *d)
{
    struct ra_drill_meet *m = ra_calloc(1, sizeof *m);

    m->in = in;
    m->d = d;
    ra_lookup_open(in->cloud, RA_IX_SID, &m->by_sid);
    ra_lookup_open(in->cloud, RA_IX_UPN, &m->by_upn);
    ra_lookup_open(in->cloud, RA_IX_ADDRESS, &m->by_address);
    return m;
}

void ra_drill_meet_close(struct ra_drill_meet **mp)
{
    struct ra_drill_meet *m = *mp;

    ra_lookup_close(&m->by_sid);
    ra_lookup_close(&m->by_upn);
    ra_lookup_close(&m->by_address);
    free(m->sids.all);
    free(m->guids.all);
    free(m->names.all);
    free(m->joined);
    ra_arena_free(&m->arena);
    free(m);
    *mp = NULL;
}

void ra_drill_meet_of(struct ra_drill_meet *m, uint32_t number)
{
    m->number = number;
}

/* ---- questions ---- */

static bool any_joined(const struct ra_drill_meet *m, struct ra_lookup_index *index,
                       struct ra_str key)
{
    const struct ra_drill_item *item = &m->d->ad[m->number];
    char room[RA_KEY_MAX];
    struct ra_entry e;

    if (ra_str_absent(key) || !index->cursor)
        return false;
    key = ra_index_key(key, room);
    if (ra_lookup_seek(index, key) != 0)
        return false;
    while (ra_lookup_next(index, key, &e) == 1)
        if (m->joined[e.seq] && (e.seq != item->cloud || item->deed == RA_DEED_REFUSED))
            return true;
    return false;
}

static bool meets_joined(struct ra_drill_meet *m, const struct ra_ad_object *o)
{
    struct ra_addresses mail;
    bool found = any_joined(m, &m->by_sid, o->sid) || any_joined(m, &m->by_upn, upn_of(m, o));

    ra_ad_addresses(o, &m->arena, &mail);
    for (uint32_t k = 0; !found && k < mail.count; k++)
        found = any_joined(m, &m->by_address, mail.all[k]);
    return found;
}

static bool meets_namesake(struct ra_drill_meet *m, const struct ra_ad_object *o)
{
    struct ra_str upn = upn_of(m, o);
    struct ra_addresses mail;
    bool found = !ra_str_absent(upn) && has_other(&m->names, hash('u', upn.p, upn.n), m->number);

    ra_ad_addresses(o, &m->arena, &mail);
    for (uint32_t k = 0; !found && k < mail.count; k++)
        found = has_other(&m->names, hash('m', mail.all[k].p, mail.all[k].n), m->number);
    return found;
}

bool ra_drill_meets(void *ctx, enum ra_meeting what)
{
    struct ra_drill_meet *m = ctx;
    struct ra_ad_object o;

    if (!m->written)
        write_books(m);
    ra_arena_reset(&m->arena);
    if (ra_drill_ad(m->in, m->number, &o, NULL) != 0)
        return false;
    switch (what) {
    case RA_MEETS_GUID_TWIN:
        return has_other(&m->guids, guid_key(&o), m->number);
    case RA_MEETS_SID_TWIN:
        return !ra_str_absent(o.sid) && has_other(&m->sids, sid_key(&o), m->number);
    case RA_MEETS_NAMESAKE:
        return meets_namesake(m, &o);
    case RA_MEETS_CHANGED:
        break;
    }
    return meets_joined(m, &o);
}
