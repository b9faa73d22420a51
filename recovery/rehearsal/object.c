#include "recovery/rehearsal/object.h"

#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BODY (1U << 24)

void ra_sim_mask_set(struct ra_sim_mask *m, unsigned property)
{
    m->bits[property / 64] |= (uint64_t)1 << property % 64;
}

bool ra_sim_mask_has(const struct ra_sim_mask *m, unsigned property)
{
    return m->bits[property / 64] >> property % 64 & 1;
}

/* The texts of a body that is being put together, by property. */
struct parts {
    struct ra_buf text;
    struct ra_sim_span span[RA_SIM_MAX_PROPERTIES];
    bool has[RA_SIM_MAX_PROPERTIES];
};

static void parts_put(struct parts *p, unsigned property, size_t from)
{
    p->span[property] = (struct ra_sim_span){
        .at = (uint32_t)from, .n = (uint32_t)(p->text.n - from), .property = (uint16_t)property};
    p->has[property] = true;
}

static void encode(struct ra_buf *out, const cJSON *v)
{
    if (cJSON_IsString(v)) {
        ra_json_escape(out, ra_str(v->valuestring));
    } else if (cJSON_IsNull(v)) {
        ra_buf_puts(out, "null");
    } else if (cJSON_IsBool(v)) {
        ra_buf_puts(out, cJSON_IsTrue(v) ? "true" : "false");
    } else {
        char *z = cJSON_PrintUnformatted(v);
        ra_buf_puts(out, z ? z : "null");
        cJSON_free(z);
    }
}

static void parts_value(struct parts *p, unsigned property, const cJSON *v)
{
    size_t from = p->text.n;
    encode(&p->text, v);
    parts_put(p, property, from);
}

static struct ra_sim_body *parts_finish(struct parts *p)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < ra_sim_properties_n; i++)
        n += p->has[i];
    size_t head = sizeof(struct ra_sim_body) + n * sizeof(struct ra_sim_span);
    char *block = ra_malloc(head + p->text.n + 1);
    struct ra_sim_body *b = (struct ra_sim_body *)(void *)block;
    memcpy(block + head, ra_buf_z(&p->text), p->text.n + 1);
    b->text = block + head;
    b->spans_n = 0;
    for (unsigned i = 0; i < ra_sim_properties_n; i++) {
        if (p->has[i])
            b->spans[b->spans_n++] = p->span[i];
    }
    return b;
}

struct ra_sim_body *ra_sim_body_new(enum ra_sim_kind kind, const cJSON *object)
{
    struct parts p = {0};
    ra_buf_init(&p.text, MAX_BODY);
    for (const cJSON *v = object ? object->child : NULL; v; v = v->next) {
        int property = ra_sim_property_find(kind, ra_str(v->string));
        if (property >= 0 && (!cJSON_IsNull(v) || property == RA_SIM_P_OBJECT_IDENTIFIER))
            parts_value(&p, (unsigned)property, v);
    }
    struct ra_sim_body *b = parts_finish(&p);
    ra_buf_free(&p.text);
    return b;
}

static void parts_of(struct parts *p, const struct ra_sim_body *b)
{
    for (uint32_t i = 0; i < b->spans_n; i++) {
        size_t from = p->text.n;
        ra_buf_put(&p->text, b->text + b->spans[i].at, b->spans[i].n);
        parts_put(p, b->spans[i].property, from);
    }
}

struct ra_sim_body *ra_sim_body_with(const struct ra_sim_body *b, enum ra_sim_kind kind,
                                     const cJSON *set, struct ra_sim_mask *changed)
{
    struct parts p = {0};
    ra_buf_init(&p.text, MAX_BODY);
    parts_of(&p, b);
    for (const cJSON *v = set ? set->child : NULL; v; v = v->next) {
        int property = ra_sim_property_find(kind, ra_str(v->string));
        if (property < 0)
            continue;
        parts_value(&p, (unsigned)property, v);
        struct ra_sim_span at = p.span[property];
        struct ra_str now = {p.text.p + at.at, at.n}, was = ra_sim_raw(b, (unsigned)property);
        if (ra_str_absent(was) && ra_str_eq(now, RA_STR("null")))
            p.has[property] = property == RA_SIM_P_OBJECT_IDENTIFIER;
        else if (changed && !ra_str_eq(was, now))
            ra_sim_mask_set(changed, (unsigned)property);
    }
    struct ra_sim_body *made = parts_finish(&p);
    ra_buf_free(&p.text);
    return made;
}

struct ra_str ra_sim_raw(const struct ra_sim_body *b, unsigned property)
{
    for (uint32_t i = 0; i < b->spans_n && b->spans[i].property <= property; i++) {
        if (b->spans[i].property == property)
            return (struct ra_str){b->text + b->spans[i].at, b->spans[i].n};
    }
    return (struct ra_str){0};
}

struct ra_str ra_sim_unescape(struct ra_str json, struct ra_arena *a)
{
    if (json.n < 2 || json.p[0] != '"')
        return (struct ra_str){0};
    if (!memchr(json.p, '\\', json.n))
        return (struct ra_str){json.p + 1, json.n - 2};
    cJSON *v = cJSON_ParseWithLength(json.p, json.n);
    struct ra_str s = {0};
    if (cJSON_IsString(v)) {
        s.n = strlen(v->valuestring);
        s.p = ra_arena_copy(a, v->valuestring, s.n);
    }
    cJSON_Delete(v);
    return s;
}

struct ra_str ra_sim_text(const struct ra_sim_body *b, unsigned property, struct ra_arena *a)
{
    return ra_sim_unescape(ra_sim_raw(b, property), a);
}

signed char ra_sim_flag(const struct ra_sim_body *b, unsigned property)
{
    struct ra_str raw = ra_sim_raw(b, property);
    if (ra_str_eq(raw, RA_STR("true")))
        return 1;
    return ra_str_eq(raw, RA_STR("false")) ? 0 : -1;
}

void ra_sim_each_string(const struct ra_sim_body *b, unsigned property,
                        void (*each)(void *ctx, struct ra_str value), void *ctx)
{
    struct ra_str raw = ra_sim_raw(b, property);
    if (raw.n <= 2)
        return;
    cJSON *array = cJSON_ParseWithLength(raw.p, raw.n);
    const cJSON *v;
    cJSON_ArrayForEach(v, array)
    {
        if (cJSON_IsString(v))
            each(ctx, ra_str(v->valuestring));
    }
    cJSON_Delete(array);
}
