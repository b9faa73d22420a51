#include "src/base/log.h"
#include "src/directory/entry.h"
#include "src/directory/ldif_lines.h"
#include "src/directory/session.h"

#include <openldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TIMEOUT_S 120

char *ra_dir_keep(struct ra_dir *d, struct ra_str s)
{
    return ra_arena_copy(&d->arena, s.p, s.n);
}

static const char *keep_z(struct ra_dir *d, const char *z)
{
    return z && *z ? ra_dir_keep(d, ra_str(z)) : NULL;
}

static void copy_options(struct ra_dir *d, const struct ra_dir_options *o)
{
    d->o = *o;
    d->o.name = o->name ? keep_z(d, o->name) : "ad";
    d->o.uri = ra_dir_keep(d, ra_str(o->uri));
    d->o.base = keep_z(d, o->base);
    d->o.bind_dn = keep_z(d, o->bind_dn);
    d->o.password_file = keep_z(d, o->password_file);
    d->o.ca_file = keep_z(d, o->ca_file);
    d->o.certificate_file = keep_z(d, o->certificate_file);
    d->o.private_key_file = keep_z(d, o->private_key_file);
    d->timeout_ms = 1000LL * (o->timeout_s > 0 ? o->timeout_s : TIMEOUT_S);
}

static int take_apart_uri(struct ra_dir *d, struct ra_err *err)
{
    LDAPURLDesc *u = NULL;
    char port[16];
    bool ok = ldap_url_parse(d->o.uri, &u) == LDAP_SUCCESS && u->lud_host && u->lud_host[0] &&
              (strcmp(u->lud_scheme, "ldap") == 0 || strcmp(u->lud_scheme, "ldaps") == 0);

    if (ok) {
        snprintf(port, sizeof port, "%d", u->lud_port);
        d->host = ra_dir_keep(d, ra_str(u->lud_host));
        d->port = ra_dir_keep(d, ra_str(port));
        d->tls = strcmp(u->lud_scheme, "ldaps") == 0 || d->o.start_tls;
    }
    ldap_free_urldesc(u);
    if (ok)
        return 0;
    ra_fail(err, RA_ECONFIG, "uri %s: wanted ldaps://HOST[:PORT], ldap://HOST[:PORT] or ldif:PATH",
            d->o.uri);
    return ra_hint(err, "for example uri = ldaps://dc1.contoso.com");
}

/* What must not even be tried over the wire. */
static int check_bind(struct ra_dir *d, struct ra_err *err)
{
    if (d->o.auth == RA_DIR_SIMPLE && !d->tls) {
        ra_fail(err, RA_ECONFIG, "a simple bind without TLS would send the password in the clear");
        return ra_hint(err, "use an ldaps:// uri, or start_tls = yes");
    }
    if (d->o.auth == RA_DIR_SIMPLE && (!d->o.bind_dn || !d->o.password_file)) {
        ra_fail(err, RA_ECONFIG, "a simple bind needs %s",
                d->o.bind_dn ? "password_file" : "bind_dn");
        return ra_hint(err, "set bind_dn and password_file, or auth = gssapi");
    }
    if (d->o.auth == RA_DIR_EXTERNAL && !d->tls) {
        ra_fail(err, RA_ECONFIG, "auth = external is the certificate of a TLS connection");
        return ra_hint(err, "use an ldaps:// uri, or start_tls = yes");
    }
    return 0;
}

static void handle_options(struct ra_dir *d)
{
    int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER;

    ldap_set_option(d->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(d->ld, LDAP_OPT_DEREF, &never);
    ldap_set_option(d->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    /* A signal that is no reason to stop must not look like a lost connection. */
    ldap_set_option(d->ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
}

/* Our socket below, and above it a buffer: a message is read by its header and then its body, so
 * that reading ahead saves most of the system calls. */
static int stack_layers(struct ra_dir *d)
{
    ber_len_t most = RA_PDU_MAX;
    Sockbuf *sb = NULL;

    if (ldap_get_option(d->ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || !sb ||
        ber_sockbuf_add_io(sb, &ra_dir_transport, LBER_SBIOD_LEVEL_PROVIDER, d) != 0 ||
        ber_sockbuf_add_io(sb, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, NULL) != 0)
        return -1;
    ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most);
    return 0;
}

static int attach(struct ra_dir *d, struct ra_err *err)
{
    char url[512];
    int fd = -1, rc = ra_dir_connect(d, &fd, err);

    if (rc)
        return rc;
    snprintf(url, sizeof url, strchr(d->host, ':') ? "%s://[%s]:%s" : "%s://%s:%s",
             strncmp(d->o.uri, "ldaps:", 6) == 0 ? "ldaps" : "ldap", d->host, d->port);
    rc = ldap_init_fd(fd, LDAP_PROTO_EXT, url, &d->ld);
    if (rc == LDAP_SUCCESS && stack_layers(d) != 0) /* which unbind would not survive */
        ra_die("out of memory (libldap)");
    if (rc == LDAP_SUCCESS)
        return 0;
    close(fd);
    return ra_fail(err, RA_EINTERNAL, "libldap does not take the connection: %s",
                   ldap_err2string(rc));
}

void ra_dir_hang_up(struct ra_dir *d)
{
    if (d->ld)
        ldap_unbind_ext(d->ld, NULL, NULL);
    d->ld = NULL;
}

/* DCs of one name are not at the same USN: what was read from one does not fit the other. */
static int same_dc(struct ra_dir *d, struct ra_err *err)
{
    const char *now = d->root.ds_service_name;

    if (!d->dc)
        d->dc = now;
    if (!d->dc || !now || strcmp(d->dc, now) == 0)
        return 0;
    ra_fail(err, RA_ENETWORK, "the connection broke, and the uri now leads to %s instead of %s",
            now, d->dc);
    return ra_hint(err, "run again, or name one domain controller in uri");
}

static void note_who(struct ra_dir *d)
{
    static const char *const how[] = {"gssapi", "simple", "external"};
    char *name = NULL, text[512];

    if (d->o.auth == RA_DIR_GSSAPI)
        ldap_get_option(d->ld, LDAP_OPT_X_SASL_USERNAME, &name);
    snprintf(text, sizeof text, "%s:%s", how[d->o.auth],
             name                    ? name
             : d->o.bind_dn          ? d->o.bind_dn
             : d->o.certificate_file ? d->o.certificate_file
                                     : "");
    ldap_memfree(name);
    d->who = keep_z(d, text);
}

static int secure_and_sign_in(struct ra_dir *d, struct ra_err *err)
{
    int rc = 0;

    handle_options(d);
    if (d->tls)
        rc = ra_dir_start_tls(d, err);
    if (!rc)
        rc = ra_dir_bind(d, err);
    if (!rc && !d->who)
        note_who(d);
    if (!rc)
        rc = ra_dir_read_root(d, err);
    return rc ? rc : same_dc(d, err);
}

int ra_dir_session(struct ra_dir *d, struct ra_err *err)
{
    int rc = d->ld ? 0 : ra_dir_stopped(d, err);

    if (rc || d->ld)
        return rc;
    rc = attach(d, err);
    if (!rc)
        rc = secure_and_sign_in(d, err);
    if (rc)
        ra_dir_hang_up(d);
    d->used = d->lost = false;
    return rc ? ra_dir_blame(d, err) : 0;
}

int ra_dir_again(struct ra_dir *d, bool used, int rc, struct ra_err *err)
{
    if (!rc || !d->lost || !used || ra_dir_stopped(d, NULL))
        return rc ? rc : -RA_EINTERNAL;
    ra_log(RA_LOG_REQUESTS, "directory %s: the connection broke while idle; connecting again",
           d->o.name);
    ra_dir_hang_up(d);
    return ra_dir_session(d, err);
}

static int open_server(struct ra_dir *d, struct ra_err *err)
{
    int rc = take_apart_uri(d, err);

    if (!rc)
        rc = check_bind(d, err);
    return rc ? ra_dir_blame(d, err) : ra_dir_session(d, err);
}

static int open_dump(struct ra_dir *d, struct ra_err *err)
{
    d->root.base = d->o.base ? d->o.base : "";
    return ra_ldif_open(d->o.uri + strlen("ldif:"), &d->ldif, err) ? ra_dir_blame(d, err) : 0;
}

int ra_dir_open(const struct ra_dir_options *o, struct ra_dir **out, struct ra_err *err)
{
    struct ra_dir *d = ra_calloc(1, sizeof *d);
    int rc;

    copy_options(d, o);
    rc = strncasecmp(d->o.uri, "ldif:", 5) == 0 ? open_dump(d, err) : open_server(d, err);
    if (rc)
        ra_dir_close(&d);
    *out = d;
    return rc;
}

int ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err)
{
    struct ra_dir *n = ra_calloc(1, sizeof *n);
    int rc;

    copy_options(n, &d->o);
    n->peer = d->peer;
    n->peer_n = d->peer_n;
    n->dc = keep_z(n, d->dc);
    rc = d->ldif ? ra_fail(err, RA_EINTERNAL, "a dump is read by one alone") : open_server(n, err);
    if (rc)
        ra_dir_close(&n);
    *out = n;
    return rc;
}

const char *ra_dir_who(const struct ra_dir *d)
{
    return d->who ? d->who : "";
}

void ra_dir_close(struct ra_dir **d)
{
    if (!*d)
        return;
    ra_dir_hang_up(*d);
    ra_ldif_close(&(*d)->ldif);
    ra_arena_free(&(*d)->arena);
    free(*d);
    *d = NULL;
}

bool ra_dir_is_ldif(const struct ra_dir *d)
{
    return d->ldif != NULL;
}
