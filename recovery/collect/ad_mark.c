/* Up to where a snapshot is true: kept in its meta table, moved in one transaction with what it is
 * true of. */
#include "recovery/collect/ad.h"

#include "src/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COOKIE_MAX      ((size_t)1 << 20)
#define SETTINGS_MAX    ((size_t)1 << 20)
#define FULL_EVERY_S    (7 * 86400)
#define SETTINGS_FORMAT 3 /* raised when other attributes or objects are read */

void ra_ad_mark_init(struct ra_ad_mark *m)
{
    *m = (struct ra_ad_mark){0};
    ra_buf_init(&m->cookie, COOKIE_MAX);
    ra_buf_init(&m->settings, SETTINGS_MAX);
    ra_buf_init(&m->proof, 4096);
}

void ra_ad_mark_free(struct ra_ad_mark *m)
{
    ra_buf_free(&m->cookie);
    ra_buf_free(&m->settings);
    ra_buf_free(&m->proof);
}

void ra_ad_settings(struct ra_dir *d, const struct ra_ad_read *r, const struct ra_dir_root *root,
                    struct ra_buf *out)
{
    ra_buf_printf(out, "%d\n%s\n%s\n%s\n", SETTINGS_FORMAT, root->base, ra_dir_who(d),
                  r->login_attribute);
    for (size_t i = 0; i < r->customs; i++)
        ra_buf_printf(out, RA_STR_FMT "\n", RA_STR_ARG(r->custom[i]));
}

/* ---- the ways ---- */

static const char *const ways[] = {"none", "DirSync", "DirSync as the account sees it",
                                   "uSNChanged"};

const char *ra_ad_way_text(enum ra_ad_way way)
{
    return ways[way];
}

static enum ra_ad_way way_of(struct ra_str text)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (ra_str_eq(text, ra_str(ways[i])))
            return (enum ra_ad_way)i;
    return RA_AD_NO_WAY;
}

/* ---- reading ---- */

static void get_buf(struct ra_snap *s, const char *key, struct ra_buf *out)
{
    struct ra_str v = ra_snap_get(s, RA_TABLE_META, ra_str(key));

    ra_buf_clear(out);
    if (!ra_str_absent(v))
        ra_buf_put(out, v.p, v.n);
}

static uint64_t get_number(struct ra_snap *s, const char *key)
{
    unsigned long long n = 0;

    return ra_parse_uint(ra_snap_get(s, RA_TABLE_META, ra_str(key)), &n) ? n : 0;
}

bool ra_ad_mark_load(struct ra_cache *c, const char *side, struct ra_ad_mark *m)
{
    struct ra_snap *s = NULL;
    struct ra_str id;

    if (ra_snap_open(c, side, &s, NULL) != 0)
        return false;
    m->way = way_of(ra_snap_get(s, RA_TABLE_META, RA_STR("way")));
    m->usn = get_number(s, "usn");
    m->full = (int64_t)get_number(s, "full");
    id = ra_snap_get(s, RA_TABLE_META, RA_STR("invocation_id"));
    snprintf(m->invocation_id, sizeof m->invocation_id, RA_STR_FMT, RA_STR_ARG(id));
    get_buf(s, "cookie", &m->cookie);
    get_buf(s, "settings", &m->settings);
    get_buf(s, "full_proof", &m->proof);
    ra_snap_close(&s);
    return m->way != RA_AD_NO_WAY;
}

const char *ra_ad_why_full(const struct ra_ad_mark *m, const struct ra_ad_read *r,
                           const struct ra_dir_root *root, struct ra_str settings, int64_t now)
{
    if (r->full)
        return "it was asked for";
    if (!ra_str_eq(ra_str_n(m->settings.p, m->settings.n), settings))
        return "base, account or attributes are others than last time";
    if (strcmp(m->invocation_id, root->invocation_id) != 0)
        return "the domain controller is another, or was restored: it has another invocation id";
    if (root->highest_committed_usn < m->usn)
        return "the domain controller was set back: its highest USN is lower than last time";
    if (m->full > now || now - m->full >= FULL_EVERY_S)
        return "the last full read was 7 days ago or longer";
    return NULL;
}

/* ---- writing ---- */

#define PAIRS 7

struct texts {
    char usn[24], full[24];
};

static void pairs_of(const struct ra_ad_mark *m, struct texts *t, struct ra_pair out[PAIRS])
{
    snprintf(t->usn, sizeof t->usn, "%" PRIu64, m->usn);
    snprintf(t->full, sizeof t->full, "%" PRId64, m->full);
    out[0] = (struct ra_pair){RA_STR("usn"), ra_str(t->usn)};
    out[1] = (struct ra_pair){RA_STR("invocation_id"), ra_str(m->invocation_id)};
    out[2] = (struct ra_pair){RA_STR("way"), ra_str(ra_ad_way_text(m->way))};
    out[3] = (struct ra_pair){RA_STR("full"), ra_str(t->full)};
    out[4] = (struct ra_pair){RA_STR("cookie"), {m->cookie.p ? m->cookie.p : "", m->cookie.n}};
    out[5] = (struct ra_pair){RA_STR("settings"), {m->settings.p, m->settings.n}};
    out[6] = (struct ra_pair){RA_STR("full_proof"), {m->proof.p ? m->proof.p : "", m->proof.n}};
}

void ra_ad_mark_put(struct ra_fill *fill, const struct ra_ad_mark *m)
{
    struct ra_pair pairs[PAIRS];
    struct texts t;

    pairs_of(m, &t, pairs);
    for (size_t i = 0; i < PAIRS; i++)
        ra_fill_put(fill, RA_TABLE_META, pairs[i].key, pairs[i].value);
}

int ra_ad_mark_move(struct ra_cache *c, const char *side, const struct ra_ad_mark *m,
                    struct ra_err *err)
{
    struct ra_pair pairs[PAIRS];
    struct texts t;

    pairs_of(m, &t, pairs);
    return ra_cache_supplement(c, side, RA_TABLE_META, pairs, PAIRS, err);
}
