#include "src/graph/governor.h"

#include "src/base/text.h"

#include <string.h>

/* Graph counts by windows of ten seconds and of two and a half minutes. What lies ready at once and
 * what comes in over one window stay together below the quota, whenever its windows begin. */
enum {
    UNITS_WINDOW_MS = 10000,
    WRITES_WINDOW_MS = 150000,
    WRITES_QUOTA = 3000,
    SMALL_USERS = 50,
    LARGE_USERS = 500,
    SPEED_MS = 10000,
    WARNED_PERMILLE = 800,
    FLOOR = 2 /* units a second at least, however little the service leaves */
};

/* A fifth at once and three quarters of the rate; with low priority half of both. */
static void set_quota(struct ra_bucket *b, int64_t quota, int64_t window_ms, bool low)
{
    int64_t part = low ? 2 : 1;
    bool slowed = b->rate < b->full_rate;

    b->most = quota * 1000 / 5 / part;
    b->full_rate = quota * 1000 * 3 / 4 / window_ms / part;
    if (!slowed)
        b->rate = b->full_rate;
}

static void bucket_init(struct ra_bucket *b, int64_t quota, int64_t window_ms, bool low,
                        int64_t now_ms)
{
    *b = (struct ra_bucket){.at_ms = now_ms, .window_ms = now_ms};
    set_quota(b, quota, window_ms, low);
    b->level = b->most;
}

static int64_t quota_of(uint64_t users)
{
    return users < SMALL_USERS ? 3500 : users <= LARGE_USERS ? 5000 : 8000;
}

void ra_governor_init(struct ra_governor *g, bool low_priority, int64_t now_ms)
{
    g->low = low_priority;
    bucket_init(&g->units, quota_of(0), UNITS_WINDOW_MS, g->low, now_ms);
    bucket_init(&g->writes, WRITES_QUOTA, WRITES_WINDOW_MS, g->low, now_ms);
}

void ra_governor_size(struct ra_governor *g, uint64_t users)
{
    set_quota(&g->units, quota_of(users), UNITS_WINDOW_MS, g->low);
}

static int64_t level_at(const struct ra_bucket *b, int64_t now_ms)
{
    int64_t level = b->level + (now_ms - b->at_ms) * b->rate;

    return level < b->most ? level : b->most;
}

/* Something that costs more than the bucket holds goes when it is full, and leaves a debt. */
static int64_t bucket_wait(const struct ra_bucket *b, unsigned cost, int64_t now_ms)
{
    int64_t need = (int64_t)cost * 1000, level = level_at(b, now_ms);

    if (need > b->most)
        need = b->most;
    return cost == 0 || level >= need ? 0 : (need - level + b->rate - 1) / b->rate;
}

int64_t ra_governor_wait(const struct ra_governor *g, struct ra_cost cost, int64_t now_ms)
{
    int64_t units = bucket_wait(&g->units, cost.units, now_ms);
    int64_t writes = bucket_wait(&g->writes, cost.writes, now_ms);

    return units > writes ? units : writes;
}

/* Brings the bucket up to now. What was slowed gets back double the speed every ten seconds. */
static void bring_up(struct ra_bucket *b, int64_t now_ms)
{
    b->level = level_at(b, now_ms);
    b->at_ms = now_ms;
    while (b->rate < b->full_rate && now_ms >= b->slow_until_ms) {
        b->rate = b->rate * 2 < b->full_rate ? b->rate * 2 : b->full_rate;
        b->slow_until_ms += SPEED_MS;
    }
    if (now_ms - b->window_ms >= SPEED_MS) {
        b->taken_before = now_ms - b->window_ms < 2 * (int64_t)SPEED_MS ? b->taken : 0;
        b->taken = 0;
        b->window_ms = now_ms;
    }
}

static void bucket_take(struct ra_bucket *b, int64_t cost, int64_t now_ms)
{
    bring_up(b, now_ms);
    b->level -= cost * 1000;
    b->taken += cost * 1000;
}

void ra_governor_take(struct ra_governor *g, struct ra_cost cost, int64_t now_ms)
{
    bucket_take(&g->units, cost.units, now_ms);
    bucket_take(&g->writes, cost.writes, now_ms);
}

void ra_governor_was(struct ra_governor *g, unsigned expected, unsigned units, int64_t now_ms)
{
    bucket_take(&g->units, (int64_t)units - (int64_t)expected, now_ms);
}

/* Thousandths a millisecond that were really taken of late. */
static int64_t speed_of(const struct ra_bucket *b, int64_t now_ms)
{
    int64_t age = now_ms - b->window_ms;
    int64_t before = b->taken_before / SPEED_MS, now = age > 0 ? b->taken / age : b->taken;

    return age < SPEED_MS / 10 && before > 0 ? before : now;
}

static void slow_to(struct ra_bucket *b, int64_t rate, int64_t now_ms)
{
    bring_up(b, now_ms);
    b->rate = rate > FLOOR ? rate : FLOOR;
    if (b->rate > b->full_rate)
        b->rate = b->full_rate;
    if (b->level > b->rate * 1000)
        b->level = b->rate * 1000; /* no more than a second's worth lies ready any more */
    b->slow_until_ms = now_ms + SPEED_MS;
}

int64_t ra_governor_near(struct ra_governor *g, int permille, int64_t now_ms)
{
    struct ra_bucket *b = &g->units;
    int64_t rate;

    if (permille < WARNED_PERMILLE)
        return 0;
    bring_up(b, now_ms);
    rate = speed_of(b, now_ms) * WARNED_PERMILLE / permille;
    /* One slow chain is not what uses the quota up, and no answer to one warning stands for ever.
     */
    if (b->rate < b->full_rate && b->slow_until_ms - now_ms > SPEED_MS - 1000)
        return 0;
    slow_to(b, rate, now_ms);
    return SPEED_MS;
}

void ra_governor_refused(struct ra_governor *g, bool write, int64_t now_ms)
{
    struct ra_bucket *b = write ? &g->writes : &g->units;

    bring_up(b, now_ms);
    slow_to(b, speed_of(b, now_ms) / 2, now_ms);
    b->level = b->level > 0 ? 0 : b->level;
}

static bool has_option(struct ra_str query, const char *name)
{
    return ra_str_contains(query, ra_str(name));
}

static unsigned base_of(struct ra_str path)
{
    static const struct {
        const char *end;
        unsigned units;
    } dear[] = {{"/users", 2}, {"/members", 3}};

    if (ra_str_contains(path, RA_STR("/transitiveMembers")))
        return 5;
    for (size_t i = 0; i < sizeof dear / sizeof dear[0]; i++) {
        size_t n = strlen(dear[i].end);
        if (path.n >= n && memcmp(path.p + path.n - n, dear[i].end, n) == 0)
            return dear[i].units;
    }
    return 1;
}

unsigned ra_governor_units(const char *url)
{
    struct ra_str path = ra_str_n(url, strcspn(url, "?"));
    struct ra_str query = ra_str(url + path.n);
    unsigned units = base_of(path);

    if (has_option(query, "$expand="))
        units++;
    if (has_option(query, "$select=") && units > 1)
        units--;
    return units;
}

int ra_governor_permille(const char *text)
{
    size_t whole = strspn(text, "0123456789"), part;
    int value = 0, unit = 1000;

    if (whole == 0 || whole > 2)
        return -1;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (text[i] - '0');
    value *= 1000;
    text += whole;
    part = *text == '.' ? 1 + strspn(text + 1, "0123456789") : 0;
    for (size_t i = 1; i < part; i++) {
        unit /= 10;
        value += unit * (text[i] - '0');
    }
    return text[part] == '\0' ? value : -1;
}
