/*
 * The table of options: every key of the configuration once, with what it may hold and what it is
 * for. Parsing, defaults, `config show`, messages and the man page read it; nothing else lists
 * keys. Constant data; values live in struct ra_config, which owns them.
 */
#ifndef RA_CONFIG_OPTIONS_H
#define RA_CONFIG_OPTIONS_H

#include "src/base/buf.h"
#include "src/config/config.h"

enum ra_option_type {
    RA_OPTION_TEXT,   /* char * */
    RA_OPTION_GUID,   /* char *, kept in lower case with dashes */
    RA_OPTION_URL,    /* char *, https only, without a slash at its end */
    RA_OPTION_SOURCE, /* char *, "graph" or "files:DIR" */
    RA_OPTION_LIST,   /* struct ra_config_list: the key may be repeated */
    RA_OPTION_CHOICE, /* int: the place of the word in choices */
    RA_OPTION_SWITCH, /* bool: choices[0] is false, choices[1] true */
    RA_OPTION_COUNT,  /* int64_t from min to max */
    RA_OPTION_PERCENT /* double from min to max */
};

/* Whether the value names a file or folder that must be there. */
enum ra_option_file { RA_NO_FILE, RA_PUBLIC_FILE, RA_SECRET_FILE };

struct ra_option {
    const char *section; /* "ad" stands for every [ad:NAME] */
    const char *key;
    enum ra_option_type type;
    size_t offset;              /* in struct ra_config; for "ad" in struct ra_config_ad */
    const char *standard;       /* the default as one would write it, or NULL for none */
    int64_t min, max;           /* of a count or percentage */
    const char *const *choices; /* ends with NULL */
    enum ra_option_file file;
    bool (*fits)(const char *text); /* of a text or list: whether it can be one at all, or NULL */
    const char *want;               /* what fits wants */
    const char *help;               /* one sentence without a full stop */
};

const struct ra_option *ra_options(size_t *n);
const char *const *ra_option_sections(void); /* "tenant", "ad:NAME", …; ends with NULL */

/* The option of the section ("ad" for any directory), or NULL. */
const struct ra_option *ra_option_find(const char *section, const char *key);

/* The keys of one section, or of all with NULL, for ra_nearest: ends with NULL, at most max with
 * it. */
void ra_option_keys(const char *section, const char **out, size_t max);

/* Sets the field of the option in base from the text; an empty text leaves it as it is. The message
 * is about the value alone: the caller prefixes the place. */
int ra_option_set(const struct ra_option *o, void *base, const char *text, struct ra_err *err);
void ra_option_standard(const struct ra_option *o, void *base); /* sets the default */
void ra_option_free(const struct ra_option *o, void *base);

/* How many values the field has (0 or 1, more for a list), and the i-th as text, appended to *out.
 */
size_t ra_option_values(const struct ra_option *o, const void *base);
void ra_option_text(const struct ra_option *o, const void *base, size_t i, struct ra_buf *out);

/* What holds the option's field: c itself, or its directory number ad. */
const void *ra_option_base(const struct ra_option *o, const struct ra_config *c, size_t ad);

/* What a value of this option looks like, such as "a number from 1 to 64" or "deny | allow". */
void ra_option_form(const struct ra_option *o, struct ra_buf *out);

#endif
