#include "src/base/log.h"

#include "src/base/json.h"

#include <stdarg.h>
#include <stdio.h>

static enum ra_log_level current = RA_LOG_NORMAL;
static bool as_json;
static void (*around_before)(void *ctx), (*around_after)(void *ctx);
static void *around_ctx;

void ra_log_setup(enum ra_log_level level, bool json)
{
    current = level;
    as_json = json;
}

void ra_log_around(void (*before)(void *ctx), void (*after)(void *ctx), void *ctx)
{
    around_before = before;
    around_after = after;
    around_ctx = ctx;
}

bool ra_log_on(enum ra_log_level level)
{
    return level <= current;
}

static void put_json(const char *kind, const char *text)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 1 << 16);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "log");
    ra_json_key(&j, "level");
    ra_json_z(&j, kind);
    ra_json_key(&j, "message");
    ra_json_z(&j, text);
    ra_json_object_end(&j);
    fprintf(stderr, "%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

__attribute__((format(printf, 2, 0))) static void line(const char *kind, const char *fmt,
                                                       va_list ap)
{
    char text[2048];

    vsnprintf(text, sizeof text, fmt, ap);
    if (around_before)
        around_before(around_ctx);
    if (as_json)
        put_json(kind, text);
    else
        fprintf(stderr, "%s%s\n", kind[0] == 'w' ? "warning: " : "", text);
    if (around_after)
        around_after(around_ctx);
}

void ra_log(enum ra_log_level level, const char *fmt, ...)
{
    va_list ap;

    if (!ra_log_on(level))
        return;
    va_start(ap, fmt);
    line("info", fmt, ap);
    va_end(ap);
}

void ra_warn(const char *fmt, ...)
{
    va_list ap;

    if (!ra_log_on(RA_LOG_NORMAL))
        return;
    va_start(ap, fmt);
    line("warning", fmt, ap);
    va_end(ap);
}
