#include "recovery/cli/import_config.h"

#include "recovery/import/adsync.h"
#include "src/base/json.h"
#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

#define SAID_MAX ((size_t)4 << 20)
#define KEY_MAX  ((size_t)1 << 16)

/* One line of the comparison. */
struct difference {
    const char *what; /* stable */
    struct ra_str where, file, ours;
    const char *text;
};

struct comparison {
    const struct ra_adsync *a;
    const struct ra_cli *cli;
    const struct ra_study *study;
    bool json;
    size_t n;
    struct ra_arena arena;
};

static void text(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static void say_json(const struct difference *d)
{
    struct ra_buf out;
    struct ra_json j;

    ra_buf_init(&out, SAID_MAX);
    ra_json_init(&j, &out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("difference"));
    text(&j, "what", ra_str(d->what));
    text(&j, "where", d->where);
    text(&j, "file", d->file);
    text(&j, "here", d->ours);
    text(&j, "text", ra_str(d->text));
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&out));
    ra_buf_free(&out);
}

/* As comment lines, so that stdout stays a configuration. */
static void say(struct comparison *c, const struct difference *d)
{
    c->n++;
    if (c->json) {
        say_json(d);
        return;
    }
    printf("; %s", d->what);
    if (!ra_str_absent(d->where))
        printf(" [ad:" RA_STR_FMT "]", RA_STR_ARG(d->where));
    if (!ra_str_absent(d->file))
        printf(": " RA_STR_FMT, RA_STR_ARG(d->file));
    if (!ra_str_absent(d->ours))
        printf(": here " RA_STR_FMT, RA_STR_ARG(d->ours));
    printf("; %s\n", d->text);
}

/* ---- attributes ---- */

static void compare_anchor(struct comparison *c)
{
    const struct ra_detection *d = &c->study->result.detection;
    const struct ra_tenant *t = &c->study->view->tenant;
    struct ra_str file = c->a->anchor_attribute;
    struct ra_str detected = d->candidates_n ? d->candidates[d->chosen].name : ra_str_n(NULL, 0);
    struct ra_str set = ra_str(c->cli->config->anchor.attribute);

    if (ra_str_absent(file))
        return;
    if (!ra_str_eq_fold(set, RA_STR("auto")) && !ra_str_eq_fold(set, file))
        say(c, &(struct difference){"anchor-configured",
                                    {NULL, 0},
                                    file,
                                    set,
                                    "[anchor] attribute is another one than the old server's"});
    if (!d->undetermined && !ra_str_eq_fold(detected, file))
        say(c, &(struct difference){"anchor-reproduced",
                                    {NULL, 0},
                                    file,
                                    detected,
                                    "another attribute reproduces the anchors in the tenant best"});
    if (!ra_str_absent(t->anchor_attribute) && !ra_str_eq_fold(t->anchor_attribute, file))
        say(c, &(struct difference){"anchor-tenant",
                                    {NULL, 0},
                                    file,
                                    t->anchor_attribute,
                                    "the tenant was told another source anchor"});
}

static void compare_login(struct comparison *c)
{
    struct ra_str file = c->a->login_attribute;
    struct ra_str ours = ra_str(c->cli->config->anchor.login_attribute);

    if (!ra_str_absent(file) && !ra_str_eq_fold(file, ours))
        say(c, &(struct difference){"login-attribute",
                                    {NULL, 0},
                                    file,
                                    ours,
                                    "[anchor] login_attribute is another one than the old "
                                    "server's"});
}

/* ---- domains ---- */

static struct ra_str key_of(struct comparison *c, struct ra_str dn)
{
    struct ra_buf b;
    struct ra_str key = {NULL, 0};

    ra_buf_init(&b, KEY_MAX);
    if (!ra_str_absent(dn) && ra_dn_key(dn, &b) && !b.overflow)
        key = (struct ra_str){ra_arena_copy(&c->arena, b.p, b.n), b.n};
    ra_buf_free(&b);
    return key;
}

static bool below(struct ra_str key, struct ra_str other)
{
    return key.n >= other.n && other.n && memcmp(key.p, other.p, other.n) == 0;
}

/* Where a directory's objects lie: its configured base, else where its first object does. */
static struct ra_str place_of(struct comparison *c, size_t section)
{
    const struct ra_config_ad *ad = &c->cli->config->ad[section];
    const struct ra_side *side = &c->study->view->ad_sides[section];
    struct ra_ad_object o;

    if (ad->base)
        return key_of(c, ra_str(ad->base));
    for (uint32_t seq = 0; seq < side->count; seq++)
        if (ra_ad_decode(side->record(side->ctx, seq), &o) && !o.deleted)
            return o.dn_key;
    return ra_str_n(NULL, 0);
}

/* The domain that a section is of: the deepest whose name its objects carry. */
static const struct ra_adsync_domain *domain_of(struct comparison *c, size_t section)
{
    const struct ra_adsync_domain *best = NULL;
    struct ra_str place = place_of(c, section);

    for (size_t i = 0; i < c->a->domains_n; i++) {
        const struct ra_adsync_domain *d = &c->a->domains[i];
        if (below(place, d->key) && (!best || d->key.n > best->key.n))
            best = d;
    }
    return best;
}

static bool holds(struct comparison *c, const struct ra_str *list, size_t n, struct ra_str key)
{
    for (size_t i = 0; i < n; i++)
        if (ra_str_eq(key_of(c, list[i]), key))
            return true;
    return false;
}

struct filter {
    const char *missing, *extra; /* stable names */
    const char *missing_text, *extra_text;
};

static void compare_list(struct comparison *c, const char *section, const struct filter *f,
                         const struct ra_str *file, size_t file_n,
                         const struct ra_config_list *ours)
{
    struct ra_str *list = ra_arena_alloc(&c->arena, (ours->n + 1) * sizeof *list);

    for (size_t i = 0; i < ours->n; i++)
        list[i] = ra_str(ours->items[i]);
    for (size_t i = 0; i < file_n; i++)
        if (!holds(c, list, ours->n, key_of(c, file[i])))
            say(c, &(struct difference){
                       f->missing, ra_str(section), file[i], {NULL, 0}, f->missing_text});
    for (size_t i = 0; i < ours->n; i++)
        if (!holds(c, file, file_n, key_of(c, list[i])))
            say(c,
                &(struct difference){f->extra, ra_str(section), {NULL, 0}, list[i], f->extra_text});
}

/* A container of the file in which AD has nothing was renamed, moved or emptied since. */
static void compare_containers(struct comparison *c, size_t section, const struct ra_str *list,
                               size_t n)
{
    const struct ra_side *side = &c->study->view->ad_sides[section];
    struct ra_ad_object o;

    for (size_t i = 0; i < n; i++) {
        struct ra_str key = key_of(c, list[i]);
        bool any = false;
        for (uint32_t seq = 0; !any && seq < side->count; seq++)
            any = ra_ad_decode(side->record(side->ctx, seq), &o) && !o.deleted &&
                  below(o.dn_key, key);
        if (!any)
            say(c, &(struct difference){"container-empty",
                                        side->name,
                                        list[i],
                                        {NULL, 0},
                                        "AD has no object there now: renamed, moved or emptied "
                                        "since"});
    }
}

static void compare_section(struct comparison *c, size_t i, const struct ra_adsync_domain *d)
{
    static const struct filter include = {"include-missing", "include-extra",
                                          "the old server read this, [ad:NAME] does not",
                                          "the old server did not read this"};
    static const struct filter exclude = {"exclude-missing", "exclude-extra",
                                          "the old server left this out, [ad:NAME] does not",
                                          "the old server did not leave this out"};
    const struct ra_config_ad *ad = &c->cli->config->ad[i];

    compare_list(c, ad->name, &include, d->include, d->includes, &ad->include);
    compare_list(c, ad->name, &exclude, d->exclude, d->excludes, &ad->exclude);
    compare_containers(c, i, d->include, d->includes);
    compare_containers(c, i, d->exclude, d->excludes);
}

static void compare_domains(struct comparison *c)
{
    const struct ra_config *config = c->cli->config;
    bool *seen = ra_calloc(c->a->domains_n + 1, sizeof *seen);

    for (size_t i = 0; i < config->ad_n; i++) {
        const struct ra_adsync_domain *d = domain_of(c, i);
        if (d) {
            seen[d - c->a->domains] = true;
            compare_section(c, i, d);
        } else if (c->a->domains_n) {
            say(c, &(struct difference){"domain-extra",
                                        ra_str(config->ad[i].name),
                                        {NULL, 0},
                                        ra_str(config->ad[i].uri),
                                        "the old server did not read this domain"});
        }
    }
    for (size_t i = 0; i < c->a->domains_n; i++)
        if (!seen[i])
            say(c, &(struct difference){"domain-missing",
                                        {NULL, 0},
                                        c->a->domains[i].dn,
                                        {NULL, 0},
                                        "the old server read this domain, no [ad:NAME] does"});
    free(seen);
}

/* ---- the settings themselves ---- */

static void put_dns(struct ra_json *j, const char *key, const struct ra_str *list, size_t n)
{
    ra_json_key(j, key);
    ra_json_array(j);
    for (size_t i = 0; i < n; i++)
        ra_json_str(j, list[i]);
    ra_json_array_end(j);
}

static void put_domain(struct ra_json *j, const struct ra_adsync_domain *d)
{
    ra_json_object(j);
    text(j, "dn", d->dn);
    text(j, "dns", d->dns);
    put_dns(j, "include", d->include, d->includes);
    put_dns(j, "exclude", d->exclude, d->excludes);
    put_dns(j, "not_expressible", d->unsaid, d->unsaids);
    ra_json_object_end(j);
}

static void print_json(const struct ra_adsync *a)
{
    struct ra_buf out;
    struct ra_json j;

    ra_buf_init(&out, (size_t)64 << 20);
    ra_json_init(&j, &out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("settings"));
    text(&j, "anchor_attribute", a->anchor_attribute);
    text(&j, "login_attribute", a->login_attribute);
    ra_json_key(&j, "domains");
    ra_json_array(&j);
    for (size_t i = 0; i < a->domains_n; i++)
        put_domain(&j, &a->domains[i]);
    ra_json_array_end(&j);
    ra_json_key(&j, "custom_rules");
    ra_json_array(&j);
    for (size_t i = 0; i < a->rules_n; i++) {
        ra_json_object(&j);
        text(&j, "name", a->rules[i].name);
        text(&j, "sets", a->rules[i].touches);
        ra_json_object_end(&j);
    }
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&out));
    ra_buf_free(&out);
}

static void print_text(const struct ra_adsync *a, const char *path)
{
    struct ra_buf out;

    ra_buf_init(&out, (size_t)64 << 20);
    ra_adsync_config(a, path, &out);
    fwrite(out.p, 1, out.n, stdout);
    ra_buf_free(&out);
}

static size_t compare(const struct ra_cli *cli, const struct ra_adsync *a,
                      const struct ra_study *study)
{
    struct comparison c = {.a = a, .cli = cli, .study = study, .json = cli->json};

    if (!c.json)
        printf("\n; Against %s and what was fetched:\n", cli->config->path);
    compare_anchor(&c);
    compare_login(&c);
    compare_domains(&c);
    if (!c.json && c.n == 0)
        printf("; nothing differs\n");
    ra_arena_free(&c.arena);
    return c.n;
}

static void wrong(void *ctx, const char *message)
{
    size_t *n = ctx;

    if ((*n)++ > 0) /* the first is what the run ends with */
        ra_warn("%s", message);
}

int ra_cli_import_config(struct ra_cli *cli, const char *path, const struct ra_study *study,
                         struct ra_err *err)
{
    struct ra_adsync a;
    size_t n = 0, differences = 0;
    const struct ra_import_sink sink = {.wrong = wrong, .ctx = &n, .stop = cli->stop};
    int rc = ra_adsync_read(path, &sink, &a, err);

    if (rc != 0)
        return rc;
    if (cli->json)
        print_json(&a);
    else
        print_text(&a, path);
    if (study)
        differences = compare(cli, &a, study);
    ra_adsync_free(&a);
    return differences ? 7 : 0;
}
