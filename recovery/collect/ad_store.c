#include "recovery/collect/ad.h"

#include "src/base/log.h"

#include <string.h>

void ra_ad_reader_init(struct ra_ad_reader *r, struct ra_ad_fill *f)
{
    *r = (struct ra_ad_reader){.f = f, .reader = {.read = f->read}};
    memcpy(r->reader.syntax, f->syntax, sizeof r->reader.syntax);
    ra_buf_init(&r->record, RA_AD_RECORD_MAX);
    ra_buf_init(&r->reader.proxies, RA_AD_RECORD_MAX);
    ra_buf_init(&r->reader.sids, RA_AD_RECORD_MAX);
    ra_buf_init(&r->reader.custom, RA_AD_RECORD_MAX);
    ra_buf_init(&r->reader.dn_key, 1 << 20);
}

void ra_ad_reader_free(struct ra_ad_reader *r)
{
    ra_buf_free(&r->record);
    ra_buf_free(&r->reader.proxies);
    ra_buf_free(&r->reader.sids);
    ra_buf_free(&r->reader.custom);
    ra_buf_free(&r->reader.dn_key);
    ra_arena_free(&r->reader.arena);
}

/* One DC never has two objects with one objectGUID: the second time it is the same object, moved or
 * renamed while it was read. A dump may have been put together from several, so there the DN counts
 * too; and one DN is two objects when somebody was made anew between two of them. */
static struct ra_str identity(struct ra_ad_reader *r, const struct ra_ad_object *o)
{
    struct ra_buf *both = &r->reader.dn_key;

    if (!r->f->ldif)
        return o->guid;
    ra_buf_put(both, o->guid.p, o->guid.n);
    return ra_str_n(both->p, both->n);
}

/* While changes are followed: whether the record is another than the one in its place. */
static int differs(struct ra_ad_fill *f, uint32_t seq, struct ra_str record,
                   const struct ra_ad_object *o, bool *differs, struct ra_err *err)
{
    struct ra_ad_object before;
    struct ra_str old;
    int rc = ra_fill_read(f->fill, seq, &old, err);

    *differs = rc == 0 && !ra_str_eq(old, record);
    if (*differs)
        f->changed++;
    if (*differs &&
        (ra_str_absent(old) || !ra_ad_decode(old, &before) || before.deleted != o->deleted))
        f->flipped = true;
    return rc;
}

static int put(struct ra_ad_reader *r, const struct ra_ad_object *o, struct ra_err *err)
{
    struct ra_ad_fill *f = r->f;
    struct ra_str record = ra_str_n(r->record.p, r->record.n);
    uint32_t seq = f->next;
    bool other = true;
    int rc = 0;

    if (!ra_seen(&f->seen, identity(r, o), &seq)) {
        f->next = ra_fill_record(f->fill, record) + 1;
        f->changed++;
        f->flipped = true;
        return 0;
    }
    if (f->following)
        rc = differs(f, seq, record, o, &other, err);
    if (rc == 0 && other)
        ra_fill_replace(f->fill, seq, record);
    return rc;
}

static int put_and_commit(struct ra_ad_reader *r, const struct ra_ad_object *o, struct ra_err *err)
{
    struct ra_ad_fill *f = r->f;
    int rc = put(r, o, err);

    f->done++;
    if (f->done % 1000 == 0 && f->hooks && f->hooks->progress)
        f->hooks->progress(f->hooks->ctx, f->read->name, f->done, 0);
    if (rc == 0 && ra_fill_pending(f->fill) > RA_GROUP_BYTES)
        rc = ra_fill_commit(f->fill, err);
    return rc;
}

int ra_ad_store(struct ra_ad_reader *r, const struct ra_dir_entry *e, bool *skipped,
                struct ra_err *err)
{
    struct ra_ad_fill *f = r->f;
    struct ra_ad_object o;
    int rc = ra_record_from_entry(&r->reader, e, &o, skipped, err);

    if (rc != 0 || *skipped)
        return rc;
    ra_buf_clear(&r->record);
    ra_ad_encode(&o, &r->record);
    if (r->record.overflow || r->reader.proxies.overflow || r->reader.sids.overflow ||
        r->reader.custom.overflow)
        return ra_fail(err, RA_EINPUT, RA_STR_FMT ": larger than %zu bytes", RA_STR_ARG(o.dn),
                       RA_AD_RECORD_MAX);
    pthread_mutex_lock(&f->lock);
    rc = f->failed ? -RA_EINCOMPLETE : put_and_commit(r, &o, err);
    pthread_mutex_unlock(&f->lock);
    return rc;
}

int ra_ad_on_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    bool skipped;

    return ra_ad_store(ctx, e, &skipped, err);
}

const char *ra_ad_guid_of(struct ra_str record)
{
    struct ra_ad_head head;

    return ra_ad_head(record, &head) ? head.guid : NULL;
}

void ra_ad_drop(struct ra_ad_fill *f, struct ra_str guid)
{
    struct ra_str old;
    uint32_t seq;

    if (!ra_seen_has(&f->seen, guid, &seq) || ra_fill_read(f->fill, seq, &old, NULL) != 0 ||
        ra_str_absent(old))
        return;
    ra_fill_drop(f->fill, seq);
    f->changed++;
    f->flipped = true;
}

static int recall_one(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    struct ra_ad_fill *f = ctx;
    const char *guid = ra_ad_guid_of(record);

    if (!guid)
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    ra_seen(&f->seen, ra_str_n(guid, 16), &seq);
    return 0;
}

int ra_ad_recall(struct ra_ad_fill *f, struct ra_err *err)
{
    f->next = ra_fill_count(f->fill);
    return ra_fill_walk(f->fill, 0, recall_one, f, err);
}
