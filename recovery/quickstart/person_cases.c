/* What happened to people. Each case says in its expectation what it was planted for. */
#include "recovery/quickstart/sample.h"

#include <stdlib.h>
#include <string.h>

typedef struct ra_sample_pair pair;

static void clear_cloud_mail(struct ra_sample_cloud *c)
{
    memset(c->address, 0, sizeof c->address);
    c->mail[0] = '\0';
}

static void clear_ad_mail(struct ra_sample_ad *a)
{
    memset(a->address, 0, sizeof a->address);
    a->mail[0] = '\0';
}

/* A user made in the cloud: nothing of AD on it. */
static void make_cloud_only(struct ra_sample_cloud *c)
{
    c->synced = RA_SAMPLE_NEVER;
    c->immutable_id[0] = c->sid[0] = c->sam[0] = c->dn[0] = c->ad_upn[0] = c->identifier[0] = '\0';
}

/* Live and anchored, and no longer or not yet synced. */
static void make_unsynced(struct ra_sample_cloud *c)
{
    c->synced = RA_SAMPLE_NO_MORE;
    c->identifier[0] = '\0';
}

static void make_deleted(struct ra_sample_cloud *c)
{
    char plain[RA_GUID_TEXT], upn[RA_SAMPLE_TEXT];
    size_t n = 0;

    for (const char *s = c->id; *s; s++)
        if (*s != '-')
            plain[n++] = *s;
    plain[n] = '\0';
    memcpy(upn, c->upn, sizeof upn);
    upn[sizeof upn - 1 - sizeof plain] = '\0';
    ra_sample_print(c->upn, sizeof c->upn, "%s%s", plain, upn);
    make_unsynced(c);
    c->in = RA_OUT_DELETED_USERS;
}

/* ---- those who re-join ---- */

static void matched(struct ra_org *o, const pair *p, const char *warnings)
{
    ra_sample_ad(o, &p->ad, "MATCH_HARD", warnings, p->cloud.id);
    ra_sample_put_cloud(o, &p->cloud);
}

/* In a mixed organisation two of five were synced by objectGUID although they are stamped. */
static bool mixed_up(struct ra_org *o, uint64_t i, pair *p)
{
    if (o->mode != RA_ORG_MIXED || i % 5 > 1)
        return false;
    ra_base64(p->ad.guid, 16, p->cloud.immutable_id);
    ra_sample_guid(o, "moved", i, p->ad.consistency);
    ra_sample_ad(o, &p->ad, "ANCHOR_DRIFT", NULL, p->cloud.id);
    ra_sample_orphan(o, &p->cloud, "anchor-drift");
    return true;
}

static void healthy(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    if (!mixed_up(o, i, &p))
        matched(o, &p, NULL);
}

/* mS-DS-ConsistencyGuid was lost, and objectGUID is what had been in it. */
static void needs_stamp(struct ra_org *o, uint64_t i)
{
    bool applies = o->mode == RA_ORG_CONSISTENCY || o->mode == RA_ORG_MIXED;
    pair p;

    ra_sample_person(o, i, 0, &p);
    if (applies) {
        p.ad.consistency_n = 0;
        ra_sample_anchor(o, &p.ad, p.cloud.immutable_id);
    }
    matched(o, &p, applies ? "NEEDS_STAMP" : NULL);
}

static void inet_org_person(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.kind = "inetOrgPerson";
    matched(o, &p, NULL);
}

static void other_sid(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.sid, sizeof p.cloud.sid,
                    "S-1-5-21-3277080990-2629470435-924441437-%llu",
                    (unsigned long long)(1100 + i));
    matched(o, &p, "WARN_SID");
}

static void renamed(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "maiden.name.%llu@%s", (unsigned long long)i,
                    o->domain);
    matched(o, &p, "WARN_RENAMED");
}

static void placeholder(struct ra_org *o, uint64_t i)
{
    pair p;

    if (o->clean) {
        healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "placeholder%llu+%04llu@%s",
                    (unsigned long long)i, (unsigned long long)(1000 + i % 9000), o->initial);
    matched(o, &p, "WARN_PLACEHOLDER");
}

static void unverified_suffix(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.upn, sizeof p.ad.upn, "%s@contoso.local", p.ad.sam);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "%s@%s", p.ad.nick, o->initial);
    matched(o, &p, "WARN_UPN");
}

static void two_primaries(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.address[3], sizeof p.ad.address[3], "SMTP:second.%llu@%s",
                    (unsigned long long)i, o->domain);
    matched(o, &p, "WARN_TWO_PRIMARIES");
}

static void long_anchor(struct ra_org *o, uint64_t i)
{
    bool applies = o->mode == RA_ORG_CONSISTENCY || o->mode == RA_ORG_MIXED;
    pair p;

    if (o->clean) {
        healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    if (applies) {
        memcpy(p.ad.consistency + 16, p.ad.guid, 4);
        p.ad.consistency_n = 20;
        ra_sample_anchor(o, &p.ad, p.cloud.immutable_id);
    }
    matched(o, &p, applies ? "WARN_GUID_LENGTH" : NULL);
}

static void many_addresses(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.many_addresses = 300;
    matched(o, &p, "WARN_SIZE");
}

/* ---- anchors that differ in the case of one letter ---- */

/* The anchor of a with one letter's case changed, and the attributes of b that give it. */
static void twin_anchor(const struct ra_org *o, const struct ra_sample_ad *a,
                        struct ra_sample_ad *b, char out[64])
{
    uint8_t bytes[48];
    size_t n = sizeof bytes, at = 0;

    ra_sample_anchor(o, a, out);
    while ((out[at] < 'A' || out[at] > 'Z') && (out[at] < 'a' || out[at] > 'z'))
        at++;
    out[at] ^= 0x20;
    if (o->mode == RA_ORG_CUSTOM) {
        memcpy(b->employee, out, sizeof b->employee);
        return;
    }
    if (!ra_base64_decode(ra_str(out), bytes, &n) || n != 16)
        abort();
    memcpy(o->mode == RA_ORG_GUID ? b->guid : b->consistency, bytes, 16);
    b->consistency_n = o->mode == RA_ORG_GUID ? b->consistency_n : 16;
}

/* Two people, and each has the right one in the cloud. */
static void twins(struct ra_org *o, uint64_t i)
{
    pair p, q;

    if (o->clean) {
        healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    twin_anchor(o, &p.ad, &q.ad, q.cloud.immutable_id);
    ra_guid_text(q.ad.guid, q.cloud.identifier);
    matched(o, &p, NULL);
    matched(o, &q, NULL);
}

/* A new person, whose anchor differs in case alone from that of somebody who left. */
static void false_twin(struct ra_org *o, uint64_t i)
{
    struct ra_sample_ad gone;
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    gone = q.ad;
    twin_anchor(o, &p.ad, &gone, q.cloud.immutable_id);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
    ra_sample_orphan(o, &q.cloud, "not-found");
}

/* ---- lost, recreated, gone ---- */

/* Moved from another forest, with an anchor of that time that was lost: only the SID tells. */
static void drifted(struct ra_org *o, uint64_t i)
{
    uint8_t moved[16];
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid(o, "moved", i, moved);
    if (o->mode != RA_ORG_CUSTOM)
        ra_base64(moved, sizeof moved, p.cloud.immutable_id);
    ra_sample_lose_anchor(o, &p.ad);
    ra_sample_ad(o, &p.ad, "ANCHOR_DRIFT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

/* The account was deleted and made anew: same names, another objectGUID and SID. */
static void recreate(const struct ra_org *o, uint64_t i, pair *p)
{
    pair q;

    ra_sample_person(o, i, 0, p);
    ra_sample_person(o, i, 1, &q);
    memcpy(p->ad.guid, q.ad.guid, 16);
    p->ad.rid = q.ad.rid;
    ra_sample_lose_anchor(o, &p->ad);
}

static void recreated(struct ra_org *o, uint64_t i)
{
    pair p;

    recreate(o, i, &p);
    ra_sample_ad(o, &p.ad, "ANCHOR_CONFLICT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

static void recreated_without_mail(struct ra_org *o, uint64_t i)
{
    pair p;

    recreate(o, i, &p);
    clear_ad_mail(&p.ad);
    clear_cloud_mail(&p.cloud);
    ra_sample_ad(o, &p.ad, "ANCHOR_CONFLICT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

static void left(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_orphan(o, &p.cloud, "not-found");
}

static void deleted_in_ad(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_orphan(o, &p.cloud, "ad-deleted");
}

static void moved_out_of_scope(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
    ra_sample_orphan(o, &p.cloud, "out-of-scope");
}

static void new_hire(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
}

/* ---- anchors that two have, or that the wrong one has ---- */

static void duplicate_anchor(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    if (o->mode == RA_ORG_GUID) { /* no two objects of AD have the same objectGUID */
        memcpy(q.cloud.immutable_id, p.cloud.immutable_id, sizeof q.cloud.immutable_id);
        ra_sample_ad_blocked(o, &p.ad, "BLOCK_DUP_ANCHOR", NULL);
        ra_sample_put_cloud(o, &q.cloud);
    } else {
        memcpy(q.ad.consistency, p.ad.consistency, sizeof q.ad.consistency);
        memcpy(q.ad.employee, p.ad.employee, sizeof q.ad.employee);
        ra_sample_ad_blocked(o, &p.ad, "BLOCK_DUP_ANCHOR", p.cloud.id);
        ra_sample_ad_blocked(o, &q.ad, "BLOCK_DUP_ANCHOR", p.cloud.id);
    }
    ra_sample_put_cloud(o, &p.cloud);
}

/* Two people whose anchors were exchanged by hand. */
static void swapped(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_anchor(o, &q.ad, p.cloud.immutable_id);
    ra_sample_anchor(o, &p.ad, q.cloud.immutable_id);
    p.cloud.identifier[0] = q.cloud.identifier[0] = '\0';
    ra_sample_ad(o, &p.ad, "MATCH_HARD", "WARN_CROSS WARN_HELD WARN_SID", q.cloud.id);
    ra_sample_ad(o, &q.ad, "MATCH_HARD", "WARN_CROSS WARN_HELD WARN_SID", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_put_cloud(o, &q.cloud);
}

static void bound_elsewhere(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "old forest", i, p.cloud.identifier);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_OOI", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

/* ---- takeovers ---- */

static void takeover(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_unsynced(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "MATCH_HARD_TAKEOVER", "BLOCK_TAKEOVER_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void role_holder(struct ra_org *o, uint64_t i, char id[RA_GUID_TEXT])
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_unsynced(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_ROLE", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    memcpy(id, p.cloud.id, RA_GUID_TEXT);
}

static void administrator(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_assign(o, id, "user", RA_ROLE_USER_ADMIN);
}

static void reports_reader(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_assign(o, id, "user", RA_ROLE_REPORTS_READER);
}

static void eligible_administrator(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_eligible(o, id, RA_ROLE_GLOBAL_ADMIN);
}

static void administrator_by_group(struct ra_org *o, uint64_t i)
{
    struct ra_sample_cloud g = {.in = RA_OUT_GROUPS, .role_assignable = true, .security = true};
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_guid_text(o, "role group", i, g.id);
    ra_sample_print(g.display, sizeof g.display, "Help desk %llu", (unsigned long long)i);
    ra_sample_print(g.nick, sizeof g.nick, "helpdesk%llu", (unsigned long long)i);
    ra_sample_put_cloud(o, &g);
    ra_sample_assign(o, g.id, "group", RA_ROLE_USER_ADMIN);
    ra_sample_role_group(o, g.id, id);
}

static void managed_by_cloud(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.cloud_managed = true;
    ra_sample_ad(o, &p.ad, "SKIP_SOA_CLOUD", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void in_recycle_bin(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_deleted(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "MATCH_HARD_RESTORE", "BLOCK_TAKEOVER_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void administrator_in_recycle_bin(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_deleted(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_ROLE_DELETED", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

/* ---- soft matches and what stands in their way ---- */

static void same_address(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_cloud_only(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_SMTP", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void same_address_administrator(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_cloud_only(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, o->allow ? "BLOCK_ADMIN" : "BLOCK_ADMIN BLOCK_SOFT_POLICY",
                         p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

static void same_upn(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_cloud_only(&p.cloud);
    clear_cloud_mail(&p.cloud);
    clear_ad_mail(&p.ad);
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_UPN", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void address_of_group(struct ra_org *o, uint64_t i)
{
    struct ra_sample_cloud g = {.in = RA_OUT_GROUPS};
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "mail group", i, g.id);
    memcpy(g.display, p.cloud.display, sizeof g.display);
    memcpy(g.nick, p.cloud.nick, sizeof g.nick);
    memcpy(g.mail, p.cloud.mail, sizeof g.mail);
    memcpy(g.address[0], p.cloud.address[0], sizeof g.address[0]);
    ra_sample_ad(o, &p.ad, "CONFLICT_TYPE", NULL, g.id);
    ra_sample_put_cloud(o, &g);
}

static void make_guest(const struct ra_org *o, struct ra_sample_cloud *c)
{
    make_cloud_only(c);
    c->guest = true;
    ra_sample_print(c->upn, sizeof c->upn, "%s_%s#EXT#@%s", c->nick, o->domain, o->initial);
}

static void invited_as_guest(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_guest(o, &p.cloud);
    ra_sample_ad(o, &p.ad, "CONFLICT_GUEST", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

/* A shared mailbox of the cloud that has an address of a person of AD. */
static void borrow_address(struct ra_org *o, const pair *p, pair *mailbox)
{
    make_cloud_only(&mailbox->cloud);
    memcpy(mailbox->cloud.address[1], p->ad.address[1], sizeof mailbox->cloud.address[1]);
    ra_sample_put_cloud(o, &mailbox->cloud);
}

static void address_in_use(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_ad(o, &p.ad, "CONFLICT_PROXY", NULL, q.cloud.id);
    borrow_address(o, &p, &q);
}

static void address_held(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    p.cloud.address[1][0] = '\0';
    matched(o, &p, "WARN_HELD");
    borrow_address(o, &p, &q);
}

static void sid_in_use(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    make_cloud_only(&q.cloud);
    ra_sample_sid(p.ad.rid, q.cloud.sid);
    ra_sample_ad(o, &p.ad, "CONFLICT_SID", NULL, q.cloud.id);
    ra_sample_put_cloud(o, &q.cloud);
}

static void split_in_two(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    make_cloud_only(&p.cloud);
    make_cloud_only(&q.cloud);
    memcpy(p.cloud.upn, q.ad.upn, sizeof p.cloud.upn);
    memcpy(q.cloud.upn, p.ad.upn, sizeof q.cloud.upn);
    clear_cloud_mail(&q.cloud);
    ra_sample_ad(o, &p.ad, "CONFLICT_SPLIT", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_put_cloud(o, &q.cloud);
}

static void shared_in_ad(struct ra_org *o, uint64_t i)
{
    pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_print(p.ad.address[3], sizeof p.ad.address[3], "smtp:shared.%llu@%s",
                    (unsigned long long)i, o->domain);
    memcpy(q.ad.address[3], p.ad.address[3], sizeof q.ad.address[3]);
    matched(o, &p, "WARN_AD_DUP");
    ra_sample_ad(o, &q.ad, "CONFLICT_AD_DUP", NULL, NULL);
}

/* ---- outside of what is synchronised ---- */

static void linked_mailbox(struct ra_org *o, uint64_t i)
{
    pair p;

    if (o->clean) {
        healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    p.ad.recipient_type = 2;
    p.ad.control = 514;
    ra_sample_ad(o, &p.ad, "SKIP_LINKED", NULL, NULL);
}

static void sync_account(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    clear_ad_mail(&p.ad);
    p.ad.nick[0] = '\0';
    ra_sample_print(p.ad.sam, sizeof p.ad.sam, "MSOL_%06llu", (unsigned long long)i);
    ra_sample_ad_skipped(o, &p.ad, "sync-account");
}

static void service_account(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    clear_ad_mail(&p.ad);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
}

static void kept_out_by_description(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.admin_description, sizeof p.ad.admin_description, "User_NoSync");
    ra_sample_ad_skipped(o, &p.ad, "admin-description");
}

static void outside(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.below = "CN=Users";
    ra_sample_ad_skipped(o, &p.ad, "outside-include");
}

static void discovery_mailbox(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.recipient_type = 0x20000000;
    ra_sample_ad_skipped(o, &p.ad, "recipient-type");
}

static void system_mailbox(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "system mailbox", i, p.cloud.id);
    ra_sample_print(p.ad.nick, sizeof p.ad.nick, "SystemMailbox{%s}", p.cloud.id);
    ra_sample_ad_skipped(o, &p.ad, "system-mailbox");
}

static void without_anchor(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    if (o->mode != RA_ORG_CUSTOM) {
        matched(o, &p, NULL);
        return;
    }
    p.ad.employee[0] = '\0';
    ra_sample_ad(o, &p.ad, "SKIP_NO_ANCHOR", NULL, NULL);
}

/* ---- only in the cloud ---- */

static void cloud_only(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_cloud_only(&p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void break_glass(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_cloud_only(&p.cloud);
    clear_cloud_mail(&p.cloud);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "break.glass.%llu@%s", (unsigned long long)i,
                    o->initial);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

static void guest(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_guest(o, &p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void deleted_long_ago(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_deleted(&p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void stale(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_unsynced(&p.cloud);
    ra_sample_cloud(o, &p.cloud, "STALE_ANCHOR", NULL);
}

static void restored_in_cloud(struct ra_org *o, uint64_t i)
{
    pair p;

    ra_sample_person(o, i, 0, &p);
    make_unsynced(&p.cloud);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_cloud(o, &p.cloud, "STALE_ANCHOR", "ad-deleted");
}

static const struct ra_sample_case cases[] = {
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {needs_stamp, true, false},
    {inet_org_person, false, false},
    {other_sid, true, false},
    {renamed, false, false},
    {placeholder, false, false},
    {unverified_suffix, false, false},
    {two_primaries, false, false},
    {long_anchor, false, false},
    {many_addresses, false, true},
    {twins, false, false},
    {false_twin, true, false},
    {drifted, true, false},
    {drifted, true, false},
    {recreated, true, false},
    {recreated_without_mail, true, false},
    {left, true, false},
    {deleted_in_ad, true, false},
    {moved_out_of_scope, true, false},
    {new_hire, true, false},
    {new_hire, true, false},
    {duplicate_anchor, true, true},
    {swapped, true, true},
    {bound_elsewhere, true, false},
    {takeover, true, false},
    {administrator, true, false},
    {reports_reader, true, false},
    {eligible_administrator, true, false},
    {administrator_by_group, true, true},
    {managed_by_cloud, false, false},
    {in_recycle_bin, true, false},
    {administrator_in_recycle_bin, true, false},
    {same_address, true, false},
    {same_address_administrator, true, false},
    {same_upn, true, false},
    {address_of_group, true, false},
    {invited_as_guest, true, false},
    {address_in_use, true, false},
    {address_held, true, false},
    {sid_in_use, true, false},
    {split_in_two, true, false},
    {shared_in_ad, true, false},
    {linked_mailbox, false, false},
    {sync_account, false, true},
    {service_account, false, false},
    {kept_out_by_description, false, false},
    {outside, false, false},
    {discovery_mailbox, false, false},
    {system_mailbox, false, false},
    {without_anchor, false, false},
    {cloud_only, false, false},
    {break_glass, false, true},
    {guest, false, false},
    {guest, false, false},
    {deleted_long_ago, false, false},
    {stale, true, false},
    {restored_in_cloud, true, false},
};

void ra_sample_people(struct ra_org *o)
{
    for (uint64_t i = 0; i < o->users; i++) {
        size_t at = i % RA_SAMPLE_BLOCK;
        const struct ra_sample_case *c = at < sizeof cases / sizeof cases[0] ? &cases[at] : NULL;

        if (!c || (c->disaster && !o->disaster) || (c->once && i >= RA_SAMPLE_BLOCK))
            healthy(o, i);
        else
            c->write(o, i);
    }
}
