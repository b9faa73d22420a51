#include "recovery/model/head.h"
#include "recovery/model/index.h"
#include "recovery/model/repair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Records: what goes in comes out, and the head says what the object would have been asked. */

#define GUID "0123456789abcdef"

static struct ra_str encoded(const struct ra_ad_object *o, struct ra_buf *room)
{
    ra_buf_init(room, (size_t)1 << 20);
    ra_ad_encode(o, room);
    return ra_str_n(room->p, room->n);
}

static struct ra_ad_head head_of(const struct ra_ad_object *o)
{
    static char dn_key[64];
    struct ra_ad_head h;
    struct ra_buf room;

    assert_true(ra_ad_head(encoded(o, &room), &h));
    assert_true(h.dn_key.n < sizeof dn_key);
    memcpy(dn_key, h.dn_key.p ? h.dn_key.p : "", h.dn_key.n);
    h.dn_key.p = dn_key;
    h.login_suffix.p = NULL; /* the record goes away: only its length is looked at */
    ra_buf_free(&room);
    return h;
}

static struct ra_ad_object person(void)
{
    return (struct ra_ad_object){.kind = RA_USER,
                                 .guid = RA_STR(GUID),
                                 .sam = RA_STR("ada"),
                                 .login = RA_STR("Ada@Contoso.com"),
                                 .dn_key = RA_STR("dc=com\0dc=contoso\0cn=ada"),
                                 .consistency_guid = RA_STR(GUID)};
}

static void an_ad_object_comes_out_as_it_went_in(void **state)
{
    struct ra_ad_object o = person(), back;
    struct ra_buf room;

    (void)state;
    o.deleted = o.mailbox_guid = true;
    o.recipient_type = INT64_C(0x21C07000);
    o.account_control = 512;
    o.group_type = 0x80000002U;
    o.members = 250000;
    o.certificates = 3;
    o.smime_certificates = 4;
    o.sid = RA_STR("S-1-5-21-1-2-3-4");
    o.custom = (struct ra_list){0, {NULL, 0}};
    assert_true(ra_ad_decode(encoded(&o, &room), &back));
    assert_int_equal(back.kind, RA_USER);
    assert_true(back.deleted && back.mailbox_guid && !back.critical_system);
    assert_int_equal(back.recipient_type, o.recipient_type);
    assert_int_equal(back.account_control, 512);
    assert_int_equal(back.group_type, 0x80000002U);
    assert_int_equal(back.members, 250000);
    assert_int_equal(back.certificates, 3);
    assert_int_equal(back.smime_certificates, 4);
    assert_true(ra_str_eq(back.guid, o.guid) && ra_str_eq(back.login, o.login));
    assert_true(ra_str_eq(back.dn_key, o.dn_key) && ra_str_eq(back.sid, o.sid));
    assert_true(ra_str_eq(back.consistency_guid, o.consistency_guid));
    ra_buf_free(&room);
}

static void an_object_guid_of_another_length_is_not_kept(void **state)
{
    struct ra_ad_object o = person(), back;
    struct ra_buf room;

    (void)state;
    o.guid = RA_STR("short");
    assert_true(ra_ad_decode(encoded(&o, &room), &back));
    assert_true(ra_str_absent(back.guid));
    ra_buf_free(&room);
    assert_null(head_of(&o).guid);
}

static void a_record_cut_short_is_none_at_any_length(void **state)
{
    struct ra_ad_object o = person(), back;
    struct ra_ad_head h;
    struct ra_buf room;
    struct ra_str r = encoded(&o, &room);

    (void)state;
    for (size_t n = 0; n < r.n; n++) {
        char *copy = malloc(n + 1); /* its end is its end, for the sanitizers */
        memcpy(copy, r.p, n);
        assert_false(ra_ad_decode((struct ra_str){copy, n}, &back));
        if (n < 24)
            assert_false(ra_ad_head((struct ra_str){copy, n}, &h));
        free(copy);
    }
    ra_buf_free(&room);
}

static void a_record_of_the_other_side_is_none(void **state)
{
    struct ra_cloud_object c = {.kind = RA_USER, .id = RA_STR("x")};
    struct ra_ad_object o = person();
    struct ra_ad_head ah;
    struct ra_cloud_head ch;
    struct ra_buf ad, cloud;
    struct ra_str r = encoded(&o, &ad);

    (void)state;
    ra_buf_init(&cloud, 4096);
    ra_cloud_encode(&c, &cloud);
    assert_false(ra_cloud_head(r, &ch));
    assert_false(ra_cloud_decode(r, &c));
    assert_false(ra_ad_head(ra_str_n(cloud.p, cloud.n), &ah));
    assert_false(ra_ad_decode(ra_str_n(cloud.p, cloud.n), &o));
    ra_buf_free(&ad);
    ra_buf_free(&cloud);
}

static void the_head_has_what_the_walk_asks_for(void **state)
{
    struct ra_ad_object o = person();
    struct ra_ad_head h = head_of(&o);

    (void)state;
    assert_int_equal(h.kind, RA_USER);
    assert_int_equal(h.cause, RA_CAUSE_NONE);
    assert_int_equal(h.own, 0);
    assert_true(ra_str_eq(h.dn_key, o.dn_key));
    o.deleted = true;
    assert_true(head_of(&o).deleted);
    o.sam = (struct ra_str){NULL, 0};
    assert_int_equal(head_of(&o).cause, RA_CAUSE_NO_SAM_ACCOUNT_NAME);
}

static void the_head_has_each_of_the_objects_own_traits(void **state)
{
    struct ra_ad_object o = person();
    struct ra_buf room;

    (void)state;
    o.mail = RA_STR("a@b");
    assert_int_equal(head_of(&o).own, RA_OWN_MAIL_ENABLED);
    o = person();
    o.consistency_guid = (struct ra_str){NULL, 0};
    assert_int_equal(head_of(&o).own, RA_OWN_UNSTAMPED);
    o.consistency_guid = RA_STR("fifteen bytes..");
    assert_int_equal(head_of(&o).own, RA_OWN_GUID_LENGTH);
    o = person();
    o.certificates = 16;
    assert_int_equal(head_of(&o).own, RA_OWN_SIZE);
    o.certificates = o.smime_certificates = 15;
    assert_int_equal(head_of(&o).own, 0);
    o.smime_certificates = 16;
    assert_int_equal(head_of(&o).own, RA_OWN_SIZE);
    o = person();
    o.recipient_type = 2;
    assert_int_equal(head_of(&o).own, RA_OWN_LINKED);
    o = person();
    ra_buf_init(&room, 4096);
    ra_list_put(&room, &o.proxies.count, RA_STR("SMTP:a@b"));
    ra_list_put(&room, &o.proxies.count, RA_STR("SMTP:c@d"));
    o.proxies.bytes = ra_str_n(room.p, room.n);
    assert_int_equal(head_of(&o).own, RA_OWN_MAIL_ENABLED | RA_OWN_TWO_PRIMARIES);
    o = person();
    o.sid_history = (struct ra_list){2, ra_str_n(room.p, room.n)};
    assert_int_equal(head_of(&o).own, RA_OWN_TIED);
    o = person();
    o.master_account_sid = RA_STR("S-1-5-21-1-2-3-4");
    assert_int_equal(head_of(&o).own, RA_OWN_TIED);
    ra_buf_free(&room);
}

/* What one object has in an index, one line a key. */
static void write_key(void *ctx, struct ra_str key, const struct ra_entry *entry)
{
    ra_buf_printf(ctx, RA_STR_FMT " %u\n", RA_STR_ARG(key), entry->bits);
}

static void a_history_and_a_master_account_are_in_the_index_of_ties(void **state)
{
    struct ra_ad_object o = person(), back;
    struct ra_arena scratch = {0};
    struct ra_buf room, sids, keys;

    (void)state;
    ra_buf_init(&sids, 4096);
    ra_buf_init(&keys, 4096);
    ra_list_put(&sids, &o.sid_history.count, RA_STR("S-1-5-21-9-9-9-1"));
    ra_list_put(&sids, &o.sid_history.count, RA_STR("S-1-5-21-9-9-9-2"));
    o.sid_history.bytes = ra_str_n(sids.p, sids.n);
    o.sid = RA_STR("S-1-5-21-1-2-3-4");
    o.master_account_sid = RA_STR("S-1-5-21-7-7-7-7");
    o.deleted = true;
    assert_true(ra_ad_decode(encoded(&o, &room), &back));
    assert_int_equal(back.sid_history.count, 2);
    ra_ad_keys(&back, 5, RA_IX_TIE, NULL, 0, &scratch, write_key, &keys);
    assert_string_equal(ra_buf_z(&keys), "S-1-5-21-9-9-9-1 1\nS-1-5-21-9-9-9-2 1\n"
                                         "S-1-5-21-7-7-7-7 5\n");
    ra_buf_clear(&keys);
    ra_ad_keys(&back, 5, RA_IX_SID, NULL, 0, &scratch, write_key, &keys);
    assert_string_equal(ra_buf_z(&keys), "S-1-5-21-1-2-3-4 1\n");
    ra_buf_free(&room);
    ra_buf_free(&sids);
    ra_buf_free(&keys);
    ra_arena_free(&scratch);
}

static void the_head_has_the_suffix_of_a_login_that_is_taken_as_it_is(void **state)
{
    struct ra_ad_object o = person();
    struct ra_ad_head h;
    struct ra_buf room;

    (void)state;
    assert_true(ra_ad_head(encoded(&o, &room), &h));
    assert_true(ra_str_eq(h.login_suffix, RA_STR("Contoso.com")));
    ra_buf_free(&room);
    o.login = RA_STR("a@b@c");
    assert_int_equal(head_of(&o).login_suffix.n, 0); /* @ is no character of a local part */
    o.login = RA_STR("with space@contoso.com");
    assert_int_equal(head_of(&o).login_suffix.n, 0);
    o.login = RA_STR("@contoso.com");
    assert_int_equal(head_of(&o).login_suffix.n, 0);
    o.login = RA_STR("nothing.behind@");
    assert_int_equal(head_of(&o).login_suffix.n, 0);
    o.login = (struct ra_str){NULL, 0};
    assert_int_equal(head_of(&o).login_suffix.n, 0);
}

static void a_login_of_64_kib_has_no_suffix_in_the_head(void **state)
{
    struct ra_ad_object o = person();
    size_t n = 70000;
    char *login = malloc(n);

    (void)state;
    memset(login, 'a', n);
    login[n - 2] = '@';
    o.login = (struct ra_str){login, n};
    assert_int_equal(head_of(&o).login_suffix.n, 0);
    free(login);
}

static void the_head_of_a_cloud_object_tells_guest_anchor_and_role(void **state)
{
    struct ra_cloud_object o = {.kind = RA_USER, .synced = RA_YES, .user_type = RA_STR("guest")};
    struct ra_cloud_head h;
    struct ra_buf room;

    (void)state;
    ra_buf_init(&room, 4096);
    ra_cloud_encode(&o, &room);
    assert_true(ra_cloud_head(ra_str_n(room.p, room.n), &h));
    assert_true(h.synced && h.guest && !h.anchored && !h.role_assignable && !h.deleted);
    ra_buf_clear(&room);
    o = (struct ra_cloud_object){.kind = RA_USER, .deleted = true, .immutable_id = RA_STR("x")};
    ra_cloud_encode(&o, &room);
    assert_true(ra_cloud_head(ra_str_n(room.p, room.n), &h));
    assert_true(!h.synced && !h.guest && h.anchored && h.deleted);
    ra_buf_clear(&room);
    o = (struct ra_cloud_object){.kind = RA_GROUP, .role_assignable = RA_YES};
    ra_cloud_encode(&o, &room);
    assert_true(ra_cloud_head(ra_str_n(room.p, room.n), &h));
    assert_true(h.role_assignable && h.kind == RA_GROUP);
    ra_buf_free(&room);
}

/* ---- keys ---- */

static void add_key(void *ctx, struct ra_str key, const struct ra_entry *entry)
{
    struct ra_buf *all = ctx;
    unsigned char value[RA_ENTRY_SIZE];

    ra_entry_pack(entry, value);
    ra_buf_put(all, key.p, key.n);
    ra_buf_put(all, value, sizeof value);
}

static void decoding_for_an_index_gives_the_keys_of_the_whole_cloud_object(void **state)
{
    struct ra_cloud_object o = {.immutable_id = RA_STR("anchor=="),
                                .upn = RA_STR("Ada@Contoso.com"),
                                .id = RA_STR("0F8fad5b-d9cb-469f-a165-70867728950e"),
                                .sid = RA_STR("S-1-5-21-1-2-3-4"),
                                .display_name = RA_STR("Ada"),
                                .device_id = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f")};
    struct ra_arena scratch = {0};
    struct ra_buf room, list, whole, part;
    struct ra_cloud_object back;

    (void)state;
    ra_buf_init(&room, 4096);
    ra_buf_init(&list, 4096);
    ra_buf_init(&whole, 4096);
    ra_buf_init(&part, 4096);
    ra_list_put(&list, &o.proxies.count, RA_STR("SMTP:Ada@Contoso.com"));
    o.proxies.bytes = ra_str_n(list.p, list.n);
    for (int at = 0; at < RA_KINDS * RA_IX_CUSTOM; at++) {
        enum ra_index index = (enum ra_index)(at % RA_IX_CUSTOM);
        o.kind = (enum ra_kind)(at / RA_IX_CUSTOM);
        ra_buf_clear(&room);
        ra_cloud_encode(&o, &room);
        assert_true(ra_cloud_decode_for(ra_str_n(room.p, room.n), index, &back));
        ra_cloud_keys(&o, 5, index, &scratch, add_key, &whole);
        ra_cloud_keys(&back, 5, index, &scratch, add_key, &part);
        assert_true(ra_str_eq(ra_str_n(whole.p, whole.n), ra_str_n(part.p, part.n)));
    }
    assert_true(whole.n > 200);
    ra_arena_free(&scratch);
    ra_buf_free(&room);
    ra_buf_free(&list);
    ra_buf_free(&whole);
    ra_buf_free(&part);
}

static void decoding_for_an_index_gives_the_keys_of_the_whole_ad_object(void **state)
{
    struct ra_ad_object o = person(), back;
    struct ra_arena scratch = {0};
    struct ra_buf room, whole, part;

    (void)state;
    o.sid = RA_STR("S-1-5-21-1-2-3-4");
    o.mail = RA_STR("Ada@Contoso.com");
    o.cn = RA_STR("Ada L");
    ra_buf_init(&whole, 4096);
    ra_buf_init(&part, 4096);
    for (int at = 0; at < 4 * RA_KINDS * RA_IX_CUSTOM; at++) {
        enum ra_index index = (enum ra_index)(at % RA_IX_CUSTOM);
        int form = at / RA_IX_CUSTOM % 4;
        o.kind = (enum ra_kind)(at / RA_IX_CUSTOM / 4);
        o.login = form & 1 ? RA_STR("Ada@Contoso.com") : (struct ra_str){NULL, 0};
        o.display_name = form & 2 ? RA_STR("Ada") : (struct ra_str){NULL, 0};
        assert_true(ra_ad_decode_for(encoded(&o, &room), index, &back));
        ra_ad_keys(&o, 5, index, NULL, 0, &scratch, add_key, &whole);
        ra_ad_keys(&back, 5, index, NULL, 0, &scratch, add_key, &part);
        assert_true(ra_str_eq(ra_str_n(whole.p, whole.n), ra_str_n(part.p, part.n)));
        ra_buf_free(&room);
    }
    assert_true(whole.n > 400);
    ra_arena_free(&scratch);
    ra_buf_free(&whole);
    ra_buf_free(&part);
}

static void nothing_is_decoded_of_a_record_without_a_head(void **state)
{
    struct ra_cloud_object o;

    (void)state;
    assert_false(ra_cloud_decode_for(RA_STR(""), RA_IX_GUID, &o));
}

static void a_list_that_ends_within_an_item_has_no_such_item(void **state)
{
    struct ra_str rest = RA_STR("\5\0\0\0abc"), item;

    (void)state;
    assert_false(ra_list_next(&rest, &item));
}

static void only_an_anchor_that_drifted_or_clashes_is_repaired(void **state)
{
    const struct ra_fix_facts f = {.code = RA_MATCH_HARD, .ad = RA_USER, .cloud = RA_USER};
    unsigned char guid[16];

    (void)state;
    assert_int_equal(ra_fix_rule(&f, guid), RA_FIX_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ad_object_comes_out_as_it_went_in),
        cmocka_unit_test(an_object_guid_of_another_length_is_not_kept),
        cmocka_unit_test(a_record_cut_short_is_none_at_any_length),
        cmocka_unit_test(a_record_of_the_other_side_is_none),
        cmocka_unit_test(the_head_has_what_the_walk_asks_for),
        cmocka_unit_test(the_head_has_each_of_the_objects_own_traits),
        cmocka_unit_test(a_history_and_a_master_account_are_in_the_index_of_ties),
        cmocka_unit_test(the_head_has_the_suffix_of_a_login_that_is_taken_as_it_is),
        cmocka_unit_test(a_login_of_64_kib_has_no_suffix_in_the_head),
        cmocka_unit_test(the_head_of_a_cloud_object_tells_guest_anchor_and_role),
        cmocka_unit_test(decoding_for_an_index_gives_the_keys_of_the_whole_cloud_object),
        cmocka_unit_test(nothing_is_decoded_of_a_record_without_a_head),
        cmocka_unit_test(a_list_that_ends_within_an_item_has_no_such_item),
        cmocka_unit_test(only_an_anchor_that_drifted_or_clashes_is_repaired),
        cmocka_unit_test(decoding_for_an_index_gives_the_keys_of_the_whole_ad_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
