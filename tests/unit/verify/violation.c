#include "tests/unit/verify/violation.h"

#include <string.h>

static struct ra_verified verified;
static struct ra_report_input input;
static struct ra_report_snapshot snapshots[2];
static bool seen[RA_REASONS];

void forget(void)
{
    ra_verified_free(&verified);
}

const struct ra_report_input *verify_input(void)
{
    return &input;
}

const struct ra_verified *verify_against(struct scene *s, const struct ra_baseline *b)
{
    const struct ra_match_input *in;
    struct ra_err err = {0};

    forget();
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
                                     .policy = in->policy};
    assert_int_equal(ra_verify(&input, b, &verified, &err), 0);
    return &verified;
}

const struct ra_verified *verify(struct scene *s)
{
    return verify_against(s, NULL);
}

void expect_findings(const struct ra_verified *v, ...)
{
    uint64_t want[RA_REASONS] = {0};
    va_list more;

    va_start(more, v);
    for (int r = va_arg(more, int); r != RA_REASONS; r = va_arg(more, int)) {
        want[r]++;
        seen[r] = true;
    }
    va_end(more);
    for (int r = 0; r < RA_REASONS; r++)
        if (v->reasons[r] != want[r])
            fail_msg("%s: have %d, want %d", ra_reason_info((enum ra_reason)r)->name,
                     (int)v->reasons[r], (int)want[r]);
}

const struct ra_verify_finding *the(const struct ra_verified *v, enum ra_reason reason)
{
    const struct ra_verify_finding *f = NULL;

    assert_int_equal(v->reasons[reason], 1);
    for (size_t i = 0; i < v->n; i++)
        if (v->findings[i].reason == reason)
            f = &v->findings[i];
    assert_non_null(f);
    return f;
}

bool seen_reason_of(enum ra_reason reason)
{
    return seen[reason];
}

void in_step(struct scene *s, struct ra_ad_object *a, struct peer *p)
{
    *a = anna(s);
    *p = annas_peer(s);
    a->consistency_guid = a->guid;
    s->tenant.anchor_attribute = RA_STR("mS-DS-ConsistencyGuid");
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

void put(struct scene *s, const struct ra_ad_object *a, const struct peer *p)
{
    put_ad(s, a);
    put_cloud(s, p);
}
