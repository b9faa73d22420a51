#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/doctor.h"

#include <string.h>
#include <unistd.h>

#define NOW 1769903999 /* 2026-01-31T23:59:59Z */

static struct ra_config config;
static struct ra_cli cli = {.config = &config};
static struct ra_doctor doctor;
static int saved;
static FILE *taken;

static int take_stdout(void **state)
{
    (void)state;
    static char id[] = "88666888-0101-1111-bbbb-1234567890ab";

    config.tenant.id = id;
    config.policy.sync_idle_minutes = 180;
    cli.json = false;
    doctor = (struct ra_doctor){.cli = &cli, .group = "tenant"};
    fflush(stdout);
    saved = dup(STDOUT_FILENO);
    taken = tmpfile();
    return taken && dup2(fileno(taken), STDOUT_FILENO) >= 0 ? 0 : -1;
}

static int give_stdout_back(void **state)
{
    (void)state;
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    fclose(taken);
    return 0;
}

static void said(const char *want)
{
    static char text[8192];
    size_t n;

    fflush(stdout);
    rewind(taken);
    n = fread(text, 1, sizeof text - 1, taken);
    text[n] = '\0';
    assert_string_equal(text, want);
}

static void a_recent_synchronisation_means_another_server_and_stops(void **state)
{
    (void)state;
    ra_doctor_organization(&doctor,
                           "{\"value\":[{\"id\":\"88666888-0101-1111-BBBB-1234567890AB\","
                           "\"displayName\":\"Contoso\",\"onPremisesSyncEnabled\":true,"
                           "\"onPremisesLastSyncDateTime\":\"2026-01-31T23:29:59Z\"}]}",
                           NOW);
    said("tenant\n  ✓ organization: Contoso\n"
         "  ✗ sync server: another one is alive: it synchronised 30 min ago, at"
         " 2026-01-31T23:29:59Z\n"
         "      fix: stop it or set it to staging, and wait until 180 minutes have passed\n");
    assert_int_equal(doctor.exit_status, 6);
}

static void a_synchronisation_long_ago_is_no_other_server(void **state)
{
    (void)state;
    ra_doctor_organization(&doctor,
                           "{\"id\":\"88666888-0101-1111-bbbb-1234567890ab\","
                           "\"onPremisesLastSyncDateTime\":\"2026-01-31T20:59:59Z\"}",
                           NOW);
    said("tenant\n  ✓ organization: can be read\n"
         "  ✓ sync server: none seen for 3 h 0 min, last synchronised at 2026-01-31T20:59:59Z\n");
    assert_int_equal(doctor.exit_status, 0);
}

static void a_synchronisation_whose_time_is_hidden_is_a_warning(void **state)
{
    (void)state;
    ra_doctor_organization(&doctor,
                           "[{\"displayName\":\"C\",\"onPremisesSyncEnabled\":true,"
                           "\"onPremisesLastSyncDateTime\":null}]",
                           NOW);
    said("tenant\n  ✓ organization: C\n"
         "  ! sync server: synchronisation is on, but its last time cannot be read\n"
         "      fix: grant Organization.Read.All\n");
}

static void another_tenants_organization_is_a_fault(void **state)
{
    (void)state;
    ra_doctor_organization(&doctor, "{\"value\":[{\"id\":\"other\"}]}", NOW);
    said("tenant\n  ✗ organization: the organization's id is other, [tenant] id is"
         " 88666888-0101-1111-bbbb-1234567890ab\n"
         "  ✓ sync server: the tenant has never been synchronised\n");
    assert_int_equal(doctor.exit_status, 1);
}

static void the_switches_are_told_by_what_they_mean(void **state)
{
    (void)state;
    ra_doctor_features(
        &doctor, "{\"value\":[{\"configuration\":{\"accidentalDeletionPrevention\":{"
                 "\"synchronizationPreventionType\":\"enabledForCount\",\"alertThreshold\":500}},"
                 "\"features\":{\"blockSoftMatchEnabled\":true,\"softMatchOnUpnEnabled\":false,"
                 "\"blockCloudObjectTakeoverThroughHardMatchEnabled\":false,"
                 "\"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled\":true}}]}");
    said("tenant\n"
         "  ✓ blockCloudObjectTakeoverThroughHardMatchEnabled: off: a hard match can take over a"
         " cloud-only object\n"
         "  ✓ blockSoftMatchEnabled: on: the server matches by anchor alone\n"
         "  ✓ softMatchOnUpnEnabled: off: UPNs never match\n"
         "  ! allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled: on: the check of the object"
         " identifier is bypassed for the whole tenant\n"
         "      fix: turn it off once the matches are made\n"
         "  ✓ deletion threshold: enabledForCount, 500\n");
}

static void switches_that_are_not_told_are_warnings(void **state)
{
    (void)state;
    ra_doctor_features(&doctor, "not JSON at all");
    assert_int_equal(doctor.count[RA_FINDING_WARNING], 5);
    assert_int_equal(doctor.exit_status, 0);
}

static void a_threshold_that_is_off_and_an_organization_that_is_none_are_warnings(void **state)
{
    (void)state;
    ra_doctor_features(&doctor, "{\"configuration\":{\"accidentalDeletionPrevention\":{"
                                "\"synchronizationPreventionType\":\"disabled\"}}}");
    ra_doctor_organization(&doctor, "{\"value\":[]}", NOW);
    assert_int_equal(doctor.count[RA_FINDING_WARNING], 6);
    assert_int_equal(doctor.exit_status, 0);
}

static void the_last_exporting_server_is_named(void **state)
{
    (void)state;
    ra_doctor_exporter(&doctor, "{\"configuration\":{\"anchorAttribute\":\"employeeID\","
                                "\"synchronizationClientVersion\":\"2.5.3\","
                                "\"currentExportData\":{\"clientMachineName\":\"SYNC1\"}}}");
    said("tenant\n  ✓ last exporting server: SYNC1, version 2.5.3\n"
         "  ✓ tenant's anchor attribute: employeeID\n");
}

static void verified_domains_are_counted(void **state)
{
    (void)state;
    ra_doctor_domains(&doctor, "{\"value\":[{\"id\":\"a\",\"isVerified\":true},"
                               "{\"id\":\"b\",\"isVerified\":false}]}");
    ra_doctor_domains(&doctor, "{\"value\":[]}");
    said("tenant\n  ✓ domains: 1 verified\n  ! domains: none is verified\n"
         "      fix: grant Domain.Read.All\n");
}

static void the_worst_fault_decides_the_exit_status(void **state)
{
    static const struct {
        int code, status;
    } steps[] = {{RA_ECONFIG, 1},     {RA_ENETWORK, 5}, {RA_ECONFIG, 5},
                 {RA_EPERMISSION, 4}, {RA_EACTIVE, 6},  {RA_ESIGNIN, 6}};
    struct ra_err e;

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        ra_fail(&e, (enum ra_code)steps[i].code, "x");
        ra_doctor_fault(&doctor, "x", &e);
        assert_int_equal(doctor.exit_status, steps[i].status);
    }
}

static void as_json_each_check_is_an_object_and_a_summary_ends_them(void **state)
{
    struct ra_err e;

    (void)state;
    cli.json = true;
    ra_doctor_ok(&doctor, "users", "%d", 5);
    ra_fail(&e, RA_EPERMISSION, "groups: refused");
    ra_hint(&e, "grant it");
    ra_doctor_fault(&doctor, "groups", &e);
    ra_doctor_summary(&doctor);
    said("{\"type\":\"check\",\"group\":\"tenant\",\"check\":\"users\",\"finding\":\"ok\","
         "\"evidence\":\"5\",\"fix\":null,\"code\":null}\n"
         "{\"type\":\"check\",\"group\":\"tenant\",\"check\":\"groups\",\"finding\":\"fault\","
         "\"evidence\":\"groups: refused\",\"fix\":\"grant it\",\"code\":\"EPERMISSION\"}\n"
         "{\"type\":\"summary\",\"ok\":1,\"warning\":0,\"fault\":1,\"skipped\":0,"
         "\"exit_status\":4}\n");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, take_stdout, give_stdout_back)
    const struct CMUnitTest tests[] = {
        CASE(a_recent_synchronisation_means_another_server_and_stops),
        CASE(a_synchronisation_long_ago_is_no_other_server),
        CASE(a_synchronisation_whose_time_is_hidden_is_a_warning),
        CASE(another_tenants_organization_is_a_fault),
        CASE(the_switches_are_told_by_what_they_mean),
        CASE(switches_that_are_not_told_are_warnings),
        CASE(a_threshold_that_is_off_and_an_organization_that_is_none_are_warnings),
        CASE(the_last_exporting_server_is_named),
        CASE(verified_domains_are_counted),
        CASE(the_worst_fault_decides_the_exit_status),
        CASE(as_json_each_check_is_an_object_and_a_summary_ends_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
