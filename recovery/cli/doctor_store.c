/* The folder of the cache. */
#include "recovery/cli/doctor.h"
#include "src/base/clock.h"
#include "src/cache/cache.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOW_BYTES ((uint64_t)1 << 30)

static void add_side(void *ctx, const char *side)
{
    struct ra_buf *b = ctx;

    ra_buf_printf(b, "%s%s", b->n ? ", " : "", side);
}

struct telling {
    struct ra_doctor *d;
    struct ra_cache *cache;
};

/* How old a snapshot is, and how it is known that nothing is missing from it. */
static void tell_side(void *ctx, const char *side)
{
    const struct telling *t = ctx;
    const struct ra_snap_info *i;
    struct ra_snap *snap;
    int64_t now = ra_now();
    struct ra_err e;
    char age[32];

    if (ra_snap_open(t->cache, side, &snap, &e) != 0) {
        ra_doctor_fault(t->d, side, &e);
        return;
    }
    i = ra_snap_info(snap);
    ra_duration_text(now > i->created ? now - i->created : 0, age);
    ra_doctor_ok(t->d, side, "%u objects, %s old: %s", i->records, age, i->proof);
    ra_snap_close(&snap);
}

static void check_content(struct ra_doctor *d, const char *dir)
{
    struct ra_cache *cache = NULL;
    struct ra_buf sides;
    struct ra_err e;

    ra_buf_init(&sides, 512);
    if (ra_cache_open(dir, false, &cache, &e) != 0 ||
        ra_cache_sides(cache, add_side, &sides, &e) != 0) {
        if (e.code != RA_ENOTFOUND)
            ra_doctor_fault(d, "cache", &e);
    } else {
        ra_doctor_ok(d, "cache", "%s", sides.n ? ra_buf_z(&sides) : "nothing fetched yet");
        ra_cache_sides(cache, tell_side, &(struct telling){d, cache}, NULL);
    }
    ra_cache_close(&cache);
    ra_buf_free(&sides);
}

/* The folder, or as long as it has not been made, the nearest above it. */
static void nearest_folder(char *path)
{
    while (access(path, F_OK) != 0 && errno == ENOENT && strcmp(path, "/") != 0 &&
           strcmp(path, ".") != 0) {
        const char *above = dirname(path); /* cuts path itself, as a rule */
        memmove(path, above, strlen(above) + 1);
    }
}

static void check_room(struct ra_doctor *d, const char *path)
{
    struct statvfs st;
    uint64_t room;

    if (statvfs(path, &st) != 0)
        return;
    room = (uint64_t)st.f_bavail * st.f_frsize;
    if (room < LOW_BYTES)
        ra_doctor_warn(d, "room", "a million objects take about two gigabytes",
                       "%llu MB are free on the disk of %s", (unsigned long long)(room >> 20),
                       path);
    else
        ra_doctor_ok(d, "room", "%llu GB are free", (unsigned long long)(room >> 30));
}

int ra_doctor_store(struct ra_doctor *d, struct ra_err *err)
{
    const char *dir = d->cli->config->store.dir;
    char *path = ra_strdup(dir);
    struct ra_err e;

    d->group = "store";
    nearest_folder(path);
    if (access(path, W_OK | X_OK) != 0) {
        ra_fail(&e, RA_EIO, "%s: cannot be written: %s", path, strerror(errno));
        ra_hint(&e, "run as the owner of [store] dir, or name another folder there");
        ra_doctor_fault(d, "folder", &e);
    } else {
        ra_doctor_ok(d, "folder", strcmp(path, dir) == 0 ? "%s" : "%s, which will be made", dir);
        check_room(d, path);
        check_content(d, dir);
    }
    free(path);
    return ra_cli_stopped(d->cli, err);
}
