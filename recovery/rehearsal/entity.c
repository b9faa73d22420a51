#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/render.h"
#include "recovery/rehearsal/sim.h"

#include <stdio.h>

static bool not_found(const struct ra_sim_request *q, struct ra_str id, struct ra_sim_reply *a)
{
    return ra_sim_error(q, a, 404, "Request_ResourceNotFound",
                        "Resource '" RA_STR_FMT "' does not exist or one of its queried "
                        "reference-property objects are not present.",
                        RA_STR_ARG(id));
}

static void write_entity(struct ra_rehearsal *r, struct ra_sim_request *q,
                         const struct ra_sim_object *o, const char *type, struct ra_sim_reply *a)
{
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT, RA_SIM_O_EXPAND, RA_SIM_O_COUNT};
    struct ra_sim_select s;
    if (!ra_sim_only(q, allowed, 3, a))
        return;
    if (ra_sim_has(q, RA_SIM_O_EXPAND)) {
        ra_sim_error(q, a, 400, "BadRequest",
                     "The query specified in the URI is not valid. The property '" RA_STR_FMT
                     "' cannot be used in the $expand query option.",
                     RA_STR_ARG(q->option[RA_SIM_O_EXPAND]));
        return;
    }
    if (!ra_sim_select_parse(q, o->kind, false, a, &s))
        return;
    struct ra_buf context, object;
    ra_buf_init(&context, 1U << 16);
    ra_buf_init(&object, 1U << 24);
    ra_sim_render_context(&s, &context);
    ra_buf_puts(&context, "/$entity");
    ra_sim_render(&s, ra_sim_store_view(&r->store, o, ra_sim_eventual(q) ? 4 : 1), type, &object);
    ra_sim_ok(a);
    ra_sim_context(q, ra_buf_z(&context), &a->body);
    ra_buf_putc(&a->body, ',');
    ra_buf_put(&a->body, object.p + 1, object.n - 1);
    ra_buf_free(&object);
    ra_buf_free(&context);
}

void ra_sim_entity(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                   enum ra_sim_kind kind)
{
    const struct ra_sim_object *o = ra_sim_store_find(&r->store, kind, q->segment[1]);
    if (o)
        write_entity(r, q, o, NULL, a);
    else
        not_found(q, q->segment[1], a);
}

void ra_sim_deleted_entity(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                           enum ra_sim_kind kind)
{
    (void)kind;
    const struct ra_sim_object *o = ra_sim_store_by_id(&r->store, q->segment[2]);
    if (o && o->deleted)
        write_entity(r, q, o, ra_sim_kind_type(o->kind), a);
    else
        not_found(q, q->segment[2], a);
}

/* What the data does not say is refused, so that a client sees it as unknown and never as false. */
static signed char cloud_managed(const struct ra_sim_object *o)
{
    struct ra_str raw = ra_sim_raw(o->body, RA_SIM_P_SYNC_BEHAVIOR);
    if (ra_str_contains(raw, RA_STR("true")))
        return 1;
    return ra_str_contains(raw, RA_STR("false")) ? 0 : -1;
}

static bool check_behavior_select(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_str rest = q->option[RA_SIM_O_SELECT];
    while (rest.n) {
        struct ra_str name = ra_sim_cut(&rest, ',');
        if (!ra_str_eq_fold(name, RA_STR("isCloudManaged")) && !ra_str_eq_fold(name, RA_STR("id")))
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Parsing OData Select and Expand failed: Could not find a property "
                                "named '" RA_STR_FMT
                                "' on type 'microsoft.graph.onPremisesSyncBehavior'.",
                                RA_STR_ARG(name));
    }
    return true;
}

void ra_sim_behavior(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                     enum ra_sim_kind kind)
{
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT};
    const struct ra_sim_object *o = ra_sim_store_find(&r->store, kind, q->segment[1]);
    struct ra_arena arena = {0};
    if (!o) {
        not_found(q, q->segment[1], a);
        return;
    }
    if (!ra_sim_only(q, allowed, 1, a) || !check_behavior_select(q, a))
        return;
    if (cloud_managed(o) < 0) {
        ra_sim_error(q, a, 403, "Authorization_RequestDenied",
                     "Insufficient privileges to complete the operation.");
        return;
    }
    struct ra_str id = ra_sim_text(o->body, RA_SIM_P_ID, &arena);
    char what[128];
    snprintf(what, sizeof(what), "%s('" RA_STR_FMT "')/onPremisesSyncBehavior/$entity",
             ra_sim_kind_segment(kind), RA_STR_ARG(id));
    ra_sim_ok(a);
    ra_sim_context(q, what, &a->body);
    ra_buf_printf(&a->body, ",\"id\":\"" RA_STR_FMT "\",\"isCloudManaged\":%s}", RA_STR_ARG(id),
                  cloud_managed(o) ? "true" : "false");
    ra_arena_free(&arena);
}
