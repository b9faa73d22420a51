/* Sealing: the objects become lines, the lines a file, the file a link of the chain. */
#include "recovery/backup/anchors.h"
#include "recovery/backup/chain.h"
#include "recovery/backup/facts.h"
#include "recovery/backup/order.h"
#include "recovery/backup/stream.h"

#include "recovery/model/anchor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_BYTES ((size_t)1 << 18) /* lines go to the stream in runs of this size */
#define TELL      256               /* objects between two calls of progress */

struct writer {
    const struct ra_backup_seal *how;
    const struct ra_backup_input *in;
    struct ra_backup_manifest *m;
    struct ra_anchor_attribute attribute;
    struct ra_sign_key *key; /* NULL when nobody signs */
    struct ra_order order;
    struct ra_anchor_set anchors;
    struct ra_sink *sink;
    struct ra_buf buf;
    struct ra_json json;
    struct ra_arena arena; /* of one object */
    struct ra_side_cursor *ooi, *soa;
    struct ra_str ooi_id, ooi_value, soa_id, soa_value; /* where these cursors stand */
    bool damaged;                                       /* a fact could not be read */
    uint64_t objects, total;
};

/* ---- lines ---- */

static int flush(struct writer *w, size_t at_least, struct ra_err *err)
{
    int rc;

    if (w->buf.overflow)
        return ra_fail(err, RA_EINTERNAL, "a line of the backup is longer than %zu bytes",
                       RA_BACKUP_LINE_MAX);
    if (w->buf.n < at_least)
        return 0;
    rc = ra_sink_write(w->sink, w->buf.p, w->buf.n, err);
    ra_buf_clear(&w->buf);
    return rc;
}

static void begin_line(struct writer *w, const char *type)
{
    w->json.comma = false;
    ra_json_object(&w->json);
    ra_json_key(&w->json, "type");
    ra_json_z(&w->json, type);
}

static int end_line(struct writer *w, struct ra_err *err)
{
    ra_json_object_end(&w->json);
    ra_buf_putc(&w->buf, '\n');
    w->m->lines++;
    return flush(w, RUN_BYTES, err);
}

/* ---- one object ---- */

/* Facts are sorted by id as the cloud objects are: the cursors walk beside them. */
static void next_fact(struct writer *w, struct ra_side_cursor *c, struct ra_str *key,
                      struct ra_str *value)
{
    int more = w->in->cloud->next(c, key, value);

    if (more != 1)
        *key = *value = (struct ra_str){NULL, 0};
    w->damaged = w->damaged || more < 0;
}

static bool fact(struct writer *w, struct ra_side_cursor *c, struct ra_str *key,
                 struct ra_str *value, struct ra_str id, struct ra_str *out)
{
    while (c && key->p && ra_str_cmp(*key, id) < 0)
        next_fact(w, c, key, value);
    *out = *value;
    return c && key->p && ra_str_eq(*key, id);
}

static void open_fact(struct writer *w, const char *name, struct ra_side_cursor **c,
                      struct ra_str *key, struct ra_str *value)
{
    *c = w->in->cloud->open_facts(w->in->cloud->ctx, name);
    *key = *value = (struct ra_str){NULL, 0};
    if (*c)
        next_fact(w, *c, key, value);
}

static void take_facts(struct writer *w, struct ra_str key, struct ra_backup_cloud *c)
{
    struct ra_str v;

    c->ooi_known = fact(w, w->ooi, &w->ooi_id, &w->ooi_value, key, &v);
    c->ooi = c->ooi_known ? v : (struct ra_str){NULL, 0};
    c->cloud_managed = RA_UNKNOWN;
    if (fact(w, w->soa, &w->soa_id, &w->soa_value, key, &v))
        c->cloud_managed = ra_str_eq(v, RA_STR("1")) ? RA_YES : RA_NO;
}

static int take_cloud(struct writer *w, struct ra_str key, uint32_t seq, struct ra_backup_object *o,
                      struct ra_err *err)
{
    const struct ra_side *side = w->in->cloud;
    uint32_t verdict = w->order.cloud_verdict[seq];

    if (!ra_cloud_decode(side->record(side->ctx, seq), &o->cloud.o))
        return ra_fail(err, RA_EINTEGRITY, "cloud: record %u is damaged", seq);
    o->has_cloud = true;
    o->cloud_code = verdict != RA_NONE ? (enum ra_verdict_code)w->in->result->verdicts[verdict].code
                    : o->cloud.o.deleted || w->order.first[seq] != RA_NONE ? RA_VERDICT_CODES
                                                                           : RA_CLOUD_ONLY;
    take_facts(w, key, &o->cloud);
    if (w->damaged)
        return ra_fail(err, RA_EINTEGRITY, "cloud: the facts beside the objects are damaged");
    if (o->cloud.o.deleted)
        w->m->cloud_deleted++;
    else
        w->m->cloud[o->cloud.o.kind]++;
    if (!ra_str_absent(o->cloud.o.immutable_id))
        ra_anchor_set_add(&w->anchors, "cloud", key, o->cloud.o.immutable_id);
    return 0;
}

static int take_ad(struct writer *w, const struct ra_order_ad *a, struct ra_backup_object *o,
                   struct ra_err *err)
{
    const struct ra_side *side = &w->in->ad[a->directory];
    char guid[RA_GUID_TEXT];
    uint8_t bytes[16];

    if (!ra_ad_decode(side->record(side->ctx, a->seq), &o->ad.o))
        return ra_fail(err, RA_EINTEGRITY, "ad:" RA_STR_FMT ": record %u is damaged",
                       RA_STR_ARG(side->name), a->seq);
    ra_arena_reset(&w->arena);
    o->has_ad = true;
    o->code = a->verdict == RA_NONE
                  ? RA_VERDICT_CODES
                  : (enum ra_verdict_code)w->in->result->verdicts[a->verdict].code;
    o->ad.directory = side->name;
    o->ad.source_anchor = ra_anchor_of(&o->ad.o, &w->attribute, &w->arena);
    if (o->ad.o.deleted)
        w->m->ad_deleted++;
    else
        w->m->ad[o->ad.o.kind]++;
    memcpy(bytes, o->ad.o.guid.p, sizeof bytes);
    ra_guid_text(bytes, guid);
    if (!ra_str_absent(o->ad.source_anchor))
        ra_anchor_set_add(&w->anchors, "ad", ra_str(guid), o->ad.source_anchor);
    return 0;
}

static int put_object(struct writer *w, const struct ra_backup_object *o, struct ra_err *err)
{
    w->json.comma = false;
    ra_line_object(&w->json, o);
    ra_buf_putc(&w->buf, '\n');
    w->m->lines++;
    w->objects++;
    if (w->objects % TELL == 0 && w->how->progress)
        w->how->progress(w->how->ctx, w->objects, w->total);
    if (w->how->stop && *w->how->stop) {
        ra_fail(err, RA_ESIGNAL, "stopped by signal %d", *w->how->stop);
        if (err)
            err->signal = *w->how->stop;
        return -(int)RA_ESIGNAL;
    }
    return flush(w, RUN_BYTES, err);
}

/* A cloud object with each of its AD objects, or alone. */
static int put_cloud(struct writer *w, struct ra_str key, uint32_t seq, struct ra_err *err)
{
    struct ra_backup_object o = {0};
    uint32_t i = w->order.first[seq];
    int rc = take_cloud(w, key, seq, &o, err);

    if (rc == 0 && i == RA_NONE) {
        o.code = o.cloud_code;
        rc = put_object(w, &o, err);
    }
    for (; rc == 0 && i != RA_NONE; i = w->order.ad[i].next) {
        rc = take_ad(w, &w->order.ad[i], &o, err);
        if (rc == 0)
            rc = put_object(w, &o, err);
    }
    return rc;
}

static int put_all_cloud(struct writer *w, struct ra_err *err)
{
    const struct ra_side *side = w->in->cloud;
    struct ra_side_cursor *c = side->open_index(side->ctx, RA_IX_ID);
    struct ra_str key, value;
    struct ra_entry e;
    uint32_t n = 0;
    int rc = 0, more = c ? 1 : 0;

    while (rc == 0 && more == 1 && (more = side->next(c, &key, &value)) == 1) {
        if (!ra_entry_unpack(value, &e) || e.seq >= side->count)
            rc = ra_fail(err, RA_EINTEGRITY, "cloud: the index of ids is damaged");
        else
            rc = put_cloud(w, key, e.seq, err);
        n++;
    }
    if (c)
        side->close(c);
    if (rc == 0 && (more < 0 || n != side->count))
        rc = ra_fail(err, RA_EINTEGRITY, "cloud: the index of ids has %u objects, want %u", n,
                     side->count);
    return rc;
}

static int put_ad_alone(struct writer *w, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < w->order.ad_n; i++) {
        struct ra_backup_object o = {.cloud_code = RA_VERDICT_CODES};
        if (w->order.ad[i].cloud != RA_NONE)
            continue;
        rc = take_ad(w, &w->order.ad[i], &o, err);
        if (rc == 0)
            rc = put_object(w, &o, err);
    }
    return rc;
}

/* ---- the file ---- */

static int put_end(struct writer *w, struct ra_err *err)
{
    uint64_t before = w->m->lines;
    int rc;

    begin_line(w, "end");
    ra_json_key(&w->json, "lines");
    ra_json_int(&w->json, (long long)before);
    ra_json_key(&w->json, "objects");
    ra_json_int(&w->json, (long long)w->objects);
    rc = end_line(w, err);
    return rc == 0 ? flush(w, 1, err) : rc;
}

static int put_lines(struct writer *w, struct ra_err *err)
{
    const struct ra_side *side = w->in->cloud;
    int rc = ra_facts_write(w->in, w->m, &w->buf, &w->m->lines, err);

    if (rc == 0)
        rc = flush(w, RUN_BYTES, err);
    open_fact(w, RA_FACT_OOI, &w->ooi, &w->ooi_id, &w->ooi_value);
    open_fact(w, RA_FACT_SOA, &w->soa, &w->soa_id, &w->soa_value);
    if (rc == 0)
        rc = put_all_cloud(w, err);
    if (rc == 0)
        rc = put_ad_alone(w, err);
    if (w->ooi)
        side->close(w->ooi);
    if (w->soa)
        side->close(w->soa);
    return rc == 0 ? put_end(w, err) : rc;
}

static int write_data(struct writer *w, const char *part, struct ra_err *err)
{
    int rc = ra_order_make(w->in, &w->order, err);

    w->total = (uint64_t)w->in->cloud->count + w->order.ad_n;
    if (rc == 0)
        rc = ra_sink_open(part, w->how->recipients, w->how->recipients_n, &w->sink, err);
    if (rc == 0)
        rc = put_lines(w, err);
    if (rc == 0)
        rc = ra_sink_finish(&w->sink, &w->m->plain_bytes, w->m->plain_sha256, err);
    ra_sink_abandon(&w->sink);
    ra_order_free(&w->order);
    return rc == 0 ? ra_digest_file(part, &w->m->data.bytes, w->m->data.sha256, err) : rc;
}

static int write_anchors(struct writer *w, struct ra_err *err)
{
    struct ra_backup_manifest *m = w->m;
    char *path = ra_backup_path(w->how->dir, m->anchors.name, "");
    int rc;

    ra_anchor_set_sort(&w->anchors);
    m->anchors_n = w->anchors.n;
    rc = ra_anchor_set_write(&w->anchors, w->how->dir, m->name, RA_BACKUP_ANCHORS, err);
    if (rc == 0)
        rc = ra_digest_file(path, &m->anchors.bytes, m->anchors.sha256, err);
    free(path);
    return rc;
}

/* ---- the manifest ---- */

static void describe(struct writer *w)
{
    const struct ra_backup_input *in = w->in;
    struct ra_backup_manifest *m = w->m;

    snprintf(m->tenant, sizeof m->tenant, "%s", w->how->tenant);
    m->anchor_attribute = w->attribute.name;
    snprintf(m->data.name, sizeof m->data.name, "%s%s", m->name,
             w->how->recipients_n ? RA_BACKUP_CRYPTED : RA_BACKUP_PLAIN);
    snprintf(m->anchors.name, sizeof m->anchors.name, "%s%s", m->name, RA_BACKUP_ANCHORS);
    m->encrypted_to_n = w->how->recipients_n;
    m->encrypted_to = ra_arena_alloc(&m->arena, m->encrypted_to_n * sizeof *m->encrypted_to);
    for (size_t i = 0; i < m->encrypted_to_n; i++)
        m->encrypted_to[i] = ra_arena_text(&m->arena, ra_str(w->how->recipients[i]));
    m->snapshots_n = in->snapshots_n;
    m->snapshots = ra_arena_alloc(&m->arena, in->snapshots_n * sizeof *m->snapshots);
    for (size_t i = 0; i < in->snapshots_n; i++) {
        m->snapshots[i] = in->snapshots[i];
        m->snapshots[i].side = ra_arena_text(&m->arena, in->snapshots[i].side);
        m->snapshots[i].hash = ra_arena_text(&m->arena, in->snapshots[i].hash);
        m->snapshots[i].proof = ra_arena_text(&m->arena, in->snapshots[i].proof);
    }
    m->roles = in->tenant->holders_n;
    memcpy(m->codes, in->result->counts, sizeof m->codes);
}

static int seal(struct writer *w, const struct ra_links *chain, struct ra_err *err)
{
    struct ra_backup_manifest *m = w->m;
    char *data = ra_backup_path(w->how->dir, m->data.name, "");
    char *part = ra_backup_path(w->how->dir, m->data.name, RA_BACKUP_PART);
    int rc = write_data(w, part, err);

    if (rc == 0)
        rc = write_anchors(w, err);
    if (rc == 0 && rename(part, data) != 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be renamed into place: %s", data, strerror(errno));
    if (rc == 0)
        rc = ra_links_append(chain, m, w->key, err);
    if (rc != 0)
        unlink(part);
    free(data);
    free(part);
    return rc;
}

static void set_up(struct writer *w)
{
    const struct ra_detection *d = &w->in->result->detection;
    struct ra_str name = ra_arena_text(&w->m->arena, d->candidates_n ? d->candidates[d->chosen].name
                                                                     : RA_STR("objectGUID"));

    w->attribute = ra_anchor_attribute(name);
    ra_buf_init(&w->buf, RA_BACKUP_LINE_MAX);
    ra_json_init(&w->json, &w->buf);
}

/* The keep rules go by time alone: two tenants in one folder would remove each other's backups. */
static int check_tenant(const struct ra_links *chain, const char *tenant, struct ra_err *err)
{
    const struct ra_backup_manifest *newest = ra_links_newest(chain);

    if (!newest || !newest->tenant[0] || strcasecmp(newest->tenant, tenant) == 0)
        return 0;
    ra_fail(err, RA_ESTALE, "%s: holds backups of the tenant %s, this one is %s", chain->dir,
            newest->tenant, tenant);
    return ra_hint(err, "give each tenant a dir of its own in [backup]");
}

int ra_backup_create(const struct ra_backup_seal *how, const struct ra_backup_input *in,
                     struct ra_backup_manifest *out, struct ra_err *err)
{
    struct writer w = {.how = how, .in = in, .m = out};
    struct ra_links chain = {0};
    int rc = how->sign_key_file ? ra_sign_key_read(how->sign_key_file, &w.key, err) : 0;

    *out = (struct ra_backup_manifest){0};
    if (rc == 0)
        rc = ra_links_begin(how->dir, err);
    if (rc == 0)
        rc = ra_links_read(how->dir, &chain, err);
    if (rc == 0)
        rc = check_tenant(&chain, how->tenant, err);
    if (rc == 0)
        rc = ra_links_tidy(&chain, err);
    if (rc == 0) {
        ra_links_next(&chain, RA_BACKUP_SEALED, how->now, out);
        set_up(&w);
        describe(&w);
        rc = seal(&w, &chain, err);
    }
    ra_sign_key_free(&w.key);
    ra_anchor_set_free(&w.anchors);
    ra_buf_free(&w.buf);
    ra_arena_free(&w.arena);
    ra_links_free(&chain);
    if (rc != 0)
        ra_backup_manifest_free(out);
    return rc;
}
