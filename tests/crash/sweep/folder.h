/* Folders: copied back before each point, and told apart by what is in them. */
#ifndef RA_TESTS_CRASH_SWEEP_FOLDER_H
#define RA_TESTS_CRASH_SWEEP_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

void folder_remove(const char *path);
void folder_copy(const char *from, const char *to);

/* Over names and bytes of everything below; 0 for a folder that is not there. */
uint64_t folder_hash(const char *path);
uint64_t file_hash(const char *path); /* 0 when it is not there */

/* Each file directly in it, without those that begin with a dot. false ends the walk and is
 * returned. */
bool folder_each(const char *path, bool (*f)(void *ctx, const char *name), void *ctx);

#endif
