#include "recovery/cli/metrics.h"

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum family {
    RUN_LAST,
    RUN_LAST_SUCCESS,
    RUN_SUCCESS,
    RUN_EXIT_STATUS,
    RUN_DURATION,
    RUN_THROTTLED,
    RUN_REQUESTS,
    RUN_BYTES,
    OBJECTS,
    FINDINGS,
    BACKUP_NEWEST,
    BACKUP_AGE,
    BACKUPS,
    CHAIN_LENGTH,
    BACKUP_BYTES,
    BACKUP_OBJECTS,
    FAMILIES
};

#define LAST_SUCCESS "reanchor_run_last_success_timestamp_seconds"

static const struct {
    const char *name, *help;
} families[FAMILIES] = {
    [RUN_LAST] = {"reanchor_run_last_timestamp_seconds", "When the last run ended."},
    [RUN_LAST_SUCCESS] = {LAST_SUCCESS, "When the last run ended that did what it was to do."},
    [RUN_SUCCESS] = {"reanchor_run_success", "Whether the last run did what it was to do."},
    [RUN_EXIT_STATUS] = {"reanchor_run_exit_status", "The exit status of the last run."},
    [RUN_DURATION] = {"reanchor_run_duration_seconds", "How long the last run took."},
    [RUN_THROTTLED] = {"reanchor_run_throttled_seconds",
                       "How long the last run waited because Microsoft Graph asked it to."},
    [RUN_REQUESTS] = {"reanchor_run_graph_requests",
                      "Requests that the last run made to Microsoft Graph."},
    [RUN_BYTES] = {"reanchor_run_graph_received_bytes",
                   "Bytes that the last run received from Microsoft Graph."},
    [OBJECTS] = {"reanchor_objects", "Live objects, by side, kind and class of their verdict."},
    [FINDINGS] = {"reanchor_findings", "Findings of the last verification, by check and severity."},
    [BACKUP_NEWEST] = {"reanchor_backup_newest_timestamp_seconds",
                       "When the newest backup was made."},
    [BACKUP_AGE] = {"reanchor_backup_age_seconds",
                    "How old the newest backup was when this was written."},
    [BACKUPS] = {"reanchor_backups", "Backups that are there."},
    [CHAIN_LENGTH] = {"reanchor_backup_chain_length",
                      "Links ever made, backups and prunings: it never falls."},
    [BACKUP_BYTES] = {"reanchor_backup_newest_bytes", "Size of the newest backup on disk."},
    [BACKUP_OBJECTS] = {"reanchor_backup_newest_objects", "Live objects in the newest backup."},
};

struct sample {
    enum family of;
    char labels[160];
    double value;
};

struct ra_metrics {
    char command[64];
    int64_t began_ms;
    uint64_t requests, bytes, throttled_ms;
    struct sample *samples;
    size_t n, cap;
};

struct ra_metrics *ra_metrics_new(void)
{
    struct ra_metrics *m = ra_calloc(1, sizeof *m);

    m->began_ms = ra_monotonic_ms();
    return m;
}

void ra_metrics_free(struct ra_metrics **m)
{
    if (*m)
        free((*m)->samples);
    free(*m);
    *m = NULL;
}

void ra_metrics_command(struct ra_metrics *m, const char *command)
{
    if (m)
        snprintf(m->command, sizeof m->command, "%s", command);
}

void ra_metrics_graph(struct ra_metrics *m, uint64_t requests, uint64_t bytes,
                      uint64_t throttled_ms)
{
    if (m) {
        m->requests = requests;
        m->bytes = bytes;
        m->throttled_ms = throttled_ms;
    }
}

/* The labels are words of our own tables: nothing in them needs to be escaped. */
static struct sample *add(struct ra_metrics *m, enum family of, double value)
{
    struct sample *s;

    m->samples = ra_grow(m->samples, &m->cap, m->n + 1, sizeof *m->samples);
    s = &m->samples[m->n++];
    *s = (struct sample){.of = of, .value = value};
    return s;
}

static void add_run(struct ra_metrics *m, enum family of, double value)
{
    struct sample *s = add(m, of, value);

    snprintf(s->labels, sizeof s->labels, "{command=\"%s\"}", m->command);
}

void ra_metrics_objects(struct ra_metrics *m, const char *side, enum ra_kind kind,
                        const char *in_class, uint64_t n)
{
    struct sample *s = m ? add(m, OBJECTS, (double)n) : NULL;

    if (s)
        snprintf(s->labels, sizeof s->labels, "{side=\"%s\",kind=\"%s\",class=\"%s\"}", side,
                 ra_kind_name(kind), in_class);
}

void ra_metrics_finding(struct ra_metrics *m, const char *id, const char *severity, uint64_t n)
{
    struct sample *s = m ? add(m, FINDINGS, (double)n) : NULL;

    if (s)
        snprintf(s->labels, sizeof s->labels, "{id=\"%.60s\",severity=\"%.60s\"}", id, severity);
}

void ra_metrics_backups(struct ra_metrics *m, const struct ra_metrics_backups *b)
{
    add(m, BACKUPS, (double)b->count);
    add(m, CHAIN_LENGTH, (double)b->chain_length);
    if (b->newest == 0)
        return;
    add(m, BACKUP_NEWEST, (double)b->newest);
    add(m, BACKUP_AGE, (double)(ra_now() - b->newest));
    add(m, BACKUP_BYTES, (double)b->newest_bytes);
    add(m, BACKUP_OBJECTS, (double)b->newest_objects);
}

/* ---- writing ---- */

/* The success of an earlier run, from what that run, or one since, wrote; 0 when there is none. */
static double earlier_success(const struct ra_metrics *m, const char *path)
{
    struct ra_buf b;
    char line[160];
    const char *at;
    double value = 0;

    if (ra_file_read(path, (size_t)1 << 22, RA_ENOTFOUND, &b, NULL) != 0)
        return 0;
    snprintf(line, sizeof line, "\n" LAST_SUCCESS "{command=\"%s\"} ", m->command);
    at = strstr(ra_buf_z(&b), line);
    if (at)
        value = strtod(at + strlen(line), NULL);
    ra_buf_free(&b);
    return value;
}

static void add_runs(struct ra_metrics *m, const char *path, int exit_status, bool done)
{
    double now = (double)ra_now(), success = done ? now : earlier_success(m, path);

    add_run(m, RUN_LAST, now);
    if (success > 0)
        add_run(m, RUN_LAST_SUCCESS, success);
    add_run(m, RUN_SUCCESS, done);
    add_run(m, RUN_EXIT_STATUS, exit_status);
    add_run(m, RUN_DURATION, (double)(ra_monotonic_ms() - m->began_ms) / 1000);
    add_run(m, RUN_THROTTLED, (double)m->throttled_ms / 1000);
    add_run(m, RUN_REQUESTS, (double)m->requests);
    add_run(m, RUN_BYTES, (double)m->bytes);
}

static void print(const struct ra_metrics *m, FILE *to)
{
    for (int f = 0; f < FAMILIES; f++) {
        bool first = true;
        for (size_t i = 0; i < m->n; i++) {
            if ((int)m->samples[i].of != f)
                continue;
            if (first)
                fprintf(to, "# HELP %s %s\n# TYPE %s gauge\n", families[f].name, families[f].help,
                        families[f].name);
            first = false;
            fprintf(to, "%s%s %.16g\n", families[f].name, m->samples[i].labels,
                    m->samples[i].value);
        }
    }
}

int ra_metrics_write(struct ra_metrics *m, const char *path, int exit_status, bool done,
                     struct ra_err *err)
{
    struct ra_atomic a = {0};
    int rc;

    add_runs(m, path, exit_status, done);
    rc = ra_atomic_open(path, &a, err);
    if (rc == 0 && fchmod(fileno(a.fp), 0644) != 0)
        rc = ra_fail(err, RA_EIO, "%s: chmod: %s", path, strerror(errno));
    if (rc == 0) {
        print(m, a.fp);
        rc = ra_atomic_commit(&a, err);
    }
    ra_atomic_abandon(&a);
    return rc;
}
