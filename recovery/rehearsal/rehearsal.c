#include "recovery/rehearsal/rehearsal.h"

#include "recovery/rehearsal/certs.h"
#include "recovery/rehearsal/export.h"
#include "recovery/rehearsal/http.h"
#include "recovery/rehearsal/load.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WEEK (7 * 24 * 3600)

static void defaults(struct ra_rehearsal_options *o)
{
    o->token_seconds = o->token_seconds ? o->token_seconds : 3599;
    o->delta_token_seconds = o->delta_token_seconds ? o->delta_token_seconds : WEEK;
    o->page_cap = o->page_cap ? o->page_cap : 999;
    o->delta_page = o->delta_page ? o->delta_page : 200;
    o->token_bytes = o->token_bytes ? o->token_bytes : 120;
    o->write_quota = o->write_quota ? o->write_quota : 3000;
    o->device_polls = o->device_polls ? o->device_polls : 1;
}

static int name_tenant(struct ra_rehearsal *r, struct ra_err *err)
{
    struct ra_guid g;
    if (!r->o.tenant_id)
        ra_sim_tenant_id(&r->store, r->tenant);
    else if (ra_guid_parse(ra_str(r->o.tenant_id), &g))
        ra_guid_text(g.b, r->tenant);
    if (r->tenant[0])
        return 0;
    return ra_fail(err, RA_ECONFIG, "tenant: %s",
                   r->o.tenant_id
                       ? "the id is not a GUID"
                       : "neither organization nor onPremisesSynchronization says its id");
}

static int write_state(struct ra_rehearsal *r, const char *name, const char *text,
                       struct ra_err *err)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", r->state_dir, name);
    return ra_file_write(path, text, strlen(text), err);
}

static int announce(struct ra_rehearsal *r, const char *ca, struct ra_err *err)
{
    char line[96];
    snprintf(r->url, sizeof(r->url), "https://localhost:%u", r->o.port);
    int rc = write_state(r, "ca.pem", ca, err);
    snprintf(line, sizeof(line), "%ld\n", (long)getpid());
    if (!rc)
        rc = write_state(r, "pid", line, err);
    snprintf(line, sizeof(line), "%s\n", r->url);
    return rc ? rc : write_state(r, "url", line, err);
}

static int start(struct ra_rehearsal *r, struct ra_err *err)
{
    struct ra_buf ca = {0}, certificate = {0}, key = {0};
    int rc = ra_sim_certs(&ca, &certificate, &key, err);
    if (!rc)
        rc = ra_sim_http_open(r, ra_buf_z(&key), ra_buf_z(&certificate), err);
    if (!rc)
        rc = announce(r, ra_buf_z(&ca), err);
    ra_buf_free(&ca);
    ra_buf_free(&certificate);
    ra_buf_free(&key);
    return rc;
}

static int open_all(struct ra_rehearsal *r, struct ra_err *err)
{
    int rc = ra_dir_make(r->state_dir, err);
    if (!rc)
        rc = ra_sim_log_open(&r->log, r->state_dir, err);
    if (!rc)
        rc = ra_sim_load(&r->store, r->o.data_dir, err);
    if (!rc)
        rc = name_tenant(r, err);
    if (!rc)
        rc = ra_sim_auth_open(r, err);
    if (!rc && r->o.faults)
        rc = ra_sim_rules_read(&r->rules, r->o.faults, err);
    return rc ? rc : start(r, err);
}

int ra_rehearsal_open(const struct ra_rehearsal_options *o, struct ra_rehearsal **out,
                      struct ra_err *err)
{
    struct ra_rehearsal *r = ra_calloc(1, sizeof(*r));
    r->o = *o;
    defaults(&r->o);
    r->o.client_id = r->client_id = o->client_id ? ra_strdup(o->client_id) : NULL;
    r->o.app_roles = r->app_roles = o->app_roles ? ra_strdup(o->app_roles) : NULL;
    r->state_dir = ra_strdup(o->state_dir);
    ra_sim_store_init(&r->store);
    r->store.settle_ms = o->settle_ms;
    ra_sim_rules_init(&r->rules);
    ra_sim_marks_init(&r->marks, r->o.token_bytes);
    pthread_mutex_init(&r->throttle.lock, NULL);
    int rc = open_all(r, err);
    *out = r;
    if (rc)
        ra_rehearsal_close(out);
    return rc;
}

const char *ra_rehearsal_url(const struct ra_rehearsal *r)
{
    return r->url;
}

const char *ra_rehearsal_tenant(const struct ra_rehearsal *r)
{
    return r->tenant;
}

int ra_rehearsal_export(struct ra_rehearsal *r, struct ra_str lines, bool past_threshold,
                        struct ra_buf *answer, struct ra_err *err)
{
    pthread_rwlock_wrlock(&r->store.lock);
    int rc = ra_sim_export(&r->store, lines, past_threshold, answer, err);
    pthread_rwlock_unlock(&r->store.lock);
    return rc;
}

void ra_rehearsal_close(struct ra_rehearsal **out)
{
    struct ra_rehearsal *r = *out;
    if (!r)
        return;
    ra_sim_http_close(r);
    ra_sim_auth_close(r);
    ra_sim_marks_free(&r->marks);
    ra_sim_rules_free(&r->rules);
    ra_sim_log_close(&r->log);
    ra_sim_store_free(&r->store);
    pthread_mutex_destroy(&r->throttle.lock);
    free(r->client_id);
    free(r->app_roles);
    free(r->state_dir);
    free(r);
    *out = NULL;
}
