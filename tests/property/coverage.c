#include "tests/property/coverage.h"

#include "recovery/model/verdict.h"

#include <stdlib.h>
#include <string.h>

#define NAMES 256

struct coverage {
    char names[NAMES][80];
    uint64_t times[NAMES];
    size_t n;
};

struct coverage *coverage_new(void)
{
    return ra_calloc(1, sizeof(struct coverage));
}

void coverage_free(struct coverage **c)
{
    free(*c);
    *c = NULL;
}

static size_t find(const struct coverage *c, const char *name)
{
    size_t i = 0;

    while (i < c->n && strcmp(c->names[i], name))
        i++;
    return i;
}

static void expect(struct coverage *c, const char *what, const char *name)
{
    char full[80];

    snprintf(full, sizeof full, "%s %s", what, name);
    size_t i = find(c, full);

    if (i == NAMES)
        abort();
    if (i == c->n)
        snprintf(c->names[c->n++], sizeof c->names[0], "%s", full);
}

static void saw(struct coverage *c, const char *what, const char *name, uint64_t times)
{
    char full[80];

    expect(c, what, name);
    snprintf(full, sizeof full, "%s %s", what, name);
    c->times[find(c, full)] += times;
}

static void take_outcome(struct coverage *c, const struct outcome *o)
{
    if (!o->code)
        return;
    if (o->cause)
        saw(c, "cause", o->cause, 1);
    for (size_t i = 0; i < o->warnings_n; i++)
        saw(c, "warning", o->warnings[i], 1);
    for (size_t i = 0; i < o->blocks_n; i++)
        saw(c, "block", o->blocks[i], 1);
    if (o->blocks_n > 1)
        saw(c, "several blocks from", o->blocks[0], 1);
}

static void take_summary(struct coverage *c, const struct summary *s)
{
    saw(c, "gate", s->gate, 1);
    for (size_t i = 0; i < s->counts_n; i++)
        saw(c, "code", s->counts[i].name, s->counts[i].n);
    for (size_t i = 0; i < s->reasons_n; i++) {
        char name[64];

        snprintf(name, sizeof name, "%s", s->reasons[i]);
        name[strcspn(name, " ")] = 0;
        saw(c, s->gate, name, 1);
    }
}

void coverage_take(struct coverage *c, const struct outcomes *o)
{
    for (size_t i = 0; i < o->ad_n; i++)
        take_outcome(c, &o->ad[i]);
    for (size_t i = 0; i < o->cloud_n; i++)
        take_outcome(c, &o->cloud[i]);
    take_summary(c, &o->summary);
}

/* The tables of the verdicts say what there is. */
static void expect_all(struct coverage *c)
{
    static const char *const stops[] = {
        "SNAPSHOT_INCOMPLETE", "ANCHOR_UNDETERMINED", "ANCHOR_WEAK",      "GATE_TENANT_THRESHOLD",
        "GATE_MAX_DELETES",    "GATE_HARD_DELETES",   "BLOCK_DUP_ANCHOR", "WARN_CROSS"};

    for (int i = 0; i < RA_VERDICT_CODES; i++) {
        const char *name = ra_code_info((enum ra_verdict_code)i)->name;

        expect(c, "code", name);
        if (!strncmp(name, "BLOCK_", 6))
            expect(c, "block", name);
    }
    for (int i = 0; i < RA_WARNINGS; i++)
        expect(c, "warning", ra_warning_name((enum ra_warning)i));
    for (int i = RA_CAUSE_NONE + 1; i < RA_CAUSES; i++)
        expect(c, "cause", ra_cause_name((enum ra_cause)i));
    for (int i = RA_GATE_SAFE; i <= RA_GATE_STOP; i++)
        expect(c, "gate", ra_gate_name((enum ra_gate)i));
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        expect(c, "STOP", stops[i]);
}

size_t coverage_missing(const struct coverage *c, FILE *out)
{
    struct coverage all = *c;
    size_t missing = 0;

    expect_all(&all);
    for (size_t i = 0; i < all.n; i++)
        if (!all.times[i]) {
            fprintf(out, "never occurred: %s\n", all.names[i]);
            missing++;
        }
    return missing;
}

void coverage_print(const struct coverage *c, FILE *out)
{
    for (size_t i = 0; i < c->n; i++)
        fprintf(out, "%10llu %s\n", (unsigned long long)c->times[i], c->names[i]);
}
