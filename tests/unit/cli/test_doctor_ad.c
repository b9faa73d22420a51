/* What doctor says of a directory that answers in ways which few do. The directory is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/collect.h"
#include "tests/unit/cli/doctor_page.h"

#include <string.h>

static struct {
    int opening, root, catalog, syntax, changes; /* what each ends with, an enum ra_code */
    int reading, deleted, rights;                /* searches */
    size_t objects;                              /* found by each search */
    size_t may;                                  /* of them with what apply needs */
    size_t others;                               /* further attributes that may be written */
    enum ra_dir_syntax is;
    struct ra_dir_root says;
    const char *base; /* of the search of whom the account is */
} script;
static size_t at; /* the object that a search has come to */

static int ends(int code, struct ra_err *err)
{
    return code ? ra_fail(err, (enum ra_code)code, "the directory says no") : 0;
}

int __wrap_ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err);
int __wrap_ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err)
{
    (void)o;
    *out = NULL;
    return ends(script.opening, err);
}

void __wrap_ra_dir_close(struct ra_dir **d);
void __wrap_ra_dir_close(struct ra_dir **d)
{
    (void)d;
}

bool __wrap_ra_dir_is_ldif(const struct ra_dir *d);
bool __wrap_ra_dir_is_ldif(const struct ra_dir *d)
{
    (void)d;
    return false;
}

int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);
int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err)
{
    (void)d;
    *out = script.says;
    return ends(script.root, err);
}

int __wrap_ra_ad_has_all(struct ra_dir *d, const struct ra_ad_read *r, struct ra_err *err);
int __wrap_ra_ad_has_all(struct ra_dir *d, const struct ra_ad_read *r, struct ra_err *err)
{
    (void)d;
    assert_int_equal(r->customs, 2);
    return ends(script.catalog, err);
}

int __wrap_ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                         struct ra_err *err);
int __wrap_ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                         struct ra_err *err)
{
    (void)d, (void)attribute;
    *out = script.is;
    return ends(script.syntax, err);
}

int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err);
int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err)
{
    bool rights = strcmp(q->attributes[0], "allowedAttributesEffective") == 0;
    bool account = strcmp(q->attributes[0], "objectSid") == 0;
    int rc = ends(q->deleted ? script.deleted : rights ? script.rights : script.reading, err);

    (void)d;
    if (account) {
        script.base = q->base;
        return 0;
    }
    for (at = 0; at < script.objects && rc == 0; at++)
        rc = each(ctx, NULL, err);
    return rc;
}

int __wrap_ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each,
                          void *ctx, struct ra_buf *cookie, enum ra_dir_told *told,
                          struct ra_err *err);
int __wrap_ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each,
                          void *ctx, struct ra_buf *cookie, enum ra_dir_told *told,
                          struct ra_err *err)
{
    (void)d, (void)q, (void)each, (void)ctx, (void)cookie, (void)told;
    return ends(script.changes, err);
}

enum ra_kind __wrap_ra_entry_kind(const struct ra_dir_entry *e);
enum ra_kind __wrap_ra_entry_kind(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_USER;
}

struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e);
struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_STR("CN=Protected");
}

struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name);
struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name)
{
    (void)e, (void)name;
    return (struct ra_str){NULL, 0};
}

const struct ra_str *__wrap_ra_dir_entry_values(const struct ra_dir_entry *e, const char *name,
                                                size_t *n);
const struct ra_str *__wrap_ra_dir_entry_values(const struct ra_dir_entry *e, const char *name,
                                                size_t *n)
{
    static const struct ra_str both[] = {{"mS-DS-ConsistencyGuid", 21}, {"adminDescription", 16}};
    static const struct ra_str others[] = {{"info", 4}, {"description", 11}, {"comment", 7}};

    (void)e, (void)name;
    *n = at < script.may ? 2 : script.others;
    return at < script.may ? both : others;
}

/* ---- what is said ---- */

static char employee_id[] = "employeeID", number[] = "number", mail[] = "mail",
            dn[] = "CN=reader,DC=contoso,DC=test", odd[] = "rea(der", uri[] = "ldaps://dc",
            name[] = "contoso", any[] = "auto";
static char *candidates[] = {employee_id};
static struct ra_config config;
static struct ra_cli cli = {.config = &config};
static struct ra_config_ad ad;
static struct ra_doctor doctor;

static int begin(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    script.says = (struct ra_dir_root){
        .base = "DC=contoso,DC=test", .domain = "DC=contoso,DC=test", .active_directory = true};
    script.is = RA_SYNTAX_STRING;
    script.objects = 3;
    config.anchor.attribute = any;
    config.anchor.candidates = (struct ra_config_list){.items = candidates, .n = 1};
    config.anchor.login_attribute = mail;
    ad = (struct ra_config_ad){.name = name, .uri = uri, .bind_dn = dn, .auth = 1};
    doctor = (struct ra_doctor){.cli = &cli};
    return 0;
}

static int checks(struct ra_doctor *d, struct ra_err *err)
{
    return ra_doctor_directory(d, &ad, err);
}

static void says(const char *words, int exit_status)
{
    doctor_says(checks, &doctor, words, exit_status);
}

static void who_cannot_bind_is_told_apart_from_who_cannot_connect(void **state)
{
    (void)state;
    script.opening = RA_ESIGNIN;
    says("✗ bind: the directory says no", 4);
    begin(NULL);
    script.opening = RA_ENETWORK;
    says("✗ connection: the directory says no", 5);
}

static void without_a_root_nothing_more_is_asked(void **state)
{
    (void)state;
    script.root = RA_ENETWORK;
    says("✗ root: the directory says no", 5);
    assert_int_equal(doctor.count[RA_FINDING_OK], 1);
}

static void a_server_that_is_no_active_directory_is_a_warning(void **state)
{
    (void)state;
    script.says = (struct ra_dir_root){.base = "O=contoso"};
    script.objects = 0;
    says("! root: the server does not say that it is Active Directory", 4);
    says("✗ reading: no user, group or contact can be seen below the base", 4);
}

static void searches_that_fail_are_told_in_the_servers_words(void **state)
{
    (void)state;
    script.reading = script.deleted = script.rights = script.changes = RA_ESERVER;
    script.syntax = RA_ESERVER;
    says("✗ reading: the directory says no", 5);
    says("! deleted objects: the directory says no", 5);
    says("! anchor candidate: the directory says no", 5);
    says("! anchors of users: the directory says no", 5);
    says("! Replicating Directory Changes: the directory says no", 5);
}

static void an_anchor_that_is_a_number_or_unknown_is_told(void **state)
{
    (void)state;
    config.anchor.attribute = number;
    script.is = RA_SYNTAX_INTEGER;
    says("✗ anchor attribute: number is an integer, want a string or binary attribute", 1);
    script.is = RA_SYNTAX_UNKNOWN;
    says("! anchor candidate: employeeID is not in the schema", 1);
}

static void a_catalog_that_lacks_an_attribute_is_a_fault(void **state)
{
    (void)state;
    config.anchor.attribute = number;
    script.says.global_catalog = true;
    script.catalog = RA_EINCOMPLETE;
    says("✗ global catalog: the directory says no", 3);
}

static void rights_on_some_are_told_with_whom_they_lack_on(void **state)
{
    (void)state;
    script.may = 2;
    script.others = 3;
    says("may be written on 2 of 3 sampled users only, not on CN=Protected", 0);
    assert_string_equal(script.base, dn);
    script.may = 3;
    says("may be written on all 3 sampled users", 0);
    script.may = 0;
    says("this account may write up to 3 further attributes of a user", 0);
}

static void a_name_that_would_be_a_filter_is_not_looked_up(void **state)
{
    (void)state;
    ad.bind_dn = odd;
    doctor_page(checks, &doctor);
    assert_null(script.base);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup(test, begin)
    const struct CMUnitTest tests[] = {
        CASE(who_cannot_bind_is_told_apart_from_who_cannot_connect),
        CASE(without_a_root_nothing_more_is_asked),
        CASE(a_server_that_is_no_active_directory_is_a_warning),
        CASE(searches_that_fail_are_told_in_the_servers_words),
        CASE(an_anchor_that_is_a_number_or_unknown_is_told),
        CASE(a_catalog_that_lacks_an_attribute_is_a_fault),
        CASE(rights_on_some_are_told_with_whom_they_lack_on),
        CASE(a_name_that_would_be_a_filter_is_not_looked_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
