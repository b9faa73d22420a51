/*
 * What a sync server would send of an LDIF dump, one object a line, for POST /rehearsal/export:
 *   adexport DUMP EXPECTED consistency|guid|custom
 * Which objects are out of scope comes from what the organisation was planted with (EXPECTED), so
 * that nothing here asks the rules that are under test.
 */
#include "src/base/ident.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/directory/directory.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    cJSON *skipped; /* objectGUID: true */
    const char *mode;
};

static cJSON *read_skipped(const char *path)
{
    cJSON *out = cJSON_CreateObject();
    char *line = NULL;
    size_t cap = 0;
    FILE *fp = fopen(path, "r");
    while (fp && getline(&line, &cap, fp) > 0) {
        cJSON *o = cJSON_Parse(line);
        const char *code = cJSON_GetStringValue(cJSON_GetObjectItem(o, "code"));
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(o, "id"));
        if (code && id && (!strcmp(code, "SKIP_SCOPE") || !strcmp(code, "SKIP_LINKED")))
            cJSON_AddTrueToObject(out, id);
        cJSON_Delete(o);
    }
    free(line);
    if (fp)
        fclose(fp);
    return out;
}

static bool has_class(const struct ra_dir_entry *e, const char *name)
{
    size_t n;
    const struct ra_str *v = ra_dir_entry_values(e, "objectClass", &n);
    for (size_t i = 0; i < n; i++) {
        if (ra_str_eq_fold(v[i], ra_str(name)))
            return true;
    }
    return false;
}

static const char *kind_of(const struct ra_dir_entry *e)
{
    if (has_class(e, "computer"))
        return "device";
    if (has_class(e, "user") || has_class(e, "inetOrgPerson"))
        return "user";
    if (has_class(e, "group"))
        return "group";
    return has_class(e, "contact") ? "contact" : NULL;
}

/* domain 6.1: a sync server's own rule, under which reanchor's ad.hold keeps objects out. */
static bool held(const char *kind, const struct ra_dir_entry *e)
{
    struct ra_str prefix = !strcmp(kind, "user")    ? RA_STR("User_")
                           : !strcmp(kind, "group") ? RA_STR("Group_")
                                                    : RA_STR("Contact_");
    return strcmp(kind, "device") != 0 &&
           ra_str_starts_fold(ra_dir_entry_first(e, "adminDescription"), prefix);
}

static void key_str(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static void put_anchor(struct ra_json *j, const struct run *r, const char *kind,
                       const struct ra_dir_entry *e)
{
    bool user = !strcmp(kind, "user"), group = !strcmp(kind, "group");
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID");
    struct ra_str own = ra_dir_entry_first(e, "mS-DS-ConsistencyGuid");
    if (user && !strcmp(r->mode, "custom")) {
        key_str(j, "sourceAnchor", ra_dir_entry_first(e, "employeeID"));
        return;
    }
    if ((user || group) && !strcmp(r->mode, "consistency") && own.n)
        guid = own;
    char *text = ra_malloc(ra_base64_size(guid.n));
    ra_base64(guid.p, guid.n, text);
    key_str(j, "sourceAnchor", ra_str(text));
    free(text);
}

/* Without a UPN the account name at the domain's DNS name stands in. */
static void put_upn(struct ra_json *j, const struct ra_dir_entry *e)
{
    struct ra_str upn = ra_dir_entry_first(e, "userPrincipalName");
    char text[512];
    if (!upn.n) {
        struct ra_str sam = ra_dir_entry_first(e, "sAMAccountName");
        snprintf(text, sizeof(text), "%.*s@contoso.test", (int)sam.n, sam.p ? sam.p : "");
        upn = ra_str(text);
    }
    key_str(j, "userPrincipalName", upn);
}

static void put_addresses(struct ra_json *j, const struct ra_dir_entry *e)
{
    size_t n;
    const struct ra_str *v = ra_dir_entry_values(e, "proxyAddresses", &n);
    ra_json_key(j, "proxyAddresses");
    ra_json_array(j);
    for (size_t i = 0; i < n; i++)
        ra_json_str(j, v[i]);
    ra_json_array_end(j);
}

static void put_texts(struct ra_json *j, const struct ra_dir_entry *e)
{
    static const char *const same[] = {"mail", "mailNickname", "sAMAccountName"};
    struct ra_str name = ra_dir_entry_first(e, "displayName");
    char sid[RA_SID_TEXT] = "";
    struct ra_str raw = ra_dir_entry_first(e, "objectSid");
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        key_str(j, same[i], ra_dir_entry_first(e, same[i]));
    key_str(j, "displayName", name.n ? name : ra_dir_entry_first(e, "cn"));
    if (raw.n)
        ra_sid_text(raw.p, raw.n, sid);
    key_str(j, "objectSid", ra_str(sid));
}

static int each(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    const struct run *r = ctx;
    const char *kind = kind_of(e);
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID");
    char text[RA_GUID_TEXT];
    struct ra_buf b;
    struct ra_json j;
    if (!kind || guid.n != 16)
        return 0;
    ra_guid_text((const uint8_t *)guid.p, text);
    bool deleted = ra_str_eq_fold(ra_dir_entry_first(e, "isDeleted"), RA_STR("TRUE"));
    ra_buf_init(&b, 1U << 20);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "kind");
    ra_json_z(&j, kind);
    ra_json_key(&j, "objectGUID");
    ra_json_z(&j, text);
    put_anchor(&j, r, kind, e);
    put_upn(&j, e);
    put_addresses(&j, e);
    put_texts(&j, e);
    ra_json_key(&j, "deleted");
    ra_json_bool(&j, deleted);
    ra_json_key(&j, "cloudFiltered");
    ra_json_bool(&j, cJSON_HasObjectItem(r->skipped, text) || held(kind, e));
    ra_json_object_end(&j);
    puts(ra_buf_z(&b));
    ra_buf_free(&b);
    (void)err;
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const all[] = {"*", NULL};
    char uri[4096];
    struct ra_err err = {0};
    struct ra_dir *d;
    if (argc != 4)
        return 1;
    struct run r = {.skipped = read_skipped(argv[2]), .mode = argv[3]};
    snprintf(uri, sizeof(uri), "ldif:%s", argv[1]);
    int rc = ra_dir_open(&(struct ra_dir_options){.name = "dump", .uri = uri}, &d, &err);
    if (!rc) {
        rc =
            ra_dir_search(d, &(struct ra_dir_query){.filter = "(objectClass=*)", .attributes = all},
                          each, &r, &err);
        ra_dir_close(&d);
    }
    cJSON_Delete(r.skipped);
    if (rc)
        fprintf(stderr, "adexport: %s\n", err.msg);
    return rc ? 1 : 0;
}
