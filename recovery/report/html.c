#include "recovery/report/outputs.h"

#include "recovery/report/layout.h"
#include "recovery/report/page.h"
#include "recovery/report/page_data.h"
#include "recovery/report/redact.h"
#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>

/*
 * report.html: the page's sources with their data in one file. What comes from outside stands in
 * one JSON text only, in which '<' cannot occur, and page.js puts it on the page as text, never as
 * markup.
 */
#define DATA_MAX ((size_t)14 << 20) /* with the rest the page stays under 15 MB */

/* ---- which rows come first, when not all fit ---- */

enum {
    P_CROSS,
    P_CODES,
    P_WARNED = P_CODES + RA_CLASSES * RA_VERDICT_CODES,
    P_STALE,
    P_SKIPPED,
    P_PLAIN,
    PRIORITIES
};

/* What the first export would destroy, then what goes wrong, then what has to be decided. */
static const enum ra_class worst_first[] = {
    RA_CLASS_ORPHAN,   RA_CLASS_BLOCKED, RA_CLASS_CONFLICT, RA_CLASS_UNKNOWN,
    RA_CLASS_TAKEOVER, RA_CLASS_SOFT,    RA_CLASS_NEW,
};

static int rank_of_class(enum ra_class in)
{
    int rank = 0;

    while (worst_first[rank] != in)
        rank++;
    return rank;
}

static int priority(const struct ra_verdict *v)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;
    uint32_t harmless = UINT32_C(1) << RA_NEEDS_STAMP;

    if (v->warnings & UINT32_C(1) << RA_WARN_CROSS)
        return P_CROSS;
    if (in == RA_CLASS_MATCHED)
        return v->warnings & ~harmless ? P_WARNED : P_PLAIN;
    if (in == RA_CLASS_SKIPPED)
        return P_SKIPPED;
    if (in == RA_CLASS_CLOUD)
        return P_STALE;
    return P_CODES + rank_of_class(in) * RA_VERDICT_CODES + v->code;
}

/* Places in the sorted rows, by priority; within one, as they were. */
static uint32_t *in_priority(const struct ra_rows *rows)
{
    size_t starts[PRIORITIES + 1] = {0}, n = ra_rows_count(rows);
    uint32_t *order = ra_calloc(n, sizeof *order);

    for (size_t i = 0; i < n; i++)
        starts[priority(ra_rows_verdict(rows, i)) + 1]++;
    for (int p = 0; p < PRIORITIES; p++)
        starts[p + 1] += starts[p];
    for (size_t i = 0; i < n; i++)
        order[starts[priority(ra_rows_verdict(rows, i))]++] = (uint32_t)i;
    return order;
}

static int collect(const struct ra_report_input *in, struct ra_rows *rows,
                   struct ra_page_data *data, struct ra_err *err)
{
    uint32_t *order = in_priority(rows);
    struct ra_arena tokens = {0};
    struct ra_remedy remedy;
    struct ra_row row;
    bool fits = true;
    int rc = 0;

    for (size_t i = 0; rc == 0 && fits && i < ra_rows_count(rows); i++) {
        rc = ra_rows_get(rows, order[i], &row, err);
        if (rc != 0)
            break;
        ra_remedy_pick(in, &row, &remedy);
        ra_arena_reset(&tokens);
        if (in->redact_key)
            ra_redact_row(in->redact_key, &row, &tokens);
        fits = ra_page_data_row(data, &row, &remedy);
    }
    ra_arena_free(&tokens);
    free(order);
    return rc;
}

/* ---- what stands beside the rows ---- */

static void key_z(struct ra_json *j, const char *key, const char *z)
{
    ra_json_key(j, key);
    ra_json_z(j, z);
}

static void codes(struct ra_json *j)
{
    ra_json_key(j, "codes");
    ra_json_array(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)c);
        ra_json_object(j);
        key_z(j, "name", info->name);
        key_z(j, "class", ra_class_name(info->in));
        key_z(j, "error", info->server_error);
        key_z(j, "meaning", info->meaning);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void warnings(struct ra_json *j)
{
    ra_json_key(j, "warningNames");
    ra_json_array(j);
    for (int w = 0; w < RA_WARNINGS; w++) {
        ra_json_object(j);
        key_z(j, "name", ra_warning_name((enum ra_warning)w));
        key_z(j, "meaning", ra_warning_meaning((enum ra_warning)w));
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void causes(struct ra_json *j)
{
    ra_json_key(j, "causes");
    ra_json_array(j);
    for (int c = 0; c < RA_CAUSES; c++) {
        ra_json_object(j);
        key_z(j, "name", ra_cause_name((enum ra_cause)c));
        key_z(j, "meaning", ra_cause_meaning((enum ra_cause)c));
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void names(struct ra_json *j)
{
    ra_json_key(j, "kinds");
    ra_json_array(j);
    for (int k = 0; k < RA_KINDS; k++)
        ra_json_z(j, ra_kind_name((enum ra_kind)k));
    ra_json_array_end(j);
    ra_json_key(j, "confidences");
    ra_json_array(j);
    for (int c = RA_CONFIDENCE_H; c <= RA_CONFIDENCE_INF; c++)
        ra_json_z(j, ra_confidence_name((enum ra_confidence)c));
    ra_json_array_end(j);
    ra_json_key(j, "remedies");
    ra_json_array(j);
    for (unsigned p = 0; p < ra_remedy_count(); p++)
        ra_json_z(j, ra_remedy_piece(p));
    ra_json_array_end(j);
}

static void snapshot(struct ra_json *j, struct ra_str side, const struct ra_report_snapshot *s,
                     int64_t now)
{
    char when[RA_TIME_TEXT], age[32];

    ra_time_text(s->created, when);
    ra_duration_text(now > s->created ? now - s->created : 0, age);
    ra_json_object(j);
    ra_json_key(j, "side");
    ra_json_str(j, side);
    key_z(j, "created", when);
    key_z(j, "age", age);
    ra_json_key(j, "number");
    ra_json_int(j, (long long)s->number);
    ra_json_key(j, "live");
    ra_json_int(j, s->live);
    ra_json_key(j, "deleted");
    ra_json_int(j, s->deleted);
    ra_json_key(j, "complete");
    ra_json_bool(j, s->complete);
    ra_json_key(j, "proof");
    ra_json_str(j, s->proof);
    ra_json_key(j, "hash");
    ra_json_str(j, s->hash);
    ra_json_object_end(j);
}

static void snapshots(struct ra_json *j, const struct ra_report_input *in)
{
    ra_json_key(j, "sources");
    ra_json_array(j);
    snapshot(j, RA_STR("Entra ID"), in->cloud_snapshot, in->now);
    for (size_t d = 0; d < in->ad_n; d++) {
        struct ra_buf name;
        ra_buf_init(&name, 4096);
        ra_buf_puts(&name, "AD ");
        ra_buf_put(&name, in->ad[d].name.p, in->ad[d].name.n);
        snapshot(j, ra_str_n(name.p, name.n), &in->ad_snapshots[d], in->now);
        ra_buf_free(&name);
    }
    ra_json_array_end(j);
}

static void reasons(struct ra_json *j, const struct ra_report_input *in)
{
    const struct ra_result *r = in->result;
    struct ra_buf b;

    ra_json_key(j, "stopReasons");
    ra_json_array(j);
    for (size_t i = 0; i < r->reasons_n && r->gate == RA_GATE_STOP; i++) {
        ra_buf_init(&b, 4096);
        ra_reason_in_words(in, r->reasons[i], &b);
        ra_json_str(j, ra_str_n(b.p, b.n));
        ra_buf_free(&b);
    }
    ra_json_array_end(j);
}

static void numbers(struct ra_json *j, const struct ra_result *r)
{
    uint64_t n[RA_NUMBERS];

    ra_numbers(r, n);
    ra_json_key(j, "numbers");
    ra_json_array(j);
    for (int i = 0; i < RA_NUMBERS; i++)
        ra_json_int(j, (long long)n[i]);
    ra_json_array_end(j);
}

static void note(struct ra_json *j, uint64_t n, const char *text)
{
    char number[RA_NUMBER_TEXT];
    struct ra_buf b;

    if (n == 0)
        return;
    ra_buf_init(&b, 4096);
    ra_buf_printf(&b, "%s %s", ra_number_text(n, number), text);
    ra_json_str(j, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

/* What is known to exist here and not modelled (decision: "Known and not modelled"). */
static void notes(struct ra_json *j, const struct ra_notes *n)
{
    ra_json_key(j, "notes");
    ra_json_array(j);
    note(j, n->mail_unlisted,
         "AD objects have a mail value that is not among their "
         "proxyAddresses; a clash of it in the cloud is not looked for.");
    note(j, n->linked,
         "linked mailboxes wait for a master account, perhaps in a forest that was "
         "not read; joining them is not modelled.");
    note(j, n->takeovers,
         "anchors lead to cloud users that are not synced. If one of them is "
         "written back to AD, the protection against takeovers does not apply to "
         "it, which cannot be seen.");
    note(j, n->groups,
         "groups share an address with a cloud group; a Microsoft 365 group as the "
         "target of a soft match is not modelled.");
    ra_json_array_end(j);
}

static void tenant(struct ra_json *j, const struct ra_report_input *in)
{
    static const char *const soft[] = {"deny", "server", "stamp"};
    struct ra_arena a = {0};
    struct ra_str name = in->tenant->display_name;

    ra_json_key(j, "tenantName");
    ra_json_str(j, in->redact_key ? ra_redact_name(in->redact_key, name, &a) : name);
    ra_arena_free(&a);
    ra_json_key(j, "policy");
    ra_json_object(j);
    key_z(j, "takeover", in->policy->takeover_allowed ? "allow" : "deny");
    key_z(j, "soft_match", soft[in->policy->soft_match]);
    ra_json_key(j, "max_deletes");
    ra_json_int(j, in->policy->max_deletes);
    ra_json_key(j, "max_deletes_percent");
    ra_json_real(j, in->policy->max_deletes_percent);
    ra_json_key(j, "max_hard_deletes");
    ra_json_int(j, in->policy->max_hard_deletes);
    ra_json_object_end(j);
}

/* Everything but the rows, as members of the page's one object. */
static void about(const struct ra_report_input *in, const struct ra_rows *rows, size_t shown,
                  struct ra_buf *out)
{
    char when[RA_TIME_TEXT];
    struct ra_json j;

    ra_time_text(in->now, when);
    ra_json_init(&j, out);
    ra_json_object(&j);
    key_z(&j, "version", RA_VERSION);
    key_z(&j, "made", when);
    ra_json_key(&j, "redacted");
    ra_json_bool(&j, in->redact_key != NULL);
    ra_json_key(&j, "shown");
    ra_json_int(&j, (long long)shown);
    ra_json_key(&j, "total");
    ra_json_int(&j, (long long)in->result->verdicts_n);
    ra_json_key(&j, "anchorAttribute");
    ra_json_str(&j, ra_report_anchor(in));
    codes(&j);
    warnings(&j);
    causes(&j);
    names(&j);
    snapshots(&j, in);
    reasons(&j, in);
    numbers(&j, in->result);
    notes(&j, ra_rows_notes(rows));
    tenant(&j, in);
    if (!ra_str_absent(in->plan_json)) {
        ra_json_key(&j, "plan");
        ra_json_raw(&j, in->plan_json);
    }
    ra_json_key(&j, "summary");
    ra_report_summary_json(in, out);
}

/* ---- the file ---- */

/* JSON inside a script element: no '<' may open or close anything, and the two separators that are
 * line ends to JavaScript alone are escaped too. All of them can stand in strings only. */
static void put_json(FILE *fp, struct ra_str s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.n; i++) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        bool separator = i + 2 < s.n && p[0] == 0xE2 && p[1] == 0x80 && (p[2] & 0xFE) == 0xA8;
        if (*p != '<' && !separator)
            continue;
        fwrite(s.p + from, 1, i - from, fp);
        fputs(*p == '<' ? "\\u003c" : p[2] == 0xA8 ? "\\u2028" : "\\u2029", fp);
        i += separator ? 2 : 0;
        from = i + 1;
    }
    fwrite(s.p + from, 1, s.n - from, fp);
}

static void put_member(void *ctx, const char *key, struct ra_str json)
{
    FILE *fp = ctx;

    fprintf(fp, ",\n\"%s\":", key);
    put_json(fp, json);
}

static void put_data(const struct ra_report_input *in, const struct ra_rows *rows,
                     struct ra_page_data *data, FILE *fp)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    about(in, rows, ra_page_data_count(data), &b);
    put_json(fp, ra_str_n(b.p, b.n));
    ra_page_data_write(data, put_member, fp);
    fputs("}", fp);
    ra_buf_free(&b);
}

/* The page's source up to the mark, which is left out; what follows is returned. */
static struct ra_str put_until(struct ra_str page, const char *mark, FILE *fp)
{
    const char *at = memmem(page.p, page.n, mark, strlen(mark));
    size_t n = at ? (size_t)(at - page.p) : page.n;

    fwrite(page.p, 1, n, fp);
    return ra_str_from(page, n + strlen(mark));
}

int ra_html_page(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                 struct ra_err *err)
{
    struct ra_page_data *data = ra_page_data_new(DATA_MAX);
    struct ra_str page = ra_str_n(ra_page_html, ra_page_html_size);
    int rc = collect(in, rows, data, err);

    if (rc == 0) {
        page = put_until(page, "@@CSS@@", fp);
        fwrite(ra_page_css, 1, ra_page_css_size, fp);
        page = put_until(page, "@@DATA@@", fp);
        put_data(in, rows, data, fp);
        page = put_until(page, "@@JS@@", fp);
        fwrite(ra_page_js, 1, ra_page_js_size, fp);
        fwrite(page.p, 1, page.n, fp);
    }
    ra_page_data_free(&data);
    return rc;
}
