/* What goes out beside data: faults, and the version. */
#include "recovery/cli/commands.h"
#include "recovery/import/import.h"
#include "src/base/json.h"
#include "src/cache/cache.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

/* Whoever stopped is told what to do next, also where the fault's own place knew nothing better. */
static const struct next_row {
    int code;
    const char *next;
} nexts[] = {
    {RA_EUSAGE, "'reanchor COMMAND --help' explains a command and its options"},
    {RA_ECONFIG, "correct it; 'reanchor config check' tells whether all is well"},
    {RA_EINPUT, "make the file anew; nothing of it was used"},
    {RA_EINCOMPLETE, "run it again; the snapshot before stays in use until a read is complete"},
    {RA_ESIGNIN, "'reanchor doctor' tests signing in, on both sides"},
    {RA_EPERMISSION, "'reanchor doctor' names each permission that is missing"},
    {RA_ENETWORK, "run it again; 'reanchor doctor' tests each connection"},
    {RA_ESERVER, "run it again later; 'reanchor doctor' tests each connection"},
    {RA_ETHROTTLED, "run it again later"},
    {RA_ESTOP, "settle what is listed, then decide again: 'reanchor rebuild --report DIR'"},
    {RA_ESTALE, "read both sides and make a new plan: 'reanchor rebuild --report DIR'"},
    {RA_EACTIVE, "stop the other sync server first"},
    {RA_EINTEGRITY, "'reanchor doctor' looks at the store, 'reanchor backup check' at the backups"},
    {RA_ELOCKED, "wait for the other run to end"},
    {RA_EINTERNAL, "run it again with -vv, and report what it says"},
    {RA_EIO, "see to the path that is named: its owner and mode, room, and faults of its disk"},
    {RA_ENOTFOUND, "'reanchor COMMAND --help' tells what may be named"},
    {RA_ESIGNAL, "the same command goes on; nothing that is half done counts as done"},
};

static const char *hint_of(const struct ra_err *err)
{
    for (size_t i = 0; !err->hint[0] && i < sizeof nexts / sizeof nexts[0]; i++)
        if (nexts[i].code == err->code)
            return nexts[i].next;
    return err->hint;
}

static void print_json_error(const struct ra_err *err)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 65536);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "error");
    ra_json_key(&j, "code");
    ra_json_z(&j, ra_code_name(err->code));
    ra_json_key(&j, "message");
    ra_json_z(&j, err->msg);
    ra_json_key(&j, "hint");
    ra_json_z(&j, hint_of(err));
    ra_json_key(&j, "exit_status");
    ra_json_int(&j, ra_exit_status(err));
    ra_json_object_end(&j);
    fprintf(stderr, "%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_cli_print_error(const struct ra_cli *cli, const struct ra_err *err)
{
    if (cli->json) {
        print_json_error(err);
        return;
    }
    fprintf(stderr, "reanchor: %s\n", err->msg);
    fprintf(stderr, "HINT: %s\n", hint_of(err));
}

int ra_cli_flush_output(struct ra_err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (errno == EPIPE) {
        ra_fail(err, RA_EIO, "standard output: cannot be written: %s", strerror(errno));
        return ra_hint(err, "who read it has ended before the end; run it again without a reader");
    }
    return ra_fail(err, RA_EIO, "standard output: cannot be written: %s", strerror(errno));
}

void ra_cli_print_version(void)
{
    printf("reanchor %s\n%s\n%s\n%s\n", RA_VERSION, ra_graph_library(), ra_dir_library(),
           ra_cache_library());
    printf("cJSON %s\nlibsodium %s\n", cJSON_Version(), sodium_version_string());
    printf("%s\n", ra_import_library());
}
