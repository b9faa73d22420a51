#include "tests/crash/cache/drive.h"

#include "tests/crash/cache/content.h"
#include "tests/crash/cache/disk.h"

#include <stdio.h>

#define GROUP 5 /* records a commit */

enum drive_as drive_as = DRIVE_NEW;

static int next_run(struct ra_cache *c, const char *side, unsigned *run, struct ra_err *err)
{
    unsigned long long last;
    struct ra_snap *s;
    int rc = ra_snap_open(c, side, &s, err);

    *run = 1;
    if (rc == -(int)RA_ENOTFOUND)
        return 0;
    if (rc != 0)
        return rc;
    if (!ra_parse_uint(ra_snap_get(s, "meta", RA_STR("run")), &last))
        content_fail("%s: a complete snapshot without its run", side);
    *run = (unsigned)last + 1;
    ra_snap_close(&s);
    return 0;
}

/* Marks are of the same transaction as the records that they tell of. */
static int check_mark(struct ra_fill *f, struct ra_err *err)
{
    unsigned long long at = 0;
    struct ra_str mark;
    int rc = ra_fill_get(f, "marks", RA_STR("at"), &mark, err);

    if (rc != 0 && rc != -(int)RA_ENOTFOUND)
        return rc;
    if (rc == 0 && !ra_parse_uint(mark, &at))
        content_fail("the mark is no number");
    if (at != ra_fill_count(f))
        content_fail("the mark says %llu, but there are %u records", at, ra_fill_count(f));
    return 0;
}

static int commit(struct ra_fill *f, struct ra_err *err)
{
    int rc = ra_fill_commit(f, err);

    if (rc == 0)
        disk_mark(DISK_COMMITTED, ra_fill_count(f));
    return rc;
}

static int fill(struct ra_fill *f, const char *side, unsigned run, struct ra_err *err)
{
    char room[256], text[24];
    int rc = check_mark(f, err);

    ra_fill_expect(f, content_indexes, CONTENT_INDEXES);
    snprintf(text, sizeof text, "%u", run);
    ra_fill_put(f, "meta", RA_STR("run"), ra_str(text));
    for (uint32_t i = ra_fill_count(f); rc == 0 && i < content_records(run); i++) {
        if (ra_fill_record(f, content_record(side, run, i, room)) != i)
            content_fail("record %u got another number", i);
        snprintf(text, sizeof text, "%u", i + 1);
        ra_fill_put(f, "marks", RA_STR("at"), ra_str(text));
        if (i % GROUP == GROUP - 1)
            rc = i / GROUP % 2 ? commit(f, err) : ra_fill_commit_behind(f, err);
    }
    return rc;
}

/* ---- from the one before ---- */

enum { GAP_A = 2, GAP_B = 5 }; /* dropped; the last record goes into the first, and so on */

/* How many of the changes are done: the mark is "RUN CHANGES", the one before has left its own. */
static int changes_done(struct ra_fill *f, unsigned run, unsigned *done, struct ra_err *err)
{
    struct ra_str mark;
    int rc = ra_fill_get(f, "marks", RA_STR("changes"), &mark, err);
    unsigned of = 0;

    *done = 0;
    if (rc == 0 && (sscanf(mark.p, "%u %u", &of, done) != 2 || of != run))
        *done = 0;
    return rc == -(int)RA_ENOTFOUND ? 0 : rc;
}

/* Which of the run's records the i-th is to become; UINT32_MAX when it is to be dropped. */
static uint32_t becomes(unsigned run, uint32_t i)
{
    uint32_t n = content_records(run);

    if (i == GAP_A || i == GAP_B || i >= n + 2)
        return UINT32_MAX;
    return i == n + 1 ? GAP_A : i == n ? GAP_B : i;
}

static void change_one(struct ra_fill *f, const char *side, unsigned run, uint32_t i, uint32_t base)
{
    uint32_t to = becomes(run, i);
    struct ra_str now;
    char room[256];

    if (i >= base) {
        if (ra_fill_record(f, content_record(side, run, to, room)) != i)
            content_fail("record %u got another number", i);
    } else {
        ra_fill_drop(f, i);
        if (to != UINT32_MAX)
            ra_fill_replace(f, i, content_record(side, run, to, room));
    }
    if (ra_fill_read(f, i, &now, NULL) != 0 ||
        !(to == UINT32_MAX ? !now.p : ra_str_eq(now, content_record(side, run, to, room))))
        content_fail("record %u is not what it was made", i);
}

static int change(struct ra_fill *f, const char *side, unsigned run, unsigned *found,
                  struct ra_err *err)
{
    uint32_t base = content_records(run - 1), n = content_records(run) + 2;
    char text[40];
    int rc = changes_done(f, run, found, err);

    snprintf(text, sizeof text, "%u", run);
    ra_fill_put(f, "meta", RA_STR("run"), ra_str(text));
    for (uint32_t i = *found; rc == 0 && i < (n > base ? n : base); i++) {
        change_one(f, side, run, i, base);
        snprintf(text, sizeof text, "%u %u", run, i + 1);
        ra_fill_put(f, "marks", RA_STR("changes"), ra_str(text));
        if (i % GROUP == GROUP - 1)
            rc = ra_fill_commit(f, err);
        if (rc == 0 && i % GROUP == GROUP - 1)
            disk_mark(DISK_COMMITTED, i + 1);
    }
    disk_mark(DISK_COMMITTED, 0); /* once finish has moved records it is begun anew */
    return rc;
}

static int supplement(struct ra_cache *c, const char *side, char name, struct ra_err *err)
{
    struct ra_pair pairs[CONTENT_FACTS];
    char keys[CONTENT_FACTS][2];

    for (int i = 0; i < CONTENT_FACTS; i++) {
        keys[i][0] = name;
        keys[i][1] = (char)('0' + i);
        pairs[i].key = pairs[i].value = (struct ra_str){keys[i], 2};
    }
    return ra_cache_supplement(c, side, "facts", pairs, CONTENT_FACTS, err);
}

static int live(struct ra_cache *c, const char *side, struct drive *out, struct ra_err *err)
{
    struct ra_fill *f;
    char token[32];
    bool next;
    int rc = next_run(c, side, &out->run, err);

    if (rc != 0)
        return rc;
    snprintf(token, sizeof token, "run %u", out->run);
    next = out->run > 1 && (drive_as == DRIVE_NEXT || (drive_as == DRIVE_EITHER && out->run % 2));
    rc = next ? ra_fill_open_next(c, side, ra_str(token), &f, &out->resumed, err)
              : ra_fill_open(c, side, ra_str(token), &f, &out->resumed, err);
    if (rc != 0)
        return rc;
    out->found = ra_fill_count(f);
    rc = next ? change(f, side, out->run, &out->found, err) : fill(f, side, out->run, err);
    if (rc == 0)
        rc = ra_fill_finish(&f, "all of it", content_indexes, CONTENT_INDEXES, err);
    else
        ra_fill_close(&f);
    out->finished = rc == 0;
    if (rc == 0)
        disk_mark(DISK_COMPLETE, out->run);
    if (rc == 0)
        rc = supplement(c, side, 'a', err);
    return rc == 0 ? supplement(c, side, 'b', err) : rc;
}

int drive(const char *dir, const char *side, struct drive *out, struct ra_err *err)
{
    struct ra_cache *c;
    int rc;

    *out = (struct drive){0};
    rc = ra_cache_open(dir, true, &c, err);
    if (rc == 0)
        rc = live(c, side, out, err);
    ra_cache_close(&c);
    return rc;
}
