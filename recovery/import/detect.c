/* What a file is, by how it begins. Which of the four is only a guess to save typing: the reader of
 * the format decides whether it is one. */
#include "recovery/import/reader.h"
#include "recovery/import/text.h"

#include <string.h>
#include <sys/stat.h>

static int unknown(const char *path, struct ra_err *err)
{
    ra_fail(err, RA_EINPUT,
            "%s is neither a CSV with anchors, nor XML of csexport, nor a folder of EntraExporter, "
            "nor settings of Entra Connect",
            path);
    return ra_hint(err,
                   "name the format to learn at which line it differs: reanchor import "
                   "csexport %s",
                   path);
}

static bool from_text(struct ra_str s, enum ra_import_format *out)
{
    const char *end;

    s = ra_import_trim(s);
    if (ra_str_absent(s))
        return false;
    end = memchr(s.p, '\n', s.n);
    if (end)
        s.n = (size_t)(end - s.p);
    if (s.p[0] == '<')
        *out = RA_IMPORT_CSEXPORT;
    else if (s.p[0] == '{' || s.p[0] == '[')
        *out = RA_IMPORT_ADSYNC_CONFIG;
    else if (memchr(s.p, ',', s.n) || memchr(s.p, ';', s.n) || memchr(s.p, '\t', s.n) ||
             s.p[0] == '#' || s.p[0] == '"')
        *out = RA_IMPORT_ADSYNCTOOLS;
    else
        return false;
    return true;
}

int ra_import_detect(const char *path, enum ra_import_format *out, struct ra_err *err)
{
    struct ra_import_text *t;
    struct ra_str begin;
    struct stat st;
    int rc;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        *out = RA_IMPORT_ENTRAEXPORTER;
        return 0;
    }
    rc = ra_import_text_open(path, &t, err);
    if (rc != 0)
        return rc;
    rc = ra_import_text_peek(t, &begin, err);
    if (rc != 0)
        rc = ra_prefix(err, "%s", path);
    else if (!from_text(begin, out))
        rc = unknown(path, err);
    ra_import_text_close(&t);
    return rc;
}
