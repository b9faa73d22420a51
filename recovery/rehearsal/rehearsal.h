/*
 * A simulated tenant: an HTTPS server on the loopback that answers the way Microsoft Graph and the
 * sign-in service do, refusals included, from an organisation in saved Graph responses. Strict on
 * purpose: what Graph would refuse it refuses. For tests, rehearsals and the quick start; not for
 * anything that must be kept, since its state lives in memory. Several threads serve requests; the
 * functions here are safe from any one thread.
 */
#ifndef RA_REHEARSAL_REHEARSAL_H
#define RA_REHEARSAL_REHEARSAL_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* How GET treats onPremisesObjectIdentifier on beta users. */
enum ra_rehearsal_identifier { RA_IDENTIFIER_AUTO, RA_IDENTIFIER_REFUSE, RA_IDENTIFIER_SERVE };

/* Strings are borrowed until ra_rehearsal_open returns. Zero is a good default for every number. */
struct ra_rehearsal_options {
    const char *data_dir;           /* the organisation, required */
    const char *state_dir;          /* ca.pem, url, pid, requests.ndjson, writes.ndjson; required */
    unsigned short port;            /* 0: any free one */
    const char *tenant_id;          /* NULL: what the organisation says */
    const char *client_id;          /* the one registered application; NULL: any GUID */
    const char *client_secret_file; /* its secret, or NULL */
    const char *client_certificate; /* its certificate, PEM, or NULL */
    const char *federated_key;      /* public key (PEM) of an outside issuer, or NULL */
    const char *app_roles; /* granted permissions, separated by commas; NULL: all that are needed */
    const char *faults;    /* JSON rules that hold from the start, or NULL */
    bool secret_expired;   /* AADSTS7000222 */
    int64_t token_seconds; /* access tokens; default 3599 */
    int64_t page_token_seconds;  /* nextLink tokens; default: for ever */
    int64_t delta_token_seconds; /* deltaLink tokens; default 7 days */
    bool delta_gone;             /* an old deltaLink: 410 with Location instead of 400 */
    unsigned page_cap;           /* most objects a page whatever $top says; default 999 */
    unsigned delta_page;         /* objects a delta page; default 200 */
    unsigned token_bytes;        /* length of page and delta tokens at least; default 120 */
    int64_t settle_ms;           /* how long a write stays unseen; default 0 */
    enum ra_rehearsal_identifier identifier;
    bool deny_synchronization; /* app-only access to onPremisesSynchronization: 403 */
    bool deny_role_holders;    /* PATCH of a role holder: 403 */
    bool refuse_one_way;       /* turning a one-way flag off: 400 instead of ignored */
    bool retry_tokens;         /* a page token obtained by a retry is not found (graph 1.3) */
    bool accept_null_filter;   /* onPremisesImmutableId eq|ne null */
    bool no_throttle;          /* no resource-unit and write quotas */
    unsigned quota;            /* resource units per 10 s; default by the number of users */
    unsigned write_quota;      /* writes per 150 s; default 3000 */
    unsigned short imds_port;  /* the managed identity endpoint, plain HTTP; 0: none */
    unsigned device_polls;     /* polls answered authorization_pending; default 1 */
};

struct ra_rehearsal;

/* Loads the organisation, makes the certificates and listens. On success ca.pem and url are there.
 */
int ra_rehearsal_open(const struct ra_rehearsal_options *o, struct ra_rehearsal **out,
                      struct ra_err *err);
const char *
ra_rehearsal_url(const struct ra_rehearsal *r); /* https://localhost:PORT, until close */
const char *ra_rehearsal_tenant(const struct ra_rehearsal *r); /* its id, until close */
/* The first export, as POST /rehearsal/export has it (export.h tells both forms), without the detour
 * over HTTPS. past_threshold: although the tenant's prevention of accidental deletions stops it. */
int ra_rehearsal_export(struct ra_rehearsal *r, struct ra_str lines, bool past_threshold,
                        struct ra_buf *answer, struct ra_err *err);
void ra_rehearsal_close(struct ra_rehearsal **r); /* ends running requests; takes NULL */

#endif
