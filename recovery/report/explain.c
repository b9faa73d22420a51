#include "recovery/report/explain.h"

#include "recovery/model/address.h"
#include "recovery/model/anchor.h"

#include <stdio.h>
#include <string.h>

/* An explanation being gathered. */
struct gather {
    const struct ra_report_input *in;
    struct ra_explanation *e;
    enum ra_tri soa;
};

static struct ra_str kept(struct gather *g, struct ra_str s)
{
    if (ra_str_absent(s))
        return (struct ra_str){NULL, 0};
    return (struct ra_str){ra_arena_copy(&g->e->arena, s.p, s.n), s.n};
}

static struct ra_str tri_text(enum ra_tri v)
{
    return v == RA_UNKNOWN ? (struct ra_str){NULL, 0} : v == RA_YES ? RA_STR("yes") : RA_STR("no");
}

static struct ra_str flag_text(enum ra_tri v, const char *strict)
{
    return v == RA_YES ? RA_STR("on") : v == RA_NO ? RA_STR("off") : ra_str(strict);
}

/* ---- both objects beside each other ---- */

enum { COMPARE = 1, FOLD = 2 };

static void pair(struct gather *g, const char *name, struct ra_str ad, struct ra_str cloud, int how)
{
    struct ra_explanation *e = g->e;

    if ((ra_str_absent(ad) && ra_str_absent(cloud)) || e->pairings_n == RA_PAIRINGS_MAX)
        return;
    e->pairings[e->pairings_n++] = (struct ra_pairing){
        name, ad, cloud, (how & COMPARE) && e->row.has_ad && e->row.has_cloud, (how & FOLD) != 0};
}

bool ra_pairing_differs(const struct ra_pairing *p)
{
    if (!p->comparable || ra_str_absent(p->ad) || ra_str_absent(p->cloud))
        return false;
    return p->fold ? !ra_str_eq_fold(p->ad, p->cloud) : !ra_str_eq(p->ad, p->cloud);
}

static struct ra_str all_addresses(struct gather *g, const struct ra_addresses *a)
{
    struct ra_buf b;
    struct ra_str text;

    ra_buf_init(&b, (size_t)1 << 20);
    for (uint32_t i = 0; i < a->count; i++) {
        if (i)
            ra_buf_putc(&b, ' ');
        ra_buf_put(&b, a->all[i].p, a->all[i].n);
    }
    text = kept(g, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    return text;
}

static struct ra_str values(struct gather *g, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, item, text;
    struct ra_buf b;

    ra_buf_init(&b, (size_t)1 << 20);
    while (ra_list_next(&rest, &item)) {
        if (b.n)
            ra_buf_putc(&b, ' ');
        ra_buf_put(&b, item.p, item.n);
    }
    text = kept(g, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    return text;
}

static void addresses(struct gather *g)
{
    struct ra_row *row = &g->e->row;
    struct ra_addresses ad = {0}, cloud = {0};

    if (row->has_ad)
        ra_ad_addresses(&row->ad, &g->e->arena, &ad);
    if (row->has_cloud)
        ra_cloud_addresses(&row->cloud, &g->e->arena, &cloud);
    pair(g, "primary SMTP", row->f[RA_F_SMTP], row->f[RA_F_CLOUD_SMTP], COMPARE);
    if (ad.count > 1 || cloud.count > 1)
        pair(g, "all addresses", all_addresses(g, &ad), all_addresses(g, &cloud), 0);
}

/* A GUID that the cloud's anchor stands for, beside the attribute that would have to give it. */
static struct ra_str anchor_as_guid(struct gather *g, struct ra_str anchor)
{
    unsigned char bytes[16];
    char text[RA_GUID_TEXT];

    if (!ra_anchor_bytes(anchor, bytes))
        return (struct ra_str){NULL, 0};
    ra_guid_text(bytes, text);
    return kept(g, ra_str(text));
}

static void identifiers(struct gather *g)
{
    const struct ra_row *row = &g->e->row;
    bool user = row->v->kind == RA_USER;
    struct ra_str none = {NULL, 0};

    pair(g, "anchor", row->f[RA_F_ANCHOR], row->f[RA_F_CLOUD_IMMUTABLE], user ? COMPARE : 0);
    pair(g, "anchor as GUID", anchor_as_guid(g, row->f[RA_F_ANCHOR]),
         anchor_as_guid(g, row->f[RA_F_CLOUD_IMMUTABLE]), user ? COMPARE : 0);
    pair(g, "mS-DS-ConsistencyGuid", row->f[RA_F_CONSISTENCY], none, 0);
    pair(g, "objectGUID, bound to", row->f[RA_F_GUID], row->f[RA_F_CLOUD_OOI], COMPARE | FOLD);
    if (row->v->kind == RA_COMPUTER || row->v->kind == RA_DEVICE)
        pair(g, "objectGUID, deviceId", row->f[RA_F_GUID], row->cloud.device_id, COMPARE | FOLD);
    pair(g, "SID", row->f[RA_F_SID], row->f[RA_F_CLOUD_SID], COMPARE);
    pair(g, "SID history", values(g, &row->ad.sid_history), none, 0);
    pair(g, "master account's SID", row->ad.master_account_sid, none, 0);
    pair(g, "object id", none, row->f[RA_F_CLOUD_ID], 0);
}

static struct ra_str account_state(const struct ra_ad_object *o)
{
    enum { DISABLED = 2 }; /* ADS_UF_ACCOUNTDISABLE */

    if (o->kind != RA_USER && o->kind != RA_COMPUTER)
        return (struct ra_str){NULL, 0};
    return o->account_control & DISABLED ? RA_STR("no") : RA_STR("yes");
}

static void names(struct gather *g)
{
    struct ra_row *row = &g->e->row;
    const struct ra_ad_object *o = &row->ad;
    const struct ra_cloud_object *c = &row->cloud;

    pair(g, "kind", row->has_ad ? ra_str(ra_kind_name(o->kind)) : (struct ra_str){NULL, 0},
         row->f[RA_F_CLOUD_KIND], 0);
    pair(g, "name", row->f[RA_F_NAME], row->f[RA_F_CLOUD_NAME], COMPARE);
    pair(g, "DN", o->dn, c->dn, COMPARE | FOLD);
    pair(g, "UPN", row->f[RA_F_UPN], row->f[RA_F_CLOUD_UPN], COMPARE | FOLD);
    if (!ra_str_eq_fold(o->login, row->f[RA_F_UPN]))
        pair(g, "UPN as in AD", o->login, c->on_premises_upn, COMPARE | FOLD);
    addresses(g);
    pair(g, "sAMAccountName", o->sam, c->sam, COMPARE | FOLD);
}

static void states(struct gather *g)
{
    const struct ra_row *row = &g->e->row;
    const struct ra_ad_object *o = &row->ad;
    const struct ra_cloud_object *c = &row->cloud;
    struct ra_str none = {NULL, 0};

    pair(g, "account enabled", row->has_ad ? account_state(o) : none, tri_text(c->account_enabled),
         COMPARE);
    pair(g, "synced", none,
         !row->has_cloud       ? none
         : c->synced == RA_YES ? RA_STR("yes")
                               : RA_STR("no"),
         0);
    pair(g, "managed by the cloud", none, tri_text(g->soa), 0);
    pair(g, "user type", none, c->user_type, 0);
    pair(g, "created", o->when_created, c->created, 0);
    pair(g, "last sync", none, c->last_sync, 0);
    pair(g, "deleted", row->has_ad && o->deleted ? RA_STR("yes") : none,
         row->has_cloud && c->deleted
             ? (ra_str_absent(c->deleted_at) ? RA_STR("yes") : c->deleted_at)
             : none,
         0);
    pair(g, "last known parent", o->last_known_parent, none, 0);
    pair(g, "provisioning errors", none, c->provisioning_errors, 0);
}

/* ---- facts ---- */

static void fact(struct gather *g, const char *name, struct ra_str value)
{
    if (g->e->facts_n < RA_FACTS_MAX)
        g->e->facts[g->e->facts_n++] = (struct ra_fact){name, value};
}

static int read_soa(struct gather *g, struct ra_err *err)
{
    const struct ra_side *cloud = g->in->cloud;
    struct ra_str id = g->e->row.f[RA_F_CLOUD_ID], found, value;
    struct ra_side_cursor *c;
    int rc;

    if (!g->e->row.has_cloud || !cloud->open_facts)
        return 0;
    c = cloud->open_facts(cloud->ctx, RA_FACT_SOA);
    if (!c)
        return 0;
    rc = cloud->seek(c, id);
    if (rc == 0)
        rc = cloud->next(c, &found, &value);
    if (rc > 0 && ra_str_eq_fold(found, id))
        g->soa = ra_str_eq(value, RA_STR("1")) ? RA_YES : RA_NO;
    cloud->close(c);
    return rc < 0 ? ra_fail(err, RA_EINTEGRITY, "snapshot cloud: the facts %s are damaged",
                            RA_FACT_SOA)
                  : 0;
}

static struct ra_str roles_text(struct gather *g)
{
    const struct ra_tenant *t = g->in->tenant;
    unsigned roles = ra_tenant_roles(t, g->e->row.f[RA_F_CLOUD_ID]);
    char text[128];

    if (!roles)
        return t->roles_known ? RA_STR("none") : RA_STR("unknown");
    snprintf(text, sizeof text, "%s%s%s%s", roles & RA_ROLE_ASSIGNED ? "assigned " : "",
             roles & RA_ROLE_ELIGIBLE ? "eligible " : "",
             roles & RA_ROLE_PRIVILEGED ? "privileged " : "",
             t->definitions_known ? "" : "(definitions unreadable, so every role is) ");
    text[strlen(text) - 1] = '\0';
    return kept(g, ra_str(text));
}

static void anchor_facts(struct gather *g)
{
    const struct ra_row *row = &g->e->row;
    struct ra_str name = ra_report_anchor(g->in);
    bool own = ra_anchor_attribute(name).kind == RA_ANCHOR_CONSISTENCY_GUID;

    fact(g, "source anchor", name);
    if (row->has_ad && own && (row->v->kind == RA_USER || row->v->kind == RA_GROUP))
        fact(g, "its value comes from",
             ra_str_absent(row->ad.consistency_guid)
                 ? RA_STR("objectGUID, mS-DS-ConsistencyGuid is empty")
                 : RA_STR("mS-DS-ConsistencyGuid"));
}

static void takeover_facts(struct gather *g)
{
    const struct ra_flags *f = &g->in->tenant->flags;

    fact(g, "managed by the cloud", g->soa == RA_UNKNOWN ? RA_STR("unknown") : tri_text(g->soa));
    fact(g, "blockCloudObjectTakeoverThroughHardMatchEnabled",
         flag_text(f->block_hard_match, "unknown, taken as on"));
    fact(g, "policy takeover", g->in->policy->takeover_allowed ? RA_STR("allow") : RA_STR("deny"));
}

static void soft_facts(struct gather *g)
{
    static const char *const policies[] = {"deny", "server", "stamp"};
    const struct ra_flags *f = &g->in->tenant->flags;

    fact(g, "blockSoftMatchEnabled", flag_text(f->block_soft_match, "unknown, taken as on"));
    if (g->e->row.v->kind == RA_USER)
        fact(g, "softMatchOnUpnEnabled", flag_text(f->soft_match_on_upn, "unknown, taken as off"));
    fact(g, "policy soft_match", ra_str(policies[g->in->policy->soft_match]));
}

static void binding_facts(struct gather *g)
{
    const struct ra_row *row = &g->e->row;

    fact(g, "onPremisesObjectIdentifier",
         !row->ooi_known                         ? RA_STR("unknown")
         : ra_str_absent(row->f[RA_F_CLOUD_OOI]) ? RA_STR("null")
                                                 : row->f[RA_F_CLOUD_OOI]);
    fact(g, "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
         flag_text(g->in->tenant->flags.allow_identifier_update, "unknown, taken as off"));
}

/* Those that the procedure asks for with a peer of this kind and state; a fact that could not have
 * mattered is left out. */
static void facts(struct gather *g)
{
    const struct ra_row *row = &g->e->row;
    bool user = row->v->kind == RA_USER, by_anchor;

    anchor_facts(g);
    if (!row->has_ad || !row->has_cloud)
        return;
    by_anchor = user && ra_str_eq(row->f[RA_F_ANCHOR], row->f[RA_F_CLOUD_IMMUTABLE]);
    fact(g, "peer is synced", row->synced == RA_YES ? RA_STR("yes") : RA_STR("no"));
    if (by_anchor)
        binding_facts(g);
    if (row->synced == RA_YES)
        return;
    if (by_anchor || row->v->kind == RA_GROUP)
        takeover_facts(g);
    if (!by_anchor)
        soft_facts(g);
    if (user)
        fact(g, "roles", roles_text(g));
    else if (row->cloud.kind == RA_GROUP)
        fact(g, "role-assignable",
             row->cloud.role_assignable == RA_YES ? RA_STR("yes") : RA_STR("no"));
}

/* ---- the whole ---- */

static void conclude(struct gather *g)
{
    struct ra_explanation *e = g->e;
    struct ra_remedy remedy;

    if (e->row.v->code >= RA_VERDICT_CODES)
        return;
    facts(g);
    e->step = ra_reason_step(&e->row);
    e->would_change = ra_reason_would_change(&e->row);
    ra_remedy_pick(g->in, &e->row, &remedy);
    ra_remedy_render(g->in, &e->row, &remedy, &e->remedy);
}

/* The row's made strings live with the rows; the explanation keeps its own. */
static void keep_fields(struct gather *g)
{
    for (int f = 0; f < RA_FIELDS; f++)
        g->e->row.f[f] = kept(g, g->e->row.f[f]);
}

int ra_explanation_make(const struct ra_report_input *in, const struct ra_verdict *v,
                        struct ra_explanation *out, struct ra_err *err)
{
    struct gather g = {.in = in, .e = out};
    struct ra_rows *rows;
    int rc;

    memset(out, 0, sizeof *out);
    ra_buf_init(&out->remedy, ((size_t)1 << 20));
    ra_rows_open_unsorted(in, &rows);
    rc = ra_rows_resolve(rows, v, &out->row, err);
    if (rc == 0) {
        keep_fields(&g);
        rc = read_soa(&g, err);
    }
    if (rc == 0) {
        names(&g);
        identifiers(&g);
        states(&g);
        conclude(&g);
        rc = ra_explain_kin(in, out, err);
    }
    ra_rows_free(&rows);
    if (rc != 0)
        ra_explanation_free(out);
    return rc;
}

void ra_explanation_free(struct ra_explanation *e)
{
    ra_buf_free(&e->remedy);
    ra_arena_free(&e->arena);
}

/* ---- finding verdicts ---- */

const struct ra_verdict *ra_report_verdict_of_ad(const struct ra_result *r, uint32_t number)
{
    size_t low = 0, high = r->verdicts_n; /* AD's come first, in order of their number */

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->verdicts[mid].ad == number)
            return &r->verdicts[mid];
        if (r->verdicts[mid].ad == RA_NONE || r->verdicts[mid].ad > number)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct ra_verdict *ra_report_verdict_of_cloud(const struct ra_result *r, uint32_t seq)
{
    for (size_t i = r->verdicts_n; i-- > 0 && r->verdicts[i].ad == RA_NONE;)
        if (r->verdicts[i].cloud == seq)
            return &r->verdicts[i];
    return NULL;
}

const struct ra_verdict *ra_report_peer_of_cloud(const struct ra_result *r, uint32_t seq)
{
    for (size_t i = 0; i < r->verdicts_n && r->verdicts[i].ad != RA_NONE; i++)
        if (r->verdicts[i].cloud == seq)
            return &r->verdicts[i];
    return NULL;
}
