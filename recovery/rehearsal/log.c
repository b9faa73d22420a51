#include "recovery/rehearsal/log.h"

#include "src/base/clock.h"
#include "src/base/json.h"

#include <errno.h>
#include <string.h>

static FILE *open_one(const char *dir, const char *name, struct ra_err *err)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *fp = fopen(path, "we");
    if (!fp)
        ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
    return fp;
}

int ra_sim_log_open(struct ra_sim_log *l, const char *dir, struct ra_err *err)
{
    pthread_mutex_init(&l->lock, NULL);
    l->requests = open_one(dir, "requests.ndjson", err);
    l->writes = l->requests ? open_one(dir, "writes.ndjson", err) : NULL;
    return l->writes ? 0 : -err->code;
}

void ra_sim_log_close(struct ra_sim_log *l)
{
    if (l->requests)
        fclose(l->requests);
    if (l->writes)
        fclose(l->writes);
    pthread_mutex_destroy(&l->lock);
}

static void common(struct ra_json *j, const struct ra_sim_request *q, const struct ra_sim_reply *a)
{
    char now[RA_TIME_TEXT];
    ra_time_text(ra_now(), now);
    ra_json_object(j);
    ra_json_key(j, "time");
    ra_json_z(j, now);
    ra_json_key(j, "method");
    ra_json_z(j, q->method);
    ra_json_key(j, "path");
    ra_json_z(j, q->target);
    ra_json_key(j, "status");
    ra_json_int(j, a->status);
    ra_json_key(j, "client-request-id");
    ra_json_z(j, q->client_request_id);
    ra_json_key(j, "batch");
    ra_json_bool(j, q->in_batch);
}

static void put_line(FILE *fp, struct ra_buf *b)
{
    ra_buf_putc(b, '\n');
    fwrite(b->p, 1, b->n, fp);
    fflush(fp);
}

static bool modifies(const struct ra_sim_request *q)
{
    struct ra_str target = ra_str(q->target);
    return strcmp(q->method, "GET") && strcmp(q->method, "HEAD") && q->versioned &&
           !ra_str_contains(target, RA_STR("$batch"));
}

static void log_write(struct ra_sim_log *l, const struct ra_sim_request *q,
                      const struct ra_sim_reply *a, struct ra_buf *b)
{
    struct ra_json j;
    ra_buf_clear(b);
    ra_json_init(&j, b);
    common(&j, q, a);
    ra_json_key(&j, "body");
    ra_json_str(&j, q->body);
    ra_json_object_end(&j);
    put_line(l->writes, b);
}

void ra_sim_log_request(struct ra_sim_log *l, const struct ra_sim_request *q,
                        const struct ra_sim_reply *a)
{
    struct ra_buf b;
    struct ra_json j;
    ra_buf_init(&b, 1U << 24);
    ra_json_init(&j, &b);
    common(&j, q, a);
    ra_json_key(&j, "fault");
    ra_json_z(&j, q->faults.kind ? ra_sim_fault_name(q->faults.kind) : NULL);
    ra_json_key(&j, "bytes");
    ra_json_int(&j, (long long)a->body.n);
    ra_json_object_end(&j);
    pthread_mutex_lock(&l->lock);
    put_line(l->requests, &b);
    if (modifies(q))
        log_write(l, q, a, &b);
    pthread_mutex_unlock(&l->lock);
    ra_buf_free(&b);
}
