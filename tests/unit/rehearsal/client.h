/*
 * A simulated tenant in the test's own process, a small organisation in a temporary folder, and a
 * client that shows everything of an answer. One of each at a time; a fault of the set-up fails the
 * test.
 */
#ifndef RA_TEST_REHEARSAL_CLIENT_H
#define RA_TEST_REHEARSAL_CLIENT_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "recovery/rehearsal/rehearsal.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#define TENANT  "7f3c0000-0000-4000-8000-000000000001"
#define CLIENT  "52a10000-0000-4000-8000-000000000002"
#define ANNA    "aaaaaaaa-0000-4000-8000-000000000001" /* synced, in role group */
#define BORIS   "aaaaaaaa-0000-4000-8000-000000000002" /* cloud-only, with an anchor */
#define CLARA   "aaaaaaaa-0000-4000-8000-000000000003" /* cloud-only, without, role holder */
#define GONE    "aaaaaaaa-0000-4000-8000-000000000009" /* soft-deleted, with an anchor */
#define ADMINS  "bbbbbbbb-0000-4000-8000-000000000001" /* role-assignable group */
#define STAFF   "bbbbbbbb-0000-4000-8000-000000000002" /* mail-enabled synced group */
#define FILLERS 250                                    /* further users, for pages */
#define USERS   (3 + FILLERS)

struct answer {
    int curl; /* CURLcode */
    long status;
    char *body, *headers;
    size_t n;
    cJSON *json; /* NULL when the body is none */
};

/* Starts a tenant with the options (data_dir and state_dir are set here) and signs in. */
void tenant_up(struct ra_rehearsal_options o);
/* What opening it returns; *out is NULL then, or the caller's to close. */
int tenant_try(struct ra_rehearsal_options o, struct ra_rehearsal **out, struct ra_err *err);
void tenant_down(void);
const char *tenant_url(void);
const char *tenant_dir(void);   /* its state folder */
const char *tenant_token(void); /* the bearer token that get() and send() use */
void tenant_new_token(void);    /* asks for another one */
/* Puts a file into the organisation before tenant_up. name without folder; NULL json removes it. */
void tenant_file(const char *name, const char *json);

/* A request with further headers, NULL-terminated. path starts with "/", or is a whole URL. The
 * answer is freed by answer_free, or by the next tenant_down at the latest. */
struct answer *get(const char *path, ...) __attribute__((sentinel));
struct answer *ask(const char *method, const char *path, const char *body, ...)
    __attribute__((sentinel));
/* From now on a request is given up after so many milliseconds; 0 never. */
void give_up_after(long ms);
/* POST of a form to the token endpoint of a tenant, without a bearer token. */
struct answer *form(const char *tenant, const char *fields);

/* At a path such as "error/code" or "value/0/id"; fails the test when it is not there. */
const char *text_at(const struct answer *a, const char *path);
const cJSON *json_at(const struct answer *a, const char *path);  /* NULL when not there */
int count_of(const struct answer *a);                            /* items in value */
const char *header_of(const struct answer *a, const char *name); /* NULL when not there */
/* Adds fault rules. */
void fault(const char *json);

/* Asserts status, error.code and error.message. */
void assert_error(const struct answer *a, long status, const char *code, const char *message);
const char *next_of(const struct answer *a);  /* @odata.nextLink or NULL */
const char *delta_of(const struct answer *a); /* @odata.deltaLink or NULL */

#endif
