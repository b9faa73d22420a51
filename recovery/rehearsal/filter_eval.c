#include "recovery/rehearsal/filter.h"

#include "src/base/clock.h"

#include <cjson/cJSON.h>

/* Strings compare without letter case, as the directory does: a hit on an anchor may be another
 * one. */
static int order(enum ra_sim_type type, struct ra_str has, struct ra_str want)
{
    int64_t a, b;
    if (type == RA_SIM_TIME && ra_time_parse(has, &a) && ra_time_parse(want, &b))
        return a < b ? -1 : a > b;
    return ra_str_cmp_fold(has, want);
}

static bool holds(const struct ra_sim_filter *f, enum ra_sim_type type, struct ra_str has,
                  const struct ra_sim_value *v)
{
    bool null = v->type == RA_SIM_LIT_NULL;
    if (f->op == RA_SIM_OP_EQ || f->op == RA_SIM_OP_IN)
        return null ? !has.p : has.p && !order(type, has, v->text);
    if (f->op == RA_SIM_OP_NE)
        return null ? has.p != NULL : !has.p || order(type, has, v->text);
    if (f->op == RA_SIM_OP_GE)
        return has.p && order(type, has, v->text) >= 0;
    if (f->op == RA_SIM_OP_LE)
        return has.p && order(type, has, v->text) <= 0;
    return has.p && (f->op == RA_SIM_OP_STARTS ? ra_str_starts_fold(has, v->text)
                                               : ra_str_ends_fold(has, v->text));
}

static bool holds_any_value(const struct ra_sim_filter *f, enum ra_sim_type type, struct ra_str has)
{
    for (size_t i = 0; i < f->values; i++) {
        if (holds(f, type, has, &f->value[i]))
            return true;
    }
    return false;
}

static struct ra_str item_text(const struct ra_sim_filter *f, const cJSON *item)
{
    if (f->member.n) {
        for (item = item->child; item; item = item->next) {
            if (ra_str_eq_fold(ra_str(item->string), f->member))
                break;
        }
    }
    return ra_str(cJSON_GetStringValue(item));
}

static bool match_collection(const struct ra_sim_filter *f, struct ra_str raw)
{
    if (f->op == RA_SIM_OP_COUNT)
        return ra_str_eq(f->value->text, RA_STR("0")) == (raw.n <= 2);
    cJSON *array = cJSON_ParseWithLength(raw.p, raw.n), *item;
    bool found = false;
    cJSON_ArrayForEach(item, array)
    {
        found = found || holds_any_value(f, RA_SIM_STRING, item_text(f, item));
    }
    cJSON_Delete(array);
    return found;
}

static bool match_clause(const struct ra_sim_filter *f, const struct ra_sim_body *b,
                         struct ra_arena *a)
{
    struct ra_str raw = ra_sim_raw(b, f->property);
    if (f->any || f->op == RA_SIM_OP_COUNT)
        return match_collection(f, raw);
    if (raw.n && raw.p[0] == '"')
        raw = ra_sim_unescape(raw, a);
    return holds_any_value(f, ra_sim_properties[f->property].type, raw);
}

bool ra_sim_filter_match(const struct ra_sim_filter *f, const struct ra_sim_body *b,
                         struct ra_arena *a)
{
    if (f->op == RA_SIM_AND)
        return ra_sim_filter_match(f->left, b, a) && ra_sim_filter_match(f->right, b, a);
    if (f->op == RA_SIM_OR)
        return ra_sim_filter_match(f->left, b, a) || ra_sim_filter_match(f->right, b, a);
    if (f->op == RA_SIM_NOT)
        return !ra_sim_filter_match(f->left, b, a);
    return match_clause(f, b, a);
}

struct ra_str ra_sim_filter_prefix(const struct ra_sim_filter *f)
{
    if (f->op == RA_SIM_AND) {
        struct ra_str left = ra_sim_filter_prefix(f->left);
        return left.n ? left : ra_sim_filter_prefix(f->right);
    }
    if (f->op == RA_SIM_OP_STARTS && !f->any && f->property == RA_SIM_P_UPN)
        return f->value->text;
    return (struct ra_str){0};
}
