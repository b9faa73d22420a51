/*
 * Hosts: those of each national cloud, the overrides, and the rule that a bearer token goes to the
 * configured host only. Also the spelling of URLs: encoding of values, and the form fit for a log.
 */
#ifndef RA_GRAPH_ENDPOINT_H
#define RA_GRAPH_ENDPOINT_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/graph/graph.h"

#define RA_URL_MAX 65536 /* delta and page tokens of several KiB have been seen */

/* Scheme, host and port of a service. Owns its strings. */
struct ra_endpoint {
    char *base; /* "https://graph.microsoft.com", without a slash behind */
    char *scheme, *host, *port;
};

/* Takes url apart. option names it in errors, which are RA_ECONFIG: not https (unless plain), a
 * version segment, a query or a user name in it. */
int ra_endpoint_parse(const char *option, const char *url, bool plain, struct ra_endpoint *out,
                      struct ra_err *err);
void ra_endpoint_free(struct ra_endpoint *e);

/* RA_ESERVER naming both hosts unless url is of this scheme, host and port and carries no user
 * name. where and what begin the message: "users: nextLink …". */
int ra_endpoint_pin(const struct ra_endpoint *e, const char *url, const char *where,
                    const char *what, struct ra_err *err);

/* A link as the service gave it, with what may not stand in a request line percent-encoded; NULL
 * when it holds control characters or is longer than RA_URL_MAX. The caller frees. */
char *ra_url_from_link(struct ra_str link);

/* Appends the value percent-encoded, everything but unreserved characters (RFC 3986). */
void ra_url_encode(struct ra_buf *out, struct ra_str value);

/* The URL for a log or an error: page tokens shortened, at most n bytes with the NUL. */
void ra_url_shown(const char *url, char *out, size_t n);

/* The cloud's own hosts, and the resource that tokens are asked for. */
struct ra_cloud_hosts {
    const char *login, *graph;
};
const struct ra_cloud_hosts *ra_cloud_hosts(enum ra_cloud cloud);

#endif
