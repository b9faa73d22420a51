/* The member "expected" of a plan. */
#include "recovery/plan/reader.h"

#include <stdio.h>
#include <string.h>

static int kind_of(const char *name)
{
    for (int k = 0; k < RA_KINDS; k++)
        if (strcmp(name, ra_kind_name((enum ra_kind)k)) == 0)
            return k;
    return -1;
}

static void take_prediction(struct ra_plan_reader *r, const cJSON *item, struct ra_prediction *e)
{
    const cJSON *kind = ra_plan_member(r, item, "kind"), *why = ra_plan_member(r, item, "why");
    int k = kind && cJSON_IsString(kind) ? kind_of(kind->valuestring) : -1;
    int code = why && cJSON_IsString(why) ? ra_plan_code_of(why->valuestring) : -1;

    if (k < 0 || code < 0) {
        ra_plan_refuse(r, k < 0 ? "kind" : "why", "unknown", "a kind and the code of a verdict");
        return;
    }
    e->kind = (enum ra_kind)k;
    e->why = (enum ra_verdict_code)code;
    e->anchor = ra_plan_take_text(r, item, "anchor");
    e->directory = ra_plan_take_text(r, item, "directory");
    e->dn = ra_plan_take_text(r, item, "dn");
    e->id = ra_plan_take_text(r, item, "id");
    e->object_guid = ra_plan_take_text(r, item, "object_guid");
    e->sid = ra_plan_take_text(r, item, "sid");
    e->smtp = ra_plan_take_text(r, item, "smtp");
}

static void take_outcome(struct ra_plan_reader *r, const cJSON *expected, enum ra_outcome outcome)
{
    struct ra_plan *p = r->plan;
    const cJSON *list = ra_plan_take_child(r, expected, ra_outcome_name(outcome), true), *item;

    snprintf(r->where, sizeof r->where, "expected.%s: ", ra_outcome_name(outcome));
    cJSON_ArrayForEach(item, list)
    {
        struct ra_prediction *e = &p->expected[p->expected_n];
        if (r->rc != 0)
            break;
        *e = (struct ra_prediction){.outcome = outcome};
        p->expected_n++;
        if (outcome < RA_WILL_REJOIN)
            take_prediction(r, item, e);
        else if (cJSON_IsString(item))
            e->id = ra_plan_kept(r, item->valuestring);
        else
            ra_plan_refuse(r, "id", ra_plan_type_of(item), "a string");
    }
    r->where[0] = '\0';
}

static void take_complete(struct ra_plan_reader *r, const cJSON *expected)
{
    const cJSON *complete = ra_plan_member(r, expected, "complete");

    if (complete && !cJSON_IsBool(complete))
        ra_plan_refuse(r, "expected.complete", ra_plan_type_of(complete), "true or false");
    r->plan->expects_all = cJSON_IsTrue(complete);
}

void ra_plan_take_expected(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *expected = ra_plan_take_child(r, root, "expected", false), *list;
    size_t n = 0;

    cJSON_ArrayForEach(list, expected)
    {
        n += cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    }
    take_complete(r, expected);
    r->plan->expected = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->expected + 1);
    for (int o = 0; o < RA_OUTCOMES && r->rc == 0; o++)
        take_outcome(r, expected, (enum ra_outcome)o);
}
