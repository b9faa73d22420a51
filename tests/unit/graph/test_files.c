#include "tests/unit/graph/cmocka_all.h"

#include "tests/unit/graph/bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERROR_BODY(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"

struct folder {
    char dir[64];
    struct bench b; /* without a server */
    struct ra_err err;
};

static void folder_make(struct folder *f)
{
    memset(f, 0, sizeof *f);
    strcpy(f->dir, "/tmp/ra-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->b.o = (struct ra_graph_options){.files_dir = f->dir};
}

static void put(struct folder *f, const char *name, const char *text)
{
    char path[256];
    FILE *fp;

    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    fp = fopen(path, "w");
    assert_non_null(fp);
    fputs(text, fp);
    fclose(fp);
}

static int read_users(struct folder *f)
{
    f->b.ids[0] = '\0';
    f->b.pages = f->b.objects = f->b.last_pages = 0;
    if (!f->b.graph)
        assert_int_equal(bench_open(&f->b, &f->err), 0);
    return bench_read(&f->b, RA_USERS, NULL, NULL, &f->err);
}

static void folder_end(struct folder *f)
{
    char command[128];

    ra_graph_close(&f->b.graph);
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
}

/* The message without the folder's random name in front. */
static const char *message(const struct folder *f)
{
    assert_memory_equal(f->err.msg, f->dir, strlen(f->dir));
    return f->err.msg + strlen(f->dir);
}

static void every_form_of_a_file_gives_the_same_objects(void **state)
{
    static const char *const forms[][2] = {
        {"users.json", "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"},
        {"users.json",
         "{\"@odata.context\":\"x\",\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"n\":1}"},
        {"users.json", "\xEF\xBB\xBF[ {\"id\":\"a\"} ,\n{\"id\":\"b\"} ]\n"},
        {"users.ndjson", "{\"id\":\"a\"}\n\n{\"id\":\"b\"}"},
        {"users.ndjson", "{\"id\":\"a\"}\r\n{\"id\":\"b\"}\r\n"},
        {"users.json", "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"@odata.nextLink\":null}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct folder f;
        folder_make(&f);
        put(&f, forms[i][0], forms[i][1]);
        assert_int_equal(read_users(&f), 0);
        assert_string_equal(f.b.ids, "a b ");
        assert_int_equal(f.b.last_pages, 1);
        folder_end(&f);
    }
}

static void an_empty_list_is_a_last_page_without_objects(void **state)
{
    static const char *const forms[][2] = {
        {"users.json", "{\"value\":[]}"}, {"users.json", "[]"}, {"users.ndjson", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct folder f;
        folder_make(&f);
        put(&f, forms[i][0], forms[i][1]);
        assert_int_equal(read_users(&f), 0);
        assert_int_equal(f.b.pages, 1);
        assert_int_equal(f.b.last_pages, 1);
        folder_end(&f);
    }
}

static void what_is_not_whole_json_names_file_line_and_offset(void **state)
{
    static const char *const bad[][3] = {
        {"users.json", "{\"value\":[{\"id\":\"a\"},\n{\"id\":",
         "/users.json: line 2 (offset 28): the file ends in the middle of a value"},
        {"users.json", "{\"value\":[{\"id\":\"a\"}",
         "/users.json: line 1 (offset 20): the file ends too early"},
        {"users.json", "{\"value\":[{\"id\":\"a\"}]",
         "/users.json: line 1 (offset 21): the file ends too early"},
        {"users.json", "{\"value\":[{\"id\":\"a\"}\n{\"id\":\"b\"}]}",
         "/users.json: line 2 (offset 21): want a comma or the closing bracket"},
        {"users.json", "[{\"id\":\"a\"},\n{\"id\" \"b\"}]",
         "/users.json: line 2 (offset 19): not JSON"},
        {"users.json", "[{\"id\":\"a\"},]", "/users.json: line 1 (offset 12): a value is missing"},
        {"users.json", "[{\"id\":\"a\"}]]",
         "/users.json: line 1 (offset 12): something stands behind the end of the JSON"},
        {"users.json", "", "/users.json: line 1 (offset 0): the file is empty, want JSON"},
        {"users.json", "\"x\"", "/users.json: line 1 (offset 0): want an object or an array"},
        {"users.json", "{\"value\":7}",
         "/users.json: line 1 (offset 9): \"value\" is not an array"},
        {"users.json", "{value:[]}",
         "/users.json: line 1 (offset 1): want a property name in quotes"},
        {"users.json", "{\"value\":[],\"value\":[]}",
         "/users.json: line 1 (offset 20): \"value\" stands here for the second time"},
        {"users.json", "{\"id\":\"a\"}", "/users.json: an object without the array \"value\""},
        {"users.json", "[{\"id\":\"a\\u0000b\"}]", "/users.json: line 1 (offset 9): not JSON"},
        {"users.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"",
         "/users.ndjson: line 2 (offset 19): not JSON"},
        {"users.json", "\xFF\xFE[", "/users.json: is in UTF-16, want UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct folder f;
        folder_make(&f);
        put(&f, bad[i][0], bad[i][1]);
        assert_int_equal(read_users(&f), -RA_EINPUT);
        assert_string_equal(message(&f), bad[i][2]);
        assert_int_equal(f.b.last_pages, 0);
        assert_int_equal(ra_exit_status(&f.err), 3);
        folder_end(&f);
    }
}

static void an_object_that_is_wrong_is_named(void **state)
{
    static const char *const bad[][2] = {
        {"[7]", "/users.json: object 1 is a number, want an object"},
        {"[{\"id\":\"a\"},{\"mail\":\"x\"}]",
         "/users.json: object 2: id is missing, want a string of 1 to 128 bytes"},
        {"[{\"id\":\"\"}]",
         "/users.json: object 1: id is missing, want a string of 1 to 128 bytes"},
        {"[{\"id\":17}]", "/users.json: object 1: id is a number, want a string or null"},
        {"[{\"id\":\"a\",\"mail\":1}]",
         "/users.json: object a: mail is a number, want a string or null"},
        {"[{\"accountEnabled\":\"true\",\"id\":\"a\"}]",
         "/users.json: object a: accountEnabled is a string, want a boolean or null"},
        {"[{\"id\":\"a\",\"proxyAddresses\":\"SMTP:a\"}]",
         "/users.json: object a: proxyAddresses is a string, want an array of strings"},
        {"[{\"id\":\"a\",\"proxyAddresses\":[null]}]",
         "/users.json: object a: proxyAddresses is null, want strings in the array"},
        {"[{\"id\":\"a\",\"onPremisesProvisioningErrors\":{}}]",
         "/users.json: object a: onPremisesProvisioningErrors is an object, want an array or null"},
        {"[{\"id\":\"a\",\"onPremisesSyncBehavior\":true}]",
         "/users.json: object a: onPremisesSyncBehavior is a boolean, want an object or null"},
        {"[{\"id\":\"a\",\"@removed\":{\"reason\":\"deleted\"}}]",
         "/users.json: object a: @removed is there, want a listing, not the changes of a delta "
         "query"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct folder f;
        folder_make(&f);
        put(&f, "users.json", bad[i][0]);
        assert_int_equal(read_users(&f), -RA_EINPUT);
        assert_string_equal(message(&f), bad[i][1]);
        folder_end(&f);
    }
}

static void an_id_longer_than_128_bytes_is_refused(void **state)
{
    struct folder f;
    char text[512], id[200];

    (void)state;
    memset(id, 'x', sizeof id);
    id[129] = '\0';
    snprintf(text, sizeof text, "[{\"id\":\"%s\"}]", id);
    folder_make(&f);
    put(&f, "users.json", text);
    assert_int_equal(read_users(&f), -RA_EINPUT);
    assert_string_equal(message(&f),
                        "/users.json: object 1: id is too long, want a string of 1 to 128 bytes");
    id[128] = '\0';
    snprintf(text, sizeof text, "[{\"id\":\"%s\"}]", id);
    put(&f, "users.json", text);
    assert_int_equal(read_users(&f), 0);
    folder_end(&f);
}

static void a_saved_page_with_a_next_link_is_not_the_whole_list(void **state)
{
    struct folder f;

    (void)state;
    folder_make(&f);
    put(&f, "users.json", "{\"@odata.nextLink\":\"https://graph/x\",\"value\":[{\"id\":\"a\"}]}");
    assert_int_equal(read_users(&f), -RA_EINCOMPLETE);
    assert_string_equal(message(&f),
                        "/users.json: ends with an @odata.nextLink: pages are missing");
    assert_int_equal(f.b.last_pages, 0);
    folder_end(&f);
}

static void a_missing_collection_is_named_before_anything_is_read(void **state)
{
    const struct ra_chain chains[] = {{RA_USERS, NULL, NULL}, {RA_DELETED_USERS, NULL, NULL}};
    struct folder f;

    (void)state;
    folder_make(&f);
    put(&f, "users.json", "[]");
    assert_int_equal(bench_open(&f.b, &f.err), 0);
    assert_int_equal(ra_graph_read(f.b.graph, chains, 2, bench_page, &f.b, &f.err),
                     -RA_EINCOMPLETE);
    assert_string_equal(message(&f), ": there is no deletedUsers.json or deletedUsers.ndjson");
    assert_int_equal(f.b.pages, 0);
    folder_end(&f);
}

static void a_folder_that_is_not_there_is_a_matter_of_configuration(void **state)
{
    struct folder f;

    (void)state;
    folder_make(&f);
    f.b.o.files_dir = "/nonexistent/dir";
    assert_int_equal(bench_open(&f.b, &f.err), -RA_ECONFIG);
    assert_string_equal(f.err.msg,
                        "[tenant] source = files:/nonexistent/dir: No such file or directory");
    put(&f, "users.json", "[]");
    folder_end(&f);
}

static void two_files_for_one_collection_are_refused(void **state)
{
    struct folder f;

    (void)state;
    folder_make(&f);
    put(&f, "users.json", "[]");
    put(&f, "users.ndjson", "");
    assert_int_equal(read_users(&f), -RA_EINPUT);
    folder_end(&f);
}

static void a_saved_refusal_of_a_collection_ends_the_run(void **state)
{
    static const struct {
        const char *name, *text;
        int code;
    } cases[] = {
        {"users.json", ERROR_BODY("Authorization_RequestDenied"), RA_EPERMISSION},
        {"users.json", ERROR_BODY("UnknownError"), RA_EINCOMPLETE},
        {"users.ndjson", ERROR_BODY("Authorization_RequestDenied"), RA_EPERMISSION},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct folder f;
        folder_make(&f);
        put(&f, cases[i].name, cases[i].text);
        assert_int_equal(read_users(&f), -cases[i].code);
        assert_int_equal(f.b.pages, 0);
        folder_end(&f);
    }
}

static void a_long_file_comes_in_pages_with_marks_to_resume_from(void **state)
{
    struct folder f;
    char path[256];
    FILE *fp;

    (void)state;
    folder_make(&f);
    snprintf(path, sizeof path, "%s/users.json", f.dir);
    fp = fopen(path, "w");
    fputs("{\"value\":[", fp);
    for (int i = 0; i < 3000; i++)
        fprintf(fp, "%s{\"id\":\"%d\",\"displayName\":\"%0*d\"}", i ? ",\n" : "", i, 1000, i);
    fputs("]}", fp);
    fclose(fp);
    assert_int_equal(read_users(&f), 0);
    assert_int_equal(f.b.pages, 3);
    assert_int_equal(f.b.objects, 3000);
    assert_int_equal(f.b.last_pages, 1);
    assert_string_equal(f.b.mark, "saved:2000");
    f.b.ids[0] = '\0';
    assert_int_equal(bench_read(&f.b, RA_USERS, NULL, "saved:2999", &f.err), 0);
    assert_string_equal(f.b.ids, "2999 ");
    folder_end(&f);
}

/* ---- the same object from both sources ---- */

#define FULL                                                                                       \
    "{\"id\":\"u1\",\"userPrincipalName\":\"U@x\",\"mail\":\"\",\"displayName\":\"\\u00c9 "        \
    "\\\"q\\\"\","                                                                                 \
    "\"proxyAddresses\":[\"smtp:a@x\",\"SMTP:b@x\"],\"accountEnabled\":true,\"mailEnabled\":"      \
    "false,"                                                                                       \
    "\"onPremisesSyncEnabled\":null,\"onPremisesImmutableId\":\"kZj7niGua0Gz92mIDCl+Tw==\","       \
    "\"onPremisesProvisioningErrors\":[ {\"category\": \"PropertyConflict\"} ],"                   \
    "\"onPremisesObjectIdentifier\":null,\"onPremisesSyncBehavior\":{\"isCloudManaged\":true},"    \
    "\"unknownProperty\":{\"deep\":[1,2]}}"

static void put_str(struct ra_buf *to, struct ra_str s)
{
    ra_buf_printf(to, "%d:%zu:" RA_STR_FMT ";", s.p != NULL, s.n, RA_STR_ARG(s));
}

static int describe(void *ctx, size_t chain, const struct ra_graph_object *o, size_t n,
                    struct ra_str mark, struct ra_err *err)
{
    struct ra_buf *to = ctx;

    (void)chain;
    (void)mark;
    (void)err;
    assert_int_equal(n, 1);
    for (int i = 0; i < RA_GF_COUNT; i++)
        put_str(to, o->field[i]);
    for (int i = 0; i < RA_GB_COUNT; i++)
        ra_buf_printf(to, "%d,", o->flag[i]);
    for (size_t i = 0; i < o->proxies_n; i++)
        put_str(to, o->proxies[i]);
    put_str(to, o->provisioning_errors);
    ra_buf_printf(to, "%d", o->has_object_identifier);
    put_str(to, o->object_identifier);
    ra_buf_printf(to, "%d", o->cloud_managed);
    return 0;
}

static void both_sources_give_the_same_object_to_the_byte(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {NULL, 0, 200, NULL, "{\"value\":[" FULL "]}", WHOLE, NULL}};
    const struct ra_chain chain = {RA_USERS, NULL, NULL};
    struct folder f;
    struct bench b;
    struct ra_buf live, saved;
    struct ra_err err;

    (void)state;
    ra_buf_init(&live, 65536);
    ra_buf_init(&saved, 65536);
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_read(b.graph, &chain, 1, describe, &live, &err), 0);
    folder_make(&f);
    put(&f, "users.ndjson", FULL "\n");
    assert_int_equal(bench_open(&f.b, &err), 0);
    assert_int_equal(ra_graph_read(f.b.graph, &chain, 1, describe, &saved, &err), 0);
    assert_string_equal(ra_buf_z(&live), ra_buf_z(&saved));
    assert_non_null(strstr(live.p, "1:2:u1;1:3:U@x;0:0:;"));
    assert_non_null(strstr(live.p, "-1,1,-1,0,-1,1:8:smtp:a@x;1:8:SMTP:b@x;"));
    assert_non_null(strstr(live.p, "[{\"category\":\"PropertyConflict\"}];10:0:;1"));
    bench_end(&b);
    folder_end(&f);
    ra_buf_free(&live);
    ra_buf_free(&saved);
}

/* ---- documents ---- */

static int read_document(struct folder *f, enum ra_document d, enum ra_document_state *state,
                         struct ra_buf *json, struct ra_err *refusal)
{
    if (!f->b.graph)
        assert_int_equal(bench_open(&f->b, &f->err), 0);
    return ra_graph_document(f->b.graph, d, state, json, refusal, &f->err);
}

static void a_saved_document_comes_in_the_live_form(void **state)
{
    static const char *const forms[][3] = {
        {"domains.json", "{\"value\": [ {\"id\": 1} , 2 ]}", "{\"value\":[{\"id\":1},2]}"},
        {"domains.json", "[{\"id\":1}]", "{\"value\":[{\"id\":1}]}"},
        {"domains.ndjson", "{\"id\":1}\n{\"id\":2}\n", "{\"value\":[{\"id\":1},{\"id\":2}]}"},
        {"domains.json", "{ \"id\": \"t\" }\n", "{\"id\":\"t\"}"},
        {"domains.json", "[]", "{\"value\":[]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct folder f;
        struct ra_buf json;
        struct ra_err refusal;
        enum ra_document_state got;
        folder_make(&f);
        put(&f, forms[i][0], forms[i][1]);
        assert_int_equal(read_document(&f, RA_DOC_DOMAINS, &got, &json, &refusal), 0);
        assert_int_equal(got, RA_DOC_READ);
        assert_string_equal(ra_buf_z(&json), forms[i][2]);
        ra_buf_free(&json);
        folder_end(&f);
    }
}

static void a_saved_error_body_is_a_refusal(void **state)
{
    struct folder f;
    struct ra_buf json;
    struct ra_err refusal;
    enum ra_document_state got;

    (void)state;
    folder_make(&f);
    put(&f, "roleEligibilityScheduleInstances.json", ERROR_BODY("AadPremiumLicenseRequired"));
    assert_int_equal(read_document(&f, RA_DOC_ROLE_ELIGIBILITIES, &got, &json, &refusal), 0);
    assert_int_equal(got, RA_DOC_REFUSED);
    assert_string_equal(ra_buf_z(&json), ERROR_BODY("AadPremiumLicenseRequired"));
    assert_non_null(strstr(refusal.msg, "AadPremiumLicenseRequired"));
    ra_buf_free(&json);
    folder_end(&f);
}

static void a_missing_document_is_missing_but_for_the_last_of_two(void **state)
{
    struct folder f;
    struct ra_buf json;
    struct ra_err refusal;
    enum ra_document_state got;

    (void)state;
    folder_make(&f);
    assert_int_equal(read_document(&f, RA_DOC_ROLE_ASSIGNMENTS, &got, &json, &refusal), 0);
    assert_int_equal(got, RA_DOC_MISSING);
    ra_buf_free(&json);
    assert_int_equal(read_document(&f, RA_DOC_ORGANIZATION, &got, &json, &refusal),
                     -RA_EINCOMPLETE);
    assert_string_equal(message(&f),
                        ": there is neither organization.json nor domains.json, want one of them");
    put(&f, "domains.json", "[]");
    assert_int_equal(read_document(&f, RA_DOC_ORGANIZATION, &got, &json, &refusal), 0);
    assert_int_equal(got, RA_DOC_MISSING);
    ra_buf_free(&json);
    folder_end(&f);
}

static void a_saved_document_that_is_cut_is_bad_input(void **state)
{
    static const char *const bad[] = {"{\"id\":", "{\"id\":\"x\"", "[{\"a\":1}", "{\"value\":[1,}",
                                      ""};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct folder f;
        struct ra_buf json;
        struct ra_err refusal;
        enum ra_document_state got;
        folder_make(&f);
        put(&f, "organization.json", bad[i]);
        assert_int_equal(read_document(&f, RA_DOC_ORGANIZATION, &got, &json, &refusal), -RA_EINPUT);
        folder_end(&f);
    }
}

static void counts_and_live_questions_have_no_answer_in_files(void **state)
{
    struct folder f;
    struct ra_err refusal;
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"}};
    enum ra_document_state got;
    bool readable;
    uint64_t n;

    (void)state;
    folder_make(&f);
    assert_int_equal(bench_open(&f.b, &f.err), 0);
    assert_true(ra_graph_is_files(f.b.graph));
    assert_int_equal(ra_graph_sign_in(f.b.graph, &f.err), 0);
    assert_int_equal(ra_graph_count(f.b.graph, RA_USERS, &n, &f.err), -RA_ENOTFOUND);
    assert_int_equal(ra_graph_sync_behavior(f.b.graph, list, 1, &refusal, &f.err), 0);
    assert_int_equal(list[0].cloud_managed, -1);
    assert_int_equal(ra_graph_probe_object_identifier(f.b.graph, &readable, &refusal, &f.err), 0);
    assert_false(readable);
    assert_int_equal(ra_graph_group_members(f.b.graph, "g", NULL, NULL, &got, &refusal, &f.err), 0);
    assert_int_equal(got, RA_DOC_MISSING);
    folder_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_file_gives_the_same_objects),
        cmocka_unit_test(an_empty_list_is_a_last_page_without_objects),
        cmocka_unit_test(what_is_not_whole_json_names_file_line_and_offset),
        cmocka_unit_test(an_object_that_is_wrong_is_named),
        cmocka_unit_test(an_id_longer_than_128_bytes_is_refused),
        cmocka_unit_test(a_saved_page_with_a_next_link_is_not_the_whole_list),
        cmocka_unit_test(a_missing_collection_is_named_before_anything_is_read),
        cmocka_unit_test(a_folder_that_is_not_there_is_a_matter_of_configuration),
        cmocka_unit_test(two_files_for_one_collection_are_refused),
        cmocka_unit_test(a_saved_refusal_of_a_collection_ends_the_run),
        cmocka_unit_test(a_long_file_comes_in_pages_with_marks_to_resume_from),
        cmocka_unit_test(both_sources_give_the_same_object_to_the_byte),
        cmocka_unit_test(a_saved_document_comes_in_the_live_form),
        cmocka_unit_test(a_saved_error_body_is_a_refusal),
        cmocka_unit_test(a_missing_document_is_missing_but_for_the_last_of_two),
        cmocka_unit_test(a_saved_document_that_is_cut_is_bad_input),
        cmocka_unit_test(counts_and_live_questions_have_no_answer_in_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
