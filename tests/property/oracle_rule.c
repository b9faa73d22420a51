/* How a ruling is put down, and the look-ups that every chapter needs. */
#include "tests/property/oracle_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void full(const char *what)
{
    fprintf(stderr, "too many %s in one ruling\n", what);
    abort();
}

void say(struct oracle *o, size_t i, const char *code, int row, size_t peer)
{
    struct ruling *r = &o->rulings[i];

    r->says.code = code;
    r->says.row = row;
    r->says.peer = peer == NONE ? -1 : (int)peer;
    if (starts_folded(code, "BLOCK_") && !r->says.blocks_n)
        block(r, code);
}

void say_sure(struct oracle *o, size_t i, const char *code, int row, size_t peer, char confidence)
{
    say(o, i, code, row, peer);
    o->rulings[i].says.confidence = confidence;
}

void block(struct ruling *r, const char *code)
{
    if (r->says.blocks_n == OUTCOME_BLOCKS)
        full("blocks");
    r->says.blocks[r->says.blocks_n++] = code;
}

void say_blocked(struct oracle *o, size_t i, int row, size_t peer)
{
    say(o, i, o->rulings[i].says.blocks[0], row, peer);
}

void warn(struct ruling *r, const char *name)
{
    struct outcome *says = &r->says;
    size_t at = 0;

    if (warned(r, name))
        return;
    if (says->warnings_n == OUTCOME_WARNINGS)
        full("warnings");
    while (at < says->warnings_n && strcmp(says->warnings[at], name) < 0)
        at++;
    memmove(says->warnings + at + 1, says->warnings + at,
            (says->warnings_n - at) * sizeof *says->warnings);
    says->warnings[at] = name;
    says->warnings_n++;
}

bool warned(const struct ruling *r, const char *name)
{
    for (size_t i = 0; i < r->says.warnings_n; i++)
        if (!strcmp(r->says.warnings[i], name))
            return true;
    return false;
}

bool flag(struct oracle *o, struct ruling *r, enum org_flag f)
{
    enum org_fact is_set = o->org->tenant.flags[f];
    bool restrictive = f == ORG_BH || f == ORG_BS;

    if (is_set == ORG_UNKNOWN)
        r->looked_in_vain = true;
    return is_set == ORG_UNKNOWN ? restrictive : is_set == ORG_YES;
}

static size_t lower_id(const struct oracle *o, size_t a, size_t b)
{
    if (a == NONE)
        return b;
    return strcmp(o->org->cloud[a].id, o->org->cloud[b].id) < 0 ? a : b;
}

size_t lowest(const struct oracle *o, const struct book *b, const char *key, size_t except)
{
    size_t n, found = NONE;
    const struct entry *e = book_find(b, key, &n);

    for (size_t i = 0; i < n; i++)
        if (e[i].who != except)
            found = lower_id(o, found, e[i].who);
    return found;
}

size_t held_by(const struct oracle *o, const struct ad_view *a, size_t except)
{
    size_t found = NONE;

    for (size_t i = 0; i < a->mail.all.n; i++) {
        size_t holder = lowest(o, &o->books[ADDRESS], a->mail.all.at[i], except);

        if (holder != NONE)
            found = lower_id(o, found, holder);
    }
    return found;
}

bool is(const struct ruling *r, const char *code)
{
    return r->says.code && !strcmp(r->says.code, code);
}

bool is_family(const struct ruling *r, const char *prefix)
{
    return r->says.code && !strncmp(r->says.code, prefix, strlen(prefix));
}
