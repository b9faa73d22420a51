#include "recovery/collect/documents.h"

#include "src/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the documents of a cloud snapshot say of the tenant. */

struct source {
    struct ra_snap *snap;
    struct ra_cache_cursor *ids;
};

static struct ra_doc document(void *ctx, enum ra_document which)
{
    struct source *s = ctx;
    const char *name = ra_document_name(which);
    char key[128];

    snprintf(key, sizeof key, "%s.state", name);
    return (struct ra_doc){.json = ra_snap_get(s->snap, RA_TABLE_DOCUMENTS, ra_str(name)),
                           .state = ra_snap_get(s->snap, RA_TABLE_DOCUMENTS, ra_str(key))};
}

static bool is_group(void *ctx, struct ra_str id)
{
    const struct source *s = ctx;

    return ra_doc_is_group(s->ids, id);
}

/* ---- domains ---- */

struct domains {
    struct ra_str *all;
    size_t n, cap;
    struct ra_str initial;
};

static void add_domain(struct domains *d, struct ra_str name, bool initial)
{
    if (ra_str_absent(name))
        return;
    d->all = ra_grow(d->all, &d->cap, d->n + 1, sizeof *d->all);
    d->all[d->n++] = name;
    if (initial)
        d->initial = name;
}

static bool is_true(const cJSON *object, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* organization.verifiedDomains has only verified ones; of domains, isVerified tells when it is
 * there. */
static void organization_domains(const cJSON *organization, struct domains *d, struct ra_arena *a)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(organization, "verifiedDomains"), *item;

    for (item = list ? list->child : NULL; item; item = item->next)
        add_domain(d, ra_json_folded(item, "name", a), is_true(item, "isInitial"));
}

static void domains_domains(const cJSON *doc, struct domains *d, struct ra_arena *a)
{
    for (const cJSON *item = ra_doc_first(doc); item; item = item->next)
        if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(item, "isVerified")))
            add_domain(d, ra_json_folded(item, "id", a), is_true(item, "isInitial"));
}

static int by_text(const void *a, const void *b)
{
    return ra_str_cmp(*(const struct ra_str *)a, *(const struct ra_str *)b);
}

static void settle_domains(struct domains *d, struct ra_arena *a, struct ra_tenant *t)
{
    if (d->n)
        qsort(d->all, d->n, sizeof *d->all, by_text);
    t->domains = ra_arena_alloc(a, d->n * sizeof *d->all);
    if (d->n)
        memcpy(t->domains, d->all, d->n * sizeof *d->all);
    t->domains_n = d->n;
    t->initial_domain = d->initial;
    free(d->all);
}

/* ---- the organization ---- */

static void read_organization(const cJSON *doc, struct domains *d, struct ra_arena *a,
                              struct ra_tenant *t)
{
    const cJSON *o = ra_doc_first(doc);
    struct ra_str last = ra_json_text(o, "onPremisesLastSyncDateTime");

    t->id = ra_json_folded(o, "id", a);
    t->display_name = ra_json_copy(o, "displayName", a);
    if (!ra_time_parse(last, &t->last_sync))
        t->last_sync = 0;
    organization_domains(o, d, a);
}

/* ---- the sync features ---- */

static enum ra_tri feature(const cJSON *features, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(features, name);

    return cJSON_IsTrue(v) ? RA_YES : cJSON_IsFalse(v) ? RA_NO : RA_UNKNOWN;
}

static void read_prevention(const cJSON *configuration, struct ra_tenant *t)
{
    const cJSON *p =
        cJSON_GetObjectItemCaseSensitive(configuration, "accidentalDeletionPrevention");
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(p, "alertThreshold");
    struct ra_str type = ra_json_text(p, "synchronizationPreventionType");

    if (ra_str_eq_fold(type, RA_STR("disabled")))
        t->prevention = RA_PREVENTION_OFF;
    if (!cJSON_IsNumber(n) || n->valueint < 0)
        return;
    t->threshold = n->valueint; /* an Int32; cJSON keeps it within one */
    if (ra_str_eq_fold(type, RA_STR("enabledForCount")))
        t->prevention = RA_PREVENTION_COUNT;
    else if (ra_str_eq_fold(type, RA_STR("enabledForPercentage")))
        t->prevention = RA_PREVENTION_PERCENT;
}

/* v1.0 and beta say the same but for what only beta has; each fills what the other left open. */
static void read_synchronization(const cJSON *doc, struct ra_arena *a, struct ra_tenant *t)
{
    const cJSON *s = ra_doc_first(doc);
    const cJSON *features = cJSON_GetObjectItemCaseSensitive(s, "features");
    const cJSON *configuration = cJSON_GetObjectItemCaseSensitive(s, "configuration");
    const cJSON *export = cJSON_GetObjectItemCaseSensitive(configuration, "currentExportData");
    const struct {
        const char *name;
        enum ra_tri *to;
    } flags[] = {
        {"blockCloudObjectTakeoverThroughHardMatchEnabled", &t->flags.block_hard_match},
        {"blockSoftMatchEnabled", &t->flags.block_soft_match},
        {"softMatchOnUpnEnabled", &t->flags.soft_match_on_upn},
        {"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", &t->flags.allow_identifier_update},
    };
    char *text;

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (*flags[i].to == RA_UNKNOWN)
            *flags[i].to = feature(features, flags[i].name);
    if (t->prevention == RA_PREVENTION_UNKNOWN)
        read_prevention(configuration, t);
    if (ra_str_absent(t->anchor_attribute))
        t->anchor_attribute = ra_json_copy(configuration, "anchorAttribute", a);
    if (ra_str_absent(t->client_machine))
        t->client_machine = ra_json_copy(export, "clientMachineName", a);
    if (ra_str_absent(t->client_version))
        t->client_version = ra_json_copy(configuration, "synchronizationClientVersion", a);
    text = cJSON_IsObject(features) && ra_str_absent(t->flags_json)
               ? cJSON_PrintUnformatted(features)
               : NULL;
    if (!text && cJSON_IsObject(features) && ra_str_absent(t->flags_json))
        ra_die("out of memory (the tenant's features)");
    if (text)
        t->flags_json = ra_str(ra_arena_copy(a, text, strlen(text)));
    cJSON_free(text);
}

/* ---- what is not known, in words ---- */

static const struct {
    enum ra_document document;
    const char *what;
} facts[] = {
    {RA_DOC_SYNCHRONIZATION, "the tenant's sync features"},
    {RA_DOC_SYNCHRONIZATION_BETA, "the tenant's own anchor attribute and the last export"},
    {RA_DOC_ROLE_ASSIGNMENTS, "who holds a role"},
    {RA_DOC_ROLE_ELIGIBILITIES, "who is eligible for a role"},
    {RA_DOC_ROLE_DEFINITIONS, "which roles are privileged"},
};

static bool counts_as_unknown(enum ra_document d, const struct ra_doc *doc)
{
    if (ra_str_absent(doc->state) || ra_doc_is_read(doc))
        return false;
    if (d == RA_DOC_SYNCHRONIZATION_BETA && ra_str_eq(doc->state, RA_STR("missing")))
        return false; /* saved responses have one file for both versions */
    return d != RA_DOC_ROLE_ELIGIBILITIES ||
           !ra_str_contains(doc->json, RA_STR("AadPremiumLicenseRequired"));
}

/* Facts that were asked for object by object and refused: the service's own words are kept. */
static const struct {
    const char *key, *what;
    enum ra_collection of; /* whose permission settles it */
} asked[] = {
    {RA_FACT_SOA, "who manages a user (onPremisesSyncBehavior)", RA_USERS},
    {RA_FACT_SOA ".groups", "who manages a group (onPremisesSyncBehavior)", RA_GROUPS},
    {RA_FACT_SOA ".contacts", "who manages a contact (onPremisesSyncBehavior)", RA_CONTACTS},
    {RA_FACT_OOI, "which AD object a user is bound to (onPremisesObjectIdentifier on beta)",
     RA_USERS},
};

enum { ASKED = sizeof asked / sizeof asked[0] };

const char *ra_refused_soa(enum ra_collection c)
{
    return c == RA_GROUPS     ? RA_FACT_SOA ".groups"
           : c == RA_CONTACTS ? RA_FACT_SOA ".contacts"
                              : RA_FACT_SOA;
}

static void list_refused(struct source *s, struct ra_arena *a, struct ra_tenant *t)
{
    for (size_t i = 0; i < ASKED; i++) {
        struct ra_str why = ra_snap_get(s->snap, RA_TABLE_REFUSALS, ra_str(asked[i].key));
        char line[512];
        if (ra_str_absent(why))
            continue;
        snprintf(line, sizeof line, "%s: refused; needs %s (" RA_STR_FMT ")", asked[i].what,
                 ra_sync_behavior_permission(asked[i].of)->name, RA_STR_ARG(why));
        t->unknown[t->unknown_n++] = ra_str(ra_arena_copy(a, line, strlen(line)));
    }
}

static void list_unknown(struct source *s, struct ra_arena *a, struct ra_tenant *t)
{
    const size_t n = sizeof facts / sizeof facts[0];

    t->unknown = ra_arena_alloc(a, (n + ASKED) * sizeof *t->unknown);
    for (size_t i = 0; i < n; i++) {
        struct ra_doc d = document(s, facts[i].document);
        const struct ra_permission *p = ra_document_permission(facts[i].document);
        char line[256];
        if (!counts_as_unknown(facts[i].document, &d))
            continue;
        snprintf(
            line, sizeof line, "%s (%s): %s %s", facts[i].what, ra_document_name(facts[i].document),
            ra_str_eq(d.state, RA_STR("missing")) ? "no such file; saved with" : "refused; needs",
            p->name);
        t->unknown[t->unknown_n++] = ra_str(ra_arena_copy(a, line, strlen(line)));
    }
}

/* ---- all of it ---- */

typedef void read_fn(const cJSON *doc, struct domains *d, struct ra_arena *a, struct ra_tenant *t);

static void read_domains(const cJSON *doc, struct domains *d, struct ra_arena *a,
                         struct ra_tenant *t)
{
    (void)t;
    domains_domains(doc, d, a);
}

static void read_sync(const cJSON *doc, struct domains *d, struct ra_arena *a, struct ra_tenant *t)
{
    (void)d;
    read_synchronization(doc, a, t);
}

static const struct {
    enum ra_document document;
    read_fn *read;
} readers[] = {
    {RA_DOC_ORGANIZATION, read_organization},
    {RA_DOC_DOMAINS, read_domains},
    {RA_DOC_SYNCHRONIZATION, read_sync},
    {RA_DOC_SYNCHRONIZATION_BETA, read_sync},
};

int ra_tenant_add(enum ra_document which, struct ra_str json, struct ra_arena *a,
                  struct ra_tenant *t, struct ra_err *err)
{
    const struct ra_doc d = {.json = json, .state = RA_STR("read")};
    struct domains counted = {0};
    cJSON *doc = ra_doc_parse(ra_document_name(which), &d, err);

    if (!doc)
        return -(int)RA_EINTEGRITY;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].document == which)
            readers[i].read(doc, &counted, a, t);
    t->domains_n += counted.n;
    free(counted.all);
    cJSON_Delete(doc);
    return 0;
}

int ra_tenant_load(struct ra_snap *cloud, struct ra_arena *a, struct ra_tenant *out,
                   struct ra_err *err)
{
    struct source s = {cloud, ra_snap_index(cloud, ra_index_name(RA_IX_ID))};
    struct domains domains = {0};
    int rc = 0;

    *out = (struct ra_tenant){0};
    for (size_t i = 0; rc == 0 && i < sizeof readers / sizeof readers[0]; i++) {
        const char *name = ra_document_name(readers[i].document);
        struct ra_doc d = document(&s, readers[i].document);
        cJSON *doc = ra_doc_is_read(&d) ? ra_doc_parse(name, &d, err) : NULL;
        if (ra_doc_is_read(&d) && !doc)
            rc = -(int)RA_EINTEGRITY;
        if (doc)
            readers[i].read(doc, &domains, a, out);
        cJSON_Delete(doc);
    }
    settle_domains(&domains, a, out);
    if (rc == 0)
        rc = ra_roles_load(document, &s, is_group, a, out, err);
    list_unknown(&s, a, out);
    list_refused(&s, a, out);
    if (s.ids)
        ra_cache_cursor_close(s.ids);
    return rc;
}
