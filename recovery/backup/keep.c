#include "recovery/backup/prune.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The number of the day, ISO week, month or year that a time lies in, in UTC. */
static int64_t day_of(int64_t t)
{
    return t / 86400;
}

static int64_t week_of(int64_t t)
{
    return (day_of(t) + 3) / 7; /* 1970 began on a Thursday, weeks begin on Mondays */
}

static int64_t month_of(int64_t t)
{
    time_t at = (time_t)t;
    struct tm tm;

    gmtime_r(&at, &tm);
    return (int64_t)tm.tm_year * 12 + tm.tm_mon;
}

static int64_t year_of(int64_t t)
{
    return month_of(t) / 12;
}

static void keep_by(const int64_t *times, size_t n, int64_t count, int64_t (*of)(int64_t),
                    const char *name, char (*why)[48])
{
    int64_t last = -1;

    for (size_t i = n; i-- > 0 && count > 0;) {
        size_t used = strlen(why[i]);
        if (i + 1 < n && of(times[i]) == last)
            continue;
        last = of(times[i]);
        snprintf(why[i] + used, sizeof why[i] - used, "%s%s", used ? ", " : "", name);
        count--;
    }
}

void ra_prune_keep(const int64_t *times, size_t n, const struct ra_prune_rules *rules,
                   char (*why)[48])
{
    for (size_t i = 0; i < n; i++)
        why[i][0] = '\0';
    keep_by(times, n, rules->daily, day_of, "daily", why);
    keep_by(times, n, rules->weekly, week_of, "weekly", why);
    keep_by(times, n, rules->monthly, month_of, "monthly", why);
    keep_by(times, n, rules->yearly, year_of, "yearly", why);
}
