/* expected.ndjson: what each object was planted for, in the words of the verdicts. */
#include "recovery/quickstart/sample.h"

#include <string.h>

static void words(struct ra_json *j, const char *key, const char *list)
{
    ra_json_key(j, key);
    ra_json_array(j);
    while (list && *list) {
        size_t n = strcspn(list, " ");

        ra_json_str(j, ra_str_n(list, n));
        list += n + (list[n] == ' ');
    }
    ra_json_array_end(j);
}

static void line(struct ra_org *o, const char *side, const char *kind, const char *id,
                 const struct ra_sample_want *w)
{
    struct ra_json j;

    ra_json_init(&j, &o->line);
    ra_json_object(&j);
    ra_json_key(&j, "side");
    ra_json_z(&j, side);
    ra_json_key(&j, "kind");
    ra_json_z(&j, kind);
    ra_json_key(&j, "id");
    ra_json_z(&j, id);
    ra_json_key(&j, "code");
    ra_json_z(&j, w->code);
    ra_json_key(&j, "cause");
    ra_json_z(&j, w->cause);
    words(&j, "warnings", w->warnings);
    words(&j, "blocks", w->blocks);
    ra_json_key(&j, "peer");
    ra_json_z(&j, w->peer);
    ra_json_object_end(&j);
    ra_buf_putc(&o->line, '\n');
    fwrite(o->line.p, 1, o->line.n, o->out[RA_OUT_EXPECTED]);
    ra_buf_clear(&o->line);
}

void ra_sample_want_ad(struct ra_org *o, const struct ra_sample_ad *a,
                       const struct ra_sample_want *w)
{
    char guid[RA_GUID_TEXT];

    ra_guid_text(a->guid, guid);
    line(o, "ad", strcmp(a->kind, "inetOrgPerson") == 0 ? "user" : a->kind, guid, w);
}

void ra_sample_want_cloud(struct ra_org *o, const struct ra_sample_cloud *c,
                          const struct ra_sample_want *w)
{
    static const char *const kinds[] = {[RA_OUT_USERS] = "user",
                                        [RA_OUT_GROUPS] = "group",
                                        [RA_OUT_CONTACTS] = "contact",
                                        [RA_OUT_DEVICES] = "device"};

    line(o, "cloud", kinds[c->in], c->id, w);
}

void ra_sample_ad(struct ra_org *o, const struct ra_sample_ad *a, const char *code,
                  const char *warnings, const char *peer)
{
    ra_sample_put_ad(o, a);
    ra_sample_want_ad(o, a, &(struct ra_sample_want){code, NULL, warnings, NULL, peer});
}

void ra_sample_ad_skipped(struct ra_org *o, const struct ra_sample_ad *a, const char *cause)
{
    ra_sample_put_ad(o, a);
    ra_sample_want_ad(o, a, &(struct ra_sample_want){"SKIP_SCOPE", cause, NULL, NULL, NULL});
}

void ra_sample_ad_blocked(struct ra_org *o, const struct ra_sample_ad *a, const char *blocks,
                          const char *peer)
{
    char code[64];

    snprintf(code, sizeof code, "%.*s", (int)strcspn(blocks, " "), blocks);
    ra_sample_put_ad(o, a);
    ra_sample_want_ad(o, a, &(struct ra_sample_want){code, NULL, NULL, blocks, peer});
}

void ra_sample_ad_by_policy(struct ra_org *o, const struct ra_sample_ad *a, const char *allowed,
                            const char *denied, const char *peer)
{
    if (o->allow)
        ra_sample_ad(o, a, allowed, NULL, peer);
    else
        ra_sample_ad_blocked(o, a, denied, peer);
}

void ra_sample_cloud(struct ra_org *o, const struct ra_sample_cloud *c, const char *code,
                     const char *cause)
{
    ra_sample_put_cloud(o, c);
    ra_sample_want_cloud(o, c, &(struct ra_sample_want){code, cause, NULL, NULL, c->id});
}

void ra_sample_orphan(struct ra_org *o, const struct ra_sample_cloud *c, const char *cause)
{
    ra_sample_cloud(o, c, "ORPHAN", cause);
}

void ra_sample_want_summary(struct ra_org *o)
{
    static const char *const anchors[] = {
        [RA_ORG_CONSISTENCY] = "mS-DS-ConsistencyGuid",
        [RA_ORG_GUID] = "objectGUID",
        [RA_ORG_CUSTOM] = "employeeID",
        [RA_ORG_MIXED] = "mS-DS-ConsistencyGuid",
    };
    struct ra_json j;

    ra_json_init(&j, &o->line);
    ra_json_object(&j);
    ra_json_key(&j, "summary");
    ra_json_bool(&j, true);
    ra_json_key(&j, "anchor");
    ra_json_z(&j, anchors[o->mode]);
    ra_json_key(&j, "undetermined");
    ra_json_bool(&j, o->mode == RA_ORG_MIXED);
    ra_json_key(&j, "gate");
    ra_json_z(&j, o->disaster || o->mode == RA_ORG_MIXED ? "STOP" : "SAFE");
    ra_json_object_end(&j);
    ra_buf_putc(&o->line, '\n');
    fwrite(o->line.p, 1, o->line.n, o->out[RA_OUT_EXPECTED]);
    ra_buf_clear(&o->line);
}
