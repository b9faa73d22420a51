#include "tests/unit/restore/disaster.h"

#include "recovery/model/anchor.h"

#include <string.h>

#define OBJECTS 8

static struct ra_backup_object objects[OBJECTS];
static size_t objects_n, next_object;
static struct ra_restore_then then;
static struct ra_restored restored;
static struct ra_report_input input;
static struct ra_report_snapshot snapshots[2];
static bool seen[RA_RESTORE_REASONS];
static struct ra_arena values;

static int next(void *ctx, struct ra_backup_object *out, struct ra_err *err)
{
    (void)ctx;
    (void)err;
    if (next_object == objects_n)
        return 0;
    *out = objects[next_object++];
    return 1;
}

void forget(void)
{
    ra_restored_free(&restored);
    ra_arena_free(&values);
    objects_n = 0;
    then = (struct ra_restore_then){.next = next,
                                    .name = RA_STR("reanchor-1"),
                                    .created = 1000,
                                    .anchor_attribute = RA_STR("mS-DS-ConsistencyGuid"),
                                    .login_attribute = RA_STR("userPrincipalName")};
}

void backed_up_by(struct scene *s, const char *attribute)
{
    then.anchor_attribute = ra_str(attribute);
    s->policy.anchor_attribute = ra_str(attribute);
}

void log_in_by(const char *attribute)
{
    then.login_attribute = ra_str(attribute);
}

void rewind_backup(void)
{
    next_object = 0;
}

void looking_for(bool (*wanted)(void *to, const struct ra_backup_object *o))
{
    then.wanted = wanted;
}

void backed_up(const struct ra_ad_object *a, const struct peer *p)
{
    const struct ra_anchor_attribute by = ra_anchor_attribute(then.anchor_attribute);
    struct ra_backup_object *o = &objects[objects_n++];

    assert_true(objects_n <= OBJECTS);
    *o = (struct ra_backup_object){.has_cloud = true, .has_ad = true, .code = RA_MATCH_HARD};
    o->cloud.o = p->o;
    o->ad.o = *a;
    o->ad.o.login = NO_VALUE;
    o->ad.directory = RA_STR("contoso");
    o->ad.source_anchor = ra_anchor_of(a, &by, &values);
}

struct ra_str guid_of(struct scene *s, const char *text)
{
    struct ra_guid *g = ra_arena_alloc(&values, sizeof *g);

    (void)s;
    assert_true(ra_guid_parse(ra_str(text), g));
    return ra_str_n(g->b, 16);
}

void annas_backup(struct scene *s, struct ra_ad_object *a, struct peer *p)
{
    forget();
    *a = anna(s);
    *p = annas_peer(s);
    a->consistency_guid = a->guid;
    a->mail = p->o.mail = NO_VALUE;
    p->identifier = ANNAS_GUID;
    backed_up(a, p);
}

struct ra_ad_object elsewhere(struct scene *s)
{
    struct ra_ad_object b = berta(s);

    b.dn = RA_STR("CN=Berta,OU=Sales,DC=contoso,DC=com");
    b.dn_key = dn_key(s, "CN=Berta,OU=Sales,DC=contoso,DC=com");
    return b;
}

struct peer bertas_peer(struct scene *s, const struct ra_ad_object *b)
{
    struct peer p = annas_peer(s);

    p.o.id = RA_STR("bbbb");
    p.o.upn = RA_STR("berta@contoso.com");
    p.o.sid = b->sid;
    p.o.immutable_id = anchor_of(s, b->guid);
    p.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    return p;
}

void bertas_backup(struct scene *s, struct ra_ad_object *b, struct peer *p)
{
    *b = elsewhere(s);
    b->consistency_guid = b->guid;
    *p = bertas_peer(s, b);
    backed_up(b, p);
}

void recreate(struct scene *s, struct ra_ad_object *a)
{
    a->guid = guid_of(s, NEW_GUID);
    a->sid = RA_STR(NEW_SID);
    a->consistency_guid = NO_VALUE;
}

void put(struct scene *s, const struct ra_ad_object *a, const struct peer *p)
{
    if (a)
        put_ad(s, a);
    if (p)
        put_cloud(s, p);
}

const struct ra_report_input *restore_input(void)
{
    return &input;
}

const struct ra_restore_then *restore_then(void)
{
    return &then;
}

const struct ra_restored *restore(struct scene *s)
{
    const struct ra_match_input *in;
    struct ra_err err = {0};
    int rc;

    if (!s->result.verdicts)
        decide(s);
    in = scene_input(s);
    snapshots[0].live = in->ad->count;
    snapshots[1].live = in->cloud->count;
    input = (struct ra_report_input){.result = &s->result,
                                     .ad = in->ad,
                                     .ad_n = in->ad_n,
                                     .cloud = in->cloud,
                                     .ad_snapshots = &snapshots[0],
                                     .cloud_snapshot = &snapshots[1],
                                     .tenant = in->tenant,
                                     .policy = in->policy,
                                     .now = 5000};
    rewind_backup();
    ra_restored_free(&restored);
    rc = ra_restore(&input, &then, &restored, &err);
    if (rc != 0)
        fail_msg("%s", err.msg);
    return &restored;
}

void expect_item(const struct ra_restore_item *i, enum ra_restore_outcome outcome,
                 enum ra_restore_reason reason)
{
    assert_string_equal(ra_restore_reason_name((enum ra_restore_reason)i->reason),
                        ra_restore_reason_name(reason));
    assert_int_equal(i->outcome, outcome);
    seen[reason] = true;
}

const struct ra_restore_item *only_item(struct scene *s, enum ra_restore_outcome outcome,
                                        enum ra_restore_reason reason)
{
    const struct ra_restored *r = restore(s);

    assert_int_equal(r->n, 1);
    expect_item(&r->items[0], outcome, reason);
    assert_int_equal(r->outcomes[outcome], 1);
    assert_int_equal(ra_restored_undecided(r), outcome != RA_RESTORE_WRITE);
    return &r->items[0];
}

void expect_nothing(struct scene *s)
{
    const struct ra_restored *r = restore(s);

    if (r->n)
        fail_msg("found %s", ra_restore_reason_name((enum ra_restore_reason)r->items[0].reason));
}

bool seen_restore_reason(enum ra_restore_reason r)
{
    return seen[r];
}
