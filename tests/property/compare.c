#include "tests/property/compare.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool same_list(const char *const *a, size_t a_n, const char *const *b, size_t b_n)
{
    if (a_n != b_n)
        return false;
    for (size_t i = 0; i < a_n; i++)
        if (strcmp(a[i], b[i]))
            return false;
    return true;
}

/* CLOUD_ONLY is counted, but need not be listed. */
static const char *listed(const struct outcome *o)
{
    return o->code && !strcmp(o->code, "CLOUD_ONLY") ? NULL : o->code;
}

static bool same_outcome(const struct outcome *a, const struct outcome *b)
{
    if (!listed(a) && !listed(b))
        return true;
    return same_text(listed(a), listed(b)) && same_text(a->cause, b->cause) && a->row == b->row &&
           a->peer == b->peer &&
           (!a->confidence || !b->confidence || a->confidence == b->confidence) &&
           same_list(a->blocks, a->blocks_n, b->blocks, b->blocks_n) &&
           same_list(a->warnings, a->warnings_n, b->warnings, b->warnings_n);
}

static bool same_counts(const struct outcome_count *a, size_t a_n, const struct outcome_count *b,
                        size_t b_n)
{
    if (a_n != b_n)
        return false;
    for (size_t i = 0; i < a_n; i++)
        if (strcmp(a[i].name, b[i].name) || a[i].n != b[i].n)
            return false;
    return true;
}

static bool same_reasons(const struct summary *a, const struct summary *b)
{
    if (a->reasons_n != b->reasons_n)
        return false;
    for (size_t i = 0; i < a->reasons_n; i++)
        if (strcmp(a->reasons[i], b->reasons[i]))
            return false;
    return true;
}

static bool same_summary(const struct summary *a, const struct summary *b)
{
    return same_text(a->gate, b->gate) && same_reasons(a, b) &&
           same_counts(a->counts, a->counts_n, b->counts, b->counts_n) &&
           same_counts(a->attributes, a->attributes_n, b->attributes, b->attributes_n) &&
           same_text(a->attribute, b->attribute) && a->undetermined == b->undetermined &&
           a->weak == b->weak && a->any == b->any && a->all == b->all && a->deletes == b->deletes &&
           a->hard_deletes == b->hard_deletes && a->live_synced == b->live_synced &&
           a->deleted_unclaimed == b->deleted_unclaimed && a->matched_unseen == b->matched_unseen;
}

static void dump_peer(const struct org *org, const struct outcome *o, FILE *out)
{
    if (o->peer >= 0)
        dump_cloud(org, (size_t)o->peer, out);
}

static void report(const struct org *org, const struct outcome *a, const char *a_name,
                   const struct outcome *b, const char *b_name, FILE *out)
{
    dump_peer(org, a, out);
    if (b->peer != a->peer)
        dump_peer(org, b, out);
    dump_outcome(a, a_name, out);
    dump_outcome(b, b_name, out);
    dump_policy(org, out);
}

bool outcomes_same(const struct org *org, const struct outcomes *a, const char *a_name,
                   const struct outcomes *b, const char *b_name, FILE *out)
{
    for (size_t i = 0; i < org->ad_n; i++)
        if (!same_outcome(&a->ad[i], &b->ad[i])) {
            dump_ad(org, i, out);
            report(org, &a->ad[i], a_name, &b->ad[i], b_name, out);
            return false;
        }
    for (size_t c = 0; c < org->cloud_n; c++)
        if (!same_outcome(&a->cloud[c], &b->cloud[c])) {
            dump_cloud(org, c, out);
            report(org, &a->cloud[c], a_name, &b->cloud[c], b_name, out);
            return false;
        }
    if (same_summary(&a->summary, &b->summary))
        return true;
    dump_summary(&a->summary, a_name, out);
    dump_summary(&b->summary, b_name, out);
    dump_policy(org, out);
    return false;
}
