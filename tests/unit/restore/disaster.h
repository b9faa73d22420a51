/* What a backup has, what is there now, and what restore makes of it. */
#ifndef RA_TESTS_RESTORE_DISASTER_H
#define RA_TESTS_RESTORE_DISASTER_H

#include "recovery/restore/restore.h"
#include "tests/unit/match/scene.h"

#define NEW_GUID    "99999999-2222-3333-4444-555555555555"
#define NEW_SID     "S-1-5-21-9-9-9-5001"
#define NO_VALUE    ((struct ra_str){NULL, 0})
#define OTHER_BYTES RA_STR("fedcba9876543210")

/* The backup has this pair, as the attribute gives the anchor. */
void backed_up(const struct ra_ad_object *a, const struct peer *p);
void backed_up_by(struct scene *s, const char *attribute); /* instead of mS-DS-ConsistencyGuid */
void log_in_by(const char *attribute); /* when the backup was made, instead of the UPN */
void rewind_backup(void);              /* so that it can be read again */
void looking_for(bool (*wanted)(void *to, const struct ra_backup_object *o));

/* Anna and her peer in step and stamped, put into the backup; the caller changes the object and
 * puts what is there now. */
void annas_backup(struct scene *s, struct ra_ad_object *a, struct peer *p);
struct ra_ad_object elsewhere(struct scene *s); /* Berta, with a DN of her own */
struct peer bertas_peer(struct scene *s, const struct ra_ad_object *b);
void bertas_backup(struct scene *s, struct ra_ad_object *b, struct peer *p);
/* Gives the object another objectGUID and SID, and takes the ConsistencyGuid. */
void recreate(struct scene *s, struct ra_ad_object *a);
struct ra_str guid_of(struct scene *s, const char *text); /* 16 bytes */
void put(struct scene *s, const struct ra_ad_object *a, const struct peer *p);

/* Decides, and restores; freed by the next, or by forget(). */
const struct ra_restored *restore(struct scene *s);
const struct ra_report_input *restore_input(void);
const struct ra_restore_then *restore_then(void);
void forget(void);

/* The only item, and that it is of this reason; what the table says of its outcome is asserted. */
const struct ra_restore_item *only_item(struct scene *s, enum ra_restore_outcome outcome,
                                        enum ra_restore_reason reason);
void expect_item(const struct ra_restore_item *i, enum ra_restore_outcome outcome,
                 enum ra_restore_reason reason);
void expect_nothing(struct scene *s);
bool seen_restore_reason(enum ra_restore_reason r);

struct chapter found_tests(void);
struct chapter settled_tests(void);
struct chapter restore_words_tests(void);
struct chapter read_back_tests(void);

#endif
