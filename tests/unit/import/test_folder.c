#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ADA "5092f54a-7b40-41a1-83b5-4d1773702e3a"
#define BOB "ebcf15e3-6fe6-498c-81dd-9e868d65d479"

struct folder {
    char path[64];
};

static void make(struct folder *f)
{
    strcpy(f->path, "/tmp/reanchor-entra.XXXXXX");
    assert_non_null(mkdtemp(f->path));
}

static void put(const struct folder *f, const char *kind, const char *id, const char *text)
{
    char path[256];
    FILE *fp;

    snprintf(path, sizeof path, "%s/%s", f->path, kind);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%s", f->path, kind, id);
    mkdir(path, 0700);
    if (!text)
        return;
    snprintf(path, sizeof path, "%s/%s/%s/%s.json", f->path, kind, id, id);
    fp = fopen(path, "w");
    assert_non_null(fp);
    fputs(text, fp);
    assert_int_equal(fclose(fp), 0);
}

static void read_folder(const struct folder *f, struct given *g)
{
    given_read(g, RA_IMPORT_ENTRAEXPORTER, f->path);
}

static void gone(const struct folder *f)
{
    char command[128];

    snprintf(command, sizeof command, "rm -r %s", f->path);
    assert_int_equal(system(command), 0); /* NOLINT: a folder of this test's own */
}

static void users_give_anchors_and_groups_are_not_shown(void **state)
{
    struct folder f;
    struct given g;

    (void)state;
    make(&f);
    put(&f, "Users", ADA,
        "{\"id\":\"" ADA "\",\"userPrincipalName\":\"ada@contoso.com\",\"onPremisesImmutableId\":"
        "\"QF5HMK7n80qvdYsUPIHa9Q==\",\"onPremisesSecurityIdentifier\":\"S-1-5-21-1-2-3-4\","
        "\"proxyAddresses\":[\"smtp:b@x.y\",\"SMTP:a@x.y\"],\"city\":\"Rome\",\"more\":{\"a\":[1]}"
        "}");
    put(&f, "Users", BOB, "{\"id\":\"" BOB "\",\"onPremisesImmutableId\":null}");
    put(&f, "Groups", BOB, "{\"id\":\"" BOB "\",\"displayName\":\"All\"}");
    put(&f, "Organization", ADA, "{\"id\":\"" ADA "\"}");
    put(&f, "Users", "notes", "passed over");
    read_folder(&f, &g);
    gone(&f);
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.n, 3);
    assert_str(g.e[0].anchor, "QF5HMK7n80qvdYsUPIHa9Q==");
    assert_str(g.e[0].id, ADA);
    assert_str(g.e[0].smtp, "a@x.y");
    assert_int_equal(g.e[0].other.count, 6); /* proxyAddresses, city, more */
    assert_int_equal(g.totals.left_out[RA_LEFT_NO_ANCHOR], 1);
    assert_int_equal(g.totals.left_out[RA_LEFT_NOT_SHOWN], 1);
    assert_true(g.totals.tenant_known);
    given_free(&g);
}

static void damage_is_named_with_file_and_line(void **state)
{
    struct folder f;
    struct given g;

    (void)state;
    make(&f);
    put(&f, "Users", ADA, "{\n\"id\": \"" ADA "\",\n\"onPremisesImmutableId\" \"x\"\n}");
    put(&f, "Users", BOB, "{\n\n\"id\": \"" ADA "\"}");
    put(&f, "Devices", BOB, NULL);
    put(&f, "Groups", ADA, "{\"id\":\"" ADA "\",\n\"onPremisesSecurityIdentifier\": \"S-1\"}");
    put(&f, "Groups", BOB, "{\"id\":\"" BOB "\"}\n}");
    read_folder(&f, &g);
    gone(&f);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_int_equal(g.wrong_n, 5);
    assert_string_equal(g.wrong[0],
                        "line 3: '\"x\".}' is no JSON that goes on, want a value, or the "
                        "rest of one");
    assert_string_equal(g.wrong[1], "line 3: id is '" ADA "', want " BOB);
    assert_string_equal(g.wrong[2], "line 2: onPremisesSecurityIdentifier is 'S-1', want a SID");
    assert_string_equal(g.wrong[3], "line 2: '}' is no JSON that goes on, want nothing behind the "
                                    "object");
    assert_string_equal(g.wrong[4], "not there, want the object's own file in its folder");
    assert_non_null(strstr(g.err.msg, "/Users/" ADA "/" ADA ".json: line 3: "));
    given_free(&g);
}

static void a_link_out_of_the_folder_is_not_followed(void **state)
{
    struct folder f;
    struct given g;
    char path[256];

    (void)state;
    make(&f);
    put(&f, "Users", ADA, NULL);
    snprintf(path, sizeof path, "%s/Users/" ADA "/" ADA ".json", f.path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    read_folder(&f, &g);
    gone(&f);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg),
                        "not there, want the object's own file in its folder");
    given_free(&g);
}

static void a_folder_of_something_else_is_refused(void **state)
{
    struct folder f;
    struct given g;

    (void)state;
    make(&f);
    read_folder(&f, &g);
    gone(&f);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg),
                        "no folder Users in it, want what Export-Entra -Type Users writes");
    given_free(&g);
}

int run_folder(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_give_anchors_and_groups_are_not_shown),
        cmocka_unit_test(damage_is_named_with_file_and_line),
        cmocka_unit_test(a_link_out_of_the_folder_is_not_followed),
        cmocka_unit_test(a_folder_of_something_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
