/* The checklist's form: lines with a mark, or objects. */
#include "recovery/cli/doctor.h"

#include "src/base/json.h"

#include <stdarg.h>
#include <string.h>

static const struct {
    const char *word, *mark, *color;
} findings[] = {
    [RA_FINDING_OK] = {"ok", "✓", "\x1b[32m"},
    [RA_FINDING_WARNING] = {"warning", "!", "\x1b[33m"},
    [RA_FINDING_FAULT] = {"fault", "✗", "\x1b[31m"},
    [RA_FINDING_SKIPPED] = {"skipped", "-", "\x1b[2m"},
};

static void put_object(const struct ra_doctor *d, enum ra_finding f, const char *check,
                       const char *evidence, const char *fix, const char *code)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 1 << 16);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "check");
    ra_json_key(&j, "group");
    ra_json_z(&j, d->group);
    ra_json_key(&j, "check");
    ra_json_z(&j, check);
    ra_json_key(&j, "finding");
    ra_json_z(&j, findings[f].word);
    ra_json_key(&j, "evidence");
    ra_json_z(&j, evidence);
    ra_json_key(&j, "fix");
    ra_json_z(&j, fix);
    ra_json_key(&j, "code");
    ra_json_z(&j, code);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_doctor_mark(const struct ra_doctor *d, enum ra_finding f)
{
    bool color = d->cli->color;

    printf("  %s%s%s", color ? findings[f].color : "", findings[f].mark, color ? "\x1b[0m" : "");
}

static void put_line(struct ra_doctor *d, enum ra_finding f, const char *check,
                     const char *evidence, const char *fix)
{
    if (d->heading != d->group)
        printf("%s%s\n", d->heading ? "\n" : "", d->group);
    d->heading = d->group;
    ra_doctor_mark(d, f);
    printf(" %s: %s\n", check, evidence);
    if (fix)
        printf("      fix: %s\n", fix);
}

static void put(struct ra_doctor *d, enum ra_finding f, const char *check, const char *evidence,
                const char *fix, const char *code)
{
    d->count[f]++;
    if (d->cli->json)
        put_object(d, f, check, evidence, fix, code);
    else
        put_line(d, f, check, evidence, fix);
    fflush(stdout);
}

void ra_doctor_ok(struct ra_doctor *d, const char *check, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    put(d, RA_FINDING_OK, check, text, NULL, NULL);
}

void ra_doctor_warn(struct ra_doctor *d, const char *check, const char *fix, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    put(d, RA_FINDING_WARNING, check, text, fix, NULL);
}

/* Of several faults: first what must stop a rebuild, then what only an administrator of the tenant
 * or domain can mend, then the way, then what stands on this machine. */
static int rank(int exit_status)
{
    static const int worst_last[] = {0, 1, 3, 8, 5, 4, 6, 7, 9};
    int i = 0;

    while (i + 1 < (int)(sizeof worst_last / sizeof worst_last[0]) && worst_last[i] != exit_status)
        i++;
    return i;
}

void ra_doctor_fault(struct ra_doctor *d, const char *check, const struct ra_err *e)
{
    int status = ra_exit_status(e);

    if (e->code == RA_ESIGNAL)
        return; /* says nothing about what was being looked at; it ends the command */
    if (rank(status) > rank(d->exit_status))
        d->exit_status = status;
    put(d, RA_FINDING_FAULT, check, e->msg, e->hint[0] ? e->hint : NULL, ra_code_name(e->code));
}

void ra_doctor_skip(struct ra_doctor *d, const char *check, const char *why)
{
    put(d, RA_FINDING_SKIPPED, check, why, NULL, NULL);
}

void ra_doctor_note(struct ra_doctor *d, const char *check, const char *fix, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    put(d, RA_FINDING_SKIPPED, check, text, fix, NULL);
}

static void summary_object(const struct ra_doctor *d)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 4096);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "summary");
    for (size_t f = 0; f < 4; f++) {
        ra_json_key(&j, findings[f].word);
        ra_json_int(&j, (long long)d->count[f]);
    }
    ra_json_key(&j, "exit_status");
    ra_json_int(&j, d->exit_status);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_doctor_summary(const struct ra_doctor *d)
{
    size_t faults = d->count[RA_FINDING_FAULT], warnings = d->count[RA_FINDING_WARNING];

    if (d->cli->json) {
        summary_object(d);
        return;
    }
    printf("\n%zu fault%s, %zu warning%s: %s\n", faults, faults == 1 ? "" : "s", warnings,
           warnings == 1 ? "" : "s",
           faults     ? "a rebuild would fail or stop"
           : warnings ? "a rebuild can run, and will know less"
                      : "a rebuild can run");
}
