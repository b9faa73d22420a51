#include "tests/unit/backup/vault.h"

#include "recovery/backup/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int vault_new(void **state)
{
    struct vault *v = calloc(1, sizeof *v);
    char id[RA_BACKUP_KEY_ID];
    const char *tmp = getenv("TMPDIR");

    if (!tmp) /* what is tried here needs no disk */
        tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(v->root, sizeof v->root, "%.40s/reanchor-vault.XXXXXX", tmp);
    assert_non_null(mkdtemp(v->root));
    snprintf(v->dir, sizeof v->dir, "%s/b", v->root);
    snprintf(v->key, sizeof v->key, "%s/key", v->root);
    snprintf(v->public_key, sizeof v->public_key, "%s.pub", v->key);
    assert_int_equal(ra_sign_key_make(v->key, v->public_key, id, NULL), 0);
    v->now = 1767225600; /* 2026-01-01 */
    memcpy(v->anchor, "abcde", VAULT_USERS);
    *state = v;
    return 0;
}

int vault_free(void **state)
{
    struct vault *v = *state;
    char command[128];

    ra_backup_manifest_free(&v->last);
    snprintf(command, sizeof command, "rm -rf '%s'", v->root);
    assert_int_equal(system(command), 0);
    free(v);
    return 0;
}

/* ---- the organisation ---- */

struct organisation {
    struct mem_side *ad, *cloud;
    struct ra_tenant tenant;
    struct ra_role_holder holder;
    struct ra_str domain;
    struct ra_result result;
    struct ra_verdict verdicts[2 * VAULT_USERS];
    struct ra_candidate candidate;
    struct ra_backup_snapshot snapshots[2];
    struct ra_backup_document documents[2];
    struct ra_backup_input in;
    struct ra_buf lists, sids; /* the addresses and former SIDs that everybody has */
    struct ra_list addresses, history;
};

static void add_user(struct organisation *o, const struct vault *v, int i)
{
    char guid[16], value[16], id[40], upn[40], dn[80], anchor[RA_ANCHOR_TEXT];
    struct ra_ad_object a = {.kind = RA_USER,
                             .account_control = 512,
                             .members = 3,
                             .certificates = 2,
                             .smime_certificates = 3,
                             .hidden_from_lists = i == 1,
                             .mailbox_guid = i == 2};
    struct ra_cloud_object c = {.kind = RA_USER, .synced = RA_YES};

    memset(guid, 'A' + i, sizeof guid);
    memset(value, v->anchor[i] ? v->anchor[i] : 'A' + i, sizeof value);
    snprintf(id, sizeof id, "0000000%d-0000-4000-8000-000000000000", i);
    snprintf(upn, sizeof upn, "user%d@contoso.test", i);
    snprintf(dn, sizeof dn, "CN=\\\"User\xc3\xa4 %d,DC=contoso,DC=test", i);
    ra_base64(value, sizeof value, anchor);
    a.guid = ra_str_n(guid, sizeof guid);
    a.dn = ra_str(dn);
    a.upn = a.login = c.upn = ra_str(upn);
    a.sid = RA_STR("S-1-5-21-1-2-3-1104");
    if (v->anchor[i])
        a.consistency_guid = ra_str_n(value, sizeof value);
    a.proxies = c.proxies = o->addresses;
    a.sid_history = o->history;
    c.id = ra_str(id);
    c.immutable_id = ra_str(anchor);
    o->verdicts[o->result.verdicts_n++] = (struct ra_verdict){
        .ad = mem_side_ad(o->ad, &a), .cloud = mem_side_cloud(o->cloud, &c), .code = RA_MATCH_HARD};
    mem_side_fact(o->cloud, RA_FACT_OOI, id, i == 0 ? "" : "x");
    o->result.counts[RA_MATCH_HARD]++;
}

/* Users of AD alone, of whom nothing was decided. */
static void add_crowd(struct organisation *o, int n)
{
    struct ra_ad_object a = {.kind = RA_USER};
    char guid[16] = "crowd";

    a.guid = ra_str_n(guid, sizeof guid);
    for (int i = 0; i < n; i++) {
        memcpy(guid + 12, &i, sizeof i);
        mem_side_ad(o->ad, &a);
    }
}

static void begin(struct organisation *o, const struct vault *v)
{
    static const char *const addresses[] = {"SMTP:first@contoso.test", "smtp:second@contoso.test",
                                            NULL};
    static const char *const history[] = {"S-1-5-21-4-5-6-1104", NULL};

    memset(o, 0, sizeof *o);
    o->history = mem_list(&o->sids, history);
    o->addresses = mem_list(&o->lists, addresses);
    o->ad = mem_side_new("contoso", NULL, 0);
    o->cloud = mem_side_new("cloud", NULL, 0);
    for (int i = 0; i < VAULT_USERS; i++)
        if (!v->gone[i])
            add_user(o, v, i);
    add_crowd(o, v->crowd);
    o->candidate.name = RA_STR("mS-DS-ConsistencyGuid");
    o->result.detection.candidates = &o->candidate;
    o->result.detection.candidates_n = 1;
    o->result.verdicts = o->verdicts;
    o->holder = (struct ra_role_holder){RA_STR("00000001-0000-4000-8000-000000000000"),
                                        RA_ROLE_PRIVILEGED | RA_ROLE_ELIGIBLE};
    o->domain = RA_STR("contoso.test");
    o->tenant = (struct ra_tenant){.display_name = RA_STR("Contoso"),
                                   .domains = &o->domain,
                                   .domains_n = 1,
                                   .flags_json = RA_STR("{\"blockSoftMatchEnabled\": true}"),
                                   .prevention = RA_PREVENTION_COUNT,
                                   .threshold = 500,
                                   .roles_known = true,
                                   .holders = &o->holder,
                                   .holders_n = 1};
    o->documents[0] = (struct ra_backup_document){RA_STR("domains"), RA_STR("read"),
                                                  RA_STR("{\n \"value\": []}")};
    o->documents[1] =
        (struct ra_backup_document){RA_STR("organization"), RA_STR("refused"), {NULL, 0}};
    o->snapshots[0] = (struct ra_backup_snapshot){RA_STR("ad:contoso"), v->now, VAULT_USERS,
                                                  RA_STR("00"), RA_STR("read to the end")};
    o->snapshots[1] = (struct ra_backup_snapshot){RA_STR("cloud"), v->now, VAULT_USERS,
                                                  RA_STR("11"), RA_STR("read to the end")};
    o->in = (struct ra_backup_input){.ad = mem_side_open(o->ad),
                                     .ad_n = 1,
                                     .cloud = mem_side_open(o->cloud),
                                     .result = &o->result,
                                     .tenant = &o->tenant,
                                     .anchor_configured = RA_STR("auto"),
                                     .login_attribute = RA_STR("userPrincipalName"),
                                     .snapshots = o->snapshots,
                                     .snapshots_n = 2,
                                     .documents = o->documents,
                                     .documents_n = 2};
}

static void end(struct organisation *o)
{
    mem_side_free(&o->ad);
    mem_side_free(&o->cloud);
    ra_buf_free(&o->lists);
    ra_buf_free(&o->sids);
}

int vault_try_seal(struct vault *v, struct ra_err *err)
{
    struct ra_backup_seal how = {.dir = v->dir,
                                 .tenant = VAULT_TENANT,
                                 .sign_key_file = v->sign ? v->key : NULL,
                                 .now = v->now,
                                 .stop = v->stop,
                                 .progress = v->progress};
    struct organisation o;
    int lock, rc;

    begin(&o, v);
    ra_backup_manifest_free(&v->last);
    rc = ra_backup_lock(v->dir, &lock, err);
    if (rc == 0)
        rc = ra_backup_create(&how, &o.in, &v->last, err);
    ra_backup_unlock(&lock);
    end(&o);
    v->now += 86400;
    return rc;
}

void vault_seal(struct vault *v)
{
    struct ra_err err = {0};

    if (vault_try_seal(v, &err) != 0)
        fail_msg("%s", err.msg);
}

/* ---- looking ---- */

void vault_check(struct vault *v, bool with_key, bool read_data, struct ra_links *out)
{
    struct ra_sign_public key;
    struct ra_backup_check how = {
        .dir = v->dir, .keys = &key, .keys_n = with_key ? 1 : 0, .read_data = read_data};
    struct ra_err err = {0};

    assert_int_equal(ra_sign_public_read(v->public_key, &key, NULL), 0);
    if (ra_backup_check(&how, out, &err) != 0)
        fail_msg("%s", err.msg);
}

size_t vault_faults(struct vault *v, bool with_key, bool read_data)
{
    struct ra_links c;
    size_t n;

    vault_check(v, with_key, read_data, &c);
    n = ra_backup_faults(&c);
    for (size_t i = 0; i < c.findings_n; i++)
        if (c.findings[i].fault)
            print_message("%s: %s\n", c.findings[i].file, c.findings[i].what);
    ra_links_free(&c);
    return n;
}

bool vault_blames(const struct ra_links *c, const char *file)
{
    for (size_t i = 0; i < c->findings_n; i++)
        if (c->findings[i].fault && strcmp(c->findings[i].file, file) == 0)
            return true;
    return false;
}

char *vault_path(const struct vault *v, const char *name, const char *suffix)
{
    return ra_backup_path(v->dir, name, suffix);
}

char *vault_slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *p = malloc(1 << 20);

    assert_non_null(f);
    *n = fread(p, 1, 1 << 20, f);
    fclose(f);
    return p;
}

void vault_spit(const char *path, const char *p, size_t n)
{
    /* In place: a file system may sync what was cut and written anew. */
    FILE *f = fopen(path, "r+b");

    if (!f)
        f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), (off_t)n), 0);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* ---- other data in the place of what was sealed ---- */

char *vault_replaced(struct ra_str text, const char *from, const char *to, size_t *n)
{
    const char *found = memmem(text.p, text.n, from, strlen(from));
    size_t before;
    char *out;

    if (!found)
        fail_msg("no %s in %.*s", from, (int)text.n, text.p);
    before = (size_t)(found - text.p);
    *n = text.n - strlen(from) + strlen(to);
    out = malloc(*n + 1);
    assert_non_null(out);
    memcpy(out, text.p, before);
    memcpy(out + before, to, strlen(to));
    memcpy(out + before + strlen(to), found + strlen(from), text.n - before - strlen(from));
    return out;
}

void vault_plain(struct vault *v, struct ra_buf *out)
{
    char *path = vault_path(v, v->last.data.name, "");
    struct ra_source *s;
    struct ra_str line;

    ra_buf_init(out, 1 << 20);
    assert_int_equal(ra_source_open(path, NULL, &s, NULL), 0);
    while (ra_source_line(s, &line, NULL) == 1) {
        ra_buf_put(out, line.p, line.n);
        ra_buf_putc(out, '\n');
    }
    ra_source_close(&s);
    free(path);
}

void vault_agree(struct vault *v)
{
    char *data = vault_path(v, v->last.data.name, ""), *anchors;
    char *path = vault_path(v, v->last.name, RA_BACKUP_MANIFEST);
    struct ra_buf b;

    anchors = vault_path(v, v->last.anchors.name, "");
    assert_int_equal(ra_digest_file(data, &v->last.data.bytes, v->last.data.sha256, NULL), 0);
    assert_int_equal(ra_digest_file(anchors, &v->last.anchors.bytes, v->last.anchors.sha256, NULL),
                     0);
    ra_buf_init(&b, 1 << 16);
    assert_int_equal(ra_manifest_encode(&v->last, &b, NULL), 0);
    unlink(path);
    vault_spit(path, b.p, b.n);
    ra_buf_free(&b);
    free(path);
    free(anchors);
    free(data);
}

void vault_write_data(struct vault *v, const char *p, size_t n)
{
    char *path = vault_path(v, v->last.data.name, "");
    struct ra_sink *s;

    unlink(path);
    assert_int_equal(ra_sink_open(path, NULL, 0, &s, NULL), 0);
    assert_int_equal(ra_sink_write(s, p, n, NULL), 0);
    assert_int_equal(ra_sink_finish(&s, &v->last.plain_bytes, v->last.plain_sha256, NULL), 0);
    free(path);
}
