#include "tests/property/outcome.h"

#include "tests/property/org.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void outcomes_free(struct outcomes *o)
{
    ra_arena_free(&o->arena);
    *o = (struct outcomes){0};
}

void org_free(struct org *org)
{
    ra_arena_free(&org->arena);
    free(org->ad);
    free(org->cloud);
    *org = (struct org){0};
}

const char *org_kind_name(enum org_kind kind)
{
    static const char *const names[] = {"user", "group", "contact", "computer", "device"};

    return names[kind];
}

void summary_count(struct summary *s, const char *code, uint64_t n)
{
    size_t at = 0;

    while (at < s->counts_n && strcmp(s->counts[at].name, code) < 0)
        at++;
    if (at == s->counts_n || strcmp(s->counts[at].name, code)) {
        if (s->counts_n == OUTCOME_COUNTS) {
            fprintf(stderr, "more than %d codes\n", OUTCOME_COUNTS);
            abort();
        }
        memmove(s->counts + at + 1, s->counts + at, (s->counts_n - at) * sizeof *s->counts);
        s->counts[at] = (struct outcome_count){code, 0};
        s->counts_n++;
    }
    s->counts[at].n += n;
}
