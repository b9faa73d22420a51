/*
 * Which AD object is the one of the backup: by objectGUID, SID, SID history, DN and UPN (a group's
 * primary address in the UPN's place). One candidate on good evidence is found; anything else is
 * left to a person.
 */
#include "recovery/model/address.h"
#include "recovery/restore/restoring.h"
#include "src/directory/directory.h"

#include <stdlib.h>
#include <string.h>

/* ---- DNs: no index has them; the items' are few, so that all objects are held against them ----
 */

struct dn_item {
    uint64_t hash;
    size_t item;
    struct ra_str key;
};

static uint64_t hash_of(struct ra_str key) /* FNV-1a */
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (unsigned char)key.p[i]) * 1099511628211u;
    return h;
}

static int by_hash(const void *a, const void *b)
{
    const struct dn_item *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

static size_t list_dns(struct ra_restoring *r, struct dn_item *dns, struct ra_arena *keys)
{
    struct ra_buf key;
    size_t n = 0;

    ra_buf_init(&key, 1 << 20);
    for (size_t i = 0; i < r->out->n; i++) {
        ra_buf_clear(&key);
        if (!ra_dn_key(r->out->items[i].dn, &key) || key.overflow)
            continue;
        dns[n].key = (struct ra_str){ra_arena_copy(keys, key.p, key.n), key.n};
        dns[n].hash = hash_of(dns[n].key);
        dns[n++].item = i;
    }
    ra_buf_free(&key);
    qsort(dns, n, sizeof *dns, by_hash);
    return n;
}

static void note_dn(struct ra_restoring *r, const struct dn_item *dns, size_t n,
                    const struct ra_ad_object *o, uint32_t number)
{
    uint64_t hash = hash_of(o->dn_key);
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (dns[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && dns[low].hash == hash; low++)
        if (ra_str_eq(dns[low].key, o->dn_key) && r->out->items[dns[low].item].kind == o->kind)
            r->dn_found[dns[low].item] = number;
}

int ra_restore_find_dns(struct ra_restoring *r)
{
    struct dn_item *dns = ra_calloc(r->out->n + 1, sizeof *dns);
    struct ra_arena keys = {0};
    struct ra_ad_object o;
    size_t n;
    int rc = 0;

    r->dn_found = ra_malloc((r->out->n + 1) * sizeof *r->dn_found);
    memset(r->dn_found, 0xFF, (r->out->n + 1) * sizeof *r->dn_found);
    n = list_dns(r, dns, &keys);
    for (uint32_t i = 0; n && rc == 0 && i < r->ad_n; i++) {
        rc = ra_restoring_ad(r, i, &o);
        if (rc == 0 && !o.deleted)
            note_dn(r, dns, n, &o, i);
    }
    free(dns);
    ra_arena_free(&keys);
    return rc;
}

/* ---- candidates ---- */

#define CANDIDATES 8

struct search {
    struct ra_restoring *r;
    struct ra_restore_item *item;
    struct candidate {
        uint32_t number;
        unsigned evidence;
    } found[CANDIDATES];
    size_t n;
    unsigned held;     /* candidates that the key just asked for led to */
    bool several;      /* one key leads to more than one object */
    uint32_t taken_by; /* another object of the backup that has one of its names now */
    unsigned taken;    /* evidence */
};

static void add(struct search *s, uint32_t number, unsigned evidence)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->found[i].number == number) {
            s->found[i].evidence |= evidence;
            return;
        }
    if (s->n < CANDIDATES)
        s->found[s->n++] = (struct candidate){number, evidence};
    else
        s->several = true;
}

/* An object that the backup has under its own objectGUID is somebody else, unless this very
 * objectGUID led to it: it contradicts where there is a better candidate, and is none itself. */
static void consider(struct search *s, uint32_t number, unsigned evidence)
{
    if (s->r->known[number] && !(s->n && s->found[0].evidence & RA_EV_GUID)) {
        s->taken_by = number;
        s->taken |= evidence;
        return;
    }
    add(s, number, evidence);
    s->held++;
}

/* Everybody live of this kind who has the key; whose master account has it is somebody else. */
static int by_key(struct search *s, size_t directory, struct ra_lookup_index *index,
                  struct ra_str key, unsigned evidence, unsigned bits)
{
    struct ra_restoring *r = s->r;
    struct ra_entry e;
    int rc = ra_str_absent(key) ? 0 : ra_lookup_seek(index, key);

    if (ra_str_absent(key))
        return 0;
    while (rc >= 0 && (rc = ra_lookup_next(index, key, &e)) > 0)
        if (!(e.bits & (RA_ENTRY_DELETED | RA_ENTRY_MASTER)) && e.kind == s->item->kind &&
            (e.bits & bits) == bits)
            consider(s, r->keys[directory].base + e.seq, evidence);
    s->several = s->several || s->held > 1;
    return rc < 0 ? ra_restoring_damaged(r, r->now->ad[directory].name) : 0;
}

static int gather(struct search *s, size_t item, bool *deleted)
{
    struct ra_restore_item *i = s->item;
    struct ra_restoring *r = s->r;
    uint32_t number;
    int rc = ra_restoring_by_guid(r, i->guid, &number, deleted);

    if (rc == 0 && number != RA_NONE)
        add(s, number, RA_EV_GUID);
    s->held = 0;
    for (size_t d = 0; rc == 0 && d < r->now->ad_n; d++)
        rc = by_key(s, d, &r->keys[d].sid, i->sid, RA_EV_SID, 0);
    s->held = 0;
    for (size_t d = 0; rc == 0 && d < r->now->ad_n; d++)
        rc = by_key(s, d, &r->keys[d].tie, i->sid, RA_EV_HISTORY, 0);
    if (rc == 0 && r->dn_found[item] != RA_NONE)
        consider(s, r->dn_found[item], RA_EV_DN);
    s->held = 0;
    for (size_t d = 0; rc == 0 && d < r->now->ad_n; d++)
        rc = i->kind == RA_USER
                 ? by_key(s, d, &r->keys[d].upn, i->login, RA_EV_UPN, 0)
                 : by_key(s, d, &r->keys[d].address, i->smtp, RA_EV_SMTP, RA_ENTRY_PRIMARY);
    return rc;
}

/* ---- what the candidate's own attributes add ---- */

static struct ra_str login_now(struct ra_restoring *r, const struct ra_ad_object *o)
{
    return o->kind == RA_USER ? ra_ad_login(o, &r->scratch) : (struct ra_str){NULL, 0};
}

static void corroborate(struct ra_restoring *r, struct ra_restore_item *i,
                        const struct ra_ad_object *o)
{
    struct ra_addresses addresses;

    ra_ad_addresses(o, &r->scratch, &addresses);
    if (!ra_str_absent(i->sam) && ra_str_eq_fold(i->sam, o->sam))
        i->evidence |= RA_EV_SAM;
    if (!ra_str_absent(i->smtp) && ra_str_eq(i->smtp, addresses.primary))
        i->evidence |= RA_EV_SMTP;
    if (!ra_str_absent(i->sid) && !ra_str_eq(i->sid, o->sid))
        i->notes |= RA_NOTE_SID;
    if (!ra_str_absent(i->login) && !ra_str_eq(i->login, login_now(r, o)))
        i->notes |= RA_NOTE_UPN;
    if (!ra_restoring_in_scope(r, i->ad))
        i->notes |= RA_NOTE_OUT_OF_SCOPE;
}

/* objectGUID is the object itself. Else two of SID and names that agree: one may have been given to
 * somebody else, a SID too, by a domain controller that was put back (domain 3). */
static bool convincing(const struct ra_restore_item *i)
{
    static const unsigned each[] = {RA_EV_SID, RA_EV_HISTORY, RA_EV_DN,
                                    RA_EV_UPN, RA_EV_SMTP,    RA_EV_SAM};
    unsigned n = 0;

    for (size_t k = 0; k < sizeof each / sizeof each[0]; k++)
        n += (i->evidence & each[k]) != 0;
    return (i->evidence & RA_EV_GUID) || n >= 2;
}

static void conclude(struct ra_restore_item *i, enum ra_restore_outcome outcome,
                     enum ra_restore_reason reason)
{
    i->outcome = (uint8_t)outcome;
    i->reason = (uint8_t)reason;
}

static void judge_candidate(struct ra_restoring *r, struct ra_restore_item *i,
                            const struct ra_ad_object *o)
{
    bool same = i->evidence & (RA_EV_GUID | RA_EV_SID | RA_EV_HISTORY);
    struct ra_str login = login_now(r, o);

    if (!convincing(i))
        conclude(i, RA_RESTORE_CONFIRM, RA_RR_ONE_NAME);
    else if (!same && !ra_str_absent(i->upn) && !ra_str_absent(o->upn) &&
             !ra_str_eq(i->login, login))
        conclude(i, RA_RESTORE_CONFIRM, RA_RR_OTHER_UPN);
    else
        conclude(i, RA_RESTORE_WRITE,
                 i->evidence & RA_EV_GUID
                     ? (ra_str_absent(o->consistency_guid) ? RA_RR_LOST : RA_RR_OVERWRITTEN)
                     : RA_RR_RECREATED);
}

static void no_candidate(const struct search *s, bool deleted)
{
    struct ra_restore_item *i = s->item;

    if (deleted) {
        conclude(i, RA_RESTORE_DELETED, RA_RR_TOMBSTONE);
        return;
    }
    conclude(i, RA_RESTORE_MISSING, s->taken ? RA_RR_NAME_TAKEN : RA_RR_NOT_FOUND);
    i->against = (uint8_t)s->taken;
    i->other_ad = s->taken ? s->taken_by : RA_NONE;
}

static void contradict(const struct search *s)
{
    struct ra_restore_item *i = s->item;

    conclude(i, RA_RESTORE_AMBIGUOUS, s->several ? RA_RR_SEVERAL : RA_RR_CONTRADICTION);
    i->ad = s->found[0].number;
    i->evidence |= (uint8_t)s->found[0].evidence;
    i->other_ad = s->found[1].number;
    i->against = (uint8_t)s->found[1].evidence;
}

int ra_restore_find(struct ra_restoring *r, size_t item)
{
    struct search s = {.r = r, .item = &r->out->items[item], .taken_by = RA_NONE};
    struct ra_ad_object o;
    bool deleted = false;
    int rc;

    ra_arena_reset(&r->scratch);
    s.item->ad = RA_NONE;
    rc = gather(&s, item, &deleted);
    if (rc != 0)
        return rc;
    if (s.n == 0)
        no_candidate(&s, deleted);
    else if (s.n > 1)
        contradict(&s);
    if (s.n != 1)
        return 0;
    s.item->ad = s.found[0].number;
    s.item->evidence |= (uint8_t)s.found[0].evidence;
    rc = ra_restoring_ad(r, s.item->ad, &o);
    if (rc == 0) {
        corroborate(r, s.item, &o);
        judge_candidate(r, s.item, &o);
        if (s.taken) { /* one of its names is another's now: said, where nothing else is wrong */
            s.item->against = (uint8_t)s.taken;
            s.item->other_ad = s.taken_by;
            conclude(s.item, RA_RESTORE_AMBIGUOUS, RA_RR_CONTRADICTION);
        }
    }
    return rc;
}
