#include "recovery/report/outputs.h"

#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tenant's flags ---- */

struct flag {
    const char *name;
    enum ra_tri value;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct flag *)a)->name, ((const struct flag *)b)->name);
}

static size_t deciding(const struct ra_flags *f, struct flag out[4])
{
    out[0] = (struct flag){"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
                           f->allow_identifier_update};
    out[1] = (struct flag){"blockCloudObjectTakeoverThroughHardMatchEnabled", f->block_hard_match};
    out[2] = (struct flag){"blockSoftMatchEnabled", f->block_soft_match};
    out[3] = (struct flag){"softMatchOnUpnEnabled", f->soft_match_on_upn};
    return 4;
}

static bool among(const struct flag *flags, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(flags[i].name, name) == 0)
            return true;
    return false;
}

#define FLAGS_MAX 128 /* Graph has about two dozen */

static size_t others(const cJSON *features, struct flag *flags, size_t n)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, features)
    {
        if (n < FLAGS_MAX && cJSON_IsBool(item) && !among(flags, n, item->string))
            flags[n++] = (struct flag){item->string, cJSON_IsTrue(item) ? RA_YES : RA_NO};
    }
    return n;
}

void ra_flags_json(const struct ra_tenant *tenant, struct ra_json *j)
{
    cJSON *features = cJSON_ParseWithLength(tenant->flags_json.p, tenant->flags_json.n);
    struct flag flags[FLAGS_MAX];
    size_t n = deciding(&tenant->flags, flags);

    if (!features && !ra_str_absent(tenant->flags_json))
        ra_die("out of memory (the tenant's features)"); /* they were printed by us */
    n = others(features, flags, n);
    qsort(flags, n, sizeof flags[0], by_name);
    ra_json_object(j);
    for (size_t i = 0; i < n; i++) {
        ra_json_key(j, flags[i].name);
        if (flags[i].value == RA_UNKNOWN)
            ra_json_null(j);
        else
            ra_json_bool(j, flags[i].value == RA_YES);
    }
    ra_json_object_end(j);
    cJSON_Delete(features);
}

/* ---- the parts of the summary ---- */

static void gate(struct ra_json *j, const struct ra_result *r)
{
    ra_json_key(j, "gate");
    ra_json_z(j, ra_gate_name(r->gate));
    ra_json_key(j, "reasons");
    ra_json_array(j);
    for (size_t i = 0; i < r->reasons_n; i++)
        ra_json_z(j, r->reasons[i]);
    ra_json_array_end(j);
}

static void counts(struct ra_json *j, const struct ra_result *r)
{
    ra_json_key(j, "counts");
    ra_json_object(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        if (r->counts[c] == 0)
            continue;
        ra_json_key(j, ra_code_info((enum ra_verdict_code)c)->name);
        ra_json_int(j, (long long)r->counts[c]);
    }
    ra_json_object_end(j);
    ra_json_key(j, "warnings");
    ra_json_object(j);
    for (int w = 0; w < RA_WARNINGS; w++) {
        if (r->warnings[w] == 0)
            continue;
        ra_json_key(j, ra_warning_name((enum ra_warning)w));
        ra_json_int(j, (long long)r->warnings[w]);
    }
    ra_json_object_end(j);
    ra_json_key(j, "matched_unseen");
    ra_json_int(j, (long long)r->matched_unseen);
}

static void anchor(struct ra_json *j, const struct ra_report_input *in)
{
    const struct ra_detection *d = &in->result->detection;

    ra_json_key(j, "anchor");
    ra_json_object(j);
    ra_json_key(j, "attribute");
    ra_json_str(j, ra_report_anchor(in));
    ra_json_key(j, "configured");
    ra_json_str(j, in->policy->anchor_attribute);
    ra_json_key(j, "tenant");
    ra_json_str(j, in->tenant->anchor_attribute);
    ra_json_key(j, "candidates");
    ra_json_object(j);
    for (size_t i = 0; i < d->candidates_n; i++) {
        ra_json_key_str(j, d->candidates[i].name);
        ra_json_int(j, (long long)d->candidates[i].reproduced);
    }
    ra_json_object_end(j);
    ra_json_key(j, "any");
    ra_json_int(j, (long long)d->any);
    ra_json_key(j, "all");
    ra_json_int(j, (long long)d->all);
    ra_json_key(j, "undetermined");
    ra_json_bool(j, d->undetermined);
    ra_json_key(j, "weak");
    ra_json_bool(j, d->weak);
    ra_json_object_end(j);
}

static void deletes(struct ra_json *j, const struct ra_report_input *in)
{
    const struct ra_result *r = in->result;

    ra_json_key(j, "deletes");
    ra_json_object(j);
    ra_json_key(j, "count");
    ra_json_int(j, (long long)r->deletes);
    ra_json_key(j, "threshold");
    if (in->tenant->prevention == RA_PREVENTION_COUNT)
        ra_json_int(j, in->tenant->threshold);
    else
        ra_json_null(j);
    ra_json_key(j, "percent");
    ra_json_real(j, r->deletes_percent);
    ra_json_key(j, "hard");
    ra_json_int(j, (long long)r->hard_deletes);
    ra_json_key(j, "of");
    ra_json_int(j, (long long)r->live_synced);
    ra_json_object_end(j);
    ra_json_key(j, "deleted_unclaimed");
    ra_json_int(j, (long long)r->deleted_unclaimed);
}

static void snapshot(struct ra_json *j, bool complete, uint64_t live, uint64_t deleted)
{
    ra_json_object(j);
    ra_json_key(j, "complete");
    ra_json_bool(j, complete);
    ra_json_key(j, "objects");
    ra_json_int(j, (long long)(live + deleted));
    ra_json_key(j, "deleted");
    ra_json_int(j, (long long)deleted);
}

/* "ad" is all directories together; each stands below it by its name. */
static void snapshots(struct ra_json *j, const struct ra_report_input *in)
{
    const struct ra_report_snapshot *c = in->cloud_snapshot, *a = in->ad_snapshots;
    uint64_t live = 0, deleted = 0;
    bool complete = true;

    for (size_t d = 0; d < in->ad_n; d++) {
        live += a[d].live;
        deleted += a[d].deleted;
        complete = complete && a[d].complete;
    }
    ra_json_key(j, "snapshots");
    ra_json_object(j);
    ra_json_key(j, "cloud");
    snapshot(j, c->complete, c->live, c->deleted);
    ra_json_object_end(j);
    ra_json_key(j, "ad");
    snapshot(j, complete, live, deleted);
    ra_json_key(j, "directories");
    ra_json_object(j);
    for (size_t d = 0; d < in->ad_n; d++) {
        ra_json_key_str(j, in->ad[d].name);
        snapshot(j, a[d].complete, a[d].live, a[d].deleted);
        ra_json_object_end(j);
    }
    ra_json_object_end(j);
    ra_json_object_end(j);
    ra_json_object_end(j);
}

void ra_tenant_json(const struct ra_tenant *t, struct ra_json *j)
{
    ra_json_key(j, "tenant");
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_str(j, t->id);
    ra_json_key(j, "flags");
    ra_flags_json(t, j);
    ra_json_key(j, "unknown");
    ra_json_array(j);
    for (size_t i = 0; i < t->unknown_n; i++)
        ra_json_str(j, t->unknown[i]);
    ra_json_array_end(j);
    ra_json_object_end(j);
}

void ra_report_summary_json(const struct ra_report_input *in, struct ra_buf *out)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "summary");
    gate(&j, in->result);
    counts(&j, in->result);
    anchor(&j, in);
    deletes(&j, in);
    snapshots(&j, in);
    ra_tenant_json(in->tenant, &j);
    ra_json_object_end(&j);
}
