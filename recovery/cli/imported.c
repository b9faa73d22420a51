#include "recovery/cli/imported.h"

#include "recovery/import/compare.h"
#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool ra_imported_is(const char *which, enum ra_import_format *format)
{
    struct stat st;

    return strcmp(which, "newest") != 0 && stat(which, &st) == 0 &&
           ra_import_detect(which, format, NULL) == 0 &&
           *format != RA_IMPORT_ADSYNC_CONFIG; /* which is JSON, as a manifest is */
}

struct reading {
    const struct ra_cli *cli;
    const struct ra_study *study;
    struct ra_import_comparison *comparison;
    struct ra_imported *out;
};

static struct ra_str keep(struct ra_imported *i, struct ra_str s)
{
    return ra_str_n(ra_arena_copy(&i->arena, s.p, s.n), s.n);
}

static struct ra_str first(struct ra_str a, struct ra_str b)
{
    return ra_str_absent(a) ? b : a;
}

/* What the tenant itself says of the user with this anchor. */
static int lend(struct reading *r, const struct ra_import_entry *e, struct ra_import_entry *to,
                struct ra_err *err)
{
    const struct ra_side *cloud = r->study->report.cloud;
    struct ra_cloud_object c;
    uint32_t seq;
    bool deleted;
    int rc = ra_import_find_cloud(r->comparison, e, &seq, &deleted, err);

    if (rc != 0 || seq == RA_NONE)
        return rc;
    if (!ra_cloud_decode(cloud->record(cloud->ctx, seq), &c))
        return ra_fail(err, RA_EINTEGRITY, "cache of cloud: object %u cannot be read", seq);
    to->id = first(to->id, c.id);
    if (e->kind != RA_USER || !ra_str_eq(c.immutable_id, e->anchor))
        return 0;
    to->sid = first(to->sid, c.sid);
    to->dn = first(to->dn, c.dn);
    to->sam = first(to->sam, c.sam);
    to->upn = first(to->upn, first(c.on_premises_upn, c.upn));
    return 0;
}

/* The AD object's own GUID: told by onPremisesObjectIdentifier, else it is that of the anchor, as
 * long as nobody has moved. False when there is none. */
static bool guid_of(const struct ra_import_entry *e, struct ra_guid *out)
{
    unsigned char bytes[24];
    size_t n = sizeof bytes;

    if (ra_guid_parse(e->identifier, out))
        return true;
    if (e->anchor.n != 24 || !ra_base64_decode(e->anchor, bytes, &n) || n != 16)
        return false;
    memcpy(out->b, bytes, 16);
    return true;
}

static void add(struct ra_imported *i, const struct ra_import_entry *e, const struct ra_guid *guid)
{
    enum ra_kind kind = e->kind == RA_DEVICE ? RA_COMPUTER : e->kind;
    struct ra_backup_object *o;

    i->objects = ra_grow(i->objects, &i->cap, i->n + 1, sizeof *i->objects);
    o = &i->objects[i->n++];
    *o = (struct ra_backup_object){.has_cloud = true,
                                   .has_ad = true,
                                   .code = RA_VERDICT_CODES,
                                   .cloud_code = RA_VERDICT_CODES};
    o->cloud.o = (struct ra_cloud_object){.kind = e->kind,
                                          .synced = RA_YES,
                                          .id = keep(i, e->id),
                                          .upn = keep(i, e->upn),
                                          .sid = keep(i, e->sid)};
    if (e->kind == RA_USER)
        o->cloud.o.immutable_id = keep(i, e->anchor);
    o->cloud.ooi = keep(i, e->identifier);
    o->cloud.ooi_known = !ra_str_absent(e->identifier);
    o->ad.o = (struct ra_ad_object){.kind = kind,
                                    .guid = keep(i, ra_str_n(guid->b, sizeof guid->b)),
                                    .sid = keep(i, e->sid),
                                    .dn = keep(i, e->dn),
                                    .sam = keep(i, e->sam),
                                    .upn = keep(i, e->upn),
                                    .mail = keep(i, e->smtp)};
    o->ad.source_anchor = keep(i, e->anchor);
}

static int take(void *ctx, const struct ra_import_entry *e, struct ra_err *err)
{
    struct reading *r = ctx;
    struct ra_import_entry full = *e;
    struct ra_guid guid;
    int rc = ra_cli_stopped(r->cli, err);

    if (rc != 0 || e->left_out != RA_LEFT_NOTHING || !guid_of(e, &guid))
        return rc;
    rc = lend(r, e, &full, err);
    if (rc == 0)
        add(r->out, &full, &guid);
    return rc;
}

int ra_imported_check_tenant(const struct ra_cli *cli, const struct ra_import_totals *t,
                             struct ra_err *err)
{
    char text[RA_GUID_TEXT];

    if (!t->tenant_known)
        return 0;
    ra_guid_text(t->tenant.b, text);
    if (ra_str_eq_fold(ra_str(text), ra_str(cli->config->tenant.id)))
        return 0;
    ra_fail(err, RA_ESTOP, "it is of the tenant %s, [tenant] id is %s", text,
            cli->config->tenant.id);
    return ra_hint(err, "name the configuration of that tenant with -c");
}

int ra_imported_check(const struct ra_cli *cli, const char *path, enum ra_import_format format,
                      struct ra_err *err)
{
    const struct ra_import_sink sink = {.stop = cli->stop};
    struct ra_import_totals totals;
    int rc = ra_import_read(path, format, &sink, &totals, err);

    return rc == 0 ? ra_imported_check_tenant(cli, &totals, err) : rc;
}

int ra_imported_read(const struct ra_cli *cli, const char *path, enum ra_import_format format,
                     const struct ra_study *study, struct ra_imported *out, struct ra_err *err)
{
    const struct ra_import_now now = {study->report.ad, study->report.ad_n, study->report.cloud,
                                      study->report.result};
    struct reading r = {.cli = cli, .study = study, .out = out};
    const struct ra_import_sink sink = {.each = take, .ctx = &r, .stop = cli->stop};
    struct stat st = {0};
    int rc;

    *out = (struct ra_imported){.path = path};
    if (stat(path, &st) == 0)
        out->created = (int64_t)st.st_mtime;
    ra_import_compare_open(&now, &r.comparison);
    rc = ra_import_read(path, format, &sink, &out->totals, err);
    ra_import_compare_close(&r.comparison);
    if (rc == 0)
        rc = ra_imported_check_tenant(cli, &out->totals, err);
    if (rc != 0)
        ra_imported_free(out);
    return rc;
}

void ra_imported_free(struct ra_imported *i)
{
    free(i->objects);
    ra_arena_free(&i->arena);
    *i = (struct ra_imported){0};
}

int ra_imported_next(void *ctx, struct ra_backup_object *out, struct ra_err *err)
{
    struct ra_imported *i = ctx;

    (void)err;
    if (i->at == i->n)
        return 0;
    *out = i->objects[i->at++];
    return 1;
}

/* An AD object is known by onPremisesObjectIdentifier alone; the anchor's own GUID would say
 * nothing that the anchor does not. */
static int walk(void *ctx, int (*each)(void *to, const struct ra_baseline_object *o), void *to,
                struct ra_err *err)
{
    struct ra_imported *i = ctx;
    int rc = 0;

    (void)err;
    for (size_t k = 0; rc == 0 && k < i->n; k++) {
        const struct ra_backup_object *o = &i->objects[k];
        const struct ra_baseline_object cloud = {.kind = o->cloud.o.kind,
                                                 .key = o->cloud.o.id,
                                                 .anchor = o->cloud.o.immutable_id,
                                                 .identifier = o->cloud.ooi,
                                                 .identifier_known = o->cloud.ooi_known};
        const struct ra_baseline_object ad = {
            .ad = true, .kind = o->ad.o.kind, .key = o->ad.o.guid, .anchor = o->ad.source_anchor};
        if (!ra_str_absent(cloud.key))
            rc = each(to, &cloud);
        if (rc == 0 && o->cloud.ooi_known)
            rc = each(to, &ad);
    }
    return rc;
}

void ra_imported_baseline(struct ra_imported *i, struct ra_baseline *out)
{
    *out = (struct ra_baseline){.ctx = i, .name = ra_str(i->path), .walk = walk};
}
