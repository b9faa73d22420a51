#include "recovery/cli/import_print.h"

#include "src/base/json.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX ((size_t)256 << 20)

void ra_import_print_init(struct ra_import_print *p)
{
    for (int f = 0; f < RA_FINDINGS; f++)
        ra_buf_init(&p->lines[f], LINES_MAX);
}

void ra_import_print_free(struct ra_import_print *p)
{
    for (int f = 0; f < RA_FINDINGS; f++)
        ra_buf_free(&p->lines[f]);
}

/* The GUID that an anchor is the Base64 of; absent for any other. */
static struct ra_str guid_of(struct ra_str anchor, char room[RA_GUID_TEXT])
{
    unsigned char bytes[24];
    size_t n = sizeof bytes;

    if (anchor.n != 24 || !ra_base64_decode(anchor, bytes, &n) || n != 16)
        return ra_str_n(NULL, 0);
    ra_guid_text(bytes, room);
    return ra_str_n(room, RA_GUID_TEXT - 1);
}

/* ---- JSON ---- */

static void text(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static void put_source(struct ra_json *j, const struct ra_import_entry *e)
{
    struct ra_str rest = e->other.bytes, name, value;

    ra_json_key(j, "source");
    ra_json_object(j);
    text(j, "id", e->id);
    text(j, "upn", e->upn);
    text(j, "sid", e->sid);
    text(j, "smtp", e->smtp);
    text(j, "sam", e->sam);
    text(j, "dn", e->dn);
    text(j, "display_name", e->display_name);
    text(j, "object_identifier", e->identifier);
    ra_json_key(j, "other");
    ra_json_array(j);
    while (ra_list_next(&rest, &name) && ra_list_next(&rest, &value)) {
        ra_json_object(j);
        text(j, "name", name);
        text(j, "value", value);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
    ra_json_key(j, "other_cut");
    ra_json_bool(j, e->other_cut);
    ra_json_object_end(j);
}

static void put_cloud(struct ra_json *j, const struct ra_import_compared *m)
{
    ra_json_key(j, "cloud");
    if (!m || m->cloud_seq == RA_NONE) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    text(j, "id", m->cloud.id);
    text(j, "upn", m->cloud.upn);
    text(j, "immutable_id", m->cloud.immutable_id);
    ra_json_key(j, "sync_enabled");
    ra_json_bool(j, ra_cloud_is_synced(&m->cloud));
    text(j, "sid", m->cloud.sid);
    ra_json_object_end(j);
}

static void put_ad(struct ra_json *j, const struct ra_import_compared *m)
{
    char guid[RA_GUID_TEXT];

    ra_json_key(j, "ad");
    if (!m || m->ad_number == RA_NONE) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    text(j, "directory", m->directory);
    text(j, "dn", m->ad.dn);
    if (m->ad.guid.n == 16)
        ra_guid_text((const unsigned char *)m->ad.guid.p, guid);
    text(j, "object_guid", m->ad.guid.n == 16 ? ra_str(guid) : ra_str_n(NULL, 0));
    text(j, "anchor", m->ad_anchor);
    text(j, "sid", m->ad.sid);
    ra_json_object_end(j);
}

static void put_compared(struct ra_json *j, const struct ra_import_compared *m)
{
    ra_json_key(j, "compared");
    if (!m) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    text(j, "cloud", ra_str(ra_import_state_name(m->cloud_state)));
    text(j, "ad", ra_str(ra_import_state_name(m->ad_state)));
    text(j, "finding", m->finding ? ra_str(ra_import_finding_name(m->finding)) : ra_str_n(NULL, 0));
    ra_json_object_end(j);
}

static void print_json(const struct ra_import_entry *e, const struct ra_import_compared *m)
{
    char guid[RA_GUID_TEXT];
    struct ra_buf out;
    struct ra_json j;

    ra_buf_init(&out, (size_t)4 << 20);
    ra_json_init(&j, &out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("anchor"));
    text(&j, "kind", ra_str(ra_kind_name(e->kind)));
    text(&j, "anchor", e->anchor);
    text(&j, "guid", guid_of(e->anchor, guid));
    text(&j, "left_out", ra_str(ra_import_left_out_name(e->left_out)));
    text(&j, "file", ra_str(e->file));
    ra_json_key(&j, "line");
    ra_json_int(&j, (long long)e->line);
    put_source(&j, e);
    put_compared(&j, m);
    put_ad(&j, m);
    put_cloud(&j, m);
    ra_json_object_end(&j);
    ra_buf_putc(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    ra_buf_free(&out);
}

static void count(struct ra_json *j, const char *key, uint64_t n)
{
    ra_json_key(j, key);
    ra_json_int(j, (long long)n);
}

static void print_summary_json(const struct ra_import_print *p)
{
    char tenant[RA_GUID_TEXT] = "";
    struct ra_buf out;
    struct ra_json j;

    ra_buf_init(&out, 65536);
    ra_json_init(&j, &out);
    ra_json_object(&j);
    text(&j, "type", RA_STR("summary"));
    text(&j, "format", ra_str(ra_import_format_name(p->format)));
    count(&j, "objects", p->totals.objects);
    ra_json_key(&j, "anchors");
    ra_json_object(&j);
    for (int k = 0; k < RA_KINDS; k++)
        if (p->totals.anchors[k])
            count(&j, ra_kind_name((enum ra_kind)k), p->totals.anchors[k]);
    ra_json_object_end(&j);
    ra_json_key(&j, "left_out");
    ra_json_object(&j);
    for (int w = 1; w < RA_LEFT_REASONS; w++)
        if (p->totals.left_out[w])
            count(&j, ra_import_left_out_name((enum ra_import_left_out)w), p->totals.left_out[w]);
    ra_json_object_end(&j);
    if (p->totals.tenant_known)
        ra_guid_text(p->totals.tenant.b, tenant);
    text(&j, "tenant", ra_str(tenant));
    ra_json_key(&j, "compared");
    if (p->compares) {
        ra_json_object(&j);
        for (int f = 0; f < RA_FINDINGS; f++)
            count(&j, f ? ra_import_finding_name((enum ra_import_finding)f) : "same",
                  p->findings[f]);
        ra_json_object_end(&j);
    } else {
        ra_json_null(&j);
    }
    ra_json_object_end(&j);
    ra_buf_putc(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    ra_buf_free(&out);
}

/* ---- text ---- */

/* Names out of a file may hold what would move the cursor. */
static void put_plain(struct ra_buf *b, struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++)
        ra_buf_putc(b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F ? '?' : s.p[i]);
}

static struct ra_str name_of(const struct ra_import_entry *e, const struct ra_import_compared *m)
{
    const struct ra_str names[] = {e->upn,
                                   e->display_name,
                                   e->smtp,
                                   e->dn,
                                   m && m->cloud_seq != RA_NONE ? m->cloud.display_name
                                                                : ra_str_n(NULL, 0),
                                   m && m->ad_number != RA_NONE ? m->ad.dn : ra_str_n(NULL, 0),
                                   e->id};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!ra_str_absent(names[i]))
            return names[i];
    return RA_STR("(no name)");
}

static void put_place(struct ra_buf *b, const struct ra_import_entry *e)
{
    if (e->file)
        ra_buf_printf(b, "  %s", e->file);
    else
        ra_buf_printf(b, "  line %llu", (unsigned long long)e->line);
}

static void put_line(struct ra_buf *b, const struct ra_import_entry *e,
                     const struct ra_import_compared *m)
{
    ra_buf_printf(b, "  %-8s", ra_kind_name(e->kind));
    put_plain(b, ra_str_absent(e->anchor) ? RA_STR("-") : e->anchor);
    ra_buf_puts(b, "  ");
    put_plain(b, name_of(e, m));
    put_place(b, e);
    if (e->left_out)
        ra_buf_printf(b, "  (left out: %s)", ra_import_left_out_name(e->left_out));
    ra_buf_putc(b, '\n');
}

static void put_now(struct ra_buf *b, const struct ra_import_compared *m)
{
    if (m->finding == RA_FINDING_CLOUD_CHANGED) {
        ra_buf_puts(b, "          in the tenant: ");
        put_plain(b, m->cloud.immutable_id);
        ra_buf_putc(b, '\n');
    }
    if (m->ad_number != RA_NONE) {
        ra_buf_puts(b, "          in AD: ");
        put_plain(b, ra_str_absent(m->ad_anchor) ? RA_STR("none") : m->ad_anchor);
        ra_buf_puts(b, "  ");
        put_plain(b, m->ad.dn);
        ra_buf_putc(b, '\n');
    }
    if (m->finding == RA_FINDING_JOINED_OTHERWISE && m->cloud_seq != RA_NONE) {
        ra_buf_puts(b, "          was joined to: ");
        put_plain(b, m->cloud.id);
        ra_buf_putc(b, '\n');
    }
}

void ra_import_print_entry(struct ra_import_print *p, const struct ra_import_entry *e,
                           const struct ra_import_compared *m)
{
    enum ra_import_finding f = m ? m->finding : RA_FINDING_NONE;
    struct ra_buf line;

    if (m)
        p->findings[f]++;
    if (p->json) {
        print_json(e, m);
        return;
    }
    if (p->all) {
        ra_buf_init(&line, 65536);
        put_line(&line, e, m);
        fwrite(line.p, 1, line.n, stdout);
        ra_buf_free(&line);
    }
    if (ra_import_finding_counts(f) && (p->shown == 0 || p->findings[f] <= p->shown)) {
        put_line(&p->lines[f], e, m);
        put_now(&p->lines[f], m);
    }
}

static void print_sums(const struct ra_import_print *p)
{
    bool any = false;

    printf("%s %s: %llu objects\n", ra_import_format_name(p->format), p->path,
           (unsigned long long)p->totals.objects);
    printf("anchors   ");
    for (int k = 0; k < RA_KINDS; k++)
        if (p->totals.anchors[k]) {
            printf("%s %llu %ss", any ? "," : "", (unsigned long long)p->totals.anchors[k],
                   ra_kind_name((enum ra_kind)k));
            any = true;
        }
    printf("%s\n", any ? "" : " none");
    for (int w = 1; w < RA_LEFT_REASONS; w++)
        if (p->totals.left_out[w])
            printf("left out   %llu %s: they %s\n", (unsigned long long)p->totals.left_out[w],
                   ra_import_left_out_name((enum ra_import_left_out)w),
                   ra_import_left_out_text((enum ra_import_left_out)w));
}

static void print_findings(struct ra_import_print *p)
{
    printf("compared   %llu as in the file, %llu gone from both sides\n",
           (unsigned long long)p->findings[RA_FINDING_NONE],
           (unsigned long long)p->findings[RA_FINDING_GONE]);
    for (int f = RA_FINDING_GONE + 1; f < RA_FINDINGS; f++) {
        if (!p->findings[f])
            continue;
        printf("\n%s (%llu): %s\n", ra_import_finding_name((enum ra_import_finding)f),
               (unsigned long long)p->findings[f],
               ra_import_finding_text((enum ra_import_finding)f));
        fwrite(p->lines[f].p, 1, p->lines[f].n, stdout);
        if (p->shown && p->findings[f] > p->shown)
            printf("  … and %llu more: --all or --json shows them\n",
                   (unsigned long long)(p->findings[f] - p->shown));
    }
}

void ra_import_print_end(struct ra_import_print *p)
{
    if (p->json) {
        print_summary_json(p);
        return;
    }
    if (p->all)
        putchar('\n');
    print_sums(p);
    if (p->compares)
        print_findings(p);
}

bool ra_import_print_any(const struct ra_import_print *p)
{
    for (int f = 0; f < RA_FINDINGS; f++)
        if (ra_import_finding_counts((enum ra_import_finding)f) && p->findings[f])
            return true;
    return false;
}
