#include "recovery/rehearsal/filter.h"

#include <stdio.h>

/* graph 1.2: at most so many alternatives without advanced query capabilities. */
#define MAX_ALTERNATIVES    15
#define MAX_ADVANCED_TARGET 2048

enum support { NEVER, ALWAYS, ADVANCED };

static enum support by_flags(unsigned short flags, unsigned plain, unsigned advanced)
{
    if (flags & plain)
        return ALWAYS;
    return flags & advanced ? ADVANCED : NEVER;
}

static enum support null_support(const struct ra_sim_filter *f, unsigned short flags,
                                 bool accept_null)
{
    if (flags & RA_SIM_NULL_ADV)
        return ADVANCED;
    return accept_null && f->property == RA_SIM_P_IMMUTABLE_ID ? ADVANCED : NEVER;
}

static enum support support_of(const struct ra_sim_filter *f, unsigned short flags,
                               bool accept_null)
{
    if (f->op == RA_SIM_OP_STARTS)
        return by_flags(flags, RA_SIM_STARTS, RA_SIM_STARTS_ADV);
    if (f->op == RA_SIM_OP_ENDS)
        return by_flags(flags, 0, RA_SIM_ENDS_ADV);
    if (f->op == RA_SIM_OP_GE || f->op == RA_SIM_OP_LE)
        return by_flags(flags, RA_SIM_RANGE, RA_SIM_RANGE_ADV);
    if (f->op == RA_SIM_OP_COUNT)
        return by_flags(flags, 0, RA_SIM_EMPTY_ADV);
    if (f->op == RA_SIM_OP_GT || f->op == RA_SIM_OP_LT)
        return NEVER;
    enum support s = by_flags(flags, RA_SIM_EQ, RA_SIM_EQ_ADV);
    for (size_t i = 0; i < f->values; i++) {
        if (f->value[i].type == RA_SIM_LIT_NULL)
            s = null_support(f, flags, accept_null);
    }
    return f->op == RA_SIM_OP_NE && s == ALWAYS ? ADVANCED : s; /* ne is always advanced */
}

static const char *operator_name(enum ra_sim_op op)
{
    static const char *const names[] = {"And",
                                        "Or",
                                        "Not",
                                        "Equals",
                                        "NotEquals",
                                        "GreaterThanOrEqual",
                                        "LessThanOrEqual",
                                        "GreaterThan",
                                        "LessThan",
                                        "In",
                                        "startsWith",
                                        "endsWith",
                                        "count"};
    return names[op];
}

static bool unsupported_property(const struct ra_sim_request *q, enum ra_sim_kind kind,
                                 const struct ra_sim_filter *f, struct ra_sim_reply *a)
{
    return ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                        "Unsupported or invalid query filter clause specified for property '%s' of "
                        "resource '%s'.",
                        ra_sim_properties[f->property].name, ra_sim_kind_label(kind));
}

static bool unsupported_operator(const struct ra_sim_request *q, enum ra_sim_op op,
                                 struct ra_sim_reply *a)
{
    return ra_sim_error(
        q, a, 400, "Request_UnsupportedQuery",
        "Operator '%s' is not supported because the required parameters might be missing. Try "
        "adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to "
        "https://aka.ms/graph-docs/advanced-queries for more information",
        operator_name(op));
}

/* The literal's kind against the property's, as the gateway does before the directory is asked. */
static bool typed(const struct ra_sim_request *q, const struct ra_sim_filter *f,
                  struct ra_sim_reply *a)
{
    static const char *const edm[] = {"Edm.String", "Edm.Boolean", "Edm.DateTimeOffset",
                                      "Edm.Int32",  "Edm.String",  "Edm.String",
                                      "Edm.String"};
    enum ra_sim_type type = ra_sim_properties[f->property].type;
    enum ra_sim_literal want = RA_SIM_LIT_STRING;
    if (type == RA_SIM_BOOL)
        want = RA_SIM_LIT_BOOL;
    else if (type == RA_SIM_TIME || type == RA_SIM_INT || f->op == RA_SIM_OP_COUNT)
        want = RA_SIM_LIT_OTHER;
    for (size_t i = 0; i < f->values; i++) {
        enum ra_sim_literal has = f->value[i].type;
        if (has != want && has != RA_SIM_LIT_NULL)
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Invalid filter clause: A binary operator with incompatible types "
                                "was detected. Found operand types '%s' and '%s' for operator kind "
                                "'%s'.",
                                edm[type],
                                has == RA_SIM_LIT_STRING ? "Edm.String"
                                : has == RA_SIM_LIT_BOOL ? "Edm.Boolean"
                                                         : "Edm.Int32",
                                operator_name(f->op));
    }
    return true;
}

static bool check_clause(const struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                         const struct ra_sim_filter *f, struct ra_sim_reply *a, bool *advanced)
{
    enum ra_sim_type type = ra_sim_properties[f->property].type;
    bool collection = type == RA_SIM_STRINGS || type == RA_SIM_OBJECTS;
    unsigned short flags = ra_sim_properties[f->property].filter[kind];
    if (!typed(q, f, a))
        return false;
    if (collection != (f->any || f->op == RA_SIM_OP_COUNT) || !flags)
        return unsupported_property(q, kind, f, a);
    enum support s = support_of(f, flags, accept_null);
    if (s == NEVER)
        return unsupported_property(q, kind, f, a);
    if (s == ALWAYS || ra_sim_advanced(q)) {
        *advanced = *advanced || s == ADVANCED;
        return true;
    }
    /* a property that is filterable only as an advanced query is refused by its name */
    if (!(flags & (RA_SIM_EQ | RA_SIM_STARTS | RA_SIM_RANGE)))
        return unsupported_property(q, kind, f, a);
    return unsupported_operator(q, f->op, a);
}

static size_t alternatives(const struct ra_sim_filter *f)
{
    if (f->op == RA_SIM_OR)
        return alternatives(f->left) + alternatives(f->right);
    if (f->op == RA_SIM_AND || f->op == RA_SIM_NOT) {
        size_t left = alternatives(f->left), right = f->right ? alternatives(f->right) : 0;
        return left > right ? left : right;
    }
    return f->op == RA_SIM_OP_IN ? f->values : 1;
}

static bool check_size(const struct ra_sim_request *q, const struct ra_sim_filter *f,
                       struct ra_sim_reply *a)
{
    size_t n = alternatives(f);
    if (!ra_sim_advanced(q) && n > MAX_ALTERNATIVES)
        return ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                            "Too many child clauses specified in search filter expression "
                            "containing 'OR' operators: %zu. Max allowed: %d.",
                            n, MAX_ALTERNATIVES);
    if (ra_sim_advanced(q) && q->query.n > MAX_ADVANCED_TARGET)
        return ra_sim_error(q, a, 414, "BadRequest", "The request URI is too long.");
    return true;
}

static bool check_node(const struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                       const struct ra_sim_filter *f, struct ra_sim_reply *a, bool *advanced)
{
    if (f->op == RA_SIM_NOT && !ra_sim_advanced(q))
        return unsupported_operator(q, f->op, a);
    if (f->op == RA_SIM_NOT)
        *advanced = true;
    if (f->op == RA_SIM_AND || f->op == RA_SIM_OR || f->op == RA_SIM_NOT)
        return check_node(q, kind, accept_null, f->left, a, advanced) &&
               (!f->right || check_node(q, kind, accept_null, f->right, a, advanced));
    return check_clause(q, kind, accept_null, f, a, advanced);
}

bool ra_sim_filter_check(const struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                         const struct ra_sim_filter *f, struct ra_sim_reply *a, bool *advanced)
{
    return check_node(q, kind, accept_null, f, a, advanced) && check_size(q, f, a);
}
