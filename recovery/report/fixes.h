/*
 * The lines of a fixes.ldif: folded as RFC 2849 says, with Base64 where it must be, comments broken
 * between words, and nothing in a name that could end the line it is quoted in. Who is to be
 * changed is decided elsewhere.
 */
#ifndef RA_REPORT_FIXES_H
#define RA_REPORT_FIXES_H

#include "src/base/buf.h"
#include "src/base/text.h"

struct ra_fixes {
    struct ra_buf out;
    bool commented; /* lines and values stand behind "# " */
};

void ra_fixes_line(struct ra_fixes *l, const char *z);
void ra_fixes_value(struct ra_fixes *l, const char *name, struct ra_str v, bool binary);

/* Comments, whatever `commented` says. */
void ra_fixes_paragraph(struct ra_fixes *l, struct ra_str text);
void ra_fixes_note(struct ra_fixes *l, const char *z); /* "" for an empty comment line */
void ra_fixes_pair(struct ra_fixes *l, const char *what, struct ra_str v);

/* A change record without the empty line behind it. Old value out and new value in are one change,
 * so that a value that someone altered meanwhile makes the server refuse it. */
void ra_fixes_change(struct ra_fixes *l, struct ra_str dn, const char *attribute,
                     struct ra_str have, struct ra_str want);

#endif
