#include "tests/property/oracle.h"

#include "tests/property/oracle_inner.h"

static void *cleared(struct ra_arena *a, size_t n, size_t size)
{
    char *p = ra_arena_alloc(a, (n + 1) * size);

    for (size_t i = 0; i < (n + 1) * size; i++)
        p[i] = 0;
    return p;
}

static void make_room(struct oracle *o)
{
    size_t ad = o->org->ad_n, cloud = o->org->cloud_n;

    o->ad = cleared(o->arena, ad, sizeof *o->ad);
    o->cloud = cleared(o->arena, cloud, sizeof *o->cloud);
    o->rulings = cleared(o->arena, ad, sizeof *o->rulings);
    o->claimed = cleared(o->arena, cloud, sizeof *o->claimed);
    o->out->ad = cleared(o->arena, ad, sizeof *o->out->ad);
    o->out->cloud = cleared(o->arena, cloud, sizeof *o->out->cloud);
    o->out->ad_n = ad;
    o->out->cloud_n = cloud;
    for (size_t i = 0; i < ad; i++)
        o->rulings[i].says.peer = -1;
    for (size_t c = 0; c < cloud; c++)
        o->out->cloud[c].peer = -1;
}

/* ---- the books ---- */

static void enter_live_user(struct oracle *o, size_t c)
{
    const struct org_cloud *is = &o->org->cloud[c];

    book_add(&o->books[USER_ANCHOR], is->immutable_id, c);
    book_add(&o->books[USER_SID], is->sid, c);
    if (present(is->immutable_id))
        book_add(&o->books[ANCHORED_SID], is->sid, c);
    book_add(&o->books[USER_UPN], o->cloud[c].upn, c);
}

static void enter_live_group(struct oracle *o, size_t c)
{
    const struct org_cloud *is = &o->org->cloud[c];

    book_add(&o->books[GROUP_SID], is->sid, c);
    if (o->cloud[c].synced)
        book_add(&o->books[SYNCED_GROUP_SID], is->sid, c);
    book_add(&o->books[GROUP_NAME], o->cloud[c].name, c);
}

static void enter_cloud(struct oracle *o, size_t c)
{
    const struct org_cloud *is = &o->org->cloud[c];
    const struct addresses *mail = &o->cloud[c].mail;

    if (is->deleted) {
        if (is->kind == ORG_USER)
            book_add(&o->books[DELETED_ANCHOR], is->immutable_id, c);
        return;
    }
    if (is->kind == ORG_USER)
        enter_live_user(o, c);
    if (is->kind == ORG_GROUP)
        enter_live_group(o, c);
    if (is->kind == ORG_DEVICE)
        book_add(&o->books[DEVICE], o->cloud[c].device_guid, c);
    book_add(&o->books[PRIMARY], mail->primary, c);
    for (size_t k = 0; k < mail->all.n; k++)
        book_add(&o->books[ADDRESS], mail->all.at[k], c);
}

static void enter_in_scope(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];

    if (a->is->kind == ORG_USER) {
        book_add(&o->books[AD_USER_ANCHOR], a->anchor, i);
        book_add(&o->books[AD_UPN], a->upn, i);
    }
    if (a->is->kind == ORG_GROUP)
        book_add(&o->books[AD_GROUP_ANCHOR], a->anchor, i);
    for (size_t k = 0; k < a->mail.all.n; k++)
        book_add(&o->books[AD_ADDRESS], a->mail.all.at[k], i);
}

static void enter_skipped(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];

    book_add(&o->books[SKIPPED_ANCHOR], a->anchor, i);
    book_add(&o->books[SKIPPED_SID], a->is->sid, i);
    book_add(&o->books[SKIPPED_GUID], a->guid, i);
    book_add(&o->books[SKIPPED_PRIMARY], a->mail.primary, i);
}

static void enter_deleted(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];

    book_add(&o->books[GONE_ANCHOR], a->anchor, i);
    book_add(&o->books[GONE_SID], a->is->sid, i);
    book_add(&o->books[GONE_GUID], a->guid, i);
}

static void fill_books(struct oracle *o)
{
    for (size_t c = 0; c < o->org->cloud_n; c++)
        enter_cloud(o, c);
    for (size_t i = 0; i < o->org->ad_n; i++) {
        const struct ad_view *a = &o->ad[i];

        if (a->is->deleted)
            enter_deleted(o, i);
        else if (a->cause || a->linked)
            enter_skipped(o, i);
        else if (a->in_scope)
            enter_in_scope(o, i);
    }
    for (size_t b = 0; b < BOOKS; b++)
        book_sort(&o->books[b]);
}

static void free_books(struct oracle *o)
{
    for (size_t b = 0; b < BOOKS; b++)
        book_free(&o->books[b]);
}

/* ---- the story ---- */

static bool skip(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];
    struct outcome *says = &o->rulings[i].says;

    if (a->cause) {
        say(o, i, "SKIP_SCOPE", 0, NONE);
        says->cause = a->cause;
        if (same(a->cause, "admin-description"))
            says->confidence = 'M';
    } else if (a->linked) {
        say(o, i, "SKIP_LINKED", 31, NONE);
    } else if (a->no_anchor) {
        say(o, i, "SKIP_NO_ANCHOR", 0, NONE);
    }
    return says->code;
}

static void decide_object(struct oracle *o, size_t i)
{
    switch (o->ad[i].is->kind) {
    case ORG_USER:
        decide_user(o, i);
        break;
    case ORG_GROUP:
        decide_group(o, i);
        break;
    case ORG_CONTACT:
        decide_contact(o, i);
        break;
    case ORG_COMPUTER:
    case ORG_DEVICE:
        decide_computer(o, i);
        break;
    }
    warn_of_duplicates(o, i);
    warn_of_person(o, i);
    warn_of_inputs(o, i);
}

static void prepare(struct oracle *o)
{
    for (size_t i = 0; i < o->org->ad_n; i++)
        view_ad(o, i);
    for (size_t c = 0; c < o->org->cloud_n; c++)
        view_cloud(o, c);
    detect_anchor(o);
    for (size_t i = 0; i < o->org->ad_n; i++)
        view_anchor(o, i);
    fill_books(o);
}

void oracle_decide(const struct org *org, struct outcomes *out)
{
    *out = (struct outcomes){0};
    struct oracle o = {.org = org, .arena = &out->arena, .out = out};

    make_room(&o);
    prepare(&o);
    for (size_t i = 0; i < org->ad_n; i++)
        if (!org->ad[i].deleted && !skip(&o, i))
            decide_object(&o, i);
    decide_leftovers(&o);
    for (size_t i = 0; i < org->ad_n; i++)
        out->ad[i] = o.rulings[i].says;
    decide_gate(&o);
    free_books(&o);
}
