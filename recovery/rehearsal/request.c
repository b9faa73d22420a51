#include "recovery/rehearsal/request.h"

#include "src/base/clock.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char RA_SIM_JSON[] = "application/json;odata.metadata=minimal;odata.streaming=true;"
                           "IEEE754Compatible=false;charset=utf-8";
const char RA_SIM_JSON_ERROR[] = "application/json";

#define MAX_REPLY ((size_t)1 << 30)

/* ---- taking the target apart ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ra_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct ra_str ra_sim_decode(struct ra_arena *a, struct ra_str s, bool plus)
{
    char *out = ra_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%') {
            int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return (struct ra_str){0};
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    out[n] = 0;
    return (struct ra_str){out, n};
}

struct ra_str ra_sim_cut(struct ra_str *rest, char at)
{
    const char *p = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    struct ra_str head = {rest->p, p ? (size_t)(p - rest->p) : rest->n};
    *rest = p ? (struct ra_str){p + 1, rest->n - head.n - 1} : (struct ra_str){0};
    return head;
}

/* "microsoft.graph.delta()" and "delta()" are spellings of "delta"; a type cast keeps its name. */
static struct ra_str canonical(struct ra_arena *a, struct ra_str s)
{
    if (s.n > 2 && !memcmp(s.p + s.n - 2, "()", 2))
        s.n -= 2;
    if (ra_str_eq_fold(s, RA_STR("microsoft.graph.delta")))
        return RA_STR("delta");
    if (ra_str_starts_fold(s, RA_STR("graph."))) {
        char *z = ra_arena_alloc(a, s.n + sizeof("microsoft."));
        int n = snprintf(z, s.n + sizeof("microsoft."), "microsoft.%.*s", (int)s.n, s.p);
        return (struct ra_str){z, (size_t)n};
    }
    return s;
}

static bool split_path(struct ra_sim_request *q, struct ra_sim_reply *a, struct ra_str path)
{
    if (path.n && path.p[0] == '/')
        path = ra_str_from(path, 1);
    struct ra_str version = ra_sim_cut(&path, '/');
    q->path = path;
    q->versioned = ra_str_eq(version, RA_STR("v1.0")) || ra_str_eq(version, RA_STR("beta"));
    q->beta = ra_str_eq(version, RA_STR("beta"));
    if (!q->versioned)
        return true;
    while (path.n) {
        struct ra_str s = ra_sim_decode(&q->arena, ra_sim_cut(&path, '/'), false);
        if (!s.p || q->segments == RA_SIM_SEGMENTS)
            return ra_sim_error(q, a, 400, "BadRequest", "The request URI is not valid.");
        q->segment[q->segments++] = canonical(&q->arena, s);
    }
    return true;
}

static const char *const options[RA_SIM_OPTIONS] = {
    "$select", "$filter", "$top",    "$skip",      "$count",     "$orderby",
    "$expand", "$search", "$format", "$skiptoken", "$deltatoken"};

/* A name that does not start with a raw $ is a custom option, which Graph passes over. */
static bool take_option(struct ra_sim_request *q, struct ra_sim_reply *a, struct ra_str part)
{
    struct ra_str value = part, name = ra_sim_cut(&value, '=');
    if (!name.n || name.p[0] != '$')
        return true;
    for (int i = 0; i < RA_SIM_OPTIONS; i++) {
        if (!ra_str_eq_fold(name, ra_str(options[i])))
            continue;
        if (q->option[i].p)
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Query option '%s' was specified more than once, but it must be "
                                "specified at most once.",
                                options[i]);
        q->raw_option[i] = part;
        q->option[i] = ra_sim_decode(&q->arena, value.p ? value : RA_STR(""), true);
        if (!q->option[i].p)
            return ra_sim_error(q, a, 400, "BadRequest", "The request URI is not valid.");
        return true;
    }
    return ra_sim_error(q, a, 400, "BadRequest",
                        "The query parameter '" RA_STR_FMT "' is not supported.", RA_STR_ARG(name));
}

bool ra_sim_request_parse(struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_str rest = ra_str(q->target), path = ra_sim_cut(&rest, '?');
    q->query = rest;
    if (!split_path(q, a, path))
        return false;
    while (q->versioned && rest.n) {
        if (!take_option(q, a, ra_sim_cut(&rest, '&')))
            return false;
    }
    return true;
}

void ra_sim_request_free(struct ra_sim_request *q)
{
    ra_arena_free(&q->arena);
}

bool ra_sim_has(const struct ra_sim_request *q, enum ra_sim_option o)
{
    return q->option[o].p != NULL;
}

bool ra_sim_eventual(const struct ra_sim_request *q)
{
    return ra_str_eq_fold(ra_str(q->consistency), RA_STR("eventual"));
}

bool ra_sim_counted(const struct ra_sim_request *q)
{
    return ra_str_eq_fold(q->option[RA_SIM_O_COUNT], RA_STR("true"));
}

bool ra_sim_advanced(const struct ra_sim_request *q)
{
    return ra_sim_eventual(q) && ra_sim_counted(q);
}

void ra_sim_base(const struct ra_sim_request *q, struct ra_buf *out)
{
    ra_buf_printf(out, "https://%s/%s", q->host, q->beta ? "beta" : "v1.0");
}

/* ---- replies ---- */

void ra_sim_reply_init(struct ra_sim_reply *a)
{
    *a = (struct ra_sim_reply){.status = 200, .content_type = RA_SIM_JSON};
    ra_buf_init(&a->body, MAX_REPLY);
    ra_buf_init(&a->location, 1U << 16);
}

void ra_sim_reply_free(struct ra_sim_reply *a)
{
    ra_buf_free(&a->body);
    ra_buf_free(&a->location);
}

void ra_sim_reply_reset(struct ra_sim_reply *a)
{
    ra_buf_clear(&a->body);
    ra_buf_clear(&a->location);
    a->headers = 0;
}

void ra_sim_header(struct ra_sim_reply *a, const char *name, const char *fmt, ...)
{
    if (a->headers == RA_SIM_HEADERS)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(a->header[a->headers].value, sizeof(a->header[0].value), fmt, ap);
    va_end(ap);
    a->header[a->headers++].name = name;
}

void ra_sim_ok(struct ra_sim_reply *a)
{
    a->status = 200;
    a->content_type = RA_SIM_JSON;
    a->graph = true;
}

static void inner_error(const struct ra_sim_request *q, struct ra_json *j)
{
    char now[RA_TIME_TEXT];
    ra_time_text(ra_now(), now);
    now[strlen(now) - 1] = 0; /* graph 9: no zone suffix */
    ra_json_key(j, "innerError");
    ra_json_object(j);
    ra_json_key(j, "date");
    ra_json_z(j, now);
    ra_json_key(j, "request-id");
    ra_json_z(j, q->request_id);
    ra_json_key(j, "client-request-id");
    ra_json_z(j, q->client_request_id ? q->client_request_id : q->request_id);
    ra_json_object_end(j);
}

bool ra_sim_error(const struct ra_sim_request *q, struct ra_sim_reply *a, int status,
                  const char *code, const char *fmt, ...)
{
    char message[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    ra_buf_clear(&a->body);
    a->status = status;
    a->content_type = RA_SIM_JSON_ERROR;
    a->graph = true;
    struct ra_json j;
    ra_json_init(&j, &a->body);
    ra_json_object(&j);
    ra_json_key(&j, "error");
    ra_json_object(&j);
    ra_json_key(&j, "code");
    ra_json_z(&j, code);
    ra_json_key(&j, "message");
    ra_json_z(&j, message);
    inner_error(q, &j);
    ra_json_object_end(&j);
    ra_json_object_end(&j);
    return false;
}

cJSON *ra_sim_body_json(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    bool typed = ra_str_starts_fold(ra_str(q->content_type), RA_STR("application/json"));
    cJSON *body = typed ? cJSON_ParseWithLength(q->body.p ? q->body.p : "", q->body.n) : NULL;
    if (cJSON_IsObject(body))
        return body;
    cJSON_Delete(body);
    ra_sim_error(
        q, a, 400, "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and "
        "payload is of valid JSON format.");
    return NULL;
}
