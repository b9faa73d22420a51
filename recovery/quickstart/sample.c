#include "recovery/quickstart/sample.h"
#include "src/base/file.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct given {
    struct ra_org org;
    const char *dir;
};

enum { KEY_NO_DISASTER = 0x100, KEY_CLEAN, KEY_ALLOW };

static const struct argp_option options[] = {
    {"seed", 's', "N", 0, "Another organisation for another number (1)", 0},
    {"users", 'u', "N", 0, "People, 200 to 20000000 (3000); groups and the rest by their number",
     0},
    {"anchor", 'a', "KIND", 0,
     "What the lost server had as source anchor: consistency (mS-DS-ConsistencyGuid, the default), "
     "guid (objectGUID), custom (employeeID), mixed (some each: nobody can tell)",
     0},
    {"domain", 'd', "NAME", 0, "The AD domain's DNS name (contoso.test)", 0},
    {"tenant", 't', "GUID", 0, "The tenant's id", 0},
    {"no-disaster", KEY_NO_DISASTER, NULL, 0, "Both sides belong together without a fault", 0},
    {"clean", KEY_CLEAN, NULL, 0, "The same, and nothing that 'reanchor verify' would name", 0},
    {"allow", KEY_ALLOW, NULL, 0,
     "Expectations for takeover = allow and soft_match = server instead of deny", 0},
    {0},
};

static bool choose_mode(const char *arg, enum ra_org_mode *mode)
{
    static const char *const names[] = {"consistency", "guid", "custom", "mixed"};

    for (size_t i = 0; i < 4; i++)
        if (strcmp(arg, names[i]) == 0) {
            *mode = (enum ra_org_mode)i;
            return true;
        }
    return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct given *g = state->input;
    unsigned long long n = 0;

    switch (key) {
    case 's':
    case 'u':
        if (!ra_parse_uint(ra_str(arg), &n) || (key == 'u' && (n < 200 || n > 20000000)))
            argp_error(state, "have '%s', want a number%s", arg,
                       key == 'u' ? " from 200 to 20000000" : "");
        *(key == 's' ? &g->org.seed : &g->org.users) = n;
        return 0;
    case 'a':
        if (!choose_mode(arg, &g->org.mode))
            argp_error(state, "have '%s', want consistency, guid, custom or mixed", arg);
        return 0;
    case 'd':
        if (strlen(arg) > 30 || !strchr(arg, '.'))
            argp_error(state, "have '%s', want a DNS name of at most 30 characters", arg);
        g->org.domain = arg;
        return 0;
    case 't':
        if (!ra_guid_parse(ra_str(arg), &g->org.tenant))
            argp_error(state, "have '%s', want a GUID", arg);
        return 0;
    case KEY_NO_DISASTER:
        g->org.disaster = false;
        return 0;
    case KEY_CLEAN:
        g->org.disaster = false;
        g->org.clean = true;
        return 0;
    case KEY_ALLOW:
        g->org.allow = true;
        return 0;
    case ARGP_KEY_ARG:
        if (g->dir)
            argp_usage(state);
        g->dir = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        return argp_usage(state), 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "DIR",
    .doc =
        "Writes an organisation that has had a disaster: DIR/graph holds saved Graph responses, "
        "DIR/ad.ldif the dump of its Active Directory, DIR/expected.ndjson the verdict that each "
        "object was planted for, one a line.",
};

static const char *const files[RA_OUT_FILES] = {
    "graph/users.json",
    "graph/groups.json",
    "graph/contacts.json",
    "graph/devices.json",
    "graph/deletedUsers.json",
    "graph/roleAssignments.json",
    "graph/roleEligibilityScheduleInstances.json",
    "graph/roleGroupMembers.json",
    "ad.ldif",
    "expected.ndjson",
};

static int open_files(struct ra_org *o, const char *dir, struct ra_err *err)
{
    char path[4096];
    int rc;

    snprintf(path, sizeof path, "%s/graph", dir);
    rc = ra_dir_make(path, err);
    for (int i = 0; rc == 0 && i < RA_OUT_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        o->out[i] = fopen(path, "we");
        if (!o->out[i])
            rc = ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
        else if (i < RA_OUT_LISTS)
            fputs("{\"value\":[\n", o->out[i]);
    }
    if (rc == 0)
        fputs("version: 1\n\n", o->out[RA_OUT_LDIF]);
    return rc;
}

static int close_files(struct ra_org *o, int rc, struct ra_err *err)
{
    for (int i = 0; i < RA_OUT_FILES; i++) {
        bool bad = false;

        if (!o->out[i])
            continue;
        if (i < RA_OUT_LISTS)
            fputs("\n]}\n", o->out[i]);
        bad = ferror(o->out[i]);
        bad |= fclose(o->out[i]) != 0;
        if (bad && rc == 0)
            rc = ra_fail(err, RA_EIO, "%s: cannot be written: %s", files[i], strerror(errno));
    }
    return rc;
}

static void set_names(struct ra_org *o)
{
    size_t n = 0, first = strcspn(o->domain, ".");

    for (const char *s = o->domain; *s; s += strcspn(s, "."), s += *s == '.')
        n += (size_t)snprintf(o->base + n, sizeof o->base - n, "%sDC=%.*s", n ? "," : "",
                              (int)strcspn(s, "."), s);
    snprintf(o->initial, sizeof o->initial, "%.*s.onmicrosoft.com", (int)first, o->domain);
}

static int write_all(struct ra_org *o, const char *dir, struct ra_err *err)
{
    int rc = open_files(o, dir, err);

    if (rc == 0) {
        ra_sample_tree(o);
        ra_sample_people(o);
        ra_sample_groups(o);
        ra_sample_contacts(o);
        ra_sample_computers(o);
        ra_sample_want_summary(o);
        rc = ra_sample_documents(o, dir, err);
    }
    return close_files(o, rc, err);
}

int main(int argc, char **argv)
{
    struct given g = {
        .org = {.seed = 1, .users = 3000, .disaster = true, .domain = "contoso.test"}};
    struct ra_err err = {0};

    if (!ra_guid_parse(RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f"), &g.org.tenant))
        abort();
    argp_parse(&argp, argc, argv, 0, NULL, &g);
    set_names(&g.org);
    ra_buf_init(&g.org.line, 1 << 20);
    write_all(&g.org, g.dir, &err);
    ra_buf_free(&g.org.line);
    if (err.code)
        fprintf(stderr, "reanchor-sample: %s\n", err.msg);
    return ra_exit_status(&err);
}
