/* What the tests assert of a decision, and the memory of what was asserted. */
#include "tests/unit/match/scene.h"

#include <stdio.h>
#include <string.h>

static struct {
    bool code[RA_VERDICT_CODES], block[RA_VERDICT_CODES], warning[RA_WARNINGS];
    bool cause[RA_CAUSES], gate[RA_GATE_STOP + 1];
    char reasons[32][64];
    size_t reasons_n;
} seen;

bool seen_code(enum ra_verdict_code code)
{
    return seen.code[code];
}

bool seen_block(enum ra_verdict_code code)
{
    return seen.block[code];
}

bool seen_warning(enum ra_warning w)
{
    return seen.warning[w];
}

bool seen_cause(enum ra_cause cause)
{
    return seen.cause[cause];
}

bool seen_gate(enum ra_gate gate)
{
    return seen.gate[gate];
}

bool seen_reason(const char *name)
{
    for (size_t i = 0; i < seen.reasons_n; i++)
        if (!strcmp(seen.reasons[i], name))
            return true;
    return false;
}

static const struct ra_verdict no_verdict = {.code = RA_VERDICT_CODES - 1};

static const struct ra_verdict *verdict_of_ad(const struct scene *s, uint32_t ad)
{
    for (size_t i = 0; i < s->result.verdicts_n; i++)
        if (s->result.verdicts[i].ad == ad)
            return &s->result.verdicts[i];
    fail_msg("AD object %u has no verdict", ad);
    return &no_verdict; /* not reached */
}

static const struct ra_verdict *leftover(const struct scene *s, uint32_t cloud)
{
    for (size_t i = 0; i < s->result.verdicts_n; i++)
        if (s->result.verdicts[i].ad == RA_NONE && s->result.verdicts[i].cloud == cloud)
            return &s->result.verdicts[i];
    return NULL;
}

static const char *code_name(unsigned code)
{
    return ra_code_info((enum ra_verdict_code)code)->name;
}

void expect(struct scene *s, uint32_t ad, enum ra_verdict_code code, unsigned row, uint32_t cloud)
{
    const struct ra_verdict *v = verdict_of_ad(s, ad);

    assert_string_equal(code_name(v->code), code_name(code));
    assert_int_equal(v->row, row);
    assert_int_equal(v->cloud, cloud);
    if (ra_code_info(code)->in != RA_CLASS_BLOCKED)
        assert_int_equal(v->blocks, 0);
    else
        assert_true(v->blocks >> code & 1);
    seen.code[code] = true;
}

void expect_confidence(struct scene *s, uint32_t ad, enum ra_confidence confidence)
{
    assert_int_equal(verdict_of_ad(s, ad)->confidence, confidence);
}

void expect_warning(struct scene *s, uint32_t ad, enum ra_warning w)
{
    if (!(verdict_of_ad(s, ad)->warnings >> w & 1))
        fail_msg("%s is missing", ra_warning_name(w));
    seen.warning[w] = true;
}

void expect_no_warning(struct scene *s, uint32_t ad, enum ra_warning w)
{
    if (verdict_of_ad(s, ad)->warnings >> w & 1)
        fail_msg("%s is there", ra_warning_name(w));
}

void expect_no_warnings(struct scene *s, uint32_t ad)
{
    for (int w = 0; w < RA_WARNINGS; w++)
        expect_no_warning(s, ad, (enum ra_warning)w);
}

void expect_blocks(struct scene *s, uint32_t ad, ...)
{
    uint64_t rest = verdict_of_ad(s, ad)->blocks;
    va_list blocks;

    va_start(blocks, ad);
    for (int b = va_arg(blocks, int); b != RA_VERDICT_CODES; b = va_arg(blocks, int)) {
        assert_true(rest != 0);
        assert_string_equal(code_name((unsigned)__builtin_ctzll(rest)), code_name((unsigned)b));
        rest &= rest - 1;
        seen.block[b] = true;
    }
    va_end(blocks);
    assert_int_equal(rest, 0);
}

void expect_skipped(struct scene *s, uint32_t ad, enum ra_cause cause)
{
    const struct ra_verdict *v = verdict_of_ad(s, ad);

    expect(s, ad, RA_SKIP_SCOPE, 0, RA_NONE);
    assert_string_equal(ra_cause_name((enum ra_cause)v->cause), ra_cause_name(cause));
    assert_int_equal(v->warnings, 0);
    seen.cause[cause] = true;
}

void expect_leftover(struct scene *s, uint32_t cloud, enum ra_verdict_code code, unsigned row,
                     enum ra_cause cause)
{
    const struct ra_verdict *v = leftover(s, cloud);

    if (!v) {
        fail_msg("cloud object %u has no verdict", cloud);
        v = &no_verdict; /* not reached */
    }
    assert_string_equal(code_name(v->code), code_name(code));
    assert_int_equal(v->row, row);
    assert_int_equal(v->cause, cause);
    seen.code[code] = true;
    seen.cause[cause] = true;
}

void expect_no_leftover(struct scene *s, uint32_t cloud)
{
    assert_null(leftover(s, cloud));
}

void expect_count(struct scene *s, enum ra_verdict_code code, uint64_t n)
{
    assert_int_equal(s->result.counts[code], n);
    if (n)
        seen.code[code] = true;
}

static void remember_reason(const char *reason)
{
    char name[64];

    snprintf(name, sizeof name, "%s", reason);
    name[strcspn(name, " ")] = 0;
    if (!seen_reason(name) && seen.reasons_n < 32)
        memcpy(seen.reasons[seen.reasons_n++], name, sizeof name);
}

void expect_gate(struct scene *s, enum ra_gate gate, ...)
{
    const char *reason;
    size_t n = 0;
    va_list reasons;

    assert_string_equal(ra_gate_name(s->result.gate), ra_gate_name(gate));
    va_start(reasons, gate);
    while ((reason = va_arg(reasons, const char *))) {
        assert_true(n < s->result.reasons_n);
        assert_string_equal(s->result.reasons[n++], reason);
        if (gate == RA_GATE_STOP)
            remember_reason(reason);
    }
    va_end(reasons);
    assert_int_equal(s->result.reasons_n, n);
    seen.gate[gate] = true;
}
