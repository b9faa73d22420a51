/* What `reanchor doctor` says where nothing is configured yet: the way to a working configuration,
 * in the order in which it is gone. */
#include "recovery/cli/doctor.h"
#include "src/graph/graph.h"

#include <string.h>

static const char way[] =
    "Step by step to a working configuration:\n"
    "\n"
    "1. A configuration to fill in, /etc/reanchor/reanchor.conf. The Debian package has put one\n"
    "   there; without it:\n"
    "     install -d -m 0750 /etc/reanchor\n"
    "     reanchor config example > /etc/reanchor/reanchor.conf\n"
    "\n"
    "2. An application in the tenant (Entra admin centre, App registrations, New registration,\n"
    "   single tenant, no redirect URI). Its Application (client) ID is client_id in [tenant], "
    "its\n"
    "   Directory (tenant) ID is id.\n"
    "\n"
    "3. A certificate for it, uploaded there under Certificates & secrets:\n"
    "     cd /etc/reanchor && umask 077\n"
    "     openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 365 -subj /CN=reanchor \\\n"
    "       -keyout app.key -out app.crt\n"
    "   certificate_file and private_key_file name the two files.\n"
    "\n"
    "4. Application permissions of Microsoft Graph, with admin consent:\n";

static const char rest[] = "\n"
                           "5. A section [ad:NAME] for each domain: uri = ldaps://a domain "
                           "controller, and an account that\n"
                           "   may read every object (bind_dn, and its password in a file of mode "
                           "0600), or auth = gssapi.\n"
                           "\n"
                           "6. reanchor config check, then reanchor doctor again: it tries "
                           "everything that a rebuild needs\n"
                           "   and names what is missing.\n"
                           "\n";

static void print_permission(const struct ra_permission *p, const struct ra_permission *before[],
                             size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(before[i]->name, p->name) == 0)
            return;
    before[(*n)++] = p;
    printf("     %-44s %s\n", p->name, p->app_role_id);
}

void ra_doctor_start(void)
{
    const struct ra_permission *seen[RA_COLLECTIONS + RA_DOCUMENTS];
    size_t n = 0;

    fputs(way, stdout);
    for (int c = 0; c < RA_COLLECTIONS; c++)
        print_permission(ra_collection_permission((enum ra_collection)c), seen, &n);
    for (int d = 0; d < RA_DOCUMENTS; d++)
        print_permission(ra_document_permission((enum ra_document)d), seen, &n);
    fputs(rest, stdout);
}
