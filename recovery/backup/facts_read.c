#include "recovery/backup/facts.h"
#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>

static int wrong(const char *line, const char *what, struct ra_err *err)
{
    return ra_fail(err, RA_EINTEGRITY, "the line '%s': its %s is not what the format wants", line,
                   what);
}

static const cJSON *member(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static struct ra_str copy(struct ra_facts_reader *r, const cJSON *o, const char *key)
{
    struct ra_str s;

    ra_member_text(o, key, &s);
    return ra_arena_text(&r->arena, s);
}

static int texts(struct ra_facts_reader *r, const cJSON *o, const char *key, struct ra_str **out,
                 size_t *n, struct ra_err *err)
{
    const cJSON *v = member(o, key);

    if (!cJSON_IsArray(v))
        return wrong("tenant", key, err);
    *out = ra_arena_alloc(&r->arena, (size_t)cJSON_GetArraySize(v) * sizeof **out);
    *n = 0;
    for (const cJSON *i = v->child; i; i = i->next) {
        if (!cJSON_IsString(i))
            return wrong("tenant", key, err);
        (*out)[(*n)++] = ra_arena_text(&r->arena, ra_str(i->valuestring));
    }
    return 0;
}

static enum ra_tri feature(const cJSON *features, const char *name)
{
    const cJSON *v = member(features, name);

    return cJSON_IsBool(v) ? cJSON_IsTrue(v) ? RA_YES : RA_NO : RA_UNKNOWN;
}

static void read_features(struct ra_facts_reader *r, const cJSON *line)
{
    const cJSON *f = member(line, "features");
    struct ra_tenant *t = &r->facts.tenant;
    char *printed = cJSON_IsObject(f) ? cJSON_PrintUnformatted(f) : NULL;

    t->flags = (struct ra_flags){
        .block_hard_match = feature(f, "blockCloudObjectTakeoverThroughHardMatchEnabled"),
        .block_soft_match = feature(f, "blockSoftMatchEnabled"),
        .soft_match_on_upn = feature(f, "softMatchOnUpnEnabled"),
        .allow_identifier_update =
            feature(f, "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"),
    };
    if (printed)
        t->flags_json = ra_arena_text(&r->arena, ra_str(printed));
    cJSON_free(printed);
}

static void read_prevention(struct ra_tenant *t, const cJSON *line)
{
    struct ra_str s;
    uint64_t threshold;

    if (ra_member_text(line, "synchronizationPreventionType", &s))
        t->prevention = ra_str_eq(s, RA_STR("disabled"))               ? RA_PREVENTION_OFF
                        : ra_str_eq(s, RA_STR("enabledForCount"))      ? RA_PREVENTION_COUNT
                        : ra_str_eq(s, RA_STR("enabledForPercentage")) ? RA_PREVENTION_PERCENT
                                                                       : RA_PREVENTION_UNKNOWN;
    if (ra_member_count(line, "alertThreshold", &threshold))
        t->threshold = (int64_t)threshold;
}

static int read_tenant(struct ra_facts_reader *r, const cJSON *line, struct ra_err *err)
{
    struct ra_tenant *t = &r->facts.tenant;
    int rc;

    t->id = copy(r, line, "id");
    t->display_name = copy(r, line, "displayName");
    t->initial_domain = copy(r, line, "initialDomain");
    t->anchor_attribute = copy(r, line, "anchorAttribute");
    ra_member_time(line, "onPremisesLastSyncDateTime", &t->last_sync);
    t->roles_known = cJSON_IsTrue(member(line, "roles_known"));
    t->definitions_known = cJSON_IsTrue(member(line, "role_definitions_known"));
    read_features(r, line);
    read_prevention(t, line);
    rc = texts(r, line, "verifiedDomains", &t->domains, &t->domains_n, err);
    return rc == 0 ? texts(r, line, "unknown", &t->unknown, &t->unknown_n, err) : rc;
}

static int read_role(struct ra_facts_reader *r, const cJSON *line, struct ra_err *err)
{
    struct ra_tenant *t = &r->facts.tenant;
    struct ra_role_holder h = {.user_id = copy(r, line, "principalId")};

    if (ra_str_absent(h.user_id))
        return wrong("role", "principalId", err);
    h.roles = (cJSON_IsTrue(member(line, "privileged")) ? RA_ROLE_PRIVILEGED : 0u) |
              (cJSON_IsTrue(member(line, "assigned")) ? RA_ROLE_ASSIGNED : 0u) |
              (cJSON_IsTrue(member(line, "eligible")) ? RA_ROLE_ELIGIBLE : 0u);
    t->holders = ra_grow(t->holders, &r->holders_cap, t->holders_n + 1, sizeof *t->holders);
    t->holders[t->holders_n++] = h;
    return 0;
}

static int read_document(struct ra_facts_reader *r, const cJSON *line, struct ra_err *err)
{
    struct ra_backup_facts *f = &r->facts;
    const cJSON *value = member(line, "value");
    struct ra_backup_document d = {.name = copy(r, line, "name"), .state = copy(r, line, "state")};
    char *printed = value && !cJSON_IsNull(value) ? cJSON_PrintUnformatted(value) : NULL;

    if (printed)
        d.json = ra_arena_text(&r->arena, ra_str(printed));
    cJSON_free(printed);
    if (ra_str_absent(d.name))
        return wrong("document", "name", err);
    f->documents = ra_grow(f->documents, &r->documents_cap, f->documents_n + 1, sizeof d);
    f->documents[f->documents_n++] = d;
    return 0;
}

static int read_header(struct ra_facts_reader *r, const cJSON *line, struct ra_err *err)
{
    uint64_t format;

    if (!ra_member_count(line, "format", &format) || format != RA_BACKUP_FORMAT)
        return wrong("header", "format", err);
    r->header = true;
    return 0;
}

static int read_anchor(struct ra_facts_reader *r, const cJSON *line)
{
    r->facts.anchor_attribute = copy(r, line, "attribute");
    r->facts.anchor_configured = copy(r, line, "configured");
    r->facts.login_attribute = copy(r, line, "login_attribute");
    return 0;
}

int ra_facts_read(struct ra_facts_reader *r, const cJSON *line, struct ra_str type, bool *known,
                  struct ra_err *err)
{
    *known = true;
    if (ra_str_eq(type, RA_STR("header")))
        return read_header(r, line, err);
    if (!r->header)
        return ra_fail(err, RA_EINTEGRITY, "the first line is not the header");
    if (ra_str_eq(type, RA_STR("tenant")))
        return read_tenant(r, line, err);
    if (ra_str_eq(type, RA_STR("anchor")))
        return read_anchor(r, line);
    if (ra_str_eq(type, RA_STR("document")))
        return read_document(r, line, err);
    if (ra_str_eq(type, RA_STR("role")))
        return read_role(r, line, err);
    *known = ra_str_eq(type, RA_STR("snapshot")); /* the manifest has the same */
    return 0;
}

void ra_facts_free(struct ra_facts_reader *r)
{
    free(r->facts.tenant.holders);
    free(r->facts.documents);
    ra_arena_free(&r->arena);
}
