/*
 * A record or an index that cannot be read is never passed over: whatever reads a side is run again
 * and again, and each time another of its reads fails, from the first to the last. Every run that
 * met with a failure ends with RA_EINTEGRITY and a word on it, and leaves no cursor open.
 *
 *   test_damage                the seeds that every build runs
 *   test_damage FIRST LAST     other seeds; a record that was asked for in advance and then not
 *                              needed is told of as well
 */
#include "recovery/plan/steps.h"
#include "recovery/report/report.h"
#include "recovery/restore/restore.h"
#include "recovery/verify/predicted.h"
#include "recovery/verify/verify.h"
#include "tests/property/engine.h"
#include "tests/property/generate.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define FIRST       1
#define LAST        5
#define DIRECTORIES 3
#define OBJECTS     64 /* of a backup */

/* ---- the read that fails ---- */

enum way { NOT_READ, GARBLED, PAST_THE_END, WAYS };

static struct {
    uint64_t reads, fails_at;
    enum way way;
    bool struck, overlooked; /* an entry behind the key that was sought need not be looked at */
    const void *seeker;      /* the cursor that last sought a key, and that key */
    char sought[RA_KEY_MAX];
    size_t sought_n;
    const void *lost_of; /* a record that was not read once stays so */
    uint32_t lost;
    uint32_t past;       /* the number behind the last one of the cloud's */
    struct ra_side real; /* every side is held in memory, by the same functions */
} fuse;

static bool strikes(void)
{
    bool now = ++fuse.reads == fuse.fails_at;

    fuse.struck = fuse.struck || now;
    return now;
}

static struct ra_str record(void *ctx, uint32_t seq)
{
    if (fuse.way != PAST_THE_END && strikes()) {
        fuse.lost_of = ctx;
        fuse.lost = seq;
    }
    if (fuse.lost_of != ctx || fuse.lost != seq)
        return fuse.real.record(ctx, seq);
    return fuse.way == NOT_READ ? (struct ra_str){NULL, 0} : RA_STR("\377\376");
}

/* An entry that names an object which is not there. */
static struct ra_str past_the_end(struct ra_str value)
{
    static unsigned char room[RA_ENTRY_SIZE];
    struct ra_entry e;

    if (!ra_entry_unpack(value, &e))
        abort();
    e.seq = fuse.past;
    ra_entry_pack(&e, room);
    return ra_str_n(room, sizeof room);
}

/* From the empty key on everything is looked at: nobody asks for what is absent. */
static bool is_behind(const struct ra_side_cursor *c, struct ra_str key)
{
    return c == fuse.seeker && fuse.sought_n &&
           !ra_str_eq(key, ra_str_n(fuse.sought, fuse.sought_n));
}

static int next(struct ra_side_cursor *c, struct ra_str *key, struct ra_str *value)
{
    int rc = fuse.real.next(c, key, value);

    if (rc == 1 && fuse.way == GARBLED && value->n == RA_ENTRY_SIZE && strikes()) {
        value->n--;
        fuse.overlooked = is_behind(c, *key);
    }
    if (rc == 1 && fuse.way == PAST_THE_END && value->n == RA_ENTRY_SIZE && strikes()) {
        *value = past_the_end(*value);
        fuse.overlooked = is_behind(c, *key);
    }
    return fuse.way == NOT_READ && strikes() ? -(int)RA_EINTEGRITY : rc;
}

static int seek(struct ra_side_cursor *c, struct ra_str key)
{
    int rc = fuse.real.seek(c, key);

    fuse.seeker = c;
    fuse.sought_n = key.n < sizeof fuse.sought ? key.n : sizeof fuse.sought;
    if (fuse.sought_n)
        memcpy(fuse.sought, key.p, fuse.sought_n);
    return fuse.way == NOT_READ && strikes() ? -(int)RA_EINTEGRITY : rc;
}

static void close_cursor(struct ra_side_cursor *c)
{
    if (c == fuse.seeker)
        fuse.seeker = NULL;
    fuse.real.close(c);
}

static struct ra_side breakable(const struct ra_side *side)
{
    struct ra_side s = *side;

    fuse.real = *side;
    s.record = record;
    s.next = next;
    s.seek = seek;
    s.close = close_cursor;
    return s;
}

/* ---- what reads the sides ---- */

struct world {
    const struct org *org;
    struct ra_side ad[DIRECTORIES], cloud;
    struct ra_match_input in;
    struct ra_report_snapshot snapshots[DIRECTORIES + 1];
    struct ra_result decided;
    struct ra_report_input report;
    struct ra_backup_object backup[OBJECTS];
    size_t backup_n, backup_at;
    struct ra_plan plan; /* of the undisturbed run */
    struct ra_arena arena;
    char dir[64];
    FILE *null;
};

static int decide(struct world *w, struct ra_err *err)
{
    struct ra_result r;
    int rc = ra_match(&w->in, &r, err);

    if (rc == 0)
        ra_result_free(&r);
    return rc;
}

static int steps_of(struct world *w, struct ra_plan *plan, FILE *fp, struct ra_err *err)
{
    const struct ra_steps_input in = {.ad = w->ad,
                                      .ad_n = w->in.ad_n,
                                      .cloud = &w->cloud,
                                      .tenant_id = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f"),
                                      .tenant = w->in.tenant,
                                      .policy = w->in.policy,
                                      .result = &w->decided,
                                      .hold = true};
    struct ra_steps *s = NULL;
    struct ra_plan_source source;
    struct ra_plan_step step;
    int rc = ra_steps_decide(&in, NULL, NULL, &s, err);

    if (rc != 0)
        return rc;
    source = ra_steps_source(s);
    rc = ra_plan_write(plan, &source, fp, NULL, err);
    for (size_t i = 0; rc == 0 && i < ra_steps_count(s); i++)
        rc = ra_steps_get(s, i, &step, NULL, err);
    ra_steps_free(&s);
    return rc;
}

static int make_steps(struct world *w, struct ra_err *err)
{
    struct ra_plan plan = {.tenant = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f")};
    int rc;

    ra_plan_fill(&plan, &w->decided, w->in.policy);
    rc = steps_of(w, &plan, w->null, err);
    ra_plan_free(&plan);
    return rc;
}

static int write_reports(struct world *w, struct ra_err *err)
{
    struct ra_str plan = RA_STR("{}\n");

    return ra_report_write(w->dir, &w->report, ra_report_plan_bytes, &plan, err);
}

static int explain(struct world *w, struct ra_err *err)
{
    const struct ra_report_style style = {.width = 100};
    struct ra_buf out;
    int rc = 0;

    ra_buf_init(&out, (size_t)1 << 24);
    for (size_t i = 0; rc == 0 && i < w->decided.verdicts_n && i < 40; i++) {
        rc = ra_report_explain_text(&w->report, &w->decided.verdicts[i], &style, &out, err);
        if (rc == 0)
            rc = ra_report_explain_json(&w->report, &w->decided.verdicts[i], &out, err);
    }
    ra_buf_free(&out);
    return rc;
}

static int into_nothing(void *ctx, const struct ra_buf *text, struct ra_err *err)
{
    (void)ctx;
    (void)text;
    (void)err;
    return 0;
}

static int walk_backup(void *ctx, int (*each)(void *to, const struct ra_baseline_object *o),
                       void *to, struct ra_err *err)
{
    struct world *w = ctx;
    int rc = 0;

    (void)err;
    for (size_t i = 0; rc == 0 && i < w->backup_n; i++) {
        const struct ra_backup_object *o = &w->backup[i];
        const struct ra_baseline_object ad = {
            true, o->ad.o.kind, o->ad.o.guid, o->ad.source_anchor, {NULL, 0}, false};
        const struct ra_baseline_object cloud = {false,         o->cloud.o.kind,
                                                 o->cloud.o.id, RA_STR("AAAAAAAAAAAAAAAAAAAAAA=="),
                                                 RA_STR("x"),   true};
        rc = each(to, &ad);
        if (rc == 0)
            rc = each(to, &cloud);
    }
    return rc;
}

static int check(struct world *w, struct ra_err *err)
{
    const struct ra_baseline baseline = {.ctx = w, .name = RA_STR("then"), .walk = walk_backup};
    const struct ra_report_style style = {.width = 100};
    struct ra_verify_needs needs;
    struct ra_verified v;
    int rc = ra_verify_needs(&w->report, &needs, err);

    if (rc != 0)
        return rc;
    ra_verify_needs_free(&needs);
    rc = ra_verify(&w->report, &baseline, &v, err);
    if (rc != 0)
        return rc;
    rc = ra_verify_json(&w->report, &v, into_nothing, NULL, err);
    if (rc == 0)
        rc = ra_verify_text(&w->report, &v, &style, 0, into_nothing, NULL, err);
    ra_verified_free(&v);
    return rc;
}

static int next_of_backup(void *ctx, struct ra_backup_object *out, struct ra_err *err)
{
    struct world *w = ctx;

    (void)err;
    if (w->backup_at == w->backup_n)
        return 0;
    *out = w->backup[w->backup_at++];
    return 1;
}

static int tell_restored(struct world *w, const struct ra_restore_then *then,
                         const struct ra_restored *r, struct ra_err *err)
{
    const struct ra_report_style style = {.width = 100};
    struct ra_plan plan = {.tenant = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f")};
    int rc = ra_restore_plan(&w->report, r, &plan, err);

    ra_plan_free(&plan);
    if (rc == 0)
        rc = ra_restore_ldif(&w->report, then, r, w->null, err);
    if (rc == 0)
        rc = ra_restore_json(&w->report, then, r, w->null, err);
    if (rc == 0)
        rc = ra_restore_text(&w->report, then, r, &style, 0, w->null, err);
    return rc;
}

static int restore(struct world *w, struct ra_err *err)
{
    struct ra_restore_then then = {
        .ctx = w,
        .next = next_of_backup,
        .name = RA_STR("then"),
        .created = 1,
        .anchor_attribute = w->decided.detection.candidates[w->decided.detection.chosen].name,
        .login_attribute = RA_STR("userPrincipalName")};
    struct ra_restored r;
    int rc;

    w->backup_at = 0;
    rc = ra_restore(&w->report, &then, &r, err);
    if (rc != 0)
        return rc;
    rc = tell_restored(w, &then, &r, err);
    ra_restored_free(&r);
    return rc;
}

static int compare(struct world *w, struct ra_err *err)
{
    struct ra_comparison c;
    uint32_t *needs = NULL;
    size_t needs_n;
    int rc =
        ra_predicted_needs(w->plan.expected, w->plan.expected_n, &w->cloud, &needs, &needs_n, err);

    free(needs);
    if (rc != 0)
        return rc;
    rc = ra_predicted_compare(w->plan.expected, w->plan.expected_n, true, &w->cloud, &c, err);
    if (rc == 0)
        ra_comparison_free(&c);
    return rc;
}

static int back_up(struct world *w, struct ra_err *err)
{
    const struct ra_backup_input in = {.ad = w->ad,
                                       .ad_n = w->in.ad_n,
                                       .cloud = &w->cloud,
                                       .result = &w->decided,
                                       .tenant = w->in.tenant,
                                       .anchor_configured = RA_STR("auto"),
                                       .login_attribute = RA_STR("userPrincipalName")};
    const struct ra_backup_seal how = {
        .dir = w->dir, .tenant = "7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f", .now = 1767225600};
    struct ra_backup_manifest made;
    int rc = ra_backup_create(&how, &in, &made, err);

    if (rc == 0)
        ra_backup_manifest_free(&made);
    return rc;
}

static const struct {
    const char *what;
    int (*run)(struct world *w, struct ra_err *err);
    uint64_t stride; /* the more reads there were, the more of them are left out */
} readers[] = {
    {"the decision", decide, 1000},
    {"the plan", make_steps, 100},
    {"the reports", write_reports, 20},
    {"explanations", explain, 50},
    {"the checks", check, 100},
    {"a restore", restore, 100},
    {"predictions compared", compare, 100},
    {"a backup", back_up, 20},
};

/* ---- the world ---- */

static void take_into_backup(struct world *w, const struct ra_verdict *v)
{
    struct ra_backup_object *o = &w->backup[w->backup_n];
    uint32_t seq = v->ad;
    size_t d = 0;

    if (v->ad == RA_NONE || v->cloud == RA_NONE || w->backup_n == OBJECTS)
        return;
    for (; seq >= w->ad[d].count; d++)
        seq -= w->ad[d].count;
    *o = (struct ra_backup_object){.has_cloud = true, .has_ad = true};
    if (!ra_ad_decode(fuse.real.record(w->ad[d].ctx, seq), &o->ad.o) ||
        !ra_cloud_decode(fuse.real.record(w->cloud.ctx, v->cloud), &o->cloud.o))
        abort();
    o->code = o->cloud_code = (enum ra_verdict_code)v->code;
    o->ad.directory = w->ad[d].name;
    /* One in two had another anchor then, as the cloud still has. */
    o->ad.source_anchor = o->cloud.o.immutable_id;
    if (w->backup_n++ % 2)
        o->cloud.o.immutable_id = o->ad.source_anchor = RA_STR("MTIzNDU2Nzg5MDEyMzQ1Ng==");
}

static void plan_undisturbed(struct world *w)
{
    char *bytes = NULL;
    size_t n = 0;
    FILE *fp = open_memstream(&bytes, &n);
    struct ra_plan plan = {.tenant = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f")};
    struct ra_err err = {0};

    ra_plan_fill(&plan, &w->decided, w->in.policy);
    if (!fp || steps_of(w, &plan, fp, &err) != 0 || fclose(fp) != 0 ||
        ra_plan_decode(ra_str_n(bytes, n), &w->plan, &err) != 0) {
        fprintf(stderr, "no plan: %s\n", err.msg);
        exit(EXIT_FAILURE);
    }
    ra_plan_free(&plan);
    free(bytes);
}

static void fill(struct world *w, const struct engine *e)
{
    struct ra_err err = {0};

    w->in = *engine_input(e);
    for (size_t d = 0; d < w->in.ad_n; d++) {
        w->ad[d] = breakable(&w->in.ad[d]);
        w->snapshots[d].live = w->ad[d].count;
    }
    w->cloud = breakable(w->in.cloud);
    fuse.past = w->cloud.count;
    w->snapshots[DIRECTORIES].live = w->cloud.count;
    w->in.ad = w->ad;
    w->in.cloud = &w->cloud;
    if (ra_match(&w->in, &w->decided, &err) != 0)
        abort();
    w->report = (struct ra_report_input){.result = &w->decided,
                                         .ad = w->ad,
                                         .ad_n = w->in.ad_n,
                                         .cloud = &w->cloud,
                                         .ad_snapshots = w->snapshots,
                                         .cloud_snapshot = &w->snapshots[DIRECTORIES],
                                         .tenant = w->in.tenant,
                                         .policy = w->in.policy,
                                         .now = 5000};
    for (size_t i = 0; i < w->decided.verdicts_n; i++)
        take_into_backup(w, &w->decided.verdicts[i]);
    plan_undisturbed(w);
}

static void drop(struct world *w)
{
    ra_result_free(&w->decided);
    ra_plan_free(&w->plan);
    ra_arena_free(&w->arena);
}

/* ---- every read ---- */

static uint64_t struck[sizeof readers / sizeof readers[0]];

static bool said(size_t r, int rc, const struct ra_err *err, uint64_t seed)
{
    if (rc == 0 && fuse.overlooked)
        return true;
    if (fuse.struck ? rc == -(int)RA_EINTEGRITY && err->msg[0] : rc == 0)
        return true;
    fprintf(stderr, "seed %llu: %s: read %llu %s, and it gave %d: %s\n", (unsigned long long)seed,
            readers[r].what, (unsigned long long)fuse.fails_at,
            !fuse.struck           ? "did not fail"
            : fuse.way == NOT_READ ? "failed"
            : fuse.way == GARBLED  ? "was garbled"
                                   : "named an object that is not there",
            rc, err->msg);
    return false;
}

static bool each_read(struct world *w, size_t r, enum way way, uint64_t seed)
{
    fuse.way = way;
    fuse.fails_at = 1;
    do {
        struct ra_err err = {0};
        int rc;
        fuse.reads = 0;
        fuse.struck = fuse.overlooked = false;
        fuse.lost_of = NULL;
        rc = readers[r].run(w, &err);
        if (!said(r, rc, &err, seed))
            return false;
        struck[r] += fuse.struck;
        fuse.fails_at += 1 + fuse.fails_at / readers[r].stride;
    } while (fuse.struck);
    fuse.fails_at = 0;
    fuse.lost_of = NULL;
    return true;
}

static bool run_seed(uint64_t seed, const char *dir, FILE *null)
{
    struct world w = {.null = null};
    struct engine *e;
    struct org org;
    bool ok = true;

    generate_soup_org(seed, &org);
    snprintf(w.dir, sizeof w.dir, "%s", dir);
    e = engine_open(&org, 0);
    fill(&w, e);
    for (size_t r = 0; r < sizeof readers / sizeof readers[0]; r++)
        for (int way = 0; way < WAYS; way++)
            ok = each_read(&w, r, (enum way)way, seed) && ok;
    drop(&w);
    engine_close(&e);
    org_free(&org);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 2 ? strtoull(argv[1], NULL, 10) : FIRST;
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 10) : LAST;
    char dir[] = "/tmp/reanchor-damage.XXXXXX", command[64];
    FILE *null = fopen("/dev/null", "w");
    bool ok = true, all = true;

    setlocale(LC_CTYPE, "C.UTF-8"); /* as the program does */
    if (!null || !mkdtemp(dir))
        return EXIT_FAILURE;
    for (uint64_t seed = first; seed <= last; seed++)
        ok = run_seed(seed, dir, null) && ok;
    for (size_t r = 0; r < sizeof readers / sizeof readers[0]; r++) {
        printf("%8llu failed reads: %s\n", (unsigned long long)struck[r], readers[r].what);
        all = all && struck[r];
    }
    snprintf(command, sizeof command, "rm -rf %s", dir);
    fclose(null);
    return system(command) == 0 && ok && all ? EXIT_SUCCESS : EXIT_FAILURE;
}
