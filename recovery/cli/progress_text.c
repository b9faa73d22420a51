/* The words of a progress line. */
#include "recovery/cli/progress.h"
#include "src/base/clock.h"
#include "src/base/json.h"

/* 1234567 as 1,234,567. */
static void grouped(struct ra_buf *out, uint64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            ra_buf_putc(out, ',');
        ra_buf_putc(out, digits[i]);
    }
}

/* Objects a second of this run, 0 while too little has passed to tell. */
static uint64_t rate_of(const struct ra_phase_state *s)
{
    if (s->elapsed_ms < 500 || s->done < s->earlier)
        return 0;
    return (s->done - s->earlier) * 1000 / (uint64_t)s->elapsed_ms;
}

/* Seconds to the end, or -1 when it is not known. */
static int64_t seconds_left(const struct ra_phase_state *s)
{
    uint64_t rate = rate_of(s);

    if (!rate || s->total <= s->done)
        return -1;
    return (int64_t)((s->total - s->done + rate - 1) / rate);
}

static int64_t whole_seconds(int64_t ms)
{
    return (ms + 999) / 1000;
}

static void put_remaining(const struct ra_phase_state *s, struct ra_buf *out)
{
    int64_t left = seconds_left(s);
    char text[32];

    if (s->why && s->wait_ms > 0) {
        ra_duration_text(whole_seconds(s->wait_ms), text);
        ra_buf_printf(out, ", %s", s->why);
        if (s->detail)
            ra_buf_printf(out, " (%s)", s->detail);
        ra_buf_printf(out, ", %s to go", text);
    } else if (left >= 0 && !s->ended) {
        ra_duration_text(left, text);
        ra_buf_printf(out, ", %s left", text);
    }
}

void ra_phase_text(const struct ra_phase_state *s, struct ra_buf *out)
{
    uint64_t rate = rate_of(s);

    ra_buf_printf(out, "%s: ", s->name);
    grouped(out, s->done);
    if (s->total) {
        ra_buf_puts(out, " of ");
        grouped(out, s->total);
    }
    if (rate) {
        ra_buf_puts(out, ", ");
        grouped(out, rate);
        ra_buf_puts(out, "/s");
    }
    put_remaining(s, out);
    if (s->ended)
        ra_buf_puts(out, ", done");
}

static void number_or_null(struct ra_json *j, const char *key, int64_t v)
{
    ra_json_key(j, key);
    if (v < 0)
        ra_json_null(j);
    else
        ra_json_int(j, v);
}

void ra_phase_json(const struct ra_phase_state *s, struct ra_buf *out)
{
    struct ra_json j;
    bool waits = s->why && s->wait_ms > 0;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "progress");
    ra_json_key(&j, "phase");
    ra_json_z(&j, s->name);
    number_or_null(&j, "count", (int64_t)s->done);
    number_or_null(&j, "total", s->total ? (int64_t)s->total : -1);
    number_or_null(&j, "rate", (int64_t)rate_of(s));
    number_or_null(&j, "seconds_left", s->ended ? 0 : seconds_left(s));
    ra_json_key(&j, "waiting");
    ra_json_z(&j, waits ? s->why : NULL);
    number_or_null(&j, "wait_seconds", waits ? whole_seconds(s->wait_ms) : -1);
    ra_json_key(&j, "detail");
    ra_json_z(&j, waits ? s->detail : NULL);
    ra_json_key(&j, "done");
    ra_json_bool(&j, s->ended);
    ra_json_object_end(&j);
}
