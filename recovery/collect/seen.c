#include "recovery/collect/internal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 1024,           /* at first */
    EXPECTED_MAX = 1 << 20, /* keys for which room is made before they are there */
};

/*
 * Open addressing over 128-bit keyed fingerprints: GUIDs would do as they are, but an id is what
 * the service says it is, and a hostile list must not be able to make them collide. What lies about
 * at random is kept small: a slot is a part of the fingerprint above, and below it the key's place,
 * from 1 on; 0 is empty.
 */
struct ra_seen_key {
    unsigned char print[16];
    uint32_t seq;
};

static unsigned char secret[crypto_shorthash_siphashx24_KEYBYTES];

static void make_secret(void)
{
    crypto_shorthash_keygen(secret);
}

/* Sides are read by threads, and the first of them must not change the secret under another. */
static void fingerprint(struct ra_str key, unsigned char out[16])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_secret);
    crypto_shorthash_siphashx24(out, (const unsigned char *)key.p, key.n, secret);
}

static size_t place_of(const struct ra_seen *s, const unsigned char print[16])
{
    uint64_t at;

    memcpy(&at, print, sizeof at);
    return at & (s->slot_count - 1);
}

static uint64_t slot_of(const unsigned char print[16], size_t number)
{
    uint32_t part;

    memcpy(&part, print + sizeof(uint64_t), sizeof part); /* other bytes than the place's */
    return (uint64_t)part << 32 | number;
}

static struct ra_seen_key *key_at(const struct ra_seen *s, uint64_t slot)
{
    return &s->keys[(uint32_t)slot - 1];
}

/* The key's slot, or the empty one where it would be. */
static uint64_t *find(const struct ra_seen *s, const unsigned char print[16])
{
    size_t at = place_of(s, print);
    uint64_t part = slot_of(print, 0), slot;

    for (; (slot = s->slots[at]) != 0; at = (at + 1) & (s->slot_count - 1))
        if ((slot ^ part) >> 32 == 0 && memcmp(key_at(s, slot)->print, print, 16) == 0)
            break;
    return &s->slots[at];
}

/* Written at once: memory that is read before it is written to costs two page faults each, and is
 * no large page any more. */
static void widen(struct ra_seen *s, size_t slots)
{
    free(s->slots);
    s->slots = ra_calloc(slots, sizeof *s->slots);
    memset(s->slots, 0, slots * sizeof *s->slots);
    s->slot_count = slots;
    for (size_t i = 0; i < s->n; i++)
        *find(s, s->keys[i].print) = slot_of(s->keys[i].print, i + 1);
}

static bool is_room(size_t n, size_t slots)
{
    return n * 4 <= slots * 3;
}

void ra_seen_expect(struct ra_seen *s, uint64_t n)
{
    size_t slots = SLOTS;

    while (!is_room(n < EXPECTED_MAX ? (size_t)n : EXPECTED_MAX, slots))
        slots *= 2;
    if (slots > s->slot_count)
        widen(s, slots);
}

bool ra_seen(struct ra_seen *s, struct ra_str key, uint32_t *seq)
{
    struct ra_seen_key new;
    uint64_t *slot;

    if (!is_room(s->n + 1, s->slot_count))
        widen(s, s->slot_count ? s->slot_count * 2 : SLOTS);
    fingerprint(key, new.print);
    slot = find(s, new.print);
    if (*slot) {
        *seq = key_at(s, *slot)->seq;
        return true;
    }
    new.seq = *seq;
    s->keys = ra_grow(s->keys, &s->cap, s->n + 1, sizeof *s->keys);
    s->keys[s->n++] = new;
    *slot = slot_of(new.print, s->n);
    return false;
}

void ra_seen_fetch(const struct ra_seen *s, struct ra_str key)
{
    unsigned char print[16];

    if (s->slot_count == 0)
        return;
    fingerprint(key, print);
    __builtin_prefetch(&s->slots[place_of(s, print)], 1);
}

bool ra_seen_has(const struct ra_seen *s, struct ra_str key, uint32_t *seq)
{
    unsigned char print[16];
    uint64_t slot;

    if (s->slot_count == 0)
        return false;
    fingerprint(key, print);
    slot = *find(s, print);
    if (slot)
        *seq = key_at(s, slot)->seq;
    return slot != 0;
}

void ra_seen_free(struct ra_seen *s)
{
    free(s->slots);
    free(s->keys);
    *s = (struct ra_seen){0};
}
