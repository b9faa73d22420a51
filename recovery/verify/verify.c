#include "recovery/verify/checking.h"

#include "recovery/model/head.h"
#include "recovery/report/remedy.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

const struct ra_verdict *ra_checking_verdict(const struct ra_checking *c, uint32_t ad)
{
    uint32_t i = ad < c->ad_n ? c->verdict[ad] : RA_NONE;

    return i == RA_NONE ? NULL : &c->in->result->verdicts[i];
}

bool ra_checking_in_scope(const struct ra_checking *c, uint32_t ad)
{
    const struct ra_verdict *v = ra_checking_verdict(c, ad);

    return v && v->code != RA_SKIP_SCOPE && v->code != RA_SKIP_LINKED &&
           v->code != RA_SKIP_NO_ANCHOR;
}

int ra_checking_damaged(struct ra_checking *c, struct ra_str side)
{
    ra_fail(c->err, RA_EINTEGRITY, "cache of " RA_STR_FMT " cannot be read", RA_STR_ARG(side));
    ra_hint(c->err, "fetch this side again: reanchor fetch --full");
    c->damage = -(int)RA_EINTEGRITY;
    return c->damage;
}

int ra_checking_ad(struct ra_checking *c, uint32_t number, struct ra_ad_object *out)
{
    size_t d = c->in->ad_n - 1;

    while (d > 0 && number < c->base[d])
        d--;
    return ra_ad_decode(c->in->ad[d].record(c->in->ad[d].ctx, number - c->base[d]), out)
               ? 0
               : ra_checking_damaged(c, c->in->ad[d].name);
}

bool ra_checking_tied(struct ra_checking *c, uint32_t number)
{
    struct ra_ad_head head;
    size_t d = c->in->ad_n - 1;

    while (d > 0 && number < c->base[d])
        d--;
    return ra_ad_head(c->in->ad[d].record(c->in->ad[d].ctx, number - c->base[d]), &head) &&
           (head.own & RA_OWN_TIED);
}

int ra_checking_cloud(struct ra_checking *c, uint32_t seq, struct ra_cloud_object *out)
{
    return ra_cloud_decode(c->in->cloud->record(c->in->cloud->ctx, seq), out)
               ? 0
               : ra_checking_damaged(c, c->in->cloud->name);
}

/* ---- findings ---- */

struct ra_verify_finding *ra_found(struct ra_checking *c, enum ra_reason reason, unsigned kind,
                                   uint32_t ad, uint32_t cloud)
{
    struct ra_verified *v = c->out;

    v->findings = ra_grow(v->findings, &v->cap, v->n + 1, sizeof *v->findings);
    v->findings[v->n] = (struct ra_verify_finding){.reason = (uint8_t)reason,
                                                   .kind = (uint8_t)kind,
                                                   .ad = ad,
                                                   .cloud = cloud,
                                                   .other_ad = RA_NONE,
                                                   .other_cloud = RA_NONE};
    v->reasons[reason]++;
    return &v->findings[v->n++];
}

void ra_found_value(struct ra_checking *c, struct ra_verify_finding *f, struct ra_str value)
{
    f->value = (struct ra_str){ra_arena_copy(&c->out->arena, value.p, value.n), value.n};
}

void ra_not_checked(struct ra_checking *c, unsigned check, uint64_t objects, const char *why)
{
    struct ra_verified *v = c->out;

    if (v->unchecked_n < RA_UNCHECKED_MAX)
        v->unchecked[v->unchecked_n++] = (struct ra_unchecked){(uint8_t)check, objects, why};
}

/* ---- order: the same data gives the same output, in whatever order it was read ---- */

struct place {
    unsigned char key[64]; /* of the pair, then of the other pair */
    const struct ra_verify_finding *f;
};

static void cloud_key(struct ra_checking *c, uint32_t seq, unsigned char key[16])
{
    struct ra_cloud_object o;
    struct ra_guid id;

    if (seq != RA_NONE && ra_checking_cloud(c, seq, &o) == 0 && ra_guid_parse(o.id, &id))
        memcpy(key, id.b, 16);
}

static void ad_key(struct ra_checking *c, uint32_t number, unsigned char key[16])
{
    struct ra_ad_object o;

    if (number != RA_NONE && ra_checking_ad(c, number, &o) == 0 && o.guid.n == 16)
        memcpy(key, o.guid.p, 16);
}

static int by_gravity(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    const struct ra_reason_info *p = ra_reason_info((enum ra_reason)x->f->reason);
    const struct ra_reason_info *q = ra_reason_info((enum ra_reason)y->f->reason);

    if (p->severity != q->severity)
        return p->severity > q->severity ? -1 : 1;
    if (x->f->reason != y->f->reason)
        return x->f->reason < y->f->reason ? -1 : 1;
    int d = memcmp(x->key, y->key, sizeof x->key);
    return d ? d : ra_str_cmp(x->f->value, y->f->value);
}

static void sort(struct ra_checking *c)
{
    struct ra_verified *v = c->out;
    struct place *places = ra_calloc(v->n + 1, sizeof *places);
    struct ra_verify_finding *sorted = ra_calloc(v->n + 1, sizeof *sorted);

    for (size_t i = 0; i < v->n; i++) {
        places[i].f = &v->findings[i];
        ad_key(c, v->findings[i].ad, places[i].key);
        cloud_key(c, v->findings[i].cloud, places[i].key + 16);
        ad_key(c, v->findings[i].other_ad, places[i].key + 32);
        cloud_key(c, v->findings[i].other_cloud, places[i].key + 48);
    }
    qsort(places, v->n, sizeof *places, by_gravity);
    for (size_t i = 0; i < v->n; i++)
        sorted[i] = *places[i].f;
    free(places);
    free(v->findings);
    v->findings = sorted;
    v->cap = v->n + 1;
}

/* ---- who is who ---- */

static void number_objects(struct ra_checking *c)
{
    c->base = ra_calloc(c->in->ad_n + 1, sizeof *c->base);
    for (size_t d = 0; d < c->in->ad_n; d++) {
        c->base[d] = c->ad_n;
        c->ad_n += c->in->ad[d].count;
    }
    c->verdict = ra_malloc(((size_t)c->ad_n + 1) * sizeof *c->verdict);
    c->peer = ra_malloc(((size_t)c->in->cloud->count + 1) * sizeof *c->peer);
    memset(c->verdict, 0xFF, ((size_t)c->ad_n + 1) * sizeof *c->verdict);
    memset(c->peer, 0xFF, ((size_t)c->in->cloud->count + 1) * sizeof *c->peer);
}

static void link_peers(struct ra_checking *c)
{
    const struct ra_result *r = c->in->result;

    for (size_t i = 0; i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        if (v->ad == RA_NONE || v->ad >= c->ad_n)
            continue;
        c->verdict[v->ad] = (uint32_t)i;
        if (v->cloud != RA_NONE && v->cloud < c->in->cloud->count && c->peer[v->cloud] == RA_NONE)
            c->peer[v->cloud] = v->ad;
    }
}

void ra_checking_begin(struct ra_checking *c, const struct ra_report_input *in,
                       struct ra_verified *out, struct ra_err *err)
{
    *out = (struct ra_verified){0};
    *c = (struct ra_checking){
        .in = in, .out = out, .err = err, .anchor = ra_anchor_attribute(ra_report_anchor(in))};
    number_objects(c);
    link_peers(c);
}

void ra_checking_end(struct ra_checking *c)
{
    free(c->base);
    free(c->verdict);
    free(c->peer);
}

int ra_verify(const struct ra_report_input *in, const struct ra_baseline *baseline,
              struct ra_verified *out, struct ra_err *err)
{
    static int (*const checks[])(struct ra_checking * c) = {
        ra_check_cloud, ra_check_verdicts, ra_check_shared, ra_check_attribute, ra_check_case};
    struct ra_checking c;
    int rc = 0;

    ra_checking_begin(&c, in, out, err);
    for (size_t i = 0; rc == 0 && i < sizeof checks / sizeof checks[0]; i++)
        rc = checks[i](&c);
    if (rc == 0)
        rc = ra_check_drift(&c, baseline);
    if (rc == 0)
        sort(&c);
    if (rc == 0)
        rc = c.damage;
    ra_checking_end(&c);
    if (rc != 0)
        ra_verified_free(out);
    return rc;
}

void ra_verified_free(struct ra_verified *v)
{
    free(v->findings);
    ra_arena_free(&v->arena);
    *v = (struct ra_verified){0};
}

uint64_t ra_verified_count(const struct ra_verified *v, unsigned check, enum ra_severity s)
{
    uint64_t n = 0;

    for (int r = 0; r < RA_REASONS; r++) {
        const struct ra_reason_info *info = ra_reason_info((enum ra_reason)r);
        if (info->check == check && info->severity == s)
            n += v->reasons[r];
    }
    return n;
}

uint64_t ra_verified_total(const struct ra_verified *v, enum ra_severity s)
{
    uint64_t n = 0;

    for (unsigned check = 1; check <= RA_CHECKS; check++)
        n += ra_verified_count(v, check, s);
    return n;
}

bool ra_verified_worst(const struct ra_verified *v, enum ra_severity *out)
{
    for (int s = RA_SEVERITIES - 1; s >= 0; s--)
        if (ra_verified_total(v, (enum ra_severity)s)) {
            *out = (enum ra_severity)s;
            return true;
        }
    return false;
}
