#include "recovery/rehearsal/document.h"
#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool selects(const struct ra_sim_request *q, const char *name)
{
    struct ra_str rest = q->option[RA_SIM_O_SELECT];
    if (!rest.n)
        return true;
    while (rest.n) {
        if (ra_str_eq_fold(ra_sim_cut(&rest, ','), ra_str(name)))
            return true;
    }
    return false;
}

bool ra_sim_document_select(const struct ra_sim_request *q, const char *const *known,
                            const char *type, struct ra_sim_reply *a)
{
    struct ra_str rest = q->option[RA_SIM_O_SELECT];
    while (rest.n) {
        struct ra_str name = ra_sim_cut(&rest, ',');
        size_t i = 0;
        while (known[i] && !ra_str_eq_fold(name, ra_str(known[i])))
            i++;
        if (!known[i])
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Parsing OData Select and Expand failed: Could not find a property "
                                "named '" RA_STR_FMT "' on type 'microsoft.graph.%s'.",
                                RA_STR_ARG(name), type);
    }
    return true;
}

/* configuration is smaller in v1.0 (graph 4.3). */
static cJSON *shape(const struct ra_sim_request *q, const cJSON *item)
{
    cJSON *copy = cJSON_CreateObject();
    for (const cJSON *v = item->child; v; v = v->next) {
        if (v->string[0] != '@' && selects(q, v->string))
            cJSON_AddItemToObject(copy, v->string, cJSON_Duplicate(v, true));
    }
    cJSON *configuration = cJSON_GetObjectItemCaseSensitive(copy, "configuration");
    cJSON *next = configuration && !q->beta ? configuration->child : NULL;
    while (next) {
        cJSON *v = next;
        next = v->next;
        if (strcmp(v->string, "accidentalDeletionPrevention"))
            cJSON_Delete(cJSON_DetachItemViaPointer(configuration, v));
    }
    return copy;
}

static void put_item(const struct ra_sim_request *q, const cJSON *item, struct ra_buf *out,
                     bool braces)
{
    cJSON *copy = shape(q, item);
    char *z = cJSON_PrintUnformatted(copy);
    if (z)
        ra_buf_put(out, braces ? z : z + 1, strlen(z) - (braces ? 0 : 2));
    cJSON_free(z);
    cJSON_Delete(copy);
}

static const cJSON *find(const struct ra_sim_small *s, struct ra_str id)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, s->items)
    {
        const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        if (ra_str_eq_fold(ra_str(z), id))
            return item;
    }
    return NULL;
}

/* The whole collection, or the entity whose id stands in segment id_at. */
void ra_sim_document_write(struct ra_sim_request *q, struct ra_sim_reply *a,
                           const struct ra_sim_small *s, const char *context, size_t id_at)
{
    char what[128];
    if (q->segments > id_at) {
        const cJSON *item = find(s, q->segment[id_at]);
        if (!item) {
            ra_sim_error(q, a, 404, "Request_ResourceNotFound",
                         "Resource '" RA_STR_FMT "' does not exist or one of its queried "
                         "reference-property objects are not present.",
                         RA_STR_ARG(q->segment[id_at]));
            return;
        }
        snprintf(what, sizeof(what), "%s/$entity", context);
        ra_sim_ok(a);
        ra_sim_context(q, what, &a->body);
        ra_buf_putc(&a->body, ',');
        put_item(q, item, &a->body, false);
        ra_buf_putc(&a->body, '}');
        return;
    }
    bool comma = false;
    const cJSON *item;
    ra_sim_ok(a);
    ra_sim_context(q, context, &a->body);
    ra_buf_puts(&a->body, ",\"value\":[");
    cJSON_ArrayForEach(item, s->items)
    {
        ra_buf_puts(&a->body, comma ? "," : "");
        put_item(q, item, &a->body, true);
        comma = true;
    }
    ra_buf_puts(&a->body, "]}");
}

bool ra_sim_document_open(const struct ra_sim_request *q, const struct ra_sim_small *s,
                          struct ra_sim_reply *a)
{
    static const enum ra_sim_option allowed[] = {RA_SIM_O_SELECT};
    if (!s->items)
        return ra_sim_error(q, a, s->status, s->code, "%s", s->message);
    return ra_sim_only(q, allowed, 1, a);
}

void ra_sim_organization(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                         enum ra_sim_kind kind)
{
    static const char *const known[] = {"id",
                                        "deletedDateTime",
                                        "businessPhones",
                                        "city",
                                        "country",
                                        "countryLetterCode",
                                        "createdDateTime",
                                        "defaultUsageLocation",
                                        "displayName",
                                        "isMultipleDataLocationsForServicesEnabled",
                                        "marketingNotificationEmails",
                                        "onPremisesLastSyncDateTime",
                                        "onPremisesSyncEnabled",
                                        "onPremisesSyncStatus",
                                        "partnerTenantType",
                                        "postalCode",
                                        "preferredLanguage",
                                        "privacyProfile",
                                        "securityComplianceNotificationMails",
                                        "securityComplianceNotificationPhones",
                                        "state",
                                        "street",
                                        "technicalNotificationMails",
                                        "tenantType",
                                        "directorySizeQuota",
                                        "assignedPlans",
                                        "provisionedPlans",
                                        "verifiedDomains",
                                        NULL};
    const struct ra_sim_small *s = &r->store.small[RA_SIM_ORGANIZATION];
    (void)kind;
    if (ra_sim_document_open(q, s, a) && ra_sim_document_select(q, known, "organization", a))
        ra_sim_document_write(q, a, s, "organization", 1);
}

void ra_sim_domains(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                    enum ra_sim_kind kind)
{
    static const char *const known[] = {"id",
                                        "authenticationType",
                                        "availabilityStatus",
                                        "isAdminManaged",
                                        "isDefault",
                                        "isInitial",
                                        "isRoot",
                                        "isVerified",
                                        "manufacturer",
                                        "model",
                                        "passwordNotificationWindowInDays",
                                        "passwordValidityPeriodInDays",
                                        "state",
                                        "supportedServices",
                                        NULL};
    const struct ra_sim_small *s = &r->store.small[RA_SIM_DOMAINS];
    (void)kind;
    if (ra_sim_document_open(q, s, a) && ra_sim_document_select(q, known, "domain", a))
        ra_sim_document_write(q, a, s, "domains", 1);
}
