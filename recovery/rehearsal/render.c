#include "recovery/rehearsal/render.h"

#include <stdio.h>
#include <string.h>

static bool selected(const struct ra_sim_select *s, unsigned property)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->property[i] == property)
            return true;
    }
    return false;
}

static struct ra_str trim(struct ra_str s)
{
    while (s.n && s.p[0] == ' ')
        s = (struct ra_str){s.p + 1, s.n - 1};
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

static bool unknown(const struct ra_sim_request *q, enum ra_sim_kind kind, struct ra_str name,
                    struct ra_sim_reply *a)
{
    return ra_sim_error(q, a, 400, "BadRequest",
                        "Parsing OData Select and Expand failed: Could not find a property named "
                        "'" RA_STR_FMT "' on type 'microsoft.graph.%s'.",
                        RA_STR_ARG(name), ra_sim_kind_type(kind));
}

static bool select_one(const struct ra_sim_request *q, struct ra_str name, bool list,
                       struct ra_sim_reply *a, struct ra_sim_select *s)
{
    int row = ra_sim_property_find(s->kind, name);
    enum ra_sim_place place = row < 0 ? RA_SIM_HIDDEN : ra_sim_properties[row].place;
    if (place == RA_SIM_HIDDEN || (place == RA_SIM_BETA_ONLY && !(q->beta && q->identifiers)))
        return unknown(q, s->kind, name, a);
    if (place == RA_SIM_NOT_LISTED && list)
        return ra_sim_error(q, a, 501, "NotImplemented",
                            "This operation target is not yet supported.");
    if (!selected(s, (unsigned)row))
        s->property[s->n++] = (unsigned)row;
    return true;
}

bool ra_sim_select_read(const struct ra_sim_request *q, enum ra_sim_kind kind, struct ra_str text,
                        bool list, struct ra_sim_reply *a, struct ra_sim_select *out)
{
    *out = (struct ra_sim_select){.kind = kind, .given = text.n > 0};
    struct ra_str rest = text;
    while (rest.n) {
        struct ra_str name = trim(ra_sim_cut(&rest, ','));
        if (!name.n)
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Parsing OData Select and Expand failed: Term '" RA_STR_FMT
                                "' is not valid in a $select or $expand expression.",
                                RA_STR_ARG(text));
        if (!select_one(q, name, list, a, out))
            return false;
    }
    for (unsigned i = 0; !out->given && i < ra_sim_properties_n; i++) {
        if (ra_sim_properties[i].defaults >> kind & 1)
            out->property[out->n++] = i;
    }
    return true;
}

bool ra_sim_select_parse(const struct ra_sim_request *q, enum ra_sim_kind kind, bool list,
                         struct ra_sim_reply *a, struct ra_sim_select *out)
{
    return ra_sim_select_read(q, kind, q->option[RA_SIM_O_SELECT], list, a, out);
}

/* ---- objects ---- */

static void key(struct ra_buf *out, bool *comma, const char *name)
{
    ra_buf_puts(out, *comma ? ",\"" : "\"");
    ra_buf_puts(out, name);
    ra_buf_puts(out, "\":");
    *comma = true;
}

/* graph 1.1: S-1-12-1 and the object id's four little-endian words. */
static void security_identifier(const struct ra_sim_body *b, struct ra_buf *out)
{
    struct ra_arena a = {0};
    struct ra_guid g;
    if (ra_guid_parse(ra_sim_text(b, RA_SIM_P_ID, &a), &g)) {
        ra_buf_puts(out, "\"S-1-12-1");
        for (int i = 0; i < 16; i += 4)
            ra_buf_printf(out, "-%lu",
                          (unsigned long)g.b[i] | (unsigned long)g.b[i + 1] << 8 |
                              (unsigned long)g.b[i + 2] << 16 | (unsigned long)g.b[i + 3] << 24);
        ra_buf_putc(out, '"');
    } else {
        ra_buf_puts(out, "null");
    }
    ra_arena_free(&a);
}

static void value(unsigned property, const struct ra_sim_body *b, struct ra_buf *out)
{
    struct ra_str raw = ra_sim_raw(b, property);
    enum ra_sim_type type = ra_sim_properties[property].type;
    bool collection = type == RA_SIM_STRINGS || type == RA_SIM_OBJECTS;
    if (raw.n && !(collection && ra_str_eq(raw, RA_STR("null"))))
        ra_buf_put(out, raw.p, raw.n);
    else if (property == RA_SIM_P_SECURITY_ID)
        security_identifier(b, out);
    else
        ra_buf_puts(out, collection ? "[]" : "null");
}

void ra_sim_render(const struct ra_sim_select *s, const struct ra_sim_body *b, const char *type,
                   struct ra_buf *out)
{
    bool comma = false;
    ra_buf_putc(out, '{');
    if (type) {
        key(out, &comma, "@odata.type");
        ra_buf_printf(out, "\"#microsoft.graph.%s\"", type);
    }
    for (size_t i = 0; i < s->n; i++) {
        key(out, &comma, ra_sim_properties[s->property[i]].name);
        value(s->property[i], b, out);
    }
    ra_buf_putc(out, '}');
}

void ra_sim_render_delta(const struct ra_sim_select *s, const struct ra_sim_body *b,
                         const struct ra_sim_mask *only, struct ra_buf *out)
{
    bool comma = false;
    ra_buf_putc(out, '{');
    for (size_t i = 0; i < s->n; i++) {
        unsigned p = s->property[i];
        if (p == RA_SIM_P_ID || !ra_sim_raw(b, p).n || (only && !ra_sim_mask_has(only, p)))
            continue;
        key(out, &comma, ra_sim_properties[p].name);
        value(p, b, out);
    }
    key(out, &comma, "id");
    value(RA_SIM_P_ID, b, out);
    ra_buf_putc(out, '}');
}

void ra_sim_render_context(const struct ra_sim_select *s, struct ra_buf *out)
{
    ra_buf_puts(out, ra_sim_kind_segment(s->kind));
    for (size_t i = 0; s->given && i < s->n; i++) {
        ra_buf_putc(out, i ? ',' : '(');
        ra_buf_puts(out, ra_sim_properties[s->property[i]].name);
    }
    if (s->given)
        ra_buf_putc(out, ')');
}
