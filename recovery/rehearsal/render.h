/*
 * $select, and objects as JSON: what a list, a single read and a delta query each show of a body.
 */
#ifndef RA_REHEARSAL_RENDER_H
#define RA_REHEARSAL_RENDER_H

#include "recovery/rehearsal/object.h"
#include "recovery/rehearsal/request.h"

struct ra_sim_select {
    enum ra_sim_kind kind;
    unsigned property[RA_SIM_MAX_PROPERTIES]; /* in the order asked for */
    size_t n;
    bool given; /* else the kind's default set */
};

/* Reads a $select's text; list says that it is for a collection, where some properties are 501. */
bool ra_sim_select_read(const struct ra_sim_request *q, enum ra_sim_kind kind, struct ra_str text,
                        bool list, struct ra_sim_reply *a, struct ra_sim_select *out);
/* The request's own, or the default set. */
bool ra_sim_select_parse(const struct ra_sim_request *q, enum ra_sim_kind kind, bool list,
                         struct ra_sim_reply *a, struct ra_sim_select *out);

/* The properties between braces, each that is unset as an explicit null or []. type: the value of
 * @odata.type, or NULL for none. */
void ra_sim_render(const struct ra_sim_select *s, const struct ra_sim_body *b, const char *type,
                   struct ra_buf *out);

/* For delta: what was never set is absent, id always stands. only, when not NULL, limits it. */
void ra_sim_render_delta(const struct ra_sim_select *s, const struct ra_sim_body *b,
                         const struct ra_sim_mask *only, struct ra_buf *out);

/* "users" or "users(id,mail)": what stands behind $metadata# in the context. */
void ra_sim_render_context(const struct ra_sim_select *s, struct ra_buf *out);

#endif
