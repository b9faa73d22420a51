#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/pieces.h"
#include "recovery/report/remedy.h"
#include "tests/unit/report/org.h"

#include <stdlib.h>
#include <string.h>

#define ID1    "00000000-0000-0000-0000-000000000001"
#define GUID1  "30475e40-e7ae-4af3-af75-8b143c81daf5"
#define ANCHOR "QF5HMK7n80qvdYsUPIHa9Q=="
#define OTHER  "iGhmiAEBERG7uxI0VniQqw=="

/* What differs from a user that re-joins. */
struct wanting {
    enum ra_verdict_code code;
    enum ra_kind kind;
    enum ra_cause cause;
    enum ra_confidence confidence;
    uint64_t blocks;
    uint32_t warnings;
    const char *immutable_id; /* NULL for none */
    enum ra_tri synced;
    const char *ooi; /* NULL when unknown */
    size_t chosen;   /* the anchor: 0 ConsistencyGuid, 1 objectGUID */
    enum ra_kind cloud_kind;
    bool same_smtp, contended;
    const char *history; /* a SID of the AD object's SID history, or NULL */
    const char *master;  /* its master account's SID; an account in scope has MASTER now, and
                            FORMER_MASTER in its history */
};

#define PEERS_SID     "S-1-5-21-9-9-9-1"
#define OTHERS_SID    "S-1-5-21-9-9-9-2"
#define MASTER        "S-1-5-21-9-9-9-3"
#define FORMER_MASTER "S-1-5-21-9-9-9-4"

/* Somebody else in the cloud, and a master account in the second directory. */
static void put_kin(struct org *o, struct ra_buf *room)
{
    static const char *const former[] = {FORMER_MASTER, NULL};
    struct ra_cloud_object cloud =
        org_cloud("00000000-0000-0000-0000-000000000002", "before@contoso.com", NULL);
    struct ra_ad_object ad = org_ad("00000000-0000-0000-0000-000000000003", "m@fabrikam.com",
                                    "CN=Master,DC=fabrikam,DC=com");

    for (int kind = RA_USER; kind <= RA_GROUP; kind++) {
        cloud.kind = (enum ra_kind)kind;
        cloud.sid = RA_STR(OTHERS_SID);
        org_put_cloud(o, cloud);
    }
    ad.sid = RA_STR(MASTER);
    ad.sid_history = mem_list(room, former);
    org_verdict(o, 1, org_put_ad(o, 1, ad), RA_NONE, RA_ADD, RA_USER);
}

static struct ra_buf said;

/* Makes the row, picks and renders; the pieces come back. */
static struct ra_remedy remedy_of(const struct wanting *w)
{
    static const char *const ours[] = {"SMTP:a@contoso.com", NULL};
    static const char *const theirs[] = {"SMTP:b@contoso.com", NULL};
    struct ra_ad_object ad = org_ad(GUID1, "anna@contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct ra_cloud_object cloud = org_cloud(ID1, "peer@contoso.com", w->immutable_id);
    bool cloud_side =
        w->code == RA_ORPHAN || w->code == RA_STALE_ANCHOR || w->code == RA_CLOUD_ONLY;
    const struct ra_report_input *in;
    const char *const history[] = {w->history, NULL};
    struct ra_buf room1, room2, room3, room4;
    struct ra_rows *rows;
    struct ra_remedy remedy;
    struct ra_verdict *v;
    struct ra_row row;
    struct ra_err err = {0};
    uint32_t peer;
    struct org o;

    org_begin(&o);
    o.result.detection.chosen = w->chosen;
    ad.kind = w->kind;
    ad.sid = cloud.sid = RA_STR("S-1-5-21-1-2-3-4");
    ad.proxies = mem_list(&room1, ours);
    ad.sid_history = mem_list(&room3, history);
    ad.master_account_sid = w->master ? ra_str(w->master) : (struct ra_str){NULL, 0};
    if (w->history)
        cloud.sid = RA_STR(PEERS_SID);
    cloud.kind = w->cloud_kind;
    cloud.synced = w->synced;
    cloud.proxies = mem_list(&room2, w->same_smtp ? ours : theirs);
    peer = org_put_cloud(&o, cloud);
    v = org_verdict(&o, 0, cloud_side ? RA_NONE : org_put_ad(&o, 0, ad), peer, w->code, w->kind);
    v->cause = (uint8_t)w->cause;
    v->confidence = (uint8_t)w->confidence;
    v->blocks = w->blocks;
    v->warnings = w->warnings;
    if (w->contended)
        org_verdict(&o, 0, org_put_ad(&o, 0, ad), peer, RA_MATCH_HARD, w->kind);
    put_kin(&o, &room4);
    if (w->ooi)
        mem_side_fact(o.cloud_mem, RA_FACT_OOI, ID1, w->ooi);
    in = org_end(&o);
    ra_rows_open_unsorted(in, &rows);
    assert_int_equal(ra_rows_resolve(rows, v, &row, &err), 0);
    ra_remedy_pick(in, &row, &remedy);
    ra_buf_free(&said);
    ra_buf_init(&said, (size_t)1 << 20);
    ra_remedy_render(in, &row, &remedy, &said);
    ra_rows_free(&rows);
    ra_buf_free(&room1);
    ra_buf_free(&room2);
    ra_buf_free(&room3);
    ra_buf_free(&room4);
    org_free(&o);
    return remedy;
}

static void assert_says(const struct wanting *w, const char *part)
{
    remedy_of(w);
    if (!strstr(ra_buf_z(&said), part))
        fail_msg("\"%s\" is missing in: %s", part, ra_buf_z(&said));
}

static void an_anchor_finding_left_alone_is_not_stable(void **state)
{
    const struct wanting drift = {
        .code = RA_ANCHOR_DRIFT, .immutable_id = OTHER, .synced = RA_YES, .ooi = ID1};
    const struct wanting conflict = {
        .code = RA_ANCHOR_CONFLICT, .immutable_id = OTHER, .synced = RA_YES};

    (void)state;
    assert_says(&drift, "Left alone this is not stable: the first export deletes the synced user "
                        "peer@contoso.com, and the next cycle creates a new account");
    assert_says(&drift, "sets mS-DS-ConsistencyGuid of CN=Anna,DC=contoso,DC=com to "
                        "88666888-0101-1111-bbbb-1234567890ab");
    assert_says(&drift, "Then clear the binding of peer@contoso.com to the AD object " ID1);
    assert_says(&conflict, "Left alone this is not stable");
    assert_says(&conflict, "If both are one, for instance a user created anew");
}

static void a_deleted_group_is_gone_for_good_and_a_user_for_thirty_days(void **state)
{
    const struct wanting user = {.code = RA_ORPHAN, .cause = RA_CAUSE_AD_DELETED, .synced = RA_YES};
    const struct wanting group = {.code = RA_ORPHAN,
                                  .kind = RA_GROUP,
                                  .cloud_kind = RA_GROUP,
                                  .cause = RA_CAUSE_OUT_OF_SCOPE,
                                  .synced = RA_YES};

    (void)state;
    assert_says(&user, "deletes the synced user peer@contoso.com; it can be restored for 30 days. "
                       "Its AD object was deleted.");
    assert_says(&group, "deletes the synced group peer@contoso.com for good");
}

static void every_block_that_is_in_the_way_is_told(void **state)
{
    const struct wanting w = {.code = RA_BLOCK_HARD_FLAG,
                              .immutable_id = ANCHOR,
                              .synced = RA_NO,
                              .ooi = ID1,
                              .blocks = UINT64_C(1) << RA_BLOCK_HARD_FLAG |
                                        UINT64_C(1) << RA_BLOCK_ROLE | UINT64_C(1) << RA_BLOCK_OOI};

    (void)state;
    assert_says(&w, "fails with InvalidHardMatch");
    assert_says(&w, "Also in the way: it holds a role (BLOCK_ROLE)");
    assert_says(&w, "Also in the way: it is bound to the AD object " ID1);
}

static void a_crossed_match_does_not_begin_with_nothing_to_do(void **state)
{
    const struct wanting w = {.code = RA_MATCH_HARD,
                              .immutable_id = ANCHOR,
                              .synced = RA_YES,
                              .warnings = 1u << RA_WARN_CROSS | 1u << RA_WARN_SID};

    (void)state;
    remedy_of(&w);
    assert_ptr_equal(strstr(ra_buf_z(&said), "STOP: the anchor points at peer@contoso.com"),
                     said.p);
    assert_null(strstr(ra_buf_z(&said), "Nothing to do"));
}

static void confidence_is_told_when_it_is_not_high(void **state)
{
    const struct wanting w = {.code = RA_MATCH_SID,
                              .kind = RA_GROUP,
                              .cloud_kind = RA_GROUP,
                              .synced = RA_YES,
                              .confidence = RA_CONFIDENCE_M};
    const struct wanting high = {.code = RA_MATCH_HARD, .immutable_id = ANCHOR, .synced = RA_YES};

    (void)state;
    assert_says(&w, "rests on the equal SID S-1-5-21-1-2-3-4. Confidence M: ");
    remedy_of(&high);
    assert_string_equal(ra_buf_z(&said), "Nothing to do: it re-joins by its anchor.");
}

static void the_permission_that_would_settle_it_is_that_of_the_kind(void **state)
{
    struct wanting w = {.code = RA_UNKNOWN_SOA, .kind = RA_CONTACT, .cloud_kind = RA_CONTACT};

    (void)state;
    assert_says(&w, "Grant Contacts-OnPremisesSyncBehavior.ReadWrite.All");
    w.kind = w.cloud_kind = RA_GROUP;
    assert_says(&w, "Grant Group-OnPremisesSyncBehavior.ReadWrite.All");
    w.kind = w.cloud_kind = RA_USER;
    assert_says(&w, "Grant User-OnPremisesSyncBehavior.ReadWrite.All");
}

static void mark(const struct wanting *w, bool seen[RA_PIECES])
{
    struct ra_remedy r = remedy_of(w);

    assert_true(r.n > 0 && r.n <= RA_REMEDY_PIECES);
    for (unsigned i = 0; i < r.n; i++)
        seen[r.piece[i]] = true;
    for (const char *p = ra_buf_z(&said); (p = strchr(p, '{')) != NULL; p++)
        assert_memory_equal(p, "{\"on", 4); /* a place without a value, but for a request's body */
}

/* All that a row can be, one thing after another. */
static void mark_variants(enum ra_verdict_code code, bool seen[RA_PIECES])
{
    static const char *const anchors[] = {NULL, ANCHOR, OTHER, "employee-1"};

    for (int kind = RA_USER; kind <= RA_COMPUTER; kind++)
        for (int bits = 0; bits < 64; bits++) {
            struct wanting w = {.code = code,
                                .kind = (enum ra_kind)kind,
                                .immutable_id = anchors[bits & 3],
                                .synced = bits & 4 ? RA_YES : RA_NO,
                                .ooi = bits & 8 ? ID1 : NULL,
                                .chosen = bits & 16 ? 1 : 0,
                                .same_smtp = bits & 32,
                                .cloud_kind = kind == RA_COMPUTER ? RA_DEVICE : (enum ra_kind)kind,
                                .confidence = (enum ra_confidence)(bits & 3),
                                .contended = bits == 2};
            mark(&w, seen);
        }
}

static void every_piece_is_said_of_some_object_and_no_place_stays_empty(void **state)
{
    bool seen[RA_PIECES] = {false};

    (void)state;
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        mark_variants((enum ra_verdict_code)c, seen);
    for (int cause = 0; cause < RA_CAUSES; cause++) {
        mark(&(struct wanting){.code = RA_ORPHAN, .cause = (enum ra_cause)cause}, seen);
        mark(&(struct wanting){.code = RA_STALE_ANCHOR, .cause = (enum ra_cause)cause}, seen);
    }
    for (int w = 0; w < RA_WARNINGS; w++)
        mark(&(struct wanting){.code = RA_MATCH_HARD, .warnings = 1u << w}, seen);
    mark(&(struct wanting){.code = RA_CLOUD_ONLY, .blocks = UINT64_MAX}, seen);
    mark(&(struct wanting){.code = RA_SKIP_LINKED, .master = MASTER}, seen);
    mark(&(struct wanting){.code = RA_SKIP_LINKED, .master = FORMER_MASTER}, seen);
    mark(&(struct wanting){.code = RA_ADD, .history = OTHERS_SID}, seen);
    mark(&(struct wanting){.code = RA_MATCH_HARD,
                           .warnings = 1u << RA_WARN_SID,
                           .history = PEERS_SID},
         seen);
    for (int p = 0; p < RA_PIECES; p++)
        if (!seen[p])
            fail_msg("no object is told: %s", ra_remedy_piece((unsigned)p));
}

static void what_a_name_contains_is_no_place(void **state)
{
    const struct wanting w = {.code = RA_ADD, .immutable_id = NULL};
    struct ra_ad_object ad = org_ad(GUID1, "a@contoso.com", "CN={who},DC=x");
    const struct ra_report_input *in;
    struct ra_rows *rows;
    struct ra_remedy remedy;
    struct ra_row row;
    struct ra_err err = {0};
    struct org o;

    (void)state;
    remedy_of(&w);
    org_begin(&o);
    org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_ADD, RA_USER);
    in = org_end(&o);
    ra_rows_open_unsorted(in, &rows);
    assert_int_equal(ra_rows_resolve(rows, &o.verdicts[0], &row, &err), 0);
    ra_remedy_pick(in, &row, &remedy);
    ra_buf_clear(&said);
    ra_remedy_render(in, &row, &remedy, &said);
    assert_non_null(strstr(ra_buf_z(&said), "CN={who},DC=x"));
    ra_rows_free(&rows);
    org_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anchor_finding_left_alone_is_not_stable),
        cmocka_unit_test(a_deleted_group_is_gone_for_good_and_a_user_for_thirty_days),
        cmocka_unit_test(every_block_that_is_in_the_way_is_told),
        cmocka_unit_test(a_crossed_match_does_not_begin_with_nothing_to_do),
        cmocka_unit_test(confidence_is_told_when_it_is_not_high),
        cmocka_unit_test(the_permission_that_would_settle_it_is_that_of_the_kind),
        cmocka_unit_test(every_piece_is_said_of_some_object_and_no_place_stays_empty),
        cmocka_unit_test(what_a_name_contains_is_no_place),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    ra_buf_free(&said);
    return rc;
}
