#include "recovery/collect/documents.h"

#include "src/base/file.h"
#include "src/base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The cloud snapshot as saved Graph responses, which `source = files:DIR` reads. */

#define LINE_MAX_BYTES ((size_t)64 << 20)

static void text(struct ra_json *j, const char *key, struct ra_str value)
{
    ra_json_key(j, key);
    ra_json_str(j, value);
}

static void flag(struct ra_json *j, const char *key, enum ra_tri value)
{
    ra_json_key(j, key);
    if (value == RA_UNKNOWN)
        ra_json_null(j);
    else
        ra_json_bool(j, value == RA_YES);
}

static void proxies(struct ra_json *j, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, item;

    ra_json_key(j, "proxyAddresses");
    ra_json_array(j);
    while (ra_list_next(&rest, &item))
        ra_json_str(j, item);
    ra_json_array_end(j);
}

static void errors(struct ra_json *j, struct ra_str json)
{
    ra_json_key(j, "onPremisesProvisioningErrors");
    ra_json_raw(j, ra_str_absent(json) ? RA_STR("[]") : json);
}

static void user(struct ra_json *j, const struct ra_cloud_object *o)
{
    text(j, "userPrincipalName", o->upn);
    text(j, "mail", o->mail);
    text(j, "mailNickname", o->nickname);
    text(j, "userType", o->user_type);
    flag(j, "accountEnabled", o->account_enabled);
    text(j, "onPremisesImmutableId", o->immutable_id);
    text(j, "onPremisesSecurityIdentifier", o->sid);
    text(j, "onPremisesSamAccountName", o->sam);
    text(j, "onPremisesDomainName", o->domain);
    text(j, "onPremisesDistinguishedName", o->dn);
    text(j, "onPremisesUserPrincipalName", o->on_premises_upn);
    if (o->deleted)
        text(j, "deletedDateTime", o->deleted_at);
    proxies(j, &o->proxies);
    errors(j, o->provisioning_errors);
}

static void group(struct ra_json *j, const struct ra_cloud_object *o)
{
    text(j, "mail", o->mail);
    text(j, "mailNickname", o->nickname);
    flag(j, "mailEnabled", o->mail_enabled);
    flag(j, "securityEnabled", o->security_enabled);
    flag(j, "isAssignableToRole", o->role_assignable);
    text(j, "onPremisesSecurityIdentifier", o->sid);
    text(j, "onPremisesSamAccountName", o->sam);
    text(j, "onPremisesDomainName", o->domain);
    proxies(j, &o->proxies);
    errors(j, o->provisioning_errors);
}

static void object(struct ra_json *j, const struct ra_cloud_object *o)
{
    text(j, "id", o->id);
    text(j, "displayName", o->display_name);
    if (o->kind == RA_USER)
        user(j, o);
    else if (o->kind == RA_GROUP)
        group(j, o);
    else if (o->kind == RA_CONTACT) {
        text(j, "mail", o->mail);
        text(j, "mailNickname", o->nickname);
        proxies(j, &o->proxies);
        errors(j, o->provisioning_errors);
    } else {
        text(j, "deviceId", o->device_id);
        flag(j, "accountEnabled", o->account_enabled);
        text(j, "onPremisesSecurityIdentifier", o->sid);
    }
    flag(j, "onPremisesSyncEnabled", o->synced);
    text(j, "onPremisesLastSyncDateTime", o->last_sync);
    text(j, "createdDateTime", o->created);
}

static struct ra_str fact(const struct ra_view *v, const char *table, struct ra_str id)
{
    char folded[256];
    size_t n = id.n < sizeof folded ? id.n : sizeof folded;

    ra_fold_into(folded, id.p, n);
    return ra_snap_get(v->cloud.snap, table, (struct ra_str){folded, n});
}

static void identifier(struct ra_json *j, const struct ra_view *v, const struct ra_cloud_object *o)
{
    struct ra_str ooi = fact(v, RA_FACT_OOI, o->id);

    if (ooi.p)
        text(j, "onPremisesObjectIdentifier", ooi);
}

static const struct {
    enum ra_collection collection;
    enum ra_kind kind;
    bool deleted;
} files[RA_COLLECTIONS] = {
    {RA_USERS, RA_USER, false},        {RA_GROUPS, RA_GROUP, false},
    {RA_CONTACTS, RA_CONTACT, false},  {RA_DEVICES, RA_DEVICE, false},
    {RA_DELETED_USERS, RA_USER, true},
};

static int write_collection(const struct ra_view *v, size_t which, FILE *fp, struct ra_buf *line,
                            struct ra_err *err)
{
    struct ra_json j;
    struct ra_cloud_object o;

    for (uint32_t seq = 0; seq < v->cloud.side.count; seq++) {
        if (!ra_cloud_decode(ra_snap_record(v->cloud.snap, seq), &o))
            return ra_fail(err, RA_EINTEGRITY, "cloud object %u cannot be read back", seq);
        if (o.kind != files[which].kind || o.deleted != files[which].deleted)
            continue;
        ra_buf_clear(line);
        ra_json_init(&j, line);
        ra_json_object(&j);
        object(&j, &o);
        identifier(&j, v, &o);
        ra_json_object_end(&j);
        ra_buf_putc(line, '\n');
        fwrite(line->p, 1, line->n, fp);
    }
    return 0;
}

/* The set being written: nothing of it stands under its name before all of it is on the disk. */
struct saving {
    const char *dir;
    struct ra_atomic files[RA_DOCUMENTS + RA_COLLECTIONS];
    size_t n;
};

static char *path_of(const char *dir, const char *name, const char *form)
{
    size_t n = strlen(dir) + strlen(name) + strlen(form) + 2;
    char *path = ra_malloc(n);

    snprintf(path, n, "%s/%s%s", dir, name, form);
    return path;
}

static int open_next(struct saving *s, const char *name, const char *form, FILE **fp,
                     struct ra_err *err)
{
    char *path = path_of(s->dir, name, form);
    int rc = ra_atomic_open(path, &s->files[s->n], err);

    free(path);
    if (rc == 0)
        *fp = s->files[s->n++].fp;
    return rc;
}

static int save_collection(const struct ra_view *v, struct saving *s, size_t which,
                           struct ra_err *err)
{
    struct ra_buf line;
    FILE *fp = NULL;
    int rc = open_next(s, ra_collection_name(files[which].collection), ".ndjson", &fp, err);

    if (rc != 0)
        return rc;
    ra_buf_init(&line, LINE_MAX_BYTES);
    rc = write_collection(v, which, fp, &line, err);
    ra_buf_free(&line);
    return rc;
}

/* beta says what v1.0 says and more: it is the one to save, where it was read. */
static bool is_saved(const struct ra_view *v, enum ra_document d)
{
    struct ra_str beta = ra_snap_get(v->cloud.snap, RA_TABLE_DOCUMENTS,
                                     RA_STR("onPremisesSynchronizationBeta.state"));

    if (d == RA_DOC_SYNCHRONIZATION)
        return !ra_str_eq(beta, RA_STR("read"));
    return d != RA_DOC_SYNC_BEHAVIOR &&
           (d != RA_DOC_SYNCHRONIZATION_BETA || ra_str_eq(beta, RA_STR("read")));
}

static int save_document(const struct ra_view *v, struct saving *s, enum ra_document d,
                         struct ra_err *err)
{
    const char *name = ra_document_name(d);
    struct ra_str json = ra_snap_get(v->cloud.snap, RA_TABLE_DOCUMENTS, ra_str(name));
    FILE *fp = NULL;
    int rc;

    if (!is_saved(v, d) || ra_str_absent(json))
        return 0;
    if (d == RA_DOC_SYNCHRONIZATION_BETA)
        name = ra_document_name(RA_DOC_SYNCHRONIZATION);
    rc = open_next(s, name, ".json", &fp, err);
    if (rc == 0)
        fwrite(json.p, 1, json.n, fp); /* a failure sticks and is seen at the sync */
    return rc;
}

/* isCloudManaged of every object that was asked. */
static int save_behaviour(const struct ra_view *v, struct saving *s, struct ra_err *err)
{
    struct ra_cache_cursor *c = ra_snap_table(v->cloud.snap, RA_FACT_SOA);
    struct ra_str id, value;
    struct ra_buf b;
    struct ra_json j;
    FILE *fp = NULL;
    int rc = 0;

    ra_buf_init(&b, LINE_MAX_BYTES * 8);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "value");
    ra_json_array(&j);
    while (c && (rc = ra_cache_cursor_next(c, &id, &value)) > 0) {
        ra_json_object(&j);
        text(&j, "id", id);
        ra_json_key(&j, "isCloudManaged");
        ra_json_bool(&j, ra_str_eq(value, RA_STR("1")));
        ra_json_object_end(&j);
    }
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    if (rc < 0)
        ra_cache_cursor_lost(c);
    ra_cache_cursor_close(c);
    rc = open_next(s, ra_document_name(RA_DOC_SYNC_BEHAVIOR), ".json", &fp, err);
    if (rc == 0 && b.overflow)
        rc = ra_fail(err, RA_EIO, "%s: larger than %zu bytes", s->files[s->n - 1].path, b.max);
    if (rc == 0)
        fwrite(b.p, 1, b.n, fp);
    ra_buf_free(&b);
    return rc;
}

/* What an earlier save, or somebody, left of a name in either form would stand beside what is
 * written now, or in the place of what could not be read this time. */
static int remove_name(const char *dir, const char *name, struct ra_err *err)
{
    static const char *const forms[] = {".json", ".ndjson"};
    int rc = 0;

    for (size_t i = 0; i < 2 && rc == 0; i++) {
        char *path = path_of(dir, name, forms[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            rc = ra_fail(err, RA_EIO, "%s: cannot be removed: %s", path, strerror(errno));
        free(path);
    }
    return rc;
}

/* The users go first and come last: without them the folder is read as nothing. */
static int replace(struct saving *s, struct ra_err *err)
{
    int rc = ra_atomic_sync(s->files, s->n, err);

    for (size_t i = 0; i < RA_COLLECTIONS && rc == 0; i++)
        rc = remove_name(s->dir, ra_collection_name(files[i].collection), err);
    for (int d = 0; d < RA_DOCUMENTS && rc == 0; d++)
        rc = remove_name(s->dir, ra_document_name((enum ra_document)d), err);
    for (size_t i = 0; i < s->n && rc == 0; i++)
        rc = ra_atomic_commit(&s->files[i], err);
    return rc;
}

int ra_save(const struct ra_view *v, const char *dir, struct ra_err *err)
{
    struct saving s = {.dir = dir};
    int rc = ra_dir_make(dir, err);

    for (int d = 0; rc == 0 && d < RA_DOCUMENTS; d++)
        rc = save_document(v, &s, (enum ra_document)d, err);
    if (rc == 0)
        rc = save_behaviour(v, &s, err);
    for (size_t i = RA_COLLECTIONS; rc == 0 && i-- > 0;)
        rc = save_collection(v, &s, i, err);
    if (rc == 0)
        rc = replace(&s, err);
    for (size_t i = 0; i < s.n; i++)
        ra_atomic_abandon(&s.files[i]);
    return rc;
}
