#include "recovery/cli/lookup.h"

#include "recovery/model/address.h"
#include "recovery/model/anchor.h"
#include "src/directory/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ra_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The 32 hex digits of s, other punctuation of GUIDs left out; false when it is not that. */
static bool hex_digits(struct ra_str s, char out[32], bool *dashes)
{
    size_t n = 0;

    *dashes = false;
    if (ra_str_starts_fold(s, RA_STR("urn:uuid:")))
        s = ra_str_from(s, 9);
    else if (ra_str_starts_fold(s, RA_STR("0x")))
        s = ra_str_from(s, 2);
    for (size_t i = 0; i < s.n; i++) {
        if (hex(s.p[i]) >= 0 && n < 32)
            out[n++] = s.p[i];
        else if (s.p[i] == '-')
            *dashes = true;
        else if (!strchr("{}()\\ ", s.p[i]) || s.p[i] == '\0')
            return false;
    }
    return n == 32;
}

static void add_guid(struct ra_probe *p, const unsigned char bytes[16])
{
    memcpy(p->guids[p->guids_n++], bytes, 16);
}

/* With dashes it is the text form; a bare run of digits may be LDAP's byte order too. */
static void read_guid(struct ra_probe *p, struct ra_str key)
{
    char digits[32], text[37];
    struct ra_guid guid;
    unsigned char bytes[16];
    bool dashes;

    if (!hex_digits(key, digits, &dashes))
        return;
    snprintf(text, sizeof text, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12,
             digits + 16, digits + 20);
    if (ra_guid_parse(ra_str(text), &guid))
        add_guid(p, guid.b);
    for (int i = 0; i < 16; i++)
        bytes[i] = (unsigned char)(hex(digits[2 * i]) << 4 | hex(digits[2 * i + 1]));
    if (!dashes)
        add_guid(p, bytes);
}

/* What was copied from somewhere brings blanks and line ends along. */
static struct ra_str trimmed(struct ra_str s)
{
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
        s.n--;
    while (s.n && strchr(" \t\r\n", *s.p) && *s.p)
        s = ra_str_from(s, 1);
    return s;
}

static struct ra_str dn_key(struct ra_str key, struct ra_arena *a)
{
    struct ra_str out = {0};
    struct ra_buf b;

    ra_buf_init(&b, 1 << 20);
    if (memchr(key.p, '=', key.n) && ra_dn_key(key, &b) && b.n)
        out = ra_str_n(ra_arena_copy(a, b.p, b.n), b.n);
    ra_buf_free(&b);
    return out;
}

void ra_probe_read(struct ra_probe *p, struct ra_str key, struct ra_arena *a)
{
    unsigned char bytes[16];
    size_t n = sizeof bytes;

    key = trimmed(key);
    *p = (struct ra_probe){.text = key, .anchor = key};
    if (ra_str_starts_fold(key, RA_STR("smtp:")))
        p->text = ra_str_from(key, 5);
    p->dn_key = dn_key(key, a);
    ra_anchor_from_connector_dn(key, a, &p->anchor);
    read_guid(p, key);
    if (p->guids_n == 0 && p->anchor.n == 24 && ra_base64_decode(p->anchor, bytes, &n) && n == 16)
        add_guid(p, bytes);
}

static bool is_guid(const struct ra_probe *p, struct ra_str bytes)
{
    for (size_t i = 0; i < p->guids_n; i++)
        if (bytes.n == 16 && memcmp(bytes.p, p->guids[i], 16) == 0)
            return true;
    return false;
}

static bool is_guid_text(const struct ra_probe *p, struct ra_str text)
{
    struct ra_guid guid;

    return p->guids_n && ra_guid_parse(text, &guid) && is_guid(p, ra_str_n(guid.b, sizeof guid.b));
}

static bool is_text(const struct ra_probe *p, struct ra_str text)
{
    return !ra_str_absent(text) && ra_str_eq_fold(text, p->text);
}

static bool among(const struct ra_probe *p, const struct ra_addresses *addresses)
{
    for (uint32_t i = 0; i < addresses->count; i++)
        if (is_text(p, addresses->all[i]))
            return true;
    return false;
}

static bool custom_anchor(const struct ra_probe *p, const struct ra_ad_object *o)
{
    struct ra_str rest = o->custom.bytes, name, type, value;

    while (ra_list_next(&rest, &name) && ra_list_next(&rest, &type) && ra_list_next(&rest, &value))
        if (ra_str_eq(value, p->anchor))
            return true;
    return false;
}

bool ra_probe_ad(const struct ra_probe *p, const struct ra_ad_object *o, struct ra_arena *scratch)
{
    struct ra_addresses addresses;

    if (is_guid(p, o->guid) || is_guid(p, o->consistency_guid) || custom_anchor(p, o) ||
        ra_str_eq(ra_anchor_encode(o->consistency_guid, scratch), p->anchor) ||
        ra_str_eq(ra_anchor_encode(o->guid, scratch), p->anchor))
        return true;
    if (is_text(p, o->sid) || is_text(p, o->upn) || is_text(p, o->login) || is_text(p, o->dn) ||
        is_text(p, o->sam))
        return true;
    if (!ra_str_absent(p->dn_key) && ra_str_eq(o->dn_key, p->dn_key))
        return true;
    ra_ad_addresses(o, scratch, &addresses);
    return among(p, &addresses);
}

bool ra_probe_cloud(const struct ra_probe *p, const struct ra_cloud_object *o,
                    struct ra_arena *scratch)
{
    struct ra_addresses addresses;

    if (is_guid_text(p, o->id) || is_guid_text(p, o->device_id) ||
        ra_str_eq(o->immutable_id, p->anchor))
        return true;
    for (size_t i = 0; i < p->guids_n; i++)
        if (ra_str_eq(ra_anchor_encode(ra_str_n(p->guids[i], 16), scratch), o->immutable_id))
            return true;
    if (is_text(p, o->id) || is_text(p, o->sid) || is_text(p, o->upn) || is_text(p, o->dn))
        return true;
    ra_cloud_addresses(o, scratch, &addresses);
    return among(p, &addresses);
}

static void push(uint32_t **all, size_t *n, size_t *cap, uint32_t number)
{
    *all = ra_grow(*all, cap, *n + 1, sizeof **all);
    (*all)[(*n)++] = number;
}

static int damaged(const struct ra_side *side, uint32_t seq, struct ra_err *err)
{
    return ra_fail(err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": object %u cannot be read",
                   RA_STR_ARG(side->name), seq);
}

static int find_ad(const struct ra_match_input *in, const struct ra_probe *p, struct ra_lookup *out,
                   struct ra_err *err)
{
    struct ra_arena scratch = {0};
    uint32_t base = 0;
    int rc = 0;

    for (size_t d = 0; d < in->ad_n && rc == 0; base += in->ad[d++].count)
        for (uint32_t seq = 0; seq < in->ad[d].count && rc == 0; seq++) {
            struct ra_ad_object o;
            ra_arena_reset(&scratch);
            if (!ra_ad_decode(in->ad[d].record(in->ad[d].ctx, seq), &o))
                rc = damaged(&in->ad[d], seq, err);
            else if (ra_probe_ad(p, &o, &scratch))
                push(&out->ad, &out->ad_n, &out->ad_cap, base + seq);
        }
    ra_arena_free(&scratch);
    return rc;
}

static int find_cloud(const struct ra_side *side, const struct ra_probe *p, struct ra_lookup *out,
                      struct ra_err *err)
{
    struct ra_arena scratch = {0};
    int rc = 0;

    for (uint32_t seq = 0; seq < side->count && rc == 0; seq++) {
        struct ra_cloud_object o;
        ra_arena_reset(&scratch);
        if (!ra_cloud_decode(side->record(side->ctx, seq), &o))
            rc = damaged(side, seq, err);
        else if (ra_probe_cloud(p, &o, &scratch))
            push(&out->cloud, &out->cloud_n, &out->cloud_cap, seq);
    }
    ra_arena_free(&scratch);
    return rc;
}

int ra_lookup(const struct ra_match_input *in, struct ra_str key, struct ra_lookup *out,
              struct ra_err *err)
{
    struct ra_arena arena = {0};
    struct ra_probe p;
    int rc;

    *out = (struct ra_lookup){0};
    ra_probe_read(&p, key, &arena);
    rc = find_ad(in, &p, out, err);
    if (rc == 0)
        rc = find_cloud(in->cloud, &p, out, err);
    ra_arena_free(&arena);
    if (rc != 0)
        ra_lookup_free(out);
    return rc;
}

void ra_lookup_free(struct ra_lookup *l)
{
    free(l->ad);
    free(l->cloud);
    *l = (struct ra_lookup){0};
}
