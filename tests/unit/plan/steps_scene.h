/* Steps of a scene: what a test of steps asks. */
#ifndef RA_TEST_UNIT_PLAN_STEPS_SCENE_H
#define RA_TEST_UNIT_PLAN_STEPS_SCENE_H

#include "recovery/plan/steps.h"
#include "tests/unit/match/scene.h"

#define OLD_GUID "88666888-0101-1111-bbbb-1234567890ab"

/* A plan of the scene, kept until the next. */
struct planned {
    struct ra_steps *steps;
    struct ra_result opened;
    struct ra_tenant tenant;
    bool window;
};
extern struct planned planned;

enum { PLAIN, HOLD = 1, BYPASS = 2 };

void plan(struct scene *s, unsigned how);
void plan_again(struct scene *s, unsigned how); /* under other conditions than the last time */
void expect_no_plan_of_failing_reads(struct scene *s, unsigned how); /* after plan() */
int plan_forget(void **state); /* the teardown, also of the scene */

extern struct ra_plan_step got;
/* Step i has this operation; it is in got for further questions. */
void expect_step(size_t i, enum ra_plan_op op, enum ra_verdict_code why);
void expect_values(const char *target, const char *have, const char *want);
void expect_steps(size_t n);
void expect_promise(enum ra_verdict_code code);
void expect_outcomes(size_t matched, size_t rejoined, size_t added, size_t deleted);
void expect_exposed(enum ra_verdict_code code);

/* Anna of a rebuilt forest, whom the cloud still binds to the old one; a peer made in the cloud. */
struct ra_ad_object bound_elsewhere(struct scene *s, struct peer *p);
struct peer born_in_the_cloud(struct scene *s);

#define PLANNED(test) cmocka_unit_test_setup_teardown(test, scene_new, plan_forget)

#endif
