#include "recovery/rehearsal/sim.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define SKEW 300 /* seconds a clock may be off */

static const char assertion_type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
static const char device_grant[] = "urn:ietf:params:oauth:grant-type:device_code";
static const char token_json[] = "application/json; charset=utf-8";

/* The form's fields that the endpoint knows, decoded. */
struct form {
    struct ra_str grant, client, scope, secret, type, assertion, claims, device;
};

static void read_form(struct ra_sim_request *q, struct form *f)
{
    const struct {
        const char *name;
        struct ra_str *to;
    } fields[] = {{"grant_type", &f->grant},
                  {"client_id", &f->client},
                  {"scope", &f->scope},
                  {"client_secret", &f->secret},
                  {"client_assertion_type", &f->type},
                  {"client_assertion", &f->assertion},
                  {"claims", &f->claims},
                  {"device_code", &f->device}};
    *f = (struct form){0};
    struct ra_str rest = q->body;
    if (!ra_str_starts_fold(ra_str(q->content_type), RA_STR("application/x-www-form-urlencoded")))
        return;
    while (rest.n) {
        struct ra_str value = ra_sim_cut(&rest, '&'), name = ra_sim_cut(&value, '=');
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            if (ra_str_eq(name, ra_str(fields[i].name)) && value.n)
                *fields[i].to = ra_sim_decode(&q->arena, value, true);
        }
    }
}

/* ---- the error body (graph 8.6) ---- */

static bool refuse(const struct ra_sim_request *q, struct ra_sim_reply *a, int status,
                   const char *error, long code, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

static void error_body(const struct ra_sim_request *q, struct ra_buf *out, const char *error,
                       long code, const char *message)
{
    char now[RA_TIME_TEXT], text[2048], uri[96];
    ra_time_text(ra_now(), now);
    now[10] = ' ';
    snprintf(text, sizeof(text),
             "AADSTS%ld: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s", code, message,
             q->request_id, q->client_request_id ? q->client_request_id : q->request_id, now);
    snprintf(uri, sizeof(uri), "https://login.microsoftonline.com/error?code=%ld", code);
    const struct {
        const char *key, *value;
    } tail[] = {{"timestamp", now},
                {"trace_id", q->request_id},
                {"correlation_id", q->client_request_id ? q->client_request_id : q->request_id},
                {"error_uri", uri}};
    struct ra_json j;
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "error");
    ra_json_z(&j, error);
    ra_json_key(&j, "error_description");
    ra_json_z(&j, text);
    ra_json_key(&j, "error_codes");
    ra_json_array(&j);
    ra_json_int(&j, code);
    ra_json_array_end(&j);
    for (size_t i = 0; i < sizeof(tail) / sizeof(tail[0]); i++) {
        ra_json_key(&j, tail[i].key);
        ra_json_z(&j, tail[i].value);
    }
    ra_json_object_end(&j);
}

static bool refuse(const struct ra_sim_request *q, struct ra_sim_reply *a, int status,
                   const char *error, long code, const char *fmt, ...)
{
    char message[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    ra_buf_clear(&a->body);
    a->status = status;
    a->content_type = token_json;
    error_body(q, &a->body, error, code, message);
    return false;
}

static bool missing(const struct ra_sim_request *q, struct ra_sim_reply *a, const char *name)
{
    return refuse(q, a, 400, "invalid_request", 900144,
                  "The request body must contain the following parameter: '%s'.", name);
}

/* ---- checks, in the service's order ---- */

static bool check_tenant(struct ra_rehearsal *r, const struct ra_sim_request *q,
                         struct ra_str tenant, struct ra_sim_reply *a)
{
    struct ra_guid g;
    if (ra_str_eq_fold(tenant, ra_str(r->tenant)))
        return true;
    if (!ra_guid_parse(tenant, &g) && !memchr(tenant.n ? tenant.p : "", '.', tenant.n))
        return refuse(q, a, 400, "invalid_request", 900023,
                      "Specified tenant identifier '" RA_STR_FMT
                      "' is neither a valid DNS name, nor a valid external domain.",
                      RA_STR_ARG(tenant));
    return refuse(q, a, 400, "invalid_request", 90002,
                  "Tenant '" RA_STR_FMT "' not found. Check to make sure you have the correct "
                  "tenant ID and are signing into the correct cloud. Check with your subscription "
                  "administrator, this may happen if there are no active subscriptions for the "
                  "tenant.",
                  RA_STR_ARG(tenant));
}

static bool check_client(struct ra_rehearsal *r, const struct ra_sim_request *q,
                         const struct form *f, struct ra_sim_reply *a)
{
    struct ra_guid g;
    if (ra_str_absent(f->client))
        return missing(q, a, "client_id");
    bool known = r->o.client_id ? ra_str_eq_fold(f->client, ra_str(r->o.client_id))
                                : ra_guid_parse(f->client, &g);
    return known || refuse(q, a, 400, "unauthorized_client", 700016,
                           "Application with identifier '" RA_STR_FMT
                           "' was not found in the directory '%s'. This can happen if the "
                           "application has not been installed by the administrator of the tenant "
                           "or consented to by any user in the tenant. You may have sent your "
                           "authentication request to the wrong tenant.",
                           RA_STR_ARG(f->client), r->tenant);
}

/* One "<resource>/.default": this server's, or the global cloud's which it stands for. */
static bool check_scope(const struct ra_sim_request *q, const struct form *f,
                        struct ra_sim_reply *a)
{
    char own[300];
    snprintf(own, sizeof(own), "https://%s/.default", q->host);
    if (ra_str_absent(f->scope))
        return missing(q, a, "scope");
    if (ra_str_eq(f->scope, ra_str(own)) ||
        ra_str_eq(f->scope, RA_STR("https://graph.microsoft.com/.default")))
        return true;
    return refuse(
        q, a, 400, "invalid_scope", 70011,
        "The provided value for the input parameter 'scope' is not valid. The scope " RA_STR_FMT
        " is not valid.",
        RA_STR_ARG(f->scope));
}

static bool check_secret(struct ra_rehearsal *r, const struct ra_sim_request *q,
                         const struct form *f, struct ra_sim_reply *a)
{
    if (!r->auth.secret || !ra_str_eq(f->secret, ra_str(r->auth.secret)))
        return refuse(q, a, 401, "invalid_client", 7000215,
                      "Invalid client secret provided. Ensure the secret being sent in the request "
                      "is the client secret value, not the client secret ID, for a secret added to "
                      "app '" RA_STR_FMT "'.",
                      RA_STR_ARG(f->client));
    if (r->o.secret_expired)
        return refuse(q, a, 401, "invalid_client", 7000222,
                      "The provided client secret keys for app '" RA_STR_FMT
                      "' are expired. Visit the Azure portal to create new keys for your app: "
                      "https://aka.ms/NewClientSecret, or consider using certificate credentials "
                      "for added security: https://aka.ms/certCreds.",
                      RA_STR_ARG(f->client));
    return true;
}

static bool check_audience(struct ra_rehearsal *r, const struct ra_sim_request *q,
                           const struct ra_sim_claims *c, struct ra_sim_reply *a)
{
    char own[512], global[128];
    snprintf(own, sizeof(own), "https://%s/%s/oauth2/v2.0/token", q->host, r->tenant);
    snprintf(global, sizeof(global), "https://login.microsoftonline.com/%s/oauth2/v2.0/token",
             r->tenant);
    return !strcmp(c->aud, own) || !strcmp(c->aud, global) ||
           refuse(q, a, 401, "invalid_client", 700023,
                  "Client assertion audience claim does not match Realm issuer. Review the "
                  "documentation at https://learn.microsoft.com/entra/identity-platform/"
                  "certificate-credentials.");
}

static bool check_times(const struct ra_sim_request *q, const struct ra_sim_claims *c,
                        struct ra_sim_reply *a)
{
    char now[RA_TIME_TEXT], from[RA_TIME_TEXT], to[RA_TIME_TEXT];
    if (c->exp && c->nbf <= ra_now() + SKEW && c->exp > ra_now() - SKEW && c->exp > c->nbf)
        return true;
    ra_time_text(ra_now(), now);
    ra_time_text(c->nbf, from);
    ra_time_text(c->exp, to);
    return refuse(q, a, 401, "invalid_client", 700024,
                  "Client assertion is not within its valid time range. Current time: %s, "
                  "assertion valid from %s, expiry time of assertion %s.",
                  now, from, to);
}

static bool check_own_signature(struct ra_rehearsal *r, const struct ra_sim_request *q,
                                const struct ra_sim_claims *c, struct ra_sim_reply *a)
{
    const struct ra_sim_key *k = r->auth.certificate;
    if (!k || strcmp(c->thumbprint, ra_sim_key_thumbprint(k)) || !c->thumbprint[0])
        return refuse(q, a, 401, "invalid_client", 700027,
                      "The certificate with identifier used to sign the client assertion is not "
                      "registered on application. [Reason - The key was not found., Thumbprint of "
                      "key used by client: '%s'].",
                      c->thumbprint);
    if (strcmp(c->alg, "PS256") || strcmp(c->typ, "JWT") || !ra_sim_jwt_verify(c, k))
        return refuse(q, a, 401, "invalid_client", 700027,
                      "Client assertion failed signature validation. [Reason - The key was used "
                      "but the signature is not valid.].");
    return true;
}

/* Of an outside issuer: its key stands for the application's federated credential (graph 8.3). */
static bool check_federated(struct ra_rehearsal *r, const struct ra_sim_request *q,
                            const struct ra_sim_claims *c, struct ra_sim_reply *a)
{
    if (strcmp(c->aud, "api://AzureADTokenExchange") || !ra_sim_jwt_verify(c, r->auth.federated))
        return refuse(q, a, 401, "invalid_client", 700213,
                      "No matching federated identity record found for presented assertion "
                      "subject '%s'. Check your federated identity credential Subject, Audience "
                      "and Issuer against the presented assertion.",
                      c->sub);
    return check_times(q, c, a);
}

static bool check_assertion(struct ra_rehearsal *r, const struct ra_sim_request *q,
                            const struct form *f, struct ra_sim_reply *a)
{
    struct ra_sim_claims c;
    if (!ra_str_eq(f->type, RA_STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")))
        return refuse(q, a, 400, "invalid_request", 70002,
                      "The 'client_assertion_type' must be '%s'.", assertion_type);
    if (!ra_sim_jwt_parse(f->assertion, &c))
        return refuse(q, a, 400, "invalid_request", 50027, "JWT token is invalid or malformed.");
    if (r->auth.federated && !ra_str_eq_fold(ra_str(c.iss), f->client))
        return check_federated(r, q, &c, a);
    if (!check_own_signature(r, q, &c, a))
        return false;
    if (!ra_str_eq_fold(ra_str(c.iss), f->client) || !ra_str_eq_fold(ra_str(c.sub), f->client))
        return refuse(q, a, 401, "invalid_client", 700021,
                      "Client assertion application identifier doesn't match 'client_id' "
                      "parameter. Review the documentation at https://learn.microsoft.com/entra/"
                      "identity-platform/certificate-credentials.");
    return check_audience(r, q, &c, a) && check_times(q, &c, a);
}

/* ---- answers ---- */

static bool has_capability(const cJSON *token)
{
    const cJSON *cc = cJSON_GetObjectItemCaseSensitive(token, "xms_cc"), *v;
    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(cc, "values"))
    {
        if (cJSON_IsString(v) && !strcmp(v->valuestring, "cp1"))
            return true;
    }
    return false;
}

static void grant(struct ra_rehearsal *r, const struct form *f, struct ra_sim_reply *a)
{
    cJSON *claims = cJSON_ParseWithLength(f->claims.p ? f->claims.p : "", f->claims.n);
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(claims, "access_token");
    char text[RA_SIM_TOKEN_TEXT];
    ra_sim_auth_issue(r, has_capability(token),
                      cJSON_GetObjectItemCaseSensitive(token, "nbf") != NULL, text);
    cJSON_Delete(claims);
    a->content_type = token_json;
    ra_sim_header(a, "Cache-Control", "no-store, no-cache");
    ra_buf_printf(&a->body,
                  "{\"token_type\":\"Bearer\",\"expires_in\":%lld,\"ext_expires_in\":%lld,"
                  "\"access_token\":\"%s\"}",
                  (long long)r->o.token_seconds, (long long)r->o.token_seconds, text);
}

static void client_credentials(struct ra_rehearsal *r, const struct ra_sim_request *q,
                               const struct form *f, struct ra_sim_reply *a)
{
    if (!check_client(r, q, f, a) || !check_scope(q, f, a))
        return;
    bool ok;
    if (!ra_str_absent(f->assertion))
        ok = check_assertion(r, q, f, a);
    else if (!ra_str_absent(f->secret))
        ok = check_secret(r, q, f, a);
    else
        ok = refuse(q, a, 401, "invalid_client", 7000216,
                    "'client_assertion', 'client_secret' or 'request' is required for the "
                    "'client_credentials' grant type.");
    if (ok)
        grant(r, f, a);
}

static void device_start(struct ra_rehearsal *r, const struct ra_sim_request *q,
                         const struct form *f, struct ra_sim_reply *a)
{
    struct ra_guid g;
    if (!check_client(r, q, f, a))
        return;
    if (ra_str_absent(f->scope)) {
        missing(q, a, "scope");
        return;
    }
    pthread_mutex_lock(&r->auth.lock);
    ra_guid_random(&g);
    ra_guid_text(g.b, r->auth.device.code);
    r->auth.device.polls = 0;
    a->content_type = token_json;
    ra_buf_printf(&a->body,
                  "{\"user_code\":\"GJV4DTZLN\",\"device_code\":\"%s\",\"verification_uri\":"
                  "\"https://microsoft.com/devicelogin\",\"expires_in\":900,\"interval\":1,"
                  "\"message\":\"To sign in, use a web browser to open the page "
                  "https://microsoft.com/devicelogin and enter the code GJV4DTZLN to "
                  "authenticate.\"}",
                  r->auth.device.code);
    pthread_mutex_unlock(&r->auth.lock);
}

static void device_poll(struct ra_rehearsal *r, const struct ra_sim_request *q,
                        const struct form *f, struct ra_sim_reply *a)
{
    if (!check_client(r, q, f, a))
        return;
    pthread_mutex_lock(&r->auth.lock);
    bool known = r->auth.device.code[0] && ra_str_eq(f->device, ra_str(r->auth.device.code));
    bool pending = known && r->auth.device.polls++ < r->o.device_polls;
    if (known && !pending)
        r->auth.device.code[0] = 0;
    pthread_mutex_unlock(&r->auth.lock);
    if (!known)
        refuse(q, a, 400, "bad_verification_code", 70018, "Bad or invalid device_code.");
    else if (pending)
        refuse(q, a, 400, "authorization_pending", 70016,
               "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");
    else
        grant(r, f, a);
}

void ra_sim_auth_token(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_str tenant,
                       struct ra_str operation, struct ra_sim_reply *a)
{
    struct form f;
    if (strcmp(q->method, "POST")) {
        refuse(q, a, 400, "invalid_request", 900561,
               "The endpoint only accepts POST requests. Received a %s request.", q->method);
        return;
    }
    read_form(q, &f);
    if (!check_tenant(r, q, tenant, a))
        return;
    if (ra_str_eq(operation, RA_STR("devicecode")))
        device_start(r, q, &f, a);
    else if (ra_str_absent(f.grant))
        missing(q, a, "grant_type");
    else if (ra_str_eq(f.grant, RA_STR("client_credentials")))
        client_credentials(r, q, &f, a);
    else if (ra_str_eq(f.grant, ra_str(device_grant)))
        device_poll(r, q, &f, a);
    else
        refuse(q, a, 400, "unsupported_grant_type", 70003,
               "The app requested an unsupported grant type '" RA_STR_FMT "'.",
               RA_STR_ARG(f.grant));
}
