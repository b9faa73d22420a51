#include "src/graph/endpoint.h"

#include "src/base/mem.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct ra_cloud_hosts clouds[] = {
    [RA_CLOUD_GLOBAL] = {"https://login.microsoftonline.com", "https://graph.microsoft.com"},
    [RA_CLOUD_USGOV] = {"https://login.microsoftonline.us", "https://graph.microsoft.us"},
    [RA_CLOUD_USGOV_DOD] = {"https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
    [RA_CLOUD_CHINA] = {"https://login.chinacloudapi.cn",
                        "https://microsoftgraph.chinacloudapi.cn"},
};

const struct ra_cloud_hosts *ra_cloud_hosts(enum ra_cloud cloud)
{
    return &clouds[cloud];
}

static char *part(CURLU *u, CURLUPart which, unsigned flags)
{
    char *text = NULL, *copy = NULL;

    if (curl_url_get(u, which, &text, flags) == CURLUE_OK && text)
        copy = ra_strdup(text);
    curl_free(text);
    return copy;
}

/* libcurl's own parser, so that what is checked here is what is connected to. */
static bool take_apart(const char *url, struct ra_endpoint *out)
{
    CURLU *u = curl_url();
    bool ok = u && curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK;

    *out = (struct ra_endpoint){0};
    if (ok) {
        out->scheme = part(u, CURLUPART_SCHEME, 0);
        out->host = part(u, CURLUPART_HOST, 0);
        out->port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        ok = out->scheme && out->host && out->port;
    }
    curl_url_cleanup(u);
    if (!ok)
        ra_endpoint_free(out);
    return ok;
}

void ra_endpoint_free(struct ra_endpoint *e)
{
    free(e->base);
    free(e->scheme);
    free(e->host);
    free(e->port);
    *e = (struct ra_endpoint){0};
}

static bool ends_with_version(const char *url)
{
    struct ra_str s = ra_str(url);

    return ra_str_ends_fold(s, RA_STR("/v1.0")) || ra_str_ends_fold(s, RA_STR("/beta"));
}

int ra_endpoint_parse(const char *option, const char *url, bool plain, struct ra_endpoint *out,
                      struct ra_err *err)
{
    size_t n = strlen(url);

    if (!take_apart(url, out))
        return ra_fail(err, RA_ECONFIG, "%s = %s: not a URL of the form https://host[:port]",
                       option, url);
    if (strcmp(out->scheme, "https") != 0 && !(plain && strcmp(out->scheme, "http") == 0)) {
        ra_endpoint_free(out);
        ra_fail(err, RA_ECONFIG, "%s = %s: want https, a token is never sent over an open line",
                option, url);
        return ra_hint(err,
                       "write https:// and give ca_file when the certificate is a private one");
    }
    while (n && url[n - 1] == '/')
        n--;
    out->base = ra_strndup(url, n);
    if (!strpbrk(out->base, "?#") && !ends_with_version(out->base))
        return 0;
    ra_endpoint_free(out);
    ra_fail(err, RA_ECONFIG, "%s = %s: want the service's address alone", option, url);
    return ra_hint(err, "leave the version segment and everything behind it out, as in "
                        "https://graph.microsoft.com");
}

int ra_endpoint_pin(const struct ra_endpoint *e, const char *url, const char *where,
                    const char *what, struct ra_err *err)
{
    struct ra_endpoint to;
    bool same;

    if (!take_apart(url, &to))
        return ra_fail(err, RA_ESERVER, "%s: %s is not a usable URL: %.200s", where, what, url);
    same = strcmp(to.scheme, e->scheme) == 0 && strcasecmp(to.host, e->host) == 0 &&
           strcmp(to.port, e->port) == 0;
    if (!same) {
        ra_fail(err, RA_ESERVER, "%s: %s leads to %s://%s:%s, only %s://%s:%s is asked", where,
                what, to.scheme, to.host, to.port, e->scheme, e->host, e->port);
        ra_hint(err, "the token was not sent there; check graph_url and who stands between this "
                     "machine and the service");
    }
    ra_endpoint_free(&to);
    return same ? 0 : -(int)RA_ESERVER;
}

static bool unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

void ra_url_encode(struct ra_buf *out, struct ra_str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (unreserved(c))
            ra_buf_putc(out, (char)c);
        else
            ra_buf_printf(out, "%%%02X", c);
    }
}

char *ra_url_from_link(struct ra_str link)
{
    struct ra_buf b;

    ra_buf_init(&b, RA_URL_MAX);
    for (size_t i = 0; i < link.n; i++) {
        unsigned char c = (unsigned char)link.p[i];
        if (c < 0x20 || c == 0x7F) {
            ra_buf_free(&b);
            return NULL;
        }
        if (c == ' ' || c >= 0x80 || strchr("\"<>\\^`{|}", c))
            ra_buf_printf(&b, "%%%02X", c);
        else
            ra_buf_putc(&b, (char)c);
    }
    ra_buf_z(&b);
    if (b.overflow || !b.p)
        ra_buf_free(&b);
    return b.p;
}

/* Whether a query option that starts here carries a page token. */
static bool token_option(const char *at)
{
    return strncasecmp(at, "$skiptoken=", 11) == 0 || strncasecmp(at, "$deltatoken=", 12) == 0 ||
           strncasecmp(at, "%24skiptoken=", 13) == 0;
}

void ra_url_shown(const char *url, char *out, size_t n)
{
    size_t at = 0;

    for (const char *p = url; *p && at + 4 < n;) {
        bool token = (p > url && (p[-1] == '?' || p[-1] == '&')) && token_option(p);
        const char *value = token ? strchr(p, '=') + 1 : NULL;
        while (token && p < value && at + 4 < n)
            out[at++] = *p++;
        if (!token) {
            out[at++] = *p++;
            continue;
        }
        at += (size_t)(stpcpy(out + at, "...") - (out + at));
        p += strcspn(p, "&");
    }
    out[at] = '\0';
}
