/*
 * What was decided, in words: the form in which the oracle's and the engine's decisions are
 * compared. Objects are named by their place in the organisation. Strings are borrowed from tables
 * or from the outcome's arena.
 */
#ifndef RA_TESTS_PROPERTY_OUTCOME_H
#define RA_TESTS_PROPERTY_OUTCOME_H

#include "src/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTCOME_BLOCKS     8
#define OUTCOME_WARNINGS   20
#define OUTCOME_COUNTS     64
#define OUTCOME_REASONS    64
#define OUTCOME_ATTRIBUTES 16

struct outcome {
    const char *code;  /* NULL where the object has no verdict of its own */
    const char *cause; /* or NULL */
    const char *blocks[OUTCOME_BLOCKS];
    const char *warnings[OUTCOME_WARNINGS];
    size_t blocks_n, warnings_n;
    int row;         /* 0 for none */
    int peer;        /* the cloud object's place, or -1 */
    char confidence; /* H, M, L or I; 0 where the rules state none */
};

struct outcome_count {
    const char *name;
    uint64_t n;
};

struct summary {
    const char *gate;
    char reasons[OUTCOME_REASONS][64];
    size_t reasons_n;
    struct outcome_count counts[OUTCOME_COUNTS]; /* by code, those that occur, sorted by name */
    size_t counts_n;
    struct outcome_count attributes[OUTCOME_ATTRIBUTES]; /* the candidates for source anchor */
    size_t attributes_n;
    const char *attribute; /* the one that was used */
    bool undetermined, weak;
    uint64_t any, all;
    uint64_t deletes, hard_deletes, live_synced, deleted_unclaimed, matched_unseen;
};

struct outcomes {
    struct ra_arena arena;
    struct outcome *ad, *cloud; /* by place in the organisation */
    size_t ad_n, cloud_n;
    struct summary summary;
};

void outcomes_free(struct outcomes *o);

/* Counts one more of the code, keeping the counts sorted by name. */
void summary_count(struct summary *s, const char *code, uint64_t n);

#endif
