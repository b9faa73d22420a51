/* Two states of one object, attribute by attribute. */
#include "recovery/backup/diff.h"
#include "recovery/backup/intern.h"
#include "recovery/model/anchor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct ra_diff_entry *e, const char *name, struct ra_str from, struct ra_str to,
                bool anchor)
{
    if (ra_str_eq(from, to) || (ra_str_absent(from) && ra_str_absent(to)) ||
        e->attributes_n == RA_DIFF_ATTRIBUTES)
        return;
    e->attributes[e->attributes_n++] = (struct ra_diff_attribute){name, from, to, anchor};
    /* A first anchor is given; another one, or none, where there was one is not. */
    e->incident = e->incident || (anchor && !ra_str_absent(from));
}

static void add_texts(struct ra_diff_entry *e, const struct ra_line_text *t, const void *a,
                      const void *b)
{
    for (; t->key; t++) {
        struct ra_str from, to;
        memcpy(&from, (const char *)a + t->offset, sizeof from);
        memcpy(&to, (const char *)b + t->offset, sizeof to);
        add(e, t->key, from, to, strcmp(t->key, "onPremisesImmutableId") == 0);
    }
}

static struct ra_str tri_text(enum ra_tri t)
{
    return t == RA_YES ? RA_STR("true") : t == RA_NO ? RA_STR("false") : (struct ra_str){NULL, 0};
}

static void add_tris(struct ra_diff_entry *e, const struct ra_line_text *t, const void *a,
                     const void *b)
{
    for (; t->key; t++) {
        enum ra_tri from, to;
        memcpy(&from, (const char *)a + t->offset, sizeof from);
        memcpy(&to, (const char *)b + t->offset, sizeof to);
        add(e, t->key, tri_text(from), tri_text(to), false);
    }
}

static int by_text(const void *a, const void *b)
{
    return ra_str_cmp(*(const struct ra_str *)a, *(const struct ra_str *)b);
}

/* Neither service promises an order of the values. */
static struct ra_str sorted(const struct ra_list *list, struct ra_arena *a)
{
    struct ra_str rest = list->bytes, *items = ra_arena_alloc(a, list->count * sizeof *items);
    char *text = ra_arena_alloc(a, list->bytes.n + 2 * (size_t)list->count + 1);
    size_t n = 0, used = 0;

    while (n < list->count && ra_list_next(&rest, &items[n]))
        n++;
    if (n)
        qsort(items, n, sizeof *items, by_text);
    for (size_t i = 0; i < n; i++) {
        if (i)
            text[used++] = ' ';
        memcpy(text + used, items[i].p, items[i].n);
        used += items[i].n;
    }
    return ra_str_n(text, used);
}

static void add_list(struct ra_diff_entry *e, const char *name, const struct ra_list *a,
                     const struct ra_list *b, struct ra_arena *arena)
{
    if (a->count != b->count || !ra_str_eq(a->bytes, b->bytes))
        add(e, name, sorted(a, arena), sorted(b, arena), false);
}

void ra_diff_cloud(const struct ra_backup_cloud *a, const struct ra_backup_cloud *b,
                   struct ra_arena *arena, struct ra_diff_entry *e)
{
    add_texts(e, ra_line_cloud_texts, &a->o, &b->o);
    add_tris(e, ra_line_cloud_tris, &a->o, &b->o);
    if (a->ooi_known && b->ooi_known)
        add(e, "onPremisesObjectIdentifier", a->ooi, b->ooi, false);
    if (a->cloud_managed != RA_UNKNOWN && b->cloud_managed != RA_UNKNOWN)
        add(e, "isCloudManaged", tri_text(a->cloud_managed), tri_text(b->cloud_managed), false);
    add_list(e, "proxyAddresses", &a->o.proxies, &b->o.proxies, arena);
}

static void add_number(struct ra_diff_entry *e, const char *name, int64_t a, int64_t b,
                       struct ra_arena *arena)
{
    char from[24], to[24];

    if (a == b)
        return;
    snprintf(from, sizeof from, "%lld", (long long)a);
    snprintf(to, sizeof to, "%lld", (long long)b);
    add(e, name, ra_arena_text(arena, ra_str(from)), ra_arena_text(arena, ra_str(to)), false);
}

void ra_diff_ad(const struct ra_backup_ad *a, const struct ra_backup_ad *b, struct ra_arena *arena,
                struct ra_diff_entry *e)
{
    const struct ra_str none = {NULL, 0};

    add(e, "mS-DS-ConsistencyGuid",
        ra_str_absent(a->o.consistency_guid) ? none
                                             : ra_anchor_encode(a->o.consistency_guid, arena),
        ra_str_absent(b->o.consistency_guid) ? none
                                             : ra_anchor_encode(b->o.consistency_guid, arena),
        true);
    add(e, "sourceAnchor", a->source_anchor, b->source_anchor, true);
    add_texts(e, ra_line_ad_texts, &a->o, &b->o);
    add(e, "login", a->o.login, b->o.login, false);
    add_number(e, "userAccountControl", a->o.account_control, b->o.account_control, arena);
    add_number(e, "groupType", (int32_t)a->o.group_type, (int32_t)b->o.group_type, arena);
    add_number(e, "msExchRecipientTypeDetails", a->o.recipient_type, b->o.recipient_type, arena);
    add_list(e, "proxyAddresses", &a->o.proxies, &b->o.proxies, arena);
    if (a->o.sid_history.count) /* none may mean that it was not read: older backups lack it */
        add_list(e, "sIDHistory", &a->o.sid_history, &b->o.sid_history, arena);
    if (a->o.custom.count != b->o.custom.count || !ra_str_eq(a->o.custom.bytes, b->o.custom.bytes))
        add(e, "custom", RA_STR("…"), RA_STR("… (changed)"), false);
}
