/* Lines, manifests and files that are not what the format wants: what reads them says which member,
 * or what about the file, is wrong. Hashes hold in all of them, as in what a faulty writer made. */
#include "recovery/backup/anchors.h"
#include "recovery/backup/facts.h"
#include "recovery/backup/stream.h"
#include "tests/unit/backup/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must_say(const char *what, int rc, const struct ra_err *err, const char *words)
{
    if (rc != -(int)RA_EINTEGRITY || !strstr(err->msg, words))
        fail_msg("%s: %d \"%s\", want \"%s\"", what, rc, err->msg, words);
}

/* ---- lines ---- */

struct damage {
    const char *bytes, *says;
};

/* Of two members of one name the first one counts. */
#define CLOUD(x) "{\"cloud\":{" x "\"kind\":\"user\",\"id\":\"1\"}}"
#define AD(x)                                                                                      \
    "{\"ad\":{" x "\"kind\":\"user\",\"directory\":\"contoso\","                                   \
    "\"objectGUID\":\"11111111-1111-1111-1111-111111111111\"}}"

static const struct damage objects[] = {
    {"{}", "cloud and ad"},
    {"{\"code\":\"NO_SUCH_CODE\",\"cloud\":{\"kind\":\"user\",\"id\":\"1\"}}", "code"},
    {"{\"cloud_code\":7,\"cloud\":{\"kind\":\"user\",\"id\":\"1\"}}", "cloud_code"},
    {CLOUD("\"kind\":\"table\","), "kind"},
    {CLOUD("\"kind\":7,"), "kind"},
    {CLOUD("\"id\":\"\","), "id"},
    {CLOUD("\"userPrincipalName\":7,"), "userPrincipalName"},
    {CLOUD("\"onPremisesSyncEnabled\":\"yes\","), "onPremisesSyncEnabled"},
    {CLOUD("\"isCloudManaged\":1,"), "isCloudManaged"},
    {CLOUD("\"deleted\":\"true\","), "deleted"},
    {CLOUD("\"proxyAddresses\":\"SMTP:a@b.c\","), "proxyAddresses"},
    {CLOUD("\"proxyAddresses\":[7],"), "proxyAddresses"},
    {CLOUD("\"onPremisesObjectIdentifier\":7,"), "id"},
    {AD("\"kind\":null,"), "kind"},
    {AD("\"directory\":\"\","), "directory"},
    {AD("\"directory\":7,"), "directory"},
    {AD("\"objectGUID\":\"11111111\","), "objectGUID"},
    {AD("\"objectGUID\":7,"), "objectGUID"},
    {AD("\"mS-DS-ConsistencyGuid\":\"not Base64\","), "mS-DS-ConsistencyGuid"},
    {AD("\"mS-DS-ConsistencyGuid\":7,"), "mS-DS-ConsistencyGuid"},
    {AD("\"userAccountControl\":\"512\","), "userAccountControl"},
    {AD("\"groupType\":1e17,"), "groupType"},
    {AD("\"memberCount\":\"3\","), "memberCount"},
    {AD("\"isDeleted\":0,"), "isDeleted"},
    {AD("\"sIDHistory\":{},"), "sIDHistory"},
    {AD("\"custom\":[],"), "custom"},
    {AD("\"custom\":{\"a\":7},"), "custom"},
    {AD("\"custom\":{\"a\":{\"base64\":\"?\"}},"), "custom"},
    {AD("\"custom\":{\"a\":{}},"), "custom"},
};

static int read_object(const char *line, struct ra_line_scratch *s, struct ra_backup_object *o,
                       cJSON **tree, struct ra_err *err)
{
    *tree = cJSON_Parse(line);
    assert_non_null(*tree);
    return ra_line_object_read(*tree, s, o, err);
}

static void an_objects_line_that_is_wrong_names_the_member(void **state)
{
    struct ra_line_scratch s;
    struct ra_backup_object o;
    char words[80];
    cJSON *tree;

    (void)state;
    ra_line_scratch_init(&s);
    assert_int_equal(read_object(CLOUD(""), &s, &o, &tree, NULL), 0);
    cJSON_Delete(tree);
    assert_int_equal(read_object(AD(""), &s, &o, &tree, NULL), 0);
    cJSON_Delete(tree);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        struct ra_err err = {0};
        int rc = read_object(objects[i].bytes, &s, &o, &tree, &err);
        snprintf(words, sizeof words, "object's %s is not", objects[i].says);
        must_say(objects[i].bytes, rc, &err, words);
        cJSON_Delete(tree);
    }
    ra_line_scratch_free(&s);
}

static void a_custom_attribute_without_a_name_or_value_is_none(void **state)
{
    struct ra_line_scratch s;
    struct ra_backup_object o;
    cJSON *tree;

    (void)state;
    ra_line_scratch_init(&s);
    assert_int_equal(
        read_object(AD("\"custom\":{\"a\":\"\",\"\":\"x\",\"b\":\"y\"},"), &s, &o, &tree, NULL), 0);
    assert_int_equal(o.ad.o.custom.count, 3); /* b, its type, its value */
    cJSON_Delete(tree);
    ra_line_scratch_free(&s);
}

/* What few objects have: written, and the same when read. */
static void a_long_anchor_and_a_login_of_its_own_come_back(void **state)
{
    char anchor[2000], guid[16];
    struct ra_backup_object o = {.has_ad = true, .code = RA_MATCH_HARD}, back;
    struct ra_line_scratch s;
    struct ra_json j;
    struct ra_buf b;
    cJSON *tree;

    (void)state;
    memset(anchor, 'x', sizeof anchor);
    memset(guid, 'g', sizeof guid);
    o.ad.directory = RA_STR("contoso");
    o.ad.o.guid = ra_str_n(guid, sizeof guid);
    o.ad.o.upn = RA_STR("anna@contoso.test");
    o.ad.o.login = RA_STR("anna@corp.test");
    o.ad.o.consistency_guid = ra_str_n(anchor, sizeof anchor);
    ra_line_scratch_init(&s);
    ra_buf_init(&b, 1 << 16);
    ra_json_init(&j, &b);
    ra_line_object(&j, &o);
    ra_buf_putc(&b, '\0');
    assert_int_equal(read_object(b.p, &s, &back, &tree, NULL), 0);
    assert_true(ra_str_eq(back.ad.o.login, o.ad.o.login));
    assert_true(ra_str_eq(back.ad.o.consistency_guid, o.ad.o.consistency_guid));
    cJSON_Delete(tree);
    ra_buf_free(&b);
    ra_line_scratch_free(&s);
}

static const struct damage facts[] = {
    {"{\"type\":\"header\",\"format\":99}", "'header': its format"},
    {"{\"type\":\"header\"}", "'header': its format"},
    {"{\"type\":\"tenant\"}", "'tenant': its verifiedDomains"},
    {"{\"type\":\"tenant\",\"verifiedDomains\":[7]}", "'tenant': its verifiedDomains"},
    {"{\"type\":\"tenant\",\"verifiedDomains\":[],\"unknown\":{}}", "'tenant': its unknown"},
    {"{\"type\":\"role\"}", "'role': its principalId"},
    {"{\"type\":\"document\",\"value\":[]}", "'document': its name"},
};

static int read_fact(struct ra_facts_reader *r, const char *line, struct ra_err *err)
{
    cJSON *tree = cJSON_Parse(line);
    struct ra_str type;
    bool known;
    int rc;

    assert_true(ra_member_text(tree, "type", &type));
    rc = ra_facts_read(r, tree, type, &known, err);
    cJSON_Delete(tree);
    return rc;
}

static void a_line_of_facts_that_is_wrong_names_the_member(void **state)
{
    struct ra_facts_reader r = {0};
    struct ra_err err = {0};

    (void)state;
    must_say("no header", read_fact(&r, "{\"type\":\"tenant\"}", &err), &err, "first line");
    assert_int_equal(read_fact(&r, "{\"type\":\"header\",\"format\":1}", NULL), 0);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        err = (struct ra_err){0};
        must_say(facts[i].bytes, read_fact(&r, facts[i].bytes, &err), &err, facts[i].says);
    }
    ra_facts_free(&r);
}

static void the_prevention_is_read_as_it_was_written(void **state)
{
    static const struct {
        const char *text;
        enum ra_prevention is;
    } rows[] = {{"disabled", RA_PREVENTION_OFF},
                {"enabledForCount", RA_PREVENTION_COUNT},
                {"enabledForPercentage", RA_PREVENTION_PERCENT},
                {"enabledForSomethingNew", RA_PREVENTION_UNKNOWN}};
    char line[200];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ra_facts_reader r = {.header = true};
        snprintf(line, sizeof line,
                 "{\"type\":\"tenant\",\"verifiedDomains\":[],\"unknown\":[],"
                 "\"synchronizationPreventionType\":\"%s\",\"alertThreshold\":12}",
                 rows[i].text);
        assert_int_equal(read_fact(&r, line, NULL), 0);
        assert_int_equal(r.facts.tenant.prevention, rows[i].is);
        assert_int_equal(r.facts.tenant.threshold, 12);
        ra_facts_free(&r);
    }
}

/* ---- manifests ---- */

static const struct {
    const char *from, *to, *says;
} manifests[] = {
    {"{", "[{", "not JSON"},
    {"\"format\":1", "\"format\":\"1\"", "'format' is missing"},
    {"\"format\":1", "\"format\":2", "has format 2, want 1"},
    {"\"type\":\"backup\"", "\"type\":\"sticker\"", "'type'"},
    {"\"sequence\":1", "\"sequence\":0", "'sequence'"},
    {"\"encrypted_to\":[]", "\"encrypted_to\":{}", "'data.encrypted_to'"},
    {"\"encrypted_to\":[]", "\"encrypted_to\":[\"\"]", "'data.encrypted_to'"},
    {"\"encrypted_to\":[]", "\"encrypted_to\":[\"age1x\"]", "'data.encrypted_to'"},
    {"\"user\":5", "\"user\":-5", "'counts'"},
    {"\"role_holders\":1", "\"role_holders\":1.5", "'counts'"},
    {"\"MATCH_HARD\":5", "\"MATCH_HARD\":\"5\"", "'counts.codes'"},
    {"\"snapshots\":[{", "\"snapshots\":[7,{", "'snapshots'"},
};

static void a_manifest_that_is_wrong_names_the_member(void **state)
{
    struct vault *v = *state;
    struct ra_backup_manifest m;
    struct ra_buf b;

    vault_seal(v);
    ra_buf_init(&b, 1 << 16);
    assert_int_equal(ra_manifest_encode_line(&v->last, &b, NULL), 0);
    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++) {
        struct ra_err err = {0};
        size_t n;
        char *bytes =
            vault_replaced((struct ra_str){b.p, b.n}, manifests[i].from, manifests[i].to, &n);
        must_say(manifests[i].to, ra_manifest_decode(ra_str_n(bytes, n), &m, &err), &err,
                 manifests[i].says);
        free(bytes);
    }
    ra_buf_free(&b);
}

static void a_prune_record_that_is_wrong_names_what_was_removed(void **state)
{
    static const char *const lists[] = {"7", "[7]", "[{\"name\":\"reanchor-20260101T000000Z\"}]"};
    char text[512];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ra_backup_manifest m;
        struct ra_err err = {0};
        snprintf(text, sizeof text,
                 "{\"format\":1,\"type\":\"prune\",\"name\":\"reanchor-20260101T000000Z-prune\","
                 "\"sequence\":1,\"created\":\"2026-01-01T00:00:00Z\",\"tool\":{\"version\":\"1\"},"
                 "\"previous\":null,\"signed_by\":null,\"removed\":%s}",
                 lists[i]);
        must_say(lists[i], ra_manifest_decode(ra_str(text), &m, &err), &err, "'removed'");
    }
}

/* ---- the data, with a manifest that has their hashes ---- */

/* Opens it and reads it to its end. */
static int read_all(struct vault *v, struct ra_err *err)
{
    struct ra_backup_source source = {.dir = v->dir, .which = v->last.name};
    struct ra_backup_object o;
    struct ra_backup *b;
    int rc = ra_backup_open(&source, &b, err);

    if (rc != 0)
        return rc;
    while ((rc = ra_backup_next(b, &o, err)) == 1)
        ;
    if (rc == 0)
        assert_int_equal(ra_backup_next(b, &o, err), 0); /* and again */
    ra_backup_close(&b);
    return rc;
}

static const struct {
    const char *from, *to, *says;
} data[] = {
    {"\"format\":1", "\"format\":2", "line 1: the line 'header': its format"},
    {"\"type\":\"header\"", "\"type\":\"tenant\"", "line 1: the first line is not the header"},
    {"\"type\":\"header\"", "\"type\":\"object\"", "line 1: stands before the header"},
    {"\"type\":\"header\"", "\"tape\":\"header\"", "is not an object of JSON with a type"},
    {"\"type\":\"end\"", "\"type\":\"later\"", "ends without the closing line"},
    {"\"objects\":5}\n", "\"objects\":4}\n", "the closing line has other counts"},
    {"\"objects\":5}\n", "\"objects\":5}\n{}\n", "something behind the end"},
    {"\"objects\":5}\n", "\"objects\":5}", "the last line has no end"},
    {"\"code\":\"MATCH_HARD\"", "\"code\":\"MATCH\"", "object's code"},
};

static void data_that_are_wrong_name_the_line(void **state)
{
    struct vault *v = *state;
    struct ra_err err = {0};
    struct ra_buf plain;

    vault_seal(v);
    vault_plain(v, &plain);
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        size_t n;
        char *bytes =
            vault_replaced((struct ra_str){plain.p, plain.n}, data[i].from, data[i].to, &n);
        vault_write_data(v, bytes, n);
        vault_agree(v);
        err = (struct ra_err){0};
        must_say(data[i].to, read_all(v, &err), &err, data[i].says);
        free(bytes);
    }
    vault_write_data(v, plain.p, plain.n);
    vault_agree(v);
    assert_int_equal(read_all(v, &err), 0);
    ra_buf_free(&plain);
}

static void data_that_are_not_what_the_manifest_says_are_told(void **state)
{
    struct vault *v = *state;
    struct ra_err err = {0};
    char *path, *bytes;
    size_t n;

    vault_seal(v);
    path = vault_path(v, v->last.data.name, "");
    bytes = vault_slurp(path, &n);
    vault_spit(path, bytes, n - 3);
    must_say("shorter", read_all(v, &err), &err, "bytes, want");
    vault_agree(v); /* so that the end is missed by reading alone */
    must_say("cut", read_all(v, &err), &err, "ends in the middle");
    assert_int_equal(unlink(path), 0);
    must_say("gone", read_all(v, &err), &err, "is missing");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(read_all(v, &err), -(int)RA_EIO); /* a folder */
    assert_int_equal(rmdir(path), 0);
    vault_spit(path, bytes, n);
    v->last.plain_sha256[0] = v->last.plain_sha256[0] == '0' ? '1' : '0';
    vault_agree(v);
    must_say("other plain bytes", read_all(v, &err), &err, "the plain bytes have the hash");
    free(bytes);
    free(path);
}

static void records_that_the_manifest_does_not_count_are_a_fault(void **state)
{
    struct vault *v = *state;
    struct ra_links c;

    vault_seal(v);
    v->last.ad[RA_USER]++;
    vault_agree(v);
    vault_check(v, false, true, &c);
    assert_true(vault_blames(&c, v->last.data.name));
    ra_links_free(&c);
}

static void anchors_that_are_wrong_are_told(void **state)
{
    struct vault *v = *state;
    struct ra_anchor_set set;
    struct ra_err err = {0};
    char *path, *bytes;
    size_t n;

    vault_seal(v);
    path = vault_path(v, v->last.anchors.name, "");
    bytes = vault_slurp(path, &n);
    assert_true(n >= 16 && n % 8 == 0);
    bytes[0] ^= 1;
    vault_spit(path, bytes, n);
    must_say("a bit", ra_anchor_set_read(v->dir, &v->last, &set, &err), &err, "has the hash");
    vault_spit(path, bytes, n - 1);
    vault_agree(v);
    must_say("cut", ra_anchor_set_read(v->dir, &v->last, &set, &err), &err, "not what the format");
    memcpy(bytes + 8, bytes, 8); /* the same twice: not ascending */
    vault_spit(path, bytes, n);
    vault_agree(v);
    must_say("twice", ra_anchor_set_read(v->dir, &v->last, &set, &err), &err,
             "not what the format");
    free(bytes);
    free(path);
}

static void two_links_of_one_number_are_a_fault(void **state)
{
    struct vault *v = *state;
    char file[RA_BACKUP_NAME_MAX + 8];
    struct ra_links c;
    bool told = false;

    vault_seal(v);
    vault_seal(v);
    v->last.sequence = 1;
    vault_agree(v);
    vault_check(v, false, false, &c);
    snprintf(file, sizeof file, "%.60s.json", v->last.name);
    assert_true(vault_blames(&c, file));
    for (size_t i = 0; i < c.findings_n; i++)
        told = told || strstr(c.findings[i].what, "is link 1, as ");
    assert_true(told);
    ra_links_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_objects_line_that_is_wrong_names_the_member),
        cmocka_unit_test(a_custom_attribute_without_a_name_or_value_is_none),
        cmocka_unit_test(a_long_anchor_and_a_login_of_its_own_come_back),
        cmocka_unit_test(a_line_of_facts_that_is_wrong_names_the_member),
        cmocka_unit_test(the_prevention_is_read_as_it_was_written),
        cmocka_unit_test_setup_teardown(a_manifest_that_is_wrong_names_the_member, vault_new,
                                        vault_free),
        cmocka_unit_test(a_prune_record_that_is_wrong_names_what_was_removed),
        cmocka_unit_test_setup_teardown(data_that_are_wrong_name_the_line, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(data_that_are_not_what_the_manifest_says_are_told,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(records_that_the_manifest_does_not_count_are_a_fault,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(two_links_of_one_number_are_a_fault, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(anchors_that_are_wrong_are_told, vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
