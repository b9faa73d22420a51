/* Taking members out of a plan being read. For recovery/plan/decode*.c alone. */
#ifndef RA_PLAN_READER_H
#define RA_PLAN_READER_H

#include "recovery/plan/plan.h"

#include <cjson/cJSON.h>

#define RA_PLAN_AGAIN "make a new plan; a plan is carried out as it was written or not at all"

/* A plan being read. Every taker below is a no-op once an error was found: the first is the one
 * told. */
struct ra_plan_reader {
    struct ra_plan *plan;
    struct ra_err *err;
    int rc;
    char where[64]; /* what is being read, such as "steps[3]." */
};

/* The first refusal is the one told. */
void ra_plan_refuse(struct ra_plan_reader *r, const char *member, const char *found,
                    const char *want);
/* "a string" …, for messages. */
const char *ra_plan_type_of(const cJSON *item);
/* The value of a member that must be there; of an array or an object, which must be one. */
const cJSON *ra_plan_member(struct ra_plan_reader *r, const cJSON *object, const char *name);
const cJSON *ra_plan_take_child(struct ra_plan_reader *r, const cJSON *object, const char *name,
                                bool array);
/* A copy in the plan's arena. */
struct ra_str ra_plan_kept(struct ra_plan_reader *r, const char *z);
/* A string, or null, which is absent. */
struct ra_str ra_plan_take_text(struct ra_plan_reader *r, const cJSON *object, const char *name);
struct ra_str ra_plan_take_needed(struct ra_plan_reader *r, const cJSON *object, const char *name);
double ra_plan_take_number(struct ra_plan_reader *r, const cJSON *object, const char *name);
/* The place of a string member among the names; 0 after an error. */
int ra_plan_take_name(struct ra_plan_reader *r, const cJSON *object, const char *name,
                      const char *const *names, int n, const char *want);
/* A verdict's code, or -1. */
int ra_plan_code_of(const char *name);

/* decode_expected.c */
void ra_plan_take_expected(struct ra_plan_reader *r, const cJSON *root);

#endif
