#include "tests/property/engine.h"

#include "recovery/match/match.h"
#include "src/directory/directory.h"
#include "tests/property/rng.h"
#include "tests/support/mem_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run: the order in which the engine sees the organisation, and what it is handed. */
struct run {
    const struct org *org;
    struct ra_arena arena;
    uint32_t *cloud_order;  /* by sequence number: the cloud object's place */
    uint32_t *ad_order[3];  /* by directory as the engine sees it, then sequence number */
    int directory_order[3]; /* by the engine's number */
    struct mem_side *cloud, *ad[3];
    struct ra_side sides[3];
    struct ra_str customs[ORG_CUSTOMS];
    struct ra_tenant tenant;
    struct ra_policy policy;
};

static void *room(struct run *run, size_t n, size_t size)
{
    return ra_arena_alloc(&run->arena, (n + 1) * size);
}

/* ---- order ---- */

static size_t objects_of(const struct org *org, int directory, uint32_t *places)
{
    size_t n = 0;

    for (size_t i = 0; i < org->ad_n; i++)
        if (org->ad[i].directory == directory)
            places[n++] = (uint32_t)i;
    return n;
}

static void draw_order(struct run *run, uint64_t shuffle, size_t in_directory[3])
{
    uint32_t directories[3] = {0, 1, 2};
    struct rng r = {shuffle};

    run->cloud_order = room(run, run->org->cloud_n, sizeof *run->cloud_order);
    for (size_t c = 0; c < run->org->cloud_n; c++)
        run->cloud_order[c] = (uint32_t)c;
    if (shuffle) {
        rng_shuffle(&r, run->cloud_order, run->org->cloud_n);
        rng_shuffle(&r, directories, (size_t)run->org->directories_n);
    }
    for (int d = 0; d < run->org->directories_n; d++) {
        run->directory_order[d] = (int)directories[d];
        run->ad_order[d] = room(run, run->org->ad_n, sizeof *run->ad_order[d]);
        in_directory[d] = objects_of(run->org, (int)directories[d], run->ad_order[d]);
        if (shuffle)
            rng_shuffle(&r, run->ad_order[d], in_directory[d]);
    }
}

/* ---- objects ---- */

static struct ra_list list_of(struct ra_buf *b, const struct org_texts *texts)
{
    struct ra_list list = {0};

    ra_buf_init(b, (size_t)1 << 20);
    for (size_t i = 0; i < texts->n; i++)
        ra_list_put(b, &list.count, ra_str(texts->at[i]));
    list.bytes = ra_str_n(b->p, b->n);
    return list;
}

static struct ra_list customs_of(struct run *run, struct ra_buf *b, const struct org_ad *ad)
{
    struct ra_list list = {0};

    ra_buf_init(b, (size_t)1 << 20);
    for (int i = 0; i < run->org->customs_n; i++) {
        if (!ad->custom[i].p)
            continue;
        ra_list_put(b, &list.count, run->customs[i]);
        ra_list_put(b, &list.count, run->org->customs[i].binary ? RA_STR("b") : RA_STR("s"));
        ra_list_put(b, &list.count, ra_str_n(ad->custom[i].p, ad->custom[i].n));
    }
    list.bytes = ra_str_n(b->p, b->n);
    return list;
}

static struct ra_str dn_key(struct run *run, const char *dn)
{
    struct ra_str key;
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    if (!ra_dn_key(ra_str(dn), &b)) {
        fprintf(stderr, "not a DN: %s\n", dn);
        abort();
    }
    key = (struct ra_str){ra_arena_copy(&run->arena, b.p, b.n), b.n};
    ra_buf_free(&b);
    return key;
}

static void put_ad(struct run *run, struct mem_side *side, const struct org_ad *ad)
{
    struct ra_buf proxies, customs;
    struct ra_ad_object o = {
        .kind = (enum ra_kind)ad->kind,
        .deleted = ad->deleted,
        .critical_system = ad->critical,
        .hidden_from_lists = ad->hidden,
        .mailbox_guid = ad->mailbox_guid,
        .recipient_type = ad->recipient_type,
        .group_type = ad->group_type,
        .members = ad->members,
        .certificates = ad->certificates,
        .smime_certificates = ad->smime_certificates,
        .guid = ra_str_n(ad->guid, sizeof ad->guid),
        .sid = ra_str(ad->sid),
        .dn = ra_str(ad->dn),
        .dn_key = dn_key(run, ad->dn),
        .sam = ra_str(ad->sam),
        .upn = ra_str(ad->login),
        .login = ra_str(ad->login),
        .mail = ra_str(ad->mail),
        .nickname = ra_str(ad->nickname),
        .display_name = ra_str(ad->display_name),
        .cn = ra_str(ad->cn),
        .admin_description = ra_str(ad->admin_description),
        .consistency_guid = ra_str_n(ad->consistency_guid.p, ad->consistency_guid.n),
        .proxies = list_of(&proxies, &ad->proxies),
        .custom = customs_of(run, &customs, ad),
    };

    mem_side_ad(side, &o);
    ra_buf_free(&proxies);
    ra_buf_free(&customs);
}

static void put_facts(struct mem_side *side, const struct org_cloud *c)
{
    if (c->cloud_managed != ORG_UNKNOWN)
        mem_side_fact(side, RA_FACT_SOA, c->id, c->cloud_managed == ORG_YES ? "1" : "0");
    if (c->ooi_state != ORG_OOI_UNKNOWN)
        mem_side_fact(side, RA_FACT_OOI, c->id, c->ooi_state == ORG_OOI_SET ? c->ooi : "");
}

static void put_cloud(struct mem_side *side, const struct org_cloud *c)
{
    struct ra_buf proxies;
    struct ra_cloud_object o = {
        .kind = (enum ra_kind)c->kind,
        .deleted = c->deleted,
        .synced = (enum ra_tri)c->synced,
        .role_assignable = (enum ra_tri)c->role_assignable,
        .id = ra_str(c->id),
        .upn = ra_str(c->upn),
        .display_name = ra_str(c->display_name),
        .user_type = ra_str(c->user_type),
        .immutable_id = ra_str(c->immutable_id),
        .sid = ra_str(c->sid),
        .device_id = ra_str(c->device_id),
        .proxies = list_of(&proxies, &c->proxies),
    };

    mem_side_cloud(side, &o);
    put_facts(side, c);
    ra_buf_free(&proxies);
}

static void put_objects(struct run *run, const size_t in_directory[3])
{
    const struct org *org = run->org;

    for (int i = 0; i < org->customs_n; i++)
        run->customs[i] = ra_str(org->customs[i].name);
    for (int d = 0; d < org->directories_n; d++) {
        run->ad[d] = mem_side_new(org->directories[run->directory_order[d]].name, run->customs,
                                  (size_t)org->customs_n);
        for (size_t i = 0; i < in_directory[d]; i++)
            put_ad(run, run->ad[d], &org->ad[run->ad_order[d][i]]);
        run->sides[d] = *mem_side_open(run->ad[d]);
    }
    run->cloud = mem_side_new("cloud", NULL, 0);
    for (size_t c = 0; c < org->cloud_n; c++)
        put_cloud(run->cloud, &org->cloud[run->cloud_order[c]]);
}

/* ---- tenant and policy ---- */

static int by_text(const void *a, const void *b)
{
    return ra_str_cmp(*(const struct ra_str *)a, *(const struct ra_str *)b);
}

static struct ra_str *texts_of(struct run *run, const struct org_texts *texts)
{
    struct ra_str *list = room(run, texts->n, sizeof *list);

    for (size_t i = 0; i < texts->n; i++)
        list[i] = ra_str(texts->at[i]);
    return list;
}

static int by_user(const void *a, const void *b)
{
    return ra_str_cmp(((const struct ra_role_holder *)a)->user_id,
                      ((const struct ra_role_holder *)b)->user_id);
}

static void put_holders(struct run *run)
{
    const struct org *org = run->org;
    struct ra_tenant *t = &run->tenant;

    t->holders = room(run, org->cloud_n, sizeof *t->holders);
    for (size_t c = 0; c < org->cloud_n; c++) {
        unsigned roles = org->cloud[c].roles;

        if (roles && !org->tenant.definitions_known)
            roles |= RA_ROLE_PRIVILEGED;
        if (roles)
            t->holders[t->holders_n++] = (struct ra_role_holder){ra_str(org->cloud[c].id), roles};
    }
    if (t->holders_n)
        qsort(t->holders, t->holders_n, sizeof *t->holders, by_user);
}

static void put_tenant(struct run *run)
{
    const struct org_tenant *t = &run->org->tenant;

    run->tenant = (struct ra_tenant){
        .initial_domain = ra_str(t->initial_domain),
        .domains = texts_of(run, &t->domains),
        .domains_n = t->domains.n,
        .flags = {.block_hard_match = (enum ra_tri)t->flags[ORG_BH],
                  .block_soft_match = (enum ra_tri)t->flags[ORG_BS],
                  .soft_match_on_upn = (enum ra_tri)t->flags[ORG_SU],
                  .allow_identifier_update = (enum ra_tri)t->flags[ORG_AI]},
        .prevention = (enum ra_prevention)t->prevention,
        .threshold = t->threshold,
        .anchor_attribute = ra_str(t->anchor_attribute),
        .roles_known = t->roles_known,
        .definitions_known = t->definitions_known,
    };
    if (t->domains.n)
        qsort(run->tenant.domains, t->domains.n, sizeof(struct ra_str), by_text);
    put_holders(run);
}

static struct ra_str *dn_keys(struct run *run, const struct org_texts *texts)
{
    struct ra_str *list = room(run, texts->n, sizeof *list);

    for (size_t i = 0; i < texts->n; i++)
        list[i] = dn_key(run, texts->at[i]);
    return list;
}

static void put_policy(struct run *run)
{
    const struct org *org = run->org;
    struct ra_scope *scopes = room(run, (size_t)org->directories_n, sizeof *scopes);

    for (int i = 0; i < org->directories_n; i++) {
        const struct org_directory *d = &org->directories[run->directory_order[i]];

        scopes[i] = (struct ra_scope){ra_str(d->name), dn_keys(run, &d->include),
                                      dn_keys(run, &d->exclude), d->include.n, d->exclude.n};
    }
    run->policy = (struct ra_policy){
        .takeover_allowed = org->policy.takeover_allowed,
        .soft_match = (enum ra_soft_match)org->policy.soft_match,
        .max_deletes = org->policy.max_deletes,
        .max_hard_deletes = org->policy.max_hard_deletes,
        .max_deletes_percent = org->policy.max_deletes_percent,
        .anchor_attribute = ra_str(org->policy.attribute),
        .candidates = texts_of(run, &org->policy.candidates),
        .candidates_n = org->policy.candidates.n,
        .scopes = scopes,
        .scopes_n = (size_t)org->directories_n,
    };
}

/* ---- what came out ---- */

static size_t place_of_ad(const struct run *run, uint32_t number)
{
    int d = 0;

    while (number >= run->sides[d].count)
        number -= run->sides[d++].count;
    return run->ad_order[d][number];
}

static void put_into_words(const struct run *run, const struct ra_verdict *v, struct outcome *says)
{
    if (says->code) {
        fprintf(stderr, "two verdicts on one object: %s and %s\n", says->code,
                ra_code_info((enum ra_verdict_code)v->code)->name);
        abort();
    }
    says->code = ra_code_info((enum ra_verdict_code)v->code)->name;
    says->cause = ra_cause_name((enum ra_cause)v->cause);
    says->row = v->row;
    says->confidence = ra_confidence_name((enum ra_confidence)v->confidence)[0];
    says->peer = v->cloud == RA_NONE ? -1 : (int)run->cloud_order[v->cloud];
    for (int w = 0; w < RA_WARNINGS; w++)
        if (v->warnings >> w & 1)
            says->warnings[says->warnings_n++] = ra_warning_name((enum ra_warning)w);
    for (int b = 0; b < RA_VERDICT_CODES; b++)
        if (v->blocks >> b & 1 && says->blocks_n < OUTCOME_BLOCKS)
            says->blocks[says->blocks_n++] = ra_code_info((enum ra_verdict_code)b)->name;
}

static const char *kept(struct outcomes *out, struct ra_str s)
{
    return ra_arena_copy(&out->arena, s.p, s.n);
}

static void put_summary(const struct ra_result *r, struct outcomes *out)
{
    struct summary *s = &out->summary;

    s->gate = ra_gate_name(r->gate);
    for (size_t i = 0; i < r->reasons_n && i < OUTCOME_REASONS; i++)
        snprintf(s->reasons[s->reasons_n++], sizeof s->reasons[0], "%s", r->reasons[i]);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (r->counts[c])
            summary_count(s, ra_code_info((enum ra_verdict_code)c)->name, r->counts[c]);
    for (size_t i = 0; i < r->detection.candidates_n && i < OUTCOME_ATTRIBUTES; i++)
        s->attributes[s->attributes_n++] = (struct outcome_count){
            kept(out, r->detection.candidates[i].name), r->detection.candidates[i].reproduced};
    s->attribute = s->attributes[r->detection.chosen].name;
    s->undetermined = r->detection.undetermined;
    s->weak = r->detection.weak;
    s->any = r->detection.any;
    s->all = r->detection.all;
    s->deletes = r->deletes;
    s->hard_deletes = r->hard_deletes;
    s->live_synced = r->live_synced;
    s->deleted_unclaimed = r->deleted_unclaimed;
    s->matched_unseen = r->matched_unseen;
}

static void *cleared(struct outcomes *out, size_t n)
{
    struct outcome *list = ra_arena_alloc(&out->arena, (n + 1) * sizeof *list);

    for (size_t i = 0; i <= n; i++)
        list[i] = (struct outcome){.peer = -1};
    return list;
}

static void collect(const struct run *run, const struct ra_result *r, struct outcomes *out)
{
    *out = (struct outcomes){0};
    out->ad_n = run->org->ad_n;
    out->cloud_n = run->org->cloud_n;
    out->ad = cleared(out, out->ad_n);
    out->cloud = cleared(out, out->cloud_n);
    for (size_t i = 0; i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];

        put_into_words(run, v,
                       v->ad == RA_NONE ? &out->cloud[run->cloud_order[v->cloud]]
                                        : &out->ad[place_of_ad(run, v->ad)]);
    }
    put_summary(r, out);
}

/* ---- an organisation that is open ---- */

struct engine {
    struct run run;
    struct ra_match_input input;
};

struct engine *engine_open(const struct org *org, uint64_t shuffle)
{
    struct engine *e = ra_calloc(1, sizeof *e);
    size_t in_directory[3] = {0};

    e->run.org = org;
    draw_order(&e->run, shuffle, in_directory);
    put_objects(&e->run, in_directory);
    put_tenant(&e->run);
    put_policy(&e->run);
    e->input = (struct ra_match_input){.ad = e->run.sides,
                                       .ad_n = (size_t)org->directories_n,
                                       .cloud = mem_side_open(e->run.cloud),
                                       .tenant = &e->run.tenant,
                                       .policy = &e->run.policy,
                                       .incomplete = !org->complete};
    return e;
}

const struct ra_match_input *engine_input(const struct engine *e)
{
    return &e->input;
}

size_t engine_place_of_ad(const struct engine *e, uint32_t number)
{
    return place_of_ad(&e->run, number);
}

size_t engine_place_of_cloud(const struct engine *e, uint32_t seq)
{
    return e->run.cloud_order[seq];
}

void engine_close(struct engine **e)
{
    mem_side_free(&(*e)->run.cloud);
    for (int d = 0; d < (*e)->run.org->directories_n; d++)
        mem_side_free(&(*e)->run.ad[d]);
    ra_arena_free(&(*e)->run.arena);
    free(*e);
    *e = NULL;
}

void engine_decide(const struct org *org, uint64_t shuffle, struct outcomes *out)
{
    struct engine *e = engine_open(org, shuffle);
    struct ra_result result;
    struct ra_err err = {0};

    if (ra_match(&e->input, &result, &err) != 0) {
        fprintf(stderr, "seed %llu: the engine failed: %s\n", (unsigned long long)org->seed,
                err.msg);
        abort();
    }
    collect(&e->run, &result, out);
    ra_result_free(&result);
    engine_close(&e);
}
