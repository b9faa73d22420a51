#include "recovery/backup/facts.h"
#include "recovery/model/anchor.h"
#include "src/base/clock.h"

#include <string.h>

struct facts {
    struct ra_buf *out;
    struct ra_json j;
    uint64_t lines;
};

static void begin(struct facts *f, const char *type)
{
    f->j.comma = false;
    ra_json_object(&f->j);
    ra_json_key(&f->j, "type");
    ra_json_z(&f->j, type);
}

static void end(struct facts *f)
{
    ra_json_object_end(&f->j);
    ra_buf_putc(f->out, '\n');
    f->lines++;
}

static void text(struct facts *f, const char *key, struct ra_str s)
{
    ra_json_key(&f->j, key);
    ra_json_str(&f->j, s);
}

static void flag(struct facts *f, const char *key, bool v)
{
    ra_json_key(&f->j, key);
    ra_json_bool(&f->j, v);
}

static void number(struct facts *f, const char *key, uint64_t v)
{
    ra_json_key(&f->j, key);
    ra_json_int(&f->j, (long long)v);
}

static void when(struct facts *f, const char *key, int64_t t)
{
    char z[RA_TIME_TEXT];

    ra_time_text(t, z);
    text(f, key, t ? ra_str(z) : (struct ra_str){NULL, 0});
}

static void texts(struct facts *f, const char *key, const struct ra_str *all, size_t n)
{
    ra_json_key(&f->j, key);
    ra_json_array(&f->j);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !ra_str_eq(all[i], all[i - 1]))
            ra_json_str(&f->j, all[i]);
    ra_json_array_end(&f->j);
}

/* A value that was JSON before, on one line. */
static int raw(struct facts *f, const char *key, struct ra_str json, struct ra_err *err)
{
    cJSON *tree = ra_str_absent(json) ? NULL : cJSON_ParseWithLength(json.p, json.n);
    char *printed = tree ? cJSON_PrintUnformatted(tree) : NULL;
    int rc = 0;

    ra_json_key(&f->j, key);
    if (printed)
        ra_json_raw(&f->j, ra_str(printed));
    else if (ra_str_absent(json))
        ra_json_null(&f->j);
    else
        rc = ra_fail(err, RA_EINTEGRITY, "cloud: a document of the snapshot is not JSON");
    cJSON_free(printed);
    cJSON_Delete(tree);
    return rc;
}

static const char *const preventions[] = {NULL, "disabled", "enabledForCount",
                                          "enabledForPercentage"};

static int put_tenant(struct facts *f, const struct ra_tenant *t, const char *id,
                      struct ra_err *err)
{
    int rc;

    begin(f, "tenant");
    text(f, "id", ra_str(id));
    text(f, "displayName", t->display_name);
    text(f, "initialDomain", t->initial_domain);
    texts(f, "verifiedDomains", t->domains, t->domains_n);
    rc = raw(f, "features", t->flags_json, err);
    ra_json_key(&f->j, "synchronizationPreventionType");
    ra_json_z(&f->j, preventions[t->prevention]);
    ra_json_key(&f->j, "alertThreshold");
    if (t->prevention == RA_PREVENTION_COUNT || t->prevention == RA_PREVENTION_PERCENT)
        ra_json_int(&f->j, t->threshold);
    else
        ra_json_null(&f->j);
    text(f, "anchorAttribute", t->anchor_attribute);
    when(f, "onPremisesLastSyncDateTime", t->last_sync);
    flag(f, "roles_known", t->roles_known);
    flag(f, "role_definitions_known", t->definitions_known);
    texts(f, "unknown", t->unknown, t->unknown_n);
    end(f);
    return rc;
}

static void put_anchor(struct facts *f, const struct ra_backup_input *in,
                       const struct ra_backup_manifest *m)
{
    const struct ra_detection *d = &in->result->detection;

    begin(f, "anchor");
    text(f, "attribute", m->anchor_attribute);
    text(f, "configured", in->anchor_configured);
    text(f, "login_attribute", in->login_attribute);
    ra_json_key(&f->j, "candidates");
    ra_json_object(&f->j);
    for (size_t i = 0; i < d->candidates_n; i++) {
        ra_json_key_str(&f->j, d->candidates[i].name);
        ra_json_int(&f->j, (long long)d->candidates[i].reproduced);
    }
    ra_json_object_end(&f->j);
    number(f, "any", d->any);
    number(f, "all", d->all);
    flag(f, "undetermined", d->undetermined);
    flag(f, "weak", d->weak);
    end(f);
}

static void put_snapshots(struct facts *f, const struct ra_backup_input *in)
{
    for (size_t i = 0; i < in->snapshots_n; i++) {
        const struct ra_backup_snapshot *s = &in->snapshots[i];
        begin(f, "snapshot");
        text(f, "side", s->side);
        when(f, "created", s->created);
        number(f, "objects", s->objects);
        text(f, "hash", s->hash);
        text(f, "proof", s->proof);
        end(f);
    }
}

static int put_documents(struct facts *f, const struct ra_backup_input *in, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < in->documents_n; i++) {
        begin(f, "document");
        text(f, "name", in->documents[i].name);
        text(f, "state", in->documents[i].state);
        rc = raw(f, "value", in->documents[i].json, err);
        end(f);
    }
    return rc;
}

static void put_holders(struct facts *f, const struct ra_tenant *t)
{
    for (size_t i = 0; i < t->holders_n; i++) {
        unsigned roles = t->holders[i].roles;
        begin(f, "role");
        text(f, "principalId", t->holders[i].user_id);
        flag(f, "privileged", roles & RA_ROLE_PRIVILEGED);
        flag(f, "assigned", roles & RA_ROLE_ASSIGNED);
        flag(f, "eligible", roles & RA_ROLE_ELIGIBLE);
        end(f);
    }
}

int ra_facts_write(const struct ra_backup_input *in, const struct ra_backup_manifest *m,
                   struct ra_buf *out, uint64_t *lines, struct ra_err *err)
{
    struct facts f = {.out = out};
    int rc;

    ra_json_init(&f.j, out);
    begin(&f, "header");
    number(&f, "format", RA_BACKUP_FORMAT);
    text(&f, "tool", RA_STR("reanchor"));
    text(&f, "version", ra_str(m->tool_version));
    text(&f, "tenant", ra_str(m->tenant));
    end(&f);
    rc = put_tenant(&f, in->tenant, m->tenant, err);
    put_anchor(&f, in, m);
    put_snapshots(&f, in);
    if (rc == 0)
        rc = put_documents(&f, in, err);
    put_holders(&f, in->tenant);
    *lines += f.lines;
    return rc;
}
