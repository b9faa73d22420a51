#include "recovery/plan/plan.h"

#include "recovery/plan/form.h"
#include "src/base/clock.h"

#include <cjson/cJSON.h>
#include <math.h>
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

#define AGAIN "make a new plan; a plan is carried out as it was written or not at all"

/* A plan being read. Every taker below is a no-op once an error was found: the first is the one
 * told. */
struct reader {
    struct ra_plan *plan;
    struct ra_err *err;
    int rc;
    char where[64]; /* what is being read, such as "steps[3]." */
};

static void refuse(struct reader *r, const char *member, const char *found, const char *want)
{
    if (r->rc != 0)
        return;
    r->rc = ra_fail(r->err, RA_ESTALE, "plan: %s%s is %s, want %s", r->where, member, found, want);
    ra_hint(r->err, AGAIN);
}

static const char *type_of(const cJSON *item)
{
    if (!item)
        return "missing";
    if (cJSON_IsString(item))
        return "a string";
    if (cJSON_IsNumber(item))
        return "a number";
    if (cJSON_IsObject(item))
        return "an object";
    if (cJSON_IsArray(item))
        return "an array";
    return cJSON_IsNull(item) ? "null" : "true or false";
}

static const cJSON *member(struct reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!item)
        refuse(r, name, "missing", "a value");
    return item;
}

static struct ra_str kept(struct reader *r, const char *z)
{
    size_t n = strlen(z);

    return n ? (struct ra_str){ra_arena_copy(&r->plan->arena, z, n), n} : (struct ra_str){NULL, 0};
}

/* A string, or null, which is absent. */
static struct ra_str take_text(struct reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = member(r, object, name);

    if (item && cJSON_IsString(item))
        return kept(r, item->valuestring);
    if (item && !cJSON_IsNull(item))
        refuse(r, name, type_of(item), "a string or null");
    return (struct ra_str){NULL, 0};
}

static struct ra_str take_needed(struct reader *r, const cJSON *object, const char *name)
{
    struct ra_str s = take_text(r, object, name);

    if (ra_str_absent(s))
        refuse(r, name, "null", "a string");
    return s;
}

static double take_number(struct reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = member(r, object, name);

    if (item && cJSON_IsNumber(item) && fabs(item->valuedouble) <= 9007199254740992.0)
        return item->valuedouble;
    if (item)
        refuse(r, name, type_of(item), "a number");
    return 0;
}

/* The place of a string member among the names; 0 after an error. */
static int take_name(struct reader *r, const cJSON *object, const char *name,
                     const char *const *names, int n, const char *want)
{
    const cJSON *item = member(r, object, name);

    for (int i = 0; item && cJSON_IsString(item) && i < n; i++)
        if (strcmp(item->valuestring, names[i]) == 0)
            return i;
    if (item)
        refuse(r, name, cJSON_IsString(item) ? item->valuestring : type_of(item), want);
    return 0;
}

static const cJSON *take_child(struct reader *r, const cJSON *object, const char *name, bool array)
{
    const cJSON *item = member(r, object, name);

    if (!item || (array ? cJSON_IsArray(item) : cJSON_IsObject(item)))
        return item;
    refuse(r, name, type_of(item), array ? "an array" : "an object");
    return NULL;
}

static int code_of(const char *name)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (strcmp(name, ra_code_info((enum ra_verdict_code)c)->name) == 0)
            return c;
    return -1;
}

/* ---- the parts ---- */

static void take_counts(struct reader *r, const cJSON *root)
{
    const cJSON *counts = take_child(r, root, "counts", false), *item;

    cJSON_ArrayForEach(item, counts)
    {
        int code = code_of(item->string);
        double n;
        if (code < 0) {
            refuse(r, "counts", item->string, "the code of a verdict");
            continue;
        }
        n = take_number(r, counts, item->string);
        r->plan->counts[code] = n > 0 ? (uint64_t)n : 0;
    }
}

static void take_policy(struct reader *r, const cJSON *root)
{
    const cJSON *p = take_child(r, root, "policy", false);
    struct ra_policy *out = &r->plan->policy;

    if (!p)
        return;
    out->anchor_attribute = take_text(r, p, "anchor_attribute");
    out->max_deletes = (int64_t)take_number(r, p, "max_deletes");
    out->max_deletes_percent = take_number(r, p, "max_deletes_percent");
    out->max_hard_deletes = (int64_t)take_number(r, p, "max_hard_deletes");
    out->soft_match = (enum ra_soft_match)take_name(r, p, "soft_match", ra_plan_soft_names, 3,
                                                    "deny, server or stamp");
    out->takeover_allowed =
        take_name(r, p, "takeover", ra_plan_takeover_names, 2, "deny or allow") == 1;
}

static void take_reasons(struct reader *r, const cJSON *root)
{
    const cJSON *reasons = take_child(r, root, "reasons", true), *item;
    size_t n = reasons ? (size_t)cJSON_GetArraySize(reasons) : 0, i = 0;

    r->plan->reasons = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->reasons + 1);
    cJSON_ArrayForEach(item, reasons)
    {
        if (!cJSON_IsString(item))
            refuse(r, "reasons", type_of(item), "an array of strings");
        else
            r->plan->reasons[i++] = kept(r, item->valuestring);
    }
    r->plan->reasons_n = i;
}

static void take_snapshots(struct reader *r, const cJSON *root)
{
    const cJSON *snapshots = take_child(r, root, "snapshots", false), *item;
    size_t n = snapshots ? (size_t)cJSON_GetArraySize(snapshots) : 0, i = 0;

    r->plan->snapshots = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->snapshots + 1);
    cJSON_ArrayForEach(item, snapshots)
    {
        struct ra_plan_snapshot *s = &r->plan->snapshots[i];
        if (!cJSON_IsObject(item)) {
            refuse(r, "snapshots", type_of(item), "objects");
            continue;
        }
        s->side = kept(r, item->string);
        s->hash = take_text(r, item, "hash");
        s->id = take_needed(r, item, "id");
        s->marker = take_text(r, item, "marker");
        i++;
    }
    r->plan->snapshots_n = i;
}

static void take_features(struct reader *r, const cJSON *item, struct ra_plan_value *out)
{
    const cJSON *flag;
    size_t n = (size_t)cJSON_GetArraySize(item), i = 0;

    out->features = ra_arena_alloc(&r->plan->arena, n * sizeof *out->features + 1);
    cJSON_ArrayForEach(flag, item)
    {
        if (!cJSON_IsBool(flag))
            refuse(r, flag->string, type_of(flag), "true or false");
        out->features[i++] = (struct ra_plan_feature){kept(r, flag->string), cJSON_IsTrue(flag)};
    }
    out->features_n = n;
}

static struct ra_plan_value take_value(struct reader *r, const cJSON *object, const char *name,
                                       enum ra_plan_op op)
{
    struct ra_plan_value v = {0};
    const cJSON *item = member(r, object, name);

    if (!item)
        return v;
    if (op != RA_OP_SET_FEATURES)
        v.text = take_text(r, object, name);
    else if (cJSON_IsObject(item))
        take_features(r, item, &v);
    else
        refuse(r, name, type_of(item), "an object of features");
    return v;
}

static void take_undo(struct reader *r, const cJSON *item, struct ra_plan_step *s)
{
    const cJSON *undo = member(r, item, "undo");

    s->undoable = undo && cJSON_IsObject(undo);
    if (s->undoable)
        s->undo = take_value(r, undo, "want", s->op);
    else if (undo && !cJSON_IsNull(undo))
        refuse(r, "undo", type_of(undo), "an object or null");
}

/* ---- what is expected ---- */

static int kind_of(const char *name)
{
    for (int k = 0; k < RA_KINDS; k++)
        if (strcmp(name, ra_kind_name((enum ra_kind)k)) == 0)
            return k;
    return -1;
}

static void take_prediction(struct reader *r, const cJSON *item, struct ra_prediction *e)
{
    const cJSON *kind = member(r, item, "kind"), *why = member(r, item, "why");
    int k = kind && cJSON_IsString(kind) ? kind_of(kind->valuestring) : -1;
    int code = why && cJSON_IsString(why) ? code_of(why->valuestring) : -1;

    if (k < 0 || code < 0) {
        refuse(r, k < 0 ? "kind" : "why", "unknown", "a kind and the code of a verdict");
        return;
    }
    e->kind = (enum ra_kind)k;
    e->why = (enum ra_verdict_code)code;
    e->anchor = take_text(r, item, "anchor");
    e->directory = take_text(r, item, "directory");
    e->dn = take_text(r, item, "dn");
    e->id = take_text(r, item, "id");
    e->object_guid = take_text(r, item, "object_guid");
    e->sid = take_text(r, item, "sid");
    e->smtp = take_text(r, item, "smtp");
}

static void take_outcome(struct reader *r, const cJSON *expected, enum ra_outcome outcome)
{
    struct ra_plan *p = r->plan;
    const cJSON *list = take_child(r, expected, ra_outcome_name(outcome), true), *item;

    snprintf(r->where, sizeof r->where, "expected.%s: ", ra_outcome_name(outcome));
    cJSON_ArrayForEach(item, list)
    {
        struct ra_prediction *e = &p->expected[p->expected_n];
        if (r->rc != 0)
            break;
        *e = (struct ra_prediction){.outcome = outcome};
        p->expected_n++;
        if (outcome < RA_WILL_REJOIN)
            take_prediction(r, item, e);
        else if (cJSON_IsString(item))
            e->id = kept(r, item->valuestring);
        else
            refuse(r, "id", type_of(item), "a string");
    }
    r->where[0] = '\0';
}

static void take_complete(struct reader *r, const cJSON *expected)
{
    const cJSON *complete = member(r, expected, "complete");

    if (complete && !cJSON_IsBool(complete))
        refuse(r, "expected.complete", type_of(complete), "true or false");
    r->plan->expects_all = cJSON_IsTrue(complete);
}

static void take_expected(struct reader *r, const cJSON *root)
{
    const cJSON *expected = take_child(r, root, "expected", false), *list;
    size_t n = 0;

    cJSON_ArrayForEach(list, expected)
    {
        n += cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    }
    take_complete(r, expected);
    r->plan->expected = ra_arena_alloc(&r->plan->arena, n * sizeof *r->plan->expected + 1);
    for (int o = 0; o < RA_OUTCOMES && r->rc == 0; o++)
        take_outcome(r, expected, (enum ra_outcome)o);
}

/* What each operation may be asked to do. */
static void check_step(struct reader *r, const struct ra_plan_step *s)
{
    bool clears = s->op == RA_OP_CLEAR_OBJECT_IDENTIFIER;
    bool empty = ra_str_absent(s->want.text) && s->want.features_n == 0;

    if (clears && !empty)
        refuse(r, "want", "a value", "null: the identifier can only be cleared");
    if (!clears && empty)
        refuse(r, "want", "null", "the value to write");
    if ((s->op == RA_OP_SET_CONSISTENCY_GUID || s->op == RA_OP_HOLD) &&
        ra_str_absent(s->target.directory))
        refuse(r, "target.directory", "null", "the directory of an AD object");
}

static void take_step(struct reader *r, const cJSON *item, struct ra_plan_step *s)
{
    const cJSON *target = take_child(r, item, "target", false), *why = member(r, item, "why");
    int code = why && cJSON_IsString(why) ? code_of(why->valuestring) : -1;

    s->id = take_needed(r, item, "id");
    s->op = (enum ra_plan_op)take_name(r, item, "op", op_names, RA_PLAN_OPS, "an operation");
    if (code < 0)
        refuse(r, "why", "unknown", "the code of a verdict");
    s->why = code < 0 ? RA_CLOUD_ONLY : (enum ra_verdict_code)code;
    s->have = take_value(r, item, "have", s->op);
    s->want = take_value(r, item, "want", s->op);
    take_undo(r, item, s);
    if (!target)
        return;
    s->target.directory = take_text(r, target, "directory");
    s->target.dn = take_text(r, target, "dn");
    s->target.id = take_needed(r, target, "id");
    check_step(r, s);
}

static void take_steps(struct reader *r, const cJSON *root)
{
    const cJSON *steps = take_child(r, root, "steps", true), *item;
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

static void take_all(struct reader *r, const cJSON *root)
{
    static const char *const gates[] = {"SAFE", "ACTION", "STOP"};
    struct ra_plan *p = r->plan;
    struct ra_str created, hash;

    if (take_number(r, root, "format") != RA_PLAN_FORMAT)
        refuse(r, "format", "of another version", "1");
    created = take_needed(r, root, "created");
    if (!ra_time_parse(created, &p->created))
        refuse(r, "created", "no time", "a time");
    p->tenant = take_needed(r, root, "tenant");
    p->anchor = take_text(r, root, "anchor");
    p->gate = (enum ra_gate)take_name(r, root, "gate", gates, 3, "SAFE, ACTION or STOP");
    take_counts(r, root);
    take_expected(r, root);
    take_policy(r, root);
    take_reasons(r, root);
    take_snapshots(r, root);
    take_steps(r, root);
    hash = take_needed(r, root, "hash");
    if (hash.n != 64)
        refuse(r, "hash", "no SHA-256", "64 hexadecimal digits");
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
    return ra_hint(err, AGAIN);
}

static int hash_is_its_own(const struct ra_plan *plan, const char *again, struct ra_err *err)
{
    static const char key[] = "\n  \"hash\": \""; /* no string holds a line feed as it is */
    const char *own = strstr(again, key) + sizeof key - 1;

    if (strncmp(own, plan->hash, 64) == 0)
        return 0;
    ra_fail(err, RA_ESTALE, "plan: its hash is %s, its content gives %.64s: it was edited",
            plan->hash, own);
    return ra_hint(err, AGAIN);
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
    struct reader r = {.plan = out, .err = err};
    cJSON *root = cJSON_ParseWithLength(bytes.p, bytes.n);

    memset(out, 0, sizeof *out);
    if (!root || !cJSON_IsObject(root)) {
        r.rc = ra_fail(err, RA_ESTALE, "plan: is not a JSON object, want what plan.json holds");
        ra_hint(err, AGAIN);
    } else
        take_all(&r, root);
    cJSON_Delete(root);
    if (r.rc == 0)
        r.rc = as_it_was_written(out, bytes, err);
    if (r.rc != 0)
        ra_plan_free(out);
    return r.rc;
}
