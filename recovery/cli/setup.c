/* From the configuration to what the rooms want to know. */
#include "recovery/apply/apply.h"
#include "recovery/cli/cli.h"
#include "src/base/log.h"

static void remind(void *ctx, const char *line)
{
    (void)ctx;
    ra_warn("%s", line);
}

int ra_cli_load(struct ra_cli *cli, struct ra_err *err)
{
    struct ra_graph_options graph;
    int rc = cli->config ? 0 : ra_config_load(cli->config_path, &cli->config, err);

    if (rc != 0 || cli->applies)
        return rc;
    ra_cli_graph_options(cli, &graph);
    ra_apply_reminder(cli->config->store.dir, cli->config->tenant.id, cli->isolated ? NULL : &graph,
                      remind, NULL);
    return 0;
}

_Static_assert((int)RA_CLOUD_CHINA == 3 && (int)RA_AUTH_DEVICE_CODE == 4 &&
                   (int)RA_DIR_EXTERNAL == 2 && (int)RA_SOFT_STAMP == 2,
               "the order of the words in the table of options");

void ra_cli_graph_options(const struct ra_cli *cli, struct ra_graph_options *out)
{
    const struct ra_config *c = cli->config;

    *out = (struct ra_graph_options){
        .tenant_id = c->tenant.id,
        .cloud = (enum ra_cloud)c->tenant.cloud,
        .auth = (enum ra_auth)c->tenant.auth,
        .client_id = c->tenant.client_id,
        .pkcs12 = ra_config_is_pkcs12(c),
        .certificate_file = c->tenant.certificate_file,
        .private_key_file = c->tenant.private_key_file,
        .certificate_password_file = c->tenant.certificate_password_file,
        .client_secret_file = c->tenant.client_secret_file,
        .federated_token_file = c->tenant.federated_token_file,
        .graph_url = c->tenant.graph_url,
        .login_url = c->tenant.login_url,
        .ca_file = c->tenant.ca_file,
        .connections = (int)c->tenant.connections,
        .files_dir = ra_config_files_dir(c),
        .stop = cli->stop,
        .on_event = ra_cli_graph_event,
        .ctx = cli->progress,
    };
}

void ra_cli_dir_options(const struct ra_cli *cli, const struct ra_config_ad *ad,
                        struct ra_dir_options *out)
{
    *out = (struct ra_dir_options){
        .name = ad->name,
        .uri = ad->uri,
        .base = ad->base,
        .auth = (enum ra_dir_auth)ad->auth,
        .bind_dn = ad->bind_dn,
        .password_file = ad->password_file,
        .ca_file = ad->ca_file,
        .certificate_file = ad->certificate_file,
        .private_key_file = ad->private_key_file,
        .start_tls = ad->start_tls,
        .stop = cli->stop,
    };
}

/* "try 2 of 8: Connection refused" */
static void put_tries(const struct ra_graph_event *e, char *out, size_t size)
{
    const char *why = e->why ? e->why : "";

    if (e->tries && e->tries_max)
        snprintf(out, size, "try %d of %d: %s", e->tries, e->tries_max, why);
    else if (e->tries > 1)
        snprintf(out, size, "try %d: %s", e->tries, why);
    else
        snprintf(out, size, "%s", why);
}

void ra_cli_graph_event(void *progress, const struct ra_graph_event *e)
{
    char detail[160];

    put_tries(e, detail, sizeof detail);
    ra_progress_wait(progress, &(struct ra_progress_wait){.name = e->where,
                                                          .what = e->what,
                                                          .detail = detail[0] ? detail : NULL,
                                                          .ms = e->wait_ms,
                                                          .goes_on = e->goes_on});
}
