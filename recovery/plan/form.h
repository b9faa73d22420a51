/*
 * The form of plan.json: names that the writer and the reader share, and the way of its bytes from
 * the canonical text to the hash or, indented, to the file, piece by piece. For recovery/plan
 * alone.
 */
#ifndef RA_PLAN_FORM_H
#define RA_PLAN_FORM_H

#include "src/base/buf.h"
#include "src/base/text.h"

#include <stdio.h>

extern const char *const ra_plan_soft_names[3];     /* by enum ra_soft_match */
extern const char *const ra_plan_takeover_names[2]; /* by takeover_allowed */

struct evp_md_ctx_st;

/* Takes the canonical text in pieces of any size. With a hash it only hashes; else it indents, two
 * blanks a level, empty brackets together, into a buffer or a file. */
struct ra_plan_form {
    struct evp_md_ctx_st *hash;
    struct ra_buf *out;
    FILE *fp;
    unsigned depth;
    bool in_string, escaped, opened; /* opened: behind a bracket that may be closed at once */
};

void ra_plan_form_hash(struct ra_plan_form *f);
void ra_plan_form_buf(struct ra_plan_form *f, struct ra_buf *out);
void ra_plan_form_file(struct ra_plan_form *f, FILE *fp);
void ra_plan_form_put(struct ra_plan_form *f, struct ra_str piece);
/* Ends the text; of a hashing form hash gets 64 hexadecimal digits, and what it holds is freed. */
void ra_plan_form_end(struct ra_plan_form *f, char hash[65]);

#endif
