/* Which permissions the token carries, beside what each is for and the command that grants it. */
#include "recovery/cli/doctor.h"

#include "src/base/json.h"

#include <string.h>

#define GRAPH_APP "00000003-0000-0000-c000-000000000000"

struct row {
    const struct ra_permission_info *info;
    struct ra_str by; /* what covers it, absent for nothing */
};

static enum ra_finding finding_of(const struct ra_grants *g, const struct row *r)
{
    static const enum ra_finding missing[] = {[RA_NEED_READING] = RA_FINDING_FAULT,
                                              [RA_NEED_FACTS] = RA_FINDING_WARNING,
                                              [RA_NEED_APPLY] = RA_FINDING_SKIPPED};

    if (!g->told)
        return RA_FINDING_SKIPPED;
    return ra_str_absent(r->by) ? missing[r->info->need] : RA_FINDING_OK;
}

/* ---- how to grant ---- */

/* An identity has no consent page; a person's scopes have other ids than an application's roles. */
static void put_command(const struct ra_doctor *d, const struct ra_grants *g, const char *ids,
                        const char *first, struct ra_buf *out)
{
    const struct ra_config *c = d->cli->config;
    const char *client = c->tenant.client_id ? c->tenant.client_id : "CLIENT_ID";

    if (g->delegated)
        ra_buf_puts(out, "Entra admin centre, the app's API permissions, delegated permissions of "
                         "these names, with admin consent");
    else if (c->tenant.auth == RA_AUTH_MANAGED_IDENTITY)
        ra_buf_printf(out,
                      "az rest --method POST --url \"https://graph.microsoft.com/v1.0/"
                      "servicePrincipals/$identity/appRoleAssignments\" --body "
                      "\"{\\\"principalId\\\":\\\"$identity\\\",\\\"resourceId\\\":\\\"$graph\\\","
                      "\\\"appRoleId\\\":\\\"%s\\\"}\"",
                      first);
    else
        ra_buf_printf(out,
                      "az ad app permission add --id %s --api " GRAPH_APP
                      " --api-permissions%s && az ad app permission admin-consent --id %s",
                      client, ids, client);
}

static void put_one_command(const struct ra_doctor *d, const struct ra_grants *g,
                            const struct ra_permission *p, struct ra_buf *out)
{
    char ids[64];

    snprintf(ids, sizeof ids, " %s=Role", p->app_role_id);
    put_command(d, g, ids, p->app_role_id, out);
}

/* ---- as objects ---- */

static void put_words(struct ra_json *j, const char *words)
{
    ra_json_array(j);
    while (*words) {
        size_t n = strcspn(words, " ");
        ra_json_str(j, ra_str_n(words, n));
        words += n + (words[n] == ' ');
    }
    ra_json_array_end(j);
}

static void put_object(const struct ra_doctor *d, const struct ra_grants *g, const struct row *r)
{
    static const char *const needs[] = {"reading", "facts", "apply"};
    bool granted = !ra_str_absent(r->by);
    struct ra_buf b, command;
    struct ra_json j;

    ra_buf_init(&b, 1 << 16);
    ra_buf_init(&command, 1 << 14);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "permission");
    ra_json_key(&j, "name");
    ra_json_z(&j, r->info->permission.name);
    ra_json_key(&j, "app_role_id");
    ra_json_z(&j, r->info->permission.app_role_id);
    ra_json_key(&j, "granted");
    if (g->told)
        ra_json_bool(&j, granted);
    else
        ra_json_null(&j);
    ra_json_key(&j, "by");
    ra_json_str(&j, r->by);
    ra_json_key(&j, "need");
    ra_json_z(&j, needs[r->info->need]);
    ra_json_key(&j, "what");
    ra_json_z(&j, r->info->what);
    ra_json_key(&j, "commands");
    put_words(&j, r->info->commands);
    put_one_command(d, g, &r->info->permission, &command);
    ra_json_key(&j, "fix");
    ra_json_z(&j, g->told && granted ? NULL : ra_buf_z(&command));
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
    ra_buf_free(&command);
}

/* ---- as a table ---- */

static void put_line(const struct ra_doctor *d, const struct ra_grants *g, const struct row *r)
{
    const struct ra_permission *p = &r->info->permission;
    const char *state = !g->told                         ? ""
                        : !ra_str_absent(r->by)          ? ""
                        : r->info->need == RA_NEED_APPLY ? ", not granted: for apply alone"
                                                         : ", not granted";

    ra_doctor_mark(d, finding_of(g, r));
    printf(" %-46s %s%s\n      %s; for %s\n", p->name, p->app_role_id, state, r->info->what,
           r->info->commands);
    if (!ra_str_absent(r->by) && !ra_str_eq(r->by, ra_str(p->name)))
        printf("      covered by " RA_STR_FMT "\n", RA_STR_ARG(r->by));
}

/* One command for all that reading lacks; what apply alone needs is granted for its time. */
static void put_grant(const struct ra_doctor *d, const struct ra_grants *g, const struct row *rows,
                      size_t n)
{
    struct ra_buf ids, command;
    const char *first = NULL;

    ra_buf_init(&ids, 1 << 12);
    ra_buf_init(&command, 1 << 14);
    for (size_t i = 0; i < n; i++)
        if (g->told && ra_str_absent(rows[i].by) && rows[i].info->need != RA_NEED_APPLY) {
            ra_buf_printf(&ids, " %s=Role", rows[i].info->permission.app_role_id);
            first = first ? first : rows[i].info->permission.app_role_id;
        }
    if (first) {
        put_command(d, g, ra_buf_z(&ids), first, &command);
        printf("      fix: %s\n", ra_buf_z(&command));
    }
    ra_buf_free(&ids);
    ra_buf_free(&command);
}

static void tell(struct ra_doctor *d, const struct ra_grants *g)
{
    if (!g->told)
        ra_doctor_skip(d, "token", "does not tell what was granted; what was tried above does");
    else if (g->delegated)
        ra_doctor_ok(d, "token", "acts for a person, with %zu scopes", g->n);
    else
        ra_doctor_ok(d, "token", "carries %zu application permission%s", g->n,
                     g->n == 1 ? "" : "s");
}

void ra_doctor_grants(struct ra_doctor *d, const struct ra_graph *graph)
{
    struct row rows[32];
    struct ra_grants g;
    size_t n;
    const struct ra_permission_info *all = ra_permissions(&n);

    d->group = "permissions";
    ra_graph_grants(graph, &g);
    tell(d, &g);
    for (size_t i = 0; i < n && i < sizeof rows / sizeof rows[0]; i++) {
        rows[i] = (struct row){&all[i], ra_grants_cover(&g, &all[i])};
        if (d->cli->json)
            put_object(d, &g, &rows[i]);
        else
            put_line(d, &g, &rows[i]);
    }
    if (!d->cli->json)
        put_grant(d, &g, rows, n);
    ra_grants_free(&g);
}
