#include "src/base/clock.h"

#include <stdio.h>
#include <time.h>

/* Seconds from 1970 to the beginnings of the first and of the last year that four digits tell. */
#define YEAR_0     (-62167219200)
#define YEAR_10000 253402300800

int64_t ra_now(void)
{
    return (int64_t)time(NULL);
}

int64_t ra_monotonic_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void ra_sleep_ms(int64_t ms)
{
    struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms > 0)
        nanosleep(&ts, NULL);
}

void ra_time_text(int64_t t, char out[RA_TIME_TEXT])
{
    time_t tt = (time_t)t;
    struct tm tm;

    if (t < YEAR_0 || t >= YEAR_10000 || !gmtime_r(&tt, &tm)) {
        snprintf(out, RA_TIME_TEXT, "0000-00-00T00:00:00Z");
        return;
    }
    snprintf(out, 5, "%04u", ((unsigned)tm.tm_year + 1900u) % 10000u); /* %Y has no fixed width */
    strftime(out + 4, RA_TIME_TEXT - 4, "-%m-%dT%H:%M:%SZ", &tm);
}

static bool digits(struct ra_str *s, size_t n, int *out)
{
    unsigned long long v;

    if (s->n < n || !ra_parse_uint((struct ra_str){s->p, n}, &v))
        return false;
    *out = (int)v;
    *s = ra_str_from(*s, n);
    return true;
}

static bool skip(struct ra_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = ra_str_from(*s, 1);
    return true;
}

static bool zone(struct ra_str s, int64_t *seconds)
{
    int sign = s.n && s.p[0] == '-' ? -1 : 1, h, m;

    *seconds = 0;
    if (s.n == 1 && ra_fold(s.p[0]) == 'z')
        return true;
    if (!skip(&s, '+') && !skip(&s, '-'))
        return s.n == 0;
    if (!digits(&s, 2, &h) || !skip(&s, ':') || !digits(&s, 2, &m) || s.n)
        return false;
    *seconds = sign * (h * 3600 + m * 60);
    return true;
}

bool ra_time_parse(struct ra_str s, int64_t *out)
{
    struct tm tm = {0};
    int64_t offset;

    if (!digits(&s, 4, &tm.tm_year) || !skip(&s, '-') || !digits(&s, 2, &tm.tm_mon) ||
        !skip(&s, '-') || !digits(&s, 2, &tm.tm_mday) || !skip(&s, 'T') ||
        !digits(&s, 2, &tm.tm_hour) || !skip(&s, ':') || !digits(&s, 2, &tm.tm_min) ||
        !skip(&s, ':') || !digits(&s, 2, &tm.tm_sec))
        return false;
    if (skip(&s, '.'))
        while (s.n && s.p[0] >= '0' && s.p[0] <= '9')
            s = ra_str_from(s, 1);
    if (!zone(s, &offset) || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *out = (int64_t)timegm(&tm) - offset;
    return true;
}

void ra_duration_text(int64_t seconds, char out[32])
{
    long long s = seconds < 0 ? 0 : (long long)seconds;

    if (s < 60)
        snprintf(out, 32, "%lld s", s);
    else if (s < 3600)
        snprintf(out, 32, "%lld min", s / 60);
    else if (s < 86400)
        snprintf(out, 32, "%lld h %lld min", s / 3600, s % 3600 / 60);
    else
        snprintf(out, 32, "%lld d %lld h", s / 86400, s % 86400 / 3600);
}
