/*
 * The access token: asked for when there is none or it is about to expire, dropped when the service
 * refuses it. One table row for each way to sign in. Secrets live in struct ra_secret and are
 * wiped.
 */
#ifndef RA_GRAPH_TOKEN_H
#define RA_GRAPH_TOKEN_H

#include "src/base/secret.h"
#include "src/graph/assertion.h"
#include "src/graph/http.h"

struct ra_token {
    const struct ra_graph_options *o;
    const struct ra_http_tuning *tuning;
    struct ra_http *http;
    char *token_url, *device_url, *scope, *resource;
    struct ra_certificate *certificate;
    struct ra_secret *access, *refresh;
    unsigned generation;
    int64_t renew_ms; /* monotonic: from then on it is not fresh */
    char *challenge;  /* claims the next token must satisfy, JSON, or NULL */
};

/* Borrows everything it is given. What the way to sign in needs and does not have is RA_ECONFIG;
 * files are looked at already here. */
int ra_token_new(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                 struct ra_http *http, const char *login_base, struct ra_token **out,
                 struct ra_err *err);
void ra_token_free(struct ra_token **t);

bool ra_token_fresh(const struct ra_token *t);
int ra_token_renew(struct ra_token *t, struct ra_err *err);
struct ra_bearer ra_token_bearer(struct ra_token *t);

/* ---- for the ways to sign in ---- */

/* Appends name=value to a form. */
void ra_form_put(struct ra_buf *form, const char *name, struct ra_str value);

/* Appends the claims parameter: the cp1 capability, and the challenge when there is one. */
void ra_token_put_claims(const struct ra_token *t, struct ra_buf *form);

/* Sends the request; an answer other than 200 is in r, not an error. */
int ra_token_ask(struct ra_token *t, struct ra_request *r, struct ra_err *err);

/* Takes access_token, expires_in and refresh_token out of the answer, which is wiped. */
int ra_token_take(struct ra_token *t, struct ra_request *r, struct ra_err *err);

/* device.c: the device code flow, from the message on stderr to the token. */
int ra_device_sign_in(struct ra_token *t, struct ra_err *err);

/* grant.c: checks at the start, and the credential's part of the form. */
int ra_grant_check(struct ra_token *t, struct ra_err *err);
int ra_grant_put(struct ra_token *t, struct ra_buf *form, struct ra_err *err);
int ra_grant_managed_identity(struct ra_token *t, struct ra_err *err);

#endif
