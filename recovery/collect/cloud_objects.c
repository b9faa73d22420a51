#include "recovery/collect/cloud.h"

#include "recovery/model/head.h"
#include "src/base/log.h"

#include <string.h>

/* The records of one read: what a list or a change says of an object, into the ledger. */

void ra_cloud_report(const struct ra_cloud_fill *f, enum ra_collection c, uint64_t total)
{
    if (f->hooks && f->hooks->progress)
        f->hooks->progress(f->hooks->ctx, ra_collection_name(c), f->seen[c], total);
}

static int check_size(const struct ra_cloud_fill *f, const struct ra_graph_object *o,
                      struct ra_err *err)
{
    if (!f->record.overflow && !f->lists.overflow)
        return 0;
    return ra_fail(err, RA_ESERVER, "%s: an object is larger than %zu bytes",
                   ra_collection_name(o->in), f->record.max);
}

static struct ra_str record_of(const struct ra_cloud_fill *f)
{
    return ra_str_n(f->record.p, f->record.n);
}

static void put_facts(struct ra_cloud_fill *f, const struct ra_graph_object *o, struct ra_str id)
{
    void (*put)(struct ra_fill *, const char *, struct ra_str, struct ra_str) =
        ra_graph_is_files(f->graph) ? ra_fill_put_late : ra_fill_put;

    if (!f->ledger.fill)
        return;
    if (o->has_object_identifier)
        put(f->ledger.fill, RA_FACT_OOI, id,
            o->object_identifier.p ? o->object_identifier : RA_STR(""));
    if (o->cloud_managed >= 0)
        put(f->ledger.fill, RA_FACT_SOA, id, o->cloud_managed ? RA_STR("1") : RA_STR("0"));
}

/* What the ledger has of the object: *there, and then whether it is deleted. */
static int look(struct ra_cloud_fill *f, struct ra_str id, uint32_t *seq, struct ra_str *old,
                bool *deleted, struct ra_err *err)
{
    struct ra_cloud_head head;
    int rc = ra_ledger_find(&f->ledger, id, seq, err);

    *old = (struct ra_str){NULL, 0};
    *deleted = false;
    if (rc <= 0)
        return rc;
    rc = ra_ledger_read(&f->ledger, *seq, old, err);
    if (rc == 0 && old->p && !ra_cloud_head(*old, &head))
        rc = ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", *seq);
    if (rc == 0 && old->p)
        *deleted = head.deleted;
    return rc;
}

/* Saved responses cannot be asked which of two is the object now. */
static void warn_of_two(struct ra_cloud_fill *f, const struct ra_graph_object *o)
{
    if (!f->two_told)
        ra_warn("%s: object " RA_STR_FMT " stands there twice, and not the same: the later one "
                "counts, here and wherever else that is so",
                ra_collection_name(o->in), RA_STR_ARG(o->field[RA_GF_ID]));
    f->two_told = true;
}

static int put_listed(struct ra_cloud_fill *f, const struct ra_graph_object *o, struct ra_str id,
                      struct ra_err *err)
{
    bool changed, files = ra_graph_is_files(f->graph);
    uint32_t seq;
    int there = files ? ra_ledger_find(&f->ledger, id, &seq, err) : 0;
    int rc = there < 0 ? there : ra_ledger_put(&f->ledger, id, record_of(f), &changed, err);

    if (rc == 0 && there > 0 && changed)
        warn_of_two(f, o);
    return rc;
}

/* The same id again is the same object on another page, or at a later moment: the later one counts,
 * but a live object is not overwritten by what deletedItems says of it. */
int ra_cloud_take_listed(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                         struct ra_err *err)
{
    char room[RA_ID_ROOM];
    struct ra_str id = ra_folded_id(o->field[RA_GF_ID], room), old;
    bool deleted = false;
    uint32_t seq = 0;
    int rc;

    ra_seen_fetch(&f->ledger.added, id); /* while the record is put together */
    if (o->in == RA_DELETED_USERS) {
        ra_seen(&f->listed, id, &seq);
        rc = look(f, id, &seq, &old, &deleted, err);
        if (rc == 0 && old.p && !deleted)
            f->contradicted = true;
        if (rc < 0 || (old.p && !deleted))
            return rc;
    }
    ra_buf_clear(&f->record);
    ra_record_from_graph(o, &f->lists, &f->record);
    rc = check_size(f, o, err);
    if (rc == 0)
        rc = put_listed(f, o, id, err);
    if (rc == 0)
        put_facts(f, o, id);
    return rc;
}

/* ---- changes ---- */

/* graph 5.2. Only users have deleted items that are read; of anything else nothing is left. */
static int take_removed(struct ra_cloud_fill *f, const struct ra_graph_object *o, struct ra_str id,
                        uint32_t seq, struct ra_str old, bool deleted, struct ra_err *err)
{
    bool users = o->in == RA_USERS;

    if (!old.p)
        return 0;
    if (users && !deleted)
        f->events.removed++;
    if (!users || o->removed == RA_REMOVED_FOR_GOOD) {
        f->events.moved += users;
        return ra_ledger_drop(&f->ledger, seq, err);
    }
    if (deleted)
        return 0;
    f->events.moved++;
    ra_buf_clear(&f->record);
    if (!ra_record_from_change(o, old, &f->lists, &f->record))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    return ra_ledger_put(&f->ledger, id, record_of(f), NULL, err);
}

/* A restored object comes as a new one: of what it was as a deleted one nothing is taken over. */
static int take_present(struct ra_cloud_fill *f, const struct ra_graph_object *o, struct ra_str id,
                        struct ra_str old, bool deleted, struct ra_err *err)
{
    int rc;

    if (o->in == RA_USERS && (!old.p || deleted)) {
        f->events.created++;
        f->events.moved++;
    }
    ra_buf_clear(&f->record);
    if (!old.p || deleted)
        ra_record_from_graph(o, &f->lists, &f->record);
    else if (!ra_record_from_change(o, old, &f->lists, &f->record))
        return ra_fail(err, RA_EINTEGRITY, "a record of the cloud cannot be read back");
    rc = check_size(f, o, err);
    return rc == 0 ? ra_ledger_put(&f->ledger, id, record_of(f), NULL, err) : rc;
}

int ra_cloud_take_changed(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                          struct ra_err *err)
{
    char room[RA_ID_ROOM];
    struct ra_str id = ra_folded_id(o->field[RA_GF_ID], room), old;
    bool deleted;
    uint32_t seq;
    int rc = look(f, id, &seq, &old, &deleted, err);

    if (rc < 0)
        return rc;
    return o->removed == RA_NOT_REMOVED ? take_present(f, o, id, old, deleted, err)
                                        : take_removed(f, o, id, seq, old, deleted, err);
}

int ra_cloud_take_settled(struct ra_cloud_fill *f, const struct ra_graph_object *o,
                          struct ra_err *err)
{
    char room[RA_ID_ROOM];
    struct ra_str id = ra_folded_id(o->field[RA_GF_ID], room), old;
    bool deleted;
    uint32_t seq;
    int rc = look(f, id, &seq, &old, &deleted, err);

    if (rc >= 0 && o->in == RA_USERS && (!old.p || deleted)) {
        f->events.created++;
        f->events.moved++;
    }
    return rc < 0 ? rc : ra_cloud_take_listed(f, o, err);
}

/* ---- all of them ---- */

static int drop_one(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    struct ra_cloud_fill *f = ctx;
    struct ra_cloud_object o;
    struct ra_cloud_head head;
    char room[RA_ID_ROOM];
    uint32_t at;

    if (!ra_cloud_head(record, &head) || !head.deleted)
        return 0;
    if (!ra_cloud_decode(record, &o))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    /* One that a change told of and the list does not have yet has no date of its deletion. */
    if (ra_seen_has(&f->listed, ra_folded_id(o.id, room), &at) || ra_str_absent(o.deleted_at))
        return 0;
    return ra_ledger_drop(&f->ledger, seq, err);
}

int ra_cloud_drop_unlisted(struct ra_cloud_fill *f, struct ra_err *err)
{
    return ra_ledger_walk(&f->ledger, drop_one, f, err);
}
