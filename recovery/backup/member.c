/* Members of JSON objects, by type. */
#include "recovery/backup/intern.h"
#include "src/base/clock.h"

#include <stdio.h>
#include <string.h>

static const cJSON *member(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

bool ra_member_text(const cJSON *o, const char *key, struct ra_str *out)
{
    const cJSON *v = member(o, key);

    *out = cJSON_IsString(v) ? ra_str(v->valuestring) : (struct ra_str){NULL, 0};
    return cJSON_IsString(v);
}

bool ra_member_count(const cJSON *o, const char *key, uint64_t *out)
{
    const cJSON *v = member(o, key);

    *out = 0;
    if (!cJSON_IsNumber(v) || !(v->valuedouble >= 0 && v->valuedouble < 9e15))
        return false;
    *out = (uint64_t)v->valuedouble;
    return (double)*out >= v->valuedouble && (double)*out <= v->valuedouble;
}

bool ra_member_time(const cJSON *o, const char *key, int64_t *out)
{
    struct ra_str s;

    *out = 0;
    return ra_member_text(o, key, &s) && ra_time_parse(s, out) && *out >= 0;
}

bool ra_member_chars(const cJSON *o, const char *key, char *out, size_t size)
{
    struct ra_str s;

    out[0] = '\0';
    if (!ra_member_text(o, key, &s) || ra_str_absent(s) || s.n >= size)
        return false;
    snprintf(out, size, RA_STR_FMT, RA_STR_ARG(s));
    return true;
}

bool ra_member_hash(const cJSON *o, const char *key, char out[RA_BACKUP_HASH])
{
    return ra_member_chars(o, key, out, RA_BACKUP_HASH) && strlen(out) == 64 &&
           strspn(out, "0123456789abcdef") == 64;
}

struct ra_str ra_arena_text(struct ra_arena *a, struct ra_str s)
{
    return ra_str_absent(s) ? (struct ra_str){NULL, 0}
                            : (struct ra_str){ra_arena_copy(a, s.p, s.n), s.n};
}
