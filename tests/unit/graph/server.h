/*
 * A small HTTPS server for tests, scripted in the test's body: rules are tried in their order, the
 * first that fits and is not used up answers. It can cut, reset and stall. One thread a connection;
 * it stands on 127.0.0.1 at a port of the system's choosing, with a certificate made for the run.
 */
#ifndef RA_TEST_GRAPH_SERVER_H
#define RA_TEST_GRAPH_SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum fault {
    WHOLE,       /* the answer as it is */
    PACKED,      /* the same, compressed by gzip whether asked for or not */
    CUT,         /* Content-Length promises more than comes */
    CUT_CHUNKED, /* the chunked body ends without its last chunk */
    RESET,       /* the connection is reset instead of an answer */
    STALL        /* the head of an answer, then silence */
};

struct rule {
    const char *match; /* stands in "METHOD target"; NULL fits everything */
    int times;         /* how often it answers; 0 for ever */
    int status;
    const char *headers; /* "Name: value\r\n…", or NULL */
    const char *body;    /* {base} in it becomes the server's URL; or NULL */
    enum fault fault;
    const char *needs; /* fits only when this stands in the request's head or body, or NULL */
};

struct server;

/* plain: without TLS. Rules are copied; their strings are borrowed. */
struct server *server_start(const struct rule *rules, size_t n, bool plain);
void server_stop(struct server **s);
const char *server_base(const struct server *s); /* https://127.0.0.1:PORT */
const char *server_ca(const struct server *s);   /* a PEM file to trust */

size_t server_count(struct server *s, const char *match); /* requests whose first line has match */
size_t server_connections(struct server *s);
/* The n-th request (from 0) whose first line has match, head and body; NULL when there is none.
 * Valid until server_stop. */
const char *server_request(struct server *s, const char *match, size_t n);

#endif
