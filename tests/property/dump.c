#include "tests/property/compare.h"

#include <string.h>

static void line(FILE *out, const char *name, const char *value)
{
    if (value)
        fprintf(out, "    %-18s \"%s\"\n", name, value);
}

static void bytes(FILE *out, const char *name, const struct org_bytes *b)
{
    if (!b->p)
        return;
    fprintf(out, "    %-18s %zu bytes ", name, b->n);
    for (size_t i = 0; i < b->n; i++)
        fprintf(out, "%02x", b->p[i]);
    fprintf(out, "\n");
}

static void texts(FILE *out, const char *name, const struct org_texts *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (i == 12) {
            fprintf(out, "    %-18s and %zu more\n", name, t->n - i);
            return;
        }
        line(out, name, t->at[i]);
    }
}

static const char *fact(enum org_fact f)
{
    return f == ORG_YES ? "yes" : f == ORG_NO ? "no" : "unknown";
}

void dump_ad(const struct org *org, size_t i, FILE *out)
{
    const struct org_ad *a = &org->ad[i];
    const struct org_bytes guid = {a->guid, sizeof a->guid};

    fprintf(out, "  AD %s %zu in %s%s%s%s%s\n", org_kind_name(a->kind), i,
            org->directories[a->directory].name, a->deleted ? ", deleted" : "",
            a->critical ? ", critical" : "", a->hidden ? ", hidden" : "",
            a->mailbox_guid ? ", mailbox" : "");
    line(out, "dn", a->dn);
    bytes(out, "objectGUID", &guid);
    bytes(out, "ConsistencyGuid", &a->consistency_guid);
    for (int k = 0; k < org->customs_n; k++)
        bytes(out, org->customs[k].name, &a->custom[k]);
    line(out, "sid", a->sid);
    line(out, "sam", a->sam);
    line(out, "login", a->login);
    line(out, "mailNickname", a->nickname);
    line(out, "mail", a->mail);
    texts(out, "proxyAddresses", &a->proxies);
    line(out, "displayName", a->display_name);
    line(out, "cn", a->cn);
    line(out, "adminDescription", a->admin_description);
    fprintf(out, "    recipient type 0x%llx, group type 0x%x, %u members, %u certificates\n",
            (unsigned long long)a->recipient_type, a->group_type, a->members, a->certificates);
}

void dump_cloud(const struct org *org, size_t n, FILE *out)
{
    const struct org_cloud *c = &org->cloud[n];
    static const char *const identifier[] = {"unknown", "null", "set"};

    fprintf(out, "  cloud %s %zu%s, synced %s, cloud managed %s, identifier %s, roles%s%s%s%s\n",
            org_kind_name(c->kind), n, c->deleted ? ", deleted" : "", fact(c->synced),
            fact(c->cloud_managed), identifier[c->ooi_state],
            c->roles & ORG_PRIVILEGED ? " privileged" : "",
            c->roles & ORG_ASSIGNED ? " assigned" : "", c->roles & ORG_ELIGIBLE ? " eligible" : "",
            c->role_assignable == ORG_YES ? ", role-assignable" : "");
    line(out, "id", c->id);
    line(out, "upn", c->upn);
    line(out, "userType", c->user_type);
    line(out, "immutableId", c->immutable_id);
    line(out, "sid", c->sid);
    line(out, "identifier", c->ooi);
    line(out, "deviceId", c->device_id);
    line(out, "displayName", c->display_name);
    texts(out, "proxyAddresses", &c->proxies);
}

void dump_policy(const struct org *org, FILE *out)
{
    static const char *const soft[] = {"deny", "server", "stamp"};
    static const char *const flags[] = {"BH", "BS", "SU", "AI"};
    const struct org_policy *p = &org->policy;
    const struct org_tenant *t = &org->tenant;

    fprintf(out, "  seed %llu: %zu AD objects, %zu cloud objects, initial domain %s\n",
            (unsigned long long)org->seed, org->ad_n, org->cloud_n, t->initial_domain);
    fprintf(out, "   ");
    for (int f = 0; f < ORG_FLAGS; f++)
        fprintf(out, " %s %s,", flags[f], fact(t->flags[f]));
    fprintf(out, " roles %s, definitions %s, takeover %s, soft match %s\n",
            t->roles_known ? "known" : "unknown", t->definitions_known ? "known" : "unknown",
            p->takeover_allowed ? "allow" : "deny", soft[p->soft_match]);
    fprintf(out, "    anchor %s, the tenant's %s, limits %lld %g%% %lld, tenant's %d at %lld\n",
            p->attribute, t->anchor_attribute ? t->anchor_attribute : "unknown",
            (long long)p->max_deletes, p->max_deletes_percent, (long long)p->max_hard_deletes,
            (int)t->prevention, (long long)t->threshold);
    texts(out, "candidate", &p->candidates);
    for (int d = 0; d < org->directories_n; d++) {
        line(out, "directory", org->directories[d].name);
        texts(out, "include", &org->directories[d].include);
        texts(out, "exclude", &org->directories[d].exclude);
    }
}

static void list(FILE *out, const char *name, const char *const *items, size_t n)
{
    fprintf(out, " %s[", name);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%s", i ? " " : "", items[i]);
    fprintf(out, "]");
}

void dump_outcome(const struct outcome *o, const char *name, FILE *out)
{
    fprintf(out, "  %s: %s", name, o->code ? o->code : "no verdict");
    if (o->cause)
        fprintf(out, " cause %s", o->cause);
    fprintf(out, " row %d confidence %c peer %d", o->row, o->confidence ? o->confidence : '-',
            o->peer);
    list(out, "blocks", o->blocks, o->blocks_n);
    list(out, "warnings", o->warnings, o->warnings_n);
    fprintf(out, "\n");
}

static void counts(FILE *out, const char *name, const struct outcome_count *c, size_t n)
{
    fprintf(out, "    %s", name);
    for (size_t i = 0; i < n; i++)
        fprintf(out, " %s=%llu", c[i].name, (unsigned long long)c[i].n);
    fprintf(out, "\n");
}

void dump_summary(const struct summary *s, const char *name, FILE *out)
{
    fprintf(out, "  %s: %s", name, s->gate);
    for (size_t i = 0; i < s->reasons_n; i++)
        fprintf(out, "%s %s", i ? "," : "", s->reasons[i]);
    fprintf(out, "\n");
    counts(out, "counts", s->counts, s->counts_n);
    counts(out, "attributes", s->attributes, s->attributes_n);
    fprintf(out, "    uses %s%s%s, any %llu, all %llu\n", s->attribute,
            s->undetermined ? ", undetermined" : "", s->weak ? ", weak" : "",
            (unsigned long long)s->any, (unsigned long long)s->all);
    fprintf(out, "    deletes %llu, hard %llu, of %llu, deleted unclaimed %llu, unseen %llu\n",
            (unsigned long long)s->deletes, (unsigned long long)s->hard_deletes,
            (unsigned long long)s->live_synced, (unsigned long long)s->deleted_unclaimed,
            (unsigned long long)s->matched_unseen);
}
