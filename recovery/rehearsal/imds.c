#include "recovery/rehearsal/sim.h"
#include "recovery/rehearsal/spoil.h"
#include "src/base/clock.h"

#include <string.h>

static void refuse(struct ra_sim_reply *a, int status, const char *error, const char *description)
{
    a->status = status;
    a->content_type = "application/json; charset=utf-8";
    ra_buf_printf(&a->body, "{\"error\":\"%s\",\"error_description\":\"%s\"}", error, description);
}

static struct ra_str parameter(struct ra_sim_request *q, const char *name)
{
    struct ra_str rest = q->query;
    while (rest.n) {
        struct ra_str value = ra_sim_cut(&rest, '&'), key = ra_sim_cut(&value, '=');
        if (ra_str_eq(key, ra_str(name)))
            return ra_sim_decode(&q->arena, value, true);
    }
    return (struct ra_str){0};
}

static bool resource_ok(const struct ra_rehearsal *r, struct ra_str resource)
{
    if (resource.n && resource.p[resource.n - 1] == '/')
        resource.n--;
    return ra_str_eq(resource, RA_STR("https://graph.microsoft.com")) ||
           ra_str_eq(resource, ra_str(r->url));
}

static void grant(struct ra_rehearsal *r, struct ra_str resource, struct ra_sim_reply *a)
{
    char token[RA_SIM_TOKEN_TEXT];
    long long now = ra_now(), life = r->o.token_seconds;
    ra_sim_auth_issue(r, false, false, token);
    a->content_type = "application/json; charset=utf-8";
    ra_buf_printf(&a->body,
                  "{\"access_token\":\"%s\",\"refresh_token\":\"\",\"expires_in\":\"%lld\","
                  "\"expires_on\":\"%lld\",\"not_before\":\"%lld\",\"resource\":\"" RA_STR_FMT
                  "\",\"token_type\":\"Bearer\"}",
                  token, life, now + life, now - 300, RA_STR_ARG(resource));
}

void ra_sim_auth_imds(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_str rest = ra_str(q->target), path = ra_sim_cut(&rest, '?');
    struct ra_str resource = parameter(q, "resource");
    ra_sim_reply_reset(a);
    q->faults = ra_sim_rules_match(&r->rules, q->method, ra_str(q->target), 0);
    if (ra_sim_spoil(r, q, a))
        return;
    if (!ra_str_eq(path, RA_STR("/metadata/identity/oauth2/token")) || strcmp(q->method, "GET"))
        refuse(a, 404, "not_found", "Not found");
    else if (!q->metadata || strcmp(q->metadata, "true"))
        refuse(a, 400, "bad_request_102", "Required metadata header not specified");
    else if (!ra_str_eq(parameter(q, "api-version"), RA_STR("2018-02-01")))
        refuse(a, 400, "bad_request_104", "Unsupported api-version");
    else if (!resource_ok(r, resource))
        refuse(a, 400, "invalid_resource", "AADSTS500011: The resource principal was not found");
    else
        grant(r, resource, a);
}
