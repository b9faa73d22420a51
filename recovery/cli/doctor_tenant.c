/* The tenant: sign-in, then each thing that a run reads, tried with one request. */
#include "recovery/cli/doctor.h"

#include "src/base/clock.h"

#include <string.h>

/* Short: whoever asks the doctor waits for the answer. */
#define BUDGET_MS 30000

#define DOCUMENT_MAX ((size_t)64 << 20)

struct tenant {
    struct ra_doctor *d;
    struct ra_graph *g;
    char first_id[RA_COLLECTIONS][64]; /* of one object each, to ask about */
    bool inline_id, inline_behavior;   /* stood on that user; saved responses may have it so */
    bool cut;                          /* the way itself failed: asking on would only wait */
};

struct page {
    size_t objects;
    bool enough;
    char id[64]; /* the first object's, and what stands on it */
    bool has_identifier, has_behavior;
};

static void take_first(struct page *p, const struct ra_graph_object *o)
{
    snprintf(p->id, sizeof p->id, RA_STR_FMT, RA_STR_ARG(o->field[RA_GF_ID]));
    p->has_identifier = o->has_object_identifier;
    p->has_behavior = o->cloud_managed >= 0;
}

static int take_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                     struct ra_str mark, struct ra_err *err)
{
    struct page *p = ctx;

    (void)chain;
    p->objects += n;
    if (n && !p->id[0])
        take_first(p, &objects[0]);
    if (ra_str_absent(mark))
        return 0;
    p->enough = true;
    return ra_fail(err, RA_EINTERNAL, "enough was read");
}

static void need_permission(struct ra_err *e, const struct ra_permission *p)
{
    if (p && e->code == RA_EPERMISSION && !e->hint[0])
        ra_hint(e, "grant the app the application permission %s (%s), with admin consent", p->name,
                p->app_role_id);
}

static bool is_way(int code)
{
    return code == RA_ENETWORK || code == RA_ESERVER || code == RA_ETHROTTLED ||
           code == RA_ESIGNIN || code == RA_ESIGNAL;
}

static void fault(struct tenant *t, const char *check, struct ra_err *e)
{
    t->cut = is_way(e->code);
    ra_doctor_fault(t->d, check, e);
}

static void check_collection(struct tenant *t, enum ra_collection c)
{
    const struct ra_chain chain = {.collection = c};
    const struct ra_permission *permission = ra_collection_permission(c);
    const char *name = ra_collection_name(c);
    struct page p = {0};
    uint64_t count;
    struct ra_err e;

    if (ra_graph_read(t->g, &chain, 1, take_page, &p, &e) != 0 && !p.enough) {
        need_permission(&e, permission);
        fault(t, name, &e);
        return;
    }
    memcpy(t->first_id[c], p.id, sizeof t->first_id[c]);
    if (c == RA_USERS) {
        t->inline_id = p.has_identifier;
        t->inline_behavior = p.has_behavior;
    }
    if (!p.enough)
        ra_doctor_ok(t->d, name, "%zu", p.objects);
    else if (ra_graph_count(t->g, c, &count, &e) == 0)
        ra_doctor_ok(t->d, name, "%llu", (unsigned long long)count);
    else
        ra_doctor_ok(t->d, name, "more than %zu", p.objects);
}

/* What is unknown when a document cannot be had. */
static const struct {
    enum ra_document document;
    const char *without;
} documents[] = {
    {RA_DOC_ORGANIZATION, "whether another sync server is alive cannot be told"},
    {RA_DOC_DOMAINS, "verified domains are taken from the organization"},
    {RA_DOC_SYNCHRONIZATION, "the tenant's switches are taken as the most restrictive"},
    {RA_DOC_SYNCHRONIZATION_BETA, "the tenant's own anchor attribute stays unknown"},
    {RA_DOC_ROLE_ASSIGNMENTS, "roles are unknown, so that takeovers become UNKNOWN_ROLES"},
    {RA_DOC_ROLE_ELIGIBILITIES, "roles are unknown, so that takeovers become UNKNOWN_ROLES"},
    {RA_DOC_ROLE_DEFINITIONS, "every role is taken as privileged"},
};

static void show_document(struct tenant *t, enum ra_document which, const char *json)
{
    struct ra_doctor *d = t->d;

    if (which == RA_DOC_ORGANIZATION)
        ra_doctor_organization(d, json, ra_now());
    else if (which == RA_DOC_DOMAINS)
        ra_doctor_domains(d, json);
    else if (which == RA_DOC_SYNCHRONIZATION)
        ra_doctor_features(d, json);
    else if (which == RA_DOC_SYNCHRONIZATION_BETA)
        ra_doctor_exporter(d, json);
    else
        ra_doctor_ok(d, ra_document_name(which), "can be read");
}

static void show_refusal(struct tenant *t, enum ra_document which, const char *without,
                         const struct ra_err *refusal, const char *json)
{
    const struct ra_permission *p = ra_document_permission(which);
    char fix[256] = "";

    /* decision: no such licence means that there are no eligibilities. */
    if (which == RA_DOC_ROLE_ELIGIBILITIES && strstr(json, "AadPremiumLicenseRequired")) {
        ra_doctor_ok(t->d, ra_document_name(which), "none, the tenant has no licence for them");
        return;
    }
    if (p)
        snprintf(fix, sizeof fix, "grant the app the application permission %s (%s)", p->name,
                 p->app_role_id);
    ra_doctor_warn(t->d, ra_document_name(which), fix[0] ? fix : NULL, "refused (%.400s); %s",
                   refusal->msg, without);
}

static void check_document(struct tenant *t, size_t i)
{
    enum ra_document which = documents[i].document;
    enum ra_document_state state;
    struct ra_err refusal = {0}, e;
    struct ra_buf json = {0};

    if (ra_graph_document(t->g, which, &state, &json, &refusal, &e) != 0)
        fault(t, ra_document_name(which), &e);
    else if (state == RA_DOC_READ)
        show_document(t, which, ra_buf_z(&json));
    else if (state == RA_DOC_REFUSED)
        show_refusal(t, which, documents[i].without, &refusal, ra_buf_z(&json));
    else
        ra_doctor_warn(t->d, ra_document_name(which), NULL, "no such file; %s",
                       documents[i].without);
    ra_buf_free(&json);
}

/* domain 2.2 H6: the identifier decides whether a hard match is allowed. */
static void check_identifier(struct tenant *t)
{
    bool readable = false;
    struct ra_err refusal = {0}, e;

    if (ra_graph_probe_object_identifier(t->g, &readable, &refusal, &e) != 0)
        fault(t, "onPremisesObjectIdentifier", &e);
    else if (readable)
        ra_doctor_ok(t->d, "onPremisesObjectIdentifier", "can be read");
    else
        ra_doctor_warn(t->d, "onPremisesObjectIdentifier", NULL,
                       "the service does not tell it%s%.300s; matches that hang on it become"
                       " UNKNOWN_OOI",
                       refusal.msg[0] ? ": " : "", refusal.msg);
}

/* Each kind has a permission of its own. */
static const struct {
    enum ra_collection of;
    const char *check, *without;
} managed[] = {
    {RA_USERS, "onPremisesSyncBehavior", "takeovers become UNKNOWN_SOA"},
    {RA_GROUPS, "onPremisesSyncBehavior of groups",
     "groups with an equal SID that are not synced become UNKNOWN_SOA"},
    {RA_CONTACTS, "onPremisesSyncBehavior of contacts",
     "contacts with an equal address that are not synced become UNKNOWN_SOA"},
};

static void check_sync_behavior(struct tenant *t, size_t i)
{
    struct ra_fact_request r = {
        .collection = managed[i].of, .id = t->first_id[managed[i].of], .cloud_managed = -1};
    const struct ra_permission *p = ra_sync_behavior_permission(managed[i].of);
    struct ra_err refusal = {0}, e;
    char fix[256];

    if (!r.id[0])
        return;
    snprintf(fix, sizeof fix, "grant the app the application permission %s (%s)", p->name,
             p->app_role_id);
    if (ra_graph_sync_behavior(t->g, &r, 1, &refusal, &e) != 0)
        fault(t, managed[i].check, &e);
    else if (r.cloud_managed >= 0)
        ra_doctor_ok(t->d, managed[i].check, "can be read");
    else
        ra_doctor_warn(t->d, managed[i].check, fix, "not told%s%.300s; %s",
                       refusal.msg[0] ? ": " : "", refusal.msg, managed[i].without);
}

/* Of saved responses both may stand on each user, the latter in a file of its own too. */
static void check_saved_facts(struct tenant *t)
{
    enum ra_document_state state;
    struct ra_err refusal, e;
    struct ra_buf json = {0};

    if (t->inline_id)
        ra_doctor_ok(t->d, "onPremisesObjectIdentifier", "stands on the users");
    else
        ra_doctor_warn(t->d, "onPremisesObjectIdentifier", NULL,
                       "does not stand on the users; matches that hang on it become UNKNOWN_OOI");
    if (ra_graph_document(t->g, RA_DOC_SYNC_BEHAVIOR, &state, &json, &refusal, &e) != 0)
        fault(t, "onPremisesSyncBehavior", &e);
    else if (t->inline_behavior || state == RA_DOC_READ)
        ra_doctor_ok(t->d, "onPremisesSyncBehavior", "was saved");
    else
        ra_doctor_warn(t->d, "onPremisesSyncBehavior", NULL,
                       "was not saved; takeovers become UNKNOWN_SOA");
    ra_buf_free(&json);
}

static void check_asked_facts(struct tenant *t)
{
    check_identifier(t);
    for (size_t i = 0; i < sizeof managed / sizeof managed[0] && !t->cut; i++)
        check_sync_behavior(t, i);
}

static void check_all(struct tenant *t)
{
    for (int c = 0; c < RA_COLLECTIONS && !t->cut; c++)
        check_collection(t, (enum ra_collection)c);
    for (size_t i = 0; i < sizeof documents / sizeof documents[0] && !t->cut; i++)
        check_document(t, i);
    if (!t->cut && ra_graph_is_files(t->g))
        check_saved_facts(t);
    else if (!t->cut)
        check_asked_facts(t);
    if (!ra_graph_is_files(t->g) && !*t->d->cli->stop)
        ra_doctor_grants(t->d, t->g);
    if (t->cut && !*t->d->cli->stop)
        ra_doctor_skip(t->d, "the rest", "it would meet the same fault");
}

static int sign_in(struct tenant *t, struct ra_err *e)
{
    int rc = ra_graph_sign_in(t->g, e);

    if (rc != 0)
        fault(t, "sign-in", e);
    else if (ra_graph_is_files(t->g))
        ra_doctor_ok(t->d, "source", "saved responses in %s",
                     ra_config_files_dir(t->d->cli->config));
    else
        ra_doctor_ok(t->d, "sign-in", "a token was given");
    return rc;
}

int ra_doctor_tenant(struct ra_doctor *d, struct ra_err *err)
{
    struct tenant t = {.d = d};
    struct ra_graph_options o;
    struct ra_err e;

    d->group = "tenant";
    ra_cli_graph_options(d->cli, &o);
    o.retry_budget_ms = BUDGET_MS;
    if (ra_graph_open(&o, &t.g, &e) != 0)
        ra_doctor_fault(d, "source", &e);
    else if (sign_in(&t, &e) == 0)
        check_all(&t);
    else if (!*d->cli->stop)
        ra_doctor_skip(d, "the rest", "it needs the sign-in");
    ra_graph_close(&t.g);
    return ra_cli_stopped(d->cli, err);
}
