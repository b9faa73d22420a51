/*
 * The data file as a stream of plain bytes: compressed by zstd, and when there are recipients
 * encrypted by the program `age`, which is found in PATH and works as a filter. Nothing plain ever
 * reaches the disk. A stream belongs to one thread.
 */
#ifndef RA_BACKUP_STREAM_H
#define RA_BACKUP_STREAM_H

#include "recovery/backup/intern.h"

#include <sys/types.h>

/* The program age as a filter: from one descriptor to another. */
struct ra_age {
    pid_t pid;  /* 0 when it does not run */
    int pipe;   /* our end: what we write to it, or read from it; -1 when closed */
    int errors; /* what it says on stderr */
};
int ra_age_encrypt(struct ra_age *a, int to, char *const *recipients, size_t n, struct ra_err *err);
int ra_age_decrypt(struct ra_age *a, int from, const char *identity_file, struct ra_err *err);
/* Closes our end and waits. RA_EIO with its own words when it failed encrypting; code otherwise. */
int ra_age_wait(struct ra_age *a, enum ra_code code, const char *path, struct ra_err *err);
void ra_age_kill(struct ra_age *a);

/* ---- writing ---- */

struct ra_sink;

/* Makes the file, which must not be there, with mode 0600. */
int ra_sink_open(const char *path, char *const *recipients, size_t n, struct ra_sink **out,
                 struct ra_err *err);
int ra_sink_write(struct ra_sink *s, const void *p, size_t n, struct ra_err *err);
/* Ends the frame and the filter, and makes the file durable. Closes in any case. */
int ra_sink_finish(struct ra_sink **s, uint64_t *plain_bytes, char plain_hash[RA_BACKUP_HASH],
                   struct ra_err *err);
void ra_sink_abandon(struct ra_sink **s);

/* ---- reading ---- */

struct ra_source;

/* identity_file: for an encrypted file, else NULL. */
int ra_source_open(const char *path, const char *identity_file, struct ra_source **out,
                   struct ra_err *err);
/* The next line without its newline: 1, 0 at the end, or an error; borrowed until the next call. A
 * last line without a newline, or an unfinished frame, is RA_EINTEGRITY. */
int ra_source_line(struct ra_source *s, struct ra_str *line, struct ra_err *err);
/* At the end: how much there was. */
void ra_source_total(struct ra_source *s, uint64_t *plain_bytes, char plain_hash[RA_BACKUP_HASH]);
void ra_source_close(struct ra_source **s);

#endif
