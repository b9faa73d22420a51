/*
 * A scene for one rule: a tenant, its policy, and a handful of objects, of which a test says what
 * it needs and takes the rest as it comes. A new scene allows everything, knows everything, and
 * uses mS-DS-ConsistencyGuid as source anchor; anna() and her peer are in step. What a test asserts
 * through a scene is remembered, so that the last test can say which verdict no test has seen.
 */
#ifndef RA_TESTS_MATCH_SCENE_H
#define RA_TESTS_MATCH_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/match/match.h"

struct scene {
    struct ra_tenant tenant;
    struct ra_policy policy;
    struct ra_scope scopes[2];
    bool incomplete;
    struct ra_str custom[1]; /* employeeID, the custom attribute that is read */
    struct ra_result result;
    struct scene_room *room; /* what belongs to the scene alone */
};

/* A cloud object and the facts beside it. */
struct peer {
    struct ra_cloud_object o;
    const char *identifier;    /* NULL unknown, "" null */
    const char *cloud_managed; /* NULL unknown, "1", "0" */
    unsigned roles;            /* RA_ROLE_… */
};

/* Fixture: *state is the scene. */
int scene_new(void **state);
int scene_free(void **state);

/* ---- objects in step ---- */

struct ra_ad_object anna(struct scene *s);    /* a user, nothing in her ConsistencyGuid */
struct peer annas_peer(struct scene *s);      /* synced, found by the anchor of her objectGUID */
struct ra_ad_object group(struct scene *s);   /* a mail-enabled security group */
struct peer groups_peer(struct scene *s);     /* synced, with its SID */
struct ra_ad_object contact(struct scene *s); /* with one address */
struct peer contacts_peer(struct scene *s);   /* synced, with that address */
struct ra_ad_object computer(struct scene *s);
struct peer computers_peer(struct scene *s); /* synced, its deviceId is the objectGUID */
/* A live cloud user who has nothing in common with anybody. */
struct peer stranger(struct scene *s, const char *id);

/* Anna in an AD that was built anew: her old anchor was copied into the ConsistencyGuid, the cloud
 * has her old SID and an identifier that nobody asked for. */
struct ra_ad_object rebuilt_anna(struct scene *s, struct peer *p);
/* Another in-scope user, who shares nothing with Anna. */
struct ra_ad_object berta(struct scene *s);

struct ra_list list(struct scene *s, const char *first, ...) __attribute__((sentinel));
struct ra_str dn_key(struct scene *s, const char *dn);
const struct ra_str *dn_keys(struct scene *s, const char *dn); /* one of them */
struct ra_str anchor_of(struct scene *s, struct ra_str bytes); /* Base64 */
struct ra_list employee_id(struct scene *s, const char *value);

#define ANNAS_SID  "S-1-5-21-1-2-3-1001"
#define ANNAS_GUID "30475e40-e7ae-4af3-af75-8b143c81daf5"
#define OTHER_GUID "88666888-0101-1111-bbbb-1234567890ab"
#define SIXTEEN    RA_STR("0123456789abcdef") /* bytes for a ConsistencyGuid */

/* ---- the decision ---- */

uint32_t put_ad(struct scene *s, const struct ra_ad_object *o); /* the object's number */
uint32_t put_cloud(struct scene *s, const struct peer *p);      /* the object's sequence number */
void decide(struct scene *s);
int decide_or_fail(struct scene *s);                             /* what ra_match returned */
const struct ra_match_input *scene_input(const struct scene *s); /* of the last decision */
/* Puts both and decides; each is the FIRST of its side. */
void decide_pair(struct scene *s, const struct ra_ad_object *o, const struct peer *p);
enum { FIRST, SECOND };

/* Each asserts, and remembers what was asserted. cloud: the peer, or RA_NONE. */
void expect(struct scene *s, uint32_t ad, enum ra_verdict_code code, unsigned row, uint32_t cloud);
void expect_confidence(struct scene *s, uint32_t ad, enum ra_confidence confidence);
void expect_warning(struct scene *s, uint32_t ad, enum ra_warning w);
void expect_no_warning(struct scene *s, uint32_t ad, enum ra_warning w);
void expect_no_warnings(struct scene *s, uint32_t ad);
/* The blocks in their order; ends with RA_VERDICT_CODES. */
void expect_blocks(struct scene *s, uint32_t ad, ...);
void expect_skipped(struct scene *s, uint32_t ad, enum ra_cause cause);
void expect_leftover(struct scene *s, uint32_t cloud, enum ra_verdict_code code, unsigned row,
                     enum ra_cause cause);
void expect_no_leftover(struct scene *s, uint32_t cloud); /* claimed, or counted only */
void expect_count(struct scene *s, enum ra_verdict_code code, uint64_t n);
/* The gate and its reasons; ends with NULL. */
void expect_gate(struct scene *s, enum ra_gate gate, ...) __attribute__((sentinel));

/* What some test has asserted. */
bool seen_code(enum ra_verdict_code code);
bool seen_block(enum ra_verdict_code code);
bool seen_warning(enum ra_warning w);
bool seen_cause(enum ra_cause cause);
bool seen_gate(enum ra_gate gate);
bool seen_reason(const char *name); /* of a STOP */

/* ---- the tests, by chapter ---- */

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_new, scene_free)

struct chapter {
    const struct CMUnitTest *tests;
    size_t n;
};

struct chapter rejoin_tests(void);
struct chapter takeover_tests(void);
struct chapter restore_tests(void);
struct chapter soft_match_tests(void);
struct chapter warning_tests(void);
struct chapter scope_tests(void);
struct chapter input_tests(void);
struct chapter other_kind_tests(void);
struct chapter leftover_tests(void);
struct chapter gate_tests(void);
struct chapter reading_tests(void);

#endif
