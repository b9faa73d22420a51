#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/render.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* The small collections of the role API: JSON items as they were saved, with the few options that
 * the API takes. filter names the properties that may be compared with eq and in. */
struct small_list {
    enum ra_sim_document from;
    const char *context, *type;
    const char *const *known;  /* properties of an item */
    const char *const *filter; /* of them */
    bool expand;               /* $expand=principal */
};

static const char *string_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static bool known(const char *const *names, struct ra_str name)
{
    while (*names && !ra_str_eq_fold(ra_str(*names), name))
        names++;
    return *names != NULL;
}

static bool refuse_unknown(const struct ra_sim_request *q, struct ra_sim_reply *a,
                           const struct ra_sim_small *s)
{
    return ra_sim_error(q, a, s->status, s->code, "%s", s->message);
}

/* ---- $filter: clauses of eq and in, joined by and ---- */

struct clause {
    struct ra_str name, values; /* values: as written, quoted or true/false */
};

static struct ra_str trim(struct ra_str s)
{
    while (s.n && strchr(" (", s.p[0]))
        s = (struct ra_str){s.p + 1, s.n - 1};
    while (s.n && strchr(" )", s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool parse_clause(struct ra_str text, struct clause *c)
{
    struct ra_str rest = trim(text);
    c->name = ra_sim_cut(&rest, ' ');
    struct ra_str op = ra_sim_cut(&rest, ' ');
    c->values = trim(rest);
    return (ra_str_eq(op, RA_STR("eq")) || ra_str_eq(op, RA_STR("in"))) && c->values.n > 0;
}

static bool clause_holds(const struct clause *c, const cJSON *o)
{
    const cJSON *v = o->child;
    while (v && !ra_str_eq_fold(ra_str(v->string), c->name))
        v = v->next;
    const char *have =
        cJSON_IsBool(v) ? (cJSON_IsTrue(v) ? "true" : "false") : cJSON_GetStringValue(v);
    struct ra_str rest = c->values;
    while (have && rest.n) {
        struct ra_str one = trim(ra_sim_cut(&rest, ','));
        if (one.n >= 2 && one.p[0] == '\'' && one.p[one.n - 1] == '\'')
            one = (struct ra_str){one.p + 1, one.n - 2};
        if (ra_str_eq_fold(one, ra_str(have)))
            return true;
    }
    return false;
}

static bool check_filter(const struct ra_sim_request *q, const struct small_list *l,
                         struct ra_sim_reply *a, struct clause *c, bool *has)
{
    *has = ra_sim_has(q, RA_SIM_O_FILTER);
    if (!*has)
        return true;
    if (!parse_clause(q->option[RA_SIM_O_FILTER], c))
        return ra_sim_error(q, a, 400, "BadRequest", "Invalid filter clause: Syntax error.");
    if (!known(l->known, c->name))
        return ra_sim_error(q, a, 400, "BadRequest",
                            "Invalid filter clause: Could not find a property named '" RA_STR_FMT
                            "' on type 'microsoft.graph.%s'.",
                            RA_STR_ARG(c->name), l->type);
    return known(l->filter, c->name) ||
           ra_sim_error(q, a, 400, "Request_UnsupportedQuery",
                        "Unsupported or invalid query filter clause specified for property "
                        "'" RA_STR_FMT "' of resource '%s'.",
                        RA_STR_ARG(c->name), l->type);
}

static bool check_select(const struct ra_sim_request *q, const struct small_list *l,
                         struct ra_sim_reply *a)
{
    struct ra_str rest = q->option[RA_SIM_O_SELECT];
    while (rest.n) {
        struct ra_str name = trim(ra_sim_cut(&rest, ','));
        if (!known(l->known, name))
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Parsing OData Select and Expand failed: Could not find a property "
                                "named '" RA_STR_FMT "' on type 'microsoft.graph.%s'.",
                                RA_STR_ARG(name), l->type);
    }
    return true;
}

static bool check_expand(const struct ra_sim_request *q, const struct small_list *l,
                         struct ra_sim_reply *a, bool *principal)
{
    struct ra_str e = q->option[RA_SIM_O_EXPAND];
    *principal = l->expand && ra_str_eq_fold(e, RA_STR("principal"));
    if (!ra_sim_has(q, RA_SIM_O_EXPAND) || *principal)
        return true;
    return ra_sim_error(q, a, 400, "BadRequest",
                        "Parsing OData Select and Expand failed: Could not find a property named "
                        "'" RA_STR_FMT "' on type 'microsoft.graph.%s'.",
                        RA_STR_ARG(e), l->type);
}

/* ---- items ---- */

static bool shown(const struct ra_sim_request *q, const struct small_list *l, const char *name)
{
    struct ra_str rest = q->option[RA_SIM_O_SELECT];
    if (!known(l->known, ra_str(name)))
        return false;
    if (!rest.n)
        return true;
    while (rest.n) {
        if (ra_str_eq_fold(trim(ra_sim_cut(&rest, ',')), ra_str(name)))
            return true;
    }
    return false;
}

static void write_principal(struct ra_rehearsal *r, const struct ra_sim_request *q, const char *id,
                            struct ra_buf *out)
{
    const struct ra_sim_object *o = ra_sim_store_by_id(&r->store, ra_str(id));
    struct ra_sim_select s;
    struct ra_sim_reply ignored;
    ra_buf_puts(out, ",\"principal\":");
    if (!o || o->deleted) {
        ra_buf_puts(out, "{\"@odata.type\":\"#microsoft.graph.servicePrincipal\",\"id\":");
        ra_json_escape(out, ra_str(id));
        ra_buf_putc(out, '}');
        return;
    }
    ra_sim_reply_init(&ignored);
    ra_sim_select_read(q, o->kind, (struct ra_str){0}, false, &ignored, &s);
    ra_sim_render(&s, o->body, ra_sim_kind_type(o->kind), out);
    ra_sim_reply_free(&ignored);
}

static void write_item(struct ra_rehearsal *r, const struct ra_sim_request *q,
                       const struct small_list *l, const cJSON *o, bool principal,
                       struct ra_buf *out)
{
    bool comma = false;
    ra_buf_putc(out, '{');
    for (const cJSON *v = o->child; v; v = v->next) {
        if (!shown(q, l, v->string))
            continue;
        char *z = cJSON_PrintUnformatted(v);
        ra_buf_puts(out, comma ? "," : "");
        ra_json_escape(out, ra_str(v->string));
        ra_buf_putc(out, ':');
        ra_buf_puts(out, z ? z : "null");
        cJSON_free(z);
        comma = true;
    }
    if (principal && string_of(o, "principalId"))
        write_principal(r, q, string_of(o, "principalId"), out);
    ra_buf_putc(out, '}');
}

static void answer(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                   const struct small_list *l)
{
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT, RA_SIM_O_FILTER,
                                                 RA_SIM_O_TOP,    RA_SIM_O_EXPAND,
                                                 RA_SIM_O_COUNT,  RA_SIM_O_SKIPTOKEN};
    const struct ra_sim_small *s = &r->store.small[l->from];
    struct ra_sim_page page;
    struct clause c;
    bool filtered, principal;
    if (!s->items) {
        refuse_unknown(q, a, s);
        return;
    }
    if (!ra_sim_only(q, allowed, 6, a) || !check_select(q, l, a) ||
        !check_filter(q, l, a, &c, &filtered) || !check_expand(q, l, a, &principal) ||
        !ra_sim_page_open(r, q, a, &page))
        return;
    struct ra_buf items;
    ra_buf_init(&items, (size_t)1 << 28);
    size_t n = 0;
    uint64_t at = 0, next = UINT64_MAX;
    const cJSON *o;
    cJSON_ArrayForEach(o, s->items)
    {
        if (at++ < page.mark.at || (filtered && !clause_holds(&c, o)))
            continue;
        if (n == page.limit || q->faults.kind == RA_FAULT_EMPTY_PAGE) {
            next = at - 1;
            break;
        }
        if (n++)
            ra_buf_putc(&items, ',');
        write_item(r, q, l, o, principal, &items);
    }
    char what[160];
    snprintf(what, sizeof(what), "%s%s", l->context, principal ? "(principal())" : "");
    ra_sim_ok(a);
    ra_sim_context(q, what, &a->body);
    if (next != UINT64_MAX)
        ra_sim_page_next(r, q, &page, next, false, &a->body);
    ra_buf_puts(&a->body, ",\"value\":[");
    ra_buf_put(&a->body, items.p, items.n);
    ra_buf_puts(&a->body, "]}");
    ra_buf_free(&items);
}

static const char *const assignment[] = {"id",
                                         "principalId",
                                         "roleDefinitionId",
                                         "appScopeId",
                                         "directoryScopeId",
                                         "condition",
                                         "resourceScope",
                                         NULL};
static const char *const eligibility[] = {"id",
                                          "principalId",
                                          "roleDefinitionId",
                                          "directoryScopeId",
                                          "appScopeId",
                                          "startDateTime",
                                          "endDateTime",
                                          "memberType",
                                          "roleEligibilityScheduleId",
                                          NULL};
static const char *const definition[] = {
    "id",         "description",     "displayName", "isBuiltIn", "isEnabled", "resourceScopes",
    "templateId", "rolePermissions", "version",     NULL};
static const char *const definition_beta[] = {"id",
                                              "description",
                                              "displayName",
                                              "isBuiltIn",
                                              "isEnabled",
                                              "isPrivileged",
                                              "resourceScopes",
                                              "templateId",
                                              "rolePermissions",
                                              "version",
                                              "allowedPrincipalTypes",
                                              NULL};
static const char *const by_principal[] = {"principalId", "roleDefinitionId", "directoryScopeId",
                                           "appScopeId",  "memberType",       NULL};
static const char *const by_name[] = {"id",         "displayName",  "isBuiltIn",
                                      "templateId", "isPrivileged", NULL};

void ra_sim_role_assignments(struct ra_rehearsal *r, struct ra_sim_request *q,
                             struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    (void)kind;
    answer(r, q, a,
           &(struct small_list){RA_SIM_ROLE_ASSIGNMENTS, "roleManagement/directory/roleAssignments",
                                "unifiedRoleAssignment", assignment, by_principal, true});
}

void ra_sim_role_eligibilities(struct ra_rehearsal *r, struct ra_sim_request *q,
                               struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    (void)kind;
    answer(r, q, a,
           &(struct small_list){RA_SIM_ROLE_ELIGIBILITIES,
                                "roleManagement/directory/roleEligibilityScheduleInstances",
                                "unifiedRoleEligibilityScheduleInstance", eligibility, by_principal,
                                true});
}

void ra_sim_role_definitions(struct ra_rehearsal *r, struct ra_sim_request *q,
                             struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    (void)kind;
    answer(r, q, a,
           &(struct small_list){RA_SIM_ROLE_DEFINITIONS, "roleManagement/directory/roleDefinitions",
                                "unifiedRoleDefinition", q->beta ? definition_beta : definition,
                                by_name, false});
}

/* ---- members of role-assignable groups ---- */

static const cJSON *members_of(const struct ra_sim_small *s, struct ra_str group)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, s->items)
    {
        if (ra_str_eq_fold(ra_str(string_of(item, "id")), group))
            return cJSON_GetObjectItemCaseSensitive(item, "members");
    }
    return NULL;
}

/* groups/{id}/transitiveMembers/microsoft.graph.user: the cast's objects are users; without a cast
 * each says its type. */
void ra_sim_members(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                    enum ra_sim_kind kind)
{
    (void)kind;
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT, RA_SIM_O_TOP, RA_SIM_O_COUNT,
                                                 RA_SIM_O_SKIPTOKEN};
    const struct ra_sim_small *s = &r->store.small[RA_SIM_ROLE_GROUP_MEMBERS];
    const cJSON *members = members_of(s, q->segment[1]), *id;
    bool cast = q->segments == 4;
    struct ra_sim_page page;
    struct ra_sim_select select;
    if (!ra_sim_store_find(&r->store, RA_SIM_GROUP, q->segment[1])) {
        ra_sim_error(q, a, 404, "Request_ResourceNotFound",
                     "Resource '" RA_STR_FMT "' does not exist or one of its queried "
                     "reference-property objects are not present.",
                     RA_STR_ARG(q->segment[1]));
        return;
    }
    if (!members) { /* the data does not say: unknown, never empty */
        ra_sim_error(q, a, 403, "Authorization_RequestDenied",
                     "Insufficient privileges to complete the operation.");
        return;
    }
    if (!ra_sim_only(q, allowed, 4, a) || !ra_sim_page_open(r, q, a, &page) ||
        !ra_sim_select_parse(q, RA_SIM_USER, true, a, &select))
        return;
    struct ra_buf context, items;
    ra_buf_init(&context, 1U << 16);
    ra_buf_init(&items, (size_t)1 << 28);
    ra_sim_render_context(&select, &context);
    size_t n = 0;
    uint64_t at = 0, next = UINT64_MAX;
    cJSON_ArrayForEach(id, members)
    {
        const struct ra_sim_object *o =
            ra_sim_store_by_id(&r->store, ra_str(cJSON_GetStringValue(id)));
        if (at++ < page.mark.at || !o || o->deleted)
            continue;
        if (n == page.limit) {
            next = at - 1;
            break;
        }
        if (n++)
            ra_buf_putc(&items, ',');
        ra_sim_render(&select, o->body, cast ? NULL : "user", &items);
    }
    ra_sim_ok(a);
    ra_sim_context(q, cast ? ra_buf_z(&context) : "directoryObjects", &a->body);
    if (next != UINT64_MAX)
        ra_sim_page_next(r, q, &page, next, false, &a->body);
    ra_buf_puts(&a->body, ",\"value\":[");
    ra_buf_put(&a->body, items.p, items.n);
    ra_buf_puts(&a->body, "]}");
    ra_buf_free(&items);
    ra_buf_free(&context);
}
