/* AD groups, contacts and computers (decision: AD group, AD contact, AD computer). */
#include "tests/property/oracle_inner.h"

static const struct org_cloud *cloud(const struct oracle *o, size_t c)
{
    return &o->org->cloud[c];
}

/* True when who is the authority for the object settles it. */
static bool settled_by_authority(struct oracle *o, size_t i, size_t c)
{
    if (cloud(o, c)->cloud_managed == ORG_YES)
        say(o, i, "SKIP_SOA_CLOUD", 0, c);
    else if (cloud(o, c)->cloud_managed == ORG_UNKNOWN)
        say(o, i, "UNKNOWN_SOA", 0, c);
    return o->rulings[i].says.code;
}

/* For groups and contacts "stamp" reads as "server". */
static void collect_soft_blocks(struct oracle *o, size_t i)
{
    struct ruling *r = &o->rulings[i];

    if (flag(o, r, ORG_BS))
        block(r, "BLOCK_SOFT_FLAG");
    if (o->org->policy.soft_match == ORG_DENY)
        block(r, "BLOCK_SOFT_POLICY");
}

/* ---- groups ---- */

static bool group_mail_enabled(const struct ad_view *a)
{
    return present(a->is->mail) || a->mail.values;
}

static size_t group_of_sid(const struct oracle *o, const char *sid)
{
    size_t synced = lowest(o, &o->books[SYNCED_GROUP_SID], sid, NONE);

    return synced != NONE ? synced : lowest(o, &o->books[GROUP_SID], sid, NONE);
}

static void group_by_sid(struct oracle *o, size_t i, size_t c)
{
    struct ruling *r = &o->rulings[i];

    r->claims_block = true;
    if (o->cloud[c].synced) {
        say_sure(o, i, "MATCH_SID", group_mail_enabled(&o->ad[i]) ? 34 : 38, c, 'M');
        return;
    }
    if (settled_by_authority(o, i, c))
        return;
    if (flag(o, r, ORG_BH))
        say(o, i, "BLOCK_HARD_FLAG", 0, c);
    else if (!o->org->policy.takeover_allowed)
        say(o, i, "BLOCK_TAKEOVER_POLICY", 0, c);
    else
        say_sure(o, i, "MATCH_SID_TAKEOVER", 0, c, 'L');
}

static void group_soft(struct oracle *o, size_t i, size_t s)
{
    struct ruling *r = &o->rulings[i];

    if (cloud(o, s)->role_assignable == ORG_YES)
        block(r, "BLOCK_ROLE_GROUP");
    collect_soft_blocks(o, i);
    if (!r->says.blocks_n)
        say(o, i, "SOFT_SMTP", 35, s);
    else
        say_blocked(o, i, same(r->says.blocks[0], "BLOCK_ROLE_GROUP") ? 42 : 0, s);
}

static void group_by_mail(struct oracle *o, size_t i)
{
    const char *primary = o->ad[i].mail.primary;
    size_t owners, s = lowest(o, &o->books[PRIMARY], primary, NONE);
    size_t holder = held_by(o, &o->ad[i], NONE);

    book_find(&o->books[PRIMARY], primary, &owners);
    if (owners > 1)
        say(o, i, "CONFLICT_PROXY", 0, s);
    else if (owners && cloud(o, s)->kind != ORG_GROUP)
        say(o, i, "CONFLICT_TYPE", 0, s);
    else if (owners && o->cloud[s].synced)
        say(o, i, "ANCHOR_CONFLICT", 36, s);
    else if (owners)
        group_soft(o, i, s);
    else if (holder != NONE)
        say(o, i, "CONFLICT_PROXY", 0, holder);
    else
        say(o, i, "ADD", 0, NONE);
}

void decide_group(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];
    size_t twins, c = group_of_sid(o, a->is->sid);

    book_find(&o->books[AD_GROUP_ANCHOR], a->anchor, &twins);
    if (twins > 1) {
        say(o, i, "BLOCK_DUP_ANCHOR", 33, NONE);
    } else if (c != NONE) {
        group_by_sid(o, i, c);
    } else if (group_mail_enabled(a)) {
        group_by_mail(o, i);
    } else {
        say(o, i, "ADD", 37, NONE);
        if (book_has(&o->books[GROUP_NAME], a->name))
            warn(&o->rulings[i], "WARN_NAME");
    }
}

/* ---- contacts ---- */

static void contact_soft(struct oracle *o, size_t i, size_t s)
{
    if (settled_by_authority(o, i, s))
        return;
    collect_soft_blocks(o, i);
    if (o->rulings[i].says.blocks_n)
        say_blocked(o, i, 0, s);
    else
        say(o, i, "SOFT_SMTP", 39, s);
}

void decide_contact(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];
    size_t owners, s = lowest(o, &o->books[PRIMARY], a->mail.primary, NONE);
    size_t holder = held_by(o, a, NONE);

    book_find(&o->books[PRIMARY], a->mail.primary, &owners);
    if (owners > 1)
        say(o, i, "CONFLICT_PROXY", 0, s);
    else if (owners && cloud(o, s)->kind != ORG_CONTACT)
        say(o, i, "CONFLICT_TYPE", 40, s);
    else if (owners && o->cloud[s].synced)
        say_sure(o, i, "MATCH_SMTP", 39, s, 'M');
    else if (owners)
        contact_soft(o, i, s);
    else if (holder != NONE)
        say(o, i, "CONFLICT_PROXY", 0, holder);
    else
        say(o, i, "ADD", 0, NONE);
}

/* ---- computers ---- */

void decide_computer(struct oracle *o, size_t i)
{
    size_t c = lowest(o, &o->books[DEVICE], o->ad[i].guid, NONE);

    if (c == NONE)
        say(o, i, "ADD", 0, NONE);
    else if (!o->cloud[c].synced && flag(o, &o->rulings[i], ORG_BS))
        say(o, i, "BLOCK_SOFT_FLAG", 41, c);
    else
        say(o, i, "MATCH_DEVICE", 41, c);
}
