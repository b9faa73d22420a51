#include "tests/crash/sweep/point.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct point_shared *shared;
static atomic_bool armed;
static int target = -1;
static long target_n;

void point_init(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
}

void point_arm(int which, long n)
{
    memset(shared, 0, sizeof *shared);
    target = which;
    target_n = n;
    armed = true;
}

void point_disarm(void)
{
    armed = false;
}

struct point_shared *point_shared(void)
{
    return shared;
}

bool point_step(int which)
{
    if (!armed)
        return false;
    if (__atomic_add_fetch(&shared->counts[which], 1, __ATOMIC_RELAXED) != target_n ||
        which != target)
        return false;
    shared->struck = true;
    errno = EIO;
    return true;
}
