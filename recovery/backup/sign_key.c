/* Keys in minisign's files. */
#include "recovery/backup/sign_key.h"
#include "src/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC 42

/* The secret key as it lies in the file. */
struct secret_form {
    unsigned char algorithm[2];          /* Ed */
    unsigned char derivation[2];         /* zero: no password */
    unsigned char checksum_algorithm[2]; /* B2 */
    unsigned char salt[32], limits[16];
    unsigned char id[8], key[64], checksum[32];
};
_Static_assert(sizeof(struct secret_form) == 158, "minisign's form has no gaps");

struct ra_sign_key {
    struct secret_form form;
};

const unsigned char *ra_sign_key_bytes(const struct ra_sign_key *k)
{
    return k->form.key;
}

/* The line behind the comment. */
static struct ra_str second_line(struct ra_str text)
{
    const char *nl = text.n ? memchr(text.p, '\n', text.n) : NULL;
    struct ra_str line;

    if (!nl || !ra_str_starts_fold(text, RA_STR("untrusted comment:")))
        return (struct ra_str){NULL, 0};
    line = ra_str_from(text, (size_t)(nl - text.p) + 1);
    nl = line.n ? memchr(line.p, '\n', line.n) : NULL;
    if (nl)
        line.n = (size_t)(nl - line.p);
    while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
        line.n--;
    return line;
}

static int decode_secret(const char *path, struct ra_str text, struct secret_form *out,
                         struct ra_err *err)
{
    unsigned char room[sizeof *out + 3];
    size_t n = sizeof room;
    bool ok = ra_base64_decode(second_line(text), room, &n) && n == sizeof *out;

    if (ok)
        memcpy(out, room, sizeof *out);
    sodium_memzero(room, sizeof room);
    if (!ok || memcmp(out->algorithm, "Ed", 2) != 0) {
        ra_fail(err, RA_ECONFIG, "%s: is not a secret key of minisign's form", path);
        return ra_hint(err, "make one: reanchor backup keygen FILE");
    }
    if (memcmp(out->derivation, "\0\0", 2) != 0) {
        ra_fail(err, RA_ECONFIG, "%s: has a password, and nobody is there to type it", path);
        return ra_hint(err, "make a key without one: reanchor backup keygen FILE, or minisign -G "
                            "-W; protect the file");
    }
    return 0;
}

int ra_sign_key_read(const char *path, struct ra_sign_key **out, struct ra_err *err)
{
    struct ra_secret *text = NULL;
    struct ra_sign_key *k = ra_calloc(1, sizeof *k);
    int rc = ra_secret_read(path, &text, err);

    if (rc == 0)
        rc = decode_secret(path, ra_secret_reveal(text), &k->form, err);
    ra_secret_free(&text);
    if (rc != 0)
        ra_sign_key_free(&k);
    *out = k;
    return rc;
}

void ra_sign_key_free(struct ra_sign_key **k)
{
    if (*k) {
        sodium_memzero(*k, sizeof **k);
        free(*k);
    }
    *k = NULL;
}

void ra_sign_key_public(const struct ra_sign_key *k, struct ra_sign_public *out)
{
    memcpy(out->id, k->form.id, sizeof out->id);
    memcpy(out->key, k->form.key + 32, sizeof out->key);
}

int ra_sign_public_read(const char *path, struct ra_sign_public *out, struct ra_err *err)
{
    unsigned char room[PUBLIC + 3];
    size_t n = sizeof room;
    struct ra_buf text;
    int rc = ra_file_read(path, 65536, RA_ECONFIG, &text, err);

    if (rc != 0)
        return rc;
    if (!ra_base64_decode(second_line((struct ra_str){text.p, text.n}), room, &n) || n != PUBLIC ||
        memcmp(room, "Ed", 2) != 0)
        rc = ra_fail(err, RA_ECONFIG, "%s: is not a public key of minisign's form", path);
    ra_buf_free(&text);
    memcpy(out->id, room + 2, sizeof out->id);
    memcpy(out->key, room + 10, sizeof out->key);
    return rc;
}

/* As minisign prints it: a number, the lowest byte first. */
void ra_sign_key_id(const struct ra_sign_public *p, char out[RA_BACKUP_KEY_ID])
{
    for (size_t i = 0; i < sizeof p->id; i++)
        snprintf(out + 2 * i, 3, "%02X", p->id[sizeof p->id - 1 - i]);
}

/* ---- making ---- */

static int write_new(const char *path, mode_t mode, const char *comment, const void *p, size_t n,
                     struct ra_err *err)
{
    char text[512], whole[700];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int rc = 0, length;

    if (fd < 0)
        return ra_fail(err, RA_EIO, "%s: cannot be created: %s", path, strerror(errno));
    ra_base64(p, n, text);
    length = snprintf(whole, sizeof whole, "untrusted comment: %s\n%s\n", comment, text);
    if (write(fd, whole, (size_t)length) != length || fsync(fd) != 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be written: %s", path, strerror(errno));
    sodium_memzero(text, sizeof text);
    sodium_memzero(whole, sizeof whole);
    close(fd);
    if (rc != 0)
        unlink(path);
    return rc;
}

/* Over the algorithm, the id and the key; minisign leaves it zero without a password. */
static void checksum(struct secret_form *f)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof f->checksum);
    crypto_generichash_update(&state, f->algorithm, sizeof f->algorithm);
    crypto_generichash_update(&state, f->id, sizeof f->id);
    crypto_generichash_update(&state, f->key, sizeof f->key);
    crypto_generichash_final(&state, f->checksum, sizeof f->checksum);
}

int ra_sign_key_make(const char *secret_path, const char *public_path, char id[RA_BACKUP_KEY_ID],
                     struct ra_err *err)
{
    struct secret_form f = {.algorithm = {'E', 'd'}, .checksum_algorithm = {'B', '2'}};
    unsigned char public[PUBLIC] = {'E', 'd'};
    struct ra_sign_public p;
    char comment[96];
    int rc;

    randombytes_buf(f.id, sizeof f.id);
    crypto_sign_keypair(p.key, f.key);
    checksum(&f);
    memcpy(p.id, f.id, sizeof p.id);
    memcpy(public + 2, p.id, sizeof p.id);
    memcpy(public + 10, p.key, sizeof p.key);
    ra_sign_key_id(&p, id);
    rc = write_new(secret_path, 0600, "reanchor secret key, without a password", &f, sizeof f, err);
    sodium_memzero(&f, sizeof f);
    snprintf(comment, sizeof comment, "minisign public key %s", id);
    if (rc == 0) {
        rc = write_new(public_path, 0644, comment, public, sizeof public, err);
        if (rc != 0)
            unlink(secret_path);
    }
    return rc;
}
