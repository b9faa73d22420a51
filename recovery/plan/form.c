#include "recovery/plan/form.h"

#include "src/base/mem.h"

#include <openssl/evp.h>
#include <string.h>

/* SHA-256 over memory fails only where memory is short, or OpenSSL broken. */
static void must(int ok)
{
    if (ok != 1)
        ra_die("OpenSSL has no working SHA-256");
}

void ra_plan_form_hash(struct ra_plan_form *f)
{
    *f = (struct ra_plan_form){.hash = EVP_MD_CTX_new()};
    must(f->hash && EVP_DigestInit_ex(f->hash, EVP_sha256(), NULL));
}

void ra_plan_form_buf(struct ra_plan_form *f, struct ra_buf *out)
{
    *f = (struct ra_plan_form){.out = out};
}

void ra_plan_form_file(struct ra_plan_form *f, FILE *fp)
{
    *f = (struct ra_plan_form){.fp = fp};
}

static void emit(struct ra_plan_form *f, const char *p, size_t n)
{
    if (f->out)
        ra_buf_put(f->out, p, n);
    else
        fwrite(p, 1, n, f->fp); /* a failure sticks */
}

static void new_line(struct ra_plan_form *f)
{
    static const char blanks[] = "\n                                ";
    size_t n = 2 * (size_t)f->depth;

    emit(f, blanks, 1 + (n < sizeof blanks - 2 ? n : sizeof blanks - 2));
}

static void mark(struct ra_plan_form *f, char c)
{
    bool closes = c == '}' || c == ']';

    if (f->opened && !closes) {
        f->depth++;
        new_line(f);
    } else if (closes && !f->opened) {
        f->depth--;
        new_line(f);
    }
    emit(f, &c, 1);
    f->opened = c == '{' || c == '[';
    f->in_string = c == '"';
    if (c == ',')
        new_line(f);
    else if (c == ':')
        emit(f, " ", 1);
}

/* As much of a string as this piece has; how many bytes that is. */
static size_t string_part(struct ra_plan_form *f, struct ra_str s)
{
    size_t i = 0;

    while (i < s.n && f->in_string) {
        if (f->escaped)
            f->escaped = false;
        else if (s.p[i] == '\\')
            f->escaped = true;
        else if (s.p[i] == '"')
            f->in_string = false;
        i++;
    }
    emit(f, s.p, i);
    return i;
}

void ra_plan_form_put(struct ra_plan_form *f, struct ra_str piece)
{
    if (f->hash) {
        must(EVP_DigestUpdate(f->hash, piece.p, piece.n));
        return;
    }
    for (size_t i = 0; i < piece.n;)
        if (f->in_string)
            i += string_part(f, ra_str_from(piece, i));
        else
            mark(f, piece.p[i++]);
}

void ra_plan_form_end(struct ra_plan_form *f, char hash[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (!f->hash) {
        emit(f, "\n", 1);
        return;
    }
    must(EVP_DigestFinal_ex(f->hash, digest, NULL));
    EVP_MD_CTX_free(f->hash);
    for (size_t i = 0; i < 32; i++) {
        hash[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hash[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hash[64] = '\0';
}
