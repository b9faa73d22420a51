/*
 * The configuration: one table of options (options.c) feeds parsing, defaults, `config check`, the
 * man page and the completion. What a key means is its reader's affair; here are types and ranges.
 */
#ifndef RA_CONFIG_CONFIG_H
#define RA_CONFIG_CONFIG_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

/* A repeatable option's values. */
struct ra_config_list {
    char **items;
    size_t n;
};

struct ra_config_ad {
    char *name; /* of [ad:NAME] */
    char *uri, *base, *bind_dn, *password_file, *ca_file;
    char *certificate_file, *private_key_file; /* for auth = external */
    int auth; /* 0 gssapi, 1 simple, 2 external: as enum ra_dir_auth */
    bool start_tls;
    struct ra_config_list include, exclude;
    int64_t connections;
    int line; /* where the section begins */
};

struct ra_config {
    char *path;
    struct {
        char *id, *client_id, *certificate_file, *private_key_file, *certificate_password_file,
            *client_secret_file, *federated_token_file, *graph_url, *login_url, *ca_file;
        int cloud, auth; /* as enum ra_cloud, enum ra_auth of the graph's header */
        int64_t connections;
        char *source; /* "graph", or "files:DIR" */
    } tenant;
    struct ra_config_ad *ad;
    size_t ad_n;
    struct {
        char *attribute; /* "auto" or a name */
        struct ra_config_list candidates;
        char *login_attribute;
    } anchor;
    struct {
        bool takeover_allowed;
        int soft_match; /* 0 deny, 1 server, 2 stamp: as enum ra_soft_match */
        int64_t max_deletes, max_hard_deletes, sync_idle_minutes;
        double max_deletes_percent;
    } policy;
    struct {
        char *dir;
    } store;
    struct {
        char *dir;
        int64_t keep_daily, keep_weekly, keep_monthly, keep_yearly;
        char *sign_key_file;
        struct ra_config_list encrypt_to;
    } backup;
};

/* path: the file of -c, or NULL for the first that exists of
 * $XDG_CONFIG_HOME/reanchor/reanchor.conf (or ~/.config) and /etc/reanchor/reanchor.conf. Unknown
 * sections and keys, wrong values and missing required ones are RA_ECONFIG with file, line and the
 * nearest known name. */
int ra_config_load(const char *path, struct ra_config **out, struct ra_err *err);
void ra_config_free(struct ra_config **c);
bool ra_config_exists(void); /* one of those that are looked for without a path */

/* The folder of tenant.source, or NULL when it is Graph. */
const char *ra_config_files_dir(const struct ra_config *c);

/* Whether tenant.certificate_file is PKCS#12, by its name: it then holds the private key too. */
bool ra_config_is_pkcs12(const struct ra_config *c);

/* Reads each file that the configuration names, as whoever needs it would: calls each(ctx, e) for
 * one that is missing, unreadable, empty, or a secret that others can read. Returns how many. */
size_t ra_config_check_files(const struct ra_config *c,
                             void (*each)(void *ctx, const struct ra_err *e), void *ctx);

#endif
