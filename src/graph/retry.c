#include "src/graph/retry.h"

#include <curl/curl.h>
#include <string.h>

enum { WAIT_MAX_MS = 60000, JITTER_MS = 250, SECONDS_DIGITS = 9, AHEAD_MAX_S = 999999999 };

/* A fault that stays the same is not ridden out for the whole budget: it is the service's answer.
 */
static const struct kind_row {
    int tries;      /* at most, 0 for as many as the budget holds */
    int first_part; /* the first wait is base_ms / first_part */
} kinds[] = {
    [RA_FAULT_NONE] = {1, 1},    [RA_FAULT_THROTTLED] = {0, 1}, [RA_FAULT_BUSY] = {0, 1},
    [RA_FAULT_BROKEN] = {8, 2},  [RA_FAULT_LINE] = {0, 4},      [RA_FAULT_UNREACHED] = {4, 2},
    [RA_FAULT_REFUSED] = {8, 2}, [RA_FAULT_IDENTITY] = {6, 1},
};

int ra_retry_tries(enum ra_fault_kind kind)
{
    return kinds[kind].tries;
}

enum ra_fault_kind ra_fault_of_status(long status)
{
    switch (status) {
    case 429:
        return RA_FAULT_THROTTLED;
    case 408:
    case 503:
    case 504:
        return RA_FAULT_BUSY;
    case 500:
    case 502:
        return RA_FAULT_BROKEN;
    default:
        return RA_FAULT_NONE;
    }
}

enum ra_fault_kind ra_fault_of_identity_status(long status)
{
    bool again = status == 404 || status == 410 || status == 429 || status >= 500;

    return again ? RA_FAULT_IDENTITY : RA_FAULT_NONE;
}

/* "10", "0.249": strtod would take "inf", "1e9" and "0x10" as well. */
static bool decimal_ms(const char *z, int64_t *out)
{
    int64_t ms = 0, unit = 1000;
    size_t digits = strspn(z, "0123456789");

    if (!digits || digits > SECONDS_DIGITS)
        return false;
    for (size_t i = 0; i < digits; i++)
        ms = ms * 10 + (z[i] - '0') * 1000;
    z += digits;
    if (*z == '.')
        for (z++; *z >= '0' && *z <= '9'; z++) {
            unit /= 10;
            ms += unit * (*z - '0');
        }
    *out = ms;
    return *z == '\0';
}

int64_t ra_retry_after_ms(struct ra_str value, int64_t now)
{
    char z[64];
    int64_t ms;
    time_t at;

    while (value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
        value.n--;
    if (ra_str_absent(value) || value.n >= sizeof z)
        return -1;
    memcpy(z, value.p, value.n);
    z[value.n] = '\0';
    if (decimal_ms(z, &ms))
        return ms;
    at = strchr(z, ':') ? curl_getdate(z, NULL) : -1;
    if (at == -1 || at - now > AHEAD_MAX_S) /* thirty years: no date that anybody meant */
        return -1;
    return at <= now ? 0 : ((int64_t)at - now) * 1000;
}

/* Doubles from the base up to a minute; between half and all of it, so that chains part ways. */
static int64_t backoff_ms(const struct ra_retry_rule *rule, enum ra_fault_kind kind, int tries,
                          uint32_t dice)
{
    int64_t ms = rule->base_ms / kinds[kind].first_part + 1;

    for (int i = 1; i < tries && ms < WAIT_MAX_MS; i++)
        ms *= 2;
    if (ms > WAIT_MAX_MS)
        ms = WAIT_MAX_MS;
    return ms / 2 + (int64_t)(dice % (uint32_t)(ms / 2 + 1));
}

/* graph 8.4: 2, 6, 14, 30 seconds, and 30 more: an update of the endpoint takes up to 70. */
static int64_t identity_wait_ms(const struct ra_retry_rule *rule, int tries)
{
    static const int seconds[] = {0, 2, 6, 14, 30, 30};

    return tries > 5 ? WAIT_MAX_MS : seconds[tries] * rule->base_ms;
}

int64_t ra_retry_wait(const struct ra_retry_rule *rule, enum ra_fault_kind kind, int tries,
                      int64_t spent_ms, int64_t asked_ms, uint32_t dice)
{
    int64_t wait;

    if (kind == RA_FAULT_NONE || (kinds[kind].tries && tries >= kinds[kind].tries))
        return -1;
    if (asked_ms >= 0)
        wait = asked_ms + (int64_t)(dice % JITTER_MS);
    else if (kind == RA_FAULT_IDENTITY)
        wait = identity_wait_ms(rule, tries);
    else
        wait = backoff_ms(rule, kind, tries, dice);
    return spent_ms + wait > rule->budget_ms ? -1 : wait;
}
