#include "recovery/apply/journal_form.h"

#include "src/base/clock.h"
#include "src/base/file.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 10000000 /* a plan's bytes hold fewer */

struct reading {
    struct ra_batch *b;
    const char *name;
    size_t line;
    size_t expected; /* intents, by the head */
    size_t near;     /* where the last result's step was found: results come nearly in order */
    struct ra_err *err;
};

static int damaged(const struct reading *r, const char *what)
{
    ra_fail(r->err, RA_EINTEGRITY, "%s: line %zu %s", r->name, r->line, what);
    return ra_hint(r->err, "the journal was changed, or the disk is failing; nothing is written. "
                           "Compare by hand what the batch meant to do with what is there now, "
                           "then move the file away");
}

/* ---- members ---- */

static struct ra_str text(struct reading *r, const cJSON *o, const char *key)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    size_t n = z ? strlen(z) : 0;

    return n ? (struct ra_str){ra_arena_copy(&r->b->arena, z, n), n} : (struct ra_str){NULL, 0};
}

static struct ra_plan_value value(struct reading *r, const cJSON *o, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key), *flag;
    struct ra_plan_value v = {0};

    if (!cJSON_IsObject(item)) {
        v.text = text(r, o, key);
        return v;
    }
    v.features =
        ra_arena_alloc(&r->b->arena, (size_t)cJSON_GetArraySize(item) * sizeof *v.features + 1);
    cJSON_ArrayForEach(flag, item)
    {
        size_t n = strlen(flag->string);
        v.features[v.features_n++] = (struct ra_plan_feature){
            {ra_arena_copy(&r->b->arena, flag->string, n), n}, cJSON_IsTrue(flag)};
    }
    return v;
}

static int name_at(struct ra_str s, const char *(*name)(int i), int n)
{
    for (int i = 0; i < n; i++)
        if (ra_str_eq(s, ra_str(name(i))))
            return i;
    return -1;
}

static const char *op_at(int i)
{
    return ra_plan_op_name((enum ra_plan_op)i);
}

static const char *code_at(int i)
{
    return ra_code_info((enum ra_verdict_code)i)->name;
}

static const char *state_at(int i)
{
    return ra_step_state_name((enum ra_step_state)i);
}

static const char *window_at(int i)
{
    return ra_window_state_names[i];
}

/* ---- lines, by type ---- */

static int take_head(struct reading *r, const cJSON *o)
{
    struct ra_batch_head *h = &r->b->head;
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(o, "format");
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(o, "steps");
    struct ra_str id = text(r, o, "batch");

    if (r->line != 1 || !cJSON_IsNumber(format) || format->valuedouble != RA_JOURNAL_FORMAT ||
        id.n == 0 || id.n >= sizeof h->id || !cJSON_IsNumber(steps) || steps->valuedouble < 0 ||
        steps->valuedouble > STEPS_MAX || !ra_time_parse(text(r, o, "created"), &h->created))
        return damaged(r, "is no head of a batch of this format");
    memcpy(h->id, id.p, id.n + 1);
    h->tenant = text(r, o, "tenant");
    h->plan = text(r, o, "plan");
    h->rollback_of = text(r, o, "rollback_of");
    h->overruled = text(r, o, "overruled");
    h->confirmed = text(r, o, "confirmed");
    r->expected = (size_t)steps->valuedouble;
    return 0;
}

static int take_intent(struct reading *r, const cJSON *o, size_t *cap)
{
    struct ra_batch *b = r->b;
    int op = name_at(text(r, o, "op"), op_at, RA_PLAN_OPS);
    int why = name_at(text(r, o, "why"), code_at, RA_VERDICT_CODES);
    struct ra_plan_step s = {.id = text(r, o, "step")};

    if (op < 0 || why < 0 || ra_str_absent(s.id) || b->n >= r->expected)
        return damaged(r, "is no intent");
    s.op = (enum ra_plan_op)op;
    s.why = (enum ra_verdict_code)why;
    s.target = (struct ra_plan_target){text(r, o, "directory"), text(r, o, "id"), text(r, o, "dn")};
    s.have = value(r, o, "have");
    s.want = value(r, o, "want");
    s.undoable = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "undoable"));
    s.undo = value(r, o, "undo");
    b->steps = ra_grow(b->steps, cap, b->n + 1, sizeof *b->steps);
    b->steps[b->n++] = s;
    return 0;
}

static int take_result(struct reading *r, const cJSON *o)
{
    struct ra_batch *b = r->b;
    struct ra_str step = text(r, o, "step"), message = text(r, o, "message");
    int state = name_at(text(r, o, "state"), state_at, RA_STEP_STATES);

    if (!b->states) {
        b->states = ra_calloc(b->n + 1, sizeof *b->states);
        b->messages = ra_calloc(b->n + 1, sizeof *b->messages);
    }
    for (size_t i = 0; state > 0 && i < b->n; i++) {
        size_t at = (r->near + i) % b->n;
        if (!ra_str_eq(b->steps[at].id, step))
            continue;
        r->near = at;
        b->states[at] = (enum ra_step_state)state;
        b->messages[at] = message.p;
        return 0;
    }
    return damaged(r, "is a result of nothing that was intended");
}

static int take_line(struct reading *r, const cJSON *o, size_t *cap)
{
    struct ra_str type = text(r, o, "type");
    int w;

    if (r->line == 1 || ra_str_eq(type, RA_STR("batch")))
        return take_head(r, o);
    if (ra_str_eq(type, RA_STR("intent")))
        return take_intent(r, o, cap);
    if (r->b->n != r->expected)
        return damaged(r, "comes before the last intent");
    if (ra_str_eq(type, RA_STR("result")))
        return take_result(r, o);
    r->b->ended = r->b->ended || ra_str_eq(type, RA_STR("end"));
    w = ra_str_eq(type, RA_STR("window")) ? name_at(text(r, o, "state"), window_at, 4) : -1;
    if (w >= 0)
        r->b->window = (enum ra_window_state)w;
    else if (!ra_str_eq(type, RA_STR("end")))
        return damaged(r, "is of no kind that a journal has");
    return 0;
}

/* ---- the file ---- */

/* Whether this is what its checksum says; sum becomes the line's. */
static bool line_is_good(struct ra_str line, char sum[RA_SUM_TEXT])
{
    char want[RA_SUM_TEXT];

    if (line.n < RA_SUM_TEXT || line.p[RA_SUM_TEXT - 1] != ' ')
        return false;
    ra_journal_sum(sum, ra_str_from(line, RA_SUM_TEXT), want);
    if (memcmp(want, line.p, RA_SUM_TEXT - 1) != 0)
        return false;
    memcpy(sum, want, sizeof want);
    return true;
}

void ra_journal_last_sum(struct ra_str lines, char out[RA_SUM_TEXT])
{
    size_t at = lines.n ? lines.n - 1 : 0;

    out[0] = '\0';
    while (at > 0 && lines.p[at - 1] != '\n')
        at--;
    if (lines.n - at < RA_SUM_TEXT)
        return;
    memcpy(out, lines.p + at, RA_SUM_TEXT - 1);
    out[RA_SUM_TEXT - 1] = '\0';
}

/* What a crash leaves behind the last whole line: a part of one, or zeros; no end of a line. */
static bool torn(struct ra_str rest)
{
    return memchr(rest.p, '\n', rest.n) == NULL;
}

static int decode_line(struct reading *r, struct ra_str line, size_t *cap)
{
    struct ra_str json = ra_str_from(line, RA_SUM_TEXT);
    cJSON *o = cJSON_ParseWithLength(json.p, json.n);
    int rc = cJSON_IsObject(o) ? take_line(r, o, cap) : damaged(r, "is no JSON object");

    cJSON_Delete(o);
    return rc;
}

static int decode_lines(struct reading *r, struct ra_str rest, size_t *whole)
{
    char sum[RA_SUM_TEXT] = "";
    size_t cap = 0;
    int rc = 0;

    *whole = 0;
    while (rest.n && rc == 0) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct ra_str line = ra_str_n(rest.p, end ? (size_t)(end - rest.p) : rest.n);
        r->line++;
        if (!end || !line_is_good(line, sum)) {
            if (r->b->n == r->expected && r->line > 1 && torn(rest))
                return 0;
            return damaged(r, "is not what its checksum says");
        }
        rc = decode_line(r, line, &cap);
        *whole += line.n + 1;
        rest = ra_str_from(rest, line.n + 1);
    }
    if (rc == 0 && (r->line == 0 || r->b->n != r->expected))
        rc = damaged(r, "is the last, and not all that is intended has come");
    return rc;
}

int ra_batch_decode(struct ra_str bytes, const char *name, struct ra_batch *out, size_t *whole,
                    struct ra_err *err)
{
    struct reading r = {.b = out, .name = name, .err = err};
    int rc;

    *out = (struct ra_batch){0};
    rc = decode_lines(&r, bytes, whole);
    if (rc == 0 && !out->states) {
        out->states = ra_calloc(out->n + 1, sizeof *out->states);
        out->messages = ra_calloc(out->n + 1, sizeof *out->messages);
    }
    if (rc != 0)
        ra_batch_free(out);
    return rc;
}

int ra_batch_decode_head(struct ra_str bytes, const char *name, struct ra_batch *out,
                         struct ra_err *err)
{
    struct reading r = {.b = out, .name = name, .line = 1, .err = err};
    const char *end = memchr(bytes.p, '\n', bytes.n);
    struct ra_str line = ra_str_n(bytes.p, end ? (size_t)(end - bytes.p) : 0);
    char sum[RA_SUM_TEXT] = "";
    size_t cap = 0;

    if (!end || !line_is_good(line, sum))
        return damaged(&r, "is not what its checksum says");
    return decode_line(&r, line, &cap);
}

void ra_batch_free(struct ra_batch *b)
{
    free(b->steps);
    free(b->states);
    free(b->messages);
    ra_arena_free(&b->arena);
    *b = (struct ra_batch){0};
}

static bool plain_name(const char *id)
{
    return *id && strspn(id, "0123456789abcdefTZ-") == strlen(id) && strlen(id) < RA_BATCH_ID;
}

static const char names_hint[] =
    "'apply' said its name when it ended; each lies in the store as journal/BATCH.journal";

int ra_batch_read(const char *store_dir, const char *id, struct ra_batch *out, struct ra_err *err)
{
    struct ra_buf path, bytes;
    size_t whole;
    int rc;

    *out = (struct ra_batch){0};
    if (!plain_name(id)) {
        ra_fail(err, RA_ENOTFOUND, "'%.60s' is not the name of a batch", id);
        return ra_hint(err, "%s", names_hint);
    }
    ra_journal_path(store_dir, id, RA_JOURNAL_END, &path);
    rc = ra_file_read(ra_buf_z(&path), RA_JOURNAL_MAX, RA_ENOTFOUND, &bytes, err);
    if (rc == -(int)RA_ENOTFOUND)
        ra_hint(err, "%s", names_hint);
    if (rc == 0) {
        rc = ra_batch_decode(ra_str_n(bytes.p, bytes.n), ra_buf_z(&path), out, &whole, err);
        ra_buf_free(&bytes);
    }
    if (rc == 0 && strcmp(out->head.id, id) != 0) {
        rc = ra_fail(err, RA_EINTEGRITY, "%s: is the journal of batch %s", ra_buf_z(&path),
                     out->head.id);
        ra_batch_free(out);
    }
    ra_buf_free(&path);
    return rc;
}
