/* STORE/journal/window: what stands open, and what was there before. */
#include "recovery/apply/journal_form.h"
#include "recovery/apply/window.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static signed char tri(const cJSON *features, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(features, name);

    return cJSON_IsTrue(v) ? 1 : cJSON_IsFalse(v) ? 0 : -1;
}

static void encode(const struct ra_window *w, struct ra_buf *out)
{
    char opened[RA_TIME_TEXT];
    struct ra_json j;

    ra_time_text(w->opened, opened);
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "batch");
    ra_json_z(&j, w->batch);
    ra_json_key(&j, "tenant");
    ra_json_z(&j, w->tenant);
    ra_json_key(&j, "opened");
    ra_json_z(&j, opened);
    ra_json_key(&j, "was");
    ra_json_object(&j);
    for (int i = 0; i < RA_WINDOW_FEATURES; i++) {
        if (w->was[i] < 0)
            continue;
        ra_json_key(&j, ra_window_names[i]);
        ra_json_bool(&j, w->was[i] == 1);
    }
    ra_json_object_end(&j);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

static bool text_into(const cJSON *o, const char *key, char *to, size_t size)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

    if (!z || !*z || strlen(z) >= size)
        return false;
    memcpy(to, z, strlen(z) + 1);
    return true;
}

static bool decode(struct ra_str bytes, struct ra_window *out)
{
    cJSON *root = cJSON_ParseWithLength(bytes.p, bytes.n);
    const cJSON *was = cJSON_GetObjectItemCaseSensitive(root, "was");
    char opened[64];
    bool ok = cJSON_IsObject(was) && text_into(root, "batch", out->batch, sizeof out->batch) &&
              text_into(root, "tenant", out->tenant, sizeof out->tenant) &&
              text_into(root, "opened", opened, sizeof opened) &&
              ra_time_parse(ra_str(opened), &out->opened);

    for (int i = 0; i < RA_WINDOW_FEATURES; i++)
        out->was[i] = tri(was, ra_window_names[i]);
    cJSON_Delete(root);
    return ok;
}

int ra_window_read(const char *store_dir, struct ra_window *out, struct ra_err *err)
{
    struct ra_buf path, bytes;
    int rc;

    *out = (struct ra_window){0};
    ra_journal_path(store_dir, "window", "", &path);
    rc = access(ra_buf_z(&path), F_OK) == 0
             ? ra_file_read(ra_buf_z(&path), 65536, RA_EIO, &bytes, err)
             : ra_fail(err, RA_ENOTFOUND, "no window is open");
    if (rc == 0) {
        if (!decode(ra_str_n(bytes.p, bytes.n), out)) {
            rc = ra_fail(err, RA_EINTEGRITY, "%s: is not what apply writes", ra_buf_z(&path));
            ra_hint(err, "a window may be open: look at the tenant's features (reanchor doctor), "
                         "close by hand what should be closed, and remove the file");
        }
        ra_buf_free(&bytes);
    }
    ra_buf_free(&path);
    return rc;
}

int ra_window_remove(const char *store_dir, const char *name, struct ra_err *err)
{
    struct ra_buf path, dir;
    int rc = 0;

    ra_journal_path(store_dir, name, "", &path);
    ra_journal_path(store_dir, "", "", &dir);
    if (unlink(ra_buf_z(&path)) == 0)
        rc = ra_dir_sync(ra_buf_z(&dir), err);
    else if (errno != ENOENT)
        rc = ra_fail(err, RA_EIO, "%s: cannot be removed: %s", ra_buf_z(&path), strerror(errno));
    ra_buf_free(&path);
    ra_buf_free(&dir);
    return rc;
}

int ra_window_write(const char *store_dir, const struct ra_window *w, struct ra_err *err)
{
    struct ra_buf path, text;
    int rc;

    ra_buf_init(&text, 65536);
    encode(w, &text);
    ra_journal_path(store_dir, "window", "", &path);
    rc = ra_file_write(ra_buf_z(&path), text.p, text.n, err);
    ra_buf_free(&path);
    ra_buf_free(&text);
    return rc;
}
