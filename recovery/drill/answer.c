/* What the simulated tenant answers: an object a line in the order in which they were sent, then
 * the deletions, then a summary (recovery/rehearsal/export.h). */
#include "recovery/drill/inner.h"
#include "recovery/model/lookup.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

struct answering {
    struct ra_drill *d;
    struct ra_lookup_index ids; /* of the cloud side */
    size_t next;                /* the AD object whose line comes next */
    bool ended;
    struct ra_err *err;
};

static int wrong(struct answering *a, const char *what)
{
    return ra_fail(a->err, RA_EINTERNAL, "the simulated tenant's answer: object %zu: %s", a->next,
                   what);
}

static const char *text(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

/* One copy of each of the few names that there are. */
static const char *interned(struct ra_drill *d, const char *name)
{
    size_t i = 0;

    while (name && i < d->names_n && strcmp(d->names[i], name) != 0)
        i++;
    if (!name || i == sizeof d->names / sizeof d->names[0])
        return NULL;
    if (i == d->names_n)
        snprintf(d->names[d->names_n++], sizeof d->names[0], "%s", name);
    return d->names[i];
}

/* The number of the cloud object; RA_NONE for one that the export made. */
static int find_cloud(struct answering *a, const char *id, uint32_t *out)
{
    struct ra_entry entry;
    char folded[256];
    size_t n = id ? strlen(id) : 0;
    struct ra_str key = {folded, n};
    int rc;

    *out = RA_NONE;
    if (n == 0 || n >= sizeof folded)
        return 0;
    ra_fold_into(folded, id, n);
    rc = ra_lookup_seek(&a->ids, key);
    if (rc == 0)
        rc = ra_lookup_next(&a->ids, key, &entry);
    if (rc == 1)
        *out = entry.seq;
    return rc < 0 ? ra_fail(a->err, RA_EINTEGRITY, "the cloud side's index is damaged") : 0;
}

static void take_aside(const cJSON *o, struct ra_drill_item *item)
{
    const cJSON *v;

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "quarantined"))
    {
        const char *name = cJSON_GetStringValue(v);
        item->upn_aside = item->upn_aside || (name && !strcmp(name, "UserPrincipalName"));
        item->proxies_aside = item->proxies_aside || (name && !strcmp(name, "ProxyAddresses"));
    }
}

static int take_object(struct answering *a, const cJSON *o)
{
    struct ra_drill_item *item = &a->d->ad[a->next];
    enum ra_deed deed;

    if (a->next >= a->d->ad_n)
        return wrong(a, "one too many");
    if (!ra_deed_parse(text(o, "outcome"), &deed))
        return wrong(a, "an outcome that is not known");
    item->deed = (uint8_t)deed;
    item->error = interned(a->d, text(o, "error"));
    item->attribute = interned(a->d, text(o, "attribute"));
    item->uncertain = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "uncertain"));
    take_aside(o, item);
    a->next++;
    return find_cloud(a, text(o, "cloudId"), &item->cloud);
}

static int take_deletion(struct answering *a, const cJSON *o)
{
    uint32_t seq;
    int rc = find_cloud(a, text(o, "cloudId"), &seq);

    if (rc == 0 && seq == RA_NONE)
        rc = wrong(a, "a deletion of what is not there");
    if (rc == 0) {
        a->d->cloud[seq].end = RA_END_DELETED;
        a->d->deleted++;
    }
    return rc;
}

static int take_summary(struct answering *a, const cJSON *o)
{
    const char *status = text(o, "status");
    const cJSON *staged = cJSON_GetObjectItemCaseSensitive(o, "staged_deletes");

    a->ended = true;
    a->d->stopped = a->d->stopped || !status || strcmp(status, "success") != 0;
    if (cJSON_IsNumber(staged))
        a->d->staged = (uint64_t)staged->valuedouble;
    return 0;
}

static int take_line(struct answering *a, struct ra_str line)
{
    cJSON *o = cJSON_ParseWithLength(line.p, line.n);
    const char *type = text(o, "type");
    int rc;

    if (!type)
        rc = wrong(a, "not a JSON object with a type");
    else if (!strcmp(type, "object"))
        rc = take_object(a, o);
    else
        rc = !strcmp(type, "deletion") ? take_deletion(a, o) : take_summary(a, o);
    cJSON_Delete(o);
    return rc;
}

int ra_drill_answer(const struct ra_report_input *in, struct ra_drill *d, struct ra_str rest,
                    struct ra_err *err)
{
    struct answering a = {.d = d, .err = err};
    int rc = 0;

    ra_lookup_open(in->cloud, RA_IX_ID, &a.ids);
    while (rc == 0 && rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct ra_str line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        rest = ra_str_from(rest, line.n + 1);
        rc = take_line(&a, line);
    }
    ra_lookup_close(&a.ids);
    if (rc == 0 && (!a.ended || (a.next != d->ad_n && !d->stopped)))
        rc = wrong(&a, "it ends here");
    return rc;
}
