/* The simulated tenant as a program: what its options do, and how it says what is wrong. */
#include "tests/unit/rehearsal/client.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[] = "/tmp/ra-tenant-XXXXXX";

static int folder(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int folder_gone(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command); /* NOLINT: a folder of this test's own */
}

/* Runs it with the arguments, through a shell; its exit status. */
static int run(const char *arguments, char said[1024])
{
    char command[2048], path[64];
    size_t n = 0;
    FILE *fp;
    int status;

    snprintf(path, sizeof(path), "%s/said", root);
    snprintf(command, sizeof(command), "cd %s && %s %s >out 2>%s", root, TENANT_PROGRAM, arguments,
             path);
    status = system(command); /* NOLINT */
    fp = fopen(path, "r");
    assert_non_null(fp);
    n = fread(said, 1, 1023, fp);
    said[n] = '\0';
    fclose(fp);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_it_cannot_use_it_says(void **state)
{
    static const struct {
        const char *arguments, *says;
    } rows[] = {
        {"--data .", "--data and --dir are required"},
        {"--data . --dir . --faults nowhere.json", "nowhere.json"},
        {"--data . --dir . --identifier maybe", "maybe: wanted auto, refuse or serve"},
        {"--data . --dir . --port high", "high: wanted a number"},
        {"--data nowhere --dir .", "nowhere/users.json: is missing"},
    };
    char said[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status = run(rows[i].arguments, said);
        if (status == 0 || !strstr(said, rows[i].says))
            fail_msg("%s: %d %s", rows[i].arguments, status, said);
    }
}

/* A port that nobody listens on just now. */
static unsigned short free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void it_listens_where_it_is_told_until_it_is_ended(void **state)
{
    char command[1536], url[64] = "", want[64];
    unsigned short port = free_port();
    FILE *fp;

    (void)state;
    snprintf(want, sizeof(want), "https://localhost:%u\n", port);
    snprintf(command, sizeof(command),
             "cd %s && mkdir -p d s && for f in users groups contacts devices deletedUsers; do "
             "echo '[]' "
             ">d/$f.json; done && %s --data d --dir s --port %u --tenant " TENANT
             " --client-id " CLIENT " --roles User.Read.All --token-seconds 60 "
             "--page-token-seconds 60 --delta-seconds 60 --delta-gone --page-cap 9 --delta-page 9 "
             "--token-bytes 99 --settle-ms 1 --identifier serve --deny-synchronization "
             "--deny-role-holders --refuse-one-way --retry-tokens --accept-null-filter "
             "--no-throttle --quota 9 --write-quota 9 --device-polls 2 --secret-expired >told & "
             "pid=$!; while kill -0 $pid && [ ! -s %s/told ]; do sleep 0.01; done; kill $pid; "
             "wait $pid",
             root, TENANT_PROGRAM, port, root);
    assert_int_equal(system(command), 0); /* NOLINT */
    snprintf(command, sizeof(command), "%s/told", root);
    fp = fopen(command, "r");
    assert_non_null(fp);
    assert_non_null(fgets(url, sizeof(url), fp));
    fclose(fp);
    assert_string_equal(url, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_cannot_use_it_says),
        cmocka_unit_test(it_listens_where_it_is_told_until_it_is_ended),
    };

    return cmocka_run_group_tests(tests, folder, folder_gone);
}
