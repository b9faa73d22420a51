#include "src/graph/token.h"

#include "src/base/clock.h"
#include "src/base/ident.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/graph/signin.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum {
    RENEW_EARLY_S = 300,
    LIFETIME_DEFAULT_S = 3600,
    LIFETIME_MAX_S = 28 * 3600,
    TOKEN_MAX = 65536
};

static char *join(const char *a, const char *b, const char *c, const char *d)
{
    struct ra_buf out;

    ra_buf_init(&out, RA_URL_MAX);
    ra_buf_puts(&out, a);
    ra_buf_puts(&out, b);
    ra_buf_puts(&out, c);
    ra_buf_puts(&out, d);
    ra_buf_z(&out);
    return out.p;
}

int ra_token_new(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                 struct ra_http *http, const char *login_base, struct ra_token **out,
                 struct ra_err *err)
{
    struct ra_token *t = ra_calloc(1, sizeof *t);
    const char *graph = ra_cloud_hosts(o->cloud)->graph;
    int rc;

    t->o = o;
    t->tuning = tuning;
    t->http = http;
    t->token_url = join(login_base, "/", o->tenant_id, "/oauth2/v2.0/token");
    t->device_url = join(login_base, "/", o->tenant_id, "/oauth2/v2.0/devicecode");
    /* graph_url moves the requests, not the resource that the service knows itself by. */
    t->scope = join(graph, "/.default", "", "");
    t->resource = join(graph, "/", "", "");
    rc = ra_grant_check(t, err);
    if (rc != 0)
        ra_token_free(&t);
    *out = t;
    return rc;
}

void ra_token_free(struct ra_token **tp)
{
    struct ra_token *t = tp ? *tp : NULL;

    if (!t)
        return;
    ra_certificate_free(&t->certificate);
    ra_secret_free(&t->access);
    ra_secret_free(&t->refresh);
    free(t->token_url);
    free(t->device_url);
    free(t->scope);
    free(t->resource);
    free(t->challenge);
    free(t);
    *tp = NULL;
}

/* ---- the request ---- */

void ra_form_put(struct ra_buf *form, const char *name, struct ra_str value)
{
    if (form->n)
        ra_buf_putc(form, '&');
    ra_buf_puts(form, name);
    ra_buf_putc(form, '=');
    ra_url_encode(form, value);
}

/* graph 8.7: the capability is declared in every request for a token, merged with what a challenge
 * asked for. */
void ra_token_put_claims(const struct ra_token *t, struct ra_buf *form)
{
    cJSON *root = t->challenge ? cJSON_Parse(t->challenge) : NULL, *access, *values;
    char *text;

    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        root = cJSON_CreateObject();
    }
    access = cJSON_GetObjectItemCaseSensitive(root, "access_token");
    if (!cJSON_IsObject(access)) {
        cJSON_DeleteItemFromObjectCaseSensitive(root, "access_token");
        access = cJSON_AddObjectToObject(root, "access_token");
    }
    cJSON_DeleteItemFromObjectCaseSensitive(access, "xms_cc");
    values = cJSON_AddArrayToObject(cJSON_AddObjectToObject(access, "xms_cc"), "values");
    cJSON_AddItemToArray(values, cJSON_CreateString("cp1"));
    text = cJSON_PrintUnformatted(root);
    if (!text)
        ra_die("out of memory (the claims of a token)");
    ra_form_put(form, "claims", ra_str(text));
    cJSON_free(text);
    cJSON_Delete(root);
}

static int take_any(struct ra_request *r, struct ra_err *err)
{
    (void)r;
    (void)err;
    return RA_TAKEN;
}

int ra_token_ask(struct ra_token *t, struct ra_request *r, struct ra_err *err)
{
    r->receive = take_any;
    return ra_http_exchange(t->http, r, err);
}

/* ---- the answer ---- */

static bool header_safe(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (text[i] <= ' ' || text[i] >= 0x7F)
            return false;
    return n > 0 && n <= TOKEN_MAX;
}

/* A number, or as the identity endpoint has it, a number in a string. */
static int64_t lifetime_of(const cJSON *root)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "expires_in");
    const char *text = cJSON_GetStringValue(item);
    double v = cJSON_IsNumber(item) ? item->valuedouble : text ? strtod(text, NULL) : 0;

    if (!(v > 0))
        return LIFETIME_DEFAULT_S;
    return v < LIFETIME_MAX_S ? (int64_t)v : LIFETIME_MAX_S;
}

static struct ra_secret *secret_of(cJSON *root, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(root, name);
    char *text = cJSON_GetStringValue(item);
    struct ra_secret *s = NULL;

    if (text && header_safe(text))
        s = ra_secret_new(text, strlen(text));
    if (text)
        OPENSSL_cleanse(text, strlen(text));
    return s;
}

static void set_token(struct ra_token *t, struct ra_secret *access, int64_t lifetime)
{
    /* Five minutes early; a token that lives for less than ten is renewed at half its life. */
    int64_t keep = lifetime >= 2 * RENEW_EARLY_S ? lifetime - RENEW_EARLY_S : lifetime / 2;

    ra_secret_free(&t->access);
    t->access = access;
    t->generation++;
    t->renew_ms = ra_monotonic_ms() + (keep > 0 ? keep : 1) * 1000;
    free(t->challenge);
    t->challenge = NULL;
}

int ra_token_take(struct ra_token *t, struct ra_request *r, struct ra_err *err)
{
    struct ra_signin_fault f;
    struct ra_secret *access, *refresh;
    int64_t lifetime;
    cJSON *root;

    if (r->in.status != 200) {
        ra_signin_fault_read(&r->in, &f);
        return r->flags & RA_HTTP_IDENTITY ? ra_identity_fail(&r->in, &f, err)
                                           : ra_signin_fail(&r->in, &f, err);
    }
    root = cJSON_ParseWithLength(r->in.body.p ? r->in.body.p : "", r->in.body.n);
    if (r->in.body.p)
        OPENSSL_cleanse(r->in.body.p, r->in.body.cap);
    access = secret_of(root, "access_token");
    refresh = secret_of(root, "refresh_token");
    lifetime = lifetime_of(root);
    cJSON_Delete(root);
    if (refresh) {
        ra_secret_free(&t->refresh);
        t->refresh = refresh;
    }
    if (!access) {
        ra_fail(err, RA_ESIGNIN, "sign-in: answered 200 without a usable access_token");
        return ra_hint(err, "check login_url and who stands between this machine and the service");
    }
    set_token(t, access, lifetime);
    return 0;
}

/* ---- the life of the token ---- */

bool ra_token_fresh(const struct ra_token *t)
{
    return t->access && ra_monotonic_ms() < t->renew_ms;
}

/* The form posts: secret, assertion, refresh token. */
static int renew_by_form(struct ra_token *t, struct ra_err *err)
{
    struct ra_request r;
    int rc;

    ra_request_init(&r, "sign-in", RA_HTTP_FORM);
    r.url = ra_strdup(t->token_url);
    ra_form_put(&r.send, "client_id", ra_str(t->o->client_id));
    ra_form_put(&r.send, "scope", ra_str(t->scope));
    ra_token_put_claims(t, &r.send);
    rc = ra_grant_put(t, &r.send, err);
    if (rc == 0)
        rc = ra_token_ask(t, &r, err);
    if (rc == 0)
        rc = ra_token_take(t, &r, err);
    ra_request_free(&r);
    return rc;
}

static int renew_by_device(struct ra_token *t, struct ra_err *err)
{
    if (t->refresh) {
        int rc = renew_by_form(t, err);
        if (rc != -(int)RA_ESIGNIN)
            return rc;
    }
    ra_secret_free(&t->refresh); /* refused: somebody has to sign in again */
    return ra_device_sign_in(t, err);
}

static int (*const ways[])(struct ra_token *t, struct ra_err *err) = {
    [RA_AUTH_CERTIFICATE] = renew_by_form,
    [RA_AUTH_SECRET] = renew_by_form,
    [RA_AUTH_FEDERATED_TOKEN] = renew_by_form,
    [RA_AUTH_MANAGED_IDENTITY] = ra_grant_managed_identity,
    [RA_AUTH_DEVICE_CODE] = renew_by_device,
};

int ra_token_renew(struct ra_token *t, struct ra_err *err)
{
    ra_http_tell(t->http, &(struct ra_graph_event){.what = "token", .where = "sign-in"});
    ra_log(RA_LOG_REQUESTS, "sign-in: asking for %s token", t->access ? "a new" : "a");
    return ways[t->o->auth](t, err);
}

/* ---- as the engine sees it ---- */

static bool bearer_fresh(void *ctx)
{
    return ra_token_fresh(ctx);
}

static int bearer_renew(void *ctx, struct ra_err *err)
{
    return ra_token_renew(ctx, err);
}

static struct ra_str bearer_reveal(void *ctx, unsigned *generation)
{
    struct ra_token *t = ctx;

    *generation = t->generation;
    return ra_secret_reveal(t->access);
}

static char *decode_claims(const char *text)
{
    size_t n = strlen(text), cap = n + 4;
    char *std = ra_malloc(cap + 1), *out = ra_malloc(cap + 1);

    for (size_t i = 0; i < n; i++)
        std[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    while (n % 4)
        std[n++] = '=';
    if (!ra_base64_decode(ra_str_n(std, n), out, &cap)) {
        free(out);
        out = NULL;
    } else {
        out[cap] = '\0';
    }
    free(std);
    return out;
}

/* Only the token that was refused: another request may have renewed it meanwhile. */
static void bearer_reject(void *ctx, unsigned generation, const char *claims)
{
    struct ra_token *t = ctx;

    if (generation != t->generation)
        return;
    t->renew_ms = 0;
    if (claims[0]) {
        free(t->challenge);
        t->challenge = decode_claims(claims);
    }
}

struct ra_bearer ra_token_bearer(struct ra_token *t)
{
    return (struct ra_bearer){t, bearer_fresh, bearer_renew, bearer_reveal, bearer_reject};
}
