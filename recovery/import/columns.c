#include "recovery/import/columns.h"

#include "recovery/model/anchor.h"

#include <stdio.h>
#include <string.h>

/* Import-ADSyncToolsSourceAnchor writes UserPrincipalName and ImmutableIdGUID, by which its report
 * asks; the rest are the names that the attributes have in Graph, MSOnline, AD and csexport. */
static const struct {
    const char *name; /* folded, letters and digits alone */
    enum ra_column is;
} known[] = {
    {"userprincipalname", RA_COL_UPN},
    {"upn", RA_COL_UPN},
    {"immutableidguid", RA_COL_ANCHOR_GUID},
    {"sourceanchorguid", RA_COL_ANCHOR_GUID},
    {"immutableid", RA_COL_ANCHOR},
    {"onpremisesimmutableid", RA_COL_ANCHOR},
    {"sourceanchor", RA_COL_ANCHOR},
    {"connectordn", RA_COL_CONNECTOR_DN},
    {"csdn", RA_COL_CONNECTOR_DN},
    {"id", RA_COL_ID},
    {"objectid", RA_COL_ID},
    {"azureadobjectid", RA_COL_ID},
    {"entraobjectid", RA_COL_ID},
    {"objectsid", RA_COL_SID},
    {"onpremisessecurityidentifier", RA_COL_SID},
    {"onpremisesecurityidentifier", RA_COL_SID},
    {"mail", RA_COL_MAIL},
    {"emailaddress", RA_COL_MAIL},
    {"samaccountname", RA_COL_SAM},
    {"onpremisessamaccountname", RA_COL_SAM},
    {"distinguishedname", RA_COL_DN},
    {"onpremisesdistinguishedname", RA_COL_DN},
    {"displayname", RA_COL_NAME},
    {"onpremisesobjectidentifier", RA_COL_IDENTIFIER},
    {"objecttype", RA_COL_KIND},
    {"objectclass", RA_COL_KIND},
};

enum ra_column ra_column_of(struct ra_str name)
{
    char room[40];
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        char c = ra_fold(name.p[i]);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            if (n == sizeof room)
                return RA_COL_OTHER;
            room[n++] = c;
        } else if (!strchr(" -_.", c)) {
            return RA_COL_OTHER;
        }
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (n && ra_str_eq(ra_str_n(room, n), ra_str(known[i].name)))
            return known[i].is;
    return RA_COL_OTHER;
}

bool ra_columns_read(struct ra_columns *c, const struct ra_str *names, size_t n, char *why,
                     size_t why_n)
{
    char room[96], other[96];

    *c = (struct ra_columns){.n = n};
    for (size_t i = 0; i < n; i++) {
        struct ra_str name = ra_import_trim(names[i]);
        enum ra_column is = c->is[i] = ra_column_of(name);

        c->names[i] = ra_str_n(ra_arena_copy(&c->arena, name.p, name.n), name.n);
        if (is != RA_COL_OTHER && c->at[is]) {
            snprintf(why, why_n, "columns '%s' and '%s' mean the same, want one of them",
                     ra_import_quote(c->names[c->at[is] - 1], room), ra_import_quote(name, other));
            return false;
        }
        c->at[is] = i + 1;
    }
    if (c->at[RA_COL_ANCHOR_GUID] || c->at[RA_COL_ANCHOR] || c->at[RA_COL_CONNECTOR_DN])
        return true;
    snprintf(why, why_n,
             "no column of anchors, want ImmutableIdGUID (as Import-ADSyncToolsSourceAnchor writes "
             "it), ImmutableId or SourceAnchor; the first of %zu is '%s'",
             n, n ? ra_import_quote(c->names[0], room) : "");
    return false;
}

void ra_columns_free(struct ra_columns *c)
{
    ra_arena_free(&c->arena);
}

struct row {
    const struct ra_columns *c;
    struct ra_import_reader *r;
    const struct ra_str *fields;
    struct ra_arena *a;
    struct ra_import_entry *e;
};

static struct ra_str field(const struct row *w, enum ra_column is)
{
    return w->c->at[is] ? ra_import_trim(w->fields[w->c->at[is] - 1]) : ra_str_n(NULL, 0);
}

static int wrong(const struct row *w, enum ra_column is, const char *want)
{
    char name[96], value[96];

    return ra_import_wrong(w->r, NULL, w->e->line, "%s is '%s', want %s",
                           ra_import_quote(w->c->names[w->c->at[is] - 1], name),
                           ra_import_quote(field(w, is), value), want);
}

/* The same anchor in another column must be the same anchor. */
static void settle(struct ra_import_entry *e, struct ra_str anchor)
{
    if (ra_str_absent(e->anchor))
        e->anchor = anchor;
    else if (!ra_str_eq(e->anchor, anchor))
        e->left_out = RA_LEFT_CONTRADICTION;
}

/* 1 when all is well, else as wrong(). */
static int take_anchors(const struct row *w)
{
    struct ra_str s = field(w, RA_COL_ANCHOR_GUID), anchor;
    const char *why;

    if (!ra_str_absent(s)) {
        if (!ra_import_guid_anchor(s, w->a, &anchor))
            return wrong(w, RA_COL_ANCHOR_GUID, "a GUID");
        settle(w->e, anchor);
    }
    s = field(w, RA_COL_ANCHOR);
    if (!ra_str_absent(s)) {
        if (!ra_import_is_anchor(s, &why))
            return wrong(w, RA_COL_ANCHOR, "the Base64 of 16 bytes, or the string of an attribute");
        settle(w->e, s);
    }
    s = field(w, RA_COL_CONNECTOR_DN);
    if (!ra_str_absent(s)) {
        if (!ra_anchor_from_connector_dn(s, w->a, &anchor) || !ra_import_is_anchor(anchor, &why))
            return wrong(w, RA_COL_CONNECTOR_DN, "CN={ hexadecimal digits of an anchor }");
        settle(w->e, anchor);
    }
    if (ra_str_absent(w->e->anchor))
        w->e->left_out = RA_LEFT_NO_ANCHOR;
    return 1;
}

static int take_identifiers(const struct row *w)
{
    struct ra_str s = field(w, RA_COL_ID);

    if (!ra_str_absent(s) && !ra_import_guid_text(s, w->a, &w->e->id))
        return wrong(w, RA_COL_ID, "a GUID");
    s = field(w, RA_COL_SID);
    if (!ra_str_absent(s) && !ra_import_sid_text(s, w->a, &w->e->sid))
        return wrong(w, RA_COL_SID, "a SID");
    s = field(w, RA_COL_IDENTIFIER);
    if (!ra_str_absent(s) && !ra_import_guid_text(s, w->a, &w->e->identifier))
        return wrong(w, RA_COL_IDENTIFIER, "a GUID");
    return 1;
}

int ra_columns_entry(const struct ra_columns *c, struct ra_import_reader *r,
                     const struct ra_str *fields, struct ra_arena *a, struct ra_buf *other,
                     struct ra_import_entry *e)
{
    const struct row w = {c, r, fields, a, e};
    struct ra_str kind = field(&w, RA_COL_KIND);
    int rc = take_anchors(&w);

    if (rc == 1)
        rc = take_identifiers(&w);
    if (rc != 1)
        return rc;
    e->upn = field(&w, RA_COL_UPN);
    e->smtp = field(&w, RA_COL_MAIL);
    e->sam = field(&w, RA_COL_SAM);
    e->dn = field(&w, RA_COL_DN);
    e->display_name = field(&w, RA_COL_NAME);
    if (!ra_str_absent(kind) && !ra_import_kind(kind, &e->kind))
        e->left_out = RA_LEFT_OTHER_KIND;
    for (size_t i = 0; i < c->n; i++)
        if (c->is[i] == RA_COL_OTHER)
            ra_import_keep_other(e, other, c->names[i], fields[i]);
    return 1;
}
