/* What the checks say of a scene (tests/unit/match/scene.h). */
#ifndef RA_TESTS_VERIFY_VIOLATION_H
#define RA_TESTS_VERIFY_VIOLATION_H

#include "recovery/verify/verify.h"
#include "tests/unit/match/scene.h"

/* Decides over the scene and checks it; freed by the next call, or by forget(). */
const struct ra_verified *verify(struct scene *s);
const struct ra_verified *verify_against(struct scene *s, const struct ra_baseline *b);
const struct ra_report_input *verify_input(void);
void forget(void);

/* The findings are exactly these reasons, each so often as it is named; ends with RA_REASONS. */
void expect_findings(const struct ra_verified *v, ...);
/* The only finding of this reason. */
const struct ra_verify_finding *the(const struct ra_verified *v, enum ra_reason reason);
bool seen_reason_of(enum ra_reason reason); /* some test expected it */

/* Anna and her peer in step, and the tenant says which attribute it takes. */
void in_step(struct scene *s, struct ra_ad_object *a, struct peer *p);
struct peer bertas_peer(struct scene *s, const struct ra_ad_object *b);
void put(struct scene *s, const struct ra_ad_object *a, const struct peer *p);

struct chapter anchor_tests(void);
struct chapter object_tests(void);
struct chapter words_tests(void);

#endif
