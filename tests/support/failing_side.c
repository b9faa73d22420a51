#include "tests/support/failing_side.h"

static struct ra_side good;
static long left;
static bool struck;

void failing_after(long reads)
{
    left = reads;
    struck = false;
}

bool failing_struck(void)
{
    return struck;
}

static bool fails(void)
{
    if (left-- > 0)
        return false;
    struck = true;
    return true;
}

static struct ra_str record(void *ctx, uint32_t seq)
{
    return fails() ? (struct ra_str){NULL, 0} : good.record(ctx, seq);
}

static int next(struct ra_side_cursor *c, struct ra_str *key, struct ra_str *value)
{
    return fails() ? -1 : good.next(c, key, value);
}

static int seek(struct ra_side_cursor *c, struct ra_str key)
{
    return fails() ? -1 : good.seek(c, key);
}

struct ra_side failing_side(const struct ra_side *side)
{
    struct ra_side out = *side;

    good = *side;
    out.record = record;
    out.next = next;
    out.seek = seek;
    return out;
}
