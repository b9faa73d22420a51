/* What the keys must be together. */
#include "src/base/buf.h"
#include "src/config/options.h"
#include "src/config/parse.h"

#include <string.h>

struct needed {
    const char *key;
    const char *value;
};

/* Each way of signing in with the keys it cannot do without; in the order of the table's choices.
 */
static int check_sign_in(const struct ra_config *c, struct ra_err *err)
{
    const char *id = c->tenant.client_id;
    const struct needed needs[][3] = {
        {{"client_id", id},
         {"certificate_file", c->tenant.certificate_file},
         {"private_key_file", ra_config_is_pkcs12(c) ? "within" : c->tenant.private_key_file}},
        {{"client_id", id}, {"client_secret_file", c->tenant.client_secret_file}},
        {{"client_id", id}, {"federated_token_file", c->tenant.federated_token_file}},
        {{0}},
        {{"client_id", id}},
    };
    const struct needed *need = needs[c->tenant.auth];

    for (size_t i = 0; i < 3 && need[i].key; i++)
        if (!need[i].value)
            return ra_fail(err, RA_ECONFIG, "%s: [tenant] %s: missing, auth = %s needs it", c->path,
                           need[i].key, ra_option_find("tenant", "auth")->choices[c->tenant.auth]);
    return 0;
}

static int check_tenant(const struct ra_config *c, struct ra_err *err)
{
    if (!c->tenant.id) {
        ra_fail(err, RA_ECONFIG, "%s: [tenant] id: missing, want the tenant's GUID", c->path);
        return ra_hint(err, "it stands on the Entra admin centre's overview page as \"Tenant ID\"; "
                            "'reanchor doctor --first-steps' tells all that is needed");
    }
    return ra_config_files_dir(c) ? 0 : check_sign_in(c, err);
}

static bool has_scheme(const char *uri, const char *scheme)
{
    return ra_str_starts_fold(ra_str(uri), ra_str(scheme)) && strlen(uri) > strlen(scheme);
}

static int fault(const struct ra_config *c, const struct ra_config_ad *ad, struct ra_err *err)
{
    return ra_prefix(err, "%s:%d: [ad:%s]", c->path, ad->line, ad->name);
}

static int check_uri(const struct ra_config_ad *ad, struct ra_err *err)
{
    static const char want[] = "want ldaps://HOST, ldap://HOST or ldif:PATH";

    if (!ad->uri)
        return ra_fail(err, RA_ECONFIG, "uri: missing, %s", want);
    if (!has_scheme(ad->uri, "ldaps://") && !has_scheme(ad->uri, "ldap://") &&
        !has_scheme(ad->uri, "ldif:"))
        return ra_fail(err, RA_ECONFIG, "uri: have '%.200s', %s", ad->uri, want);
    return 0;
}

static int check_bind(const struct ra_config_ad *ad, struct ra_err *err)
{
    bool plain = has_scheme(ad->uri, "ldap://");

    if (!plain && ad->start_tls)
        return ra_fail(err, RA_ECONFIG,
                       "start_tls: have yes with %.200s, want it with ldap:// only", ad->uri);
    if (ad->auth != 1)
        return 0;
    if (plain && !ad->start_tls) {
        ra_fail(err, RA_ECONFIG, "auth: a simple bind over %.200s would send the password in clear",
                ad->uri);
        return ra_hint(err, "use ldaps://, or set start_tls = yes");
    }
    if (!ad->bind_dn || !ad->password_file)
        return ra_fail(err, RA_ECONFIG, "%s: missing, auth = simple needs it",
                       ad->bind_dn ? "password_file" : "bind_dn");
    return 0;
}

static int check_directory(const struct ra_config *c, const struct ra_config_ad *ad,
                           struct ra_err *err)
{
    if (check_uri(ad, err) != 0)
        return fault(c, ad, err);
    if (!has_scheme(ad->uri, "ldif:") && check_bind(ad, err) != 0)
        return fault(c, ad, err);
    return 0;
}

int ra_config_validate(const struct ra_config *c, struct ra_err *err)
{
    int rc = check_tenant(c, err);

    for (size_t i = 0; i < c->ad_n && rc == 0; i++)
        rc = check_directory(c, &c->ad[i], err);
    return rc;
}
