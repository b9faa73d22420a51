#include "recovery/plan/reader.h"

#include <math.h>
#include <string.h>

void ra_plan_refuse(struct ra_plan_reader *r, const char *member, const char *found,
                    const char *want)
{
    if (r->rc != 0)
        return;
    r->rc = ra_fail(r->err, RA_ESTALE, "plan: %s%s is %s, want %s", r->where, member, found, want);
    ra_hint(r->err, RA_PLAN_AGAIN);
}

const char *ra_plan_type_of(const cJSON *item)
{
    if (cJSON_IsString(item))
        return "a string";
    if (cJSON_IsNumber(item))
        return "a number";
    if (cJSON_IsObject(item))
        return "an object";
    if (cJSON_IsArray(item))
        return "an array";
    return cJSON_IsNull(item) ? "null" : "true or false";
}

const cJSON *ra_plan_member(struct ra_plan_reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!item)
        ra_plan_refuse(r, name, "missing", "a value");
    return item;
}

struct ra_str ra_plan_kept(struct ra_plan_reader *r, const char *z)
{
    size_t n = strlen(z);

    return n ? (struct ra_str){ra_arena_copy(&r->plan->arena, z, n), n} : (struct ra_str){NULL, 0};
}

/* A string, or null, which is absent. */
struct ra_str ra_plan_take_text(struct ra_plan_reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = ra_plan_member(r, object, name);

    if (item && cJSON_IsString(item))
        return ra_plan_kept(r, item->valuestring);
    if (item && !cJSON_IsNull(item))
        ra_plan_refuse(r, name, ra_plan_type_of(item), "a string or null");
    return (struct ra_str){NULL, 0};
}

struct ra_str ra_plan_take_needed(struct ra_plan_reader *r, const cJSON *object, const char *name)
{
    struct ra_str s = ra_plan_take_text(r, object, name);

    if (ra_str_absent(s))
        ra_plan_refuse(r, name, "null", "a string");
    return s;
}

double ra_plan_take_number(struct ra_plan_reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = ra_plan_member(r, object, name);

    if (item && cJSON_IsNumber(item) && fabs(item->valuedouble) <= 9007199254740992.0)
        return item->valuedouble;
    if (item)
        ra_plan_refuse(r, name, ra_plan_type_of(item), "a number");
    return 0;
}

/* The place of a string member among the names; 0 after an error. */
int ra_plan_take_name(struct ra_plan_reader *r, const cJSON *object, const char *name,
                      const char *const *names, int n, const char *want)
{
    const cJSON *item = ra_plan_member(r, object, name);

    for (int i = 0; item && cJSON_IsString(item) && i < n; i++)
        if (strcmp(item->valuestring, names[i]) == 0)
            return i;
    if (item)
        ra_plan_refuse(r, name, cJSON_IsString(item) ? item->valuestring : ra_plan_type_of(item),
                       want);
    return 0;
}

const cJSON *ra_plan_take_child(struct ra_plan_reader *r, const cJSON *object, const char *name,
                                bool array)
{
    const cJSON *item = ra_plan_member(r, object, name);

    if (!item || (array ? cJSON_IsArray(item) : cJSON_IsObject(item)))
        return item;
    ra_plan_refuse(r, name, ra_plan_type_of(item), array ? "an array" : "an object");
    return NULL;
}

int ra_plan_code_of(const char *name)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (strcmp(name, ra_code_info((enum ra_verdict_code)c)->name) == 0)
            return c;
    return -1;
}
