/*
 * Reading a global catalog. What it does not have must not be taken for empty: an anchor would fall
 * back to objectGUID, an object without its adminDescription would come into scope. Either all that
 * decides is there, or the directory is not read from it.
 */
#include "recovery/collect/ad.h"

#include "src/base/log.h"

#include <string.h>

/* What is shown, explains or is evidence, and decides nothing. */
static const char *const told_only[] = {"displayName",     "cn",         "name",
                                        "whenCreated",     "sIDHistory", "userAccountControl",
                                        "lastKnownParent", "groupType"};

static bool decides(const char *attribute)
{
    for (size_t i = 0; i < sizeof told_only / sizeof told_only[0]; i++)
        if (ra_str_eq_fold(ra_str(attribute), ra_str(told_only[i])))
            return false;
    return true;
}

static void list(const char *const *attributes, const bool *lacks, bool deciding,
                 struct ra_buf *out)
{
    for (size_t i = 0; attributes[i]; i++)
        if (lacks[i] && decides(attributes[i]) == deciding)
            ra_buf_printf(out, "%s%s", out->n ? ", " : "", attributes[i]);
}

static int judge(const char *name, const char *const *attributes, const bool *lacks,
                 struct ra_err *err)
{
    struct ra_buf needed, wanted;
    int rc = 0;

    ra_buf_init(&needed, 1 << 14);
    ra_buf_init(&wanted, 1 << 14);
    list(attributes, lacks, true, &needed);
    list(attributes, lacks, false, &wanted);
    if (needed.n) {
        rc = ra_fail(err, RA_EINCOMPLETE,
                     "ad:%s: this is a global catalog, which does not have %s: they would look "
                     "empty on every object",
                     name, ra_buf_z(&needed));
        ra_hint(err, "name a domain controller of the domain in uri (port 636 or 389), or have the "
                     "attributes added to the global catalog (isMemberOfPartialAttributeSet in the "
                     "schema)");
    } else if (wanted.n) {
        ra_warn("ad:%s: this is a global catalog, which does not have %s: they stay unseen; "
                "members of groups that are not universal are not counted",
                name, ra_buf_z(&wanted));
    }
    ra_buf_free(&needed);
    ra_buf_free(&wanted);
    return rc;
}

int ra_ad_catalog_check(struct ra_dir *d, const char *name, const char *const *attributes,
                        struct ra_err *err)
{
    struct ra_arena a = {0};
    bool *lacks;
    size_t n = 0;
    int rc;

    while (attributes[n])
        n++;
    lacks = ra_arena_alloc(&a, (n + 1) * sizeof *lacks);
    rc = ra_dir_catalog_lacks(d, attributes, lacks, err);
    if (rc == 0)
        rc = judge(name, attributes, lacks, err);
    ra_arena_free(&a);
    return rc;
}
