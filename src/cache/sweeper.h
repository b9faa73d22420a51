/*
 * Gives the disk space of removed snapshots back, in a thread: a file that is open goes from its
 * folder at once, and from the disk, which takes a while for a large one, when it is closed.
 */
#ifndef RA_CACHE_SWEEPER_H
#define RA_CACHE_SWEEPER_H

struct ra_sweeper;

struct ra_sweeper *ra_sweeper_new(void);
/* Keeps the file open, which is going to be unlinked. What cannot be opened takes its time there.
 */
void ra_sweeper_keep(struct ra_sweeper *s, const char *path);
/* Closes all, in a thread if there is one to be had. */
void ra_sweeper_start(struct ra_sweeper *s);
void ra_sweeper_free(struct ra_sweeper **s); /* waits for the end */

#endif
