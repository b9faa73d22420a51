#include "tests/unit/rehearsal/client.h"

#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    struct ra_rehearsal *r;
    char root[64], data[96], state[96], ca[128];
    char *token;
    long timeout_ms;
    struct answer *answers[4096];
    size_t n;
} t;

static const char *const names[] = {"users.ndjson",
                                    "groups.json",
                                    "contacts.json",
                                    "devices.json",
                                    "deletedUsers.json",
                                    "organization.json",
                                    "domains.json",
                                    "onPremisesSynchronization.json",
                                    "roleAssignments.json",
                                    "roleEligibilityScheduleInstances.json",
                                    "roleDefinitions.json",
                                    "roleGroupMembers.json",
                                    "onPremisesSyncBehavior.json"};

/* ---- the organisation ---- */

static void write_file(const char *name, const char *text, size_t n)
{
    char path[256];
    struct ra_err err;
    snprintf(path, sizeof(path), "%s/%s", t.data, name);
    assert_int_equal(ra_file_write(path, text, n, &err), 0);
}

static void write_users(void)
{
    struct ra_buf b;
    ra_buf_init(&b, 1U << 20);
    ra_buf_puts(
        &b,
        "{\"id\":\"" ANNA "\",\"userPrincipalName\":\"Anna@contoso.com\",\"displayName\":"
        "\"Anna \\\"A\\\" M\\u00fcller\",\"mail\":\"anna@contoso.com\",\"mailNickname\":\"anna\","
        "\"proxyAddresses\":[\"smtp:anna@contoso.onmicrosoft.com\",\"SMTP:anna@contoso.com\"],"
        "\"userType\":\"Member\",\"accountEnabled\":true,\"onPremisesImmutableId\":"
        "\"QF5HMK7n80qvdYsUPIHa9Q==\",\"onPremisesSyncEnabled\":true,"
        "\"onPremisesSecurityIdentifier\":\"S-1-5-21-1-2-3-1101\",\"onPremisesSamAccountName\":"
        "\"anna\",\"onPremisesDistinguishedName\":\"CN=Anna,DC=contoso,DC=com\","
        "\"onPremisesLastSyncDateTime\":\"2026-01-02T03:04:05Z\",\"givenName\":null,"
        "\"onPremisesProvisioningErrors\":[]}\n");
    ra_buf_puts(&b,
                "{\"id\":\"" BORIS "\",\"userPrincipalName\":\"boris@contoso.com\","
                "\"displayName\":\"Boris\",\"mail\":\"boris@contoso.com\",\"proxyAddresses\":["
                "\"SMTP:boris@contoso.com\"],\"accountEnabled\":false,\"onPremisesImmutableId\":"
                "\"qF5HMK7n80qvdYsUPIHa9Q==\",\"onPremisesProvisioningErrors\":[{\"category\":"
                "\"PropertyConflict\",\"propertyCausingError\":\"ProxyAddresses\"}]}\n");
    ra_buf_puts(&b, "{\"id\":\"" CLARA "\",\"userPrincipalName\":\"clara@contoso.com\","
                    "\"displayName\":\"Clara\",\"userType\":\"Guest\"}\n");
    for (int i = 0; i < FILLERS; i++)
        ra_buf_printf(&b,
                      "{\"id\":\"cccccccc-0000-4000-8000-%012d\",\"userPrincipalName\":"
                      "\"filler%03d@contoso.com\",\"displayName\":\"Filler %03d\","
                      "\"onPremisesSyncEnabled\":true}\n",
                      i, i, i);
    write_file("users.ndjson", b.p, b.n);
    ra_buf_free(&b);
}

static const char *const documents[][2] = {
    {"groups.json",
     "{\"value\":[{\"id\":\"" ADMINS "\",\"displayName\":\"Admins\",\"isAssignableToRole\":true,"
     "\"securityEnabled\":true,\"mailEnabled\":false,\"groupTypes\":[]},{\"id\":\"" STAFF
     "\",\"displayName\":\"Staff\",\"mailEnabled\":true,\"groupTypes\":[],\"proxyAddresses\":["
     "\"SMTP:staff@contoso.com\"],\"onPremisesSyncEnabled\":true,\"onPremisesSecurityIdentifier\":"
     "\"S-1-5-21-1-2-3-1200\"},{\"id\":\"bbbbbbbb-0000-4000-8000-000000000003\",\"displayName\":"
     "\"Team\",\"groupTypes\":[\"Unified\"]}]}"},
    {"contacts.json", "[{\"id\":\"dddddddd-0000-4000-8000-000000000001\",\"displayName\":\"Otto\","
                      "\"mail\":\"otto@fabrikam.com\",\"proxyAddresses\":["
                      "\"SMTP:otto@fabrikam.com\"],\"onPremisesSyncEnabled\":true}]"},
    {"devices.json", "{\"value\":[{\"id\":\"eeeeeeee-0000-4000-8000-000000000001\",\"deviceId\":"
                     "\"4c299165-6e8f-4b45-a5ba-c5d250a707ff\",\"displayName\":\"PC1\","
                     "\"trustType\":\"ServerAd\"}]}"},
    {"deletedUsers.json", "{\"value\":[{\"id\":\"" GONE "\",\"userPrincipalName\":"
                          "\"aaaaaaaa00004000800000000000000"
                          "9gone@contoso.com\",\"displayName\":\"Gone\","
                          "\"deletedDateTime\":\"2026-05-05T05:05:05Z\",\"onPremisesImmutableId\":"
                          "\"kZj7niGua0Gz92mIDCl+Tw==\",\"onPremisesSyncEnabled\":true}]}"},
    {"organization.json", "{\"value\":[{\"id\":\"" TENANT "\",\"displayName\":\"Contoso\","
                          "\"onPremisesSyncEnabled\":true,\"verifiedDomains\":[]}]}"},
    {"domains.json", "{\"value\":[{\"id\":\"contoso.com\",\"authenticationType\":\"Managed\","
                     "\"isDefault\":true,\"isInitial\":false,\"isVerified\":true}]}"},
    {"onPremisesSynchronization.json",
     "{\"value\":[{\"id\":\"" TENANT
     "\",\"configuration\":{\"accidentalDeletionPrevention\":{\"synchronizationPreventionType\":"
     "\"enabledForCount\",\"alertThreshold\":500},\"anchorAttribute\":\"mS-DS-ConsistencyGuid\"},"
     "\"features\":{\"blockSoftMatchEnabled\":false,\"softMatchOnUpnEnabled\":true,"
     "\"blockCloudObjectTakeoverThroughHardMatchEnabled\":false}}]}"},
    {"roleAssignments.json",
     "{\"value\":[{\"id\":\"ra-1\",\"principalId\":\"" ADMINS
     "\",\"roleDefinitionId\":\"62e90394-69f5-4237-9190-012177145e10\",\"directoryScopeId\":\"/\"},"
     "{\"id\":\"ra-2\",\"principalId\":\"" CLARA
     "\",\"roleDefinitionId\":\"88d8e3e3-8f55-4a1e-953a-9b9898b8876b\",\"directoryScopeId\":\"/\"}]"
     "}"},
    {"roleEligibilityScheduleInstances.json",
     "{\"error\":{\"code\":\"AadPremiumLicenseRequired\",\"message\":\"The tenant needs to have "
     "Microsoft Entra ID P2 or Microsoft Entra ID Governance license.\"}}"},
    {"roleDefinitions.json",
     "{\"value\":[{\"id\":\"62e90394-69f5-4237-9190-012177145e10\",\"displayName\":\"Global "
     "Administrator\",\"isPrivileged\":true,\"isBuiltIn\":true},{\"id\":"
     "\"88d8e3e3-8f55-4a1e-953a-9b9898b8876b\",\"displayName\":\"Directory Readers\","
     "\"isPrivileged\":false,\"isBuiltIn\":true}]}"},
    {"roleGroupMembers.json",
     "{\"value\":[{\"id\":\"" ADMINS "\",\"members\":[\"" ANNA "\",\"" BORIS "\"]}]}"},
    {"onPremisesSyncBehavior.json",
     "{\"value\":[{\"id\":\"" ANNA "\",\"isCloudManaged\":false},{\"id\":\"" BORIS
     "\",\"isCloudManaged\":true}]}"}};

static void make_folders(void)
{
    if (t.root[0])
        return;
    snprintf(t.root, sizeof(t.root), "/tmp/ra-rehearsal-XXXXXX");
    assert_non_null(mkdtemp(t.root));
    snprintf(t.data, sizeof(t.data), "%s/data", t.root);
    snprintf(t.state, sizeof(t.state), "%s/state", t.root);
    snprintf(t.ca, sizeof(t.ca), "%s/ca.pem", t.state);
    struct ra_err err;
    assert_int_equal(ra_dir_make(t.data, &err), 0);
    write_users();
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        write_file(documents[i][0], documents[i][1], strlen(documents[i][1]));
}

void tenant_file(const char *name, const char *json)
{
    char path[256];
    make_folders();
    snprintf(path, sizeof(path), "%s/%s", t.data, name);
    unlink(path);
    if (json)
        write_file(name, json, strlen(json));
}

/* ---- the tenant ---- */

void tenant_new_token(void)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "grant_type=client_credentials&client_id=" CLIENT "&client_secret=geheim&scope="
             "https%%3A%%2F%%2Fgraph.microsoft.com%%2F.default");
    struct answer *a = form(TENANT, fields);
    assert_int_equal(a->status, 200);
    free(t.token);
    t.token = ra_strdup(text_at(a, "access_token"));
}

int tenant_try(struct ra_rehearsal_options o, struct ra_rehearsal **out, struct ra_err *err)
{
    static char secret[128];
    curl_global_init(CURL_GLOBAL_ALL);
    make_folders();
    snprintf(secret, sizeof(secret), "%s/secret", t.root);
    assert_int_equal(ra_file_write(secret, "geheim\n", 7, err), 0);
    o.data_dir = t.data;
    o.state_dir = t.state;
    o.client_id = CLIENT;
    o.client_secret_file = secret;
    return ra_rehearsal_open(&o, out, err);
}

void tenant_up(struct ra_rehearsal_options o)
{
    struct ra_err err = {0};
    if (tenant_try(o, &t.r, &err))
        fail_msg("%s", err.msg);
    if (!o.secret_expired)
        tenant_new_token();
}

static void free_answer(struct answer *a)
{
    cJSON_Delete(a->json);
    free(a->body);
    free(a->headers);
    free(a);
}

static void remove_files(void)
{
    static const char *const state[] = {"ca.pem", "url", "pid", "requests.ndjson", "writes.ndjson"};
    char path[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", t.data, names[i]);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof(state) / sizeof(state[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", t.state, state[i]);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/secret", t.root);
    unlink(path);
    rmdir(t.data);
    rmdir(t.state);
    rmdir(t.root);
}

void tenant_down(void)
{
    ra_rehearsal_close(&t.r);
    while (t.n)
        free_answer(t.answers[--t.n]);
    free(t.token);
    t.token = NULL;
    if (t.root[0])
        remove_files();
    t.root[0] = 0;
}

const char *tenant_url(void)
{
    return ra_rehearsal_url(t.r);
}

const char *tenant_dir(void)
{
    return t.state;
}

const char *tenant_token(void)
{
    return t.token;
}

/* ---- requests ---- */

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
    return ra_buf_put(ctx, p, size * n) ? size * n : 0;
}

static char *detach(struct ra_buf *b)
{
    char *z = ra_strndup(b->p ? b->p : "", b->n);
    ra_buf_free(b);
    return z;
}

static struct answer *perform(CURL *c, const char *url, struct curl_slist *headers)
{
    struct answer *a = ra_calloc(1, sizeof(*a));
    struct ra_buf body, head;
    ra_buf_init(&body, 1U << 28);
    ra_buf_init(&head, 1U << 20);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_CAINFO, t.ca);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &head);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, t.timeout_ms);
    a->curl = (int)curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &a->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    a->n = body.n;
    a->body = detach(&body);
    a->headers = detach(&head);
    a->json = cJSON_Parse(a->body);
    assert_true(t.n < sizeof(t.answers) / sizeof(t.answers[0]));
    t.answers[t.n++] = a;
    return a;
}

/* The bearer token and the JSON type, unless the test sends its own ("Authorization:" for none). */
static struct curl_slist *header_list(va_list ap, const char *body)
{
    struct curl_slist *list = NULL;
    char bearer[8192];
    const char *h;
    bool own = false, typed = !body;
    while ((h = va_arg(ap, const char *))) {
        list = curl_slist_append(list, h);
        own = own || !strncmp(h, "Authorization:", strlen("Authorization:"));
        typed = typed || !strncmp(h, "Content-Type:", strlen("Content-Type:"));
    }
    snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", t.token ? t.token : "");
    if (!own)
        list = curl_slist_append(list, bearer);
    return typed ? list : curl_slist_append(list, "Content-Type: application/json");
}

static struct answer *ask_list(const char *method, const char *path, const char *body, va_list ap)
{
    CURL *c = curl_easy_init();
    struct ra_buf url;
    ra_buf_init(&url, 1U << 16);
    ra_buf_printf(&url, "%s%s", path[0] == '/' ? ra_rehearsal_url(t.r) : "", path);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
    if (body)
        curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, body);
    struct answer *a = perform(c, ra_buf_z(&url), header_list(ap, body));
    ra_buf_free(&url);
    return a;
}

struct answer *get(const char *path, ...)
{
    va_list ap;
    va_start(ap, path);
    struct answer *a = ask_list("GET", path, NULL, ap);
    va_end(ap);
    return a;
}

struct answer *ask(const char *method, const char *path, const char *body, ...)
{
    va_list ap;
    va_start(ap, body);
    struct answer *a = ask_list(method, path, body, ap);
    va_end(ap);
    return a;
}

void give_up_after(long ms)
{
    t.timeout_ms = ms;
}

struct answer *form(const char *tenant, const char *fields)
{
    char url[256];
    CURL *c = curl_easy_init();
    snprintf(url, sizeof(url), "%s/%s/oauth2/v2.0/token", ra_rehearsal_url(t.r), tenant);
    curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, fields);
    return perform(c, url, NULL);
}

void fault(const char *json)
{
    struct answer *a = ask("POST", "/rehearsal/faults", json, NULL);
    if (a->status != 200)
        fail_msg("%s", a->body);
}

/* ---- looking at answers ---- */

const cJSON *json_at(const struct answer *a, const char *path)
{
    const cJSON *v = a->json;
    char step[128];
    while (v && *path) {
        const char *end = strchrnul(path, '/');
        snprintf(step, sizeof(step), "%.*s", (int)(end - path), path);
        v = cJSON_IsArray(v) ? cJSON_GetArrayItem(v, atoi(step))
                             : cJSON_GetObjectItemCaseSensitive(v, step);
        path = *end ? end + 1 : end;
    }
    return v;
}

const char *text_at(const struct answer *a, const char *path)
{
    const char *z = cJSON_GetStringValue(json_at(a, path));
    if (!z)
        fail_msg("no text at %s of %.2000s", path, a->body);
    return z;
}

int count_of(const struct answer *a)
{
    const cJSON *v = json_at(a, "value");
    if (!cJSON_IsArray(v))
        fail_msg("status %ld without value: %.2000s", a->status, a->body);
    return cJSON_GetArraySize(v);
}

const char *header_of(const struct answer *a, const char *name)
{
    static char value[8192];
    const char *p = a->headers;
    size_t n = strlen(name);
    while (p && *p) {
        if (!strncasecmp(p, name, n) && p[n] == ':') {
            p += n + 1 + strspn(p + n + 1, " ");
            snprintf(value, sizeof(value), "%.*s", (int)strcspn(p, "\r\n"), p);
            return value;
        }
        p = strchr(p, '\n');
        p = p ? p + 1 : NULL;
    }
    return NULL;
}

void assert_error(const struct answer *a, long status, const char *code, const char *message)
{
    if (a->status != status)
        fail_msg("status %ld, wanted %ld: %.2000s", a->status, status, a->body);
    assert_string_equal(text_at(a, "error/code"), code);
    if (message)
        assert_string_equal(text_at(a, "error/message"), message);
}

const char *next_of(const struct answer *a)
{
    return cJSON_GetStringValue(json_at(a, "@odata.nextLink"));
}

const char *delta_of(const struct answer *a)
{
    return cJSON_GetStringValue(json_at(a, "@odata.deltaLink"));
}
