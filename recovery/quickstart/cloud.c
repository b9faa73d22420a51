/* The cloud side: what Graph answers for $select of everything that is read. */
#include "recovery/quickstart/sample.h"

#include <string.h>

static void text(struct ra_json *j, const char *key, const char *value)
{
    ra_json_key(j, key);
    ra_json_z(j, *value ? value : NULL);
}

static void flag(struct ra_json *j, const char *key, bool v)
{
    ra_json_key(j, key);
    ra_json_bool(j, v);
}

static void sync_state(struct ra_json *j, const struct ra_sample_cloud *c)
{
    ra_json_key(j, "onPremisesSyncEnabled");
    if (c->synced == RA_SAMPLE_NEVER)
        ra_json_null(j);
    else
        ra_json_bool(j, c->synced == RA_SAMPLE_SYNCED);
    text(j, "onPremisesLastSyncDateTime",
         c->synced == RA_SAMPLE_NEVER ? "" : "2026-02-16T21:30:04Z");
}

static void addresses(struct ra_json *j, const struct ra_sample_cloud *c)
{
    ra_json_key(j, "proxyAddresses");
    ra_json_array(j);
    for (size_t i = 0; i < RA_SAMPLE_ADDRESSES; i++)
        if (*c->address[i])
            ra_json_z(j, c->address[i]);
    ra_json_array_end(j);
}

/* Also what beta answers of it, and the answer of its onPremisesSyncBehavior. */
static void hidden(struct ra_json *j, const struct ra_sample_cloud *c)
{
    ra_json_key(j, "onPremisesSyncBehavior");
    ra_json_object(j);
    flag(j, "isCloudManaged", c->cloud_managed);
    ra_json_object_end(j);
}

static void user(struct ra_json *j, const struct ra_org *o, const struct ra_sample_cloud *c)
{
    text(j, "userPrincipalName", c->upn);
    text(j, "userType", c->guest ? "Guest" : "Member");
    flag(j, "accountEnabled", !c->disabled);
    text(j, "createdDateTime", "2019-03-06T09:12:31Z");
    text(j, "onPremisesImmutableId", c->immutable_id);
    text(j, "onPremisesSecurityIdentifier", c->sid);
    text(j, "onPremisesSamAccountName", c->sam);
    text(j, "onPremisesDomainName", *c->sid ? o->domain : "");
    text(j, "onPremisesDistinguishedName", c->dn);
    text(j, "onPremisesUserPrincipalName", c->ad_upn);
    text(j, "onPremisesObjectIdentifier", c->identifier);
    text(j, "deletedDateTime", c->in == RA_OUT_DELETED_USERS ? "2026-02-11T16:40:12Z" : "");
}

static void group(struct ra_json *j, const struct ra_org *o, const struct ra_sample_cloud *c)
{
    flag(j, "mailEnabled", *c->mail);
    flag(j, "securityEnabled", c->security);
    ra_json_key(j, "groupTypes");
    ra_json_array(j);
    ra_json_array_end(j);
    ra_json_key(j, "isAssignableToRole");
    if (c->role_assignable)
        ra_json_bool(j, true);
    else
        ra_json_null(j);
    text(j, "createdDateTime", "2019-03-06T09:12:31Z");
    text(j, "onPremisesSecurityIdentifier", c->sid);
    text(j, "onPremisesSamAccountName", c->sam);
    text(j, "onPremisesDomainName", *c->sid ? o->domain : "");
}

static void device(struct ra_json *j, const struct ra_sample_cloud *c)
{
    text(j, "deviceId", c->device_id);
    flag(j, "accountEnabled", !c->disabled);
    text(j, "operatingSystem", "Windows");
    text(j, "trustType", c->synced == RA_SAMPLE_NEVER ? "AzureAd" : "ServerAd");
    text(j, "onPremisesSecurityIdentifier", c->sid);
}

void ra_sample_put_item(struct ra_org *o, enum ra_org_file in)
{
    if (o->listed[in])
        fputs(",\n", o->out[in]);
    o->listed[in] = true;
    fwrite(o->line.p, 1, o->line.n, o->out[in]);
    ra_buf_clear(&o->line);
}

void ra_sample_put_cloud(struct ra_org *o, const struct ra_sample_cloud *c)
{
    struct ra_json j;

    ra_json_init(&j, &o->line);
    ra_json_object(&j);
    text(&j, "id", c->id);
    text(&j, "displayName", c->display);
    if (c->in != RA_OUT_DEVICES) {
        text(&j, "mail", c->mail);
        text(&j, "mailNickname", c->nick);
        addresses(&j, c);
        ra_json_key(&j, "onPremisesProvisioningErrors");
        ra_json_array(&j);
        ra_json_array_end(&j);
        hidden(&j, c);
    }
    sync_state(&j, c);
    if (c->in == RA_OUT_USERS || c->in == RA_OUT_DELETED_USERS)
        user(&j, o, c);
    else if (c->in == RA_OUT_GROUPS)
        group(&j, o, c);
    else if (c->in == RA_OUT_DEVICES)
        device(&j, c);
    ra_json_object_end(&j);
    ra_sample_put_item(o, c->in);
}
