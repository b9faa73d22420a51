#include "tests/unit/match/scene.h"

#include "src/directory/directory.h"
#include "tests/support/mem_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDERS 16
#define LISTS   64

struct scene_room {
    struct ra_arena arena;
    struct mem_side *ad, *cloud;
    struct ra_match_input in;
    struct ra_str domains[3];
    struct ra_role_holder holders[HOLDERS];
    struct ra_buf lists[LISTS];
    size_t lists_n;
};

static struct ra_str kept(struct scene *s, const char *text)
{
    return ra_str_n(ra_arena_copy(&s->room->arena, text, strlen(text)), strlen(text));
}

static void allow_everything(struct scene *s)
{
    s->tenant.flags = (struct ra_flags){RA_NO, RA_NO, RA_YES, RA_NO};
    s->tenant.prevention = RA_PREVENTION_OFF;
    s->tenant.roles_known = s->tenant.definitions_known = true;
    s->policy.takeover_allowed = true;
    s->policy.soft_match = RA_SOFT_SERVER;
    s->policy.max_deletes = s->policy.max_hard_deletes = 1000;
    s->policy.max_deletes_percent = 100;
    s->policy.anchor_attribute = RA_STR("mS-DS-ConsistencyGuid");
}

int scene_new(void **state)
{
    struct scene *s = ra_calloc(1, sizeof *s);
    struct scene_room *r = s->room = ra_calloc(1, sizeof *r);

    allow_everything(s);
    r->domains[0] = RA_STR("contoso.com");
    r->domains[1] = RA_STR("contoso.onmicrosoft.com");
    s->tenant.initial_domain = r->domains[1];
    s->tenant.domains = r->domains;
    s->tenant.domains_n = 2;
    s->tenant.holders = r->holders;
    s->scopes[0].directory = RA_STR("contoso");
    s->policy.scopes = s->scopes;
    s->policy.scopes_n = 1;
    s->custom[0] = RA_STR("employeeID");
    r->ad = mem_side_new("contoso", s->custom, 1);
    r->cloud = mem_side_new("cloud", NULL, 0);
    *state = s;
    return 0;
}

int scene_free(void **state)
{
    struct scene *s = *state;

    ra_result_free(&s->result);
    mem_side_free(&s->room->ad);
    mem_side_free(&s->room->cloud);
    for (size_t i = 0; i < s->room->lists_n; i++)
        ra_buf_free(&s->room->lists[i]);
    ra_arena_free(&s->room->arena);
    free(s->room);
    free(s);
    return 0;
}

/* ---- values ---- */

static struct ra_buf *list_room(struct scene *s)
{
    assert_true(s->room->lists_n < LISTS);
    struct ra_buf *b = &s->room->lists[s->room->lists_n++];

    ra_buf_init(b, (size_t)1 << 20);
    return b;
}

struct ra_list list(struct scene *s, const char *first, ...)
{
    struct ra_buf *b = list_room(s);
    struct ra_list l = {0};
    va_list more;

    va_start(more, first);
    for (const char *item = first; item; item = va_arg(more, const char *))
        ra_list_put(b, &l.count, ra_str(item));
    va_end(more);
    l.bytes = ra_str_n(b->p, b->n);
    return l;
}

struct ra_str dn_key(struct scene *s, const char *dn)
{
    struct ra_buf *b = list_room(s);

    assert_true(ra_dn_key(ra_str(dn), b));
    return ra_str_n(b->p, b->n);
}

const struct ra_str *dn_keys(struct scene *s, const char *dn)
{
    struct ra_str *key = ra_arena_alloc(&s->room->arena, sizeof *key);

    *key = dn_key(s, dn);
    return key;
}

struct ra_str anchor_of(struct scene *s, struct ra_str bytes)
{
    char *text = ra_arena_alloc(&s->room->arena, ra_base64_size(bytes.n));

    ra_base64(bytes.p, bytes.n, text);
    return ra_str(text);
}

struct ra_list employee_id(struct scene *s, const char *value)
{
    return list(s, "employeeID", "s", value, NULL);
}

static struct ra_str guid_bytes(struct scene *s, const char *text)
{
    struct ra_guid *guid = ra_arena_alloc(&s->room->arena, sizeof *guid);

    assert_true(ra_guid_parse(ra_str(text), guid));
    return ra_str_n(guid->b, sizeof guid->b);
}

/* ---- objects in step ---- */

static void place(struct scene *s, struct ra_ad_object *o, const char *dn)
{
    o->dn = ra_str(dn);
    o->dn_key = dn_key(s, dn);
}

struct ra_ad_object anna(struct scene *s)
{
    struct ra_ad_object o = {.kind = RA_USER,
                             .guid = guid_bytes(s, ANNAS_GUID),
                             .sid = RA_STR(ANNAS_SID),
                             .sam = RA_STR("anna"),
                             .upn = RA_STR("anna@contoso.com"),
                             .login = RA_STR("anna@contoso.com"),
                             .mail = RA_STR("anna@contoso.com"),
                             .nickname = RA_STR("anna"),
                             .proxies = list(s, "SMTP:anna@contoso.com", NULL)};

    place(s, &o, "CN=Anna,OU=Sales,DC=contoso,DC=com");
    return o;
}

struct peer annas_peer(struct scene *s)
{
    struct peer p = {.identifier = "", .cloud_managed = "0"};

    p.o = (struct ra_cloud_object){.kind = RA_USER,
                                   .synced = RA_YES,
                                   .id = RA_STR("aaaa"),
                                   .upn = RA_STR("anna@contoso.com"),
                                   .sid = RA_STR(ANNAS_SID),
                                   .immutable_id = anchor_of(s, guid_bytes(s, ANNAS_GUID)),
                                   .proxies = list(s, "SMTP:anna@contoso.com", NULL)};
    return p;
}

struct ra_ad_object rebuilt_anna(struct scene *s, struct peer *p)
{
    struct ra_ad_object a = anna(s);

    *p = annas_peer(s);
    a.consistency_guid = SIXTEEN;
    p->o.immutable_id = anchor_of(s, SIXTEEN);
    p->o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    p->identifier = NULL;
    return a;
}

struct ra_ad_object berta(struct scene *s)
{
    struct ra_ad_object b = anna(s);

    b.guid = guid_bytes(s, "44444444-2222-3333-4444-555555555555");
    b.sid = RA_STR("S-1-5-21-1-2-3-1002");
    b.sam = b.nickname = RA_STR("berta");
    b.login = b.upn = RA_STR("berta@contoso.com");
    b.mail = RA_STR("berta@contoso.com");
    b.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    return b;
}

struct peer stranger(struct scene *s, const char *id)
{
    struct peer p = {.identifier = "", .cloud_managed = "0"};

    p.o = (struct ra_cloud_object){.kind = RA_USER, .id = kept(s, id)};
    return p;
}

struct ra_ad_object group(struct scene *s)
{
    struct ra_ad_object o = {.kind = RA_GROUP,
                             .guid = guid_bytes(s, "11111111-2222-3333-4444-555555555555"),
                             .sid = RA_STR("S-1-5-21-1-2-3-2001"),
                             .sam = RA_STR("sales"),
                             .group_type = 0x80000002u,
                             .display_name = RA_STR("Sales"),
                             .mail = RA_STR("sales@contoso.com"),
                             .proxies = list(s, "SMTP:sales@contoso.com", NULL)};

    place(s, &o, "CN=Sales,OU=Groups,DC=contoso,DC=com");
    return o;
}

struct peer groups_peer(struct scene *s)
{
    struct peer p = {.identifier = "", .cloud_managed = "0"};

    p.o = (struct ra_cloud_object){.kind = RA_GROUP,
                                   .synced = RA_YES,
                                   .id = RA_STR("gggg"),
                                   .sid = RA_STR("S-1-5-21-1-2-3-2001"),
                                   .display_name = RA_STR("Sales"),
                                   .proxies = list(s, "SMTP:sales@contoso.com", NULL)};
    return p;
}

struct ra_ad_object contact(struct scene *s)
{
    struct ra_ad_object o = {.kind = RA_CONTACT,
                             .guid = guid_bytes(s, "22222222-2222-3333-4444-555555555555"),
                             .mail = RA_STR("partner@example.org"),
                             .proxies = list(s, "SMTP:partner@example.org", NULL)};

    place(s, &o, "CN=Partner,OU=Contacts,DC=contoso,DC=com");
    return o;
}

struct peer contacts_peer(struct scene *s)
{
    struct peer p = {.identifier = "", .cloud_managed = "0"};

    p.o = (struct ra_cloud_object){.kind = RA_CONTACT,
                                   .synced = RA_YES,
                                   .id = RA_STR("cccc"),
                                   .proxies = list(s, "SMTP:partner@example.org", NULL)};
    return p;
}

struct ra_ad_object computer(struct scene *s)
{
    struct ra_ad_object o = {.kind = RA_COMPUTER,
                             .guid = guid_bytes(s, "33333333-2222-3333-4444-555555555555"),
                             .sid = RA_STR("S-1-5-21-1-2-3-3001"),
                             .sam = RA_STR("PC1$"),
                             .certificates = 1};

    place(s, &o, "CN=PC1,OU=Computers,DC=contoso,DC=com");
    return o;
}

struct peer computers_peer(struct scene *s)
{
    struct peer p = {.identifier = "", .cloud_managed = "0"};

    (void)s;
    p.o = (struct ra_cloud_object){.kind = RA_DEVICE,
                                   .synced = RA_YES,
                                   .id = RA_STR("dddd"),
                                   .device_id = RA_STR("33333333-2222-3333-4444-555555555555")};
    return p;
}

/* ---- the decision ---- */

uint32_t put_ad(struct scene *s, const struct ra_ad_object *o)
{
    return mem_side_ad(s->room->ad, o);
}

uint32_t put_cloud(struct scene *s, const struct peer *p)
{
    struct ra_tenant *t = &s->tenant;
    char id[64];

    snprintf(id, sizeof id, RA_STR_FMT, RA_STR_ARG(p->o.id));
    if (p->identifier)
        mem_side_fact(s->room->cloud, RA_FACT_OOI, id, p->identifier);
    if (p->cloud_managed)
        mem_side_fact(s->room->cloud, RA_FACT_SOA, id, p->cloud_managed);
    if (p->roles) {
        assert_true(t->holders_n < HOLDERS);
        t->holders[t->holders_n++] = (struct ra_role_holder){kept(s, id), p->roles};
    }
    return mem_side_cloud(s->room->cloud, &p->o);
}

static int by_user(const void *a, const void *b)
{
    return ra_str_cmp(((const struct ra_role_holder *)a)->user_id,
                      ((const struct ra_role_holder *)b)->user_id);
}

int decide_or_fail(struct scene *s)
{
    struct scene_room *r = s->room;
    struct ra_err err = {0};

    ra_result_free(&s->result); /* of a decision before */
    qsort(s->tenant.holders, s->tenant.holders_n, sizeof *s->tenant.holders, by_user);
    r->in = (struct ra_match_input){.ad = mem_side_open(r->ad),
                                    .ad_n = 1,
                                    .cloud = mem_side_open(r->cloud),
                                    .tenant = &s->tenant,
                                    .policy = &s->policy,
                                    .incomplete = s->incomplete};
    return ra_match(&r->in, &s->result, &err);
}

const struct ra_match_input *scene_input(const struct scene *s)
{
    return &s->room->in;
}

void decide(struct scene *s)
{
    assert_int_equal(decide_or_fail(s), 0);
}

void decide_pair(struct scene *s, const struct ra_ad_object *o, const struct peer *p)
{
    put_ad(s, o);
    put_cloud(s, p);
    decide(s);
}
