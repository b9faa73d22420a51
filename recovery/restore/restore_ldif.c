/* fixes.ldif of a restore: what is settled stands ready, what a person must decide stands behind
 * "# ", and the rest is told in a comment. */
#include "recovery/model/anchor.h"
#include "recovery/report/fixes.h"
#include "recovery/report/outputs.h"
#include "recovery/restore/telling.h"
#include "src/base/clock.h"

#include <string.h>

static void head(const struct ra_restore_then *then, const struct ra_restored *r,
                 struct ra_fixes *l)
{
    char when[RA_TIME_TEXT];

    ra_time_text(then->created, when);
    ra_fixes_note(l, "Source anchors as a backup has them. For review.");
    ra_fixes_note(l, "");
    ra_fixes_note(l, "  ldapmodify -H ldaps://DC -f fixes.ldif");
    ra_fixes_note(l, "  ldifde -i -f fixes.ldif");
    ra_fixes_note(l, "");
    ra_fixes_note(l, "Each record takes the old value out and puts the new one in: a domain "
                     "controller refuses it when the value is no longer the old one. The changes "
                     "of one domain go to a controller of that domain. Keep this file: the old "
                     "values stand in it.");
    ra_fixes_pair(l, "Backup:        ", then->name);
    ra_fixes_pair(l, "Made:          ", ra_str(when));
    ra_fixes_pair(l, "Source anchor: ", r->attribute);
    ra_buf_putc(&l->out, '\n');
}

static void title(struct ra_fixes *l, const struct ra_restore_item *i, size_t number)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_printf(&b, "%zu. %s: ", number,
                  ra_restore_outcome_name((enum ra_restore_outcome)i->outcome));
    ra_buf_put(&b, ra_str_absent(i->upn) ? i->dn.p : i->upn.p,
               ra_str_absent(i->upn) ? i->dn.n : i->upn.n);
    ra_fixes_paragraph(l, ra_str_n(b.p, b.n));
    ra_fixes_note(l, ra_restore_reason_text((enum ra_restore_reason)i->reason));
    ra_buf_free(&b);
}

static void evidence(struct ra_fixes *l, const char *what, unsigned bits)
{
    struct ra_buf b;

    if (!bits)
        return;
    ra_buf_init(&b, 4096);
    ra_telling_evidence(bits, &b);
    ra_fixes_pair(l, what, ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

static void notes(struct ra_fixes *l, const struct ra_restore_item *i)
{
    for (unsigned b = 0; b < RA_NOTES; b++)
        if (i->notes & 1u << b)
            ra_fixes_pair(l, "note:      ", ra_str(ra_note_text(b)));
    if (i->clear_identifier) {
        ra_fixes_pair(l, "identifier:", i->identifier);
        ra_fixes_note(l, "Beside this change onPremisesObjectIdentifier of the cloud user has to "
                         "be cleared: the plan has a step for it (PATCH beta/users/{id} "
                         "{\"onPremisesObjectIdentifier\":null}).");
    }
}

static void values(struct ra_telling *t, struct ra_fixes *l, const struct ra_restore_item *i)
{
    ra_fixes_pair(l, "then:      ", i->dn);
    ra_fixes_pair(l, "  object:  ", ra_telling_guid(t, i->guid, 16));
    ra_fixes_pair(l, "  anchor:  ", i->anchor);
    if (t->row.has_ad) {
        ra_fixes_pair(l, "now:       ", t->row.f[RA_F_DN]);
        ra_fixes_pair(l, "  object:  ", t->row.f[RA_F_GUID]);
        ra_fixes_pair(l, "  anchor:  ",
                      ra_str_absent(t->row.f[RA_F_ANCHOR]) ? RA_STR("(none)")
                                                           : t->row.f[RA_F_ANCHOR]);
    }
    ra_fixes_pair(l, "cloud id:  ", i->cloud_id);
    evidence(l, "evidence:  ", i->evidence);
}

static int other(struct ra_telling *t, struct ra_fixes *l, const struct ra_restore_item *i)
{
    int rc = ra_telling_other(t, i);

    if (rc != 0)
        return rc;
    ra_fixes_pair(l, "beside it: ", t->row.f[RA_F_DN]);
    ra_fixes_pair(l, "  object:  ", t->row.f[RA_F_GUID]);
    evidence(l, "  evidence:", i->against);
    return 0;
}

/* The first value of the custom attribute that the object has now. */
static struct ra_str custom_now(const struct ra_ad_object *o, struct ra_str attribute,
                                struct ra_str *type)
{
    struct ra_str rest = o->custom.bytes, name, value;

    while (ra_list_next(&rest, &name) && ra_list_next(&rest, type) && ra_list_next(&rest, &value))
        if (ra_str_eq_fold(name, attribute))
            return value;
    *type = RA_STR("s");
    return (struct ra_str){NULL, 0};
}

static void change_custom(struct ra_fixes *l, const struct ra_ad_object *o, struct ra_str dn,
                          struct ra_str attribute, struct ra_str anchor)
{
    unsigned char bytes[256];
    size_t n = sizeof bytes;
    struct ra_str type, have = custom_now(o, attribute, &type), want = anchor;
    char name[128];

    snprintf(name, sizeof name, RA_STR_FMT, RA_STR_ARG(attribute));
    if (ra_str_eq(type, RA_STR("b")) && ra_base64_decode(anchor, bytes, &n))
        want = ra_str_n(bytes, n);
    ra_fixes_change(l, dn, name, have, want);
}

/* What is written, or would be once a person has said so. */
static void change(struct ra_telling *t, struct ra_fixes *l, const struct ra_restored *r,
                   const struct ra_restore_item *i, const struct ra_ad_object *o, struct ra_str dn)
{
    unsigned char bytes[256];
    size_t n = sizeof bytes;

    (void)t;
    if (!i->write_anchor)
        return;
    if (i->outcome != RA_RESTORE_WRITE)
        ra_fixes_note(l, "TO BE CONFIRMED: take the two characters \"# \" off the lines below.");
    l->commented = i->outcome != RA_RESTORE_WRITE;
    if (i->reason == RA_RR_CUSTOM)
        change_custom(l, o, dn, r->attribute, i->anchor);
    else if (ra_base64_decode(i->anchor, bytes, &n))
        ra_fixes_change(l, dn, "mS-DS-ConsistencyGuid", o->consistency_guid, ra_str_n(bytes, n));
    l->commented = false;
}

static bool has_change(const struct ra_restore_item *i)
{
    return (i->outcome == RA_RESTORE_WRITE || i->outcome == RA_RESTORE_CONFIRM ||
            i->outcome == RA_RESTORE_MANUAL) &&
           i->reason != RA_RR_VALUE;
}

static int record(struct ra_telling *t, struct ra_fixes *l, const struct ra_restored *r,
                  const struct ra_restore_item *i, size_t number)
{
    struct ra_ad_object o;
    struct ra_str dn;
    int rc = ra_telling_item(t, i);

    if (rc != 0)
        return rc;
    o = t->row.ad;
    dn = t->row.f[RA_F_DN];
    title(l, i, number);
    values(t, l, i);
    notes(l, i);
    if (has_change(i))
        change(t, l, r, i, &o, dn);
    else if (i->other_ad != RA_NONE)
        rc = other(t, l, i);
    if (!has_change(i))
        ra_fixes_note(l, "No change is written here; the text above says why.");
    ra_buf_putc(&l->out, '\n');
    return rc;
}

static int spill(struct ra_fixes *l, FILE *fp, struct ra_err *err)
{
    if (l->out.overflow)
        return ra_fail(err, RA_EINTERNAL, "fixes.ldif: a record larger than %zu bytes", RA_ROW_MAX);
    fwrite(l->out.p, 1, l->out.n, fp);
    ra_buf_clear(&l->out);
    return 0;
}

int ra_restore_ldif(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, FILE *fp, struct ra_err *err)
{
    struct ra_report_input plain = *now;
    struct ra_fixes l = {0};
    struct ra_telling t;
    int rc;

    plain.redact_key = NULL; /* it names what it changes */
    ra_telling_open(&plain, &t, err);
    ra_buf_init(&l.out, RA_ROW_MAX);
    head(then, r, &l);
    if (r->n == 0)
        ra_fixes_note(&l, "Nothing to repair.");
    rc = spill(&l, fp, err);
    for (size_t i = 0; rc == 0 && i < r->n; i++) {
        rc = record(&t, &l, r, &r->items[i], i + 1);
        if (rc == 0)
            rc = spill(&l, fp, err);
    }
    ra_buf_free(&l.out);
    ra_telling_close(&t);
    return rc;
}
