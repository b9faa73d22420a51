#include "recovery/import/adsync.h"

#include "recovery/import/adsync_scope.h"
#include "recovery/import/json.h"
#include "recovery/import/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX ((size_t)64 << 20)
#define DEEP_MAX     40

struct settings {
    struct ra_import_reader *r;
    struct ra_str json;
    struct ra_adsync *out;
};

static struct ra_str keep(struct settings *s, struct ra_str t)
{
    return ra_str_n(ra_arena_copy(&s->out->arena, t.p, t.n), t.n);
}

/* ---- the two attributes ---- */

/* The names of the setting in the wizard's file, and of the parameter of the server's. */
static const char *const anchor_names[] = {"Microsoft.SynchronizationOption.AnchorAttribute",
                                           "sourceAnchorAttribute", "anchorAttribute",
                                           "sourceAnchor", NULL};
static const char *const login_names[] = {"Microsoft.SynchronizationOption.UPNAttribute",
                                          "userPrincipalNameAttribute", "upnAttribute", NULL};

static bool among(struct ra_str name, const char *const *names)
{
    for (; *names; names++)
        if (ra_str_eq_fold(name, ra_str(*names)))
            return true;
    return false;
}

/* The value itself, or that of an object {"name": …, "value": …}. */
static struct ra_str value_of(const cJSON *m)
{
    return cJSON_IsString(m) ? ra_str(m->valuestring) : ra_import_json_text(m, "value");
}

/* Rules speak of sourceAnchor too, and mean something else. */
static bool is_rules(const cJSON *m)
{
    return m->string && ra_str_ends_fold(ra_str(m->string), RA_STR("synchronizationRules"));
}

static struct ra_str find(const cJSON *tree, const char *const *names, int depth)
{
    struct ra_str found = {NULL, 0};
    const cJSON *m;

    if (depth > DEEP_MAX)
        return found;
    cJSON_ArrayForEach(m, tree)
    {
        if (is_rules(m))
            continue;
        if ((m->string && among(ra_str(m->string), names)) ||
            among(ra_import_json_text(m, "name"), names))
            found = value_of(m);
        if (ra_str_absent(found) && (cJSON_IsObject(m) || cJSON_IsArray(m)))
            found = find(m, names, depth + 1);
        if (!ra_str_absent(found))
            return found;
    }
    return found;
}

static bool is_attribute(struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = ra_fold(s.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && i) || (c == '-' && i)))
            return false;
    }
    return s.n && s.n <= 128;
}

static struct ra_str attribute(struct settings *s, const cJSON *tree, const char *const *names)
{
    struct ra_str v = find(tree, names, 0);
    char room[96], key[128];

    if (ra_str_absent(v))
        return v;
    if (is_attribute(v))
        return keep(s, v);
    ra_import_quote(v, room);
    snprintf(key, sizeof key, "%.90s", room);
    (void)ra_import_wrong(s->r, NULL, ra_import_json_line(s->json, key),
                          "'%s', want the name of an attribute", room);
    return ra_str_n(NULL, 0);
}

/* ---- domains ---- */

static void wrong_dn(struct settings *s, const cJSON *m, const char *key)
{
    const char *text = cJSON_IsString(m) ? m->valuestring : "";
    char room[96];

    (void)ra_import_wrong(s->r, NULL, ra_import_json_line(s->json, *text ? text : key),
                          "%s has '%s', want a DN", key,
                          *text ? ra_import_quote(ra_str(text), room) : "no text");
}

/* A list of DNs; a single one may stand without brackets. */
static void take_dns(struct settings *s, const cJSON *partition, const char *key,
                     struct ra_dn_list *out)
{
    const cJSON *list = cJSON_GetObjectItem(partition, key), *m;

    if (!list || cJSON_IsNull(list))
        return;
    if (!cJSON_IsArray(list)) {
        if (!cJSON_IsString(list) || !ra_dn_list_add(out, ra_str(list->valuestring)))
            wrong_dn(s, list, key);
        return;
    }
    cJSON_ArrayForEach(m, list)
    {
        if (!cJSON_IsString(m) || !ra_dn_list_add(out, ra_str(m->valuestring)))
            wrong_dn(s, m, key);
    }
}

static void take_partition(struct settings *s, const cJSON *p)
{
    const cJSON *name = cJSON_GetObjectItem(p, "distinguishedName");
    struct ra_adsync *out = s->out;
    struct ra_dn_list include = {.arena = &out->arena}, exclude = {.arena = &out->arena};
    struct ra_adsync_domain d = {0};

    if (!cJSON_IsString(name) ||
        !ra_adsync_domain_named(&out->arena, ra_str(name->valuestring), &d)) {
        wrong_dn(s, name, "distinguishedName");
        return;
    }
    take_dns(s, p, "containerInclusions", &include);
    take_dns(s, p, "containerExclusions", &exclude);
    ra_adsync_scope(&out->arena, &d, &include, &exclude);
    free(include.all);
    free(exclude.all);
    /* the configuration and schema partitions have no DNS name: nobody syncs from them */
    if (ra_str_absent(d.dns) || d.unselected)
        return;
    out->domains =
        ra_grow(out->domains, &out->domains_cap, out->domains_n + 1, sizeof *out->domains);
    out->domains[out->domains_n++] = d;
}

/* ---- rules of one's own ---- */

static void touch(struct ra_buf *b, const cJSON *rule)
{
    static const char *const decides[] = {"sourceAnchor",      "sourceAnchorBinary",
                                          "cloudFiltered",     "userPrincipalName",
                                          "cloudSourceAnchor", NULL};
    const cJSON *m, *maps = cJSON_GetObjectItem(rule, "attributeMappings");

    cJSON_ArrayForEach(m, maps)
    {
        struct ra_str to = ra_import_json_text(m, "destination");
        if (among(to, decides))
            ra_buf_printf(b, "%s" RA_STR_FMT, b->n ? ", " : "", RA_STR_ARG(to));
    }
}

static void take_rules(struct settings *s, const cJSON *policy)
{
    const cJSON *m, *rules = cJSON_GetObjectItem(policy, "customSynchronizationRules");
    struct ra_adsync *out = s->out;
    struct ra_buf touches;

    ra_buf_init(&touches, 256);
    cJSON_ArrayForEach(m, rules)
    {
        struct ra_str name = ra_import_json_text(m, "name");
        if (!cJSON_IsObject(m))
            continue;
        ra_buf_clear(&touches);
        touch(&touches, m);
        out->rules = ra_grow(out->rules, &out->rules_cap, out->rules_n + 1, sizeof *out->rules);
        out->rules[out->rules_n++] = (struct ra_adsync_rule){
            .name = keep(s, name), .touches = keep(s, ra_str_n(touches.p, touches.n))};
    }
    ra_buf_free(&touches);
}

static void take_forest(struct settings *s, const cJSON *forest)
{
    const cJSON *m, *partitions = cJSON_GetObjectItem(forest, "partitionFilters");

    cJSON_ArrayForEach(m, partitions)
    {
        take_partition(s, m);
    }
    take_rules(s, forest);
}

static void take(struct settings *s, const cJSON *tree)
{
    const cJSON *m, *forests = cJSON_GetObjectItem(tree, "onpremisesDirectoryPolicy");

    s->out->anchor_attribute = attribute(s, tree, anchor_names);
    s->out->login_attribute = attribute(s, tree, login_names);
    if (cJSON_IsArray(forests)) {
        cJSON_ArrayForEach(m, forests)
        {
            take_forest(s, m);
        }
    } else {
        take_forest(s, forests);
    }
    take_rules(s, cJSON_GetObjectItem(tree, "azureDirectoryPolicy"));
    if (!forests && ra_str_absent(s->out->anchor_attribute) && s->r->wrong == 0)
        (void)ra_import_wrong(s->r, NULL, 1,
                              "neither onpremisesDirectoryPolicy, as Entra Connect's wizard writes "
                              "it, nor the parameters of Get-ADSyncGlobalSettings");
}

int ra_adsync_read(const char *path, const struct ra_import_sink *sink, struct ra_adsync *out,
                   struct ra_err *err)
{
    struct ra_import_totals totals = {.objects = 1};
    struct ra_import_reader r = {.path = path, .sink = sink, .totals = &totals};
    struct settings s = {.r = &r, .out = out};
    struct ra_err why = {0};
    struct ra_buf text;
    uint64_t line;
    cJSON *tree;
    int rc;

    *out = (struct ra_adsync){0};
    ra_buf_init(&text, SETTINGS_MAX + RA_IMPORT_LINE_MAX);
    rc = ra_import_text_whole(path, SETTINGS_MAX, &text, &line, &why);
    s.json = ra_str_n(text.p, text.n);
    if (rc == -(int)RA_EINPUT && line) {
        (void)ra_import_wrong(&r, NULL, line, "%s", why.msg);
    } else if (rc != 0) {
        if (err)
            *err = why;
        ra_buf_free(&text);
        return rc;
    } else if ((tree = ra_import_json(&r, NULL, s.json))) {
        take(&s, tree);
        cJSON_Delete(tree);
    }
    ra_buf_free(&text);
    rc = ra_import_conclude(&r, err);
    if (rc != 0)
        ra_adsync_free(out);
    return rc;
}

void ra_adsync_free(struct ra_adsync *a)
{
    free(a->domains);
    free(a->rules);
    ra_arena_free(&a->arena);
    *a = (struct ra_adsync){0};
}
