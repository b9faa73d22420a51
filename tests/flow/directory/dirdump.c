/*
 * Reads a directory as the program does and prints its entries as LDIF, to be compared with what
 * ldapsearch prints. Exits with the error's exit status.
 */
#include "src/base/ident.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/directory/directory.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTRIBUTES_MAX 64

static atomic_int stop;

struct args {
    struct ra_dir_options o;
    struct ra_dir_query q;
    const char *attributes[ATTRIBUTES_MAX + 1], *syntax;
    int n, slow_us;
    bool root, count, twice, changes, own;
    const char *cookie;
    unsigned long long entries;
};

static void on_signal(int number)
{
    stop = number;
}

static void put_value(const char *name, struct ra_str v)
{
    char *text = ra_malloc(ra_base64_size(v.n));

    ra_base64(v.p, v.n, text);
    printf("%s:: %s\n", name, text);
    free(text);
}

static int print_entry(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct args *a = ctx;

    (void)err;
    a->entries++;
    if (a->slow_us)
        usleep((unsigned)a->slow_us);
    if (a->count)
        return 0;
    put_value("dn", ra_dir_entry_dn(e));
    for (int i = 0; i < a->n; i++) {
        size_t n;
        const struct ra_str *v = ra_dir_entry_values(e, a->attributes[i], &n);

        for (size_t k = 0; k < n; k++)
            put_value(a->attributes[i], v[k]);
    }
    printf("\n");
    return 0;
}

static int print_root(struct ra_dir *d, struct ra_err *err)
{
    struct ra_dir_root r;
    int rc = ra_dir_root(d, &r, err);

    if (rc)
        return rc;
    printf("base %s\nconfiguration %s\nschema %s\nhost %s\nservice %s\nusn %llu\ninvocation %s\n"
           "ad %d\n",
           r.base, r.configuration ? r.configuration : "-", r.schema ? r.schema : "-",
           r.dns_host_name ? r.dns_host_name : "-", r.ds_service_name ? r.ds_service_name : "-",
           (unsigned long long)r.highest_committed_usn, r.invocation_id, r.active_directory);
    return 0;
}

static int print_syntax(struct ra_dir *d, const char *attribute, struct ra_err *err)
{
    static const char *const names[] = {"unknown", "string", "binary", "integer"};
    enum ra_dir_syntax syntax;
    int rc = ra_dir_syntax(d, attribute, &syntax, err);

    if (!rc)
        printf("%s\n", names[syntax]);
    return rc;
}

/* What has changed since the cookie, and then the next one. */
static int print_changes(struct ra_dir *d, struct args *a, struct ra_err *err)
{
    static const char *const told[] = {"told", "not for us", "stale"};
    struct ra_dir_changes q = {.filter = a->q.filter,
                               .attributes = a->attributes,
                               .own_rights = a->own,
                               .tries = a->q.tries};
    enum ra_dir_told what;
    struct ra_dir_root root;
    struct ra_buf cookie;
    int rc = ra_dir_root(d, &root, err);

    q.base = root.base;
    ra_buf_init(&cookie, 1 << 20);
    ra_buf_puts(&cookie, a->cookie ? a->cookie : "");
    if (!rc)
        rc = ra_dir_changes(d, &q, print_entry, a, &cookie, &what, err);
    if (!rc) {
        printf("%s\n", told[what]);
        put_value("cookie", (struct ra_str){cookie.p, cookie.n});
    }
    ra_buf_free(&cookie);
    return rc;
}

static int run(struct args *a, struct ra_err *err)
{
    struct ra_dir *d = NULL;
    int rc = ra_dir_open(&a->o, &d, err);

    if (rc)
        return rc;
    if (a->root)
        rc = print_root(d, err);
    else if (a->changes)
        rc = print_changes(d, a, err);
    else if (a->syntax)
        rc = print_syntax(d, a->syntax, err);
    else
        rc = ra_dir_search(d, &a->q, print_entry, a, err);
    if (!rc && a->twice)
        rc = ra_dir_search(d, &a->q, print_entry, a, err);
    ra_dir_close(&d);
    return rc;
}

/* Where an option's text, number or switch goes; NULL when it is none of these. */
static const char **text_of(struct args *a, int key)
{
    switch (key) {
    case 'H':
        return &a->o.uri;
    case 'b':
        return &a->o.base;
    case 'D':
        return &a->o.bind_dn;
    case 'w':
        return &a->o.password_file;
    case 'C':
        return &a->o.ca_file;
    case 'c':
        return &a->o.certificate_file;
    case 'k':
        return &a->o.private_key_file;
    case 'f':
        return &a->q.filter;
    case 's':
        return &a->syntax;
    case 'K':
        return &a->cookie;
    default:
        return NULL;
    }
}

static int *number_of(struct args *a, int key)
{
    switch (key) {
    case 't':
        return &a->o.timeout_s;
    case 'p':
        return &a->q.page_size;
    case 'T':
        return &a->q.tries;
    case 'u':
        return &a->slow_us;
    default:
        return NULL;
    }
}

static bool *switch_of(struct args *a, int key)
{
    switch (key) {
    case 'Z':
        return &a->o.start_tls;
    case 'd':
        return &a->q.deleted;
    case 'r':
        return &a->root;
    case 'n':
        return &a->count;
    case '2':
        return &a->twice;
    case 'y':
        return &a->changes;
    case 'o':
        return &a->own;
    default:
        return NULL;
    }
}

static enum ra_dir_auth auth_of(const char *arg)
{
    if (strcmp(arg, "simple") == 0)
        return RA_DIR_SIMPLE;
    return strcmp(arg, "external") == 0 ? RA_DIR_EXTERNAL : RA_DIR_GSSAPI;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *a = state->input;
    const char **text = text_of(a, key);
    int *number = number_of(a, key);
    bool *on = switch_of(a, key);

    if (text)
        *text = arg;
    else if (number)
        *number = atoi(arg);
    else if (on)
        *on = true;
    else if (key == 'a')
        a->o.auth = auth_of(arg);
    else if (key == 'v')
        ra_log_setup(RA_LOG_DEBUG, false);
    else if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    else if (a->n == ATTRIBUTES_MAX)
        argp_error(state, "too many attributes");
    else
        a->attributes[a->n++] = arg;
    return 0;
}

static const struct argp_option options[] = {
    {"uri", 'H', "URI", 0, "ldaps://, ldap:// or ldif:PATH", 0},
    {"base", 'b', "DN", 0, "where to begin", 0},
    {"bind-dn", 'D', "DN", 0, "for a simple bind", 0},
    {"password-file", 'w', "FILE", 0, "for a simple bind", 0},
    {"ca-file", 'C', "FILE", 0, "trusted certificates", 0},
    {"auth", 'a', "HOW", 0, "gssapi, simple, external", 0},
    {"certificate", 'c', "FILE", 0, "for auth external", 0},
    {"key", 'k', "FILE", 0, "for auth external", 0},
    {"start-tls", 'Z', NULL, 0, "StartTLS", 0},
    {"timeout", 't', "S", 0, "seconds for an answer", 0},
    {"filter", 'f', "FILTER", 0, "LDAP filter", 0},
    {"deleted", 'd', NULL, 0, "deleted objects too", 0},
    {"page", 'p', "N", 0, "page size", 0},
    {"root", 'r', NULL, 0, "print the rootDSE instead", 0},
    {"syntax", 's', "NAME", 0, "print an attribute's syntax instead", 0},
    {"count", 'n', NULL, 0, "print the number of entries only", 0},
    {"twice", '2', NULL, 0, "read a second time over the same handle", 0},
    {"slow", 'u', "US", 0, "take so many microseconds for each entry", 0},
    {"changes", 'y', NULL, 0, "what has changed, by DirSync, and the next cookie", 0},
    {"own", 'o', NULL, 0, "... as the account itself sees it", 0},
    {"cookie", 'K', "TEXT", 0, "... since this cookie", 0},
    {"tries", 'T', "N", 0, "begin anew so often when the line breaks or the server is busy", 0},
    {"verbose", 'v', NULL, 0, "say what is asked", 0},
    {0}};

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse, .args_doc = "ATTRIBUTE..."};
    struct args a = {.o = {.name = "test", .uri = "", .stop = &stop},
                     .q = {.filter = "(objectClass=*)"}};
    struct sigaction act = {.sa_handler = on_signal};
    struct ra_err err = {0};

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    a.q.attributes = a.n ? a.attributes : NULL;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    if (run(&a, &err) != 0) {
        fprintf(stderr, "%s: %s\n", ra_code_name(err.code), err.msg);
        if (err.hint[0])
            fprintf(stderr, "HINT: %s\n", err.hint);
        return ra_exit_status(&err);
    }
    if (a.count)
        printf("%llu\n", a.entries);
    return fflush(stdout) == 0 ? 0 : 9;
}
