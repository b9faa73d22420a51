/* A line of the data as an object. Members that are not known are passed over: a later version may
 * have more. */
#include "recovery/backup/intern.h"

#include <string.h>

#define LIST_MAX ((size_t)64 << 20)

static int wrong(const char *what, struct ra_err *err)
{
    return ra_fail(err, RA_EINTEGRITY, "an object's %s is not what the format wants", what);
}

void ra_line_scratch_init(struct ra_line_scratch *s)
{
    *s = (struct ra_line_scratch){0};
    ra_buf_init(&s->cloud_proxies, LIST_MAX);
    ra_buf_init(&s->ad_proxies, LIST_MAX);
    ra_buf_init(&s->sid_history, LIST_MAX);
    ra_buf_init(&s->custom, LIST_MAX);
}

void ra_line_scratch_free(struct ra_line_scratch *s)
{
    ra_arena_free(&s->arena);
    ra_buf_free(&s->cloud_proxies);
    ra_buf_free(&s->ad_proxies);
    ra_buf_free(&s->sid_history);
    ra_buf_free(&s->custom);
}

static const cJSON *member(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static int get_texts(const cJSON *o, const struct ra_line_text *t, void *object, struct ra_err *err)
{
    for (; t->key; t++) {
        const cJSON *v = member(o, t->key);
        struct ra_str s = {NULL, 0};
        if (v && !cJSON_IsString(v))
            return wrong(t->key, err);
        if (v)
            s = ra_str(v->valuestring);
        memcpy((char *)object + t->offset, &s, sizeof s);
    }
    return 0;
}

static int get_tri(const cJSON *o, const char *key, enum ra_tri *out, struct ra_err *err)
{
    const cJSON *v = member(o, key);

    if (v && !cJSON_IsBool(v))
        return wrong(key, err);
    *out = !v ? RA_UNKNOWN : cJSON_IsTrue(v) ? RA_YES : RA_NO;
    return 0;
}

static int get_tris(const cJSON *o, const struct ra_line_text *t, void *object, struct ra_err *err)
{
    for (; t->key; t++) {
        enum ra_tri v;
        int rc = get_tri(o, t->key, &v, err);
        if (rc != 0)
            return rc;
        memcpy((char *)object + t->offset, &v, sizeof v);
    }
    return 0;
}

static int get_kind(const cJSON *o, enum ra_kind *out, struct ra_err *err)
{
    const cJSON *v = member(o, "kind");

    for (int k = 0; cJSON_IsString(v) && k < RA_KINDS; k++)
        if (strcmp(v->valuestring, ra_kind_name((enum ra_kind)k)) == 0) {
            *out = (enum ra_kind)k;
            return 0;
        }
    return wrong("kind", err);
}

static int get_list(const cJSON *o, const char *key, struct ra_buf *b, struct ra_list *out,
                    struct ra_err *err)
{
    const cJSON *v = member(o, key);

    *out = (struct ra_list){0};
    if (v && !cJSON_IsArray(v))
        return wrong(key, err);
    ra_buf_clear(b);
    for (const cJSON *i = v ? v->child : NULL; i; i = i->next) {
        if (!cJSON_IsString(i))
            return wrong(key, err);
        if (i->valuestring[0])
            ra_list_put(b, &out->count, ra_str(i->valuestring));
    }
    out->bytes = ra_str_n(b->p, b->n);
    return b->overflow ? wrong(key, err) : 0;
}

static int get_base64(const cJSON *v, const char *what, struct ra_arena *a, struct ra_str *out,
                      struct ra_err *err)
{
    size_t n = cJSON_IsString(v) ? strlen(v->valuestring) : 0;
    char *bytes = ra_arena_alloc(a, n + 1);

    if (!cJSON_IsString(v) || !ra_base64_decode(ra_str(v->valuestring), bytes, &n))
        return wrong(what, err);
    *out = ra_str_n(bytes, n);
    return 0;
}

static int get_custom(const cJSON *o, struct ra_line_scratch *s, struct ra_list *out,
                      struct ra_err *err)
{
    const cJSON *v = member(o, "custom");

    *out = (struct ra_list){0};
    ra_buf_clear(&s->custom);
    if (v && !cJSON_IsObject(v))
        return wrong("custom", err);
    for (const cJSON *i = v ? v->child : NULL; i; i = i->next) {
        struct ra_str value;
        bool binary = cJSON_IsObject(i);
        if (!binary && !cJSON_IsString(i))
            return wrong("custom", err);
        if (binary && get_base64(member(i, "base64"), "custom", &s->arena, &value, err) != 0)
            return -(int)RA_EINTEGRITY;
        if (!binary)
            value = ra_str(i->valuestring);
        if (ra_str_absent(value) || !i->string[0])
            continue; /* no attribute has such a value */
        ra_list_put(&s->custom, &out->count, ra_str(i->string));
        ra_list_put(&s->custom, &out->count, binary ? RA_STR("b") : RA_STR("s"));
        ra_list_put(&s->custom, &out->count, value);
    }
    out->bytes = ra_str_n(s->custom.p, s->custom.n);
    return s->custom.overflow ? wrong("custom", err) : 0;
}

static int get_cloud(const cJSON *c, struct ra_line_scratch *s, struct ra_backup_cloud *out,
                     struct ra_err *err)
{
    const cJSON *ooi = member(c, "onPremisesObjectIdentifier");
    enum ra_tri deleted = RA_NO;
    int rc = get_kind(c, &out->o.kind, err);

    if (rc == 0)
        rc = get_texts(c, ra_line_cloud_texts, &out->o, err);
    if (rc == 0)
        rc = get_tris(c, ra_line_cloud_tris, &out->o, err);
    if (rc == 0)
        rc = get_tri(c, "isCloudManaged", &out->cloud_managed, err);
    if (rc == 0)
        rc = get_tri(c, "deleted", &deleted, err);
    if (rc == 0)
        rc = get_list(c, "proxyAddresses", &s->cloud_proxies, &out->o.proxies, err);
    if (rc == 0 &&
        (ra_str_absent(out->o.id) || (ooi && !cJSON_IsNull(ooi) && !cJSON_IsString(ooi))))
        rc = wrong("id", err);
    out->o.deleted = deleted == RA_YES;
    out->ooi_known = ooi != NULL;
    out->ooi = cJSON_IsString(ooi) ? ra_str(ooi->valuestring) : (struct ra_str){NULL, 0};
    return rc;
}

static int get_guid(const cJSON *o, struct ra_arena *a, struct ra_str *out, struct ra_err *err)
{
    const cJSON *v = member(o, "objectGUID");
    struct ra_guid guid;

    if (!cJSON_IsString(v) || !ra_guid_parse(ra_str(v->valuestring), &guid))
        return wrong("objectGUID", err);
    *out = ra_str_n(ra_arena_copy(a, guid.b, sizeof guid.b), sizeof guid.b);
    return 0;
}

static int get_number(const cJSON *o, const char *key, int64_t *out, struct ra_err *err)
{
    const cJSON *v = member(o, key);

    *out = 0;
    if (!v)
        return 0;
    if (!cJSON_IsNumber(v) || !(v->valuedouble > -9e15 && v->valuedouble < 9e15))
        return wrong(key, err);
    *out = (int64_t)v->valuedouble;
    return 0;
}

/* What earlier versions did not write. */
static int get_later(const cJSON *o, struct ra_ad_object *out, struct ra_err *err)
{
    enum ra_tri hidden = RA_NO, mailbox = RA_NO;
    int64_t members, certificates = 0, smime = 0;
    int rc = get_number(o, "memberCount", &members, err);

    if (rc == 0)
        rc = get_number(o, "userCertificateCount", &certificates, err);
    if (rc == 0)
        rc = get_number(o, "userSMIMECertificateCount", &smime, err);
    if (rc == 0)
        rc = get_tri(o, "msExchHideFromAddressLists", &hidden, err);
    if (rc == 0)
        rc = get_tri(o, "msExchMailboxGuid", &mailbox, err);
    out->members = (uint32_t)members;
    out->certificates = (uint32_t)certificates;
    out->smime_certificates = (uint32_t)smime;
    out->hidden_from_lists = hidden == RA_YES;
    out->mailbox_guid = mailbox == RA_YES;
    return rc;
}

static int get_ad_numbers(const cJSON *o, struct ra_ad_object *out, struct ra_err *err)
{
    int64_t control, type;
    enum ra_tri deleted = RA_NO, critical = RA_NO;
    int rc = get_number(o, "userAccountControl", &control, err);

    if (rc == 0)
        rc = get_number(o, "groupType", &type, err);
    if (rc == 0)
        rc = get_number(o, "msExchRecipientTypeDetails", &out->recipient_type, err);
    if (rc == 0)
        rc = get_tri(o, "isDeleted", &deleted, err);
    if (rc == 0)
        rc = get_tri(o, "isCriticalSystemObject", &critical, err);
    if (rc != 0)
        return rc;
    out->account_control = (uint32_t)control;
    out->group_type = (uint32_t)type;
    out->deleted = deleted == RA_YES;
    out->critical_system = critical == RA_YES;
    return get_later(o, out, err);
}

static int get_names(const cJSON *o, struct ra_backup_ad *out, struct ra_err *err)
{
    const cJSON *login = member(o, "login");

    out->o.login = !login                  ? out->o.upn
                   : cJSON_IsString(login) ? ra_str(login->valuestring)
                                           : (struct ra_str){NULL, 0};
    if (!ra_member_text(o, "directory", &out->directory) || ra_str_absent(out->directory))
        return wrong("directory", err);
    ra_member_text(o, "sourceAnchor", &out->source_anchor);
    return 0;
}

static int get_ad(const cJSON *o, struct ra_line_scratch *s, struct ra_backup_ad *out,
                  struct ra_err *err)
{
    const cJSON *consistency = member(o, "mS-DS-ConsistencyGuid");
    int rc = get_kind(o, &out->o.kind, err);

    if (rc == 0)
        rc = get_texts(o, ra_line_ad_texts, &out->o, err);
    if (rc == 0)
        rc = get_names(o, out, err);
    if (rc == 0)
        rc = get_guid(o, &s->arena, &out->o.guid, err);
    if (rc == 0 && consistency)
        rc = get_base64(consistency, "mS-DS-ConsistencyGuid", &s->arena, &out->o.consistency_guid,
                        err);
    if (rc == 0)
        rc = get_ad_numbers(o, &out->o, err);
    if (rc == 0)
        rc = get_list(o, "proxyAddresses", &s->ad_proxies, &out->o.proxies, err);
    if (rc == 0)
        rc = get_list(o, "sIDHistory", &s->sid_history, &out->o.sid_history, err);
    return rc == 0 ? get_custom(o, s, &out->o.custom, err) : rc;
}

static int get_code(const cJSON *o, const char *key, enum ra_verdict_code *out, struct ra_err *err)
{
    const cJSON *v = member(o, key);

    *out = RA_VERDICT_CODES;
    if (!v)
        return 0;
    for (int c = 0; cJSON_IsString(v) && c < RA_VERDICT_CODES; c++)
        if (strcmp(v->valuestring, ra_code_info((enum ra_verdict_code)c)->name) == 0) {
            *out = (enum ra_verdict_code)c;
            return 0;
        }
    return wrong(key, err);
}

int ra_line_object_read(const cJSON *line, struct ra_line_scratch *s, struct ra_backup_object *out,
                        struct ra_err *err)
{
    const cJSON *cloud = member(line, "cloud"), *ad = member(line, "ad");
    int rc = get_code(line, "code", &out->code, err);

    ra_arena_reset(&s->arena);
    out->cloud = (struct ra_backup_cloud){0};
    out->ad = (struct ra_backup_ad){0};
    out->has_cloud = cJSON_IsObject(cloud);
    out->has_ad = cJSON_IsObject(ad);
    if (rc == 0 && !out->has_cloud && !out->has_ad)
        rc = wrong("cloud and ad", err);
    if (rc == 0)
        rc = get_code(line, "cloud_code", &out->cloud_code, err);
    if (rc == 0 && out->has_cloud)
        rc = get_cloud(cloud, s, &out->cloud, err);
    if (rc == 0 && out->has_ad)
        rc = get_ad(ad, s, &out->ad, err);
    if (!out->has_ad)
        out->cloud_code = out->code;
    return rc;
}
