/* What goes out beside data: faults, and the version. */
#include "recovery/cli/commands.h"
#include "recovery/import/import.h"
#include "src/base/json.h"
#include "src/cache/cache.h"

#include <cjson/cJSON.h>
#include <sodium.h>
#include <unistd.h>

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
    ra_json_z(&j, err->hint[0] ? err->hint : NULL);
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
    if (err->hint[0])
        fprintf(stderr, "HINT: %s\n", err->hint);
}

void ra_cli_print_version(void)
{
    printf("reanchor %s\n%s\n%s\n%s\n", RA_VERSION, ra_graph_library(), ra_dir_library(),
           ra_cache_library());
    printf("cJSON %s\nlibsodium %s\n", cJSON_Version(), sodium_version_string());
    printf("%s\n", ra_import_library());
}
