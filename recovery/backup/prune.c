#include "recovery/backup/prune.h"
#include "recovery/backup/anchors.h"
#include "recovery/backup/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct pruner {
    const struct ra_prune *how;
    struct ra_links c;
    struct ra_sign_key *key;
    size_t *link; /* of each item */
    struct ra_pruned *out;
};

static const struct ra_backup_manifest *manifest(const struct pruner *p, size_t item)
{
    return &p->c.links[p->link[item]];
}

/* ---- what stays ---- */

static void list_items(struct pruner *p)
{
    struct ra_pruned *out = p->out;

    out->items = ra_calloc(p->c.n + 1, sizeof *out->items);
    p->link = ra_calloc(p->c.n + 1, sizeof *p->link);
    for (size_t i = 0; i < p->c.n; i++) {
        const struct ra_backup_manifest *m = &p->c.links[i];
        if (m->type != RA_BACKUP_SEALED || ra_links_is_removed(&p->c, m))
            continue;
        p->link[out->n] = i;
        memcpy(out->items[out->n].name, m->name, sizeof m->name);
        out->n++;
    }
}

/* The rules go by time and the chain by sequence: the same, but for a clock that was set back. */
static void apply_rules(struct pruner *p)
{
    size_t n = p->out->n;
    int64_t *times = ra_calloc(n + 1, sizeof *times);
    char(*why)[48] = ra_calloc(n + 1, sizeof *why);

    for (size_t i = 0; i < n; i++)
        times[i] = manifest(p, i)->created;
    ra_prune_keep(times, n, &p->how->rules, why);
    for (size_t i = 0; i < n; i++) {
        struct ra_prune_item *item = &p->out->items[i];
        item->remove = !why[i][0];
        snprintf(item->why, sizeof item->why, "%s", item->remove ? "rules" : why[i]);
    }
    free(times);
    free(why);
}

static bool is_good(const struct pruner *p, const struct ra_backup_manifest *m)
{
    const struct ra_backup_file *files[] = {&m->data, &m->anchors};
    char hash[RA_BACKUP_HASH];
    uint64_t bytes;
    bool good = true;

    for (int i = 0; i < 2 && good; i++) {
        char *path = ra_backup_path(p->how->dir, files[i]->name, "");
        good = ra_digest_file(path, &bytes, hash, NULL) == 0 && strcmp(hash, files[i]->sha256) == 0;
        free(path);
    }
    return good;
}

static void keep_newest_good(struct pruner *p)
{
    for (size_t i = p->out->n; i-- > 0;) {
        struct ra_prune_item *item = &p->out->items[i];
        if (!is_good(p, manifest(p, i)))
            continue;
        if (item->remove)
            snprintf(item->why, sizeof item->why, "newest good");
        item->remove = false;
        return;
    }
}

/* ---- anchors that nothing else holds ---- */

/* Whether its data are there at all; only then does it hold anything. */
static bool has_data(const struct pruner *p, const struct ra_backup_manifest *m)
{
    char *path = ra_backup_path(p->how->dir, m->data.name, "");
    struct stat st;
    bool there = stat(path, &st) == 0 && (uint64_t)st.st_size == m->data.bytes;

    free(path);
    return there;
}

static void add_kept(struct pruner *p, struct ra_anchor_set *kept)
{
    for (size_t i = 0; i < p->out->n; i++) {
        struct ra_anchor_set set;
        if (p->out->items[i].remove || !has_data(p, manifest(p, i)) ||
            ra_anchor_set_read(p->how->dir, manifest(p, i), &set, NULL) != 0)
            continue;
        ra_anchor_set_merge(kept, &set);
        ra_anchor_set_free(&set);
    }
}

/* Of several that hold the same, the newest stays. */
static void hold_item(struct pruner *p, size_t i, struct ra_anchor_set *kept)
{
    struct ra_prune_item *item = &p->out->items[i];
    struct ra_anchor_set set;
    struct ra_err err = {0};

    if (ra_anchor_set_read(p->how->dir, manifest(p, i), &set, &err) != 0) {
        item->remove = p->how->force;
        snprintf(item->why, sizeof item->why, "%s",
                 p->how->force ? "forced" : "what it holds cannot be told: check it");
        return;
    }
    ra_anchor_set_subtract(&set, kept);
    item->held = set.n;
    if (set.n && p->how->force) {
        snprintf(item->why, sizeof item->why, "forced");
    } else if (set.n) {
        item->remove = false;
        snprintf(item->why, sizeof item->why, "holds %zu anchor%s that no other has", set.n,
                 set.n == 1 ? "" : "s");
        ra_anchor_set_merge(kept, &set);
    }
    ra_anchor_set_free(&set);
}

static void hold_anchors(struct pruner *p)
{
    struct ra_anchor_set kept = {0};

    add_kept(p, &kept);
    for (size_t i = p->out->n; i-- > 0;)
        if (p->out->items[i].remove && strcmp(p->out->items[i].why, "lost") != 0)
            hold_item(p, i, &kept);
    ra_anchor_set_free(&kept);
}

/* ---- the record ---- */

static struct ra_backup_removed *add_removed(struct ra_backup_manifest *m, size_t *cap)
{
    struct ra_backup_removed *all = m->removed;

    if (m->removed_n == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        all = ra_arena_alloc(&m->arena, *cap * sizeof *all);
        if (m->removed_n)
            memcpy(all, m->removed, m->removed_n * sizeof *all);
        m->removed = all;
    }
    all[m->removed_n] = (struct ra_backup_removed){0};
    return &all[m->removed_n++];
}

static void remove_link(struct ra_backup_manifest *record, size_t *cap,
                        const struct ra_backup_manifest *m, const char *reason)
{
    struct ra_backup_removed *r = add_removed(record, cap);

    r->link.sequence = m->sequence;
    memcpy(r->link.name, m->name, sizeof r->link.name);
    memcpy(r->link.sha256, m->sha256, sizeof r->link.sha256);
    memcpy(r->previous, m->previous.sha256, sizeof r->previous);
    r->type = m->type;
    r->created = m->created;
    snprintf(r->reason, sizeof r->reason, "%s", reason);
}

/* Earlier records, whose entries this one takes over: one record is there at a time. */
static void take_over(const struct pruner *p, struct ra_backup_manifest *record, size_t *cap)
{
    for (size_t i = 0; i < p->c.n; i++) {
        const struct ra_backup_manifest *m = &p->c.links[i];
        if (m->type != RA_BACKUP_PRUNE || ra_links_is_removed(&p->c, m))
            continue;
        for (size_t r = 0; r < m->removed_n; r++)
            *add_removed(record, cap) = m->removed[r];
        remove_link(record, cap, m, "superseded");
    }
}

static void add_lost(const struct pruner *p, struct ra_backup_manifest *record, size_t *cap)
{
    struct ra_backup_ref *refs;
    size_t n = ra_links_missing(&p->c, &refs);

    for (size_t i = 0; i < n; i++) {
        struct ra_backup_removed *r = add_removed(record, cap);
        r->link = refs[i];
        snprintf(r->reason, sizeof r->reason, "lost");
    }
    free(refs);
}

static int by_sequence(const void *a, const void *b)
{
    const struct ra_backup_removed *x = a, *y = b;

    return (x->link.sequence > y->link.sequence) - (x->link.sequence < y->link.sequence);
}

static int write_record(struct pruner *p, struct ra_err *err)
{
    struct ra_backup_manifest record = {0};
    size_t cap = 0, before;
    int rc = 0;

    take_over(p, &record, &cap);
    before = record.removed_n;
    for (size_t i = 0; i < p->out->n; i++)
        if (p->out->items[i].remove)
            remove_link(&record, &cap, manifest(p, i), p->out->items[i].why);
    if (p->how->lost)
        add_lost(p, &record, &cap);
    if (record.removed_n > before) {
        qsort(record.removed, record.removed_n, sizeof *record.removed, by_sequence);
        ra_links_next(&p->c, RA_BACKUP_PRUNE, p->how->now, &record);
        rc = ra_links_append(&p->c, &record, p->key, err);
        memcpy(p->out->record, record.name, sizeof record.name);
    }
    ra_backup_manifest_free(&record);
    return rc;
}

static int carry_out(struct pruner *p, struct ra_err *err)
{
    struct ra_links after;
    int rc = write_record(p, err);

    if (rc != 0)
        return rc;
    rc = ra_links_read(p->how->dir, &after, err);
    if (rc == 0)
        rc = ra_links_tidy(&after, err);
    ra_links_free(&after);
    return rc;
}

/* ---- the story ---- */

/* A backup whose files are damaged or gone is lost, as a missing one is. */
static void find_lost(struct pruner *p)
{
    for (size_t i = 0; i < p->out->n; i++) {
        struct ra_prune_item *item = &p->out->items[i];
        if (is_good(p, manifest(p, i)))
            continue;
        item->remove = true;
        snprintf(item->why, sizeof item->why, "lost");
    }
}

static void decide(struct pruner *p)
{
    list_items(p);
    apply_rules(p);
    keep_newest_good(p);
    if (p->how->lost)
        find_lost(p);
    hold_anchors(p);
    for (size_t i = 0; i < p->out->n; i++)
        p->out->removed += p->out->items[i].remove;
}

/* Removing on the word of a chain that is broken could remove what is missed already. */
static int check_chain(struct pruner *p, struct ra_err *err)
{
    const struct ra_backup_finding *f;

    ra_links_follow(&p->c);
    if (p->how->lost || p->how->dry_run || ra_backup_faults(&p->c) == 0)
        return 0;
    for (f = p->c.findings; !f->fault; f++)
        ;
    ra_fail(err, RA_EINTEGRITY, "%s: %s; nothing was removed", f->file, f->what);
    return ra_hint(err, "look at 'reanchor backup check'; to accept what is lost: "
                        "reanchor backup prune --lost");
}

int ra_backup_prune(const struct ra_prune *how, struct ra_pruned *out, struct ra_err *err)
{
    struct pruner p = {.how = how, .out = out};
    int rc = how->sign_key_file ? ra_sign_key_read(how->sign_key_file, &p.key, err) : 0;

    *out = (struct ra_pruned){0};
    if (rc == 0)
        rc = ra_links_read(how->dir, &p.c, err);
    if (rc == 0)
        rc = check_chain(&p, err);
    if (rc == 0 && !how->dry_run)
        rc = ra_links_tidy(&p.c, err);
    if (rc == 0)
        decide(&p);
    if (rc == 0 && !how->dry_run)
        rc = carry_out(&p, err);
    ra_sign_key_free(&p.key);
    ra_links_free(&p.c);
    free(p.link);
    return rc;
}

void ra_pruned_free(struct ra_pruned *p)
{
    free(p->items);
    *p = (struct ra_pruned){0};
}
