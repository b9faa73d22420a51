/*
 * What a run has to tell to Prometheus, as a textfile of the node exporter: --metrics FILE. Written
 * whole and renamed into place, at the end of every run that got so far as to know the file, failed
 * ones too. Every call takes NULL for a run without metrics.
 */
#ifndef RA_CLI_METRICS_H
#define RA_CLI_METRICS_H

#include "recovery/model/verdict.h"
#include "src/base/err.h"

#include <stdint.h>

struct ra_metrics;

struct ra_metrics *ra_metrics_new(void); /* the clock of the run starts */
void ra_metrics_free(struct ra_metrics **m);
/* The label `command` of the run, such as "backup create"; copied. */
void ra_metrics_command(struct ra_metrics *m, const char *command);

/* What Microsoft Graph was asked, by ra_graph_stats. */
void ra_metrics_graph(struct ra_metrics *m, uint64_t requests, uint64_t bytes,
                      uint64_t throttled_ms);
/* Live objects of one side ("ad", "cloud") by kind and the class of their verdict. */
void ra_metrics_objects(struct ra_metrics *m, const char *side, enum ra_kind kind,
                        const char *in_class, uint64_t n);
/* Findings of one id, such as "V3", at one severity; 0 is told too. */
void ra_metrics_finding(struct ra_metrics *m, const char *id, const char *severity, uint64_t n);

/* The backups as they are now. newest: when the newest was made, 0 for none. */
struct ra_metrics_backups {
    int64_t newest;
    uint64_t count, chain_length, newest_bytes, newest_objects;
};
void ra_metrics_backups(struct ra_metrics *m, const struct ra_metrics_backups *b);

/* Writes the file, 0644 so that the node exporter may read it. done: the run did what it was to do,
 * though its exit status may tell of findings. The time of the last success is taken
 * over from the file of before when this run was none. */
int ra_metrics_write(struct ra_metrics *m, const char *path, int exit_status, bool done,
                     struct ra_err *err);

#endif
