/*
 * make_report DIR COUNT [redact]: writes the report of an organisation of about COUNT findings,
 * made up from the count alone, for the tests of report.html in a browser. Some names are such as
 * break pages.
 */
#include "tests/unit/report/org.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const first[] = {"Anna",  "Bernd",   "Chiara", "David",        "Eva",
                                    "Farid", "Grace",   "Henry",  "Irina",        "Jonas",
                                    "Karin", "Lukas",   "Mei",    "Noah",         "Olga",
                                    "Paul",  "Quentin", "Rosa",   "S\xC3\xB8ren", "Tom"};
static const char *const last[] = {"Albers",   "Berg",          "Conti",         "Duval", "Eriksen",
                                   "Fischer",  "Garc\303\255a", "Huber",         "Ito",   "Jansen",
                                   "Kowalski", "Lindqvist",     "M\xC3\xBCller", "Nagy",  "Okafor",
                                   "Petrov",   "Quinn",         "Rossi"};
static const char *const units[] = {"Sales", "Finance", "Research", "Plant 2", "Board"};
/* What a page must show as it is. The first is looked for by the test. */
static const char *const nasty[] = {"</script><img src=x onerror=window.hit=1>",
                                    "Line\xE2\x80\xA8separator", "A|B ~ = + \\ \"q\"", "=1+1",
                                    "~tilde"};

struct making {
    struct org *o;
    struct ra_verdict *verdicts;
    size_t n;
};

static unsigned hash(unsigned x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

static char *guid_of(unsigned i, unsigned salt, char out[RA_GUID_TEXT])
{
    unsigned a = hash(i * 7 + salt), b = hash(a + i), c = hash(b ^ salt), d = hash(c + 1);
    uint8_t bytes[16];

    memcpy(bytes, &a, 4);
    memcpy(bytes + 4, &b, 4);
    memcpy(bytes + 8, &c, 4);
    memcpy(bytes + 12, &d, 4);
    ra_guid_text(bytes, out);
    return out;
}

struct person {
    char name[96], upn[96], smtp[96], sam[64], dn[200], guid[RA_GUID_TEXT], id[RA_GUID_TEXT];
    char sid[64], anchor[RA_ANCHOR_TEXT], other[RA_ANCHOR_TEXT];
    char cloud_upn[96], cloud_name[110], consistency[RA_GUID_TEXT];
    struct ra_buf room;
};

static void make_person(unsigned i, struct person *p)
{
    const char *f = first[hash(i) % 20], *l = last[hash(i + 99) % 18];
    char other[RA_GUID_TEXT];
    struct ra_str bytes;

    memset(p, 0, sizeof *p);
    if (i < 5)
        snprintf(p->name, sizeof p->name, "%s", nasty[i]);
    else
        snprintf(p->name, sizeof p->name, "%s %s", f, l);
    snprintf(p->upn, sizeof p->upn, "user%06u@contoso.com", i);
    snprintf(p->cloud_upn, sizeof p->cloud_upn, "%s%06u@contoso.com", i % 5 ? "user" : "User", i);
    snprintf(p->cloud_name, sizeof p->cloud_name, "%s%s", p->name, i % 7 ? "" : " (old)");
    snprintf(p->smtp, sizeof p->smtp, "%s.%u@contoso.com", i % 3 ? "mail" : "user", i);
    snprintf(p->sam, sizeof p->sam, "user%06u", i);
    snprintf(p->dn, sizeof p->dn, "CN=%s %u,OU=%s,OU=People,DC=contoso,DC=com", p->name, i,
             units[hash(i + 5) % 5]);
    snprintf(p->sid, sizeof p->sid, "S-1-5-21-1004336348-1177238915-682003330-%u", 1100 + i);
    guid_of(i, 1, p->guid);
    guid_of(i, 2, p->id);
    if (i % 13 == 0)
        snprintf(p->id, sizeof p->id, "not-a-guid-%u", i);
    if (i % 3 == 0)
        guid_of(i, 4, p->consistency);
    guid_of(i, 3, other);
    bytes = org_guid(i % 3 ? p->guid : p->consistency);
    ra_base64(bytes.p, 16, p->anchor);
    bytes = org_guid(other);
    ra_base64(bytes.p, 16, p->other);
}

static struct ra_ad_object ad_of(struct person *p, enum ra_kind kind)
{
    struct ra_ad_object o = org_ad(p->guid, p->upn, p->dn);
    char proxy[128];
    const char *proxies[] = {proxy, NULL};

    snprintf(proxy, sizeof proxy, "SMTP:%s", p->smtp);
    o.kind = kind;
    o.display_name = ra_str(p->name);
    o.sam = ra_str(p->sam);
    o.sid = ra_str(p->sid);
    if (p->consistency[0])
        o.consistency_guid = org_guid(p->consistency);
    o.proxies = mem_list(&p->room, proxies);
    return o;
}

static struct ra_cloud_object cloud_of(struct person *p, enum ra_kind kind, const char *anchor)
{
    struct ra_cloud_object c = org_cloud(p->id, p->cloud_upn, anchor);
    char proxy[128];
    const char *proxies[] = {proxy, NULL};

    snprintf(proxy, sizeof proxy, "SMTP:%s", p->smtp);
    ra_buf_free(&p->room);
    c.kind = kind;
    c.display_name = ra_str(p->cloud_name);
    c.sid = ra_str(p->sid);
    c.proxies = mem_list(&p->room, proxies);
    return c;
}

static struct ra_verdict *add(struct making *m, uint32_t ad, uint32_t cloud,
                              enum ra_verdict_code code, enum ra_kind kind)
{
    struct ra_verdict *v = &m->verdicts[m->n++];

    *v =
        (struct ra_verdict){.ad = ad, .cloud = cloud, .code = (uint8_t)code, .kind = (uint8_t)kind};
    m->o->result.counts[code]++;
    return v;
}

/* One person and the verdict of that turn: a mix in which every code occurs. */
static void make_one(struct making *m, unsigned i)
{
    enum ra_verdict_code code = (enum ra_verdict_code)(i % RA_CLOUD_ONLY);
    enum ra_class in = ra_code_info(code)->in;
    bool cloud_side = in == RA_CLASS_ORPHAN || in == RA_CLASS_CLOUD;
    bool alone = code == RA_ADD || code == RA_SKIP_SCOPE || code == RA_SKIP_NO_ANCHOR;
    enum ra_kind kind = code == RA_MATCH_SID    ? RA_GROUP
                        : code == RA_MATCH_SMTP ? RA_CONTACT
                                                : RA_USER;
    bool equal = in == RA_CLASS_MATCHED || in == RA_CLASS_TAKEOVER || code == RA_BLOCK_HARD_FLAG;
    uint32_t ad = RA_NONE, cloud = RA_NONE;
    struct ra_verdict *v;
    struct person p;

    make_person(i, &p);
    if (!cloud_side)
        ad = org_put_ad(m->o, 0, ad_of(&p, kind));
    if (!alone) {
        const char *anchor = kind != RA_USER || in == RA_CLASS_SOFT ? NULL
                             : equal                                ? p.anchor
                                                                    : p.other;
        struct ra_cloud_object c = cloud_of(&p, kind, anchor);
        if (in == RA_CLASS_TAKEOVER || in == RA_CLASS_SOFT || in == RA_CLASS_BLOCKED)
            c.synced = RA_NO;
        cloud = org_put_cloud(m->o, c);
        if (i % 6 == 0)
            mem_side_fact(m->o->cloud_mem, RA_FACT_OOI, p.id, i % 12 ? p.guid : p.consistency);
    }
    ra_buf_free(&p.room);
    v = add(m, ad, cloud, code, kind);
    if (code == RA_ORPHAN)
        v->cause = RA_CAUSE_NOT_FOUND;
    if (code == RA_SKIP_SCOPE)
        v->cause = RA_CAUSE_EXCLUDED;
    if (code == RA_MATCH_HARD && i / RA_CLOUD_ONLY % 2)
        v->warnings = 1u << RA_WARN_RENAMED | 1u << RA_WARN_SID;
    if (in == RA_CLASS_BLOCKED)
        v->blocks =
            UINT64_C(1) << code | (code == RA_BLOCK_HARD_FLAG ? UINT64_C(1) << RA_BLOCK_ROLE : 0);
    if (code == RA_MATCH_SID)
        v->confidence = RA_CONFIDENCE_M;
}

static void summary_numbers(struct org *o)
{
    static char reasons[][64] = {"GATE_MAX_DELETES 612", "WARN_CROSS 1"};
    struct ra_result *r = &o->result;

    r->deletes = r->counts[RA_ORPHAN];
    r->deletes_percent = 2.6;
    r->hard_deletes = 3;
    r->matched_unseen = r->counts[RA_MATCH_SID] + r->counts[RA_MATCH_SMTP];
    r->counts[RA_CLOUD_ONLY] = 1208;
    r->deleted_unclaimed = 14;
    r->gate = RA_GATE_STOP;
    r->reasons = reasons;
    r->reasons_n = 2;
    o->candidates[0].reproduced = 4982;
    o->candidates[1].reproduced = 4310;
    r->detection.any = r->detection.all = 5003;
}

int main(int argc, char **argv)
{
    static const unsigned char key[RA_REDACT_KEY] = "the key of the tests, 32 bytes..";
    struct ra_str unknown[] = {
        RA_STR("isCloudManaged of 40 users: 403 Authorization_RequestDenied; grant "
               "User-OnPremisesSyncBehavior.ReadWrite.All")};
    unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    struct making m = {0};
    struct org o;
    struct ra_err err = {0};
    struct ra_report_input in;

    if (argc < 3)
        return 1;
    org_begin(&o);
    m.o = &o;
    m.verdicts = ra_calloc(count + 1, sizeof *m.verdicts);
    o.tenant.display_name = RA_STR("Contoso Ltd");
    o.tenant.unknown = unknown;
    o.tenant.unknown_n = 1;
    for (unsigned i = 0; i < count; i++)
        make_one(&m, i);
    summary_numbers(&o);
    in = *org_end(&o);
    o.result.verdicts = m.verdicts;
    o.result.verdicts_n = m.n;
    in.now = 1780000000;
    o.cloud_snapshot.created = 1780000000 - 3600;
    o.cloud_snapshot.proof = RA_STR("37 chains ended, the sum agrees with $count");
    o.ad_snapshots[0].created = 1780000000 - 5000;
    o.ad_snapshots[1].created = 1780000000 - 90000;
    in.plan_json = RA_STR(
        "{\"total\":3,\"steps\":[{\"id\":\"s000001\",\"op\":\"ad.set_consistency_guid\","
        "\"directory\":\"contoso\",\"target\":\"30475e40-e7ae-4af3-af75-8b143c81daf5\","
        "\"object_guid\":\"30475e40-e7ae-4af3-af75-8b143c81daf5\",\"dn\":null,\"have\":null,"
        "\"want\":\"<b>iGhmiAEBERG7uxI0VniQqw==</b>\",\"why\":\"ANCHOR_DRIFT\","
        "\"promise\":\"MATCH_HARD\",\"undo\":true},"
        "{\"id\":\"s000003\",\"op\":\"tenant.set_features\",\"directory\":null,\"target\":\"t\","
        "\"object_guid\":null,\"dn\":null,\"have\":\"blockSoftMatchEnabled=true\","
        "\"want\":\"blockSoftMatchEnabled=false\",\"why\":\"BLOCK_SOFT_FLAG\",\"promise\":null,"
        "\"undo\":true}]}");
    if (argc > 3)
        in.redact_key = key;
    if (ra_report_write(argv[1], &in, ra_report_plan_bytes, &RA_STR("{}\n"), &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    free(m.verdicts);
    org_free(&o);
    return 0;
}
