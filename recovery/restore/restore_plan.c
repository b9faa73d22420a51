/* The items that are settled, as steps of a plan. */
#include "recovery/restore/telling.h"

static void add_anchor(struct ra_telling *t, const struct ra_restore_item *i,
                       enum ra_verdict_code why, struct ra_plan *plan)
{
    struct ra_plan_step step = {
        .op = RA_OP_SET_CONSISTENCY_GUID,
        .target = {t->row.f[RA_F_DIRECTORY], t->row.f[RA_F_GUID], t->row.f[RA_F_DN]},
        .have = {.text = i->have},
        .want = {.text = i->anchor},
        .why = why,
        .undoable = true,
        .undo = {.text = i->have}};

    ra_plan_add_step(plan, &step);
}

/* It can be cleared and never set: there is no way back. */
static void add_clearing(struct ra_telling *t, const struct ra_restore_item *i,
                         struct ra_plan *plan)
{
    const struct ra_plan_step step = {.op = RA_OP_CLEAR_OBJECT_IDENTIFIER,
                                      .target = {.id = t->row.f[RA_F_CLOUD_ID]},
                                      .have = {.text = i->identifier},
                                      .why = RA_BLOCK_OOI};

    ra_plan_add_step(plan, &step);
}

static void expect(struct ra_telling *t, const struct ra_restore_item *i, enum ra_verdict_code why,
                   struct ra_plan *plan)
{
    const struct ra_prediction p = {.outcome = RA_WILL_MATCH,
                                    .id = t->row.f[RA_F_CLOUD_ID],
                                    .kind = (enum ra_kind)i->kind,
                                    .why = why,
                                    .anchor = i->anchor,
                                    .directory = t->row.f[RA_F_DIRECTORY],
                                    .dn = t->row.f[RA_F_DN],
                                    .object_guid = t->row.f[RA_F_GUID]};

    if (i->kind == RA_USER && !(i->notes & (RA_NOTE_OUT_OF_SCOPE | RA_NOTE_CLOUD_DELETED)))
        ra_plan_expect(plan, &p);
}

static enum ra_verdict_code verdict_of(const struct ra_report_input *now, uint32_t ad)
{
    const struct ra_verdict *v = ra_report_verdict_of_ad(now->result, ad);

    return v ? (enum ra_verdict_code)v->code : RA_ADD;
}

int ra_restore_plan(const struct ra_report_input *now, const struct ra_restored *r,
                    struct ra_plan *plan, struct ra_err *err)
{
    struct ra_report_input plain = *now;
    struct ra_telling t;
    int rc = 0;

    plain.redact_key = NULL; /* a plan names what it changes */
    ra_telling_open(&plain, &t, err);
    for (size_t k = 0; rc == 0 && k < r->n; k++) {
        const struct ra_restore_item *i = &r->items[k];
        if (i->outcome != RA_RESTORE_WRITE)
            continue;
        rc = ra_telling_item(&t, i);
        if (rc != 0)
            break;
        if (i->write_anchor)
            add_anchor(&t, i, verdict_of(now, i->ad), plan);
        if (i->clear_identifier)
            add_clearing(&t, i, plan);
        expect(&t, i, verdict_of(now, i->ad), plan);
    }
    ra_telling_close(&t);
    ra_plan_order(plan);
    return rc;
}
