#include "recovery/rehearsal/filter.h"

#include <string.h>

#define MAX_DEPTH  64
#define MAX_VALUES 2048

/* A recursive descent over the filter's text; the first fault wins and ends it. */
struct parser {
    struct ra_sim_request *q;
    struct ra_sim_reply *a;
    enum ra_sim_kind kind;
    struct ra_str text;
    size_t at;
    int depth;
    bool failed;
};

static struct ra_sim_filter *parse_or(struct parser *p);

static struct ra_sim_filter *syntax(struct parser *p)
{
    if (!p->failed)
        ra_sim_error(p->q, p->a, 400, "BadRequest",
                     "Invalid filter clause: Syntax error at position %zu in '" RA_STR_FMT "'.",
                     p->at, RA_STR_ARG(p->text));
    p->failed = true;
    return NULL;
}

static void skip(struct parser *p)
{
    while (p->at < p->text.n && p->text.p[p->at] == ' ')
        p->at++;
}

static bool punct(struct parser *p, char c)
{
    skip(p);
    if (p->at >= p->text.n || p->text.p[p->at] != c)
        return false;
    p->at++;
    return true;
}

static bool word_char(char c)
{
    return (ra_fold(c) >= 'a' && ra_fold(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '.';
}

static struct ra_str peek_word(struct parser *p)
{
    skip(p);
    size_t from = p->at, to = from;
    while (to < p->text.n && word_char(p->text.p[to]))
        to++;
    return (struct ra_str){p->text.p + from, to - from};
}

static struct ra_str word(struct parser *p)
{
    struct ra_str w = peek_word(p);
    p->at += w.n;
    return w;
}

static bool keyword(struct parser *p, const char *z)
{
    struct ra_str w = peek_word(p);
    if (!ra_str_eq(w, ra_str(z)))
        return false;
    p->at += w.n;
    return true;
}

static struct ra_sim_filter *node(struct parser *p, enum ra_sim_op op)
{
    struct ra_sim_filter *f = ra_arena_alloc(&p->q->arena, sizeof(*f));
    *f = (struct ra_sim_filter){.op = op};
    return f;
}

/* ---- literals ---- */

static bool quoted(struct parser *p, struct ra_sim_value *v)
{
    char *out = ra_arena_alloc(&p->q->arena, p->text.n + 1);
    size_t n = 0;
    for (;;) {
        if (p->at >= p->text.n)
            return false;
        char c = p->text.p[p->at++];
        if (c == '\'') {
            if (p->at >= p->text.n || p->text.p[p->at] != '\'')
                break;
            p->at++;
        }
        out[n++] = c;
    }
    out[n] = 0;
    *v = (struct ra_sim_value){RA_SIM_LIT_STRING, {out, n}};
    return true;
}

static bool literal(struct parser *p, struct ra_sim_value *v)
{
    if (punct(p, '\''))
        return quoted(p, v);
    size_t from = p->at;
    while (p->at < p->text.n && !strchr(" ,)('", p->text.p[p->at]))
        p->at++;
    struct ra_str t = {p->text.p + from, p->at - from};
    enum ra_sim_literal type = RA_SIM_LIT_OTHER;
    if (ra_str_eq(t, RA_STR("null")))
        type = RA_SIM_LIT_NULL;
    else if (ra_str_eq(t, RA_STR("true")) || ra_str_eq(t, RA_STR("false")))
        type = RA_SIM_LIT_BOOL;
    *v = (struct ra_sim_value){type, t};
    return t.n > 0;
}

static bool one_value(struct parser *p, struct ra_sim_filter *f)
{
    f->value = ra_arena_alloc(&p->q->arena, sizeof(*f->value));
    f->values = 1;
    return literal(p, f->value) || syntax(p);
}

static bool value_list(struct parser *p, struct ra_sim_filter *f)
{
    struct ra_sim_value *v = ra_arena_alloc(&p->q->arena, MAX_VALUES * sizeof(*v));
    f->value = v;
    if (!punct(p, '('))
        return syntax(p);
    do {
        if (f->values == MAX_VALUES || !literal(p, &v[f->values++]))
            return syntax(p);
    } while (punct(p, ','));
    return punct(p, ')') || syntax(p);
}

/* ---- clauses ---- */

static bool property(struct parser *p, struct ra_str name, struct ra_sim_filter *f)
{
    int row = ra_sim_property_find(p->kind, name);
    enum ra_sim_place place = row < 0 ? RA_SIM_HIDDEN : ra_sim_properties[row].place;
    if (row >= 0 && place != RA_SIM_HIDDEN &&
        (place != RA_SIM_BETA_ONLY || (p->q->beta && p->q->identifiers))) {
        f->property = (unsigned)row;
        return true;
    }
    p->failed = true;
    return ra_sim_error(p->q, p->a, 400, "BadRequest",
                        "Invalid filter clause: Could not find a property named '" RA_STR_FMT
                        "' on type 'microsoft.graph.%s'.",
                        RA_STR_ARG(name), ra_sim_kind_type(p->kind));
}

static bool comparison(struct parser *p, struct ra_sim_filter *f)
{
    static const struct {
        const char *word;
        enum ra_sim_op op;
    } ops[] = {{"eq", RA_SIM_OP_EQ}, {"ne", RA_SIM_OP_NE}, {"ge", RA_SIM_OP_GE},
               {"le", RA_SIM_OP_LE}, {"gt", RA_SIM_OP_GT}, {"lt", RA_SIM_OP_LT},
               {"in", RA_SIM_OP_IN}};
    struct ra_str w = word(p);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (ra_str_eq(w, ra_str(ops[i].word))) {
            f->op = ops[i].op;
            return f->op == RA_SIM_OP_IN ? value_list(p, f) : one_value(p, f);
        }
    }
    return syntax(p) != NULL;
}

static enum ra_sim_op function_of(struct ra_str name)
{
    if (ra_str_eq_fold(name, RA_STR("startswith")))
        return RA_SIM_OP_STARTS;
    return ra_str_eq_fold(name, RA_STR("endswith")) ? RA_SIM_OP_ENDS : RA_SIM_AND;
}

/* A variable of any(), alone or with /member. */
static bool variable(struct parser *p, struct ra_str name, struct ra_sim_filter *f)
{
    if (!ra_str_eq(word(p), name))
        return syntax(p) != NULL;
    if (punct(p, '/'))
        f->member = word(p);
    return true;
}

static bool lambda(struct parser *p, struct ra_sim_filter *f)
{
    struct ra_str name;
    f->any = true;
    if (!punct(p, '(') || !(name = word(p)).n || !punct(p, ':'))
        return syntax(p) != NULL;
    enum ra_sim_op fn = function_of(peek_word(p));
    if (fn == RA_SIM_AND)
        return variable(p, name, f) && comparison(p, f) && (punct(p, ')') || syntax(p));
    f->op = fn;
    word(p);
    return (punct(p, '(') || syntax(p)) && variable(p, name, f) && (punct(p, ',') || syntax(p)) &&
           one_value(p, f) && (punct(p, ')') || syntax(p)) && (punct(p, ')') || syntax(p));
}

static struct ra_sim_filter *clause(struct parser *p)
{
    struct ra_sim_filter *f = node(p, RA_SIM_OP_EQ);
    struct ra_str name = word(p);
    enum ra_sim_op fn = function_of(name);
    if (!name.n)
        return syntax(p);
    if (fn != RA_SIM_AND) {
        f->op = fn;
        bool ok = (punct(p, '(') || syntax(p)) && property(p, word(p), f) &&
                  (punct(p, ',') || syntax(p)) && one_value(p, f) && (punct(p, ')') || syntax(p));
        return ok ? f : NULL;
    }
    if (!property(p, name, f))
        return NULL;
    if (!punct(p, '/'))
        return comparison(p, f) ? f : NULL;
    struct ra_str next = word(p);
    if (ra_str_eq(next, RA_STR("any")))
        return lambda(p, f) ? f : NULL;
    if (!ra_str_eq(next, RA_STR("$count")) || !comparison(p, f))
        return syntax(p);
    f->op = f->op == RA_SIM_OP_EQ ? RA_SIM_OP_COUNT : RA_SIM_OP_GT;
    return f;
}

static struct ra_sim_filter *parse_unit(struct parser *p)
{
    if (++p->depth > MAX_DEPTH)
        return syntax(p);
    struct ra_sim_filter *f;
    if (keyword(p, "not")) {
        f = node(p, RA_SIM_NOT);
        f->left = parse_unit(p);
        f = f->left ? f : NULL;
    } else if (punct(p, '(')) {
        f = parse_or(p);
        f = f && punct(p, ')') ? f : syntax(p);
    } else {
        f = clause(p);
    }
    p->depth--;
    return f;
}

static struct ra_sim_filter *joined(struct parser *p, struct ra_sim_filter *left, enum ra_sim_op op,
                                    struct ra_sim_filter *right)
{
    struct ra_sim_filter *f = node(p, op);
    f->left = left;
    f->right = right;
    return right ? f : NULL;
}

static struct ra_sim_filter *parse_and(struct parser *p)
{
    struct ra_sim_filter *f = parse_unit(p);
    while (f && keyword(p, "and"))
        f = joined(p, f, RA_SIM_AND, parse_unit(p));
    return f;
}

static struct ra_sim_filter *parse_or(struct parser *p)
{
    struct ra_sim_filter *f = parse_and(p);
    while (f && keyword(p, "or"))
        f = joined(p, f, RA_SIM_OR, parse_and(p));
    return f;
}

bool ra_sim_filter_read(struct ra_sim_request *q, enum ra_sim_kind kind, struct ra_str text,
                        struct ra_sim_reply *a, struct ra_sim_filter **out)
{
    struct parser p = {.q = q, .a = a, .kind = kind, .text = text};
    *out = parse_or(&p);
    skip(&p);
    if (*out && p.at == p.text.n)
        return true;
    syntax(&p);
    *out = NULL;
    return false;
}

bool ra_sim_filter_parse(struct ra_sim_request *q, enum ra_sim_kind kind, bool accept_null,
                         struct ra_sim_reply *a, struct ra_sim_filter **out, bool *advanced)
{
    *out = NULL;
    *advanced = false;
    if (!ra_sim_has(q, RA_SIM_O_FILTER))
        return true;
    return ra_sim_filter_read(q, kind, q->option[RA_SIM_O_FILTER], a, out) &&
           ra_sim_filter_check(q, kind, accept_null, *out, a, advanced);
}
