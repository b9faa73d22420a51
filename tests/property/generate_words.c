#include "tests/property/generate_inner.h"

#include "src/base/ident.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *text(struct generator *g, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *s = ra_arena_alloc(&g->org->arena, (size_t)n + 1);

    va_start(args, fmt);
    vsnprintf(s, (size_t)n + 1, fmt, args);
    va_end(args);
    return s;
}

const char *upper(struct generator *g, const char *s)
{
    char *turned = ra_arena_copy(&g->org->arena, s, strlen(s));

    for (char *p = turned; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    return turned;
}

bool chance(struct generator *g, unsigned percent)
{
    return rng_percent(&g->rng, percent);
}

size_t any(struct generator *g, size_t n)
{
    return rng_below(&g->rng, n);
}

const char *one_of(struct generator *g, const char *const *words)
{
    size_t n = 0;

    while (words[n])
        n++;
    return words[any(g, n)];
}

const char *guid_of(struct generator *g, const unsigned char guid[16])
{
    char spelled[RA_GUID_TEXT];

    ra_guid_text(guid, spelled);
    return text(g, "%s", spelled);
}

const char *new_id(struct generator *g)
{
    unsigned char guid[16];

    rng_bytes(&g->rng, guid, sizeof guid);
    return guid_of(g, guid);
}

const char *new_sid(struct generator *g, int directory)
{
    return text(g, "S-1-5-21-%d-3623811015-%zu", 1004336348 + directory, 1000 + g->serial++);
}

const char *new_name(struct generator *g)
{
    static const char *const names[] = {"Anna Berg",
                                        "bob",
                                        "O'Neil, Pat",
                                        "\xc3\x89lodie",
                                        "\xc3\xa9lodie",
                                        "\xc4\xb0pek",
                                        "stra\xc3\x9f"
                                        "e",
                                        "Mary-Jane #2",
                                        "a+b=c",
                                        "back\\slash",
                                        "\"quoted\"",
                                        "<angle>;x",
                                        " lead",
                                        "trail ",
                                        "#hash",
                                        "\xe6\x9d\x8e\xe9\x9b\xb7",
                                        "(MSOL) x",
                                        NULL};

    return text(g, "%s%zu", one_of(g, names), g->serial);
}

const char *new_unit(struct generator *g)
{
    static const char *const units[] = {"OU=Sales",
                                        "OU=Paris,OU=Sales",
                                        "OU=R\\,D",
                                        "OU=R\\2CD",
                                        "OU=a\\+b",
                                        "OU=\\#first",
                                        "OU=\\ lead",
                                        "OU=trail\\ ",
                                        "OU=q\\\"q",
                                        "OU=back\\\\slash",
                                        "OU=l\\<e\\>ss",
                                        "OU=se\\;mi",
                                        "OU=e\\=q",
                                        "OU=Z\xc3\xbcrich",
                                        "OU=Z\\C3\\BCrich",
                                        "OU=\xc4\xb0stanbul",
                                        "OU=stra\xc3\x9f"
                                        "e",
                                        "OU=\xc3\x89"
                                        "cole",
                                        "OU=\xc3\xa9"
                                        "cole",
                                        "OU=line\\0Afeed",
                                        "OU=x\\,DC=evil",
                                        "OU=sAlEs",
                                        NULL};

    return one_of(g, units);
}

/* Letters change case, and one plain character is written as a hex pair. */
const char *respelled(struct generator *g, const char *dn)
{
    char *s = ra_arena_alloc(&g->org->arena, strlen(dn) * 3 + 1), *t = s;
    const char *from = dn;
    bool value = false;

    while (*dn) {
        bool letter = (*dn >= 'a' && *dn <= 'z') || (*dn >= 'A' && *dn <= 'Z');
        bool behind_escape = dn > from && dn[-1] == '\\';
        bool in_pair = behind_escape || (dn > from + 1 && dn[-2] == '\\');

        if (*dn == '=' || *dn == ',')
            value = *dn == '=' && !behind_escape;
        if (value && letter && !in_pair && chance(g, 10)) {
            t += sprintf(t, "\\%02x", (unsigned)*dn++);
        } else {
            *t++ = letter && !in_pair && chance(g, 50) ? (char)(*dn ^ 0x20) : *dn;
            dn++;
        }
    }
    *t = 0;
    return s;
}

const char *escaped(struct generator *g, const char *value)
{
    char *s = ra_arena_alloc(&g->org->arena, strlen(value) * 2 + 2), *t = s;
    const char *from = value;

    for (; *value; value++) {
        bool edge =
            (*value == ' ' && (value == from || !value[1])) || (*value == '#' && value == from);

        if (edge || strchr(",+\"\\<>;=", *value))
            *t++ = '\\';
        *t++ = *value;
    }
    *t = 0;
    return s;
}

struct org_bytes new_bytes(struct generator *g, size_t n)
{
    unsigned char *p = ra_arena_alloc(&g->org->arena, n + 1);

    rng_bytes(&g->rng, p, n);
    return (struct org_bytes){p, n};
}

const char *case_twin(struct generator *g, const char *anchor)
{
    char *twin = ra_arena_copy(&g->org->arena, anchor, strlen(anchor));
    size_t n = strlen(anchor);

    for (size_t i = 0; i + 4 < n; i++) {
        bool letter = (twin[i] >= 'a' && twin[i] <= 'z') || (twin[i] >= 'A' && twin[i] <= 'Z');

        if (letter && (chance(g, 30) || i + 5 == n)) {
            twin[i] = (char)(twin[i] ^ 0x20);
            return twin;
        }
    }
    return NULL;
}

void add_text(struct generator *g, struct org_texts *to, const char *s)
{
    const char **at = ra_arena_alloc(&g->org->arena, (to->n + 1) * sizeof *at);

    for (size_t i = 0; i < to->n; i++)
        at[i] = to->at[i];
    at[to->n++] = s;
    to->at = at;
}
