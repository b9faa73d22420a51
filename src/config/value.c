/* One value: from text into its field by the option's type, and back. */
#include "src/base/ident.h"
#include "src/base/mem.h"
#include "src/config/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct ra_option *o, void *base)
{
    return (char *)base + o->offset;
}

static const void *field_of(const struct ra_option *o, const void *base)
{
    return (const char *)base + o->offset;
}

void ra_option_form(const struct ra_option *o, struct ra_buf *out)
{
    switch (o->type) {
    case RA_OPTION_TEXT:
    case RA_OPTION_LIST:
        ra_buf_puts(out, o->want ? o->want : "text");
        break;
    case RA_OPTION_GUID:
        ra_buf_puts(out, "a GUID");
        break;
    case RA_OPTION_URL:
        ra_buf_puts(out, "an address that begins with https://");
        break;
    case RA_OPTION_SOURCE:
        ra_buf_puts(out, "graph | files:DIR");
        break;
    case RA_OPTION_COUNT:
    case RA_OPTION_PERCENT:
        ra_buf_printf(out, "a number from %lld to %lld", (long long)o->min, (long long)o->max);
        break;
    case RA_OPTION_CHOICE:
    case RA_OPTION_SWITCH:
        for (size_t i = 0; o->choices[i]; i++)
            ra_buf_printf(out, "%s%s", i ? " | " : "", o->choices[i]);
        break;
    }
}

static int refuse(const struct ra_option *o, const char *text, struct ra_err *err)
{
    struct ra_buf form;

    ra_buf_init(&form, 4096);
    ra_option_form(o, &form);
    ra_fail(err, RA_ECONFIG, "%s: have '%.200s', want %s", o->key, text, ra_buf_z(&form));
    ra_buf_free(&form);
    return -(int)RA_ECONFIG;
}

static void set_text(const struct ra_option *o, void *base, const char *text, size_t n)
{
    char **to = field(o, base);

    free(*to);
    *to = ra_strndup(text, n);
}

#define CREDENTIALS "$CREDENTIALS_DIRECTORY/"

/* systemd hands a service its secrets in a folder that it names in the environment. Without it the
 * text stays, and whoever needs the file tells that it is not there. */
static void set_file(const struct ra_option *o, void *base, const char *text)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    char *path;
    size_t n;

    if (!dir || !*dir || strncmp(text, CREDENTIALS, strlen(CREDENTIALS)) != 0) {
        set_text(o, base, text, strlen(text));
        return;
    }
    n = strlen(dir) + strlen(text) + 1;
    path = ra_malloc(n);
    snprintf(path, n, "%s/%s", dir, text + strlen(CREDENTIALS));
    set_text(o, base, path, strlen(path));
    free(path);
}

static int set_guid(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    struct ra_guid g;
    char canonical[RA_GUID_TEXT];

    if (!ra_guid_parse(ra_str(text), &g))
        return refuse(o, text, err);
    ra_guid_text(g.b, canonical);
    set_text(o, base, canonical, strlen(canonical));
    return 0;
}

/* The token travels to this address: nothing but TLS will do. */
static int set_url(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    size_t n = strlen(text);

    if (!ra_str_starts_fold(ra_str(text), RA_STR("https://")) || n == strlen("https://"))
        return refuse(o, text, err);
    while (text[n - 1] == '/')
        n--;
    for (size_t i = 0; i < 2; i++) {
        static const char *const versions[] = {"/v1.0", "/beta"};
        if (ra_str_ends_fold((struct ra_str){text, n}, ra_str(versions[i])))
            return ra_fail(err, RA_ECONFIG, "%s: have '%.200s', want it without '%s'", o->key, text,
                           versions[i]);
    }
    set_text(o, base, text, n);
    return 0;
}

static int set_source(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    if (strcmp(text, "graph") != 0 && (strncmp(text, "files:", 6) != 0 || !text[6]))
        return refuse(o, text, err);
    set_text(o, base, text, strlen(text));
    return 0;
}

static int set_word(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], text) != 0)
            continue;
        if (o->type == RA_OPTION_SWITCH)
            *(bool *)field(o, base) = i == 1;
        else
            *(int *)field(o, base) = i;
        return 0;
    }
    return refuse(o, text, err);
}

static int set_count(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    long long v;

    if (!ra_parse_int(ra_str(text), &v) || v < o->min || v > o->max)
        return refuse(o, text, err);
    *(int64_t *)field(o, base) = v;
    return 0;
}

/* Digits and one point, so that neither the locale nor strtod's other spellings matter. */
static bool parse_decimal(const char *text, double *out)
{
    const char *point = strchr(text, '.');
    size_t whole = point ? (size_t)(point - text) : strlen(text);
    unsigned long long high, low = 0;

    if (!ra_parse_uint((struct ra_str){text, whole}, &high))
        return false;
    if (point && (strlen(point + 1) > 9 || !ra_parse_uint(ra_str(point + 1), &low)))
        return false;
    *out = (double)low;
    for (const char *p = point ? point + 1 : ""; *p; p++)
        *out /= 10;
    *out += (double)high;
    return true;
}

static int set_percent(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    double v;

    if (!parse_decimal(text, &v) || v < (double)o->min || v > (double)o->max)
        return refuse(o, text, err);
    *(double *)field(o, base) = v;
    return 0;
}

static void add_item(const struct ra_option *o, void *base, const char *text)
{
    struct ra_config_list *list = field(o, base);

    list->items = ra_realloc(list->items, (list->n + 1) * sizeof *list->items);
    list->items[list->n++] = ra_strdup(text);
}

int ra_option_set(const struct ra_option *o, void *base, const char *text, struct ra_err *err)
{
    if (!*text)
        return 0;
    if (o->fits && !o->fits(text))
        return refuse(o, text, err);
    switch (o->type) {
    case RA_OPTION_TEXT:
        if (o->file)
            set_file(o, base, text);
        else
            set_text(o, base, text, strlen(text));
        return 0;
    case RA_OPTION_LIST:
        add_item(o, base, text);
        return 0;
    case RA_OPTION_GUID:
        return set_guid(o, base, text, err);
    case RA_OPTION_URL:
        return set_url(o, base, text, err);
    case RA_OPTION_SOURCE:
        return set_source(o, base, text, err);
    case RA_OPTION_CHOICE:
    case RA_OPTION_SWITCH:
        return set_word(o, base, text, err);
    case RA_OPTION_COUNT:
        return set_count(o, base, text, err);
    case RA_OPTION_PERCENT:
        return set_percent(o, base, text, err);
    }
    return ra_fail(err, RA_EINTERNAL, "%s: its type %d is not in the table", o->key, (int)o->type);
}

void ra_option_standard(const struct ra_option *o, void *base)
{
    struct ra_err err;

    if (o->standard && ra_option_set(o, base, o->standard, &err) != 0)
        abort(); /* the table refuses its own default */
}

static bool is_text(const struct ra_option *o)
{
    return o->type == RA_OPTION_TEXT || o->type == RA_OPTION_GUID || o->type == RA_OPTION_URL ||
           o->type == RA_OPTION_SOURCE;
}

void ra_option_free(const struct ra_option *o, void *base)
{
    if (is_text(o))
        free(*(char **)field(o, base));
    if (o->type == RA_OPTION_LIST) {
        struct ra_config_list *list = field(o, base);
        for (size_t i = 0; i < list->n; i++)
            free(list->items[i]);
        free(list->items);
    }
}

size_t ra_option_values(const struct ra_option *o, const void *base)
{
    if (o->type == RA_OPTION_LIST)
        return ((const struct ra_config_list *)field_of(o, base))->n;
    return is_text(o) && !*(char *const *)field_of(o, base) ? 0 : 1;
}

void ra_option_text(const struct ra_option *o, const void *base, size_t i, struct ra_buf *out)
{
    const void *f = field_of(o, base);

    if (is_text(o))
        ra_buf_puts(out, *(char *const *)f);
    else if (o->type == RA_OPTION_LIST)
        ra_buf_puts(out, ((const struct ra_config_list *)f)->items[i]);
    else if (o->type == RA_OPTION_CHOICE)
        ra_buf_puts(out, o->choices[*(const int *)f]);
    else if (o->type == RA_OPTION_SWITCH)
        ra_buf_puts(out, o->choices[*(const bool *)f ? 1 : 0]);
    else if (o->type == RA_OPTION_COUNT)
        ra_buf_printf(out, "%lld", (long long)*(const int64_t *)f);
    else
        ra_buf_printf(out, "%g", *(const double *)f);
}
