#include "src/graph/permission.h"

#include "src/base/ident.h"
#include "src/graph/internal.h"
#include "src/graph/token.h"

#include <cjson/cJSON.h>
#include <string.h>

#define TOKEN_MAX ((size_t)1 << 16)
#define NAMES_MAX 1000

#define READING   "doctor fetch rebuild verify backup restore apply"
#define DIRECTORY " Directory.Read.All Directory.ReadWrite.All "

/* graph 1.4: the least that suffices, and what includes it. */
static const struct ra_permission_info permissions[] = {
    {{"User.Read.All", "df021288-bdef-4463-88db-98f22de89214"},
     RA_NEED_READING,
     "users, deleted users",
     READING,
     " User.ReadWrite.All" DIRECTORY},
    {{"GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"},
     RA_NEED_READING,
     "groups, members of groups that hold a role",
     READING,
     " Group.Read.All Group.ReadWrite.All GroupMember.ReadWrite.All" DIRECTORY},
    {{"OrgContact.Read.All", "e1a88a34-94c4-4418-be12-c87b00e26bea"},
     RA_NEED_READING,
     "contacts",
     READING,
     DIRECTORY},
    {{"Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715"},
     RA_NEED_READING,
     "devices",
     READING,
     " Device.ReadWrite.All" DIRECTORY},
    {{"Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"},
     RA_NEED_FACTS,
     "the organization: another sync server by its last sync",
     READING,
     " Organization.ReadWrite.All" DIRECTORY},
    {{"Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"},
     RA_NEED_FACTS,
     "verified domains",
     READING,
     " Domain.ReadWrite.All" DIRECTORY},
    {{"OnPremDirectorySynchronization.Read.All", "bb70e231-92dc-4729-aff5-697b3f04be95"},
     RA_NEED_FACTS,
     "the tenant's switches, threshold and anchor attribute",
     READING,
     " OnPremDirectorySynchronization.ReadWrite.All "},
    {{"RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"},
     RA_NEED_FACTS,
     "role assignments and definitions",
     READING,
     " RoleManagement.ReadWrite.Directory RoleManagement.Read.All" DIRECTORY},
    {{"RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5"},
     RA_NEED_FACTS,
     "role eligibilities",
     READING,
     " RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.Read.Directory"
     " RoleManagement.ReadWrite.Directory RoleManagement.Read.All "},
    {{"User-OnPremisesSyncBehavior.ReadWrite.All", "a94a502d-0281-4d15-8cd2-682ac9362c4c"},
     RA_NEED_FACTS,
     "whether the cloud manages a user; apply: clear onPremisesObjectIdentifier",
     "doctor fetch rebuild apply",
     ""},
    {{"Group-OnPremisesSyncBehavior.ReadWrite.All", "2d9bd318-b883-40be-9df7-63ec4fcdc424"},
     RA_NEED_FACTS,
     "whether the cloud manages a group",
     "doctor fetch rebuild",
     ""},
    {{"Contacts-OnPremisesSyncBehavior.ReadWrite.All", "1a997f7e-17c6-44c3-adc4-996e0712c777"},
     RA_NEED_FACTS,
     "whether the cloud manages a contact",
     "doctor fetch rebuild",
     ""},
    {{"User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"},
     RA_NEED_APPLY,
     "set onPremisesImmutableId",
     "apply",
     " Directory.ReadWrite.All "},
    {{"OnPremDirectorySynchronization.ReadWrite.All", "c22a92cc-79bf-4bb1-8b6c-e0a05d3d80ce"},
     RA_NEED_APPLY,
     "open and close the tenant's switches",
     "apply",
     ""},
};

const struct ra_permission_info *ra_permissions(size_t *n)
{
    *n = sizeof permissions / sizeof permissions[0];
    return permissions;
}

/* ---- the token's claims ---- */

/* base64url without padding, as RFC 7515 has it, in the form that ra_base64_decode takes. */
static bool decode(struct ra_str part, struct ra_arena *a, struct ra_str *out)
{
    char *text = ra_arena_alloc(a, part.n + 4), *bytes = ra_arena_alloc(a, part.n + 4);
    size_t n = part.n;

    for (size_t i = 0; i < part.n; i++)
        text[i] = part.p[i] == '-' ? '+' : part.p[i] == '_' ? '/' : part.p[i];
    while (n % 4)
        text[n++] = '=';
    *out = (struct ra_str){bytes, part.n + 4};
    return ra_base64_decode((struct ra_str){text, n}, bytes, &out->n);
}

static void add(struct ra_grants *g, struct ra_str name)
{
    if (!ra_str_absent(name) && g->n < NAMES_MAX)
        g->names[g->n++] = ra_str_n(ra_arena_copy(&g->arena, name.p, name.n), name.n);
}

static void take_roles(struct ra_grants *g, const cJSON *roles)
{
    const cJSON *i;

    g->told = true;
    cJSON_ArrayForEach(i, roles) if (cJSON_IsString(i)) add(g, ra_str(i->valuestring));
}

static void take_scopes(struct ra_grants *g, const char *scopes)
{
    g->told = g->delegated = true;
    while (*scopes) {
        size_t n = strcspn(scopes, " ");
        add(g, ra_str_n(scopes, n));
        scopes += n + (scopes[n] == ' ');
    }
}

static void take_claims(struct ra_grants *g, struct ra_str json)
{
    cJSON *root = cJSON_ParseWithLength(json.p, json.n);
    const cJSON *roles = cJSON_GetObjectItemCaseSensitive(root, "roles");
    const char *scopes = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "scp"));

    if (scopes)
        take_scopes(g, scopes);
    else if (cJSON_IsArray(roles))
        take_roles(g, roles);
    else
        g->told = cJSON_IsObject(root); /* an application that was granted nothing has no roles */
    cJSON_Delete(root);
}

void ra_grants_read(struct ra_str token, struct ra_grants *out)
{
    struct ra_arena scratch = {0};
    const char *dot = token.n && token.n <= TOKEN_MAX ? memchr(token.p, '.', token.n) : NULL;
    struct ra_str rest, claims;
    const char *end;

    *out = (struct ra_grants){0};
    if (!dot)
        return;
    rest = ra_str_from(token, (size_t)(dot - token.p) + 1);
    end = rest.n ? memchr(rest.p, '.', rest.n) : NULL;
    if (!end)
        return;
    out->names = ra_arena_alloc(&out->arena, NAMES_MAX * sizeof *out->names);
    if (decode(ra_str_n(rest.p, (size_t)(end - rest.p)), &scratch, &claims))
        take_claims(out, claims);
    ra_arena_free(&scratch);
}

void ra_graph_grants(const struct ra_graph *g, struct ra_grants *out)
{
    *out = (struct ra_grants){0};
    if (g->token && g->token->access)
        ra_grants_read(ra_secret_reveal(g->token->access), out);
}

void ra_grants_free(struct ra_grants *g)
{
    ra_arena_free(&g->arena);
    *g = (struct ra_grants){0};
}

static bool includes(const char *covered, struct ra_str name)
{
    for (const char *p = covered; *p;) {
        size_t n = strcspn(p, " ");
        if (n && ra_str_eq(ra_str_n(p, n), name))
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

struct ra_str ra_grants_cover(const struct ra_grants *g, const struct ra_permission_info *p)
{
    for (size_t i = 0; i < g->n; i++)
        if (ra_str_eq(g->names[i], ra_str(p->permission.name)))
            return g->names[i];
    for (size_t i = 0; i < g->n; i++)
        if (includes(p->covered, g->names[i]))
            return g->names[i];
    return (struct ra_str){NULL, 0};
}
