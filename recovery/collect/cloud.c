#include "recovery/collect/cloud.h"

#include "recovery/collect/conflicts.h"
#include "recovery/collect/proof.h"
#include "src/base/clock.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)64 << 20)
#define HOUR       3600
/* A read that stopped longer ago is begun anew: what changed since its beginning is taken up at its
 * end, which is the quicker the less it is, and sure only while the links are good (graph 5.6). */
#define RESUME_MAX (24 * HOUR)
#define FULL_EVERY (7 * 24 * HOUR)
/* Facts that no change tells of (isCloudManaged is a navigation, onPremisesObjectIdentifier in no
 * schema) are asked for anew after so long, and for an object of which a change told at once. */
#define FACTS_MAX (24 * HOUR)

#define RESYNC 1 /* beside 0 and errors: everything must be read anew */

int ra_cloud_begin(struct ra_graph *g, struct ra_cache *c, const struct ra_collect_hooks *hooks,
                   bool full, struct ra_cloud_fill **out, struct ra_err *err)
{
    struct ra_cloud_fill *f;
    int rc = ra_graph_sign_in(g, err);

    if (rc != 0)
        return rc;
    f = ra_calloc(1, sizeof *f);
    f->graph = g;
    f->cache = c;
    f->hooks = hooks;
    f->full = full;
    ra_buf_init(&f->record, RECORD_MAX);
    ra_buf_init(&f->lists, RECORD_MAX);
    ra_index_plan(&f->plan, true, NULL, 0);
    ra_graph_fingerprint(g, f->fingerprint);
    rc = ra_cloud_read_documents(f, ra_cloud_begins_anew(f), err);
    if (rc != 0)
        ra_cloud_abandon(&f);
    *out = f;
    return rc;
}

const struct ra_tenant *ra_cloud_tenant(const struct ra_cloud_fill *f)
{
    return &f->tenant;
}

/* ---- marks ---- */

static void put_mark(struct ra_cloud_fill *f, const char *key, struct ra_str value)
{
    ra_fill_put(f->ledger.fill, RA_TABLE_MARKS, ra_str(key), value);
}

static struct ra_str number(struct ra_cloud_fill *f, int64_t n)
{
    char *text = ra_arena_alloc(&f->arena, 24);

    snprintf(text, 24, "%" PRId64, n);
    return ra_str(text);
}

/* Seconds since the mark's time; negative when there is no such mark, or it is of the future. */
static int64_t age_of(struct ra_cloud_fill *f, const char *key)
{
    long long then;

    return ra_parse_int(ra_ledger_mark(&f->ledger, key), &then) ? ra_now() - then : -1;
}

static const char *link_key(int c, char out[32])
{
    snprintf(out, 32, "delta.%s", ra_collection_name((enum ra_collection)c));
    return out;
}

/* Whether there are links for all. */
static bool load_links(struct ra_cloud_fill *f)
{
    bool all = true;
    char key[32];

    for (int c = 0; c < RA_DELTA_KINDS; c++) {
        struct ra_str link = ra_ledger_mark(&f->ledger, link_key(c, key));
        f->link[c] = link;
        if (link.p)
            f->link[c].p = ra_arena_copy(&f->arena, link.p, link.n);
        all = all && link.p;
    }
    return all;
}

/* ---- the end of a read ---- */

/* Beside the marks of how it was read, which stay: a kill while the indexes are built leaves a fill
 * of which the next run must know that all of it is there. */
static void put_final_marks(struct ra_cloud_fill *f, struct ra_str full, struct ra_str facts,
                            struct ra_str proof)
{
    char key[32];

    ra_fill_clear(f->ledger.fill, RA_TABLE_REFUSALS);
    put_mark(f, "source", ra_str(f->fingerprint));
    put_mark(f, "tenant", ra_str(ra_graph_tenant(f->graph)));
    put_mark(f, "full", full);
    put_mark(f, "facts", facts);
    put_mark(f, "proof", proof);
    for (int c = 0; c < RA_DELTA_KINDS; c++)
        if (f->link[c].p)
            put_mark(f, link_key(c, key), f->link[c]);
        else
            ra_fill_delete(f->ledger.fill, RA_TABLE_MARKS, ra_str(link_key(c, key)));
}

static int finish(struct ra_cloud_fill *f, struct ra_err *err)
{
    int rc = ra_cloud_put_documents(f, err);

    /* The memory is wanted for the indexes now. */
    ra_seen_free(&f->ledger.added);
    ra_seen_free(&f->listed);
    return rc != 0 ? rc
                   : ra_fill_finish(&f->ledger.fill, f->proof, f->plan.builders, f->plan.n, err);
}

static struct ra_str kept(struct ra_cloud_fill *f, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(&f->arena, s.p, s.n), s.n};
}

static void close_ledger(struct ra_cloud_fill *f, bool discard)
{
    if (!f->open)
        return;
    f->open = false;
    if (discard)
        ra_ledger_discard(&f->ledger);
    else
        ra_ledger_close(&f->ledger);
}

/* ---- what changed since the snapshot before ---- */

/* Nothing is other than it was: the snapshot learns when it was looked at, and where changes begin.
 */
static int amend(struct ra_cloud_fill *f, bool new_facts, struct ra_err *err)
{
    size_t n = 0;
    struct ra_amendment *documents = ra_cloud_amend_documents(f, &n), *all;
    struct ra_str now = number(f, ra_now());
    int rc;

    all = ra_arena_alloc(&f->arena, (n + RA_DELTA_KINDS + 8) * sizeof *all);
    memcpy(all, documents, n * sizeof *all);
    for (int c = 0; c < RA_DELTA_KINDS; c++) {
        char *key = ra_arena_alloc(&f->arena, 32);
        all[n++] = (struct ra_amendment){RA_TABLE_MARKS, ra_str(link_key(c, key)), f->link[c]};
    }
    all[n++] = (struct ra_amendment){RA_TABLE_REFUSALS, {NULL, 0}, {NULL, 0}};
    all[n++] = (struct ra_amendment){RA_TABLE_META, RA_STR("created"), now};
    all[n++] = (struct ra_amendment){RA_TABLE_META, RA_STR("proof"), ra_str(f->proof)};
    if (new_facts) {
        all[n++] = (struct ra_amendment){RA_FACT_SOA, {NULL, 0}, {NULL, 0}};
        all[n++] = (struct ra_amendment){RA_FACT_OOI, {NULL, 0}, {NULL, 0}};
        all[n++] = (struct ra_amendment){RA_TABLE_MARKS, RA_STR("facts"), now};
    }
    rc = ra_cache_amend(f->cache, RA_SIDE_CLOUD, all, n, err);
    return rc;
}

static int complete_refresh(struct ra_cloud_fill *f, struct ra_err *err)
{
    int64_t age = age_of(f, "facts");
    bool new_facts = age < 0 || age > FACTS_MAX;
    struct ra_str facts =
        new_facts ? number(f, ra_now()) : kept(f, ra_ledger_mark(&f->ledger, "facts"));
    struct ra_str full = kept(f, ra_ledger_mark(&f->ledger, "full"));
    struct ra_str proof = kept(f, ra_ledger_mark(&f->ledger, "proof"));

    ra_proof_of_refresh(f, proof);
    if (!f->ledger.fill)
        return amend(f, new_facts, err);
    put_final_marks(f, full, facts, proof);
    if (new_facts) {
        ra_fill_clear(f->ledger.fill, RA_FACT_SOA);
        ra_fill_clear(f->ledger.fill, RA_FACT_OOI);
    }
    return finish(f, err);
}

/* Why the changes do not lead on from the snapshot that there is; NULL when they may. */
static const char *why_not_from(struct ra_cloud_fill *f)
{
    int64_t age = age_of(f, "full");

    if (!ra_str_eq(ra_ledger_mark(&f->ledger, "source"), ra_str(f->fingerprint)))
        return "the tenant, the service or what is asked for are others than last time";
    if (!load_links(f))
        return "there were no links to the changes";
    if (age < 0)
        return "it is not known when everything was last read";
    return age > FULL_EVERY ? "the last full read was 7 days ago or longer" : NULL;
}

static int resync_because(struct ra_cloud_fill *f, const char *why)
{
    snprintf(f->why, sizeof f->why, "%s", why);
    return RESYNC;
}

/* RESYNC where the changes do not lead on from the snapshot that there is. */
static int refresh_once(struct ra_cloud_fill *f, bool *resumed, struct ra_err *err)
{
    char token[80];
    const char *why;
    bool resync = false;
    int rc;

    snprintf(token, sizeof token, "next %s", f->fingerprint);
    f->why[0] = '\0';
    f->events = (struct ra_cloud_events){0};
    f->open = true;
    rc = ra_ledger_open_next(&f->ledger, f->cache, token, resumed, err);
    if (rc == -(int)RA_ENOTFOUND)
        return RESYNC;
    if (rc == -(int)RA_EINTEGRITY)
        return resync_because(f, "the snapshot before is damaged");
    if (rc != 0)
        return rc;
    if (ra_conflicts_open(&f->ledger))
        return resync_because(f, "changes contradicted each other");
    if ((why = why_not_from(f)) != NULL)
        return resync_because(f, why);
    rc = ra_cloud_reconcile(f, false, &resync, err);
    if (rc == 0 && !resync)
        rc = ra_proof_check_refresh(f, &resync, err);
    if (rc != 0 || resync)
        return rc != 0 ? rc : RESYNC;
    rc = ra_cloud_read_role_members(f, err);
    return rc == 0 ? complete_refresh(f, err) : rc;
}

static int refresh(struct ra_cloud_fill *f, struct ra_err *err)
{
    bool resumed = false;
    int rc = refresh_once(f, &resumed, err);

    if (rc != RESYNC)
        return rc;
    close_ledger(f, resumed);
    if (!resumed)
        return RESYNC;
    rc = refresh_once(f, &resumed, err); /* the links of what was begun are older than it */
    if (rc == RESYNC)
        close_ledger(f, true);
    return rc;
}

/* A snapshot that is damaged is nothing to go on from, but no reason to stop either. */
static int refresh_or_not(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_err why = {0};
    int rc = refresh(f, &why);

    if (rc == -(int)RA_EINTEGRITY) {
        ra_warn("%s", why.msg);
        close_ledger(f, true);
        return resync_because(f, "the snapshot before is damaged");
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* ---- everything anew ---- */

static int open_anew(struct ra_cloud_fill *f, bool *resumed, struct ra_err *err)
{
    struct ra_guid once;
    char token[80], text[RA_GUID_TEXT];
    int rc;

    snprintf(token, sizeof token, "full %s", f->fingerprint);
    if (f->full || ra_graph_is_files(f->graph)) {
        ra_guid_random(&once);
        ra_guid_text(once.b, text);
        snprintf(token, sizeof token, "once %s", text);
    }
    f->open = true;
    rc = ra_ledger_open(&f->ledger, f->cache, token, resumed, err);
    if (rc != 0 || !*resumed ||
        (age_of(f, "started") >= 0 && age_of(f, "started") < RESUME_MAX &&
         !ra_conflicts_open(&f->ledger)))
        return rc;
    close_ledger(f, true);
    f->open = true;
    return ra_ledger_open(&f->ledger, f->cache, token, resumed, err);
}

static int begin_anew(struct ra_cloud_fill *f, struct ra_err *err)
{
    bool resumed = false;
    int rc = open_anew(f, &resumed, err);

    if (rc != 0)
        return rc;
    if (resumed) {
        ra_log(RA_LOG_REQUESTS, "cloud: going on with %u objects that an earlier run has read",
               ra_fill_count(f->ledger.fill));
        load_links(f);
        snprintf(f->why, sizeof f->why, RA_STR_FMT, RA_STR_ARG(ra_ledger_mark(&f->ledger, "why")));
        return 0;
    }
    ra_fill_expect(f->ledger.fill, f->plan.builders, f->plan.n);
    put_mark(f, "started", number(f, ra_now()));
    put_mark(f, "why", ra_str(f->why));
    if (f->ahead)
        ra_cloud_take_ahead(f);
    else
        rc = ra_graph_is_files(f->graph) ? 0 : ra_cloud_mark_beginning(f, err);
    return rc == 0 ? ra_fill_commit(f->ledger.fill, err) : rc;
}

static int read_anew(struct ra_cloud_fill *f, struct ra_err *err)
{
    bool unreconciled = false;
    int rc;

    f->events = (struct ra_cloud_events){0};
    f->rechecked = false;
    f->missed = 0;
    memset(f->seen, 0, sizeof f->seen);
    rc = begin_anew(f, err);
    if (rc == 0)
        rc = ra_cloud_read_lists(f, err);
    if (rc == 0)
        rc = ra_fill_sort_ahead(f->ledger.fill, err);
    if (rc == 0)
        rc = ra_ledger_count(&f->ledger, err);
    if (rc == 0)
        f->listed_users = f->ledger.live[RA_USERS];
    if (rc == 0 && !ra_graph_is_files(f->graph))
        rc = ra_cloud_reconcile(f, true, &unreconciled, err);
    if (rc == 0)
        rc = ra_proof_check_anew(f, err);
    if (rc == 0)
        rc = ra_cloud_read_role_members(f, err);
    if (rc != 0)
        return rc;
    put_final_marks(f, number(f, ra_now()), number(f, ra_now()), ra_str(f->proof));
    return finish(f, err);
}

bool ra_cloud_stopped_anew(const struct ra_cloud_fill *f)
{
    char token[80];

    snprintf(token, sizeof token, "full %s", f->fingerprint);
    return ra_fill_waits(f->cache, RA_SIDE_CLOUD, ra_str(token));
}

int ra_cloud_finish(struct ra_cloud_fill **fp, struct ra_err *err)
{
    struct ra_cloud_fill *f = *fp;
    bool anew = f->full || ra_graph_is_files(f->graph) || ra_cloud_stopped_anew(f);
    int rc = anew ? RESYNC : refresh_or_not(f, err);

    if (anew && !ra_graph_is_files(f->graph))
        resync_because(f, f->full ? "it was asked for" : "the read before it had not ended");
    if (rc == RESYNC && f->why[0])
        ra_log(RA_LOG_REQUESTS, "cloud: everything is read: %s", f->why);
    if (rc == RESYNC)
        rc = read_anew(f, err);
    ra_cloud_abandon(fp);
    return rc;
}

/* What was committed stays, for the next run to go on with. */
void ra_cloud_abandon(struct ra_cloud_fill **fp)
{
    struct ra_cloud_fill *f = *fp;

    if (!f)
        return;
    close_ledger(f, ra_graph_is_files(f->graph));
    ra_cloud_free_documents(f);
    ra_index_plan_free(&f->plan);
    ra_seen_free(&f->listed);
    ra_buf_free(&f->record);
    ra_buf_free(&f->lists);
    ra_arena_free(&f->arena);
    free(f);
    *fp = NULL;
}
