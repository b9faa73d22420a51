/* What the files of collect share: the conversions, the index builders, names of tables. */
#ifndef RA_COLLECT_INTERNAL_H
#define RA_COLLECT_INTERNAL_H

#include "recovery/collect/collect.h"

#define RA_TABLE_DOCUMENTS "documents" /* name -> JSON; name.state -> read, refused or missing */
#define RA_TABLE_META      "meta"

#define RA_TABLE_REFUSALS "refusals" /* what was refused when asked for object by object -> why */

/* The key in there of isCloudManaged of such objects. */
const char *ra_refused_soa(enum ra_collection c);

#define RA_GROUP_BYTES ((size_t)8 << 20) /* a durable commit for each group of pages this large */

/* The record of one Graph object; appends to *out. lists: scratch for the proxies. */
void ra_record_from_graph(const struct ra_graph_object *g, struct ra_buf *lists,
                          struct ra_buf *out);

/* The record of an object of which a change tells: what does not stand in it stays as it is in old
 * (graph 5.3: it was never set, or has not changed); one that was removed is the old one, deleted.
 * False when old is no record. */
bool ra_record_from_change(const struct ra_graph_object *g, struct ra_str old, struct ra_buf *lists,
                           struct ra_buf *out);

/* The record of one AD entry, or nothing when it is of no kind that has a verdict (*skipped). */
struct ra_entry_reader {
    const struct ra_ad_read *read;
    enum ra_dir_syntax syntax[RA_IX_CUSTOM_MAX - RA_IX_CUSTOM];
    struct ra_buf proxies, sids, custom, dn_key;
    struct ra_arena arena;
};
int ra_record_from_entry(struct ra_entry_reader *r, const struct ra_dir_entry *e,
                         struct ra_ad_object *o, bool *skipped, struct ra_err *err);

/* A set of identifiers seen in one snapshot: which sequence number each has. */
struct ra_seen {
    uint64_t *slots;
    size_t slot_count;
    struct ra_seen_key *keys;
    size_t n, cap;
};
/* true and *seq when the key was there; else it is put there with *seq. */
bool ra_seen(struct ra_seen *s, struct ra_str key, uint32_t *seq);
/* Makes room for about n keys, where somebody says that so many will come. */
void ra_seen_expect(struct ra_seen *s, uint64_t n);
/* Asks the memory for where the key is going to be looked for: that is somewhere at random, and far
 * away by the time. */
void ra_seen_fetch(const struct ra_seen *s, struct ra_str key);
bool ra_seen_has(const struct ra_seen *s, struct ra_str key, uint32_t *seq);
void ra_seen_free(struct ra_seen *s);

/* The indexes of a side, for ra_fill_finish. */
struct ra_index_plan {
    struct ra_index_builder builders[RA_IX_CUSTOM_MAX];
    struct ra_index_context {
        enum ra_index index;
        bool cloud;
        const struct ra_str *custom;
        size_t customs;
        struct ra_arena scratch;
    } contexts[RA_IX_CUSTOM_MAX];
    size_t n;
};
void ra_index_plan(struct ra_index_plan *p, bool cloud, const struct ra_str *custom,
                   size_t customs);
void ra_index_plan_free(struct ra_index_plan *p);
const char *ra_index_name(enum ra_index index);

#endif
