#include "recovery/report/outputs.h"
#include "recovery/restore/telling.h"
#include "src/base/clock.h"
#include "src/base/json.h"

static void text(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static void names(struct ra_json *j, const char *key, unsigned bits, unsigned n,
                  const char *(*name)(unsigned bit))
{
    ra_json_key(j, key);
    ra_json_array(j);
    for (unsigned b = 0; b < n; b++)
        if (bits & 1u << b)
            ra_json_z(j, name(b));
    ra_json_array_end(j);
}

static void put_then(struct ra_telling *t, struct ra_json *j, const struct ra_restore_item *i)
{
    const struct ra_restore_item shown = ra_telling_then(t, i);

    ra_json_key(j, "then");
    ra_json_object(j);
    text(j, "directory", i->directory);
    text(j, "dn", shown.dn);
    text(j, "object_guid", ra_telling_guid(t, i->guid, 16));
    text(j, "anchor", i->anchor);
    text(j, "consistency_guid", ra_telling_guid(t, i->consistency_guid.p, i->consistency_guid.n));
    text(j, "sid", i->sid);
    text(j, "upn", shown.upn);
    text(j, "smtp", shown.smtp);
    text(j, "sam", shown.sam);
    text(j, "cloud_id", i->cloud_id);
    ra_json_object_end(j);
}

static void put_change(struct ra_json *j, const char *key, bool is, struct ra_str have,
                       struct ra_str want)
{
    ra_json_key(j, key);
    if (!is) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    text(j, "have", have);
    text(j, "want", want);
    ra_json_object_end(j);
}

static void put_changes(struct ra_json *j, const struct ra_restore_item *i)
{
    bool writes = i->outcome == RA_RESTORE_WRITE;

    ra_json_key(j, "changes");
    ra_json_object(j);
    put_change(j, "consistency_guid", writes && i->write_anchor, i->have, i->anchor);
    put_change(j, "object_identifier", writes && i->clear_identifier, i->identifier,
               (struct ra_str){NULL, 0});
    ra_json_object_end(j);
}

static void put_objects(struct ra_telling *t, struct ra_json *j)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    ra_ndjson_object(&t->row, false, &b);
    ra_json_key(j, "ad");
    ra_json_raw(j, ra_str_n(b.p, b.n));
    ra_buf_clear(&b);
    ra_ndjson_object(&t->row, true, &b);
    ra_json_key(j, "cloud");
    ra_json_raw(j, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

static int put_other(struct ra_telling *t, struct ra_json *j, const struct ra_restore_item *i)
{
    struct ra_buf b;
    int rc = 0;

    ra_json_key(j, "other");
    if (i->other_ad == RA_NONE) {
        ra_json_null(j);
        return 0;
    }
    rc = ra_telling_other(t, i);
    ra_buf_init(&b, RA_ROW_MAX);
    if (rc == 0)
        ra_ndjson_object(&t->row, false, &b);
    ra_json_raw(j, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    return rc;
}

static int put_item(struct ra_telling *t, const struct ra_restore_item *i, struct ra_buf *out)
{
    struct ra_json j;
    int rc = ra_telling_item(t, i);

    if (rc != 0)
        return rc;
    ra_json_init(&j, out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("restore"));
    text(&j, "outcome", ra_str(ra_restore_outcome_name((enum ra_restore_outcome)i->outcome)));
    text(&j, "reason", ra_str(ra_restore_reason_name((enum ra_restore_reason)i->reason)));
    text(&j, "kind", ra_str(ra_kind_name((enum ra_kind)i->kind)));
    names(&j, "evidence", i->evidence, RA_EVIDENCES, ra_evidence_name);
    names(&j, "contradicting", i->against, RA_EVIDENCES, ra_evidence_name);
    names(&j, "notes", i->notes, RA_NOTES, ra_note_name);
    put_then(t, &j, i);
    put_objects(t, &j);
    put_changes(&j, i);
    rc = put_other(t, &j, i);
    text(&j, "what", ra_str(ra_restore_reason_text((enum ra_restore_reason)i->reason)));
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
    return rc;
}

static void number(struct ra_json *j, const char *key, uint64_t n)
{
    ra_json_key(j, key);
    ra_json_int(j, (long long)n);
}

static void put_summary(const struct ra_report_input *now, const struct ra_restore_then *then,
                        const struct ra_restored *r, struct ra_buf *out)
{
    char when[RA_TIME_TEXT];
    struct ra_json j;

    ra_time_text(then->created, when);
    ra_json_init(&j, out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("summary"));
    text(&j, "backup", then->name);
    text(&j, "created", ra_str(when));
    text(&j, "anchor_attribute", r->attribute);
    number(&j, "looked_at", r->looked_at);
    number(&j, "healthy", r->healthy);
    for (int o = 0; o < RA_RESTORE_OUTCOMES; o++)
        number(&j, ra_restore_outcome_name((enum ra_restore_outcome)o), r->outcomes[o]);
    number(&j, "undecided", ra_restored_undecided(r));
    number(&j, "gone", r->gone);
    number(&j, "reanchored", r->reanchored);
    number(&j, "others", r->others);
    ra_tenant_json(now->tenant, &j);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

int ra_restore_json(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, FILE *fp, struct ra_err *err)
{
    struct ra_telling t;
    struct ra_buf b;
    int rc = 0;

    ra_telling_open(now, &t, err);
    ra_buf_init(&b, RA_ROW_MAX);
    for (size_t i = 0; rc == 0 && i < r->n; i++) {
        ra_buf_clear(&b);
        rc = put_item(&t, &r->items[i], &b);
        if (rc == 0 && b.overflow)
            rc = ra_fail(err, RA_EINTERNAL, "an object larger than %zu bytes", RA_ROW_MAX);
        if (rc == 0)
            fwrite(b.p, 1, b.n, fp);
    }
    ra_buf_clear(&b);
    put_summary(now, then, r, &b);
    if (rc == 0)
        fwrite(b.p, 1, b.n, fp);
    ra_buf_free(&b);
    ra_telling_close(&t);
    return rc;
}
