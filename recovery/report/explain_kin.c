/* Who else belongs to the object, for `reanchor show`: in words, each with its verdict. */
#include "recovery/report/explain.h"
#include "recovery/report/rows_state.h"

#include <stdio.h>

enum { DISABLED = 2 }; /* ADS_UF_ACCOUNTDISABLE */

struct telling {
    const struct ra_report_input *in;
    struct ra_explanation *e;
    struct ra_err *err;
    int rc;
};

static void say(struct telling *t, const char *name, struct ra_str value)
{
    if (t->e->kin_n < RA_KIN_MAX)
        t->e->kin[t->e->kin_n++] = (struct ra_fact){
            name, ra_str_n(ra_arena_copy(&t->e->arena, value.p, value.n), value.n)};
}

static const char *code_of(const struct ra_verdict *v)
{
    return v ? ra_code_info((enum ra_verdict_code)v->code)->name : "no verdict";
}

/* "DN (directory contoso), MATCH_HARD" */
static bool name_ad(struct telling *t, uint32_t number, struct ra_ad_object *o, struct ra_buf *out)
{
    const struct ra_side *side;

    t->rc = ra_rows_ad(t->in, number, o, &side, t->err);
    if (t->rc != 0)
        return false;
    ra_buf_printf(out, RA_STR_FMT " (directory " RA_STR_FMT "), %s", RA_STR_ARG(o->dn),
                  RA_STR_ARG(side->name), code_of(ra_report_verdict_of_ad(t->in->result, number)));
    return true;
}

static void say_ad(struct telling *t, const char *name, uint32_t number, const char *more)
{
    struct ra_ad_object o;
    struct ra_buf b;

    if (number == RA_NONE || t->rc != 0)
        return;
    ra_buf_init(&b, 1 << 20);
    if (name_ad(t, number, &o, &b)) {
        ra_buf_puts(&b, more);
        say(t, name, ra_str_n(b.p, b.n));
    }
    ra_buf_free(&b);
}

static void say_master(struct telling *t, const struct ra_kin *kin)
{
    const struct ra_ad_object *o = &t->e->row.ad;
    char text[RA_SID_TEXT + 80];

    if (t->e->row.v->code != RA_SKIP_LINKED)
        return;
    say_ad(t, "master account", kin->master, "; it brings the anchor and the UPN");
    say_ad(t, "master account, by its SID history alone", kin->former_master,
           "; the sync server joins by objectSid, and will not join these");
    if (kin->master != RA_NONE || kin->former_master != RA_NONE)
        return;
    if (ra_str_absent(o->master_account_sid))
        snprintf(text, sizeof text, "msExchMasterAccountSid is empty: nothing can join it");
    else
        snprintf(text, sizeof text, RA_STR_FMT " is no object in scope that was read",
                 RA_STR_ARG(o->master_account_sid));
    say(t, "master account", ra_str(text));
}

static void say_cloud(struct telling *t, const struct ra_kin *kin)
{
    struct ra_cloud_object c;
    const struct ra_verdict *v;
    struct ra_buf b;

    if (kin->history_cloud == RA_NONE || t->rc != 0)
        return;
    t->rc = ra_rows_cloud(t->in, kin->history_cloud, &c, t->err);
    if (t->rc != 0)
        return;
    v = ra_report_peer_of_cloud(t->in->result, kin->history_cloud);
    ra_buf_init(&b, 1 << 16);
    ra_buf_printf(&b, RA_STR_FMT " (" RA_STR_FMT "), anchor " RA_STR_FMT ", %s",
                  RA_STR_ARG(ra_str_absent(c.upn) ? c.display_name : c.upn), RA_STR_ARG(c.id),
                  RA_STR_ARG(ra_str_absent(c.immutable_id) ? RA_STR("not seen") : c.immutable_id),
                  code_of(v ? v : ra_report_verdict_of_cloud(t->in->result, kin->history_cloud)));
    say(t, "its SID history leads to", ra_str_n(b.p, b.n));
    ra_buf_free(&b);
}

/* domain 1.5: the anchor flows from the forest whose account is enabled; else from the one that was
 * connected first, which the order of the sections stands for. */
static void say_precedence(struct telling *t, const struct ra_kin *kin)
{
    const struct ra_ad_object *own = &t->e->row.ad;
    const struct ra_side *side;
    struct ra_ad_object other;
    bool mine, theirs;

    if (kin->twin == RA_NONE || t->rc != 0)
        return;
    t->rc = ra_rows_ad(t->in, kin->twin, &other, &side, t->err);
    if (t->rc != 0 || ra_str_eq(side->name, t->e->row.f[RA_F_DIRECTORY]))
        return;
    mine = !(own->account_control & DISABLED);
    theirs = !(other.account_control & DISABLED);
    if (mine != theirs)
        say(t, "precedence",
            mine ? RA_STR("this account: it is enabled, the other is not")
                 : RA_STR("the other account: it is enabled, this one is not"));
    else
        say(t, "precedence",
            t->e->row.v->ad < kin->twin
                ? RA_STR("this account, if the sync server connected the directories in the order "
                         "of the [ad:…] sections")
                : RA_STR("the other account, if the sync server connected the directories in the "
                         "order of the [ad:…] sections"));
}

int ra_explain_kin(const struct ra_report_input *in, struct ra_explanation *e, struct ra_err *err)
{
    struct telling t = {.in = in, .e = e, .err = err};
    struct ra_kin_reader *reader;
    struct ra_kin kin;

    if (!e->row.has_ad)
        return 0;
    reader = ra_kin_open(in);
    t.rc = ra_kin_all(reader, &e->row.ad, e->row.v, e->row.f[RA_F_ANCHOR], &kin, err);
    if (t.rc == 0) {
        say_master(&t, &kin);
        say_ad(&t, "linked mailbox", kin.mailbox, "; this is its master account");
        say_ad(&t, "migrated from", kin.migrated_from, "; its SID stands in this SID history");
        say_ad(&t, "migrated to", kin.migrated_to, "; this SID stands in its SID history");
        say_cloud(&t, &kin);
        say_ad(&t, "the same anchor", kin.twin, "");
        say_precedence(&t, &kin);
    }
    ra_kin_close(&reader);
    return t.rc;
}
