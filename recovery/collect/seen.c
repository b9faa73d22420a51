#include "recovery/collect/internal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * Open addressing over 128-bit keyed fingerprints: GUIDs would do as they are, but an id is what
 * the service says it is, and a hostile list must not be able to make them collide.
 */
struct ra_seen_slot {
    unsigned char print[16];
    uint32_t seq;
    uint32_t used;
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

static struct ra_seen_slot *find(const struct ra_seen *s, const unsigned char print[16])
{
    size_t at;

    memcpy(&at, print, sizeof at);
    for (at &= s->cap - 1; s->slots[at].used; at = (at + 1) & (s->cap - 1))
        if (memcmp(s->slots[at].print, print, 16) == 0)
            break;
    return &s->slots[at];
}

static void widen(struct ra_seen *s)
{
    struct ra_seen old = *s;

    s->cap = old.cap ? old.cap * 2 : 1024;
    s->slots = ra_calloc(s->cap, sizeof *s->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].used)
            *find(s, old.slots[i].print) = old.slots[i];
    free(old.slots);
}

bool ra_seen(struct ra_seen *s, struct ra_str key, uint32_t *seq)
{
    unsigned char print[16];
    struct ra_seen_slot *slot;

    if ((s->n + 1) * 4 > s->cap * 3)
        widen(s);
    fingerprint(key, print);
    slot = find(s, print);
    if (slot->used) {
        *seq = slot->seq;
        return true;
    }
    memcpy(slot->print, print, 16);
    slot->seq = *seq;
    slot->used = 1;
    s->n++;
    return false;
}

bool ra_seen_has(const struct ra_seen *s, struct ra_str key, uint32_t *seq)
{
    unsigned char print[16];
    const struct ra_seen_slot *slot;

    if (s->cap == 0)
        return false;
    fingerprint(key, print);
    slot = find(s, print);
    *seq = slot->seq;
    return slot->used;
}

void ra_seen_free(struct ra_seen *s)
{
    free(s->slots);
    *s = (struct ra_seen){0};
}
