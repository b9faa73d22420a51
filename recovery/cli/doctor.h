/*
 * The checklist of `reanchor doctor`: each check says what was found and, where something is wrong,
 * what to do. Checks are printed as they are made; the worst finding decides the exit status.
 * Nothing here changes anything, in the cloud, in AD or in the store.
 */
#ifndef RA_CLI_DOCTOR_H
#define RA_CLI_DOCTOR_H

#include "recovery/cli/cli.h"
#include "src/graph/permission.h"

enum ra_finding { RA_FINDING_OK, RA_FINDING_WARNING, RA_FINDING_FAULT, RA_FINDING_SKIPPED };

struct ra_doctor {
    const struct ra_cli *cli;
    const char *group; /* "configuration", "tenant", …; a change prints a heading */
    const char *heading;
    size_t count[4]; /* by enum ra_finding */
    int exit_status; /* of the worst fault so far */
};

/* What is in order, and how that was seen. */
void ra_doctor_ok(struct ra_doctor *d, const char *check, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A run is possible, but will know or do less. The fix may be NULL. */
void ra_doctor_warn(struct ra_doctor *d, const char *check, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A run would fail: the message is the evidence, the hint the fix, the code the exit status.
 * RA_ESIGNAL is no finding. */
void ra_doctor_fault(struct ra_doctor *d, const char *check, const struct ra_err *e);
/* Could not be looked at; why. */
void ra_doctor_skip(struct ra_doctor *d, const char *check, const char *why);
/* As ra_doctor_skip, with what would have to be done. */
void ra_doctor_note(struct ra_doctor *d, const char *check, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Two columns and the finding's mark, for lines that are no checks. */
void ra_doctor_mark(const struct ra_doctor *d, enum ra_finding f);
void ra_doctor_summary(const struct ra_doctor *d);

/* Where there is no configuration: how one comes to be. To stdout. */
void ra_doctor_start(void);

/* The parts, in their order. Each returns 0, or an error that ends the command (a signal). */
int ra_doctor_files(struct ra_doctor *d, struct ra_err *err);
int ra_doctor_tenant(struct ra_doctor *d, struct ra_err *err);
int ra_doctor_directory(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_err *err);
int ra_doctor_store(struct ra_doctor *d, struct ra_err *err);

/* Permissions as a table: what the token carries, what each is for, and what grants it. */
void ra_doctor_grants(struct ra_doctor *d, const struct ra_graph *g);
/* What the account may write in AD, as the server works it out; root is what ra_dir_root said. */
void ra_doctor_rights(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_dir *dir,
                      const struct ra_dir_root *root);

/* What the tenant's documents say, apart from the wire; json is a document as ra_graph_document
 * gives it, now in seconds since 1970. */
void ra_doctor_organization(struct ra_doctor *d, const char *json, int64_t now);
void ra_doctor_domains(struct ra_doctor *d, const char *json);
void ra_doctor_features(struct ra_doctor *d, const char *json);
void ra_doctor_exporter(struct ra_doctor *d, const char *json);

#endif
