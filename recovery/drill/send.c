/* The AD side as a sync server that was set up anew would send it. */
#include "recovery/drill/inner.h"
#include "recovery/model/address.h"
#include "recovery/model/anchor.h"
#include "recovery/report/remedy.h"
#include "src/base/json.h"

#include <string.h>

#define SECURITY_ENABLED 0x80000000u /* groupType */

struct sending {
    const struct ra_report_input *in;
    struct ra_anchor_attribute anchor;
    struct ra_arena arena; /* one object */
    struct ra_json j;
};

static void put_text(struct sending *s, const char *key, struct ra_str value)
{
    if (ra_str_absent(value))
        return;
    ra_json_key(&s->j, key);
    ra_json_str(&s->j, value);
}

static void put_flag(struct sending *s, const char *key, bool value)
{
    ra_json_key(&s->j, key);
    ra_json_bool(&s->j, value);
}

static void put_addresses(struct sending *s, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, item;

    ra_json_key(&s->j, "proxyAddresses");
    ra_json_array(&s->j);
    while (ra_list_next(&rest, &item))
        ra_json_str(&s->j, item);
    ra_json_array_end(&s->j);
}

/* What the sync server's own rules keep back is the same before and after; the service is never
 * asked about it. */
static bool kept_back(const struct ra_verdict *v)
{
    return !v || v->code == RA_SKIP_SCOPE || v->code == RA_SKIP_LINKED;
}

static void put_names(struct sending *s, const struct ra_ad_object *o)
{
    put_text(s, "userPrincipalName",
             ra_str_absent(o->login) ? ra_ad_login(o, &s->arena) : o->login);
    put_text(s, "mail", o->mail);
    put_text(s, "mailNickname", o->nickname);
    put_text(s, "displayName", ra_str_absent(o->display_name) ? o->cn : o->display_name);
    put_text(s, "distinguishedName", o->dn);
    put_text(s, "sAMAccountName", o->sam);
    put_addresses(s, &o->proxies);
}

static void put_line(struct sending *s, const struct ra_ad_object *o, const struct ra_verdict *v,
                     struct ra_buf *lines)
{
    char guid[RA_GUID_TEXT];

    ra_arena_reset(&s->arena);
    ra_guid_text((const uint8_t *)o->guid.p, guid);
    ra_json_init(&s->j, lines);
    ra_json_object(&s->j);
    put_text(s, "kind", ra_str(ra_kind_name(o->kind == RA_COMPUTER ? RA_DEVICE : o->kind)));
    put_text(s, "objectGUID", ra_str(guid));
    put_text(s, "sourceAnchor", ra_anchor_of(o, &s->anchor, &s->arena));
    put_text(s, "objectSid", o->sid);
    put_names(s, o);
    if (o->kind == RA_GROUP)
        put_flag(s, "securityEnabled", o->group_type & SECURITY_ENABLED);
    put_flag(s, "deleted", o->deleted);
    put_flag(s, "cloudFiltered", kept_back(v));
    ra_json_object_end(&s->j);
    ra_buf_putc(lines, '\n');
}

/* Verdicts of AD objects come in the order of their numbers, one for each that is not deleted. */
static const struct ra_verdict *take_verdict(const struct ra_result *r, size_t *next,
                                             uint32_t number, struct ra_drill_item *item)
{
    item->verdict = RA_NONE;
    if (*next >= r->verdicts_n || r->verdicts[*next].ad != number)
        return NULL;
    item->verdict = (uint32_t)*next;
    return &r->verdicts[(*next)++];
}

int ra_drill_send(const struct ra_report_input *in, struct ra_drill *d, struct ra_buf *lines,
                  struct ra_err *err)
{
    struct sending s = {.in = in, .anchor = ra_anchor_attribute(ra_report_anchor(in))};
    struct ra_ad_object o;
    size_t next = 0;
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < d->ad_n; i++) {
        rc = ra_drill_ad(in, i, &o, err);
        if (rc == 0)
            put_line(&s, &o, take_verdict(in->result, &next, i, &d->ad[i]), lines);
        if (lines->overflow)
            rc = ra_fail(err, RA_EINPUT, "the export is larger than %zu bytes", lines->max);
    }
    ra_arena_free(&s.arena);
    return rc;
}
