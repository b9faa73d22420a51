/* What is said of a ruling once it stands: duplicates inside AD, and whether it is the right
 * person. */
#include "tests/property/oracle_inner.h"

#include <string.h>

static bool shared(const struct book *b, const char *key)
{
    size_t n;

    book_find(b, key, &n);
    return n > 1;
}

static bool has_duplicate(const struct oracle *o, const struct ad_view *a)
{
    if (shared(&o->books[AD_UPN], a->upn))
        return true;
    for (size_t i = 0; i < a->mail.all.n; i++)
        if (shared(&o->books[AD_ADDRESS], a->mail.all.at[i]))
            return true;
    return false;
}

static bool is_hard(const struct ruling *r)
{
    return is(r, "MATCH_HARD") || is(r, "MATCH_HARD_TAKEOVER") || is(r, "MATCH_HARD_RESTORE");
}

void warn_of_duplicates(struct oracle *o, size_t i)
{
    struct ruling *r = &o->rulings[i];

    if (!has_duplicate(o, &o->ad[i]))
        return;
    if (is_hard(r))
        warn(r, "WARN_AD_DUP");
    if (is_family(r, "SOFT_") || is(r, "MATCH_SMTP") || is(r, "ADD")) {
        r->smtp_contact = is(r, "MATCH_SMTP");
        r->says = (struct outcome){.code = "CONFLICT_AD_DUP", .peer = r->says.peer};
    }
}

static bool another_has_sid(const struct oracle *o, const struct ad_view *a, size_t peer)
{
    return lowest(o, &o->books[USER_SID], a->is->sid, peer) != NONE;
}

/* One other live user who has both our UPN and our primary address. */
static bool another_has_names(const struct oracle *o, const struct ad_view *a, size_t peer)
{
    size_t n;
    const struct entry *e = book_find(&o->books[USER_UPN], a->upn, &n);

    for (size_t k = 0; k < n; k++)
        if (e[k].who != peer && same(o->cloud[e[k].who].mail.primary, a->mail.primary))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_placeholder(const struct oracle *o, const char *upn)
{
    const char *domain = o->org->tenant.initial_domain, *at = upn ? strrchr(upn, '@') : NULL;

    if (!at || !same_folded(at + 1, domain))
        return false;
    size_t tail = strlen(".onmicrosoft.com"), n = strlen(domain);

    if (n <= tail || !same_folded(domain + n - tail, ".onmicrosoft.com"))
        return false;
    return at - upn >= 4 && is_digit(at[-1]) && is_digit(at[-2]) && is_digit(at[-3]) &&
           is_digit(at[-4]);
}

static void warn_of_names(struct oracle *o, size_t i, const char *cloud_upn)
{
    struct ruling *r = &o->rulings[i];

    if (same(cloud_upn, o->ad[i].upn))
        return;
    if (is_placeholder(o, cloud_upn))
        warn(r, "WARN_PLACEHOLDER");
    else if (!warned(r, "WARN_SID") && !warned(r, "WARN_CROSS"))
        warn(r, "WARN_RENAMED");
}

static void warn_of_match(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];
    struct ruling *r = &o->rulings[i];
    size_t peer = (size_t)r->says.peer;
    const char *sid = o->org->cloud[peer].sid;

    if (is(r, "MATCH_HARD") && o->mode == CONSISTENCY_GUID && !a->is->consistency_guid.n)
        warn(r, "NEEDS_STAMP");
    if (present(sid) && present(a->is->sid) && !same(sid, a->is->sid))
        warn(r, "WARN_SID");
    if (another_has_sid(o, a, peer) || another_has_names(o, a, peer))
        warn(r, "WARN_CROSS");
    if (!is(r, "MATCH_HARD_RESTORE"))
        warn_of_names(o, i, o->cloud[peer].upn);
}

static void warn_of_held_values(struct oracle *o, size_t i)
{
    size_t peer = (size_t)o->rulings[i].says.peer;

    if (lowest(o, &o->books[USER_UPN], o->ad[i].upn, peer) != NONE ||
        held_by(o, &o->ad[i], peer) != NONE)
        warn(&o->rulings[i], "WARN_HELD");
}

void warn_of_person(struct oracle *o, size_t i)
{
    struct ruling *r = &o->rulings[i];

    if (is_hard(r))
        warn_of_match(o, i);
    if (is(r, "MATCH_HARD") || is(r, "MATCH_HARD_TAKEOVER") ||
        (is_family(r, "SOFT_") && o->ad[i].is->kind == ORG_USER))
        warn_of_held_values(o, i);
}
