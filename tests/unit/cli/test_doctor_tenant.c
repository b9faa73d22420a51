/* What doctor says of a tenant that answers in ways which few do. The tenant is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cli/doctor_page.h"

#include <string.h>

static struct {
    bool files;
    int opening, sign_in, lists, documents, probe, behavior; /* what each ends with */
    bool more;                                               /* a list has another page */
    struct ra_grants grants;
} script;

static int ends(int code, struct ra_err *err)
{
    return code ? ra_fail(err, (enum ra_code)code, "the tenant says no") : 0;
}

int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err);
int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err)
{
    (void)o;
    *out = NULL;
    return ends(script.opening, err);
}

void __wrap_ra_graph_close(struct ra_graph **g);
void __wrap_ra_graph_close(struct ra_graph **g)
{
    (void)g;
}

int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err);
int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err)
{
    (void)g;
    return ends(script.sign_in, err);
}

bool __wrap_ra_graph_is_files(const struct ra_graph *g);
bool __wrap_ra_graph_is_files(const struct ra_graph *g)
{
    (void)g;
    return script.files;
}

int __wrap_ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n,
                         ra_page_fn *page, void *ctx, struct ra_err *err);
int __wrap_ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n,
                         ra_page_fn *page, void *ctx, struct ra_err *err)
{
    struct ra_graph_object o = {.cloud_managed = -1};

    (void)g, (void)chains;
    assert_int_equal(n, 1);
    o.field[RA_GF_ID] = RA_STR("c10ad000-0000-4000-8000-000000000001");
    if (script.lists)
        return ends(script.lists, err);
    return page(ctx, 0, &o, 1, script.more ? RA_STR("next") : (struct ra_str){NULL, 0}, err);
}

int __wrap_ra_graph_count(struct ra_graph *g, enum ra_collection c, uint64_t *out,
                          struct ra_err *err);
int __wrap_ra_graph_count(struct ra_graph *g, enum ra_collection c, uint64_t *out,
                          struct ra_err *err)
{
    (void)g, (void)c, (void)out;
    return ra_fail(err, RA_ESERVER, "no count");
}

int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)refusal;
    *state = RA_DOC_MISSING;
    *json = (struct ra_buf){0};
    return d == RA_DOC_SYNC_BEHAVIOR ? ends(script.documents, err) : 0;
}

int __wrap_ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable,
                                            struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable,
                                            struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)readable, (void)refusal;
    return ends(script.probe, err);
}

int __wrap_ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                  struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                  struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)requests, (void)n, (void)refusal;
    return ends(script.behavior, err);
}

void __wrap_ra_graph_grants(const struct ra_graph *g, struct ra_grants *out);
void __wrap_ra_graph_grants(const struct ra_graph *g, struct ra_grants *out)
{
    (void)g;
    *out = script.grants;
}

/* ---- what is said ---- */

static char id[] = "7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f", source[] = "graph";
static struct ra_config config;
static const atomic_int stop;
static struct ra_cli cli = {.config = &config, .stop = &stop};
static struct ra_doctor doctor;

static int begin(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    memset(&config, 0, sizeof config);
    config.tenant.id = id;
    config.tenant.source = source;
    cli.json = false;
    doctor = (struct ra_doctor){.cli = &cli};
    return 0;
}

static void says(const char *words, int exit_status)
{
    doctor_says(ra_doctor_tenant, &doctor, words, exit_status);
}

static void without_a_sign_in_the_rest_is_left(void **state)
{
    (void)state;
    script.sign_in = RA_ESIGNIN;
    says("the rest: it needs the sign-in", 4);
    begin(NULL);
    script.opening = RA_ECONFIG;
    says("✗ source: the tenant says no", 1);
}

static void a_list_that_is_refused_names_the_permission(void **state)
{
    (void)state;
    script.lists = RA_EPERMISSION;
    says("fix: grant the app the application permission", 4);
}

static void a_network_that_fails_is_not_tried_again_and_again(void **state)
{
    (void)state;
    script.lists = RA_ENETWORK;
    says("the rest: it would meet the same fault", 5);
    assert_int_equal(doctor.count[RA_FINDING_FAULT], 1);
}

static void a_tenant_that_does_not_count_is_told_by_its_first_page(void **state)
{
    (void)state;
    script.more = true;
    says("✓ users: more than 1", 0);
}

static void facts_that_cannot_be_asked_for_are_faults(void **state)
{
    (void)state;
    script.probe = RA_EINTERNAL;
    script.behavior = RA_EINTERNAL;
    says("✗ onPremisesObjectIdentifier: the tenant says no", 9);
    says("✗ onPremisesSyncBehavior of groups: the tenant says no", 9);
}

static void saved_facts_that_cannot_be_read_are_faults(void **state)
{
    (void)state;
    script.files = true;
    script.documents = RA_EINPUT;
    doctor_page(ra_doctor_tenant, &doctor);
    assert_int_equal(doctor.count[RA_FINDING_FAULT], 1);
}

/* ---- permissions ---- */

static void a_token_that_does_not_tell_is_no_fault(void **state)
{
    (void)state;
    says("token: does not tell what was granted", 0);
    cli.json = true;
    says("\"granted\":null", 0);
}

static void what_a_person_lacks_is_granted_in_the_admin_centre(void **state)
{
    (void)state;
    script.grants = (struct ra_grants){.told = true, .delegated = true};
    says("token: acts for a person, with 0 scopes", 0);
    says("fix: Entra admin centre, the app's API permissions, delegated permissions", 0);
}

static void what_an_identity_lacks_is_granted_by_a_request(void **state)
{
    (void)state;
    script.grants = (struct ra_grants){.told = true};
    config.tenant.auth = RA_AUTH_MANAGED_IDENTITY;
    says("fix: az rest --method POST", 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup(test, begin)
    const struct CMUnitTest tests[] = {
        CASE(without_a_sign_in_the_rest_is_left),
        CASE(a_list_that_is_refused_names_the_permission),
        CASE(a_network_that_fails_is_not_tried_again_and_again),
        CASE(a_tenant_that_does_not_count_is_told_by_its_first_page),
        CASE(facts_that_cannot_be_asked_for_are_faults),
        CASE(saved_facts_that_cannot_be_read_are_faults),
        CASE(a_token_that_does_not_tell_is_no_fault),
        CASE(what_a_person_lacks_is_granted_in_the_admin_centre),
        CASE(what_an_identity_lacks_is_granted_by_a_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
