/*
 * inih reads the lines, this file gives each key its place. inih as it is packaged tells the
 * handler neither the number of a line nor that a section begins (which an empty or repeated one
 * needs). So the reader below, which hands it the lines, counts them, and says a key of its own
 * behind every heading.
 */
#include "src/config/parse.h"

#include "src/base/mem.h"
#include "src/config/options.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 8192
#define SECTION_MAX    48 /* inih cuts a longer name off without a word */
#define SECTIONS_MAX   1000
#define KEYS_MAX       64

static const char heading_key[] = "?heading"; /* a word that cannot be a key of the table */

struct parser {
    struct ra_config *c;
    struct ra_err *err;
    int rc, line;
    struct ra_str rest; /* what inih has not been given yet */
    bool after_heading; /* the line given last begins a section */
    bool at_heading;    /* the line given last is heading_key */
    int *lines;         /* of each line given, its number in the file */
    size_t given, lines_cap;
    int begun[SECTIONS_MAX]; /* lines where a section began */
    char *names[SECTIONS_MAX];
    size_t sections;
    int key_line[KEYS_MAX]; /* of the section now, by the option's place in the table */
    const char *section;    /* "tenant", "ad", …; NULL before the first and in an unknown one */
    void *base;
};

/* The first fault stays; what comes behind it often follows from it. */
static int fail_here(struct parser *p)
{
    if (!p->err->hint[0])
        ra_hint(p->err, "correct this line; 'reanchor config check' tells whether all is well");
    p->rc = ra_prefix(p->err, "%s:%d", p->c->path, p->line);
    return 0; /* inih's word for an error */
}

static void list_keys(struct ra_err *err, const char *section)
{
    const char *keys[KEYS_MAX];
    size_t at = (size_t)snprintf(err->hint, sizeof err->hint, "[%s] knows ", section);

    ra_option_keys(section, keys, KEYS_MAX);
    for (size_t i = 0; keys[i] && at < sizeof err->hint; i++)
        at +=
            (size_t)snprintf(err->hint + at, sizeof err->hint - at, "%s%s", i ? ", " : "", keys[i]);
}

/* The section that knows the key, when the one it stands in does not. */
static const char *home_of(const char *key)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].key, key) == 0)
            return o[i].section;
    return NULL;
}

static int unknown_key(struct parser *p, const char *key)
{
    const char *keys[KEYS_MAX], *near, *home = home_of(key);

    ra_option_keys(p->section, keys, KEYS_MAX);
    near = ra_nearest(key, keys);
    if (home)
        ra_fail(p->err, RA_ECONFIG, "unknown key '%.100s' in [%s]; [%s] has a '%s'", key,
                p->section, strcmp(home, "ad") == 0 ? "ad:NAME" : home, key);
    else if (near)
        ra_fail(p->err, RA_ECONFIG, "unknown key '%.100s' in [%s], the nearest is '%s'", key,
                p->section, near);
    else
        ra_fail(p->err, RA_ECONFIG, "unknown key '%.100s' in [%s]", key, p->section);
    list_keys(p->err, p->section);
    return fail_here(p);
}

static int unknown_section(struct parser *p, const char *name)
{
    const char *near = ra_nearest(name, ra_option_sections());

    if (strncmp(name, "ad", 2) == 0 && strlen(name) <= 3)
        ra_fail(p->err, RA_ECONFIG, "[%s] has no name, want [ad:NAME]", name);
    else if (near)
        ra_fail(p->err, RA_ECONFIG, "unknown section [%.100s], the nearest is [%s]", name, near);
    else
        ra_fail(p->err, RA_ECONFIG, "unknown section [%.100s]", name);
    ra_hint(p->err, "sections are [tenant], [ad:NAME], [anchor], [policy], [store], [backup]");
    return fail_here(p);
}

static const char *known_section(const char *name)
{
    const char *const *known = ra_option_sections();

    if (strncmp(name, "ad:", 3) == 0 && name[3])
        return "ad";
    for (; *known; known++)
        if (strcmp(*known, name) == 0 && !strchr(name, ':'))
            return *known;
    return NULL;
}

static void *begin_directory(struct parser *p, const char *name)
{
    struct ra_config *c = p->c;
    struct ra_config_ad *ad;
    size_t n;
    const struct ra_option *o = ra_options(&n);

    c->ad = ra_realloc(c->ad, (c->ad_n + 1) * sizeof *c->ad);
    ad = &c->ad[c->ad_n++];
    *ad = (struct ra_config_ad){.name = ra_strdup(name), .line = p->line};
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, "ad") == 0)
            ra_option_standard(&o[i], ad);
    return ad;
}

/* The name stands in file names of the store and in messages. */
static int check_section_name(struct parser *p, const char *name)
{
    if (strlen(name) > SECTION_MAX)
        return ra_fail(p->err, RA_ECONFIG, "[%s…] is longer than the %d bytes allowed", name,
                       SECTION_MAX);
    for (const char *c = name; *c; c++)
        if (*c == '/' || (unsigned char)*c < 0x20 || *c == 0x7F)
            return ra_fail(p->err, RA_ECONFIG, "[%s] has a character that a name cannot have",
                           name);
    for (size_t i = 0; i < p->sections; i++)
        if (strcmp(p->names[i], name) == 0)
            return ra_fail(p->err, RA_ECONFIG, "[%s] begins a second time, first on line %d", name,
                           p->begun[i]);
    if (p->sections == SECTIONS_MAX)
        return ra_fail(p->err, RA_ECONFIG, "more than the %d sections allowed", SECTIONS_MAX);
    return 0;
}

static int on_heading(struct parser *p, const char *name)
{
    p->section = known_section(name);
    if (!p->section)
        return unknown_section(p, name);
    if (check_section_name(p, name) != 0)
        return fail_here(p);
    p->names[p->sections] = ra_strdup(name);
    p->begun[p->sections++] = p->line;
    memset(p->key_line, 0, sizeof p->key_line);
    p->base = strcmp(p->section, "ad") == 0 ? begin_directory(p, name + 3) : p->c;
    return 1;
}

static int on_key(struct parser *p, const char *key, const char *value)
{
    size_t n, at;
    const struct ra_option *o;

    if (!p->section) {
        ra_fail(p->err, RA_ECONFIG, "'%.100s' stands before the first [section]", key);
        return fail_here(p);
    }
    o = ra_option_find(p->section, key);
    if (!o)
        return unknown_key(p, key);
    at = (size_t)(o - ra_options(&n));
    if (p->key_line[at] && o->type != RA_OPTION_LIST) {
        ra_fail(p->err, RA_ECONFIG, "%s: given a second time, first on line %d", key,
                p->key_line[at]);
        return fail_here(p);
    }
    p->key_line[at] = p->line;
    return ra_option_set(o, p->base, value, p->err) == 0 ? 1 : fail_here(p);
}

static int on_pair(void *user, const char *section, const char *key, const char *value)
{
    struct parser *p = user;

    if (p->rc != 0)
        return 0;
    return p->at_heading ? on_heading(p, section) : on_key(p, key, value);
}

static void given(struct parser *p)
{
    p->lines = ra_grow(p->lines, &p->lines_cap, p->given + 1, sizeof *p->lines);
    p->lines[p->given++] = p->line;
}

static struct ra_str take_line(struct parser *p)
{
    const char *end = memchr(p->rest.p, '\n', p->rest.n);
    struct ra_str line = {p->rest.p, end ? (size_t)(end - p->rest.p) : p->rest.n};

    p->rest = ra_str_from(p->rest, line.n + 1);
    p->line++;
    /* Without this inih would read an indented key as a continuation of the value before it. */
    while (line.n && (*line.p == ' ' || *line.p == '\t')) {
        line.p++;
        line.n--;
    }
    return line;
}

/* fgets for inih. */
static char *next_line(char *to, int size, void *stream)
{
    struct parser *p = stream;
    struct ra_str line = RA_STR(heading_key);

    if (p->rc != 0 || (!p->after_heading && p->rest.n == 0))
        return NULL;
    p->at_heading = p->after_heading;
    p->after_heading = false;
    if (p->at_heading) {
        snprintf(to, (size_t)size, "%s=1\n", heading_key);
        given(p);
        return to;
    }
    line = take_line(p);
    given(p);
    if (line.n + 2 > (size_t)size) {
        ra_fail(p->err, RA_ECONFIG, "a line of %zu bytes, longer than the %d allowed", line.n,
                size - 2);
        fail_here(p);
        return NULL;
    }
    p->after_heading = line.n && *line.p == '[' && memchr(line.p, ']', line.n);
    memcpy(to, line.p, line.n);
    memcpy(to + line.n, "\n", 2);
    return to;
}

static void set_limits(void)
{
#ifdef RA_INI_TUNABLE
    ini_use_stack = false;
    ini_allow_realloc = false;
    ini_max_line = ini_initial_alloc = LINE_MAX_BYTES;
#endif
}

static struct ra_str without_bom(struct ra_str s)
{
    return s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0 ? ra_str_from(s, 3) : s;
}

int ra_config_parse(struct ra_config *c, struct ra_str text, struct ra_err *err)
{
    struct parser *p = ra_calloc(1, sizeof *p);
    int bad, rc;

    p->c = c;
    p->err = err;
    p->rest = without_bom(text);
    set_limits();
    bad = ini_parse_stream(next_line, p, on_pair, p);
    /* What inih cannot read is a fault too, and the first in the file is the one to tell. */
    if (bad > 0 && (p->rc == 0 || p->lines[bad - 1] < p->line)) {
        p->line = p->lines[bad - 1];
        ra_fail(err, RA_ECONFIG, "neither a [section] nor key = value");
        fail_here(p);
    }
    rc = p->rc;
    for (size_t i = 0; i < p->sections; i++)
        free(p->names[i]);
    free(p->lines);
    free(p);
    return rc;
}
