#include "recovery/collect/cloud.h"

#include "recovery/model/head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {"read", "refused", "missing"};

/* Every tenant has one verified domain at least: its onmicrosoft.com. */
static int no_domain(struct ra_err *err)
{
    ra_fail(err, RA_EINCOMPLETE,
            "organization and domains name no verified domain, want one of them with all of them");
    return ra_hint(err, "organization.json is what Graph answers to GET /v1.0/organization, as it "
                        "stands: save it again");
}

/* Without any of the two nobody knows which domains are verified. */
static int need_domains(const struct ra_cloud_fill *f, const struct ra_err *refusal,
                        struct ra_err *err)
{
    const struct ra_permission *p = ra_document_permission(RA_DOC_ORGANIZATION);

    if (f->documents[RA_DOC_ORGANIZATION].state == RA_DOC_READ ||
        f->documents[RA_DOC_DOMAINS].state == RA_DOC_READ)
        return f->tenant.domains_n ? 0 : no_domain(err);
    ra_fail(err, refusal->code ? RA_EPERMISSION : RA_EINCOMPLETE,
            "neither organization nor domains could be read%s%s, want one of them for the verified "
            "domains",
            refusal->code ? ": " : "", refusal->code ? refusal->msg : "");
    return ra_hint(err, "grant %s (app role %s), or save organization.json", p->name,
                   p->app_role_id);
}

/* What one document says of the tenant. Refusals of the two with the domains are worth telling. */
static int take_document(struct ra_cloud_fill *f, const struct ra_document_read *r,
                         struct ra_err *refusal, struct ra_err *err)
{
    f->documents[r->which] = (struct ra_kept_document){r->state, r->json};
    if (r->state == RA_DOC_REFUSED &&
        (r->which == RA_DOC_ORGANIZATION || r->which == RA_DOC_DOMAINS))
        *refusal = r->refusal;
    if (r->state != RA_DOC_READ || r->which == RA_DOC_SYNC_BEHAVIOR)
        return 0;
    return ra_tenant_add(r->which, ra_str_n(r->json.p, r->json.n), &f->arena, &f->tenant, err);
}

int ra_cloud_read_documents(struct ra_cloud_fill *f, bool anew, struct ra_err *err)
{
    struct ra_document_read reads[RA_DOCUMENTS] = {{0}};
    struct ra_err refusal = {0};
    int rc;

    for (int i = 0; i < RA_DOCUMENTS; i++)
        reads[i].which = (enum ra_document)i;
    rc = ra_cloud_ask_first(f, anew, reads, RA_DOCUMENTS, err);
    if (rc != 0)
        return rc;
    for (int i = 0; i < RA_DOCUMENTS; i++) {
        int one = take_document(f, &reads[i], &refusal, err);
        if (rc == 0)
            rc = one;
    }
    return rc == 0 ? need_domains(f, &refusal, err) : rc;
}

void ra_cloud_free_documents(struct ra_cloud_fill *f)
{
    for (int i = 0; i < RA_DOCUMENTS; i++)
        ra_buf_free(&f->documents[i].json);
}

/* ---- members of the groups that hold a role ---- */

static bool is_role_group(void *ctx, struct ra_str id)
{
    struct ra_cloud_fill *f = ctx;
    struct ra_cloud_head head;
    struct ra_str record;
    char room[RA_ID_ROOM];
    uint32_t seq;

    return ra_ledger_find(&f->ledger, ra_folded_id(id, room), &seq, NULL) == 1 &&
           ra_ledger_read(&f->ledger, seq, &record, NULL) == 0 && record.p &&
           ra_cloud_head(record, &head) && head.role_assignable;
}

static struct ra_str json_of(const struct ra_cloud_fill *f, enum ra_document d)
{
    const struct ra_kept_document *k = &f->documents[d];

    return k->state == RA_DOC_READ ? ra_str_n(k->json.p, k->json.n) : (struct ra_str){NULL, 0};
}

int ra_cloud_read_role_members(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_kept_document *members = &f->documents[RA_DOC_ROLE_GROUP_MEMBERS];
    int rc;

    if (ra_graph_is_files(f->graph))
        return 0; /* the document is there, or it is not */
    ra_buf_free(&members->json);
    rc = ra_role_members_ask(f->graph, json_of(f, RA_DOC_ROLE_ASSIGNMENTS),
                             json_of(f, RA_DOC_ROLE_ELIGIBILITIES), is_role_group, f,
                             &members->json, err);
    members->state = rc == 0 ? RA_DOC_READ : RA_DOC_MISSING;
    return rc;
}

/* ---- into the snapshot ---- */

/* A saved onPremisesSyncBehavior lists what a live tenant is asked for object by object. */
static int put_behaviour(struct ra_cloud_fill *f, struct ra_err *err)
{
    const struct ra_doc d = {.json = json_of(f, RA_DOC_SYNC_BEHAVIOR)};
    const cJSON *i;
    char room[RA_ID_ROOM];
    cJSON *doc;

    if (!d.json.p)
        return 0;
    doc = ra_doc_parse(ra_document_name(RA_DOC_SYNC_BEHAVIOR), &d, err);
    if (!doc)
        return -err->code;
    for (i = ra_doc_first(doc); i; i = i->next) {
        const cJSON *managed = cJSON_GetObjectItemCaseSensitive(i, "isCloudManaged");
        struct ra_str id = ra_json_text(i, "id");
        if (!ra_str_absent(id) && cJSON_IsBool(managed))
            ra_fill_put(f->ledger.fill, RA_FACT_SOA, ra_folded_id(id, room),
                        cJSON_IsTrue(managed) ? RA_STR("1") : RA_STR("0"));
    }
    cJSON_Delete(doc);
    return 0;
}

static void name_state(enum ra_document d, char out[128])
{
    snprintf(out, 128, "%s.state", ra_document_name(d));
}

int ra_cloud_put_documents(struct ra_cloud_fill *f, struct ra_err *err)
{
    for (int i = 0; i < RA_DOCUMENTS; i++) {
        const struct ra_kept_document *d = &f->documents[i];
        struct ra_str name = ra_str(ra_document_name((enum ra_document)i));
        char state[128];
        name_state((enum ra_document)i, state);
        ra_fill_put(f->ledger.fill, RA_TABLE_DOCUMENTS, ra_str(state), ra_str(states[d->state]));
        if (d->state != RA_DOC_MISSING)
            ra_fill_put(f->ledger.fill, RA_TABLE_DOCUMENTS, name, ra_str_n(d->json.p, d->json.n));
        else
            ra_fill_delete(f->ledger.fill, RA_TABLE_DOCUMENTS, name);
    }
    return put_behaviour(f, err);
}

struct ra_amendment *ra_cloud_amend_documents(struct ra_cloud_fill *f, size_t *n)
{
    struct ra_amendment *all = ra_arena_alloc(&f->arena, 2 * RA_DOCUMENTS * sizeof *all);

    for (int i = 0; i < RA_DOCUMENTS; i++) {
        const struct ra_kept_document *d = &f->documents[i];
        struct ra_str name = ra_str(ra_document_name((enum ra_document)i));
        struct ra_str json = ra_str_n(d->json.p, d->state == RA_DOC_MISSING ? 0 : d->json.n);
        struct ra_str has = ra_snap_get(f->ledger.base, RA_TABLE_DOCUMENTS, name);
        char *state = ra_arena_alloc(&f->arena, 128);
        if (d->state == RA_DOC_MISSING)
            json.p = NULL;
        if (!ra_str_eq(has, json) || !has.p != !json.p)
            all[(*n)++] = (struct ra_amendment){RA_TABLE_DOCUMENTS, name, json};
        name_state((enum ra_document)i, state);
        if (!ra_str_eq(ra_snap_get(f->ledger.base, RA_TABLE_DOCUMENTS, ra_str(state)),
                       ra_str(states[d->state])))
            all[(*n)++] =
                (struct ra_amendment){RA_TABLE_DOCUMENTS, ra_str(state), ra_str(states[d->state])};
    }
    return all;
}
