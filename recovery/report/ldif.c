#include "recovery/report/fixes.h"
#include "recovery/report/outputs.h"

#include "recovery/model/anchor.h"

#include <stdlib.h>
#include <string.h>

/*
 * fixes.ldif of a decision: the change records of fixes.h for what the verdicts say, by
 * directory. A record to be confirmed is the same text behind "# ".
 */

/* ---- records ---- */

static void values(struct ra_fixes *l, const struct ra_row *row, const unsigned char guid[16])
{
    struct ra_arena a = {0};
    char text[RA_GUID_TEXT];
    struct ra_str old = row->f[RA_F_CONSISTENCY];

    ra_fixes_pair(l, "DN:        ", row->f[RA_F_DN]);
    ra_fixes_pair(l, "AD object: ", row->f[RA_F_GUID]);
    ra_fixes_pair(l, "old value: ", ra_str_absent(old) ? RA_STR("(none)") : old);
    if (!ra_str_absent(old))
        ra_fixes_pair(l, "  Base64:  ", ra_anchor_encode(row->ad.consistency_guid, &a));
    if (guid) {
        ra_guid_text(guid, text);
        ra_fixes_pair(l, "new value: ", ra_str(text));
        ra_fixes_pair(l, "  Base64:  ", row->f[RA_F_CLOUD_IMMUTABLE]);
    }
    ra_fixes_pair(l, "cloud id:  ", row->f[RA_F_CLOUD_ID]);
    ra_arena_free(&a);
}

static void title(struct ra_fixes *l, const struct ra_row *row, size_t number)
{
    struct ra_str name = row->f[RA_F_UPN];
    struct ra_buf b;

    if (ra_str_absent(name))
        name = row->f[RA_F_DN];
    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_printf(&b, "%zu. %s: ", number, ra_code_info((enum ra_verdict_code)row->v->code)->name);
    ra_buf_put(&b, name.p, name.n);
    ra_fixes_paragraph(l, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

static void record(const struct ra_report_input *in, const struct ra_row *row, size_t number,
                   struct ra_fixes *l)
{
    unsigned char guid[16];
    enum ra_fix fix = ra_fix_of(in, row, guid);
    struct ra_remedy remedy;
    struct ra_buf why;

    ra_buf_init(&why, RA_ROW_MAX);
    ra_remedy_pick(in, row, &remedy);
    ra_remedy_render(in, row, &remedy, &why);
    title(l, row, number);
    ra_fixes_paragraph(l, ra_str_n(why.p, why.n));
    values(l, row, fix <= RA_FIX_CONTENDED ? guid : NULL);
    if (fix == RA_FIX_CONFIRM || fix == RA_FIX_CONTENDED)
        ra_fixes_note(l, "TO BE CONFIRMED: take the two characters \"# \" off the lines below.");
    l->commented = fix != RA_FIX_WRITE;
    if (fix <= RA_FIX_CONTENDED)
        ra_fixes_change(l, row->f[RA_F_DN], "mS-DS-ConsistencyGuid", row->ad.consistency_guid,
                        ra_str_n(guid, 16));
    else
        ra_fixes_note(l, "No change is written here; the text above says why.");
    l->commented = false;
    ra_buf_putc(&l->out, '\n');
    ra_buf_free(&why);
}

/* ---- the file ---- */

static int spill(struct ra_fixes *l, FILE *fp, struct ra_err *err)
{
    if (l->out.overflow)
        return ra_fail(err, RA_EINTERNAL, "fixes.ldif: a record larger than %zu bytes", RA_ROW_MAX);
    fwrite(l->out.p, 1, l->out.n, fp);
    ra_buf_clear(&l->out);
    return 0;
}

/* The DC= parts that the DN ends in: which domain's controller takes the change. */
static struct ra_str domain_of(struct ra_str dn)
{
    for (size_t i = 0; i + 3 < dn.n; i++)
        if ((i == 0 || dn.p[i - 1] == ',') && ra_str_starts_fold(ra_str_from(dn, i), RA_STR("DC=")))
            return ra_str_from(dn, i);
    return RA_STR("an unknown domain");
}

static void directory_head(struct ra_fixes *l, const struct ra_row *row)
{
    ra_fixes_note(l, "======================================================================");
    ra_fixes_pair(l, "Directory: ", row->f[RA_F_DIRECTORY]);
    ra_fixes_pair(l, "Domain:    ", domain_of(row->f[RA_F_DN]));
    ra_fixes_note(l, "======================================================================");
    ra_buf_putc(&l->out, '\n');
}

static void file_head(const struct ra_report_input *in, struct ra_fixes *l)
{
    ra_fixes_note(l,
                  "Repairs of the source anchor in AD. For review: apply before the first sync.");
    ra_fixes_note(l, "");
    ra_fixes_note(l, "  ldapmodify -H ldaps://DC -f fixes.ldif");
    ra_fixes_note(l, "  ldifde -i -f fixes.ldif");
    ra_fixes_note(l, "");
    ra_fixes_note(
        l, "Each record takes the old value out and puts the new one in: a domain controller "
           "refuses it when the value is no longer the old one. The changes of one domain go "
           "to a controller of that domain. Keep this file: the old values stand in it.");
    ra_fixes_pair(l, "Source anchor: ", ra_report_anchor(in));
    ra_fixes_pair(l, "Tenant:        ", in->tenant->id);
    ra_buf_putc(&l->out, '\n');
}

/* One code's records of one directory, in the order of the verdicts. */
struct pass {
    size_t directory;
    enum ra_verdict_code code;
    bool headed;
};

static bool in_directory(const struct ra_report_input *in, uint32_t number, size_t directory)
{
    uint32_t first = 0;

    for (size_t d = 0; d < directory; d++)
        first += in->ad[d].count;
    return number >= first && number - first < in->ad[directory].count;
}

static int write_pass(const struct ra_report_input *in, struct ra_rows *rows, struct pass *p,
                      size_t *number, struct ra_fixes *l, FILE *fp, struct ra_err *err)
{
    struct ra_row row;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ra_rows_count(rows); i++) {
        const struct ra_verdict *v = ra_rows_verdict(rows, i);
        if (v->code != p->code || !in_directory(in, v->ad, p->directory))
            continue;
        rc = ra_rows_get(rows, i, &row, err);
        if (rc != 0)
            break;
        if (!p->headed)
            directory_head(l, &row);
        p->headed = true;
        record(in, &row, ++*number, l);
        rc = spill(l, fp, err);
    }
    return rc;
}

int ra_ldif_page(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                 struct ra_err *err)
{
    struct ra_fixes l = {0};
    size_t number = 0;
    int rc = 0;

    ra_buf_init(&l.out, RA_ROW_MAX);
    file_head(in, &l);
    for (size_t d = 0; d < in->ad_n && rc == 0; d++) {
        struct pass p = {.directory = d, .code = RA_ANCHOR_DRIFT};
        rc = write_pass(in, rows, &p, &number, &l, fp, err);
        p.code = RA_ANCHOR_CONFLICT;
        if (rc == 0)
            rc = write_pass(in, rows, &p, &number, &l, fp, err);
    }
    if (number == 0)
        ra_fixes_note(&l, "Nothing to repair.");
    if (rc == 0)
        rc = spill(&l, fp, err);
    ra_buf_free(&l.out);
    return rc;
}
