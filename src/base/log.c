#include "src/base/log.h"

#include "src/base/json.h"

#include <stdarg.h>
#include <stdio.h>

static enum ra_log_level current = RA_LOG_NORMAL;
static bool as_json;

void ra_log_setup(enum ra_log_level level, bool json)
{
    current = level;
    as_json = json;
}

bool ra_log_on(enum ra_log_level level)
{
    return level <= current;
}

static void line(const char *kind, const char *fmt, va_list ap)
{
    char text[2048];
    struct ra_buf b;
    struct ra_json j;

    vsnprintf(text, sizeof text, fmt, ap);
    if (!as_json) {
        fprintf(stderr, "%s%s\n", kind[0] == 'w' ? "warning: " : "", text);
        return;
    }
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
