/* The doctor in front of a simulated tenant, well and ill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/rehearsal/rehearsal.h"
#include "src/base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TENANT "88666888-0101-1111-bbbb-1234567890ab"
#define SECRET "pale-heron-ferments-quietly"

static struct ra_rehearsal *tenant;
static struct ra_rehearsal_options options;
static char out[1 << 17], errors[1 << 17];

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(name, 0600), 0);
}

static void slurp(const char *name, char *to, size_t size)
{
    FILE *f = fopen(name, "r");

    assert_non_null(f);
    to[fread(to, 1, size - 1, f)] = '\0';
    fclose(f);
}

/* When the organisation was synchronised last, in seconds before now. */
static void synchronised(int64_t ago)
{
    char text[512], time[RA_TIME_TEXT];

    ra_time_text(ra_now() - ago, time);
    snprintf(text, sizeof text,
             "{\"value\":[{\"id\":\"" TENANT "\",\"displayName\":\"Contoso\","
             "\"onPremisesSyncEnabled\":true,\"onPremisesLastSyncDateTime\":\"%s\","
             "\"verifiedDomains\":[{\"name\":\"contoso.com\",\"isInitial\":false},"
             "{\"name\":\"contoso.onmicrosoft.com\",\"isInitial\":true}]}]}",
             time);
    write_file("data/organization.json", text);
}

static void write_data(void)
{
    static const char *const empty[] = {"contacts",        "devices",         "deletedUsers",
                                        "roleAssignments", "roleDefinitions", "roleGroupMembers"};
    char name[64];

    assert_int_equal(mkdir("data", 0700), 0);
    assert_int_equal(mkdir("state", 0700), 0);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        snprintf(name, sizeof name, "data/%s.json", empty[i]);
        write_file(name, "{\"value\":[]}");
    }
    write_file("data/users.json",
               "{\"value\":[{\"id\":\"11111111-2222-3333-4444-555555555555\","
               "\"userPrincipalName\":\"ann@contoso.com\",\"onPremisesObjectIdentifier\":null,"
               "\"onPremisesSyncBehavior\":{\"isCloudManaged\":false}}]}");
    write_file("data/groups.json", "{\"value\":[{\"id\":\"22222222-2222-3333-4444-555555555555\","
                                   "\"onPremisesSyncBehavior\":{\"isCloudManaged\":false}}]}");
    write_file("data/roleEligibilityScheduleInstances.json",
               "{\"error\":{\"code\":\"AadPremiumLicenseRequired\",\"message\":\"no\"}}");
    write_file("data/domains.json", "{\"value\":[{\"id\":\"contoso.com\",\"isVerified\":true},"
                                    "{\"id\":\"contoso.onmicrosoft.com\",\"isVerified\":true,"
                                    "\"isInitial\":true}]}");
    write_file("data/onPremisesSynchronization.json",
               "{\"value\":[{\"id\":\"" TENANT "\",\"configuration\":{"
               "\"accidentalDeletionPrevention\":{\"synchronizationPreventionType\":"
               "\"enabledForCount\",\"alertThreshold\":500}},\"features\":{"
               "\"blockCloudObjectTakeoverThroughHardMatchEnabled\":true,"
               "\"blockSoftMatchEnabled\":true,\"softMatchOnUpnEnabled\":true,"
               "\"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled\":false}}]}");
    write_file("dump.ldif", "dn: CN=Ann,DC=contoso,DC=com\nobjectClass: user\n"
                            "objectGUID:: iGhmiAEBERG7uxI0VniQqw==\nsAMAccountName: ann\n");
}

static int in_own_folder(void **state)
{
    char template[] = "/tmp/ra-doctor-XXXXXX";

    (void)state;
    if (!mkdtemp(template) || chdir(template) != 0)
        return -1;
    write_data();
    return 0;
}

static int leave_folder(void **state)
{
    char *here = getcwd(NULL, 0), command[256];
    int rc;

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", here);
    rc = chdir("/") == 0 ? system(command) : -1;
    free(here);
    return rc;
}

static int well(void **state)
{
    (void)state;
    synchronised(7 * 86400);
    write_file("secret", SECRET "\n");
    options = (struct ra_rehearsal_options){
        .data_dir = "data", .state_dir = "state", .client_secret_file = "secret"};
    return 0;
}

static int gone(void **state)
{
    (void)state;
    ra_rehearsal_close(&tenant);
    return 0;
}

/* Opens the tenant with the options as they stand, and writes a configuration that leads to it. */
static void open_tenant(void)
{
    char text[2048];
    struct ra_err err;

    if (ra_rehearsal_open(&options, &tenant, &err) != 0)
        fail_msg("%s", err.msg);
    snprintf(text, sizeof text,
             "[tenant]\nid = %s\nauth = secret\nclient_id = 52a10000-0000-0000-0000-000000000001\n"
             "client_secret_file = given\ngraph_url = %s\nlogin_url = %s\nca_file = state/ca.pem\n"
             "[ad:contoso]\nuri = ldif:dump.ldif\n[store]\ndir = store\n",
             TENANT, ra_rehearsal_url(tenant), ra_rehearsal_url(tenant));
    write_file("t.conf", text);
    write_file("given", SECRET "\n");
}

static int doctor(const char *arguments)
{
    char command[512];
    int status;

    snprintf(command, sizeof command, "'%s' doctor -c t.conf %s >stdout 2>stderr </dev/null",
             PROGRAM, arguments);
    status = system(command);
    slurp("stdout", out, sizeof out);
    slurp("stderr", errors, sizeof errors);
    assert_null(strstr(out, SECRET));
    assert_null(strstr(errors, SECRET));
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void finds(const char *text)
{
    if (!strstr(out, text))
        fail_msg("'%s' is missing in:\n%s", text,
                 out + (strlen(out) > 700 ? strlen(out) - 700 : 0));
}

static void a_healthy_tenant_and_directory_have_no_finding(void **state)
{
    (void)state;
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("✓ sign-in: a token was given\n");
    finds("✓ users: 1\n");
    finds("✓ onPremisesSyncBehavior: can be read\n");
    finds("✓ onPremisesSyncBehavior of groups: can be read\n");
    finds("✓ deletedUsers: 0\n");
    finds("✓ sync server: none seen for 7 d 0 h");
    finds("✓ domains: 2 verified\n");
    finds("✓ blockSoftMatchEnabled: on");
    finds("✓ roleEligibilityScheduleInstances: none, the tenant has no licence for them\n");
    finds("✓ reading: 1 object read\n");
    finds("✓ folder: store, which will be made\n");
    finds("\n0 faults, 0 warnings: a rebuild can run\n");
    assert_string_equal(errors, "");
    assert_int_not_equal(access("store", F_OK), 0);
}

static void permissions_are_a_table_with_what_each_is_for(void **state)
{
    (void)state;
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("\npermissions\n  ✓ token: carries 14 application permissions\n");
    finds(
        "  ✓ User.Read.All                                  df021288-bdef-4463-88db-98f22de89214\n"
        "      users, deleted users; for doctor fetch rebuild verify backup restore apply\n");
    assert_null(strstr(out, "az ad app"));
    assert_int_equal(doctor("--json"), 0);
    finds(
        "{\"type\":\"permission\",\"name\":\"User.Read.All\",\"app_role_id\":\"df021288-bdef-4463-"
        "88db-98f22de89214\",\"granted\":true,\"by\":\"User.Read.All\",\"need\":\"reading\",");
    finds("\"commands\":[\"apply\"],\"fix\":null}\n");
}

static void fewer_permissions_are_told_by_the_table_and_by_the_refusals(void **state)
{
    (void)state;
    options.app_roles = "Directory.Read.All,OnPremDirectorySynchronization.Read.All";
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("✓ users: 1\n");
    finds("✓ roleAssignments: can be read\n");
    finds("! roleEligibilityScheduleInstances: refused (");
    finds("! onPremisesSyncBehavior: not told");
    finds("✓ token: carries 2 application permissions\n");
    finds("covered by Directory.Read.All\n");
    finds("  ! RoleEligibilitySchedule.Read.Directory         "
          "ff278e11-4a33-4d0c-83d2-d01dc58929a5, not"
          " granted\n");
    finds("  - User.ReadWrite.All                             "
          "741f803b-c850-494e-b5df-cde7c675a1ca, not"
          " granted: for apply alone\n");
    finds("      fix: az ad app permission add --id 52a10000-0000-0000-0000-000000000001 --api"
          " 00000003-0000-0000-c000-000000000000 --api-permissions"
          " ff278e11-4a33-4d0c-83d2-d01dc58929a5=Role a94a502d-0281-4d15-8cd2-682ac9362c4c=Role"
          " 2d9bd318-b883-40be-9df7-63ec4fcdc424=Role 1a997f7e-17c6-44c3-adc4-996e0712c777=Role &&"
          " az ad app permission admin-consent --id 52a10000-0000-0000-0000-000000000001\n");
}

static void without_permissions_a_run_would_fail(void **state)
{
    (void)state;
    options.app_roles = "";
    open_tenant();
    assert_int_equal(doctor(""), 4);
    finds("✗ users: ");
    finds("✓ token: carries 0 application permissions\n");
    finds("  ✗ User.Read.All                                  "
          "df021288-bdef-4463-88db-98f22de89214, not"
          " granted\n");
    assert_int_equal(doctor("--json"), 4);
    finds("\"granted\":false,\"by\":null,\"need\":\"reading\"");
    finds("\"fix\":\"az ad app permission add --id ");
}

static void the_secret_is_nowhere_in_the_most_talkative_output(void **state)
{
    (void)state;
    open_tenant();
    assert_int_equal(doctor("-vv --json"), 0);
    finds("{\"type\":\"summary\",");
    assert_null(strstr(errors, "Bearer "));
    assert_null(strstr(errors, "client_secret="));
}

static void another_sync_server_that_is_alive_is_a_safety_stop(void **state)
{
    (void)state;
    synchronised(600);
    open_tenant();
    assert_int_equal(doctor(""), 6);
    finds("✗ sync server: another one is alive: it synchronised 10 min ago");
}

static void a_wrong_secret_is_a_sign_in_fault_with_the_services_own_code(void **state)
{
    (void)state;
    open_tenant();
    write_file("given", "wrong\n");
    assert_int_equal(doctor(""), 4);
    finds("✗ sign-in: ");
    finds("AADSTS7000215");
    finds("- the rest: it needs the sign-in\n");
    finds("✓ reading: 1 object read\n");
}

static void a_missing_permission_is_named_with_its_app_role(void **state)
{
    (void)state;
    options.faults = "[{\"path\":\"/groups\",\"kind\":\"forbidden\"}]";
    open_tenant();
    assert_int_equal(doctor(""), 4);
    finds("✗ groups: ");
    finds("98830695-27a2-44f7-8c18-0c3ebc9698f6");
    finds("✓ users: 1\n");
    finds("✓ contacts: 0\n");
}

static void each_kinds_own_permission_is_tried_and_named(void **state)
{
    (void)state;
    options.faults = "[{\"path\":\"/groups/\",\"kind\":\"forbidden\"}]";
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("✓ onPremisesSyncBehavior: can be read\n");
    finds("! onPremisesSyncBehavior of groups: not told: ");
    finds("Group-OnPremisesSyncBehavior.ReadWrite.All (2d9bd318-b883-40be-9df7-63ec4fcdc424)");
}

static void switches_that_are_refused_are_a_warning(void **state)
{
    (void)state;
    options.deny_synchronization = true;
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("! onPremisesSynchronization: refused (");
    finds("the tenant's switches are taken as the most restrictive\n");
    finds("a rebuild can run, and will know less\n");
}

static void an_identifier_that_the_service_hides_is_a_warning(void **state)
{
    (void)state;
    options.identifier = RA_IDENTIFIER_REFUSE;
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("! onPremisesObjectIdentifier: the service does not tell it");
}

static void a_tenant_that_cannot_be_reached_is_a_network_fault(void **state)
{
    (void)state;
    open_tenant();
    ra_rehearsal_close(&tenant);
    assert_int_equal(doctor("--json"), 5);
    finds("\"check\":\"sign-in\",\"finding\":\"fault\"");
    finds("\"code\":\"ENETWORK\"");
    finds("\"exit_status\":5}\n");
}

static void a_certificate_that_is_not_trusted_is_told(void **state)
{
    char conf[4096];

    (void)state;
    open_tenant();
    slurp("t.conf", conf, sizeof conf);
    memcpy(strstr(conf, "ca_file = state/ca.pem"), ";", 1);
    write_file("t.conf", conf);
    assert_int_equal(doctor(""), 5);
    finds("✗ sign-in: ");
    finds("certificate");
}

/* The program in the background, until the tenant has seen its request. */
static pid_t doctor_that_waits(void)
{
    static char text[1 << 16];
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("stdout", "w", stdout) || !freopen("stderr", "w", stderr))
            _exit(126);
        execl(PROGRAM, "reanchor", "doctor", "-c", "t.conf", (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 6000; i++) {
        slurp("state/requests.ndjson", text, sizeof text);
        if (strstr(text, "/groups"))
            break;
        ra_sleep_ms(10);
    }
    assert_non_null(strstr(text, "/groups"));
    return child;
}

static void a_signal_ends_it_at_once_with_its_number(void **state)
{
    pid_t child;
    int status;

    (void)state;
    options.faults = "[{\"path\":\"/groups\",\"kind\":\"throttle\",\"retry_after\":15}]";
    open_tenant();
    child = doctor_that_waits();
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGTERM);
    slurp("stdout", out, sizeof out);
    assert_null(strstr(out, "groups"));
    slurp("stderr", errors, sizeof errors);
    assert_non_null(strstr(errors, "reanchor: stopped by signal 15 (Terminated)\n"));
}

/* ---- more than a page, and what breaks off ---- */

static void a_list_of_several_pages_is_counted(void **state)
{
    (void)state;
    options.page_cap = 1;
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("✓ deletedUsers: 0\n");
    finds("✓ domains: 2 verified\n");
    finds("✓ users: 2\n");
}

static void a_list_that_is_not_counted_has_more_than_was_read(void **state)
{
    (void)state;
    options.page_cap = 1;
    options.faults =
        "[{\"path\":\"/users/$count\",\"kind\":\"status\",\"status\":400,\"times\":1000}]";
    open_tenant();
    assert_int_equal(doctor(""), 0);
    finds("✓ users: more than 1\n");
}

static void two_users(void)
{
    write_file("data/users.json",
               "{\"value\":[{\"id\":\"11111111-2222-3333-4444-555555555555\","
               "\"userPrincipalName\":\"ann@contoso.com\",\"onPremisesObjectIdentifier\":null,"
               "\"onPremisesSyncBehavior\":{\"isCloudManaged\":false}},"
               "{\"id\":\"11111111-2222-3333-4444-555555555556\","
               "\"userPrincipalName\":\"bob@contoso.com\"}]}");
}

static int well_with_two_users(void **state)
{
    two_users();
    return well(state);
}

static void where_the_service_fails_the_rest_is_left_out(void **state)
{
    static const struct {
        const char *path, *check;
    } cases[] = {
        {"/v1.0/contacts", "✗ contacts: "},
        {"/v1.0/$batch", "✗ onPremisesSyncBehavior: "},
    };
    char faults[200];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(faults, sizeof faults, "[{\"path\":\"%s\",\"kind\":\"huge\",\"times\":1000}]",
                 cases[i].path);
        options.faults = faults;
        open_tenant();
        int status = doctor("");
        finds(cases[i].check);
        assert_int_equal(status, 5);
        finds("- the rest: it would meet the same fault\n");
        gone(state);
    }
}

/* ---- a dump ---- */

static void dump(const char *text)
{
    write_file("dump.ldif", text);
}

static int good_dump(void **state)
{
    dump("dn: CN=Ann,DC=contoso,DC=com\nobjectClass: user\n"
         "objectGUID:: iGhmiAEBERG7uxI0VniQqw==\nsAMAccountName: ann\n");
    return gone(state);
}

static void a_dump_without_entries_is_a_fault(void **state)
{
    (void)state;
    open_tenant();
    dump("version: 1\n");
    int status = doctor("");
    finds("dump.ldif: not one entry in it\n");
    assert_int_not_equal(status, 0);
}

static void a_dump_of_nothing_but_containers_is_a_fault(void **state)
{
    (void)state;
    open_tenant();
    dump("dn: OU=People,DC=contoso,DC=com\nobjectClass: top\nobjectClass: organizationalUnit\n"
         "objectGUID:: iGhmiAEBERG7uxI0VniQqw==\n");
    int status = doctor("");
    finds("no user, group or contact can be seen");
    assert_int_not_equal(status, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, well, gone)
    const struct CMUnitTest tests[] = {
        CASE(a_healthy_tenant_and_directory_have_no_finding),
        CASE(permissions_are_a_table_with_what_each_is_for),
        CASE(fewer_permissions_are_told_by_the_table_and_by_the_refusals),
        CASE(without_permissions_a_run_would_fail),
        CASE(the_secret_is_nowhere_in_the_most_talkative_output),
        CASE(another_sync_server_that_is_alive_is_a_safety_stop),
        CASE(a_wrong_secret_is_a_sign_in_fault_with_the_services_own_code),
        CASE(a_missing_permission_is_named_with_its_app_role),
        CASE(each_kinds_own_permission_is_tried_and_named),
        CASE(switches_that_are_refused_are_a_warning),
        CASE(an_identifier_that_the_service_hides_is_a_warning),
        CASE(a_tenant_that_cannot_be_reached_is_a_network_fault),
        CASE(a_certificate_that_is_not_trusted_is_told),
        cmocka_unit_test_setup_teardown(a_list_of_several_pages_is_counted, well_with_two_users,
                                        gone),
        cmocka_unit_test_setup_teardown(a_list_that_is_not_counted_has_more_than_was_read,
                                        well_with_two_users, gone),
        CASE(where_the_service_fails_the_rest_is_left_out),
        cmocka_unit_test_setup_teardown(a_dump_without_entries_is_a_fault, well, good_dump),
        cmocka_unit_test_setup_teardown(a_dump_of_nothing_but_containers_is_a_fault, well,
                                        good_dump),
        CASE(a_signal_ends_it_at_once_with_its_number),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
