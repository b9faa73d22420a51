#include "tests/property/rehearse.h"

#include "recovery/rehearsal/export.h"
#include "src/base/json.h"
#include "tests/property/oracle_inner.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the cloud side ---- */

static void put(cJSON *o, const char *key, const char *value)
{
    if (present(value))
        cJSON_AddStringToObject(o, key, value);
}

static void put_fact(cJSON *o, const char *key, enum org_fact fact)
{
    if (fact != ORG_UNKNOWN)
        cJSON_AddBoolToObject(o, key, fact == ORG_YES);
}

static void put_user(cJSON *o, const struct org_cloud *c)
{
    put(o, "userPrincipalName", c->upn);
    put(o, "userType", c->user_type);
    put(o, "onPremisesImmutableId", c->immutable_id);
    put(o, "onPremisesObjectIdentifier", c->ooi_state == ORG_OOI_SET ? c->ooi : NULL);
    if (c->ooi_state == ORG_OOI_NULL) /* said to be empty, which is not the same as not said */
        cJSON_AddStringToObject(o, "onPremisesObjectIdentifier", "");
}

static cJSON *cloud_object(const struct org_cloud *c)
{
    cJSON *o = cJSON_CreateObject(), *list;

    put(o, "id", c->id);
    put(o, "displayName", c->display_name);
    put(o, "onPremisesSecurityIdentifier", c->sid);
    put_fact(o, "onPremisesSyncEnabled", c->synced);
    if (c->kind == ORG_USER)
        put_user(o, c);
    if (c->kind == ORG_GROUP)
        put_fact(o, "isAssignableToRole", c->role_assignable);
    put(o, "deviceId", c->device_id);
    if (c->kind == ORG_DEVICE)
        return o;
    list = cJSON_AddArrayToObject(o, "proxyAddresses");
    for (size_t i = 0; i < c->proxies.n; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(c->proxies.at[i]));
    cJSON_AddBoolToObject(cJSON_AddObjectToObject(o, "onPremisesSyncBehavior"), "isCloudManaged",
                          c->cloud_managed == ORG_YES);
    return o;
}

static enum ra_sim_kind sim_kind(enum org_kind kind)
{
    switch (kind) {
    case ORG_USER:
        return RA_SIM_USER;
    case ORG_GROUP:
        return RA_SIM_GROUP;
    case ORG_CONTACT:
        return RA_SIM_CONTACT;
    case ORG_COMPUTER:
    case ORG_DEVICE:
        break;
    }
    return RA_SIM_DEVICE;
}

static void load_objects(struct ra_sim_store *s, const struct org *org)
{
    for (size_t i = 0; i < org->cloud_n; i++) {
        const struct org_cloud *c = &org->cloud[i];
        cJSON *o = cloud_object(c);

        ra_sim_store_load(s, sim_kind(c->kind), ra_sim_body_new(sim_kind(c->kind), o), c->deleted);
        cJSON_Delete(o);
    }
}

/* ---- the tenant's documents ---- */

static cJSON *document(struct ra_sim_store *s, enum ra_sim_document which)
{
    return s->small[which].items = cJSON_CreateArray();
}

static cJSON *item(cJSON *items)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddItemToArray(items, o);
    return o;
}

static void load_synchronization(struct ra_sim_store *s, const struct org_tenant *t)
{
    static const char *const names[ORG_FLAGS] = {
        [ORG_BH] = "blockCloudObjectTakeoverThroughHardMatchEnabled",
        [ORG_BS] = "blockSoftMatchEnabled",
        [ORG_SU] = "softMatchOnUpnEnabled",
        [ORG_AI] = "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"};
    cJSON *o = item(document(s, RA_SIM_SYNCHRONIZATION));
    cJSON *features = cJSON_AddObjectToObject(o, "features"), *p;

    for (int f = 0; f < ORG_FLAGS; f++)
        cJSON_AddBoolToObject(features, names[f], t->flags[f] == ORG_YES);
    p = cJSON_AddObjectToObject(cJSON_AddObjectToObject(o, "configuration"),
                                "accidentalDeletionPrevention");
    put(p, "synchronizationPreventionType",
        t->prevention == ORG_COUNT     ? "enabledForCount"
        : t->prevention == ORG_PERCENT ? "enabledForPercentage"
                                       : "disabled");
    cJSON_AddNumberToObject(p, "alertThreshold", (double)t->threshold);
}

static void load_domains(struct ra_sim_store *s, const struct org_tenant *t)
{
    cJSON *items = document(s, RA_SIM_DOMAINS);

    for (size_t i = 0; i < t->domains.n; i++) {
        cJSON *o = item(items);
        put(o, "id", t->domains.at[i]);
        cJSON_AddTrueToObject(o, "isVerified");
        cJSON_AddBoolToObject(o, "isInitial", same(t->domains.at[i], t->initial_domain));
    }
}

static void hold_role(cJSON *items, const struct org_cloud *c, bool privileged)
{
    cJSON *o = item(items);

    put(o, "principalId", c->id);
    put(o, "roleDefinitionId", privileged ? "mighty" : "modest");
}

static void load_roles(struct ra_sim_store *s, const struct org *org)
{
    cJSON *active = document(s, RA_SIM_ROLE_ASSIGNMENTS);
    cJSON *eligible = document(s, RA_SIM_ROLE_ELIGIBILITIES);
    cJSON *definitions = document(s, RA_SIM_ROLE_DEFINITIONS), *o;

    document(s, RA_SIM_ROLE_GROUP_MEMBERS);
    o = item(definitions);
    put(o, "id", "mighty");
    cJSON_AddTrueToObject(o, "isPrivileged");
    o = item(definitions);
    put(o, "id", "modest");
    cJSON_AddFalseToObject(o, "isPrivileged");
    for (size_t i = 0; i < org->cloud_n; i++) {
        const struct org_cloud *c = &org->cloud[i];
        bool mighty = c->roles & ORG_PRIVILEGED;
        if (c->roles & ORG_ASSIGNED)
            hold_role(active, c, mighty);
        if (c->roles & ORG_ELIGIBLE)
            hold_role(eligible, c, mighty);
    }
}

/* ---- the AD side, as a sync server would send it ---- */

struct sending {
    const struct org *org;
    const struct outcomes *scope;
    struct ra_arena arena;
    int custom; /* the source anchor, when it is not one of the first two */
    enum attribute mode;
};

static void find_anchor(struct sending *s)
{
    const char *name = s->scope->summary.attribute;

    s->custom = -1;
    s->mode = same_folded(name, "objectGUID")              ? OBJECT_GUID
              : same_folded(name, "mS-DS-ConsistencyGuid") ? CONSISTENCY_GUID
                                                           : CUSTOM;
    for (int i = 0; s->mode == CUSTOM && i < s->org->customs_n; i++)
        if (same_folded(s->org->customs[i].name, name))
            s->custom = i;
}

static const char *anchor_of(struct sending *s, const struct org_ad *ad)
{
    struct oracle o = {.org = s->org, .arena = &s->arena};

    return anchor_by(&o, ad, s->mode, s->custom);
}

static const char *login_of(struct sending *s, const struct org_ad *ad)
{
    if (present(ad->login) || !present(ad->sam))
        return ad->login;
    return format(&s->arena, "%s@%s", ad->sam, dn_dns_name(&s->arena, ad->dn));
}

static void put_text(struct ra_json *j, const char *key, const char *value)
{
    if (!present(value))
        return;
    ra_json_key(j, key);
    ra_json_z(j, value);
}

static void put_kind(struct ra_json *j, const struct org_ad *ad)
{
    put_text(j, "kind", ra_sim_kind_type(sim_kind(ad->kind)));
}

static void put_addresses(struct ra_json *j, const struct org_ad *ad)
{
    ra_json_key(j, "proxyAddresses");
    ra_json_array(j);
    for (size_t i = 0; i < ad->proxies.n; i++)
        ra_json_z(j, ad->proxies.at[i]);
    ra_json_array_end(j);
}

static void put_line(struct sending *s, size_t i, struct ra_buf *b)
{
    const struct org_ad *ad = &s->org->ad[i];
    const char *code = s->scope->ad[i].code;
    struct ra_json j;

    ra_json_init(&j, b);
    ra_json_object(&j);
    put_kind(&j, ad);
    put_text(&j, "objectGUID", guid_text(&s->arena, ad->guid));
    put_text(&j, "sourceAnchor", anchor_of(s, ad));
    put_text(&j, "objectSid", ad->sid);
    put_text(&j, "userPrincipalName", login_of(s, ad));
    put_text(&j, "mail", ad->mail);
    put_text(&j, "mailNickname", ad->nickname);
    put_text(&j, "displayName", present(ad->display_name) ? ad->display_name : ad->cn);
    put_addresses(&j, ad);
    ra_json_key(&j, "deleted");
    ra_json_bool(&j, ad->deleted);
    ra_json_key(&j, "cloudFiltered");
    ra_json_bool(&j, same(code, "SKIP_SCOPE") || same(code, "SKIP_LINKED"));
    ra_json_object_end(&j);
    ra_buf_putc(b, '\n');
}

/* ---- what became of them ---- */

struct place {
    const char *id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->id, ((const struct place *)b)->id);
}

struct places {
    struct place *all;
    size_t n;
};

static struct places places_of(const struct org *org)
{
    struct places p = {ra_calloc(org->cloud_n + 1, sizeof *p.all), org->cloud_n};

    for (size_t i = 0; i < p.n; i++)
        p.all[i] = (struct place){org->cloud[i].id, i};
    qsort(p.all, p.n, sizeof *p.all, by_id);
    return p;
}

static int place_of(const struct places *p, const char *id)
{
    const struct place key = {id, 0};
    const struct place *found =
        id && p->n ? bsearch(&key, p->all, p->n, sizeof *p->all, by_id) : NULL;

    return found ? (int)found->at : -1;
}

static const char *text_of(struct ra_arena *a, const cJSON *o, const char *key)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

    return z ? ra_arena_copy(a, z, strlen(z)) : NULL;
}

static void take_deed(struct deeds *out, const struct places *p, const cJSON *o, struct deed *d)
{
    const cJSON *aside;

    d->did = text_of(&out->arena, o, "outcome");
    d->error = text_of(&out->arena, o, "error");
    d->attribute = text_of(&out->arena, o, "attribute");
    d->cloud = place_of(p, text_of(&out->arena, o, "cloudId"));
    d->uncertain = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "uncertain"));
    cJSON_ArrayForEach(aside, cJSON_GetObjectItemCaseSensitive(o, "quarantined"))
    {
        d->upn_aside = d->upn_aside || same(aside->valuestring, "UserPrincipalName");
    }
}

/* Lines come in the order in which the objects were sent, then the deletions, then a summary. */
static void take_answer(struct deeds *out, const struct org *org, size_t first, const char *answer)
{
    struct places p = places_of(org);

    while (*answer) {
        const char *end = strchr(answer, '\n');
        cJSON *o = cJSON_ParseWithLength(answer, (size_t)(end - answer));
        const char *type = text_of(&out->arena, o, "type");
        if (same(type, "object"))
            take_deed(out, &p, o, &out->ad[first++]);
        else if (same(type, "deletion"))
            out->cloud_deleted[place_of(&p, text_of(&out->arena, o, "cloudId"))] = true;
        else
            out->stopped = !same(text_of(&out->arena, o, "status"), "success");
        cJSON_Delete(o);
        answer = end + 1;
    }
    free(p.all);
}

static void *cleared(struct ra_arena *a, size_t n, size_t size)
{
    return memset(ra_arena_alloc(a, (n + 1) * size), 0, (n + 1) * size);
}

void rehearse(const struct org *org, const struct outcomes *scope, size_t only, struct deeds *out)
{
    struct sending s = {.org = org, .scope = scope};
    size_t first = only == EVERY_OBJECT ? 0 : only;
    size_t last = only == EVERY_OBJECT ? org->ad_n : only + 1;
    struct ra_sim_store store;
    struct ra_buf lines, answer;
    struct ra_err err = {0};

    *out = (struct deeds){0};
    out->ad = cleared(&out->arena, org->ad_n, sizeof *out->ad);
    out->cloud_deleted = cleared(&out->arena, org->cloud_n, sizeof *out->cloud_deleted);
    ra_sim_store_init(&store);
    load_objects(&store, org);
    load_synchronization(&store, &org->tenant);
    load_domains(&store, &org->tenant);
    load_roles(&store, org);
    find_anchor(&s);
    ra_buf_init(&lines, (size_t)1 << 30);
    ra_buf_init(&answer, (size_t)1 << 30);
    for (size_t i = first; i < last; i++)
        put_line(&s, i, &lines);
    if (ra_sim_export(&store, ra_str_n(lines.p, lines.n), false, &answer, &err) != 0) {
        fprintf(stderr, "the export was refused: %s\n", err.msg);
        abort();
    }
    take_answer(out, org, first, ra_buf_z(&answer));
    ra_buf_free(&lines);
    ra_buf_free(&answer);
    ra_arena_free(&s.arena);
    ra_sim_store_free(&store);
}

void deeds_free(struct deeds *d)
{
    ra_arena_free(&d->arena);
    *d = (struct deeds){0};
}
