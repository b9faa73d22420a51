/*
 * A plan keeps its promises: its steps are carried out on the organisation, which is decided again,
 * and every object has the verdict that its step promised and the peer that was predicted. Engine
 * and oracle are both asked. The plan is also the same whatever the order of the objects.
 *
 *   test_steps                the seeds that every build runs
 *   test_steps FIRST LAST     other seeds; what occurred is printed, and not demanded
 */
#include "recovery/plan/steps.h"
#include "tests/property/compare.h"
#include "tests/property/engine.h"
#include "tests/property/generate.h"
#include "tests/property/oracle.h"

#include <stdlib.h>
#include <string.h>

#define FIRST 1
#define LAST  60
#define SOUPS 10 /* to each seed's organisation */

enum { HOLD = 1, BYPASS = 2, CONFIRM = 4, VARIANTS = 8 };

struct promise {
    size_t place; /* of the AD object */
    int peer;     /* the cloud object's place, or -1 when none is predicted */
    enum ra_plan_op op;
    enum ra_verdict_code why, code; /* RA_VERDICT_CODES: any */
};

struct world {
    struct org org;
    struct promise *promises;
    size_t n, cap;
    uint64_t seen[RA_PLAN_OPS];
    char *plan; /* its bytes */
};

static void promise(struct world *w, const struct promise *p)
{
    w->promises = ra_grow(w->promises, &w->cap, w->n + 1, sizeof *w->promises);
    w->promises[w->n++] = *p;
}

static char *kept(struct world *w, struct ra_str s)
{
    return s.n ? ra_arena_copy(&w->org.arena, s.p, s.n) : NULL;
}

/* ---- carrying out ---- */

static size_t cloud_of(const struct world *w, struct ra_str id)
{
    for (size_t c = 0; c < w->org.cloud_n; c++)
        if (ra_str_eq_fold(ra_str(w->org.cloud[c].id), id))
            return c;
    abort();
}

static void set_guid(struct world *w, struct org_ad *ad, struct ra_str want)
{
    size_t n = 16;
    unsigned char *bytes = ra_arena_alloc(&w->org.arena, n);

    if (!ra_base64_decode(want, bytes, &n) || n != 16)
        abort();
    ad->consistency_guid = (struct org_bytes){bytes, n};
}

static void set_features(struct world *w, const struct ra_plan_value *want)
{
    static const struct {
        const char *name;
        enum org_flag flag;
    } flags[] = {{"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", ORG_AI},
                 {"blockCloudObjectTakeoverThroughHardMatchEnabled", ORG_BH},
                 {"blockSoftMatchEnabled", ORG_BS}};

    for (size_t i = 0; i < want->features_n; i++)
        for (size_t f = 0; f < 3; f++)
            if (ra_str_eq(want->features[i].name, ra_str(flags[f].name)))
                w->org.tenant.flags[flags[f].flag] = want->features[i].on ? ORG_YES : ORG_NO;
}

static bool agrees(const char *what, struct ra_str have, struct ra_str is)
{
    if (!ra_str_eq(have, is))
        fprintf(stderr, "a step's have is " RA_STR_FMT ", %s is " RA_STR_FMT "\n", RA_STR_ARG(have),
                what, RA_STR_ARG(is));
    return ra_str_eq(have, is);
}

/* Facts that nobody had asked for are read anew before the next decision. */
static void read_anew(struct org_cloud *c)
{
    if (c->cloud_managed == ORG_UNKNOWN)
        c->cloud_managed = ORG_NO;
}

static bool carry_out(struct world *w, const struct ra_plan_step *s, size_t place)
{
    struct org_ad *ad = place < w->org.ad_n ? &w->org.ad[place] : NULL;
    struct org_cloud *c;
    struct ra_guid is, have;

    w->seen[s->op]++;
    if (s->op == RA_OP_SET_FEATURES) {
        set_features(w, &s->want);
        return true;
    }
    if (s->op == RA_OP_HOLD) {
        if (!agrees("adminDescription", s->have.text, ra_str(ad->admin_description)))
            return false;
        ad->admin_description = kept(w, s->want.text);
        return true;
    }
    if (s->op == RA_OP_SET_CONSISTENCY_GUID) {
        set_guid(w, ad, s->want.text);
        return true;
    }
    c = &w->org.cloud[cloud_of(w, s->target.id)];
    read_anew(c);
    if (s->op == RA_OP_SET_IMMUTABLE_ID) {
        if (!agrees("the anchor", ra_str(NULL), ra_str(c->immutable_id)))
            return false;
        c->immutable_id = kept(w, s->want.text);
        return !c->deleted && c->synced != ORG_YES;
    }
    if (c->ooi_state != ORG_OOI_SET)
        return agrees("the identifier", s->have.text, ra_str(NULL));
    if (ra_guid_parse(ra_str(c->ooi), &is) &&
        (!ra_guid_parse(s->have.text, &have) || !ra_guid_eq(&is, &have)))
        return agrees("the identifier", s->have.text, ra_str(c->ooi));
    c->ooi_state = ORG_OOI_NULL;
    return !c->deleted;
}

/* ---- the plan ---- */

static int decide(const struct ra_match_input *in, struct ra_result *out)
{
    struct ra_err err = {0};

    if (ra_match(in, out, &err) == 0)
        return 0;
    fprintf(stderr, "the engine failed: %s\n", err.msg);
    abort();
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ra_guid));
}

/* A person who confirms everything. */
static size_t confirm_all(const struct org *org, struct ra_guid **out)
{
    *out = ra_calloc(org->ad_n + 1, sizeof **out);
    for (size_t i = 0; i < org->ad_n; i++)
        memcpy((*out)[i].b, org->ad[i].guid, sizeof(*out)[i].b);
    qsort(*out, org->ad_n, sizeof **out, by_bytes);
    return org->ad_n;
}

struct planned {
    struct ra_guid *confirmed;
    struct ra_steps *steps;
    struct ra_result result, opened;
    struct ra_tenant tenant;
};

static void plan(const struct org *org, const struct ra_match_input *in, unsigned variant,
                 struct planned *p)
{
    struct ra_match_input again = *in;
    struct ra_steps_input steps = {.ad = in->ad,
                                   .ad_n = in->ad_n,
                                   .cloud = in->cloud,
                                   .tenant_id = RA_STR("tenant"),
                                   .tenant = in->tenant,
                                   .policy = in->policy,
                                   .result = &p->result,
                                   .hold = variant & HOLD,
                                   .bypass = variant & BYPASS};
    struct ra_err err = {0};
    bool window;

    memset(p, 0, sizeof *p);
    if (variant & CONFIRM)
        steps.confirmed_n = confirm_all(org, &p->confirmed);
    steps.confirmed = p->confirmed;
    decide(in, &p->result);
    p->tenant = *in->tenant;
    window = ra_window_wanted(&steps, &p->tenant.flags);
    again.tenant = &p->tenant;
    if (window)
        decide(&again, &p->opened);
    if (ra_steps_decide(&steps, window ? &p->opened : NULL, &p->tenant.flags, &p->steps, &err)) {
        fprintf(stderr, "no steps: %s\n", err.msg);
        abort();
    }
}

static void plan_free(struct planned *p)
{
    ra_steps_free(&p->steps);
    ra_result_free(&p->result);
    ra_result_free(&p->opened);
    free(p->confirmed);
}

static char *bytes_of(struct planned *p)
{
    struct ra_plan_source source = ra_steps_source(p->steps);
    struct ra_plan head = {.tenant = RA_STR("tenant")};
    struct ra_err err = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *fp = open_memstream(&text, &n);

    if (ra_plan_write(&head, &source, fp, NULL, &err) != 0)
        abort();
    fclose(fp);
    return text;
}

/* What the plan says is also what a reader of it gets. */
static bool readable(const char *text)
{
    struct ra_err err = {0};
    struct ra_plan plan;
    int rc = ra_plan_decode(ra_str(text), &plan, &err);

    if (rc != 0)
        fprintf(stderr, "%s\n", err.msg);
    else
        ra_plan_free(&plan);
    return rc == 0;
}

struct taking {
    struct world *w;
    const struct planned *p;
    const struct engine *e;
};

static size_t place_of(const struct world *w, struct ra_str guid, struct ra_str dn)
{
    struct ra_guid g;

    for (size_t i = 0; i < w->org.ad_n && ra_guid_parse(guid, &g); i++)
        if (memcmp(g.b, w->org.ad[i].guid, 16) == 0 && ra_str_eq(ra_str(w->org.ad[i].dn), dn))
            return i;
    abort();
}

static void take_match(void *to, const struct ra_prediction *e)
{
    struct taking *t = to;

    promise(t->w, &(struct promise){.place = place_of(t->w, e->object_guid, e->dn),
                                    .peer = (int)cloud_of(t->w, e->id),
                                    .op = RA_PLAN_OPS,
                                    .why = e->why,
                                    .code = RA_VERDICT_CODES});
}

static bool take_steps(struct world *w, const struct engine *e, struct planned *p)
{
    struct ra_step_promise promised;
    struct ra_plan_step step;
    struct ra_err err = {0};

    for (size_t i = 0; i < ra_steps_count(p->steps); i++) {
        size_t place = SIZE_MAX;
        if (ra_steps_get(p->steps, i, &step, &promised, &err) != 0)
            abort();
        if (promised.ad != RA_NONE) {
            place = engine_place_of_ad(e, promised.ad);
            promise(w, &(struct promise){.place = place,
                                         .peer = -1,
                                         .op = step.op,
                                         .why = step.why,
                                         .code = promised.code});
        }
        if (!carry_out(w, &step, place))
            return false;
    }
    return true;
}

/* ---- one organisation ---- */

static bool joins(const char *code)
{
    static const char *const all[] = {"MATCH_", "SOFT_", "BLOCK_TAKEOVER_POLICY"};

    for (size_t i = 0; i < 3; i++)
        if (code && strncmp(code, all[i], strlen(all[i])) == 0)
            return true;
    return false;
}

static bool held(const struct world *w, const struct outcomes *o)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct promise *p = &w->promises[i];
        const struct outcome *is = &o->ad[p->place];
        const char *want = p->code == RA_VERDICT_CODES ? NULL : ra_code_info(p->code)->name;
        bool as_promised = !want || strcmp(is->code, want) == 0;
        if (p->peer >= 0)
            as_promised = is->peer == p->peer && joins(is->code);
        if (as_promised)
            continue;
        fprintf(stderr, "%s of %s promised %s (peer %d):\n",
                p->op == RA_PLAN_OPS ? "a prediction" : ra_plan_op_name(p->op),
                ra_code_info(p->why)->name, want ? want : "anything", p->peer);
        dump_policy(&w->org, stderr);
        dump_ad(&w->org, p->place, stderr);
        if (is->peer >= 0)
            dump_cloud(&w->org, (size_t)is->peer, stderr);
        dump_outcome(is, "afterwards", stderr);
        return false;
    }
    return true;
}

static bool same_plan_in_any_order(const struct org *org, unsigned variant, const char *text)
{
    struct engine *e = engine_open(org, org->seed + 7);
    struct planned p;
    char *other;
    bool same;

    plan(org, engine_input(e), variant, &p);
    other = bytes_of(&p);
    same = strcmp(text, other) == 0;
    for (size_t at = 0; !same; at++)
        if (text[at] != other[at]) {
            size_t from = at > 300 ? at - 300 : 0;
            fprintf(stderr, "shuffled, another plan:\n%.600s\n---\n%.600s\n", text + from,
                    other + from);
            break;
        }
    free(other);
    plan_free(&p);
    engine_close(&e);
    return same;
}

static bool keeps_its_word(struct world *w, unsigned variant)
{
    struct engine *e = engine_open(&w->org, 0);
    struct outcomes after, oracle;
    struct planned p;
    struct taking t = {w, &p, e};
    struct ra_plan_source source;
    struct ra_err err = {0};
    char *text;
    bool ok;

    plan(&w->org, engine_input(e), variant, &p);
    text = bytes_of(&p);
    ok = readable(text) && same_plan_in_any_order(&w->org, variant, text);
    source = ra_steps_source(p.steps);
    source.expected(source.ctx, RA_WILL_MATCH, take_match, &t, &err);
    /* The plan names the attribute that anchors are computed with; it stays the same. */
    w->org.policy.attribute =
        kept(w, p.result.detection.candidates[p.result.detection.chosen].name);
    ok = ok && take_steps(w, e, &p);
    plan_free(&p);
    engine_close(&e);
    free(text);
    engine_decide(&w->org, 0, &after);
    oracle_decide(&w->org, &oracle);
    ok = ok && outcomes_same(&w->org, &oracle, "oracle", &after, "engine", stderr) &&
         held(w, &after);
    outcomes_free(&after);
    outcomes_free(&oracle);
    return ok;
}

static bool run_one(void generate(uint64_t, struct org *), uint64_t seed, unsigned variant,
                    uint64_t seen[RA_PLAN_OPS])
{
    struct world w = {0};
    bool ok;

    generate(seed, &w.org);
    ok = keeps_its_word(&w, variant);
    if (!ok)
        fprintf(stderr, "seed %llu, variant %u\n", (unsigned long long)seed, variant);
    for (int op = 0; op < RA_PLAN_OPS; op++)
        seen[op] += w.seen[op];
    free(w.promises);
    org_free(&w.org);
    return ok;
}

static bool run_seed(uint64_t seed, uint64_t seen[RA_PLAN_OPS])
{
    bool ok = run_one(generate_org, seed, (unsigned)seed % VARIANTS, seen);

    for (uint64_t soup = seed * SOUPS; ok && soup < (seed + 1) * SOUPS; soup++)
        ok = run_one(generate_soup_org, soup, (unsigned)(soup / 3) % VARIANTS, seen);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 2 ? strtoull(argv[1], NULL, 10) : FIRST;
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 10) : LAST;
    uint64_t seen[RA_PLAN_OPS] = {0};
    bool ok = true, all = true;

    for (uint64_t seed = first; ok && seed <= last; seed++)
        ok = run_seed(seed, seen);
    for (int op = 0; op < RA_PLAN_OPS; op++) {
        printf("%s %llu\n", ra_plan_op_name((enum ra_plan_op)op), (unsigned long long)seen[op]);
        all = all && seen[op] > 0;
    }
    return ok && (all || argc > 2) ? EXIT_SUCCESS : EXIT_FAILURE;
}
