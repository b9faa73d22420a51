/* Any bytes as the tenant's documents: the first byte says which one, or that the rest, parted at
 * NULs, is all that roles come from. What is JSON of another shape is passed over or refused with a
 * message. */
#include "recovery/collect/documents.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

struct parts {
    const char *p;
    size_t n;
};

static const enum ra_document order[] = {RA_DOC_ROLE_ASSIGNMENTS, RA_DOC_ROLE_ELIGIBILITIES,
                                         RA_DOC_ROLE_DEFINITIONS, RA_DOC_ROLE_GROUP_MEMBERS};

static struct ra_doc document(void *ctx, enum ra_document which)
{
    struct parts rest = *(const struct parts *)ctx;

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const char *end = rest.n ? memchr(rest.p, '\0', rest.n) : NULL;
        size_t n = end ? (size_t)(end - rest.p) : rest.n;

        if (which == order[i])
            return (struct ra_doc){ra_str_n(rest.p, n), n % 7 ? RA_STR("read") : RA_STR("refused")};
        rest.p += end ? n + 1 : n;
        rest.n -= end ? n + 1 : n;
    }
    return (struct ra_doc){.state = RA_STR("missing")};
}

static bool is_group(void *ctx, struct ra_str id)
{
    (void)ctx;
    return id.n && id.p[0] == 'g';
}

static void check(int rc, const struct ra_err *err)
{
    if (rc > 0 || (rc < 0 && (err->code != -rc || !err->msg[0])))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_arena arena = {0};
    struct ra_tenant t = {0};
    struct ra_err err = {0};
    struct parts rest = {(const char *)data + 1, size - 1};
    enum ra_document which = RA_DOC_ORGANIZATION;

    if (size < 2)
        return 0;
    which = data[0] % (RA_DOC_SYNCHRONIZATION_BETA + 2);
    if (which <= RA_DOC_SYNCHRONIZATION_BETA)
        check(ra_tenant_add(which, (struct ra_str){rest.p, rest.n}, &arena, &t, &err), &err);
    else
        check(ra_roles_load(document, &rest, is_group, &arena, &t, &err), &err);
    for (size_t i = 1; i < t.holders_n; i++)
        if (ra_str_cmp(t.holders[i - 1].user_id, t.holders[i].user_id) >= 0)
            abort();
    ra_arena_free(&arena);
    return 0;
}
