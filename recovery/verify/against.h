/* A backup as what V14 compares with. */
#ifndef RA_VERIFY_AGAINST_H
#define RA_VERIFY_AGAINST_H

#include "recovery/backup/backup.h"
#include "recovery/verify/verify.h"

/* The backup is open and has not handed out an object; it is read to its end once. */
void ra_baseline_of_backup(struct ra_backup *b, struct ra_baseline *out);

#endif
