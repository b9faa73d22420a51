#include "recovery/rehearsal/auth.h"

#include "recovery/rehearsal/grants.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOKENS 4096

static const char challenge_claims[] =
    "{\"access_token\":{\"nbf\":{\"essential\":true, \"value\":\"%lld\"}}}";
static const char authorization_uri[] =
    "Bearer realm=\"\", "
    "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"";

int ra_sim_auth_open(struct ra_rehearsal *r, struct ra_err *err)
{
    struct ra_sim_auth *x = &r->auth;
    const struct ra_rehearsal_options *o = &r->o;
    int rc = 0;
    pthread_mutex_init(&x->lock, NULL);
    if (o->client_secret_file) {
        struct ra_buf b;
        rc = ra_file_read_secret(o->client_secret_file, &b, err);
        if (!rc) {
            x->secret = ra_strndup(b.p, b.n);
            ra_buf_free(&b);
        }
    }
    if (!rc && o->client_certificate)
        rc = ra_sim_key_read(o->client_certificate, &x->certificate, err);
    if (!rc && o->federated_key)
        rc = ra_sim_key_read(o->federated_key, &x->federated, err);
    return rc;
}

void ra_sim_auth_close(struct ra_rehearsal *r)
{
    struct ra_sim_auth *x = &r->auth;
    free(x->tokens);
    free(x->secret);
    ra_sim_key_free(&x->certificate);
    ra_sim_key_free(&x->federated);
    pthread_mutex_destroy(&x->lock);
}

static void forget_expired(struct ra_sim_auth *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (x->tokens[i].expires > ra_now())
            x->tokens[n++] = x->tokens[i];
    }
    x->n = n;
}

/* Header, claims, and random bytes for a signature that nobody but the service could verify. */
static void write_token(struct ra_rehearsal *r, int64_t expires, char out[RA_SIM_TOKEN_TEXT])
{
    static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\"}";
    unsigned char random[48];
    struct ra_buf b;
    struct ra_json j;
    size_t n;

    ra_buf_init(&b, RA_SIM_TOKEN_TEXT / 2);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "aud");
    ra_json_z(&j, "https://graph.microsoft.com");
    ra_json_key(&j, "exp");
    ra_json_int(&j, expires);
    ra_sim_grants_put(r, &j);
    ra_json_object_end(&j);
    ra_sim_base64url(header, sizeof(header) - 1, out);
    n = strlen(out);
    out[n++] = '.';
    ra_sim_base64url(b.p, b.overflow ? 0 : b.n, out + n);
    n += strlen(out + n);
    out[n++] = '.';
    RAND_bytes(random, sizeof(random));
    ra_sim_base64url(random, sizeof(random), out + n);
    ra_buf_free(&b);
}

void ra_sim_auth_issue(struct ra_rehearsal *r, bool cp1, bool claims, char out[RA_SIM_TOKEN_TEXT])
{
    struct ra_sim_auth *x = &r->auth;
    struct ra_sim_token t = {
        .expires = ra_now() + r->o.token_seconds, .cp1 = cp1, .claims_satisfied = claims};
    write_token(r, t.expires, t.text);
    pthread_mutex_lock(&x->lock);
    if (x->n >= MAX_TOKENS)
        forget_expired(x);
    x->tokens = ra_grow(x->tokens, &x->cap, x->n + 1, sizeof(*x->tokens));
    x->tokens[x->n++] = t;
    if (claims)
        x->claims_needed = false;
    pthread_mutex_unlock(&x->lock);
    memcpy(out, t.text, sizeof(t.text));
}

/* ---- bearer tokens ---- */

static struct ra_sim_token *find_token(struct ra_sim_auth *x, const struct ra_sim_request *q)
{
    struct ra_str h = ra_str(q->authorization);
    if (!ra_str_starts_fold(h, RA_STR("Bearer ")))
        return NULL;
    for (size_t i = 0; i < x->n; i++) {
        if (ra_str_eq(ra_str(x->tokens[i].text), ra_str_from(h, 7)))
            return &x->tokens[i];
    }
    return NULL;
}

static bool unauthorized(const struct ra_sim_request *q, struct ra_sim_reply *a,
                         const char *message)
{
    ra_sim_header(a, "WWW-Authenticate", "%s, client_id=\"00000003-0000-0000-c000-000000000000\"",
                  authorization_uri);
    return ra_sim_error(q, a, 401, "InvalidAuthenticationToken", "%s", message);
}

static bool insufficient_claims(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    char json[160], base64[256];
    int n = snprintf(json, sizeof(json), challenge_claims, (long long)ra_now());
    ra_base64(json, (size_t)n, base64);
    ra_sim_header(a, "WWW-Authenticate", "%s, error=\"insufficient_claims\", claims=\"%s\"",
                  authorization_uri, base64);
    return ra_sim_error(q, a, 401, "InvalidAuthenticationToken",
                        "Continuous access evaluation resulted in challenge with result: "
                        "InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp");
}

bool ra_sim_auth_check(struct ra_rehearsal *r, const struct ra_sim_request *q,
                       struct ra_sim_reply *a)
{
    struct ra_sim_auth *x = &r->auth;
    bool ok = false;
    pthread_mutex_lock(&x->lock);
    const struct ra_sim_token *t = find_token(x, q);
    if (!t)
        unauthorized(q, a,
                     q->authorization ? "Invalid authentication token." : "Access token is empty.");
    else if (t->revoked || t->expires <= ra_now())
        unauthorized(q, a, "Lifetime validation failed, the token is expired.");
    else if (t->challenged || (x->claims_needed && t->cp1 && !t->claims_satisfied))
        insufficient_claims(q, a);
    else
        ok = true;
    pthread_mutex_unlock(&x->lock);
    return ok;
}

bool ra_sim_auth_revoke(struct ra_rehearsal *r, const struct ra_sim_request *q,
                        struct ra_sim_reply *a)
{
    struct ra_sim_auth *x = &r->auth;
    pthread_mutex_lock(&x->lock);
    struct ra_sim_token *t = find_token(x, q);
    if (t)
        t->revoked = true;
    pthread_mutex_unlock(&x->lock);
    unauthorized(q, a, "Lifetime validation failed, the token is expired.");
    return true;
}

bool ra_sim_auth_challenge(struct ra_rehearsal *r, const struct ra_sim_request *q,
                           struct ra_sim_reply *a)
{
    struct ra_sim_auth *x = &r->auth;
    pthread_mutex_lock(&x->lock);
    struct ra_sim_token *t = find_token(x, q);
    bool applies = t && !t->claims_satisfied, cp1 = applies && t->cp1;
    if (cp1)
        t->challenged = x->claims_needed = true;
    else if (applies)
        t->revoked = true;
    pthread_mutex_unlock(&x->lock);
    if (cp1)
        insufficient_claims(q, a);
    else if (applies)
        unauthorized(q, a, "Lifetime validation failed, the token is expired.");
    return applies;
}
