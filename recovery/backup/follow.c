/* Following the chain: every link's hash is what the next one says, and nothing is missing that no
 * prune record accounts for. */
#include "recovery/backup/chain.h"

#include <stdio.h>
#include <string.h>

static const struct ra_backup_manifest *by_hash(const struct ra_links *c, const char *sha256)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->links[i].sha256, sha256) == 0)
            return &c->links[i];
    return NULL;
}

static const struct ra_backup_manifest *by_name(const struct ra_links *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->links[i].name, name) == 0)
            return &c->links[i];
    return NULL;
}

/* Whether something was already said of this manifest, such as that it cannot be read. */
static bool is_known(const struct ra_links *c, const char *name)
{
    for (size_t i = 0; i < c->findings_n; i++)
        if (c->findings[i].fault && strcmp(c->findings[i].name, name) == 0)
            return true;
    return false;
}

/* It is there, or a prune record tells of it. */
static bool is_true(const struct ra_links *c, const struct ra_backup_ref *r)
{
    const struct ra_backup_manifest *there = by_hash(c, r->sha256);
    const struct ra_backup_removed *removed = ra_links_removal(c, r->sha256);

    if (there && there->sequence == r->sequence && strcmp(there->name, r->name) == 0)
        return true;
    return removed && removed->link.sequence == r->sequence &&
           strcmp(removed->link.name, r->name) == 0;
}

/* What who says of the link before it. */
static void follow_ref(struct ra_links *c, const struct ra_backup_ref *r, const char *who)
{
    const struct ra_backup_manifest *there = by_name(c, r->name);
    char file[RA_BACKUP_NAME_MAX + 8];

    if (is_true(c, r))
        return;
    snprintf(file, sizeof file, "%s%s", r->name, RA_BACKUP_MANIFEST);
    if (there)
        ra_links_find(c, true, r->name, file, "has the hash %s, want %s, as %s says", there->sha256,
                      r->sha256, who);
    else if (!is_known(c, r->name))
        ra_links_find(c, true, r->name, file,
                      "is missing: %s comes after it, and no prune record accounts for it", who);
}

static void follow_link(struct ra_links *c, size_t i)
{
    const struct ra_backup_manifest *m = &c->links[i];
    char file[RA_BACKUP_NAME_MAX + 8];

    snprintf(file, sizeof file, "%s%s", m->name, RA_BACKUP_MANIFEST);
    if (m->previous.sequence + 1 != m->sequence)
        ra_links_find(c, true, m->name, file, "is link %llu and comes after link %llu",
                      (unsigned long long)m->sequence, (unsigned long long)m->previous.sequence);
    if (i > 0 && c->links[i - 1].sequence == m->sequence)
        ra_links_find(c, true, m->name, file, "is link %llu, as %s is",
                      (unsigned long long)m->sequence, c->links[i - 1].name);
    if (m->previous.sequence)
        follow_ref(c, &m->previous, file);
}

/* What was removed had a link before it too; where that was lost, nobody knows its hash. */
static void follow_removed(struct ra_links *c, const struct ra_backup_removed *r, const char *file)
{
    if (r->link.sequence == 1 || strcmp(r->reason, "lost") == 0)
        return;
    if (by_hash(c, r->previous) || ra_links_removal(c, r->previous))
        return;
    ra_links_find(c, true, r->link.name, file,
                  "the link before %s, which was removed, is missing, and no prune record accounts "
                  "for it",
                  r->link.name);
}

static void follow_head(struct ra_links *c)
{
    const struct ra_backup_manifest *last = c->n ? &c->links[c->n - 1] : NULL;

    if (!c->head_found)
        return;
    if (c->head.sequence)
        follow_ref(c, &c->head, RA_BACKUP_HEAD);
    if (!last || last->sequence == c->head.sequence)
        return;
    if (last->sequence == c->head.sequence + 1 && last->previous.sequence == c->head.sequence)
        ra_links_find(c, false, "", RA_BACKUP_HEAD,
                      "is one link behind %s: the run was cut; the next one that writes mends it",
                      last->name);
    else if (last->sequence > c->head.sequence)
        ra_links_find(c, true, "", RA_BACKUP_HEAD, "names link %llu, and there is link %llu",
                      (unsigned long long)c->head.sequence, (unsigned long long)last->sequence);
}

void ra_links_follow(struct ra_links *c)
{
    char file[RA_BACKUP_NAME_MAX + 8];

    follow_head(c);
    for (size_t i = c->n; i-- > 0;)
        follow_link(c, i);
    for (size_t i = 0; i < c->n; i++) {
        snprintf(file, sizeof file, "%s%s", c->links[i].name, RA_BACKUP_MANIFEST);
        for (size_t r = 0; r < c->links[i].removed_n; r++)
            follow_removed(c, &c->links[i].removed[r], file);
    }
}

static void add_missing(const struct ra_links *c, const struct ra_backup_ref *r,
                        struct ra_backup_ref **out, size_t *n, size_t *cap)
{
    if (r->sequence == 0 || is_true(c, r))
        return;
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*out)[i].sha256, r->sha256) == 0)
            return;
    *out = ra_grow(*out, cap, *n + 1, sizeof **out);
    (*out)[(*n)++] = *r;
}

size_t ra_links_missing(const struct ra_links *c, struct ra_backup_ref **out)
{
    size_t n = 0, cap = 0;

    *out = NULL;
    add_missing(c, &c->head, out, &n, &cap);
    for (size_t i = 0; i < c->n; i++)
        add_missing(c, &c->links[i].previous, out, &n, &cap);
    return n;
}
