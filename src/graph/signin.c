#include "src/graph/signin.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* graph 8.6. The numbers are for people; the program never takes another way because of one. */
static const struct code_row {
    long code;
    const char *means, *hint;
} codes[] = {
    {7000215, "the client secret is wrong",
     "client_secret_file must hold the secret's value, not its id"},
    {7000222, "the client secret has expired",
     "add a new secret, better a certificate, to the app registration"},
    {7000112, "the app is disabled in this tenant", "enable the enterprise application"},
    {700016, "the tenant does not know this app",
     "check client_id, tenant id and cloud; the app must be registered in or consented to by the "
     "tenant"},
    {700027, "the app does not have this certificate, or the signature is wrong",
     "upload the certificate of certificate_file to the app registration"},
    {700021, "the assertion belongs to another app", "check client_id"},
    {700023, "the assertion names another audience", "check tenant id, cloud and login_url"},
    {700024, "the assertion is outside its time", "check this machine's clock"},
    {700211, "no federated credential has this issuer",
     "compare the credential's issuer with the token's"},
    {700213, "no federated credential has this subject",
     "compare the credential's subject with the token's"},
    {70011, "the scope is not valid", "check cloud: it decides which Graph the token is for"},
    {7000218, "the request needs a secret or an assertion",
     "turn on public client flows for device-code, or choose another auth"},
    {900023, "the tenant id is neither a GUID nor a domain", "check id in [tenant]"},
    {90002, "there is no such tenant", "check id in [tenant] and cloud"},
    {53003, "Conditional Access blocks this sign-in",
     "see the sign-in log for the policy; exclude the app or sign in from an allowed place"},
    {65001, "nobody has consented to the app", "give admin consent to the app's permissions"},
    {50034, "there is no such user", "sign in with an account of this tenant"},
    {50076, "a second factor is required", "sign in again and complete it"},
    {50079, "a second factor must be registered first", "register one, then sign in again"},
    {50105, "the account is not assigned to the app", "assign it to the enterprise application"},
};

static const struct code_row *row_of(long code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

/* The first line, without what a terminal would act on. */
static void first_line(char *to, size_t cap, const cJSON *item)
{
    const char *text = cJSON_GetStringValue(item);
    size_t n = 0;

    for (; text && *text && *text != '\r' && *text != '\n' && n + 1 < cap; text++)
        if ((unsigned char)*text >= ' ' && *text != 0x7F)
            to[n++] = *text;
    to[n] = '\0';
}

static long code_of(const cJSON *root, const char *description)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "error_codes");
    const cJSON *first = cJSON_GetArrayItem(list, 0);
    const char *at = strstr(description, "AADSTS");

    if (cJSON_IsNumber(first) && first->valuedouble > 0 && first->valuedouble < 1e9)
        return (long)first->valuedouble;
    return at ? strtol(at + 6, NULL, 10) : 0;
}

void ra_signin_fault_read(const struct ra_answer *in, struct ra_signin_fault *out)
{
    cJSON *root = cJSON_ParseWithLength(in->body.p ? in->body.p : "", in->body.n);

    *out = (struct ra_signin_fault){0};
    first_line(out->error, sizeof out->error, cJSON_GetObjectItemCaseSensitive(root, "error"));
    first_line(out->description, sizeof out->description,
               cJSON_GetObjectItemCaseSensitive(root, "error_description"));
    first_line(out->trace_id, sizeof out->trace_id,
               cJSON_GetObjectItemCaseSensitive(root, "trace_id"));
    out->code = code_of(root, out->description);
    cJSON_Delete(root);
}

int ra_signin_fail(const struct ra_answer *in, const struct ra_signin_fault *f, struct ra_err *err)
{
    const struct code_row *row = row_of(f->code);

    if (!f->error[0]) {
        ra_fail(err, RA_ESIGNIN, "sign-in: answered %ld without an OAuth error", in->status);
        return ra_hint(err, "check login_url and the tenant id");
    }
    ra_fail(err, RA_ESIGNIN, "sign-in refused%s%s: %s: %s%s%s%s", row ? ": " : "",
            row ? row->means : "", f->error, f->description, f->trace_id[0] ? " (trace id " : "",
            f->trace_id, f->trace_id[0] ? ")" : "");
    return ra_hint(err, "%s",
                   row ? row->hint
                       : "the AADSTS number is explained at "
                         "https://login.microsoftonline.com/error");
}

/* ---- managed identity (graph 8.4) ---- */

static const struct status_row {
    long status;
    const char *means, *hint;
} statuses[] = {
    {400, "the endpoint does not take the request",
     "assign a managed identity to this machine, check client_id (a user-assigned one) and cloud"},
    {401, "this identity may not ask for Graph",
     "check client_id, which names a user-assigned one"},
    {403, "this machine may not use the identity",
     "assign the managed identity to this machine, and look at its access restrictions"},
    {404, "there is no such endpoint, or it was being updated",
     "run this on an Azure machine with a managed identity, or choose another auth"},
    {405, "another service answers at the endpoint's address",
     "run this on an Azure machine, or choose another auth"},
    {410, "the endpoint is being updated", "try again in some minutes"},
    {429, "the endpoint is asked too often", "try again in some minutes"},
};

static const struct status_row *status_row_of(long status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].status == status)
            return &statuses[i];
    return NULL;
}

int ra_identity_fail(const struct ra_answer *in, const struct ra_signin_fault *f,
                     struct ra_err *err)
{
    const struct status_row *row = status_row_of(in->status);

    ra_fail(err, RA_ESIGNIN, "managed identity: answered %ld%s%s%s%s%s%s", in->status,
            row ? ": " : "", row ? row->means : "", f->error[0] ? ": " : "", f->error,
            f->description[0] ? ": " : "", f->description);
    return ra_hint(err, "%s", row ? row->hint : "see the machine's identity in the Azure portal");
}
