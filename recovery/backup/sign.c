#include "recovery/backup/sign_key.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* minisign's forms: a line with a comment, a line of Base64. */
#define UNTRUSTED "untrusted comment: "
#define TRUSTED   "trusted comment: "
#define SIGNED    74 /* algorithm, key id, signature */

struct comments {
    char untrusted[128], trusted[160];
};

static void comments_of(const struct ra_backup_manifest *m, struct comments *c)
{
    snprintf(c->untrusted, sizeof c->untrusted, "signature of %s.json by reanchor", m->name);
    snprintf(c->trusted, sizeof c->trusted, "%s.json sequence:%llu", m->name,
             (unsigned long long)m->sequence);
}

static void prehash(struct ra_str bytes, unsigned char out[crypto_generichash_BYTES_MAX])
{
    crypto_generichash(out, crypto_generichash_BYTES_MAX, (const unsigned char *)bytes.p, bytes.n,
                       NULL, 0);
}

/* What the second signature is over: the first one and the trusted comment. */
static size_t global_message(const unsigned char *signature, const char *trusted,
                             unsigned char out[crypto_sign_BYTES + 160])
{
    size_t n = strlen(trusted);

    memcpy(out, signature, crypto_sign_BYTES);
    memcpy(out + crypto_sign_BYTES, trusted, n);
    return crypto_sign_BYTES + n;
}

static void put_form(const struct comments *c, const unsigned char head[SIGNED],
                     const unsigned char global[crypto_sign_BYTES], struct ra_buf *out)
{
    char text[2 * SIGNED];

    ra_buf_printf(out, UNTRUSTED "%s\n", c->untrusted);
    ra_base64(head, SIGNED, text);
    ra_buf_printf(out, "%s\n" TRUSTED "%s\n", text, c->trusted);
    ra_base64(global, crypto_sign_BYTES, text);
    ra_buf_printf(out, "%s\n", text);
}

void ra_sign(const struct ra_sign_key *k, struct ra_str manifest,
             const struct ra_backup_manifest *m, struct ra_buf *out)
{
    const unsigned char *secret = ra_sign_key_bytes(k);
    unsigned char hash[crypto_generichash_BYTES_MAX], head[SIGNED] = {'E', 'D'};
    unsigned char message[crypto_sign_BYTES + 160], global[crypto_sign_BYTES];
    struct ra_sign_public public;
    struct comments c;
    size_t n;

    ra_sign_key_public(k, &public);
    comments_of(m, &c);
    prehash(manifest, hash);
    memcpy(head + 2, public.id, sizeof public.id);
    crypto_sign_detached(head + 10, NULL, hash, sizeof hash, secret);
    n = global_message(head + 10, c.trusted, message);
    crypto_sign_detached(global, NULL, message, n, secret);
    put_form(&c, head, global, out);
}

/* ---- checking ---- */

static bool next_line(struct ra_str *rest, struct ra_str *line)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

    if (!end)
        return false;
    *line = (struct ra_str){rest->p, (size_t)(end - rest->p)};
    *rest = (struct ra_str){end + 1, rest->n - line->n - 1};
    return true;
}

static bool decode_line(struct ra_str *rest, void *out, size_t want)
{
    struct ra_str line;
    size_t n = want + 3;
    unsigned char room[SIGNED + 3];

    if (!next_line(rest, &line) || !ra_base64_decode(line, room, &n) || n != want)
        return false;
    memcpy(out, room, want);
    return true;
}

static bool comment_line(struct ra_str *rest, const char *prefix, const char *comment)
{
    struct ra_str line;
    size_t n = strlen(prefix);

    return next_line(rest, &line) && line.n == n + strlen(comment) &&
           memcmp(line.p, prefix, n) == 0 && memcmp(line.p + n, comment, line.n - n) == 0;
}

static int verify(const struct ra_sign_public *p, const unsigned char head[SIGNED],
                  const unsigned char global[crypto_sign_BYTES], struct ra_str manifest,
                  const struct comments *c, struct ra_err *err)
{
    unsigned char hash[crypto_generichash_BYTES_MAX], message[crypto_sign_BYTES + 160];
    size_t n = global_message(head + 10, c->trusted, message);

    prehash(manifest, hash);
    if (crypto_sign_verify_detached(head + 10, hash, sizeof hash, p->key) != 0)
        return ra_fail(err, RA_EINTEGRITY, "the signature is not one of these bytes");
    if (crypto_sign_verify_detached(global, message, n, p->key) != 0)
        return ra_fail(err, RA_EINTEGRITY,
                       "the second signature is not one of the first and the "
                       "trusted comment");
    return 0;
}

int ra_sign_check(const struct ra_sign_public *p, struct ra_str signature, struct ra_str manifest,
                  const struct ra_backup_manifest *m, struct ra_err *err)
{
    unsigned char head[SIGNED], global[crypto_sign_BYTES];
    struct comments c;

    comments_of(m, &c);
    if (!comment_line(&signature, UNTRUSTED, c.untrusted))
        return ra_fail(err, RA_EINTEGRITY, "the untrusted comment is not '%s'", c.untrusted);
    if (!decode_line(&signature, head, SIGNED) || memcmp(head, "ED", 2) != 0)
        return ra_fail(err, RA_EINTEGRITY, "the signature is not of minisign's form");
    if (!comment_line(&signature, TRUSTED, c.trusted))
        return ra_fail(err, RA_EINTEGRITY, "the trusted comment is not '%s'", c.trusted);
    if (!decode_line(&signature, global, crypto_sign_BYTES) || signature.n != 0)
        return ra_fail(err, RA_EINTEGRITY, "the second signature is not of minisign's form");
    if (!p)
        return 0;
    if (memcmp(head + 2, p->id, sizeof p->id) != 0)
        return ra_fail(err, RA_EINTEGRITY, "the signature is by another key");
    return verify(p, head, global, manifest, &c, err);
}
