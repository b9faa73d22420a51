#include "src/base/err.h"

#include <stdio.h>
#include <string.h>

static const struct code_row {
    int code;
    const char *name;
    int exit_status;
} codes[] = {
    {RA_EUSAGE, "EUSAGE", 1},         {RA_ECONFIG, "ECONFIG", 1},
    {RA_EINPUT, "EINPUT", 3},         {RA_EINCOMPLETE, "EINCOMPLETE", 3},
    {RA_ESIGNIN, "ESIGNIN", 4},       {RA_EPERMISSION, "EPERMISSION", 4},
    {RA_ENETWORK, "ENETWORK", 5},     {RA_ESERVER, "ESERVER", 5},
    {RA_ETHROTTLED, "ETHROTTLED", 5}, {RA_ESTOP, "ESTOP", 6},
    {RA_ESTALE, "ESTALE", 6},         {RA_EACTIVE, "EACTIVE", 6},
    {RA_EINTEGRITY, "EINTEGRITY", 7}, {RA_ELOCKED, "ELOCKED", 8},
    {RA_EINTERNAL, "EINTERNAL", 9},   {RA_EIO, "EIO", 9},
    {RA_ENOTFOUND, "ENOTFOUND", 1},   {RA_ESIGNAL, "ESIGNAL", 128},
};

static const struct code_row *row_of(int code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

int ra_fail(struct ra_err *err, enum ra_code code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return -(int)code;
    err->code = (int)code;
    err->signal = 0;
    err->hint[0] = '\0';
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return -(int)code;
}

int ra_hint(struct ra_err *err, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return -(int)RA_EINTERNAL;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
    return -err->code;
}

int ra_prefix(struct ra_err *err, const char *fmt, ...)
{
    char head[512], tail[sizeof err->msg];
    va_list ap;

    if (!err)
        return -(int)RA_EINTERNAL;
    va_start(ap, fmt);
    vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    memcpy(tail, err->msg, sizeof tail);
    if (snprintf(err->msg, sizeof err->msg, "%s: %s", head, tail) >= (int)sizeof err->msg)
        memcpy(err->msg + sizeof err->msg - 4, "...", 4);
    return -err->code;
}

const char *ra_code_name(int code)
{
    const struct code_row *row = row_of(code);

    return row ? row->name : "EINTERNAL";
}

int ra_exit_status(const struct ra_err *err)
{
    const struct code_row *row = row_of(err->code);

    if (err->code == 0)
        return 0;
    if (!row)
        return 9;
    return row->code == RA_ESIGNAL ? 128 + err->signal : row->exit_status;
}
