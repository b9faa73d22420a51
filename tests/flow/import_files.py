#!/usr/bin/python3
"""import_files.py ORGANISATION OUT: what other tools would have left of this organisation.

Reads the saved responses of the tenant and the dump of AD, and writes, by the public descriptions of the formats:
  users.csv       Import-ADSyncToolsSourceAnchor: UserPrincipalName, ImmutableIdGUID (and columns of one's own)
  cs.xml          csexport of the Entra connector: users, groups, contacts, devices that are synced
  entra/          EntraExporter: Users/ID/ID.json and so on
  settings.json   the settings file of Entra Connect
  truth.tsv       kind, cloud id, anchor: what the tenant was given, worked out of AD
"""
import base64, json, os, struct, sys, uuid
from xml.sax.saxutils import escape, quoteattr

org, out = sys.argv[1:3]
os.makedirs(out, exist_ok=True)


def graph(name):
    return json.load(open(f"{org}/graph/{name}.json", encoding="utf-8"))["value"]


def entries():
    entry, last = {}, None
    for line in open(f"{org}/ad.ldif", encoding="utf-8"):
        line = line.rstrip("\n")
        if not line:
            if entry:
                yield entry
            entry = {}
        elif line[0] == "#" or line.startswith("version:"):
            continue
        else:
            name, _, value = line.partition(":")
            value = base64.b64decode(value[1:]) if value.startswith(":") else value.strip().encode()
            entry.setdefault(name, []).append(value)
    if entry:
        yield entry


def sid(b):
    parts = struct.unpack_from("<%dI" % b[1], b, 8)
    return "-".join(["S", "1", str(int.from_bytes(b[2:8], "big"))] + [str(p) for p in parts])


def sid_bytes(text):
    parts = text.split("-")
    return bytes([1, len(parts) - 3]) + int(parts[2]).to_bytes(6, "big") + struct.pack(
        "<%dI" % (len(parts) - 3), *[int(p) for p in parts[3:]])


def primary(addresses):
    return next((a[5:].lower() for a in addresses if a.startswith("SMTP:")), None)


def live(e):
    return b"TRUE" not in e.get("isDeleted", [])


ad = [e for e in entries() if "objectGUID" in e and live(e)]
groups = {sid(e["objectSid"][0]): e for e in ad if b"group" in e["objectClass"] and "objectSid" in e}
contacts = {primary([v.decode() for v in e.get("proxyAddresses", [])]): e for e in ad if b"contact" in e["objectClass"]}
devices = {str(uuid.UUID(bytes_le=e["objectGUID"][0])): e for e in ad if b"computer" in e["objectClass"]}
stamped = any("mS-DS-ConsistencyGuid" in e for e in ad)


def anchor_of(kind, o):
    if kind == "user":
        return o["onPremisesImmutableId"]
    e = {"group": groups.get(o.get("onPremisesSecurityIdentifier")),
         "contact": contacts.get(primary(o.get("proxyAddresses") or [])),
         "device": devices.get(o.get("deviceId"))}[kind]
    if e is None:
        return None
    guid = e["objectGUID"][0]
    if kind == "group" and stamped:
        guid = e.get("mS-DS-ConsistencyGuid", [guid])[0]
    return base64.b64encode(guid).decode()


def blob(text):
    b = text.encode("utf-16-le")
    return base64.b64encode(struct.pack("<I", len(b)) + b).decode()


def attr(name, values, kind="string"):
    values = [v for v in values if v]
    if not values:
        return ""
    enc = ' encoding="base64"' if kind == "binary" else ""
    body = "".join(f"   <value{enc}>{escape(v)}</value>\n" for v in values)
    multi = "true" if name == "proxyAddresses" else "false"
    return f'  <attr name="{name}" type="{kind}" multivalued="{multi}">\n{body}  </attr>\n'


def cs_object(kind, o, anchor):
    dn = "CN={%s}" % anchor.encode().hex().upper()
    cloud = "%s_%s" % (kind.capitalize(), o["id"])
    s = o.get("onPremisesSecurityIdentifier")
    ooi = o.get("onPremisesObjectIdentifier")
    return (f' <cs-object cs-dn="{dn}" id="{{{str(uuid.uuid5(uuid.NAMESPACE_OID, dn)).upper()}}}" object-type="{kind}">\n'
            f' <unapplied-export/>\n <synchronized-hologram>\n <entry dn="{dn}">\n'
            f'  <anchor encoding="base64">{blob(cloud)}</anchor>\n'
            f'  <primary-objectclass>{kind}</primary-objectclass>\n  <objectclass><oc-value>{kind}</oc-value></objectclass>\n'
            + attr("cloudAnchor", [cloud]) + attr("sourceAnchor", [anchor]) + attr("cloudMastered", ["false"])
            + attr("displayName", [o.get("displayName")]) + attr("userPrincipalName", [o.get("userPrincipalName")])
            + attr("proxyAddresses", o.get("proxyAddresses") or [])
            + attr("onPremiseSecurityIdentifier", [base64.b64encode(sid_bytes(s)).decode() if s else None], "binary")
            + attr("onPremisesObjectIdentifier",
                   [base64.b64encode(uuid.UUID(ooi).bytes_le).decode() if ooi else None], "binary")
            + '  <dn-attr name="manager" multivalued="false">\n   <dn-value><dn>CN={41}</dn></dn-value>\n  </dn-attr>\n'
            + ' </entry>\n </synchronized-hologram>\n <connector>1</connector>\n </cs-object>\n')


kinds = [("user", "users", "Users"), ("group", "groups", "Groups"), ("contact", "contacts", "Contacts"),
         ("device", "devices", "Devices")]
xml, truth = [], []
for kind, name, folder in kinds:
    for o in graph(name):
        where = f"{out}/entra/{folder}/{o['id']}"
        os.makedirs(where)
        with open(f"{where}/{o['id']}.json", "w", encoding="utf-8") as f:
            json.dump(o, f, indent=2, ensure_ascii=False)
        anchor = anchor_of(kind, o) if o.get("onPremisesSyncEnabled") else None
        if anchor:
            xml.append(cs_object(kind, o, anchor))
            truth.append((kind, o["id"], anchor))
with open(f"{out}/cs.xml", "w", encoding="utf-8") as f:
    f.write('<?xml version="1.0" encoding="UTF-8"?>\n<cs-objects>\n' + "".join(xml) + "</cs-objects>\n")
with open(f"{out}/truth.tsv", "w") as f:
    f.writelines("\t".join(t) + "\n" for t in sorted(truth))

tenant = graph("organization")[0]["id"]
os.makedirs(f"{out}/entra/Organization/{tenant}")
json.dump(graph("organization")[0], open(f"{out}/entra/Organization/{tenant}/{tenant}.json", "w"))

with open(f"{out}/users.csv", "w", encoding="utf-8", newline="") as f:
    f.write('"UserPrincipalName","ImmutableIdGUID","Remark, of one\'s own"\r\n')
    for o in graph("users"):
        a = o.get("onPremisesImmutableId")
        if o.get("onPremisesSyncEnabled") and a:
            try:
                b = base64.b64decode(a, validate=True)
            except ValueError:
                continue
            if len(b) != 16:  # the module writes GUIDs
                continue
            f.write(f'"{o["userPrincipalName"]}","{uuid.UUID(bytes_le=b)}","say ""hello"", twice\r\nover"\r\n')

json.dump({
    "deploymentMetadata": {"version": "2.5.76.0"},
    "onpremisesDirectoryPolicy": [{
        "friendlyName": "contoso.test", "fullyQualifiedDomainName": "contoso.test",
        "uniqueIdentifier": str(uuid.uuid5(uuid.NAMESPACE_DNS, "contoso.test")),
        "partitionFilters": [{
            "distinguishedName": "DC=contoso,DC=test",
            "containerInclusions": ["OU=Contoso,DC=contoso,DC=test"],
            "containerExclusions": ["DC=contoso,DC=test", "OU=Service Accounts,OU=Contoso,DC=contoso,DC=test"]}],
        "customSynchronizationRules": [{"name": "In from AD - leave out trainees", "precedence": 50,
                                        "attributeMappings": [{"destination": "cloudFiltered", "source": ["True"]}]}],
        "standardSynchronizationRules": []}],
    "azureDirectoryPolicy": {"customSynchronizationRules": []},
    "globalSettings": {"Parameters": [
        {"Name": "Microsoft.SynchronizationOption.AnchorAttribute", "Value": "mS-DS-ConsistencyGuid" if stamped else "objectGUID"},
        {"Name": "Microsoft.SynchronizationOption.UPNAttribute", "Value": "userPrincipalName"}]},
}, open(f"{out}/settings.json", "w"), indent=2)
