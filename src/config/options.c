#include "src/config/options.h"

#include <string.h>

static const char *const clouds[] = {"global", "usgov", "usgov-dod", "china", NULL};
static const char *const sign_ins[] = {"certificate",      "secret",      "federated-token",
                                       "managed-identity", "device-code", NULL};
static const char *const binds[] = {"gssapi", "simple", "external", NULL};
static const char *const switches[] = {"no", "yes", NULL};
static const char *const permits[] = {"deny", "allow", NULL};
static const char *const soft_matches[] = {"deny", "server", "stamp", NULL};

#define GLOBAL(field) offsetof(struct ra_config, field)
#define OF_AD(field)  offsetof(struct ra_config_ad, field)
#define COUNT_MAX     1000000000

/* RFC 4512's descriptor or OID: one name, no list of them, which is a key given several times. */
static bool is_attribute(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    if (strspn(text, "0123456789.") == strlen(text))
        return strchr(text, '.') != NULL;
    return strspn(text, letters) && strspn(text, more) == strlen(text);
}

static bool is_recipient(const char *text)
{
    return strncmp(text, "age1", 4) == 0 || strncmp(text, "ssh-", 4) == 0;
}

/* Only a shell takes the home folder for '~'. */
static bool is_folder(const char *text)
{
    return text[0] != '~' || (text[1] && text[1] != '/');
}

#define ATTRIBUTE .fits = is_attribute, .want = "the name of one attribute"
#define FOLDER    .fits = is_folder, .want = "a path without '~'"

/* clang-format off */
static const struct ra_option options[] = {
    {.section = "tenant", .key = "id", .type = RA_OPTION_GUID, .offset = GLOBAL(tenant.id),
     .help = "the tenant's id, required"},
    {.section = "tenant", .key = "cloud", .type = RA_OPTION_CHOICE, .offset = GLOBAL(tenant.cloud),
     .standard = "global", .choices = clouds, .help = "the cloud that the tenant lives in"},
    {.section = "tenant", .key = "auth", .type = RA_OPTION_CHOICE, .offset = GLOBAL(tenant.auth),
     .standard = "certificate", .choices = sign_ins, .help = "how to sign in to Entra ID"},
    {.section = "tenant", .key = "client_id", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.client_id), .help = "the app registration's application id"},
    {.section = "tenant", .key = "certificate_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.certificate_file), .file = RA_PUBLIC_FILE,
     .help = "the app's certificate, PEM; a .pfx or .p12 file (PKCS#12) holds the key too"},
    {.section = "tenant", .key = "private_key_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.private_key_file), .file = RA_SECRET_FILE,
     .help = "the certificate's private key, PEM"},
    {.section = "tenant", .key = "certificate_password_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.certificate_password_file), .file = RA_SECRET_FILE,
     .help = "a file that holds the password of a PKCS#12 certificate_file"},
    {.section = "tenant", .key = "client_secret_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.client_secret_file), .file = RA_SECRET_FILE,
     .help = "a file that holds the app's client secret"},
    {.section = "tenant", .key = "federated_token_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.federated_token_file), .file = RA_PUBLIC_FILE,
     .help = "a file that holds another identity provider's token, read anew for each sign-in"},
    {.section = "tenant", .key = "graph_url", .type = RA_OPTION_URL,
     .offset = GLOBAL(tenant.graph_url),
     .help = "Microsoft Graph's address instead of the cloud's, without the version segment"},
    {.section = "tenant", .key = "login_url", .type = RA_OPTION_URL,
     .offset = GLOBAL(tenant.login_url), .help = "the sign-in address instead of the cloud's"},
    {.section = "tenant", .key = "ca_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(tenant.ca_file), .file = RA_PUBLIC_FILE,
     .help = "a PEM bundle of authorities to trust instead of the system's"},
    {.section = "tenant", .key = "connections", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(tenant.connections), .standard = "16", .min = 1, .max = 64,
     .help = "parallel requests at most"},
    {.section = "tenant", .key = "source", .type = RA_OPTION_SOURCE,
     .offset = GLOBAL(tenant.source), .standard = "graph",
     .help = "graph, or files:DIR for a folder of saved Graph responses"},

    {.section = "ad", .key = "uri", .type = RA_OPTION_TEXT, .offset = OF_AD(uri),
     .help = "ldaps://HOST, ldap://HOST, or ldif:PATH for an offline dump; required"},
    {.section = "ad", .key = "base", .type = RA_OPTION_TEXT, .offset = OF_AD(base),
     .help = "where to read from, if not the domain that the server names"},
    {.section = "ad", .key = "auth", .type = RA_OPTION_CHOICE, .offset = OF_AD(auth),
     .standard = "gssapi", .choices = binds, .help = "how to bind"},
    {.section = "ad", .key = "bind_dn", .type = RA_OPTION_TEXT, .offset = OF_AD(bind_dn),
     .help = "who binds with auth = simple"},
    {.section = "ad", .key = "password_file", .type = RA_OPTION_TEXT,
     .offset = OF_AD(password_file), .file = RA_SECRET_FILE,
     .help = "a file that holds the password of bind_dn"},
    {.section = "ad", .key = "start_tls", .type = RA_OPTION_SWITCH, .offset = OF_AD(start_tls),
     .standard = "no", .choices = switches, .help = "turn TLS on over ldap://"},
    {.section = "ad", .key = "ca_file", .type = RA_OPTION_TEXT, .offset = OF_AD(ca_file),
     .file = RA_PUBLIC_FILE, .help = "a PEM bundle of authorities to trust instead of the system's"},
    {.section = "ad", .key = "certificate_file", .type = RA_OPTION_TEXT,
     .offset = OF_AD(certificate_file), .file = RA_PUBLIC_FILE,
     .help = "this side's certificate for auth = external, in PEM form"},
    {.section = "ad", .key = "private_key_file", .type = RA_OPTION_TEXT,
     .offset = OF_AD(private_key_file), .file = RA_SECRET_FILE,
     .help = "the private key of certificate_file, in PEM form"},
    {.section = "ad", .key = "include", .type = RA_OPTION_LIST, .offset = OF_AD(include),
     .help = "a DN below which objects are in scope; without one, everything is"},
    {.section = "ad", .key = "exclude", .type = RA_OPTION_LIST, .offset = OF_AD(exclude),
     .help = "a DN below which objects are out of scope"},
    {.section = "ad", .key = "connections", .type = RA_OPTION_COUNT, .offset = OF_AD(connections),
     .standard = "2", .min = 1, .max = 16, .help = "parallel searches at most"},

    {.section = "anchor", .key = "attribute", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(anchor.attribute), ATTRIBUTE, .standard = "auto",
     .help = "the source-anchor attribute, or auto to find it from the data"},
    {.section = "anchor", .key = "candidates", .type = RA_OPTION_LIST,
     .offset = GLOBAL(anchor.candidates), ATTRIBUTE, .help = "a further attribute for auto to try"},
    {.section = "anchor", .key = "login_attribute", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(anchor.login_attribute), ATTRIBUTE, .standard = "userPrincipalName",
     .help = "the attribute that becomes the cloud's user principal name"},

    {.section = "policy", .key = "takeover", .type = RA_OPTION_SWITCH,
     .offset = GLOBAL(policy.takeover_allowed), .standard = "deny", .choices = permits,
     .help = "whether a hard match may take over a cloud-only or soft-deleted user"},
    {.section = "policy", .key = "soft_match", .type = RA_OPTION_CHOICE,
     .offset = GLOBAL(policy.soft_match), .standard = "deny", .choices = soft_matches,
     .help = "matches by address or UPN: refused, left to the server, or made hard by stamping"},
    {.section = "policy", .key = "max_deletes", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(policy.max_deletes), .standard = "500", .max = COUNT_MAX,
     .help = "more predicted deletions than this stop the run"},
    {.section = "policy", .key = "max_deletes_percent", .type = RA_OPTION_PERCENT,
     .offset = GLOBAL(policy.max_deletes_percent), .standard = "5", .max = 100,
     .help = "the same as a share of all synchronised objects"},
    {.section = "policy", .key = "max_hard_deletes", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(policy.max_hard_deletes), .standard = "0", .max = COUNT_MAX,
     .help = "the same for groups, contacts and devices, which have no recycle bin"},
    {.section = "policy", .key = "sync_idle_minutes", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(policy.sync_idle_minutes), .standard = "180", .max = 525600,
     .help = "a synchronisation newer than this means that another server is alive"},

    {.section = "store", .key = "dir", .type = RA_OPTION_TEXT, .offset = GLOBAL(store.dir), FOLDER,
     .standard = "/var/lib/reanchor", .help = "the folder of the cache"},

    {.section = "backup", .key = "dir", .type = RA_OPTION_TEXT, .offset = GLOBAL(backup.dir), FOLDER,
     .standard = "/var/lib/reanchor/backups", .help = "the folder of the anchor backups"},
    {.section = "backup", .key = "keep_daily", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(backup.keep_daily), .standard = "14", .max = 100000,
     .help = "daily backups to keep"},
    {.section = "backup", .key = "keep_weekly", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(backup.keep_weekly), .standard = "8", .max = 100000,
     .help = "weekly backups to keep"},
    {.section = "backup", .key = "keep_monthly", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(backup.keep_monthly), .standard = "24", .max = 100000,
     .help = "monthly backups to keep"},
    {.section = "backup", .key = "keep_yearly", .type = RA_OPTION_COUNT,
     .offset = GLOBAL(backup.keep_yearly), .standard = "7", .max = 100000,
     .help = "yearly backups to keep"},
    {.section = "backup", .key = "sign_key_file", .type = RA_OPTION_TEXT,
     .offset = GLOBAL(backup.sign_key_file), .file = RA_SECRET_FILE,
     .help = "the secret key that signs backups"},
    {.section = "backup", .key = "encrypt_to", .type = RA_OPTION_LIST,
     .offset = GLOBAL(backup.encrypt_to), .fits = is_recipient,
     .want = "an age recipient, age1… or ssh-…", .help = "an age recipient to encrypt backups to"},
};
/* clang-format on */

#define OPTIONS (sizeof options / sizeof options[0])

const struct ra_option *ra_options(size_t *n)
{
    *n = OPTIONS;
    return options;
}

const char *const *ra_option_sections(void)
{
    static const char *const sections[] = {"tenant", "ad:NAME", "anchor", "policy",
                                           "store",  "backup",  NULL};

    return sections;
}

const struct ra_option *ra_option_find(const char *section, const char *key)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (strcmp(options[i].section, section) == 0 && strcmp(options[i].key, key) == 0)
            return &options[i];
    return NULL;
}

void ra_option_keys(const char *section, const char **out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < OPTIONS && n + 1 < max; i++)
        if (!section || strcmp(options[i].section, section) == 0)
            out[n++] = options[i].key;
    out[n] = NULL;
}

const void *ra_option_base(const struct ra_option *o, const struct ra_config *c, size_t ad)
{
    return strcmp(o->section, "ad") == 0 ? (const void *)&c->ad[ad] : (const void *)c;
}
