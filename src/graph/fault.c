#include "src/graph/fault.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The server's text on one line. */
static void copy_text(char *to, size_t cap, const cJSON *item)
{
    const char *text = cJSON_GetStringValue(item);
    size_t n = 0;

    for (; text && *text && n + 1 < cap; text++)
        to[n++] = (unsigned char)*text < ' ' || *text == 0x7F ? ' ' : *text;
    to[n] = '\0';
}

static const cJSON *member(const cJSON *of, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(of, name);
}

bool ra_fault_read_json(struct ra_str body, struct ra_fault *out)
{
    cJSON *root = cJSON_ParseWithLength(body.p ? body.p : "", body.n);
    const cJSON *error = member(root, "error"), *inner;

    if (cJSON_IsObject(error)) {
        inner = member(error, "innerError");
        if (!inner)
            inner = member(error, "innererror");
        out->json = true;
        copy_text(out->code, sizeof out->code, member(error, "code"));
        copy_text(out->message, sizeof out->message, member(error, "message"));
        if (!out->request_id[0])
            copy_text(out->request_id, sizeof out->request_id, member(inner, "request-id"));
    }
    cJSON_Delete(root);
    return out->json;
}

void ra_fault_read(const struct ra_answer *in, struct ra_fault *out)
{
    *out = (struct ra_fault){.status = in->status};
    memcpy(out->request_id, in->request_id, sizeof out->request_id);
    ra_fault_read_json(ra_str_n(in->body.p, in->body.n), out);
}

int ra_fault_fail(struct ra_err *err, enum ra_code code, const char *where,
                  const struct ra_fault *f)
{
    char id[96] = "";

    if (f->request_id[0])
        snprintf(id, sizeof id, " (request-id %s)", f->request_id);
    if (!f->json)
        return ra_fail(err, code, "%s: answered %ld without Graph's error form%s", where, f->status,
                       id);
    return ra_fail(err, code, "%s: graph answered %ld %s: %s%s", where, f->status, f->code,
                   f->message, id);
}

int ra_fault_fail_permission(struct ra_err *err, const char *where, const struct ra_fault *f,
                             const struct ra_permission *p)
{
    if (f->status != 403)
        return ra_fault_fail(err, RA_ESERVER, where, f);
    ra_fault_fail(err, RA_EPERMISSION, where, f);
    return ra_hint(err, "grant the app the application permission %s (%s) and give admin consent",
                   p->name, p->app_role_id);
}

bool ra_fault_is_page_token(const struct ra_fault *f)
{
    return strcasecmp(f->code, "Directory_ExpiredPageToken") == 0 ||
           strcasecmp(f->code, "DirectoryPageTokenNotFoundException") == 0;
}
