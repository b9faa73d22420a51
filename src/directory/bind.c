#include "src/base/secret.h"
#include "src/directory/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* AD tells why in hexadecimal behind "data"; the numbers are Windows' logon errors. */
static const struct reason {
    const char *data, *text, *hint;
} reasons[] = {
    {"525", "no such account", "check bind_dn: a DN or user@domain"},
    {"52e", "wrong password, or no such account",
     "check bind_dn and the contents of password_file"},
    {"530", "not allowed to log on at this hour", "widen the account's logon hours"},
    {"531", "not allowed to log on from this computer", "widen the account's list of workstations"},
    {"532", "the password has expired", "set a new password, or one that does not expire"},
    {"533", "the account is disabled", "enable the account"},
    {"701", "the account has expired", "move the account's expiry date"},
    {"773", "the password must be changed at the next logon", "set a password without that flag"},
    {"775", "the account is locked out", "unlock it, and look for who used a wrong password"},
    {"80090346", "the channel binding is wrong or missing",
     "something between here and the domain controller ends TLS; connect to the controller itself"},
};

static const struct reason *reason_of(const char *text)
{
    const char *data = strstr(text, "data ");

    for (size_t i = 0; data && i < sizeof reasons / sizeof reasons[0]; i++) {
        size_t n = strlen(reasons[i].data);

        if (strncasecmp(data + 5, reasons[i].data, n) == 0 &&
            !strchr("0123456789abcdef", data[5 + n]))
            return &reasons[i];
    }
    return strstr(text, "80090346") ? &reasons[sizeof reasons / sizeof reasons[0] - 1] : NULL;
}

static int refused(struct ra_dir *d, const struct ra_dir_result *r, struct ra_err *err)
{
    const struct reason *why = reason_of(r->text);
    const char *who = d->o.auth == RA_DIR_SIMPLE ? d->o.bind_dn : "the account";

    if (r->code == LDAP_BUSY || r->code == LDAP_UNAVAILABLE)
        return ra_fail(err, RA_ESERVER, "bind: %s (%d): %s", ldap_err2string(r->code), r->code,
                       r->text);
    ra_fail(err, RA_ESIGNIN, "bind as %s refused: %s (%d)%s%s", who,
            why ? why->text : ldap_err2string(r->code), r->code, r->text[0] ? ": " : "", r->text);
    if (r->code == LDAP_STRONG_AUTH_REQUIRED && d->o.auth == RA_DIR_GSSAPI && d->tls)
        return ra_hint(err, "this server takes Kerberos only without TLS, where Kerberos itself "
                            "encrypts: use ldap://");
    if (r->code == LDAP_STRONG_AUTH_REQUIRED || r->code == LDAP_CONFIDENTIALITY_REQUIRED)
        return ra_hint(err, "the server wants TLS or a signed connection: use ldaps://");
    return ra_hint(err, "%s", why ? why->hint : "check auth, bind_dn and password_file");
}

static int judge(struct ra_dir *d, LDAPMessage *msg, struct ra_err *err)
{
    struct ra_dir_result result;
    int rc = ra_dir_result(d, msg, &result, NULL, err);

    if (rc || result.code == LDAP_SUCCESS)
        return rc;
    return refused(d, &result, err);
}

/* One request, one answer: simple, and EXTERNAL, whose identity is the client certificate's. */
static int bind_once(struct ra_dir *d, const char *dn, const char *mechanism, struct berval *cred,
                     struct ra_err *err)
{
    LDAPMessage *msg = NULL;
    int msgid, rc = ldap_sasl_bind(d->ld, dn, mechanism, cred, NULL, NULL, &msgid);

    if (rc != LDAP_SUCCESS)
        return ra_fail(err, RA_ENETWORK, "bind could not be sent: %s", ldap_err2string(rc));
    rc = ra_dir_wait(d, msgid, LDAP_MSG_ALL, &msg, err);
    if (rc)
        return ra_prefix(err, "bind");
    rc = judge(d, msg, err);
    ldap_msgfree(msg);
    return rc;
}

static int bind_simple(struct ra_dir *d, struct ra_err *err)
{
    struct ra_secret *secret = NULL;
    struct ra_str password;
    struct berval cred;
    int rc = ra_secret_read(d->o.password_file, &secret, err);

    if (rc)
        return ra_prefix(err, "password_file");
    password = ra_secret_reveal(secret);
    cred = (struct berval){.bv_len = password.n};
    memcpy(&cred.bv_val, &password.p, sizeof cred.bv_val);
    rc = bind_once(d, d->o.bind_dn, LDAP_SASL_SIMPLE, &cred, err);
    ra_secret_free(&secret);
    return rc;
}

/* GSSAPI asks for an authorization name; leaving it empty means the ticket's own. */
static int no_questions(LDAP *ld, unsigned flags, void *defaults, void *interact)
{
    (void)ld;
    (void)flags;
    (void)defaults;
    (void)interact;
    return LDAP_SUCCESS;
}

/* Over TLS the DC refuses a second layer, and wants to know which TLS channel the ticket came by;
 * without TLS the GSSAPI layer itself must encrypt. */
static void secure_gssapi(struct ra_dir *d)
{
    ber_len_t least = d->tls ? 0 : 56, most = d->tls ? 0 : 0x7fffffff;
    int binding = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;

    ldap_set_option(d->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
    ldap_set_option(d->ld, LDAP_OPT_X_SASL_SSF_MIN, &least);
    ldap_set_option(d->ld, LDAP_OPT_X_SASL_SSF_MAX, &most);
    if (d->tls)
        ldap_set_option(d->ld, LDAP_OPT_X_SASL_CBINDING, &binding);
}

static int no_ticket(struct ra_dir *d, int rc, struct ra_err *err)
{
    char text[512];

    ra_dir_local_text(d, rc, text, sizeof text);
    ra_fail(err, RA_ESIGNIN, "Kerberos bind failed: %s", text);
    if (rc == LDAP_AUTH_UNKNOWN || strstr(text, "mechanism available"))
        return ra_hint(err,
                       "the Kerberos mechanism is not installed here: it comes with the package "
                       "libsasl2-modules-gssapi-mit");
    return ra_hint(err,
                   "check with klist for a ticket, or set KRB5_CLIENT_KTNAME to a keytab; uri must "
                   "name the domain controller as its service principal ldap/NAME does");
}

static int bind_gssapi(struct ra_dir *d, struct ra_err *err)
{
    const char *mechanism = NULL;
    LDAPMessage *msg = NULL;
    int msgid = 0, rc, failed;

    secure_gssapi(d);
    for (;;) {
        rc = ldap_sasl_interactive_bind(d->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
                                        no_questions, NULL, msg, &mechanism, &msgid);
        if (rc != LDAP_SASL_BIND_IN_PROGRESS)
            break;
        ldap_msgfree(msg);
        failed = ra_dir_wait(d, msgid, LDAP_MSG_ALL, &msg, err);
        if (failed)
            return ra_prefix(err, "bind");
    }
    failed = 0;
    if (rc != LDAP_SUCCESS) {
        failed = msg ? judge(d, msg, err) : 0;
        if (!failed)
            failed = no_ticket(d, rc, err);
    }
    ldap_msgfree(msg);
    return failed;
}

int ra_dir_bind(struct ra_dir *d, struct ra_err *err)
{
    char empty[] =
        ""; /* a NULL would leave the credentials out, and the server would ask for them */
    struct berval nobody = {.bv_val = empty};

    switch (d->o.auth) {
    case RA_DIR_SIMPLE:
        return bind_simple(d, err);
    case RA_DIR_GSSAPI:
        return bind_gssapi(d, err);
    case RA_DIR_EXTERNAL:
        return bind_once(d, NULL, "EXTERNAL", &nobody, err);
    }
    return ra_fail(err, RA_EINTERNAL, "no such way to bind");
}
