/* The files of `rehearse --report DIR`. */
#include "recovery/cli/rehearsed.h"

#include "src/base/file.h"

#include <stdio.h>

enum { HTML, NDJSON, FILES };

static const char *const names[FILES] = {"rehearsal.html", "rehearsal.ndjson"};

static int open_all(const char *dir, struct ra_atomic files[FILES], struct ra_err *err)
{
    char path[4096];
    int rc = ra_dir_make(dir, err);

    for (int i = 0; rc == 0 && i < FILES; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names[i]) >= sizeof path)
            return ra_fail(err, RA_EIO, "%.200s…: the path is too long", dir);
        rc = ra_atomic_open(path, &files[i], err);
    }
    return rc;
}

int ra_rehearsed_write(const char *dir, const struct ra_report_input *in, const struct ra_drill *d,
                       const struct ra_drill_from *from, struct ra_err *err)
{
    struct ra_atomic files[FILES] = {0};
    int rc = open_all(dir, files, err);

    if (rc == 0)
        rc = ra_drill_html(in, d, from, files[HTML].fp, err);
    if (rc == 0)
        rc = ra_drill_json(in, d, from, files[NDJSON].fp, err);
    if (rc == 0)
        rc = ra_atomic_sync(files, FILES, err);
    for (int i = 0; rc == 0 && i < FILES; i++)
        rc = ra_atomic_commit(&files[i], err);
    for (int i = 0; i < FILES; i++)
        ra_atomic_abandon(&files[i]);
    return rc;
}
