#include "recovery/plan/plan.h"

#include "recovery/plan/form.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

/*
 * The canonical form: members sorted by name, no white space, strings escaped no more than JSON
 * demands; what `jq -cS 'del(.hash)'` prints without its newline. The file is the same with the
 * hash among its members, indented so that a person can read and compare it.
 */

static void text(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static int by_code_name(const void *a, const void *b)
{
    return strcmp(ra_code_info(*(const enum ra_verdict_code *)a)->name,
                  ra_code_info(*(const enum ra_verdict_code *)b)->name);
}

static void counts(struct ra_json *j, const struct ra_plan *p)
{
    enum ra_verdict_code codes[RA_VERDICT_CODES];

    for (int c = 0; c < RA_VERDICT_CODES; c++)
        codes[c] = (enum ra_verdict_code)c;
    qsort(codes, RA_VERDICT_CODES, sizeof codes[0], by_code_name);
    ra_json_key(j, "counts");
    ra_json_object(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        if (p->counts[codes[c]] == 0)
            continue;
        ra_json_key(j, ra_code_info(codes[c])->name);
        ra_json_int(j, (long long)p->counts[codes[c]]);
    }
    ra_json_object_end(j);
}

static void policy(struct ra_json *j, const struct ra_policy *p)
{
    ra_json_key(j, "policy");
    ra_json_object(j);
    text(j, "anchor_attribute", p->anchor_attribute);
    ra_json_key(j, "max_deletes");
    ra_json_int(j, p->max_deletes);
    ra_json_key(j, "max_deletes_percent");
    ra_json_real(j, p->max_deletes_percent);
    ra_json_key(j, "max_hard_deletes");
    ra_json_int(j, p->max_hard_deletes);
    ra_json_key(j, "soft_match");
    ra_json_z(j, ra_plan_soft_names[p->soft_match]);
    ra_json_key(j, "takeover");
    ra_json_z(j, ra_plan_takeover_names[p->takeover_allowed]);
    ra_json_object_end(j);
}

static void snapshots(struct ra_json *j, const struct ra_plan *p)
{
    ra_json_key(j, "snapshots");
    ra_json_object(j);
    for (size_t i = 0; i < p->snapshots_n; i++) {
        ra_json_key_str(j, p->snapshots[i].side);
        ra_json_object(j);
        text(j, "hash", p->snapshots[i].hash);
        text(j, "id", p->snapshots[i].id);
        text(j, "marker", p->snapshots[i].marker);
        ra_json_object_end(j);
    }
    ra_json_object_end(j);
}

static void value(struct ra_json *j, const char *key, const struct ra_plan_value *v)
{
    ra_json_key(j, key);
    if (v->features_n == 0) {
        ra_json_str(j, v->text);
        return;
    }
    ra_json_object(j);
    for (size_t i = 0; i < v->features_n; i++) {
        ra_json_key_str(j, v->features[i].name);
        ra_json_bool(j, v->features[i].on);
    }
    ra_json_object_end(j);
}

static void step(struct ra_json *j, const struct ra_plan_step *s)
{
    ra_json_object(j);
    value(j, "have", &s->have);
    text(j, "id", s->id);
    ra_json_key(j, "op");
    ra_json_z(j, ra_plan_op_name(s->op));
    ra_json_key(j, "target");
    ra_json_object(j);
    text(j, "directory", s->target.directory);
    text(j, "dn", s->target.dn);
    text(j, "id", s->target.id);
    ra_json_object_end(j);
    ra_json_key(j, "undo");
    if (s->undoable) {
        ra_json_object(j);
        ra_json_key(j, "op");
        ra_json_z(j, ra_plan_op_name(s->op));
        value(j, "want", &s->undo);
        ra_json_object_end(j);
    } else
        ra_json_null(j);
    value(j, "want", &s->want);
    ra_json_key(j, "why");
    ra_json_z(j, ra_code_info(s->why)->name);
    ra_json_object_end(j);
}

static void tail(struct ra_json *j, const struct ra_plan *p)
{
    policy(j, &p->policy);
    ra_json_key(j, "reasons");
    ra_json_array(j);
    for (size_t i = 0; i < p->reasons_n; i++)
        ra_json_str(j, p->reasons[i]);
    ra_json_array_end(j);
    snapshots(j, p);
    ra_json_key(j, "steps");
    ra_json_array(j);
    for (size_t i = 0; i < p->steps_n; i++)
        step(j, &p->steps[i]);
    ra_json_array_end(j);
    text(j, "tenant", p->tenant);
}

static void canonical(const struct ra_plan *p, const char *hash, struct ra_buf *out)
{
    char created[RA_TIME_TEXT];
    struct ra_json j;

    ra_time_text(p->created, created);
    ra_json_init(&j, out);
    ra_json_object(&j);
    text(&j, "anchor", p->anchor);
    counts(&j, p);
    ra_json_key(&j, "created");
    ra_json_z(&j, created);
    ra_json_key(&j, "format");
    ra_json_int(&j, RA_PLAN_FORMAT);
    ra_json_key(&j, "gate");
    ra_json_z(&j, ra_gate_name(p->gate));
    if (hash) {
        ra_json_key(&j, "hash");
        ra_json_z(&j, hash);
    }
    tail(&j, p);
    ra_json_object_end(&j);
}

static void sha256_hex(struct ra_str s, char out[65])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];

    SHA256((const unsigned char *)s.p, s.n, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    out[64] = '\0';
}

/* ---- the file's form ---- */

static void new_line(struct ra_buf *out, unsigned depth)
{
    ra_buf_printf(out, "\n%*s", (int)(2 * depth), "");
}

/* Where the string that begins at s[at] ends, behind its quote. */
static size_t string_end(struct ra_str s, size_t at)
{
    for (at++; at < s.n && s.p[at] != '"'; at++)
        at += s.p[at] == '\\';
    return at + 1;
}

/* Two blanks a level; empty brackets stay together. */
static void indent(struct ra_str s, struct ra_buf *out)
{
    unsigned depth = 0;

    for (size_t i = 0, end; i < s.n; i = end) {
        char c = s.p[i];
        end = c == '"' ? string_end(s, i) : i + 1;
        if ((c == '}' || c == ']') && s.p[i - 1] != '{' && s.p[i - 1] != '[')
            new_line(out, --depth);
        ra_buf_put(out, s.p + i, end - i);
        if ((c == '{' || c == '[') && s.p[i + 1] != '}' && s.p[i + 1] != ']')
            new_line(out, ++depth);
        else if (c == ',')
            new_line(out, depth);
        else if (c == ':')
            ra_buf_putc(out, ' ');
    }
    ra_buf_putc(out, '\n');
}

int ra_plan_encode(const struct ra_plan *plan, struct ra_buf *out, struct ra_err *err)
{
    struct ra_buf form;
    char hash[65];

    ra_buf_init(&form, RA_PLAN_MAX);
    canonical(plan, NULL, &form);
    sha256_hex(ra_str_n(form.p, form.n), hash);
    out->overflow = out->overflow || form.overflow;
    ra_buf_clear(&form);
    canonical(plan, hash, &form);
    indent(ra_str_n(form.p, form.n), out);
    out->overflow = out->overflow || form.overflow;
    ra_buf_free(&form);
    if (out->overflow)
        return ra_fail(err, RA_EINTERNAL, "the plan is larger than %zu bytes", out->max);
    return 0;
}

void ra_plan_fill(struct ra_plan *plan, const struct ra_result *result,
                  const struct ra_policy *policy_)
{
    const struct ra_detection *d = &result->detection;

    plan->policy = *policy_;
    plan->policy.scopes = NULL;
    plan->policy.candidates = NULL;
    plan->policy.scopes_n = plan->policy.candidates_n = 0;
    plan->anchor = d->candidates_n ? d->candidates[d->chosen].name : (struct ra_str){NULL, 0};
    plan->gate = result->gate;
    memcpy(plan->counts, result->counts, sizeof plan->counts);
    plan->reasons_n = result->reasons_n;
    plan->reasons = ra_arena_alloc(&plan->arena, (result->reasons_n + 1) * sizeof *plan->reasons);
    for (size_t i = 0; i < result->reasons_n; i++)
        plan->reasons[i] = ra_str(result->reasons[i]);
}

void ra_plan_free(struct ra_plan *plan)
{
    struct ra_arena arena = plan->arena;

    ra_arena_free(&arena);
    memset(plan, 0, sizeof *plan);
}
