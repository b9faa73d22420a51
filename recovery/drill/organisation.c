#include "recovery/drill/organisation.h"

#include "src/base/file.h"
#include "src/base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)64 << 20)

enum { USERS, GROUPS, CONTACTS, DEVICES, DELETED_USERS, FILES };

struct laying {
    const char *dir;
    const struct ra_drill_held *held;
    struct ra_atomic files[FILES];
    struct ra_ad_held *how; /* for each directory */
    struct ra_ad_hold **holds;
    struct ra_buf line, last; /* the object that is written; the id of the one before */
    struct ra_err *err;
};

/* ---- the cloud side ---- */

static const char *collection(int file)
{
    static const enum ra_collection of[FILES] = {RA_USERS, RA_GROUPS, RA_CONTACTS, RA_DEVICES,
                                                 RA_DELETED_USERS};

    return ra_collection_name(of[file]);
}

static int open_files(struct laying *l)
{
    char path[4096];
    int rc = ra_dir_make(l->dir, l->err);

    for (int f = 0; rc == 0 && f < FILES; f++) {
        snprintf(path, sizeof path, "%s/%s.ndjson", l->dir, collection(f));
        rc = ra_atomic_open(path, &l->files[f], l->err);
    }
    return rc;
}

static void text(struct ra_json *j, const char *key, struct ra_str value)
{
    if (ra_str_absent(value))
        return;
    ra_json_key(j, key);
    ra_json_str(j, value);
}

static void flag(struct ra_json *j, const char *key, enum ra_tri value)
{
    if (value == RA_UNKNOWN)
        return;
    ra_json_key(j, key);
    ra_json_bool(j, value == RA_YES);
}

static void names(struct ra_json *j, const struct ra_cloud_object *o)
{
    text(j, "id", o->id);
    text(j, "displayName", o->display_name);
    text(j, "userPrincipalName", o->upn);
    text(j, "mail", o->mail);
    text(j, "mailNickname", o->nickname);
    text(j, "userType", o->user_type);
    text(j, "deviceId", o->device_id);
    text(j, "onPremisesImmutableId", o->immutable_id);
    text(j, "onPremisesSecurityIdentifier", o->sid);
    text(j, "onPremisesSamAccountName", o->sam);
    text(j, "onPremisesDomainName", o->domain);
    text(j, "onPremisesDistinguishedName", o->dn);
    text(j, "onPremisesUserPrincipalName", o->on_premises_upn);
    text(j, "createdDateTime", o->created);
    text(j, "deletedDateTime", o->deleted_at);
}

static void facts(struct ra_json *j, const struct ra_backup_cloud *c)
{
    flag(j, "onPremisesSyncEnabled", c->o.synced);
    flag(j, "isAssignableToRole", c->o.role_assignable);
    flag(j, "mailEnabled", c->o.mail_enabled);
    flag(j, "securityEnabled", c->o.security_enabled);
    if (c->ooi_known) {
        ra_json_key(j, "onPremisesObjectIdentifier");
        ra_json_str(j, c->ooi);
    }
    if (c->cloud_managed == RA_UNKNOWN)
        return;
    ra_json_key(j, "onPremisesSyncBehavior");
    ra_json_object(j);
    flag(j, "isCloudManaged", c->cloud_managed);
    ra_json_object_end(j);
}

static void addresses(struct ra_json *j, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, item;

    ra_json_key(j, "proxyAddresses");
    ra_json_array(j);
    while (ra_list_next(&rest, &item))
        ra_json_str(j, item);
    ra_json_array_end(j);
}

static int file_of(const struct ra_cloud_object *o)
{
    if (o->kind == RA_USER)
        return o->deleted ? DELETED_USERS : USERS;
    return o->kind == RA_GROUP ? GROUPS : o->kind == RA_CONTACT ? CONTACTS : DEVICES;
}

/* A cloud object comes once for each AD object that was decided to be it, one after another. */
static int put_cloud(struct laying *l, const struct ra_backup_cloud *c)
{
    struct ra_json j;

    if (ra_str_eq(c->o.id, ra_str_n(l->last.p, l->last.n)))
        return 0;
    ra_buf_clear(&l->last);
    ra_buf_put(&l->last, c->o.id.p, c->o.id.n);
    ra_buf_clear(&l->line);
    ra_json_init(&j, &l->line);
    ra_json_object(&j);
    names(&j, &c->o);
    facts(&j, c);
    if (c->o.kind != RA_DEVICE)
        addresses(&j, &c->o.proxies);
    ra_json_object_end(&j);
    ra_buf_putc(&l->line, '\n');
    if (l->line.overflow)
        return ra_fail(l->err, RA_EINPUT, "cloud object " RA_STR_FMT ": larger than %zu bytes",
                       RA_STR_ARG(c->o.id), l->line.max);
    fwrite(l->line.p, 1, l->line.n, l->files[file_of(&c->o)].fp);
    return 0;
}

/* beta says of directory synchronisation what v1.0 says and more. */
static bool is_hidden(const struct ra_backup_facts *f, struct ra_str name)
{
    if (!ra_str_eq(name, RA_STR("onPremisesSynchronization")))
        return ra_str_eq(name, RA_STR("onPremisesSyncBehavior"));
    for (size_t i = 0; i < f->documents_n; i++)
        if (ra_str_eq(f->documents[i].name, RA_STR("onPremisesSynchronizationBeta")))
            return ra_str_eq(f->documents[i].state, RA_STR("read"));
    return false;
}

static int put_documents(struct laying *l, const struct ra_backup_facts *f)
{
    char path[4096];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < f->documents_n; i++) {
        const struct ra_backup_document *d = &f->documents[i];
        struct ra_str name = d->name, beta = RA_STR("onPremisesSynchronizationBeta");
        if (ra_str_absent(d->json) || is_hidden(f, name) || memchr(name.p, '/', name.n))
            continue;
        if (ra_str_eq(name, beta))
            name = RA_STR("onPremisesSynchronization");
        snprintf(path, sizeof path, "%s/" RA_STR_FMT ".json", l->dir, RA_STR_ARG(name));
        rc = ra_file_write(path, d->json.p, d->json.n, l->err);
    }
    return rc;
}

/* That a tenant has no licence for eligibilities is an answer, of which a backup keeps what follows
 * from it: the roles are known all the same. */
static int put_unlicensed(struct laying *l, const struct ra_backup_facts *f)
{
    static const char none[] = "{\"error\":{\"code\":\"AadPremiumLicenseRequired\",\"message\":"
                               "\"The tenant needs an AAD Premium 2 license.\"}}";
    const char *name = ra_document_name(RA_DOC_ROLE_ELIGIBILITIES);
    char path[4096];

    for (size_t i = 0; i < f->documents_n; i++)
        if (ra_str_eq(f->documents[i].name, ra_str(name)) && !ra_str_absent(f->documents[i].json))
            return 0;
    if (!f->tenant.roles_known)
        return 0;
    snprintf(path, sizeof path, "%s/%s.json", l->dir, name);
    return ra_file_write(path, none, sizeof none - 1, l->err);
}

/* ---- the AD side ---- */

static int open_holds(struct laying *l)
{
    const struct ra_drill_held *h = l->held;
    int rc = 0;

    l->holds = ra_calloc(h->directories_n + 1, sizeof(struct ra_ad_hold *));
    l->how = ra_calloc(h->directories_n + 1, sizeof *l->how);
    for (size_t i = 0; rc == 0 && i < h->directories_n; i++) {
        l->how[i] = (struct ra_ad_held){.name = h->directories[i].name,
                                        .login_attribute = h->login_attribute,
                                        .custom = h->custom,
                                        .customs = h->customs,
                                        .proof = h->proof};
        rc = ra_ad_hold_open(h->cache, &l->how[i], &l->holds[i], l->err);
    }
    return rc;
}

/* Without this number an earlier backup says by the verdict alone that there was a certificate. */
static void mend(struct ra_ad_object *o, enum ra_verdict_code code)
{
    if (o->kind == RA_COMPUTER && o->certificates == 0 && code < RA_VERDICT_CODES &&
        code != RA_SKIP_SCOPE)
        o->certificates = 1;
}

static int put_ad(struct laying *l, const struct ra_backup_object *from)
{
    struct ra_ad_object o = from->ad.o;

    mend(&o, from->code);
    for (size_t i = 0; i < l->held->directories_n; i++) {
        if (!ra_str_eq(from->ad.directory, ra_str(l->held->directories[i].name)))
            continue;
        l->held->directories[i].objects++;
        return ra_ad_hold_put(l->holds[i], &o, l->err);
    }
    return 0;
}

static int finish_holds(struct laying *l)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < l->held->directories_n; i++)
        rc = ra_ad_hold_finish(&l->holds[i], l->err);
    return rc;
}

/* ---- the story ---- */

static void begin(struct laying *l, const char *dir, const struct ra_drill_held *held,
                  struct ra_err *err)
{
    *l = (struct laying){.dir = dir, .held = held, .err = err};
    ra_buf_init(&l->line, LINE_MAX_BYTES);
    ra_buf_init(&l->last, 4096);
}

static void end(struct laying *l)
{
    for (int f = 0; f < FILES; f++)
        ra_atomic_abandon(&l->files[f]);
    for (size_t i = 0; l->holds && i < l->held->directories_n; i++)
        ra_ad_hold_abandon(&l->holds[i]);
    free(l->holds);
    free(l->how);
    ra_buf_free(&l->line);
    ra_buf_free(&l->last);
}

static int take_objects(struct laying *l, struct ra_backup *b)
{
    struct ra_backup_object o;
    int rc;

    while ((rc = ra_backup_next(b, &o, l->err)) == 1) {
        rc = o.has_cloud ? put_cloud(l, &o.cloud) : 0;
        if (rc == 0 && o.has_ad)
            rc = put_ad(l, &o);
        if (rc != 0)
            break;
    }
    return rc;
}

int ra_drill_lay_out(struct ra_backup *b, const char *dir, const struct ra_drill_held *held,
                     struct ra_err *err)
{
    struct laying l;
    int rc;

    begin(&l, dir, held, err);
    rc = open_files(&l);
    if (rc == 0)
        rc = put_documents(&l, ra_backup_facts(b));
    if (rc == 0)
        rc = put_unlicensed(&l, ra_backup_facts(b));
    if (rc == 0)
        rc = open_holds(&l);
    if (rc == 0)
        rc = take_objects(&l, b);
    for (int f = 0; rc == 0 && f < FILES; f++)
        rc = ra_atomic_commit(&l.files[f], err);
    if (rc == 0)
        rc = finish_holds(&l);
    end(&l);
    return rc;
}

static int hold_side(struct laying *l, size_t i, const struct ra_side *side)
{
    struct ra_ad_object o;
    int rc = 0;

    for (uint32_t seq = 0; rc == 0 && seq < side->count; seq++) {
        if (!ra_ad_decode(side->record(side->ctx, seq), &o))
            return ra_fail(l->err, RA_EINTEGRITY, "ad:%s: object %u cannot be read back",
                           l->held->directories[i].name, seq);
        l->held->directories[i].objects++;
        rc = ra_ad_hold_put(l->holds[i], &o, l->err);
    }
    return rc;
}

int ra_drill_hold_view(const struct ra_view *v, const struct ra_drill_held *held,
                       struct ra_err *err)
{
    struct laying l;
    int rc;

    begin(&l, "", held, err);
    rc = open_holds(&l);
    for (size_t i = 0; rc == 0 && i < held->directories_n; i++)
        for (size_t d = 0; rc == 0 && d < v->ad_n; d++)
            if (strcmp(v->ad[d].name, held->directories[i].name) == 0) {
                l.how[i].custom = v->ad_sides[d].custom; /* which were read is known here */
                l.how[i].customs = v->ad_sides[d].customs;
                rc = hold_side(&l, i, &v->ad_sides[d]);
            }
    if (rc == 0)
        rc = finish_holds(&l);
    end(&l);
    return rc;
}
