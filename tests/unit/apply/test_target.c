/* What the targets of a step hold now, by what the servers say of them, which are scripts here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/run.h"

#include <stdio.h>
#include <string.h>

static struct {
    bool dump, short_guid;
    int search;          /* what the search ends with */
    struct ra_str holds; /* the attribute that is asked for */
    struct ra_user_now user;
} script;
static const unsigned char guid[16] = "0123456789abcde";

int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err);
int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err)
{
    (void)o, (void)err;
    *out = NULL;
    return 0;
}

int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err);
int __wrap_ra_graph_sign_in(struct ra_graph *g, struct ra_err *err)
{
    (void)g, (void)err;
    return 0;
}

int __wrap_ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n,
                              struct ra_err *err);
int __wrap_ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n,
                              struct ra_err *err)
{
    const struct ra_user_now asked = users[0];

    (void)g, (void)err;
    assert_int_equal(n, 1);
    users[0] = script.user;
    users[0].id = asked.id;
    users[0].property = asked.property;
    return 0;
}

int __wrap_ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err);
int __wrap_ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err)
{
    static char dir; /* only handed on */

    (void)o, (void)err;
    *out = (struct ra_dir *)&dir;
    return 0;
}

void __wrap_ra_dir_close(struct ra_dir **d);
void __wrap_ra_dir_close(struct ra_dir **d)
{
    *d = NULL;
}

bool __wrap_ra_dir_is_ldif(const struct ra_dir *d);
bool __wrap_ra_dir_is_ldif(const struct ra_dir *d)
{
    (void)d;
    return script.dump;
}

int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);
int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err)
{
    (void)d, (void)err;
    *out = (struct ra_dir_root){0};
    return 0;
}

int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *fn, void *ctx,
                         struct ra_err *err);
int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *fn, void *ctx,
                         struct ra_err *err)
{
    (void)d;
    assert_non_null(strstr(q->filter, "(objectGUID="));
    if (script.search)
        return ra_fail(err, RA_ENETWORK, "the directory does not answer");
    return fn(ctx, NULL, err);
}

struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name);
struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name)
{
    (void)e;
    if (strcmp(name, "objectGUID") == 0)
        return ra_str_n(guid, script.short_guid ? 15 : 16);
    return script.holds;
}

struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e);
struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_STR("CN=Anna");
}

/* ---- one step ---- */

static const struct ra_dir_options contoso = {.name = "contoso"};
static const struct ra_apply_world world = {.tenant_id = "7f3c0000-0000-0000-0000-000000000001",
                                            .directories = &contoso,
                                            .directories_n = 1};

struct play {
    struct ra_run r;
    struct ra_step step;
    struct ra_err err;
    int rc;
};

static void look(struct play *p, const struct ra_step_kind *kind)
{
    *p = (struct play){.r = {.w = &world, .lock = -1, .n = 1},
                       .step = {.kind = kind, .have = RA_STR("old"), .want = RA_STR("new")}};
    memcpy(p->step.guid.b, guid, 16);
    p->step.s.target.id = RA_STR("c10ad000-0000-4000-8000-000000000001");
    p->r.steps = &p->step;
    p->rc = ra_targets_read(&p->r, kind->place, &p->err);
    p->r.steps = NULL;
}

static void looked(struct play *p, enum ra_at at, const char *holds)
{
    assert_int_equal(p->step.at, at);
    if (holds)
        assert_string_equal(p->step.holds, holds);
    ra_run_end(&p->r);
    memset(&script, 0, sizeof script);
}

static void a_user_is_what_the_tenant_says(void **state)
{
    struct play p;

    (void)state;
    look(&p, &ra_kind_immutable_id);
    looked(&p, RA_AT_GONE, NULL);
    script.user = (struct ra_user_now){.found = true, .value = "new"};
    look(&p, &ra_kind_immutable_id);
    looked(&p, RA_AT_WANT, NULL);
    script.user = (struct ra_user_now){.found = true, .value = "old", .synced = 1};
    look(&p, &ra_kind_immutable_id);
    looked(&p, RA_AT_SYNCED, NULL);
    script.user = (struct ra_user_now){.found = true, .value = "another"};
    look(&p, &ra_kind_immutable_id);
    looked(&p, RA_AT_OTHER, "another");
    script.user = (struct ra_user_now){.found = true};
    look(&p, &ra_kind_immutable_id);
    looked(&p, RA_AT_OTHER, "nothing");
}

static void an_object_is_what_the_directory_says(void **state)
{
    char large[300] = {0};
    struct play p;

    (void)state;
    script.holds = RA_STR("new");
    look(&p, &ra_kind_consistency_guid);
    looked(&p, RA_AT_WANT, NULL);
    script.holds = RA_STR("another");
    look(&p, &ra_kind_consistency_guid);
    looked(&p, RA_AT_OTHER, "YW5vdGhlcg==");
    script.holds = ra_str_n(large, sizeof large);
    look(&p, &ra_kind_consistency_guid);
    looked(&p, RA_AT_OTHER, "a long value");
    script.short_guid = true;
    look(&p, &ra_kind_consistency_guid);
    looked(&p, RA_AT_GONE, NULL);
}

static void what_cannot_be_read_is_not_taken_for_gone(void **state)
{
    struct play p;

    (void)state;
    script.search = 1;
    look(&p, &ra_kind_consistency_guid);
    assert_int_equal(p.rc, -(int)RA_ENETWORK);
    looked(&p, RA_AT_UNREAD, NULL);
    script.dump = true;
    look(&p, &ra_kind_consistency_guid);
    assert_int_equal(p.rc, -(int)RA_ECONFIG);
    assert_string_equal(p.err.msg, "directory contoso is a dump: nothing can be changed in it");
    looked(&p, RA_AT_UNREAD, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_what_the_tenant_says),
        cmocka_unit_test(an_object_is_what_the_directory_says),
        cmocka_unit_test(what_cannot_be_read_is_not_taken_for_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
