/* bench_journal STORE STEPS: what a journal of so many steps takes: the intents with their sync, a
 * result each, the end. */
#include "recovery/apply/journal.h"
#include "src/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void die(const struct ra_err *err)
{
    fprintf(stderr, "bench_journal: %s\n", err->msg);
    exit(1);
}

static void fill(struct ra_batch *b, size_t n)
{
    b->steps = ra_calloc(n, sizeof *b->steps);
    b->states = ra_calloc(n, sizeof *b->states);
    b->messages = ra_calloc(n, sizeof *b->messages);
    for (b->n = 0; b->n < n; b->n++) {
        struct ra_plan_step *s = &b->steps[b->n];
        char id[32];
        int len = snprintf(id, sizeof id, "s%zu", b->n);
        s->id = ra_str(ra_arena_copy(&b->arena, id, (size_t)len));
        s->target = (struct ra_plan_target){
            RA_STR("contoso"), RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5"),
            RA_STR("CN=Ada Lovelace 12345,OU=People,OU=Contoso,DC=contoso,DC=test")};
        s->have.text = RA_STR("QTAwMDAwMDAwMDAwMDAwMQ==");
        s->want.text = RA_STR("QjAwMDAwMDAwMDAwMDAwMQ==");
        s->why = RA_ANCHOR_DRIFT;
        s->undoable = true;
        s->undo = s->have;
    }
}

int main(int argc, char **argv)
{
    struct ra_batch b = {.head.created = 1};
    struct ra_journal *j = NULL;
    struct ra_err err = {0};
    int64_t start, intents, results;
    int lock;

    if (argc != 3)
        return 1;
    fill(&b, (size_t)atol(argv[2]));
    ra_batch_name(b.head.id);
    lock = ra_journal_lock(argv[1], 1000, &err);
    if (lock < 0)
        die(&err);
    start = ra_monotonic_ms();
    if (ra_journal_create(argv[1], &b, &j, &err) != 0)
        die(&err);
    intents = ra_monotonic_ms();
    for (size_t i = 0; i < b.n; i++)
        if (ra_journal_result(j, b.steps[i].id, RA_STEP_WRITTEN, NULL, &err) != 0)
            die(&err);
    if (ra_journal_end(j, "done", &err) != 0)
        die(&err);
    results = ra_monotonic_ms();
    printf("the journal of %zu steps: intents %lld ms, results %lld ms\n", b.n,
           (long long)(intents - start), (long long)(results - intents));
    ra_journal_close(&j);
    ra_batch_free(&b);
    close(lock);
    return 0;
}
