#include "recovery/cli/backed_up.h"

#include <string.h>

int ra_cli_backed_up(const struct ra_cli *cli, const char *which, const char *identity_file,
                     struct ra_backup **out, struct ra_err *err)
{
    const struct ra_backup_source source = {.dir = cli->config->backup.dir,
                                            .which = strcmp(which, "newest") == 0 ? NULL : which,
                                            .identity_file = identity_file};
    const struct ra_backup_manifest *m;
    int rc = ra_backup_open(&source, out, err);

    if (rc != 0)
        return rc;
    m = ra_backup_manifest(*out);
    if (ra_str_eq_fold(ra_str(m->tenant), ra_str(cli->config->tenant.id)))
        return 0;
    ra_fail(err, RA_ESTOP, "backup %s is of the tenant %s, [tenant] id is %s", m->name, m->tenant,
            cli->config->tenant.id);
    ra_hint(err, "name the configuration of that tenant with -c");
    ra_backup_close(out);
    return -(int)RA_ESTOP;
}
