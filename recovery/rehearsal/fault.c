#include "recovery/rehearsal/fault.h"

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/mem.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The name of each kind, its status where it has one, and what stands in for a missing number. */
static const struct {
    const char *name;
    int status;
    int64_t n;
} kinds[] = {
    [RA_FAULT_NONE] = {"none", 0, 0},
    [RA_FAULT_THROTTLE] = {"throttle", 429, 0},
    [RA_FAULT_STATUS] = {"status", 503, 0},
    [RA_FAULT_HTML] = {"html", 503, 0},
    [RA_FAULT_UNAUTHORIZED] = {"unauthorized", 401, 0},
    [RA_FAULT_CAE] = {"cae", 401, 0},
    [RA_FAULT_FORBIDDEN] = {"forbidden", 403, 0},
    [RA_FAULT_EXPIRED_PAGE] = {"expired_page", 400, 0},
    [RA_FAULT_LOST_PAGE] = {"lost_page", 400, 0},
    [RA_FAULT_DELTA_GONE] = {"delta_gone", 410, 0},
    [RA_FAULT_DELTA_OLD] = {"delta_old", 400, 0},
    [RA_FAULT_RESET] = {"reset", 0, 0},
    [RA_FAULT_CUT] = {"cut", 0, 0},
    [RA_FAULT_GZIP_CUT] = {"gzip_cut", 0, 0},
    [RA_FAULT_STALL] = {"stall", 0, 0},
    [RA_FAULT_SILENT] = {"silent", 0, 0},
    [RA_FAULT_DELAY] = {"delay", 0, 0},
    [RA_FAULT_EMPTY_PAGE] = {"empty_page", 0, 0},
    [RA_FAULT_SHORT_PAGE] = {"short_page", 0, 1},
    [RA_FAULT_DUPLICATE] = {"duplicate", 0, 1},
    [RA_FAULT_LOOP] = {"loop", 0, 0},
    [RA_FAULT_FOREIGN_HOST] = {"foreign_host", 0, 0},
    [RA_FAULT_DROP_LINK] = {"drop_link", 0, 0},
    [RA_FAULT_HIDE] = {"hide", 0, 1},
    [RA_FAULT_MISCOUNT] = {"miscount", 0, 1},
    [RA_FAULT_CONFLICT] = {"conflict", 0, 0},
    [RA_FAULT_GARBAGE] = {"garbage", 0, 0},
    [RA_FAULT_CONTENT_TYPE] = {"content_type", 0, 0},
    [RA_FAULT_HUGE] = {"huge", 0, 0},
    [RA_FAULT_DEEP] = {"deep", 0, 100000},
    [RA_FAULT_REDIRECT] = {"redirect", 302, 0},
    [RA_FAULT_LIMIT] = {"limit", 0, 0},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *ra_sim_fault_name(enum ra_sim_fault_kind kind)
{
    return kinds[kind].name;
}

void ra_sim_rules_init(struct ra_sim_rules *r)
{
    *r = (struct ra_sim_rules){.next_id = 1};
    pthread_mutex_init(&r->lock, NULL);
}

void ra_sim_rules_free(struct ra_sim_rules *r)
{
    free(r->at);
    pthread_mutex_destroy(&r->lock);
}

void ra_sim_rules_clear(struct ra_sim_rules *r)
{
    pthread_mutex_lock(&r->lock);
    r->n = 0;
    pthread_mutex_unlock(&r->lock);
}

/* ---- reading a rule ---- */

static const char *text_of(const cJSON *o, const char *key)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return z ? z : "";
}

static int64_t number_of(const cJSON *o, const char *key, int64_t otherwise)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(v) ? (int64_t)v->valuedouble : otherwise;
}

static int read_kind(const cJSON *o, struct ra_sim_fault *f, struct ra_err *err)
{
    const char *name = text_of(o, "kind");
    for (size_t i = 1; i < KINDS; i++) {
        if (!strcmp(kinds[i].name, name)) {
            f->kind = (enum ra_sim_fault_kind)i;
            f->status = (int)number_of(o, "status", kinds[i].status);
            f->n = number_of(o, "n", kinds[i].n);
            return 0;
        }
    }
    return ra_fail(err, RA_EINPUT, "fault rule: kind is \"%s\", wanted one that is known", name);
}

static void read_retry_after(const cJSON *o, struct ra_sim_rule *rule)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "retry_after");
    struct ra_sim_fault *f = &rule->fault;
    f->has_retry_after = v && !cJSON_IsNull(v);
    if (cJSON_IsNumber(v))
        snprintf(f->retry_after, sizeof(f->retry_after), "%g", v->valuedouble);
    else if (cJSON_IsString(v))
        snprintf(f->retry_after, sizeof(f->retry_after), "%s", v->valuestring);
    else if (cJSON_IsObject(v))
        rule->date_in = number_of(v, "date", 1);
}

static void read_texts(const cJSON *o, struct ra_sim_fault *f)
{
    static const char *const keys[] = {"code", "host", "type", "location", "value"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (*text_of(o, keys[i]))
            snprintf(f->text, sizeof(f->text), "%s", text_of(o, keys[i]));
    }
    snprintf(f->message, sizeof(f->message), "%s", text_of(o, "message"));
    f->ms = number_of(o, "ms", 0);
    f->bytes = number_of(o, "bytes", -1);
    f->before = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "before"));
    f->length = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "length"));
}

static int check_keys(const cJSON *o, struct ra_err *err)
{
    static const char *const known[] = {
        "path",   "method",   "nth",   "every",   "page",        "times",  "kind",
        "status", "n",        "ms",    "bytes",   "length",      "code",   "host",
        "type",   "location", "value", "message", "retry_after", "before", NULL};
    for (const cJSON *v = o->child; v; v = v->next) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], v->string))
            i++;
        if (!known[i])
            return ra_fail(err, RA_EINPUT, "fault rule: unknown key \"%s\"", v->string);
    }
    return 0;
}

static int read_rule(const cJSON *o, struct ra_sim_rule *rule, struct ra_err *err)
{
    *rule = (struct ra_sim_rule){0};
    if (!cJSON_IsObject(o))
        return ra_fail(err, RA_EINPUT, "fault rule: wanted a JSON object");
    int rc = check_keys(o, err);
    if (!rc)
        rc = read_kind(o, &rule->fault, err);
    if (rc)
        return rc;
    snprintf(rule->path, sizeof(rule->path), "%s", text_of(o, "path"));
    snprintf(rule->method, sizeof(rule->method), "%s", text_of(o, "method"));
    rule->nth = number_of(o, "nth", 0);
    rule->every = number_of(o, "every", 0);
    rule->page = number_of(o, "page", 0);
    rule->times = number_of(o, "times", rule->nth || rule->page ? 1 : 0);
    read_retry_after(o, rule);
    read_texts(o, &rule->fault);
    return 0;
}

static void add_rule(struct ra_sim_rules *r, const struct ra_sim_rule *rule)
{
    pthread_mutex_lock(&r->lock);
    r->at = ra_grow(r->at, &r->cap, r->n + 1, sizeof(*r->at));
    r->at[r->n] = *rule;
    snprintf(r->at[r->n].id, sizeof(r->at[r->n].id), "%lld", (long long)r->next_id++ % 1000000000);
    r->n++;
    pthread_mutex_unlock(&r->lock);
}

int ra_sim_rules_add(struct ra_sim_rules *r, const cJSON *json, struct ra_err *err)
{
    struct ra_sim_rule rule;
    if (!cJSON_IsArray(json)) {
        int rc = read_rule(json, &rule, err);
        if (!rc)
            add_rule(r, &rule);
        return rc;
    }
    const cJSON *o;
    cJSON_ArrayForEach(o, json)
    {
        int rc = read_rule(o, &rule, err);
        if (rc)
            return rc;
    }
    cJSON_ArrayForEach(o, json)
    {
        if (!read_rule(o, &rule, err))
            add_rule(r, &rule);
    }
    return 0;
}

int ra_sim_rules_read(struct ra_sim_rules *r, const char *json, struct ra_err *err)
{
    cJSON *root = cJSON_Parse(json);
    if (!root)
        return ra_fail(err, RA_EINPUT, "fault rules: are not JSON");
    int rc = ra_sim_rules_add(r, root, err);
    cJSON_Delete(root);
    return rc;
}

/* ---- matching ---- */

/* The date is made when the fault acts, so that it lies ahead of the client's clock. */
static void date_header(struct ra_sim_rule *rule, struct ra_sim_fault *f)
{
    time_t when = (time_t)(ra_now() + rule->date_in);
    struct tm tm;
    gmtime_r(&when, &tm);
    strftime(f->retry_after, sizeof(f->retry_after), "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static bool acts(struct ra_sim_rule *rule, const char *method, struct ra_str target, int64_t page)
{
    if (rule->method[0] && strcmp(rule->method, method))
        return false;
    if (rule->path[0] && !ra_str_contains(target, ra_str(rule->path)))
        return false;
    if (rule->page && rule->page != page)
        return false;
    rule->seen++;
    if (rule->times && rule->fired >= rule->times)
        return false;
    if (rule->every)
        return rule->seen % rule->every == 0;
    return !rule->nth || rule->seen == rule->nth || (rule->seen > rule->nth && rule->times > 1);
}

struct ra_sim_fault ra_sim_rules_match(struct ra_sim_rules *r, const char *method,
                                       struct ra_str target, int64_t page)
{
    struct ra_sim_fault f = {0};
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->n; i++) {
        struct ra_sim_rule *rule = &r->at[i];
        if (!acts(rule, method, target, page) || f.kind)
            continue;
        rule->fired++;
        f = rule->fault;
        if (rule->date_in)
            date_header(rule, &f);
    }
    pthread_mutex_unlock(&r->lock);
    return f;
}

void ra_sim_rules_list(struct ra_sim_rules *r, struct ra_buf *out)
{
    struct ra_json j;
    ra_json_init(&j, out);
    ra_json_array(&j);
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->n; i++) {
        ra_json_object(&j);
        ra_json_key(&j, "id");
        ra_json_z(&j, r->at[i].id);
        ra_json_key(&j, "kind");
        ra_json_z(&j, kinds[r->at[i].fault.kind].name);
        ra_json_key(&j, "path");
        ra_json_z(&j, r->at[i].path);
        ra_json_key(&j, "seen");
        ra_json_int(&j, r->at[i].seen);
        ra_json_key(&j, "fired");
        ra_json_int(&j, r->at[i].fired);
        ra_json_object_end(&j);
    }
    pthread_mutex_unlock(&r->lock);
    ra_json_array_end(&j);
}
