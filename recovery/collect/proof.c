#include "recovery/collect/proof.h"

#include "recovery/collect/recheck.h"
#include "src/base/clock.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LAG_MIN 3 /* objects by which a count may be ahead of a small list */

/* Afresh, where the service counts at all. */
static int count_again(struct ra_cloud_fill *f, struct ra_count after[RA_COLLECTIONS],
                       struct ra_err *err)
{
    for (int c = 0; c < RA_COLLECTIONS; c++)
        after[c] = (struct ra_count){.collection = (enum ra_collection)c};
    return ra_graph_counts(f->graph, after, RA_COLLECTIONS, err);
}

/* The count comes from an index that lags behind, by a few objects or by a percent; a list that is
 * shorter than that has lost a page, whatever its end looked like. */
static bool falls_short(const struct ra_cloud_fill *f, const struct ra_count *count)
{
    uint64_t lag = count->value / 100 > LAG_MIN ? count->value / 100 : LAG_MIN;

    return count->counted && f->ledger.live[count->collection] + lag < count->value;
}

static bool far_above(const struct ra_cloud_fill *f, const struct ra_count *count)
{
    uint64_t lag = count->value / 100 > LAG_MIN ? count->value / 100 : LAG_MIN;

    /* What a change tells of as deleted is counted among the deleted when the index has it. */
    return count->counted && count->collection != RA_DELETED_USERS &&
           f->ledger.live[count->collection] > count->value + lag;
}

static int check_short(const struct ra_cloud_fill *f, const struct ra_count *counts,
                       struct ra_err *err)
{
    for (int c = 0; c < RA_COLLECTIONS; c++) {
        if (!falls_short(f, &counts[c]))
            continue;
        ra_fail(err, RA_EINCOMPLETE, "%s: %" PRIu64 " objects came, the tenant counts %" PRIu64,
                ra_collection_name((enum ra_collection)c), f->ledger.live[c], counts[c].value);
        return ra_hint(err, "run again; the snapshot before stays in use");
    }
    return 0;
}

/* ---- users in parts ---- */

static bool parts_agree(const struct ra_cloud_fill *f, const struct ra_count *before,
                        const struct ra_count *after)
{
    uint64_t listed = f->listed_users;

    if (before->counted && listed == before->value)
        return true;
    if (after->counted && f->ledger.live[RA_USERS] == after->value)
        return true;
    return before->counted && listed <= before->value + f->events.created &&
           before->value <= listed + f->events.removed;
}

/* One more chain that finds whom the parts did not; what changes meanwhile is taken up again. */
static int read_plainly(struct ra_cloud_fill *f, struct ra_count *after, struct ra_err *err)
{
    bool unreconciled;
    int rc;

    ra_warn("users: %" PRIu64 " came in %zu parts, the tenant counts %" PRIu64
            "; reading them once more in one chain",
            f->ledger.live[RA_USERS], f->parts, after->value);
    rc = ra_cloud_read_users_plainly(f, err);
    if (rc == 0)
        rc = ra_cloud_reconcile(f, true, &unreconciled, err);
    return rc == 0 ? count_again(f, after, err) : rc;
}

/* ---- where a list and its count differ ---- */

static bool differs(const struct ra_cloud_fill *f, const struct ra_count *count)
{
    return count->counted && f->ledger.live[count->collection] != count->value;
}

static int recheck_anew(struct ra_cloud_fill *f, const struct ra_count *counts, struct ra_err *err)
{
    struct ra_recheck found;
    int rc = 0;

    for (int c = 0; rc == 0 && c < RA_COLLECTIONS; c++) {
        if (!differs(f, &counts[c]))
            continue;
        rc = ra_recheck_anew(f, (enum ra_collection)c, &found, err);
        f->rechecked = f->rechecked || found.looked;
        f->missed += found.missed;
        if (found.missed)
            ra_warn("%s: %" PRIu64 " were left out of the list without a sign; taken up now",
                    ra_collection_name((enum ra_collection)c), found.missed);
    }
    return rc;
}

/* What no change told of is found by reading everything. */
static int recheck_refresh(struct ra_cloud_fill *f, bool *resync, struct ra_err *err)
{
    struct ra_recheck found;
    int rc = 0;

    for (int c = 0; rc == 0 && !*resync && c < RA_COLLECTIONS; c++) {
        if (!differs(f, &f->count[c]))
            continue;
        rc = ra_recheck_refresh(f, (enum ra_collection)c, &found, err);
        f->rechecked = f->rechecked || found.looked;
        *resync = found.missed + found.gone > 0;
        if (*resync)
            snprintf(f->why, sizeof f->why,
                     "no change told of %" PRIu64 " %s that are new and %" PRIu64 " that are gone",
                     found.missed, ra_collection_name((enum ra_collection)c), found.gone);
    }
    return rc;
}

/* ---- the words ---- */

static void say_count(char *out, size_t size, const struct ra_cloud_fill *f,
                      const struct ra_count *after)
{
    if (!after->counted)
        snprintf(out, size, "%" PRIu64 " users", f->ledger.live[RA_USERS]);
    else if (after->value == f->ledger.live[RA_USERS])
        snprintf(out, size, "%" PRIu64 " users, as many as the tenant counts",
                 f->ledger.live[RA_USERS]);
    else
        snprintf(out, size, "%" PRIu64 " users, the tenant counts %" PRIu64,
                 f->ledger.live[RA_USERS], after->value);
}

static void say_recheck(char *out, size_t size, const struct ra_cloud_fill *f)
{
    char missed[80] = "";

    if (f->missed)
        snprintf(missed, sizeof missed, ", which gave %" PRIu64 " that the lists had left out",
                 f->missed);
    snprintf(out, size, "%s%s",
             f->rechecked ? "; where they differ, each id behind the count was looked for" : "",
             missed);
}

static void say_anew(struct ra_cloud_fill *f, const struct ra_count *after)
{
    char count[96], again[160], parts[48] = "";

    say_count(count, sizeof count, f, after);
    say_recheck(again, sizeof again, f);
    if (f->parts)
        snprintf(parts, sizeof parts, ", users in %zu parts", f->parts);
    snprintf(f->proof, sizeof f->proof, "each list read to its explicit end%s%s%s; %s%s%s%s", parts,
             after->counted ? " and held against the tenant's count" : "",
             f->link[RA_USERS].p ? "; changes of the meantime taken up" : "", count, again,
             f->why[0] ? "; all of it, because " : "", f->why);
}

/* The counts of the same moment as the last changes, when they leave no question; they come from an
 * index that lags, and are asked for once more when they do. */
static bool agree_exactly(const struct ra_cloud_fill *f)
{
    for (int c = 0; f->counted_after && c < RA_COLLECTIONS; c++)
        if (f->after[c].counted && f->after[c].value != f->ledger.live[c])
            return false;
    return f->counted_after;
}

static int count_after(struct ra_cloud_fill *f, struct ra_count after[RA_COLLECTIONS],
                       struct ra_err *err)
{
    if (!agree_exactly(f))
        return count_again(f, after, err);
    memcpy(after, f->after, sizeof f->after);
    return 0;
}

int ra_proof_check_anew(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_count after[RA_COLLECTIONS];
    int rc = ra_ledger_count(&f->ledger, err);

    if (rc == 0)
        rc = count_after(f, after, err);
    if (rc == 0 && f->parts && !parts_agree(f, &f->count[RA_USERS], &after[RA_USERS]))
        rc = read_plainly(f, after, err);
    if (rc == 0)
        rc = check_short(f, after, err);
    if (rc == 0)
        rc = recheck_anew(f, after, err);
    if (rc == 0)
        say_anew(f, &after[RA_USERS]);
    return rc;
}

int ra_proof_check_refresh(struct ra_cloud_fill *f, bool *resync, struct ra_err *err)
{
    int rc = ra_ledger_count(&f->ledger, err);

    if (rc == 0)
        rc = count_after(f, f->count, err);
    for (int c = 0; rc == 0 && c < RA_COLLECTIONS; c++) {
        if (!falls_short(f, &f->count[c]) && !far_above(f, &f->count[c]))
            continue;
        snprintf(f->why, sizeof f->why,
                 "%s were %" PRIu64 " by the changes, the tenant counts %" PRIu64,
                 ra_collection_name((enum ra_collection)c), f->ledger.live[c], f->count[c].value);
        *resync = true;
    }
    return rc == 0 && !*resync ? recheck_refresh(f, resync, err) : rc;
}

void ra_proof_of_refresh(struct ra_cloud_fill *f, struct ra_str full)
{
    char count[96], again[160], now[RA_TIME_TEXT];

    say_count(count, sizeof count, f, &f->count[RA_USERS]);
    say_recheck(again, sizeof again, f);
    ra_time_text(ra_now(), now);
    snprintf(f->proof, sizeof f->proof,
             "changes until %s taken up to their end; %s%s; before that: " RA_STR_FMT, now, count,
             again, RA_STR_ARG(full));
}
