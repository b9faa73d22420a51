#include "recovery/plan/plan.h"

#include "recovery/plan/form.h"
#include "recovery/plan/reader.h"
#include "src/base/clock.h"

#include <stdio.h>
#include <string.h>

const char *const ra_plan_soft_names[3] = {"deny", "server", "stamp"};
const char *const ra_plan_takeover_names[2] = {"deny", "allow"};

static const char *const op_names[RA_PLAN_OPS] = {
    [RA_OP_SET_CONSISTENCY_GUID] = "ad.set_consistency_guid",
    [RA_OP_SET_IMMUTABLE_ID] = "cloud.set_immutable_id",
    [RA_OP_CLEAR_OBJECT_IDENTIFIER] = "cloud.clear_object_identifier",
    [RA_OP_SET_FEATURES] = "tenant.set_features",
    [RA_OP_HOLD] = "ad.hold",
};

const char *ra_plan_op_name(enum ra_plan_op op)
{
    return op_names[op];
}

/* ---- the parts ---- */

static void take_counts(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *counts = ra_plan_take_child(r, root, "counts", false), *item;

    cJSON_ArrayForEach(item, counts)
    {
        int code = ra_plan_code_of(item->string);
        double n;
        if (code < 0) {
            ra_plan_refuse(r, "counts", item->string, "the code of a verdict");
            continue;
        }
        n = ra_plan_take_number(r, counts, item->string);
        r->plan->counts[code] = n > 0 ? (uint64_t)n : 0;
    }
}

static void take_policy(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *p = ra_plan_take_child(r, root, "policy", false);
    struct ra_policy *out = &r->plan->policy;

    if (!p)
        return;
    out->anchor_attribute = ra_plan_take_text(r, p, "anchor_attribute");
    out->max_deletes = (int64_t)ra_plan_take_number(r, p, "max_deletes");
    out->max_deletes_percent = ra_plan_take_number(r, p, "max_deletes_percent");
    out->max_hard_deletes = (int64_t)ra_plan_take_number(r, p, "max_hard_deletes");
    out->soft_match = (enum ra_soft_match)ra_plan_take_name(r, p, "soft_match", ra_plan_soft_names,
                                                            3, "deny, server or stamp");
    out->takeover_allowed =
        ra_plan_take_name(r, p, "takeover", ra_plan_takeover_names, 2, "deny or allow") == 1;
}

static void take_reasons(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *reasons = ra_plan_take_child(r, root, "reasons", true), *item;
    size_t n = reasons ? (size_t)cJSON_GetArraySize(reasons) : 0, i = 0;

    r->plan->reasons = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->reasons + 1);
    cJSON_ArrayForEach(item, reasons)
    {
        if (!cJSON_IsString(item))
            ra_plan_refuse(r, "reasons", ra_plan_type_of(item), "an array of strings");
        else
            r->plan->reasons[i++] = ra_plan_kept(r, item->valuestring);
    }
    r->plan->reasons_n = i;
}

static void take_snapshots(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *snapshots = ra_plan_take_child(r, root, "snapshots", false), *item;
    size_t n = snapshots ? (size_t)cJSON_GetArraySize(snapshots) : 0, i = 0;

    r->plan->snapshots = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->snapshots + 1);
    cJSON_ArrayForEach(item, snapshots)
    {
        struct ra_plan_snapshot *s = &r->plan->snapshots[i];
        if (!cJSON_IsObject(item)) {
            ra_plan_refuse(r, "snapshots", ra_plan_type_of(item), "objects");
            continue;
        }
        s->side = ra_plan_kept(r, item->string);
        s->hash = ra_plan_take_text(r, item, "hash");
        s->id = ra_plan_take_needed(r, item, "id");
        s->marker = ra_plan_take_text(r, item, "marker");
        i++;
    }
    r->plan->snapshots_n = i;
}

static void take_features(struct ra_plan_reader *r, const cJSON *item, struct ra_plan_value *out)
{
    const cJSON *flag;
    size_t n = (size_t)cJSON_GetArraySize(item), i = 0;

    out->features = ra_arena_alloc(&r->plan->arena, n * sizeof *out->features + 1);
    cJSON_ArrayForEach(flag, item)
    {
        if (!cJSON_IsBool(flag))
            ra_plan_refuse(r, flag->string, ra_plan_type_of(flag), "true or false");
        out->features[i++] =
            (struct ra_plan_feature){ra_plan_kept(r, flag->string), cJSON_IsTrue(flag)};
    }
    out->features_n = n;
}

static struct ra_plan_value take_value(struct ra_plan_reader *r, const cJSON *object,
                                       const char *name, enum ra_plan_op op)
{
    struct ra_plan_value v = {0};
    const cJSON *item = ra_plan_member(r, object, name);

    if (!item)
        return v;
    if (op != RA_OP_SET_FEATURES)
        v.text = ra_plan_take_text(r, object, name);
    else if (cJSON_IsObject(item))
        take_features(r, item, &v);
    else
        ra_plan_refuse(r, name, ra_plan_type_of(item), "an object of features");
    return v;
}

static void take_undo(struct ra_plan_reader *r, const cJSON *item, struct ra_plan_step *s)
{
    const cJSON *undo = ra_plan_member(r, item, "undo");

    s->undoable = undo && cJSON_IsObject(undo);
    if (s->undoable)
        s->undo = take_value(r, undo, "want", s->op);
    else if (undo && !cJSON_IsNull(undo))
        ra_plan_refuse(r, "undo", ra_plan_type_of(undo), "an object or null");
}

/* What each operation may be asked to do. */
static void check_step(struct ra_plan_reader *r, const struct ra_plan_step *s)
{
    bool clears = s->op == RA_OP_CLEAR_OBJECT_IDENTIFIER;
    bool empty = ra_str_absent(s->want.text) && s->want.features_n == 0;

    if (clears && !empty)
        ra_plan_refuse(r, "want", "a value", "null: the identifier can only be cleared");
    if (!clears && empty)
        ra_plan_refuse(r, "want", "null", "the value to write");
    if ((s->op == RA_OP_SET_CONSISTENCY_GUID || s->op == RA_OP_HOLD) &&
        ra_str_absent(s->target.directory))
        ra_plan_refuse(r, "target.directory", "null", "the directory of an AD object");
}

static void take_step(struct ra_plan_reader *r, const cJSON *item, struct ra_plan_step *s)
{
    const cJSON *target = ra_plan_take_child(r, item, "target", false),
                *why = ra_plan_member(r, item, "why");
    int code = why && cJSON_IsString(why) ? ra_plan_code_of(why->valuestring) : -1;

    s->id = ra_plan_take_needed(r, item, "id");
    s->op =
        (enum ra_plan_op)ra_plan_take_name(r, item, "op", op_names, RA_PLAN_OPS, "an operation");
    if (code < 0)
        ra_plan_refuse(r, "why", "unknown", "the code of a verdict");
    s->why = code < 0 ? RA_CLOUD_ONLY : (enum ra_verdict_code)code;
    s->have = take_value(r, item, "have", s->op);
    s->want = take_value(r, item, "want", s->op);
    take_undo(r, item, s);
    if (!target)
        return;
    s->target.directory = ra_plan_take_text(r, target, "directory");
    s->target.dn = ra_plan_take_text(r, target, "dn");
    s->target.id = ra_plan_take_needed(r, target, "id");
    check_step(r, s);
}

static void take_steps(struct ra_plan_reader *r, const cJSON *root)
{
    const cJSON *steps = ra_plan_take_child(r, root, "steps", true), *item;
    size_t n = steps ? (size_t)cJSON_GetArraySize(steps) : 0;

    r->plan->steps = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->steps + 1);
    memset(r->plan->steps, 0, n * sizeof *r->plan->steps);
    cJSON_ArrayForEach(item, steps)
    {
        if (r->rc != 0)
            break;
        snprintf(r->where, sizeof r->where, "steps[%zu].", r->plan->steps_n);
        take_step(r, item, &r->plan->steps[r->plan->steps_n++]);
    }
    r->where[0] = '\0';
}

static void take_all(struct ra_plan_reader *r, const cJSON *root)
{
    static const char *const gates[] = {"SAFE", "ACTION", "STOP"};
    struct ra_plan *p = r->plan;
    struct ra_str created, hash;

    if (ra_plan_take_number(r, root, "format") != RA_PLAN_FORMAT)
        ra_plan_refuse(r, "format", "of another version", "1");
    created = ra_plan_take_needed(r, root, "created");
    if (!ra_time_parse(created, &p->created))
        ra_plan_refuse(r, "created", "no time", "a time");
    p->tenant = ra_plan_take_needed(r, root, "tenant");
    p->anchor = ra_plan_take_text(r, root, "anchor");
    p->gate = (enum ra_gate)ra_plan_take_name(r, root, "gate", gates, 3, "SAFE, ACTION or STOP");
    take_counts(r, root);
    ra_plan_take_expected(r, root);
    take_policy(r, root);
    take_reasons(r, root);
    take_snapshots(r, root);
    take_steps(r, root);
    hash = ra_plan_take_needed(r, root, "hash");
    if (hash.n != 64)
        ra_plan_refuse(r, "hash", "no SHA-256", "64 hexadecimal digits");
    else
        memcpy(p->hash, hash.p, 65);
}

/* ---- the whole ---- */

static int edited(struct ra_err *err, size_t at, struct ra_str bytes)
{
    unsigned line = 1;

    for (size_t i = 0; i < at && i < bytes.n; i++)
        line += bytes.p[i] == '\n';
    ra_fail(err, RA_ESTALE,
            "plan: line %u is not as it was written: its content gives another text", line);
    return ra_hint(err, RA_PLAN_AGAIN);
}

static int hash_is_its_own(const struct ra_plan *plan, const char *again, struct ra_err *err)
{
    static const char key[] = "\n  \"hash\": \""; /* no string holds a line feed as it is */
    const char *own = strstr(again, key) + sizeof key - 1;

    if (strncmp(own, plan->hash, 64) == 0)
        return 0;
    ra_fail(err, RA_ESTALE, "plan: its hash is %s, its content gives %.64s: it was edited",
            plan->hash, own);
    return ra_hint(err, RA_PLAN_AGAIN);
}

/* Whatever a reader of JSON lets pass — white space, a member twice, another spelling of a number —
 * the writer would not have written. */
static int as_it_was_written(const struct ra_plan *plan, struct ra_str bytes, struct ra_err *err)
{
    struct ra_buf again;
    size_t at = 0;
    int rc;

    ra_buf_init(&again, RA_PLAN_MAX);
    rc = ra_plan_encode(plan, &again, err);
    if (rc == 0)
        rc = hash_is_its_own(plan, ra_buf_z(&again), err);
    while (rc == 0 && at < again.n && at < bytes.n && again.p[at] == bytes.p[at])
        at++;
    if (rc == 0 && (again.n != bytes.n || at != bytes.n))
        rc = edited(err, at, bytes);
    ra_buf_free(&again);
    return rc;
}

int ra_plan_decode(struct ra_str bytes, struct ra_plan *out, struct ra_err *err)
{
    struct ra_plan_reader r = {.plan = out, .err = err};
    cJSON *root = cJSON_ParseWithLength(bytes.p, bytes.n);

    memset(out, 0, sizeof *out);
    if (!root || !cJSON_IsObject(root)) {
        r.rc = ra_fail(err, RA_ESTALE, "plan: is not a JSON object, want what plan.json holds");
        ra_hint(err, RA_PLAN_AGAIN);
    } else
        take_all(&r, root);
    cJSON_Delete(root);
    if (r.rc == 0)
        r.rc = as_it_was_written(out, bytes, err);
    if (r.rc != 0)
        ra_plan_free(out);
    return r.rc;
}
