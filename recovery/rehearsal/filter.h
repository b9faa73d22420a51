/*
 * $filter: parsed into a tree, checked against what Graph supports for each property and operator
 * (graph 1.2), and evaluated on bodies. Trees live in the request's arena.
 */
#ifndef RA_REHEARSAL_FILTER_H
#define RA_REHEARSAL_FILTER_H

#include "recovery/rehearsal/object.h"
#include "recovery/rehearsal/request.h"

enum ra_sim_op {
    RA_SIM_AND,
    RA_SIM_OR,
    RA_SIM_NOT,
    RA_SIM_OP_EQ,
    RA_SIM_OP_NE,
    RA_SIM_OP_GE,
    RA_SIM_OP_LE,
    RA_SIM_OP_GT,
    RA_SIM_OP_LT,
    RA_SIM_OP_IN,
    RA_SIM_OP_STARTS,
    RA_SIM_OP_ENDS,
    RA_SIM_OP_COUNT /* collection/$count eq number */
};

enum ra_sim_literal { RA_SIM_LIT_STRING, RA_SIM_LIT_BOOL, RA_SIM_LIT_NULL, RA_SIM_LIT_OTHER };

struct ra_sim_value {
    enum ra_sim_literal type;
    struct ra_str text; /* without quotes */
};

struct ra_sim_filter {
    enum ra_sim_op op;
    struct ra_sim_filter *left, *right; /* of and, or; left of not */
    unsigned property;
    bool any;             /* property/any(x: …) */
    struct ra_str member; /* x/member of a complex item, or absent */
    struct ra_sim_value *value;
    size_t values;
};

/* Parses the request's $filter for a kind; on failure the reply is Graph's refusal. *out is NULL
 * when there is no filter. *advanced says whether it works only as an advanced query; then it was
 * one. */
bool ra_sim_filter_parse(struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                         struct ra_sim_reply *a, struct ra_sim_filter **out, bool *advanced);

/* Only parses text: no check of what Graph supports. */
bool ra_sim_filter_read(struct ra_sim_request *q, enum ra_sim_kind kind, struct ra_str text,
                        struct ra_sim_reply *a, struct ra_sim_filter **out);

bool ra_sim_filter_match(const struct ra_sim_filter *f, const struct ra_sim_body *b,
                         struct ra_arena *a);

/* What every match's userPrincipalName begins with, or absent. */
struct ra_str ra_sim_filter_prefix(const struct ra_sim_filter *f);

/* Used by the parser: whether the clause may be asked at all; fills the refusal. */
bool ra_sim_filter_check(const struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                         const struct ra_sim_filter *f, struct ra_sim_reply *a, bool *advanced);

#endif
