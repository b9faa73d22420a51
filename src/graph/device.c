#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/graph/signin.h"
#include "src/graph/token.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* graph 8.5, and RFC 8628 for slow_down and the default interval. */
enum { INTERVAL_S = 5, INTERVAL_MAX_S = 60, SLOWER_S = 5, EXPIRES_S = 900 };

struct device {
    struct ra_secret *code;
    int64_t interval_ms, until_ms;
};

static int64_t seconds_of(const cJSON *root, const char *name, int64_t otherwise, int64_t most)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, name);

    if (!cJSON_IsNumber(item) || !(item->valuedouble > 0))
        return otherwise;
    return item->valuedouble < (double)most ? (int64_t)item->valuedouble : most;
}

/* The one message that is shown even with -q: without it nobody can sign in. */
static void show_message(const cJSON *root)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "message"));
    char line[1024];
    size_t n = 0;

    for (; text && *text && n + 1 < sizeof line; text++)
        if ((unsigned char)*text >= ' ' && *text != 0x7F)
            line[n++] = *text;
    line[n] = '\0';
    ra_log(RA_LOG_QUIET, "%s", line);
}

static int take_code(struct ra_request *r, struct device *d, struct ra_err *err)
{
    struct ra_signin_fault f;
    cJSON *root, *code;

    if (r->in.status != 200) {
        ra_signin_fault_read(&r->in, &f);
        return ra_signin_fail(&r->in, &f, err);
    }
    root = cJSON_ParseWithLength(r->in.body.p ? r->in.body.p : "", r->in.body.n);
    code = cJSON_GetObjectItemCaseSensitive(root, "device_code");
    if (cJSON_IsString(code) && code->valuestring[0]) {
        d->code = ra_secret_new(code->valuestring, strlen(code->valuestring));
        OPENSSL_cleanse(code->valuestring, strlen(code->valuestring));
        d->interval_ms = 1000 * seconds_of(root, "interval", INTERVAL_S, INTERVAL_MAX_S);
        d->until_ms = ra_monotonic_ms() + 1000 * seconds_of(root, "expires_in", EXPIRES_S, 3600);
        show_message(root);
    }
    cJSON_Delete(root);
    if (!d->code)
        return ra_fail(err, RA_ESIGNIN, "sign-in: answered 200 without a device_code");
    return 0;
}

static int ask_code(struct ra_token *t, struct device *d, struct ra_err *err)
{
    struct ra_request r;
    struct ra_buf scope;
    int rc;

    ra_buf_init(&scope, 1024);
    ra_buf_printf(&scope, "%s offline_access", t->scope);
    ra_request_init(&r, "sign-in", RA_HTTP_FORM);
    r.url = ra_strdup(t->device_url);
    ra_form_put(&r.send, "client_id", ra_str(t->o->client_id));
    ra_form_put(&r.send, "scope", ra_str(ra_buf_z(&scope)));
    rc = ra_token_ask(t, &r, err);
    if (rc == 0)
        rc = take_code(&r, d, err);
    ra_request_free(&r);
    ra_buf_free(&scope);
    return rc;
}

/* *pending: nobody has finished signing in yet. */
static int poll_once(struct ra_token *t, struct device *d, bool *pending, struct ra_err *err)
{
    struct ra_request r;
    struct ra_signin_fault f;
    int rc;

    ra_request_init(&r, "sign-in", RA_HTTP_FORM);
    r.url = ra_strdup(t->token_url);
    ra_form_put(&r.send, "client_id", ra_str(t->o->client_id));
    ra_form_put(&r.send, "grant_type", RA_STR("urn:ietf:params:oauth:grant-type:device_code"));
    ra_form_put(&r.send, "device_code", ra_secret_reveal(d->code));
    ra_token_put_claims(t, &r.send);
    rc = ra_token_ask(t, &r, err);
    *pending = false;
    if (rc == 0 && r.in.status != 200) {
        ra_signin_fault_read(&r.in, &f);
        if (strcmp(f.error, "slow_down") == 0)
            d->interval_ms += 1000 * SLOWER_S;
        *pending =
            strcmp(f.error, "slow_down") == 0 || strcmp(f.error, "authorization_pending") == 0;
    }
    if (rc == 0 && !*pending)
        rc = ra_token_take(t, &r, err);
    ra_request_free(&r);
    return rc;
}

int ra_device_sign_in(struct ra_token *t, struct ra_err *err)
{
    struct device d = {0};
    bool pending = true;
    int rc = ask_code(t, &d, err);

    while (rc == 0 && pending) {
        if (ra_monotonic_ms() >= d.until_ms) {
            rc = ra_fail(err, RA_ESIGNIN, "sign-in: nobody signed in before the code expired");
            ra_hint(err, "run again and enter the new code in time");
            break;
        }
        rc = ra_http_pause(t->http, d.interval_ms, err);
        if (rc == 0)
            rc = poll_once(t, &d, &pending, err);
    }
    ra_secret_free(&d.code);
    return rc;
}
