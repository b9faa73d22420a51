#include "tests/unit/collect/scripted.h"

#include <errno.h>
#include <string.h>

struct scripted script;
const char scripted_guid[17] = "0123456789abcdef";
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*body)(void *), void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*body)(void *), void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*body)(void *), void *arg)
{
    return script.no_threads ? EAGAIN : __real_pthread_create(t, a, body, arg);
}

bool __wrap_ra_dir_is_ldif(const struct ra_dir *d);
bool __wrap_ra_dir_is_ldif(const struct ra_dir *d)
{
    (void)d;
    return false;
}

const char *__wrap_ra_dir_who(const struct ra_dir *d);
const char *__wrap_ra_dir_who(const struct ra_dir *d)
{
    (void)d;
    return "somebody";
}

int __wrap_ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                         struct ra_err *err);
int __wrap_ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                         struct ra_err *err)
{
    (void)d, (void)attribute, (void)err;
    *out = script.syntax;
    return 0;
}

int __wrap_ra_dir_catalog_lacks(struct ra_dir *d, const char *const *attributes, bool *lacks,
                                struct ra_err *err);
int __wrap_ra_dir_catalog_lacks(struct ra_dir *d, const char *const *attributes, bool *lacks,
                                struct ra_err *err)
{
    (void)d, (void)err;
    for (size_t i = 0; attributes[i]; i++)
        lacks[i] = false;
    return 0;
}

void __wrap_ra_dir_close(struct ra_dir **d);
void __wrap_ra_dir_close(struct ra_dir **d)
{
    script.closed++;
    *d = NULL;
}

int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);
int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err)
{
    (void)d, (void)err;
    *out = (struct ra_dir_root){.base = DOMAIN,
                                .domain = DOMAIN,
                                .highest_committed_usn = script.usn,
                                .invocation_id = "id-1",
                                .active_directory = true};
    script.usn += script.busy;
    return 0;
}

int __wrap_ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err);
int __wrap_ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err)
{
    (void)d, (void)err;
    *yes = true;
    return 0;
}

int __wrap_ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err);
int __wrap_ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err)
{
    (void)d;
    *out = NULL;
    script.connections++;
    return script.another ? 0 : ra_fail(err, RA_ENETWORK, "no more connections");
}

/* Changes are of the entry. Only the cookie is wanted where the filter is of no object. */
int __wrap_ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each,
                          void *ctx, struct ra_buf *cookie, enum ra_dir_told *told,
                          struct ra_err *err);
int __wrap_ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each,
                          void *ctx, struct ra_buf *cookie, enum ra_dir_told *told,
                          struct ra_err *err)
{
    bool asked = strcmp(q->filter, "(objectClass=*)") == 0;

    (void)d;
    *told = asked ? script.told : RA_DIR_TOLD;
    ra_buf_puts(cookie, "c");
    return asked && script.changed ? each(ctx, NULL, err) : 0;
}

static int search(const struct ra_dir_query *q, ra_entry_fn *each, void *ctx, struct ra_err *err)
{
    int rc = 0;

    if (q->deleted && script.deleted)
        return ra_fail(err, (enum ra_code)script.deleted, "the container may not be read");
    if (q->scope == RA_DIR_CHILDREN) {
        for (int i = 0; i < script.children && rc == 0; i++)
            rc = each(ctx, NULL, err);
        script.children = 0;
        return rc;
    }
    if (strcmp(q->base, SALES) == 0 && ++script.below && script.lost)
        return ra_fail(err, RA_ENOTFOUND, "no such object");
    if (q->scope == RA_DIR_SUBTREE && ++script.subtrees <= script.gone)
        return ra_fail(err, RA_ENOTFOUND, "no such object");
    return script.entry ? each(ctx, NULL, err) : 0;
}

/* One at a time: several threads look at the script. */
int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err);
int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err)
{
    int rc;

    (void)d;
    pthread_mutex_lock(&turn);
    rc = search(q, each, ctx, err);
    pthread_mutex_unlock(&turn);
    return rc;
}

const struct ra_str *__wrap_ra_dir_entry_values(const struct ra_dir_entry *e, const char *name,
                                                size_t *n);
const struct ra_str *__wrap_ra_dir_entry_values(const struct ra_dir_entry *e, const char *name,
                                                size_t *n)
{
    static const struct ra_str user = {"user", 4};
    static struct ra_str id;

    (void)e;
    id = ra_str_n(scripted_guid, script.guid);
    *n = 1;
    if (strcmp(name, "objectGUID") == 0)
        return &id;
    if (strcmp(name, "objectClass") == 0 && script.user)
        return &user;
    if (strcmp(name, "displayName") == 0 && script.name.n)
        return &script.name;
    *n = 0;
    return NULL;
}

struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name);
struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name)
{
    (void)e;
    return strcmp(name, "objectGUID") == 0 ? ra_str_n(scripted_guid, script.guid)
                                           : (struct ra_str){NULL, 0};
}

struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e);
struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_STR(SALES);
}

bool __wrap_ra_dir_entry_has(const struct ra_dir_entry *e, const char *name);
bool __wrap_ra_dir_entry_has(const struct ra_dir_entry *e, const char *name)
{
    (void)e, (void)name;
    return false;
}

void scripted_begin(void)
{
    script = (struct scripted){.guid = 16};
}
