#include "recovery/import/cs_object.h"

#include "recovery/model/anchor.h"

#include <string.h>

/* The higher, the more it was so in the tenant. */
static const struct {
    const char *element;
    int rank;
} holograms[] = {
    {"synchronized-hologram", 6},
    {"hologram", 6},
    {"pending-import-hologram", 5},
    {"import-hologram", 5},
    {"unconfirmed-export-hologram", 3},
    {"escrowed-export-hologram", 2},
    {"export-hologram", 1},
    {"unapplied-export-hologram", 1},
};
#define EXPORTED 4 /* below: only what the server wanted to send */

void ra_cs_init(struct ra_cs_object *o)
{
    *o = (struct ra_cs_object){0};
    ra_buf_init(&o->text, RA_IMPORT_VALUE_MAX);
    ra_buf_init(&o->other, RA_IMPORT_OTHER_MAX);
}

void ra_cs_free(struct ra_cs_object *o)
{
    ra_buf_free(&o->text);
    ra_buf_free(&o->other);
    ra_arena_free(&o->arena);
}

static struct ra_str keep(struct ra_cs_object *o, struct ra_str s)
{
    return ra_str_n(ra_arena_copy(&o->arena, s.p, s.n), s.n);
}

void ra_cs_begin(struct ra_cs_object *o, struct ra_str dn, struct ra_str type, uint64_t line)
{
    struct ra_arena arena = o->arena;
    struct ra_buf text = o->text, other = o->other;

    ra_arena_reset(&arena);
    ra_buf_clear(&text);
    ra_buf_clear(&other);
    *o = (struct ra_cs_object){
        .open = true, .line = line, .arena = arena, .text = text, .other = other};
    o->dn = keep(o, dn);
    o->type = keep(o, type);
}

/* A better hologram than the one before makes that one forgotten. */
static void begin_hologram(struct ra_cs_object *o, int rank)
{
    o->section = rank > o->best ? rank : 0;
    if (o->section == 0)
        return;
    o->best = rank;
    o->e = (struct ra_import_entry){0};
    o->source_anchor = ra_str_n(NULL, 0);
    ra_buf_clear(&o->other);
}

static void begin_section(struct ra_cs_object *o, const char *element)
{
    o->section = 0;
    o->pending_import = strcmp(element, "pending-import") == 0;
    for (size_t i = 0; i < sizeof holograms / sizeof holograms[0]; i++)
        if (strcmp(element, holograms[i].element) == 0)
            begin_hologram(o, holograms[i].rank);
}

/* SECTION 1, entry or delta 2, attr or anchor 3, value 4. */
void ra_cs_start(struct ra_cs_object *o, int depth, const char *element, const char *name,
                 const char *operation, const char *encoding, const char *type, uint64_t line)
{
    if (!o->open)
        return;
    if (depth == 1) {
        begin_section(o, element);
    } else if (depth == 2) {
        if (o->pending_import && operation && strcmp(operation, "delete") == 0)
            o->pending_delete = true;
    } else if (depth == 3 && o->section) {
        o->anchor = strcmp(element, "anchor") == 0;
        o->base64 =
            (encoding && strcmp(encoding, "base64") == 0) || (type && strcmp(type, "binary") == 0);
        o->value_line = line;
        o->name[0] = '\0';
        if (strcmp(element, "attr") == 0 && name && strlen(name) < sizeof o->name)
            strcpy(o->name, name);
        ra_buf_clear(&o->text);
    } else if (depth == 4 && o->section && o->name[0]) {
        o->value = strcmp(element, "value") == 0;
        o->base64 = o->base64 || (encoding && strcmp(encoding, "base64") == 0);
        o->value_line = line;
        ra_buf_clear(&o->text);
    }
}

void ra_cs_text(struct ra_cs_object *o, int depth, const char *s, size_t n)
{
    if (o->open && o->section && ((depth == 3 && o->anchor) || (depth == 4 && o->value)))
        ra_buf_put(&o->text, s, n);
}

static void wrong(struct ra_cs_object *o, struct ra_import_reader *r, const char *name,
                  struct ra_str value, const char *want)
{
    char room[96];

    o->wrong = true;
    (void)ra_import_wrong(r, NULL, o->value_line, "%s is '%s', want %s", name,
                          ra_import_quote(value, room), want);
}

static void take_address(struct ra_cs_object *o, struct ra_str v)
{
    if (v.n > 5 && memcmp(v.p, "SMTP:", 5) == 0)
        o->e.smtp = keep(o, ra_str_from(v, 5));
    ra_import_keep_other(&o->e, &o->other, RA_STR("proxyAddresses"), v);
}

/* The attributes of the Entra connector that are evidence. */
static bool take_known(struct ra_cs_object *o, struct ra_import_reader *r, struct ra_str name,
                       struct ra_str v)
{
    static const struct {
        struct ra_str name;
        size_t at;
    } texts[] = {
        {{"userPrincipalName", 17}, offsetof(struct ra_import_entry, upn)},
        {{"displayName", 11}, offsetof(struct ra_import_entry, display_name)},
        {{"onPremisesSamAccountName", 24}, offsetof(struct ra_import_entry, sam)},
        {{"onPremisesDistinguishedName", 27}, offsetof(struct ra_import_entry, dn)},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (ra_str_eq_fold(name, texts[i].name)) {
            struct ra_str s = keep(o, v);
            memcpy((char *)&o->e + texts[i].at, &s, sizeof s);
            return true;
        }
    if (ra_str_eq_fold(name, RA_STR("sourceAnchor"))) {
        o->source_anchor = keep(o, v);
    } else if (ra_str_eq_fold(name, RA_STR("cloudAnchor"))) {
        if (!ra_import_cloud_anchor(v, o->base64, &o->arena, &o->e.id))
            wrong(o, r, "cloudAnchor", v, "a kind, '_' and an object id");
    } else if (ra_str_eq_fold(name, RA_STR("onPremiseSecurityIdentifier"))) {
        if (!ra_import_sid_text(v, &o->arena, &o->e.sid))
            wrong(o, r, "onPremiseSecurityIdentifier", v, "a SID");
    } else if (ra_str_eq_fold(name, RA_STR("onPremisesObjectIdentifier"))) {
        if (!ra_import_guid_text(v, &o->arena, &o->e.identifier))
            wrong(o, r, "onPremisesObjectIdentifier", v, "a GUID or the Base64 of its bytes");
    } else if (ra_str_eq_fold(name, RA_STR("proxyAddresses"))) {
        take_address(o, v);
    } else {
        return false;
    }
    return true;
}

static void take_value(struct ra_cs_object *o, struct ra_import_reader *r)
{
    struct ra_str v = ra_import_trim(ra_str_n(o->text.p, o->text.n)), name = ra_str(o->name);

    if (o->text.overflow) {
        o->wrong = true;
        (void)ra_import_wrong(r, NULL, o->value_line, "a value of %s of more than %zu bytes",
                              o->name, RA_IMPORT_VALUE_MAX);
    } else if (!ra_str_absent(v) && !take_known(o, r, name, v)) {
        ra_import_keep_other(&o->e, &o->other, name, v);
    }
}

/* The name of the object in the tenant: a kind, '_' and its id, as bytes. */
static void take_anchor(struct ra_cs_object *o, struct ra_import_reader *r)
{
    struct ra_str v = ra_import_trim(ra_str_n(o->text.p, o->text.n));

    if (!ra_str_absent(v) && ra_str_absent(o->e.id) &&
        !ra_import_cloud_anchor(v, o->base64, &o->arena, &o->e.id))
        wrong(o, r, "anchor", v, "the bytes of a kind, '_' and an object id");
}

void ra_cs_finish(struct ra_cs_object *o, int depth, const char *element,
                  struct ra_import_reader *r)
{
    (void)element;
    if (!o->open)
        return;
    if (depth == 4 && o->value) {
        take_value(o, r);
        o->value = false;
    } else if (depth == 3 && o->anchor) {
        take_anchor(o, r);
        o->anchor = false;
    } else if (depth == 3) {
        o->name[0] = '\0';
    } else if (depth == 1) {
        o->section = 0;
        o->pending_import = false;
    }
}

/* What the name of the object says; CN={…} that is no anchor is damage, another name is not. */
static int decode_name(struct ra_cs_object *o, struct ra_import_reader *r)
{
    struct ra_str anchor;
    const char *why = "is no hexadecimal number of whole bytes";
    char room[96];

    if (!ra_str_starts_fold(o->dn, RA_STR("CN={"))) {
        o->e.left_out = RA_LEFT_OTHER_DN;
        return 0;
    }
    if (ra_anchor_from_connector_dn(o->dn, &o->arena, &anchor) &&
        ra_import_is_anchor(anchor, &why)) {
        o->e.anchor = anchor;
        return 0;
    }
    o->wrong = true;
    return ra_import_wrong(r, NULL, o->line,
                           "cs-dn is '%s', want CN={ hexadecimal digits of an anchor }: it %s",
                           ra_import_quote(o->dn, room), why);
}

static void judge(struct ra_cs_object *o)
{
    if (o->e.left_out)
        return;
    if (!ra_import_kind(o->type, &o->e.kind))
        o->e.left_out = RA_LEFT_OTHER_KIND;
    else if (!ra_str_absent(o->source_anchor) && !ra_str_eq(o->source_anchor, o->e.anchor))
        o->e.left_out = RA_LEFT_CONTRADICTION;
    else if (o->pending_delete)
        o->e.left_out = RA_LEFT_DELETED;
    else if (o->best && o->best < EXPORTED)
        o->e.left_out = RA_LEFT_NEVER_EXPORTED;
}

int ra_cs_end(struct ra_cs_object *o, struct ra_import_reader *r, struct ra_import_entry *out)
{
    int rc = decode_name(o, r);

    o->open = false;
    o->e.line = o->line;
    judge(o);
    *out = o->e;
    if (rc != 0)
        return rc;
    if (r->wrong >= RA_IMPORT_WRONG_MAX)
        return -(int)RA_EINPUT;
    return o->wrong ? 0 : 1;
}
