#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collect/store.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void store_begin(struct store *s)
{
    *s = (struct store){0};
    ra_buf_init(&s->record, 65536);
    snprintf(s->dir, sizeof s->dir, "/tmp/ra-collect-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    if (ra_cache_open(s->dir, true, &s->cache, &s->err) != 0)
        fail_msg("%s", s->err.msg);
}

void store_end(struct store *s)
{
    ra_cache_close(&s->cache);
    ra_buf_free(&s->record);
    nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct ra_str store_record(struct store *s, enum ra_kind kind, const char *id, const char *name,
                           bool deleted)
{
    struct ra_cloud_object o = {
        .kind = kind, .deleted = deleted, .id = ra_str(id), .display_name = ra_str(name)};

    ra_buf_clear(&s->record);
    ra_cloud_encode(&o, &s->record);
    return ra_str_n(s->record.p, s->record.n);
}

void store_finish(struct store *s, struct ra_ledger *l)
{
    struct ra_index_plan plan;
    int rc;

    ra_index_plan(&plan, true, NULL, 0);
    rc = ra_fill_finish(&l->fill, "proved", plan.builders, plan.n, &s->err);
    ra_index_plan_free(&plan);
    if (rc != 0)
        fail_msg("%s", s->err.msg);
    ra_ledger_close(l);
}
