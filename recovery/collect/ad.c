#include "recovery/collect/internal.h"

#include "src/base/json.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)64 << 20)
#define FILTER                                                                                     \
    "(|(objectClass=user)(objectClass=inetOrgPerson)(objectClass=group)(objectClass=contact)"      \
    "(objectClass=computer))"

/* decision: everything that scope, anchors, addresses and evidence look at. */
static const char *const attributes[] = {
    "objectClass",
    "objectGUID",
    "mS-DS-ConsistencyGuid",
    "objectSid",
    "sAMAccountName",
    "userPrincipalName",
    "mail",
    "proxyAddresses",
    "mailNickname",
    "displayName",
    "cn",
    "name",
    "adminDescription",
    "isCriticalSystemObject",
    "isDeleted",
    "lastKnownParent",
    "userAccountControl",
    "groupType",
    "member",
    "userCertificate",
    "whenCreated",
    "msExchRecipientTypeDetails",
    "msExchMailboxGuid",
    "msExchHideFromAddressLists",
    "msExchMasterAccountSid",
};

#define ATTRIBUTES (sizeof attributes / sizeof attributes[0])

struct ad_fill {
    struct ra_fill *fill;
    struct ra_entry_reader reader;
    const struct ra_collect_hooks *hooks;
    struct ra_seen seen;
    uint32_t next; /* the sequence number of the next record */
    struct ra_buf record;
    uint64_t done;
    bool ldif;
};

/* One DC never has two objects with one objectGUID: the second time it is the same object, moved or
 * renamed while it was read. A dump may have been put together from several, so there the DN
 * counts. */
static struct ra_str identity(const struct ad_fill *f, const struct ra_ad_object *o)
{
    return f->ldif ? o->dn_key : o->guid;
}

static int on_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct ad_fill *f = ctx;
    struct ra_ad_object o;
    uint32_t seq = f->next;
    bool skipped;
    int rc = ra_record_from_entry(&f->reader, e, &o, &skipped, err);

    if (rc != 0 || skipped)
        return rc;
    ra_buf_clear(&f->record);
    ra_ad_encode(&o, &f->record);
    if (f->record.overflow || f->reader.proxies.overflow || f->reader.custom.overflow)
        return ra_fail(err, RA_EINPUT, RA_STR_FMT ": larger than %zu bytes", RA_STR_ARG(o.dn),
                       RECORD_MAX);
    if (ra_seen(&f->seen, identity(f, &o), &seq))
        ra_fill_replace(f->fill, seq, ra_str_n(f->record.p, f->record.n));
    else
        f->next = ra_fill_record(f->fill, ra_str_n(f->record.p, f->record.n)) + 1;
    f->done++;
    if (f->done % 1000 == 0 && f->hooks && f->hooks->progress)
        f->hooks->progress(f->hooks->ctx, f->reader.read->name, f->done, 0);
    return ra_fill_pending(f->fill) > RA_GROUP_BYTES ? ra_fill_commit(f->fill, err) : 0;
}

/* ---- which attributes, and how their values are to be read ---- */

static int check_syntax(struct ra_dir *d, const struct ra_ad_read *r, size_t i,
                        enum ra_dir_syntax *out, struct ra_err *err)
{
    char name[256];
    int rc;

    snprintf(name, sizeof name, RA_STR_FMT, RA_STR_ARG(r->custom[i]));
    rc = ra_dir_syntax(d, name, out, err);
    if (rc != 0 || *out != RA_SYNTAX_INTEGER)
        return rc;
    ra_fail(err, RA_ECONFIG,
            "ad:%s: %s is an integer attribute, want a string or binary one as source anchor",
            r->name, name);
    return ra_hint(err, "choose another attribute in [anchor]");
}

static const char **wanted(const struct ra_ad_read *r, struct ra_arena *a)
{
    const char **list = ra_arena_alloc(a, (ATTRIBUTES + r->customs + 2) * sizeof *list);
    size_t n = 0;

    for (; n < ATTRIBUTES; n++)
        list[n] = attributes[n];
    list[n++] = r->login_attribute;
    for (size_t i = 0; i < r->customs; i++)
        list[n++] = ra_arena_copy(a, r->custom[i].p, r->custom[i].n);
    list[n] = NULL;
    return list;
}

/* ---- searching ---- */

static bool is_whole_domain(const char *base)
{
    return ra_str_starts_fold(ra_str(base), RA_STR("DC="));
}

/* An ordinary account may not see the container. They only explain orphans: without them the
 * verdicts are the same, the causes are poorer. */
static int no_deleted_objects(const struct ad_fill *f)
{
    ra_warn("ad:%s: this account may not read the deleted objects", f->reader.read->name);
    return 0;
}

/* Deleted objects lie in a container of the domain, so a narrower base does not see them. */
static int search(struct ra_dir *d, struct ad_fill *f, const char **list, struct ra_err *err)
{
    struct ra_dir_query q = {.filter = FILTER, .attributes = list, .deleted = true};
    struct ra_dir_root root;
    char *bin;
    size_t n;
    int rc = ra_dir_root(d, &root, err);

    if (rc != 0)
        return rc;
    if (f->ldif || is_whole_domain(root.base))
        return ra_dir_search(d, &q, on_entry, f, err);
    q.deleted = false;
    rc = ra_dir_search(d, &q, on_entry, f, err);
    if (rc != 0 || !root.domain)
        return rc;
    n = strlen(root.domain) + sizeof "CN=Deleted Objects,";
    bin = ra_malloc(n);
    snprintf(bin, n, "CN=Deleted Objects,%s", root.domain);
    q.base = bin;
    q.deleted = true;
    rc = ra_dir_search(d, &q, on_entry, f, err);
    free(bin);
    return rc == -RA_ENOTFOUND || rc == -RA_EPERMISSION ? no_deleted_objects(f) : rc;
}

/* ---- what is kept beside the objects ---- */

static void put_meta(struct ra_fill *fill, const struct ra_ad_read *r,
                     const struct ra_dir_root *root)
{
    struct ra_buf b;
    struct ra_json j;
    char usn[24];

    ra_buf_init(&b, 1 << 20);
    ra_json_init(&j, &b);
    ra_json_array(&j);
    for (size_t i = 0; i < r->customs; i++)
        ra_json_str(&j, r->custom[i]);
    ra_json_array_end(&j);
    ra_fill_put(fill, RA_TABLE_META, RA_STR("custom"), ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    snprintf(usn, sizeof usn, "%" PRIu64, root->highest_committed_usn);
    ra_fill_put(fill, RA_TABLE_META, RA_STR("usn"), ra_str(usn));
    ra_fill_put(fill, RA_TABLE_META, RA_STR("invocation_id"), ra_str(root->invocation_id));
    ra_fill_put(fill, RA_TABLE_META, RA_STR("base"), ra_str(root->base));
    ra_fill_put(fill, RA_TABLE_META, RA_STR("login_attribute"), ra_str(r->login_attribute));
}

static int read_all(struct ra_dir *d, struct ad_fill *f, struct ra_err *err)
{
    const struct ra_ad_read *r = f->reader.read;
    struct ra_arena arena = {0};
    struct ra_dir_root root;
    int rc = ra_dir_root(d, &root, err);

    for (size_t i = 0; rc == 0 && i < r->customs; i++)
        rc = check_syntax(d, r, i, &f->reader.syntax[i], err);
    if (rc == 0) {
        put_meta(f->fill, r, &root);
        rc = search(d, f, wanted(r, &arena), err);
    }
    ra_arena_free(&arena);
    return rc;
}

static int finish(struct ad_fill *f, struct ra_err *err)
{
    struct ra_index_plan plan;
    char proof[160];
    int rc;

    snprintf(proof, sizeof proof, "%s; %" PRIu64 " objects",
             f->ldif ? "the dump was read to its end" : "paged read to the final empty cookie",
             f->done);
    ra_index_plan(&plan, false, f->reader.read->custom, f->reader.read->customs);
    rc = ra_fill_finish(&f->fill, proof, plan.builders, plan.n, err);
    ra_index_plan_free(&plan);
    return rc;
}

int ra_ad_collect(struct ra_dir *d, struct ra_cache *c, const struct ra_ad_read *r,
                  const struct ra_collect_hooks *hooks, struct ra_err *err)
{
    struct ad_fill f = {.reader = {.read = r}, .hooks = hooks, .ldif = ra_dir_is_ldif(d)};
    char *side = ra_side_of_directory(r->name);
    struct ra_guid token;
    bool resumed;
    int rc;

    if (r->customs > RA_IX_CUSTOM_MAX - RA_IX_CUSTOM)
        return free(side), ra_fail(err, RA_ECONFIG, "%zu candidate attributes, want at most %d",
                                   r->customs, RA_IX_CUSTOM_MAX - RA_IX_CUSTOM);
    ra_buf_init(&f.record, RECORD_MAX);
    ra_buf_init(&f.reader.proxies, RECORD_MAX);
    ra_buf_init(&f.reader.custom, RECORD_MAX);
    ra_buf_init(&f.reader.dn_key, 1 << 20);
    ra_guid_random(&token);
    rc = ra_fill_open(c, side, ra_str_n(token.b, sizeof token.b), &f.fill, &resumed, err);
    if (rc == 0)
        rc = read_all(d, &f, err);
    if (rc == 0)
        rc = finish(&f, err);
    if (f.fill)
        ra_fill_discard(&f.fill);
    ra_seen_free(&f.seen);
    ra_buf_free(&f.record);
    ra_buf_free(&f.reader.proxies);
    ra_buf_free(&f.reader.custom);
    ra_buf_free(&f.reader.dn_key);
    ra_arena_free(&f.reader.arena);
    free(side);
    return rc;
}
