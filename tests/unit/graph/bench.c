#include "tests/unit/graph/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void temp_file(char *path, size_t n, const char *text, unsigned mode)
{
    int fd;

    snprintf(path, n, "/tmp/ra-test-XXXXXX");
    fd = mkstemp(path);
    if (write(fd, text, strlen(text)) < 0)
        abort();
    fchmod(fd, mode);
    close(fd);
}

static void on_event(void *ctx, const struct ra_graph_event *e)
{
    struct bench *b = ctx;

    b->throttled += strcmp(e->what, "throttled") == 0;
    b->retries += strcmp(e->what, "retry") == 0;
    b->tokens += strcmp(e->what, "token") == 0;
    if (e->wait_ms > b->longest_wait)
        b->longest_wait = e->wait_ms;
}

void bench_start(struct bench *b, const struct rule *rules, size_t n)
{
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    memset(b, 0, sizeof *b);
    b->server = server_start(rules, n, false);
    temp_file(b->secret, sizeof b->secret, "s3cr3t+/=\n", 0600);
    b->o = (struct ra_graph_options){.tenant_id = TENANT,
                                     .client_id = CLIENT,
                                     .auth = RA_AUTH_SECRET,
                                     .client_secret_file = b->secret,
                                     .graph_url = server_base(b->server),
                                     .login_url = server_base(b->server),
                                     .ca_file = server_ca(b->server),
                                     .connections = 4,
                                     .stop = &b->stop,
                                     .on_event = on_event,
                                     .ctx = b};
    b->tuning = (struct ra_http_tuning){.backoff_ms = 4, .stall_seconds = 1};
}

int bench_open(struct bench *b, struct ra_err *err)
{
    return ra_graph_open_tuned(&b->o, &b->tuning, &b->graph, err);
}

void bench_end(struct bench *b)
{
    ra_graph_close(&b->graph);
    server_stop(&b->server);
    unlink(b->secret);
}

int bench_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
               struct ra_str mark, struct ra_err *err)
{
    struct bench *b = ctx;
    size_t at = strlen(b->ids);

    (void)chain;
    (void)err;
    b->pages++;
    b->objects += n;
    for (size_t i = 0; i < n && at + 140 < sizeof b->ids; i++)
        at += (size_t)snprintf(b->ids + at, sizeof b->ids - at, RA_STR_FMT " ",
                               RA_STR_ARG(objects[i].field[RA_GF_ID]));
    if (ra_str_absent(mark))
        b->last_pages++;
    else
        snprintf(b->mark, sizeof b->mark, RA_STR_FMT, RA_STR_ARG(mark));
    return 0;
}

int bench_read(struct bench *b, enum ra_collection c, const char *filter, const char *mark,
               struct ra_err *err)
{
    struct ra_chain chain = {c, filter, mark};

    return ra_graph_read(b->graph, &chain, 1, bench_page, b, err);
}
