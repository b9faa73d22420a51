#include "recovery/verify/render.h"

#include "recovery/report/redact.h"

void ra_rendering_open(const struct ra_report_input *in, struct ra_rendering *r, struct ra_err *err)
{
    *r = (struct ra_rendering){.in = in, .err = err};
    ra_rows_open_unsorted(in, &r->rows);
}

void ra_rendering_close(struct ra_rendering *r)
{
    ra_rows_free(&r->rows);
    ra_arena_free(&r->arena);
}

int ra_rendering_row(struct ra_rendering *r, const struct ra_verify_finding *f, bool other,
                     struct ra_row *out)
{
    int rc;

    r->v = (struct ra_verdict){.ad = other ? f->other_ad : f->ad,
                               .cloud = other ? f->other_cloud : f->cloud,
                               .kind = f->kind};
    ra_arena_reset(&r->arena);
    rc = ra_rows_resolve(r->rows, &r->v, out, r->err);
    if (rc == 0 && r->in->redact_key)
        ra_redact_row(r->in->redact_key, out, &r->arena);
    return rc;
}

/* Names and addresses; identifiers and anchors stay (docs/formats.md, report.html). */
static bool personal(enum ra_reason reason)
{
    return reason == RA_R_PLACEHOLDER || reason == RA_R_PROVISIONING_ERROR ||
           reason == RA_R_DUP_PRIMARY || reason == RA_R_DUP_UPN || reason == RA_R_DUP_ADDRESS;
}

struct ra_str ra_rendering_value(struct ra_rendering *r, const struct ra_verify_finding *f)
{
    if (!r->in->redact_key || !personal((enum ra_reason)f->reason))
        return f->value;
    return ra_redact_address(r->in->redact_key, f->value, &r->arena);
}
