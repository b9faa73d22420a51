#include "recovery/rehearsal/mark.h"

#include "recovery/rehearsal/jwt.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define MAC       16
#define MAX_TOKEN 8192
static const unsigned char magic[] = {'D', 'S', 'p', 't', 2, 0};

void ra_sim_marks_init(struct ra_sim_marks *m, size_t least)
{
    *m = (struct ra_sim_marks){.least = least < MAX_TOKEN / 2 ? least : MAX_TOKEN / 2};
    pthread_mutex_init(&m->lock, NULL);
    RAND_bytes(m->key, sizeof(m->key));
}

void ra_sim_marks_free(struct ra_sim_marks *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->queries[i]);
    free(m->queries);
    free(m->troubled);
    pthread_mutex_destroy(&m->lock);
}

static void sign(const struct ra_sim_marks *m, const unsigned char *p, size_t n,
                 unsigned char mac[MAC])
{
    unsigned char full[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    HMAC(EVP_sha256(), m->key, (int)sizeof(m->key), p, n, full, &len);
    memcpy(mac, full, MAC);
}

void ra_sim_mark_write(struct ra_sim_marks *m, struct ra_sim_mark *k, struct ra_buf *out)
{
    unsigned char raw[MAX_TOKEN] = {0};
    char text[MAX_TOKEN * 2];
    size_t n = sizeof(magic) + sizeof(*k);
    k->issued = ra_now();
    RAND_bytes((unsigned char *)&k->nonce, sizeof(k->nonce));
    memcpy(raw, magic, sizeof(magic));
    memcpy(raw + sizeof(magic), k, sizeof(*k));
    while ((n + MAC) * 4 / 3 < m->least)
        n++; /* zeros, so that the token has the wanted length */
    sign(m, raw, n, raw + n);
    ra_sim_base64url(raw, n + MAC, text);
    ra_buf_puts(out, text);
}

bool ra_sim_mark_read(struct ra_sim_marks *m, struct ra_str token, struct ra_sim_mark *out)
{
    unsigned char raw[MAX_TOKEN], mac[MAC];
    size_t n = sizeof(raw);
    if (!ra_sim_base64url_decode(token, raw, &n) || n < sizeof(magic) + sizeof(*out) + MAC)
        return false;
    sign(m, raw, n - MAC, mac);
    if (memcmp(mac, raw + n - MAC, MAC) || memcmp(raw, magic, sizeof(magic)))
        return false;
    memcpy(out, raw + sizeof(magic), sizeof(*out));
    return true;
}

uint32_t ra_sim_marks_query(struct ra_sim_marks *m, const char *query)
{
    pthread_mutex_lock(&m->lock);
    size_t i = 0;
    while (i < m->n && strcmp(m->queries[i], query))
        i++;
    if (i == m->n) {
        m->queries = ra_grow(m->queries, &m->cap, m->n + 1, sizeof(*m->queries));
        m->queries[m->n++] = ra_strdup(query);
    }
    pthread_mutex_unlock(&m->lock);
    return (uint32_t)i;
}

const char *ra_sim_marks_query_text(struct ra_sim_marks *m, uint32_t query)
{
    pthread_mutex_lock(&m->lock);
    const char *z = query < m->n ? m->queries[query] : "";
    pthread_mutex_unlock(&m->lock);
    return z;
}

void ra_sim_marks_trouble(struct ra_sim_marks *m, uint64_t nonce)
{
    pthread_mutex_lock(&m->lock);
    m->troubled = ra_grow(m->troubled, &m->troubled_cap, m->troubled_n + 1, sizeof(*m->troubled));
    m->troubled[m->troubled_n++] = nonce;
    pthread_mutex_unlock(&m->lock);
}

bool ra_sim_marks_was_troubled(struct ra_sim_marks *m, uint64_t nonce)
{
    bool found = false;
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < m->troubled_n && !found; i++) {
        if (m->troubled[i] == nonce) {
            m->troubled[i] = m->troubled[--m->troubled_n];
            found = true;
        }
    }
    pthread_mutex_unlock(&m->lock);
    return found;
}

uint64_t ra_sim_hash(uint64_t h, struct ra_str s)
{
    h = h ? h : 0xcbf29ce484222325U;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3U;
    return (h ^ 0xff) * 0x100000001b3U;
}
