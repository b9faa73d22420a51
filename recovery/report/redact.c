#include "recovery/report/redact.h"

#include "recovery/report/remedy.h"
#include "src/base/file.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define DIGITS 10 /* of 5 bits: a million names collide once in two thousand reports */

/* ---- tokens ---- */

static void token(const unsigned char key[RA_REDACT_KEY], char what, struct ra_str value,
                  struct ra_buf *out)
{
    static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";
    unsigned char hash[16], fold[64];
    crypto_generichash_state state;

    crypto_generichash_init(&state, key, RA_REDACT_KEY, sizeof hash);
    for (size_t i = 0; i < value.n; i += sizeof fold) {
        size_t n = value.n - i < sizeof fold ? value.n - i : sizeof fold;
        ra_fold_into((char *)fold, value.p + i, n);
        crypto_generichash_update(&state, fold, n);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    ra_buf_putc(out, what);
    ra_buf_putc(out, '-');
    for (size_t i = 0; i < DIGITS; i++)
        ra_buf_putc(out, digits[hash[i] % 32]);
}

static struct ra_str kept(struct ra_buf *b, struct ra_arena *a)
{
    struct ra_str text = {ra_arena_copy(a, b->p, b->n), b->n};

    ra_buf_free(b);
    return text;
}

struct ra_str ra_redact_name(const unsigned char key[RA_REDACT_KEY], struct ra_str name,
                             struct ra_arena *a)
{
    struct ra_buf b;

    if (ra_str_absent(name))
        return name;
    ra_buf_init(&b, 64);
    token(key, 'n', name, &b);
    return kept(&b, a);
}

struct ra_str ra_redact_address(const unsigned char key[RA_REDACT_KEY], struct ra_str address,
                                struct ra_arena *a)
{
    long at = ra_str_last(address, '@');
    struct ra_buf b;

    if (at < 0)
        return ra_redact_name(key, address, a);
    ra_buf_init(&b, 64);
    token(key, 'n', ra_str_n(address.p, (size_t)at), &b);
    ra_buf_putc(&b, '@');
    token(key, 'd', ra_str_from(address, (size_t)at + 1), &b);
    return kept(&b, a);
}

/* Where the RDN that begins at the DN's start ends: the next comma that is not escaped or quoted.
 */
size_t ra_dn_rdn(struct ra_str dn)
{
    bool quoted = false;

    for (size_t i = 0; i < dn.n; i++) {
        if (dn.p[i] == '\\')
            i++;
        else if (dn.p[i] == '"')
            quoted = !quoted;
        else if (dn.p[i] == ',' && !quoted)
            return i;
    }
    return dn.n;
}

struct ra_str ra_redact_dn(const unsigned char key[RA_REDACT_KEY], struct ra_str dn,
                           struct ra_arena *a)
{
    struct ra_buf b;

    if (ra_str_absent(dn))
        return dn;
    ra_buf_init(&b, (size_t)1 << 20);
    for (struct ra_str rest = dn; rest.n;) {
        size_t end = ra_dn_rdn(rest);
        const char *equals = memchr(rest.p, '=', end);
        size_t type = equals ? (size_t)(equals - rest.p) + 1 : 0;
        ra_buf_put(&b, rest.p, type);
        token(key, 'n', ra_str_n(rest.p + type, end - type), &b);
        rest = ra_str_from(rest, end + 1);
        if (rest.n)
            ra_buf_putc(&b, ',');
    }
    return kept(&b, a);
}

/* An anchor that is not a GUID's may be an address or a number of a person. */
static struct ra_str redact_anchor(const unsigned char key[RA_REDACT_KEY], struct ra_str anchor,
                                   struct ra_arena *a)
{
    unsigned char bytes[16];

    return ra_anchor_bytes(anchor, bytes) ? anchor : ra_redact_name(key, anchor, a);
}

void ra_redact_row(const unsigned char key[RA_REDACT_KEY], struct ra_row *row, struct ra_arena *a)
{
    struct ra_str *f = row->f;

    f[RA_F_DN] = ra_redact_dn(key, f[RA_F_DN], a);
    f[RA_F_UPN] = ra_redact_address(key, f[RA_F_UPN], a);
    f[RA_F_SMTP] = ra_redact_address(key, f[RA_F_SMTP], a);
    f[RA_F_SAM] = ra_redact_name(key, f[RA_F_SAM], a);
    f[RA_F_NAME] = ra_redact_name(key, f[RA_F_NAME], a);
    f[RA_F_ANCHOR] = redact_anchor(key, f[RA_F_ANCHOR], a);
    f[RA_F_CLOUD_UPN] = ra_redact_address(key, f[RA_F_CLOUD_UPN], a);
    f[RA_F_CLOUD_SMTP] = ra_redact_address(key, f[RA_F_CLOUD_SMTP], a);
    f[RA_F_CLOUD_NAME] = ra_redact_name(key, f[RA_F_CLOUD_NAME], a);
    f[RA_F_CLOUD_IMMUTABLE] = redact_anchor(key, f[RA_F_CLOUD_IMMUTABLE], a);
}

/* ---- the key ---- */

static int make_key(const char *path, unsigned char key[RA_REDACT_KEY], struct ra_err *err)
{
    char hex[2 * RA_REDACT_KEY + 2];
    int rc;

    randombytes_buf(key, RA_REDACT_KEY);
    sodium_bin2hex(hex, sizeof hex, key, RA_REDACT_KEY);
    hex[2 * RA_REDACT_KEY] = '\n';
    rc = ra_file_write(path, hex, sizeof hex - 1, err);
    sodium_memzero(hex, sizeof hex);
    return rc;
}

int ra_redact_key(const char *path, unsigned char key[RA_REDACT_KEY], struct ra_err *err)
{
    struct ra_buf text;
    size_t n = 0;
    int rc;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return make_key(path, key, err);
    rc = ra_file_read_secret(path, &text, err);
    if (rc != 0)
        return rc;
    if (sodium_hex2bin(key, RA_REDACT_KEY, text.p, text.n, NULL, &n, NULL) != 0 ||
        n != RA_REDACT_KEY || text.n != 2 * RA_REDACT_KEY) {
        ra_fail(err, RA_EINTEGRITY, "%s: is no redaction key, want %d hexadecimal digits", path,
                2 * RA_REDACT_KEY);
        rc = ra_hint(err, "remove it to get a new one; tokens then differ from earlier reports");
    }
    sodium_memzero(text.p, text.n);
    ra_buf_free(&text);
    return rc;
}
