#include "recovery/rehearsal/export.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <string.h>

/* The control endpoints, which Graph does not have: faults and changes while a client reads. */

static void refuse(struct ra_sim_reply *a, int status, const char *why)
{
    struct ra_json j;
    ra_buf_clear(&a->body);
    a->status = status;
    a->content_type = "application/json";
    ra_json_init(&j, &a->body);
    ra_json_object(&j);
    ra_json_key(&j, "error");
    ra_json_z(&j, why);
    ra_json_object_end(&j);
}

static void fine(struct ra_sim_reply *a, const char *json)
{
    a->status = 200;
    a->content_type = "application/json";
    ra_buf_puts(&a->body, json);
}

static void faults(struct ra_rehearsal *r, const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_err err;
    if (!strcmp(q->method, "DELETE"))
        ra_sim_rules_clear(&r->rules);
    if (strcmp(q->method, "POST")) {
        fine(a, "");
        ra_sim_rules_list(&r->rules, &a->body);
        return;
    }
    cJSON *json = cJSON_ParseWithLength(q->body.p ? q->body.p : "", q->body.n);
    if (!json)
        refuse(a, 400, "fault rules: are not JSON");
    else if (ra_sim_rules_add(&r->rules, json, &err))
        refuse(a, 400, err.msg);
    else
        fine(a, "{}");
    cJSON_Delete(json);
}

/* ---- changes ---- */

static const char *string_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static const char *create(struct ra_rehearsal *r, const cJSON *op)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(op, "object");
    enum ra_sim_kind kind;
    if (!ra_sim_kind_parse(ra_str(string_of(op, "kind")), &kind))
        return "create: kind is none of user, group, contact, device";
    if (!string_of(object, "id") || ra_sim_store_by_id(&r->store, ra_str(string_of(object, "id"))))
        return "create: the object's id is missing or taken";
    ra_sim_store_create(&r->store, kind, ra_sim_body_new(kind, object));
    return NULL;
}

/* {"op":"create","kind":…,"object":{…}}, {"op":"update","id":…,"set":{…}}, {"op":"delete","id":…,
 * "hard":bool}, {"op":"restore","id":…}; "perhaps":true passes over one that does not fit. */
static const char *make_change(struct ra_rehearsal *r, const cJSON *op)
{
    const char *what = string_of(op, "op");
    if (!what)
        return "a change needs op";
    if (!strcmp(what, "create"))
        return create(r, op);
    struct ra_sim_object *o = ra_sim_store_by_id(&r->store, ra_str(string_of(op, "id")));
    const cJSON *set = cJSON_GetObjectItemCaseSensitive(op, "set");
    if (!o)
        return "no object has that id";
    if (!strcmp(what, "update") && cJSON_IsObject(set))
        ra_sim_store_update(&r->store, o, set);
    else if (!strcmp(what, "delete"))
        ra_sim_store_delete(&r->store, o,
                            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(op, "hard")));
    else if (!strcmp(what, "restore") && o->deleted)
        ra_sim_store_restore(&r->store, o);
    else
        return "op is none of create, update, delete, restore, or does not fit the object";
    return NULL;
}

static const char *change_one(struct ra_rehearsal *r, const cJSON *op)
{
    const char *why = make_change(r, op);
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(op, "perhaps")) ? NULL : why;
}

static void change(struct ra_rehearsal *r, const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    cJSON *json = cJSON_ParseWithLength(q->body.p ? q->body.p : "", q->body.n);
    const char *why = json ? NULL : "changes: are not JSON";
    pthread_rwlock_wrlock(&r->store.lock);
    if (cJSON_IsArray(json)) {
        for (const cJSON *op = json->child; op && !why; op = op->next)
            why = change_one(r, op);
    } else if (json) {
        why = change_one(r, json);
    }
    pthread_rwlock_unlock(&r->store.lock);
    if (why)
        refuse(a, 400, why);
    else
        fine(a, "{}");
    cJSON_Delete(json);
}

static void state(struct ra_rehearsal *r, struct ra_sim_reply *a)
{
    struct ra_json j;
    fine(a, "");
    ra_json_init(&j, &a->body);
    ra_json_object(&j);
    ra_json_key(&j, "tenant");
    ra_json_z(&j, r->tenant);
    pthread_rwlock_rdlock(&r->store.lock);
    for (int k = 0; k < RA_SIM_KINDS; k++) {
        ra_json_key(&j, ra_sim_kind_segment((enum ra_sim_kind)k));
        ra_json_int(&j, (long long)r->store.live[k].count);
    }
    ra_json_key(&j, "deletedUsers");
    ra_json_int(&j, (long long)r->store.deleted[RA_SIM_USER].count);
    ra_json_key(&j, "changes");
    ra_json_int(&j, (long long)r->store.log_n);
    pthread_rwlock_unlock(&r->store.lock);
    ra_json_object_end(&j);
}

static void export(struct ra_rehearsal *r, const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_err err;
    fine(a, "");
    a->content_type = "application/x-ndjson";
    pthread_rwlock_wrlock(&r->store.lock);
    int rc = ra_sim_export(&r->store, q->body, false, &a->body, &err);
    pthread_rwlock_unlock(&r->store.lock);
    if (rc)
        refuse(a, 400, err.msg);
}

void ra_sim_control(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_str what = ra_str_from(ra_str(q->target), strlen("/rehearsal/"));
    bool post = !strcmp(q->method, "POST");
    if (ra_str_eq(what, RA_STR("faults")))
        faults(r, q, a);
    else if (ra_str_eq(what, RA_STR("change")) && post)
        change(r, q, a);
    else if (ra_str_eq(what, RA_STR("export")) && post)
        export(r, q, a);
    else if (ra_str_eq(what, RA_STR("state")))
        state(r, a);
    else
        refuse(a, 404, "control endpoints: faults, change, export, state");
}
