#include "src/graph/split.h"

#include "src/graph/jsonarena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, DEPTH_MAX = 200 };
#define ELEMENT_MAX ((size_t)64 << 20)

enum place { AT_START, IN_ARRAY, IN_LINES, IN_OBJECT, AT_END };

int ra_split_open(struct ra_split *s, const char *path, struct ra_err *err)
{
    *s = (struct ra_split){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
    ra_buf_init(&s->error, ELEMENT_MAX);
    if (s->fd < 0)
        return ra_fail(err, RA_EINPUT, "%s: %s", path, strerror(errno));
    return 0;
}

void ra_split_close(struct ra_split *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    free(s->window);
    s->window = NULL;
    ra_buf_free(&s->error);
    ra_arena_free(&s->arena);
}

static uint64_t line_ends(const char *p, size_t n)
{
    uint64_t count = 0;
    const char *end = p + n;

    for (; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        count++;
    return count;
}

int ra_split_fail(const struct ra_split *s, size_t at, struct ra_err *err, const char *text)
{
    size_t to = s->pos + at < s->n ? s->pos + at : s->n;

    ra_fail(err, RA_EINPUT, "%s: line %llu (offset %llu): %s", s->path,
            (unsigned long long)(s->lines + line_ends(s->window, to) + 1),
            (unsigned long long)(s->passed + to), text);
    return ra_hint(err, "save this response again and copy the file whole");
}

/* ---- the window ---- */

static void drop_passed(struct ra_split *s)
{
    if (s->pos == 0)
        return;
    s->lines += line_ends(s->window, s->pos);
    s->passed += s->pos;
    memmove(s->window, s->window + s->pos, s->n - s->pos);
    s->n -= s->pos;
    s->pos = 0;
}

/* Reads more behind what is there; sets eof when there is no more. */
static int more(struct ra_split *s, struct ra_err *err)
{
    ssize_t got;

    drop_passed(s);
    if (s->n > ELEMENT_MAX)
        return ra_split_fail(s, 0, err, "one element is larger than 64 MiB");
    s->window = ra_grow(s->window, &s->cap, s->n + CHUNK, 1);
    do
        got = read(s->fd, s->window + s->n, s->cap - s->n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return ra_fail(err, RA_EIO, "%s: read: %s", s->path, strerror(errno));
    s->eof = got == 0;
    s->n += (size_t)got;
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next byte that is not white space, or -1 at the end of the file; -2 is an error, in s->rc. */
static int peek(struct ra_split *s, struct ra_err *err)
{
    for (;;) {
        while (s->pos < s->n && is_space(s->window[s->pos]))
            s->pos++;
        if (s->pos < s->n)
            return (unsigned char)s->window[s->pos];
        if (s->eof)
            return -1;
        s->rc = more(s, err);
        if (s->rc != 0)
            return -2;
    }
}

static int want(struct ra_split *s, char c, const char *otherwise, struct ra_err *err)
{
    int got = peek(s, err);

    if (got == -2)
        return s->rc;
    if (got != (unsigned char)c)
        return ra_split_fail(s, 0, err, got == -1 ? "the file ends too early" : otherwise);
    s->pos++;
    return 0;
}

/* ---- one value ---- */

struct scan {
    size_t at; /* bytes looked at */
    int depth;
    bool string, escaped, over, deep;
};

/* To the closing quote, or the end of what is there. */
static void scan_string(struct scan *c, const char *p, size_t n)
{
    size_t i = c->at;

    while (i < n && c->string) {
        if (c->escaped) {
            c->escaped = false;
            i++;
            continue;
        }
        while (i < n && p[i] != '"' && p[i] != '\\')
            i++;
        if (i == n)
            break;
        c->escaped = p[i] == '\\';
        c->string = c->escaped;
        i++;
    }
    c->at = i;
    c->over = !c->string && c->depth == 0;
}

enum { PLAIN, QUOTE, OPEN, CLOSE, BETWEEN };

static const unsigned char classes[256] = {
    ['"'] = QUOTE,    ['{'] = OPEN,     ['['] = OPEN,     ['}'] = CLOSE,
    [']'] = CLOSE,    [','] = BETWEEN,  [':'] = BETWEEN,  [' '] = BETWEEN,
    ['\t'] = BETWEEN, ['\r'] = BETWEEN, ['\n'] = BETWEEN,
};

/* One byte outside strings that is not plain; true when it lies behind the value. */
static bool take_mark(struct scan *c, unsigned char class)
{
    if (c->depth == 0 && (class == CLOSE || class == BETWEEN))
        return true; /* behind a number or a word */
    if (class == QUOTE)
        c->string = true;
    else if (class == OPEN)
        c->deep |= ++c->depth > DEPTH_MAX;
    else if (class == CLOSE)
        c->over = --c->depth == 0;
    c->at++;
    return false;
}

/* Looks at what is in the window. over: the value's end was found, at bytes behind its beginning.
 */
static void scan_window(struct scan *c, const char *p, size_t n)
{
    while (c->at < n && !c->over) {
        unsigned char class = classes[(unsigned char)p[c->at]];
        if (c->string)
            scan_string(c, p, n);
        else if (class == PLAIN || (class == BETWEEN && c->depth))
            c->at++;
        else if (take_mark(c, class)) {
            c->over = true;
            return;
        }
    }
}

/* *value is the run of bytes from the window's position to the value's end. */
static int scan_value(struct ra_split *s, struct ra_str *value, struct ra_err *err)
{
    struct scan c = {0};
    int rc = 0;

    while (rc == 0) {
        scan_window(&c, s->window + s->pos, s->n - s->pos);
        if (c.deep)
            return ra_split_fail(s, c.at, err, "nested more than 200 deep");
        if (c.over)
            break;
        if (s->eof && (c.depth || c.string || c.at == 0))
            return ra_split_fail(s, c.at, err, "the file ends in the middle of a value");
        if (s->eof)
            break;
        rc = more(s, err);
    }
    *value = (struct ra_str){s->window + s->pos, c.at};
    if (rc == 0 && c.at == 0)
        rc = ra_split_fail(s, 0, err, "a value is missing");
    return rc;
}

/* ---- the object around the array ---- */

static int take_member(struct ra_split *s, bool link, bool error, struct ra_err *err)
{
    struct ra_str value;
    const cJSON *v;
    size_t at;
    int rc = scan_value(s, &value, err);

    if (rc != 0)
        return rc;
    ra_arena_reset(&s->arena);
    v = ra_json_parse(&s->arena, value, &at);
    if (!v)
        return ra_split_fail(s, at, err, "not JSON");
    s->next_link |= link && !cJSON_IsNull(v);
    if (error && cJSON_IsObject(v)) {
        ra_buf_clear(&s->error);
        ra_buf_puts(&s->error, "{\"error\":");
        ra_buf_put(&s->error, value.p, value.n);
        ra_buf_puts(&s->error, "}");
    }
    s->pos += value.n;
    return 0;
}

static bool key_is(struct ra_str key, const char *name)
{
    return key.n == strlen(name) + 2 && memcmp(key.p + 1, name, key.n - 2) == 0;
}

/* A key, its colon and, unless it is the array "value", its value. 1: the array begins. */
static int take_key(struct ra_split *s, struct ra_err *err)
{
    struct ra_str key;
    bool value, link, error;
    int rc = scan_value(s, &key, err);

    if (rc != 0)
        return rc;
    if (key.p[0] != '"')
        return ra_split_fail(s, 0, err, "want a property name in quotes");
    value = key_is(key, "value");
    link = key_is(key, "@odata.nextLink");
    error = key_is(key, "error");
    s->pos += key.n;
    rc = want(s, ':', "want a colon behind the property name", err);
    if (rc == 0 && peek(s, err) == -2)
        return s->rc;
    if (rc != 0 || !value)
        return rc != 0 ? rc : take_member(s, link, error, err);
    if (s->value_seen)
        return ra_split_fail(s, 0, err, "\"value\" stands here for the second time");
    s->value_seen = true;
    rc = want(s, '[', "\"value\" is not an array", err);
    return rc != 0 ? rc : 1;
}

/* Walks the object's properties up to the array "value" (1) or its end (0). */
static int walk_object(struct ra_split *s, bool first, struct ra_err *err)
{
    int rc = 0, c;

    while (rc == 0) {
        c = peek(s, err);
        if (c == -2)
            return s->rc;
        if (c == '}') {
            s->pos++;
            s->place = AT_END;
            return 0;
        }
        if (!first)
            rc = want(s, ',', "want a comma or the closing brace", err);
        if (rc == 0 && peek(s, err) == -2)
            return s->rc;
        if (rc == 0)
            rc = take_key(s, err);
        first = false;
    }
    if (rc == 1) {
        s->form = RA_SPLIT_VALUE;
        s->place = IN_ARRAY;
    }
    return rc;
}

/* ---- the forms ---- */

static bool has_suffix(const char *path, const char *suffix)
{
    return ra_str_ends_fold(ra_str(path), ra_str(suffix));
}

static int skip_mark(struct ra_split *s, struct ra_err *err)
{
    int rc = more(s, err);

    if (rc == 0 && s->n >= 2 &&
        (memcmp(s->window, "\xFF\xFE", 2) == 0 || memcmp(s->window, "\xFE\xFF", 2) == 0)) {
        ra_fail(err, RA_EINPUT, "%s: is in UTF-16, want UTF-8", s->path);
        return ra_hint(err, "save it again in UTF-8: Out-File -Encoding utf8");
    }
    if (rc == 0 && s->n >= 3 && memcmp(s->window, "\xEF\xBB\xBF", 3) == 0)
        s->pos = 3;
    return rc;
}

static int start(struct ra_split *s, struct ra_err *err)
{
    int rc = skip_mark(s, err), c;

    if (rc != 0)
        return rc;
    if (has_suffix(s->path, ".ndjson")) {
        s->form = RA_SPLIT_LINES;
        s->place = IN_LINES;
        return 1;
    }
    c = peek(s, err);
    if (c == -2)
        return s->rc;
    if (c != '{' && c != '[')
        return ra_split_fail(
            s, 0, err, c == -1 ? "the file is empty, want JSON" : "want an object or an array");
    s->pos++;
    s->form = c == '{' ? RA_SPLIT_OBJECT : RA_SPLIT_ARRAY;
    s->place = c == '{' ? IN_OBJECT : IN_ARRAY;
    return c == '{' ? walk_object(s, true, err) : 1;
}

/* Behind an element's end: a comma leads to the next one, a bracket out of the array. */
static int next_in_array(struct ra_split *s, bool first, struct ra_str *element, struct ra_err *err)
{
    int c = peek(s, err), rc = 0;

    if (c == -2)
        return s->rc;
    if (c == ']') {
        s->pos++;
        s->place = s->form == RA_SPLIT_ARRAY ? AT_END : IN_OBJECT;
        return 0;
    }
    if (!first)
        rc = want(s, ',', "want a comma or the closing bracket", err);
    if (rc == 0 && peek(s, err) == -2)
        return s->rc;
    if (rc == 0)
        rc = scan_value(s, element, err);
    return rc != 0 ? rc : 1;
}

static int next_line(struct ra_split *s, struct ra_str *element, struct ra_err *err)
{
    const char *end = NULL;
    size_t n, looked = 0;
    int c = peek(s, err), rc;

    if (c == -2)
        return s->rc;
    if (c == -1) {
        s->place = AT_END;
        return 0;
    }
    while (!(end = memchr(s->window + s->pos + looked, '\n', s->n - s->pos - looked)) && !s->eof) {
        looked = s->n - s->pos;
        rc = more(s, err);
        if (rc != 0)
            return rc;
    }
    n = end ? (size_t)(end - s->window) - s->pos : s->n - s->pos;
    while (n && is_space(s->window[s->pos + n - 1]))
        n--;
    *element = (struct ra_str){s->window + s->pos, n};
    return 1;
}

static int finish(struct ra_split *s, struct ra_err *err)
{
    int c = peek(s, err);

    if (c == -2)
        return s->rc;
    return c == -1 ? 0 : ra_split_fail(s, 0, err, "something stands behind the end of the JSON");
}

int ra_split_next(struct ra_split *s, struct ra_str *element, struct ra_err *err)
{
    bool first = s->place == AT_START;
    int rc = 1;

    s->pos += s->element_n;
    s->element_n = 0;
    if (first)
        rc = start(s, err);
    if (rc > 0 && s->place == IN_LINES)
        rc = next_line(s, element, err);
    else if (rc > 0 && s->place == IN_ARRAY)
        rc = next_in_array(s, first, element, err);
    if (rc == 0 && s->place == IN_OBJECT)
        rc = walk_object(s, false, err);
    if (rc > 0)
        s->element_n = element->n;
    return rc == 0 ? finish(s, err) : rc;
}
