/* reanchor-tenant: the simulated tenant as a program of its own. */
#include "recovery/rehearsal/rehearsal.h"
#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/base/text.h"

#include <argp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    O_DATA = 256,
    O_DIR,
    O_PORT,
    O_TENANT,
    O_CLIENT_ID,
    O_SECRET_FILE,
    O_ROLES,
    O_CERTIFICATE,
    O_FEDERATED,
    O_SECRET_EXPIRED,
    O_TOKEN_SECONDS,
    O_PAGE_TOKEN_SECONDS,
    O_DELTA_SECONDS,
    O_DELTA_GONE,
    O_PAGE_CAP,
    O_DELTA_PAGE,
    O_TOKEN_BYTES,
    O_SETTLE,
    O_IDENTIFIER,
    O_DENY_SYNC,
    O_DENY_ROLES,
    O_ONE_WAY,
    O_RETRY_TOKENS,
    O_NULL_FILTER,
    O_NO_THROTTLE,
    O_QUOTA,
    O_WRITE_QUOTA,
    O_FAULTS,
    O_IMDS,
    O_DEVICE_POLLS
};

static const struct argp_option options[] = {
    {"data", O_DATA, "DIR", 0, "the organisation: saved Graph responses", 0},
    {"dir", O_DIR, "DIR", 0, "where ca.pem, url, pid and the logs go", 0},
    {"port", O_PORT, "N", 0, "listen on port N of 127.0.0.1 (default: any free one)", 0},
    {"tenant", O_TENANT, "GUID", 0, "the tenant's id (default: what the organisation says)", 0},
    {"client-id", O_CLIENT_ID, "GUID", 0, "the registered application (default: any)", 0},
    {"client-secret-file", O_SECRET_FILE, "FILE", 0, "its secret", 0},
    {"client-certificate", O_CERTIFICATE, "FILE", 0, "its certificate, PEM", 0},
    {"roles", O_ROLES, "LIST", 0, "permissions granted to it (default: all that are needed)", 0},
    {"federated-key", O_FEDERATED, "FILE", 0, "the public key of an outside issuer, PEM", 0},
    {"secret-expired", O_SECRET_EXPIRED, NULL, 0, "the secret has expired", 0},
    {"token-seconds", O_TOKEN_SECONDS, "N", 0, "life of access tokens (default 3599)", 0},
    {"page-token-seconds", O_PAGE_TOKEN_SECONDS, "N", 0, "life of nextLinks (default: no end)", 0},
    {"delta-seconds", O_DELTA_SECONDS, "N", 0, "life of deltaLinks (default 7 days)", 0},
    {"delta-gone", O_DELTA_GONE, NULL, 0, "an old deltaLink gets 410 instead of 400", 0},
    {"page-cap", O_PAGE_CAP, "N", 0, "at most N objects a page, whatever $top says", 0},
    {"delta-page", O_DELTA_PAGE, "N", 0, "N objects a delta page (default 200)", 0},
    {"token-bytes", O_TOKEN_BYTES, "N", 0, "length of page and delta tokens at least", 0},
    {"settle-ms", O_SETTLE, "N", 0, "a write stays unseen for N milliseconds", 0},
    {"identifier", O_IDENTIFIER, "MODE", 0,
     "onPremisesObjectIdentifier on beta: auto, refuse, serve", 0},
    {"deny-synchronization", O_DENY_SYNC, NULL, 0, "onPremisesSynchronization: 403", 0},
    {"deny-role-holders", O_DENY_ROLES, NULL, 0, "changing a role holder: 403", 0},
    {"refuse-one-way", O_ONE_WAY, NULL, 0, "turning a one-way feature off: 400", 0},
    {"retry-tokens", O_RETRY_TOKENS, NULL, 0, "page tokens obtained by a retry are not found", 0},
    {"accept-null-filter", O_NULL_FILTER, NULL, 0, "allow onPremisesImmutableId eq null", 0},
    {"no-throttle", O_NO_THROTTLE, NULL, 0, "no quotas", 0},
    {"quota", O_QUOTA, "N", 0, "resource units per 10 s (default: by the number of users)", 0},
    {"write-quota", O_WRITE_QUOTA, "N", 0, "writes per 150 s (default 3000)", 0},
    {"faults", O_FAULTS, "FILE", 0, "JSON fault rules that hold from the start", 0},
    {"imds-port", O_IMDS, "N", 0, "managed identity endpoint, plain HTTP, on port N", 0},
    {"device-polls", O_DEVICE_POLLS, "N", 0, "polls of a device code before it is granted", 0},
    {0}};

struct arguments {
    struct ra_rehearsal_options o;
    struct ra_buf faults;
};

static long long number(struct argp_state *state, const char *arg)
{
    unsigned long long n;
    if (!ra_parse_uint(ra_str(arg), &n) || n > 0x7fffffff)
        argp_error(state, "%s: wanted a number", arg);
    return (long long)n;
}

static bool parse_identifier(const char *arg, enum ra_rehearsal_identifier *out)
{
    static const char *const modes[] = {"auto", "refuse", "serve"};
    for (int i = 0; i < 3; i++) {
        if (!strcmp(arg, modes[i])) {
            *out = (enum ra_rehearsal_identifier)i;
            return true;
        }
    }
    return false;
}

#define OF(member) offsetof(struct ra_rehearsal_options, member)

/* Options that are no more than their member. */
static const struct {
    int key;
    enum { TEXT, SWITCH, PORT, COUNT, SECONDS } type;
    size_t at;
} members[] = {
    {O_DATA, TEXT, OF(data_dir)},
    {O_DIR, TEXT, OF(state_dir)},
    {O_TENANT, TEXT, OF(tenant_id)},
    {O_CLIENT_ID, TEXT, OF(client_id)},
    {O_ROLES, TEXT, OF(app_roles)},
    {O_SECRET_FILE, TEXT, OF(client_secret_file)},
    {O_CERTIFICATE, TEXT, OF(client_certificate)},
    {O_FEDERATED, TEXT, OF(federated_key)},
    {O_SECRET_EXPIRED, SWITCH, OF(secret_expired)},
    {O_DELTA_GONE, SWITCH, OF(delta_gone)},
    {O_DENY_SYNC, SWITCH, OF(deny_synchronization)},
    {O_DENY_ROLES, SWITCH, OF(deny_role_holders)},
    {O_ONE_WAY, SWITCH, OF(refuse_one_way)},
    {O_RETRY_TOKENS, SWITCH, OF(retry_tokens)},
    {O_NULL_FILTER, SWITCH, OF(accept_null_filter)},
    {O_NO_THROTTLE, SWITCH, OF(no_throttle)},
    {O_PORT, PORT, OF(port)},
    {O_IMDS, PORT, OF(imds_port)},
    {O_PAGE_CAP, COUNT, OF(page_cap)},
    {O_DELTA_PAGE, COUNT, OF(delta_page)},
    {O_TOKEN_BYTES, COUNT, OF(token_bytes)},
    {O_QUOTA, COUNT, OF(quota)},
    {O_WRITE_QUOTA, COUNT, OF(write_quota)},
    {O_DEVICE_POLLS, COUNT, OF(device_polls)},
    {O_TOKEN_SECONDS, SECONDS, OF(token_seconds)},
    {O_PAGE_TOKEN_SECONDS, SECONDS, OF(page_token_seconds)},
    {O_DELTA_SECONDS, SECONDS, OF(delta_token_seconds)},
    {O_SETTLE, SECONDS, OF(settle_ms)},
};

static error_t parse_member(int key, char *arg, struct argp_state *state,
                            struct ra_rehearsal_options *o)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        void *to = (char *)o + members[i].at;
        if (members[i].key != key)
            continue;
        if (members[i].type == TEXT)
            *(const char **)to = arg;
        else if (members[i].type == SWITCH)
            *(bool *)to = true;
        else if (members[i].type == PORT)
            *(unsigned short *)to = (unsigned short)number(state, arg);
        else if (members[i].type == COUNT)
            *(unsigned *)to = (unsigned)number(state, arg);
        else
            *(int64_t *)to = number(state, arg);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static void read_faults(struct argp_state *state, struct arguments *a, const char *path)
{
    struct ra_err err;
    if (ra_file_read(path, 1U << 20, RA_ECONFIG, &a->faults, &err))
        argp_error(state, "%s", err.msg);
    a->o.faults = ra_buf_z(&a->faults);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct ra_rehearsal_options *o = &a->o;
    switch (key) {
    case O_IDENTIFIER:
        if (!parse_identifier(arg, &o->identifier))
            argp_error(state, "%s: wanted auto, refuse or serve", arg);
        return 0;
    case O_FAULTS:
        read_faults(state, a, arg);
        return 0;
    case ARGP_KEY_END:
        if (!o->data_dir || !o->state_dir)
            argp_error(state, "--data and --dir are required");
        return 0;
    default:
        return parse_member(key, arg, state, o);
    }
}

static int wait_for_signal(void)
{
    sigset_t wanted;
    int got = 0;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigwait(&wanted, &got);
    return got;
}

/* Before any thread starts, so that only sigwait gets them. */
static void block_signals(void)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    static const struct argp parser = {
        options, parse,
        NULL,    "A simulated Microsoft Entra tenant on the loopback, for tests and rehearsals.",
        NULL,    NULL,
        NULL};
    struct arguments a = {0};
    struct ra_rehearsal *r;
    struct ra_err err = {0};
    argp_err_exit_status = 1;
    argp_parse(&parser, argc, argv, 0, NULL, &a);
    block_signals();
    int rc = ra_rehearsal_open(&a.o, &r, &err);
    ra_buf_free(&a.faults);
    if (rc) {
        fprintf(stderr, "reanchor-tenant: %s\n", err.msg);
        return ra_exit_status(&err);
    }
    printf("%s\n", ra_rehearsal_url(r));
    fflush(stdout);
    wait_for_signal();
    ra_rehearsal_close(&r);
    return 0;
}
