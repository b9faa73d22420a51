#include "recovery/restore/telling.h"

#include "recovery/model/anchor.h"
#include "recovery/report/redact.h"

void ra_telling_open(const struct ra_report_input *now, struct ra_telling *t, struct ra_err *err)
{
    *t = (struct ra_telling){.now = now, .err = err};
    ra_rows_open_unsorted(now, &t->rows);
}

void ra_telling_close(struct ra_telling *t)
{
    ra_rows_free(&t->rows);
    ra_arena_free(&t->arena);
}

static int resolve(struct ra_telling *t, uint32_t ad, uint32_t cloud, unsigned kind)
{
    int rc;

    t->v = (struct ra_verdict){.ad = ad, .cloud = cloud, .kind = (uint8_t)kind};
    rc = ra_rows_resolve(t->rows, &t->v, &t->row, t->err);
    if (rc == 0 && t->now->redact_key)
        ra_redact_row(t->now->redact_key, &t->row, &t->arena);
    return rc;
}

int ra_telling_item(struct ra_telling *t, const struct ra_restore_item *i)
{
    ra_arena_reset(&t->arena);
    return resolve(t, i->ad, i->cloud, i->kind);
}

int ra_telling_other(struct ra_telling *t, const struct ra_restore_item *i)
{
    return resolve(t, i->other_ad, RA_NONE, i->kind);
}

struct ra_restore_item ra_telling_then(struct ra_telling *t, const struct ra_restore_item *i)
{
    const unsigned char *key = t->now->redact_key;
    struct ra_restore_item out = *i;

    if (!key)
        return out;
    out.dn = ra_redact_dn(key, i->dn, &t->arena);
    out.upn = ra_redact_address(key, i->upn, &t->arena);
    out.smtp = ra_redact_address(key, i->smtp, &t->arena);
    out.sam = ra_redact_name(key, i->sam, &t->arena);
    return out;
}

void ra_telling_evidence(unsigned bits, struct ra_buf *out)
{
    const char *before = "";

    for (unsigned b = 0; b < RA_EVIDENCES; b++)
        if (bits & 1u << b) {
            ra_buf_printf(out, "%s%s", before, b == 0 ? "cloud object id" : ra_evidence_name(b));
            before = ", ";
        }
}

struct ra_str ra_telling_guid(struct ra_telling *t, const void *bytes, size_t n)
{
    char text[RA_GUID_TEXT];

    if (n != 16)
        return ra_anchor_encode(ra_str_n(bytes, n), &t->arena);
    ra_guid_text(bytes, text);
    return ra_str_n(ra_arena_copy(&t->arena, text, RA_GUID_TEXT - 1), RA_GUID_TEXT - 1);
}
