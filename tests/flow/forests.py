#!/usr/bin/python3
# forests.py FOLDER
# Two forests and a tenant, a few people each: FOLDER/contoso.ldif and fabrikam.ldif, FOLDER/graph with what the tenant
# answers, FOLDER/expected.ndjson with the verdict of each. contoso.test has the mailboxes and lost some of its accounts
# to fabrikam.test, where accounts are enabled (domain 1.5).
import base64, json, os, sys, uuid

to = sys.argv[1]
DOMAINS = {"contoso": ("DC=contoso,DC=test", "S-1-5-21-1004336348-1177238915-682003330"),
           "fabrikam": ("DC=fabrikam,DC=test", "S-1-5-21-2004336348-2177238915-782003330")}
os.makedirs(to + "/graph", exist_ok=True)
entries = {forest: [] for forest in DOMAINS}
users, expected = [], []
rids = {forest: 5000 for forest in DOMAINS}
numbers = iter(range(1, 1000))


def b64(data):
    return base64.b64encode(data).decode()


def sid_bytes(text):
    parts = [int(p) for p in text.split("-")[3:]]
    return bytes([1, len(parts)]) + int(text.split("-")[2]).to_bytes(6, "big") + b"".join(p.to_bytes(4, "little") for p in parts)


def guid():
    return uuid.UUID(int=0x70000000000040008000000000000000 + next(numbers))


def new_sid(forest):
    rids[forest] += 1
    return f"{DOMAINS[forest][1]}-{rids[forest]}"


class Account:
    """One user object: in a forest, in OU=People, enabled; anchored by its own objectGUID unless stamped."""

    def __init__(self, forest, name, *, mail=None, stamp=None, history=(), linked=None, enabled=True, gone=False):
        self.forest, self.name, self.guid, self.sid = forest, name, guid(), new_sid(forest)
        base = DOMAINS[forest][0]
        self.mail = mail or f"{name}@{forest}.test"
        self.anchor = b64(stamp or self.guid.bytes_le)
        self.lines = [f"dn: CN={name},OU=People,{base}", "objectClass: top", "objectClass: person", "objectClass: organizationalPerson",
                      "objectClass: user", f"sAMAccountName: {name}", f"displayName: {name}", f"userPrincipalName: {name}@{forest}.test",
                      f"mail: {self.mail}", f"proxyAddresses: SMTP:{self.mail}", f"objectGUID:: {b64(self.guid.bytes_le)}",
                      f"objectSid:: {b64(sid_bytes(self.sid))}", f"userAccountControl: {512 if enabled else 514}"]
        if stamp:
            self.lines.append(f"mS-DS-ConsistencyGuid:: {b64(stamp)}")
        for old in history:
            self.lines.append(f"sIDHistory:: {b64(sid_bytes(old))}")
        if linked:
            self.lines += ["msExchRecipientTypeDetails: 2", f"msExchMasterAccountSid:: {b64(sid_bytes(linked))}"]
        if not gone:
            entries[forest].append(self)

    def deleted(self):
        """In the Recycle Bin of its forest, as the rig's loader takes it."""
        self.lines += ["isDeleted: TRUE", f"lastKnownParent: OU=People,{DOMAINS[self.forest][0]}", f"msDS-LastKnownRDN: {self.name}"]
        entries[self.forest].append(self)
        return self

    def stamped(self, value):
        self.lines.append(f"mS-DS-ConsistencyGuid:: {b64(value)}")
        self.anchor = b64(value)
        return self

    def cloud(self, *, anchor=None, sid=None, identifier="own", upn=None, mail=None):
        """Its synced cloud user, as the service has it."""
        identifier = str(self.guid) if identifier == "own" else identifier
        users.append({"id": str(guid()), "userPrincipalName": upn or f"{self.name}@{self.forest}.test", "displayName": self.name,
                      "userType": "Member", "accountEnabled": True, "mail": mail or self.mail,
                      "proxyAddresses": ["SMTP:" + (mail or self.mail)], "onPremisesSyncEnabled": True,
                      "onPremisesImmutableId": anchor or self.anchor, "onPremisesSecurityIdentifier": sid or self.sid,
                      "onPremisesObjectIdentifier": identifier, "onPremisesSyncBehavior": {"isCloudManaged": False}})
        return users[-1]

    def expect(self, code, cloud=None, warnings=(), cause=None, blocks=()):
        expected.append({"side": "ad", "kind": "user", "id": str(self.guid), "code": code, "cause": cause,
                         "warnings": sorted(warnings), "blocks": list(blocks), "peer": cloud and cloud["id"], "name": self.name})
        return self


def orphan(cloud, cause, name):
    expected.append({"side": "cloud", "kind": "user", "id": cloud["id"], "code": "ORPHAN", "cause": cause, "warnings": [],
                     "blocks": [], "peer": cloud["id"], "name": name})


def steady(forest, name):
    a = Account(forest, name).stamped(guid().bytes_le)
    return a.expect("MATCH_HARD", a.cloud())


for i in range(20):
    steady("contoso", f"c{i:02}")
    steady("fabrikam", f"f{i:02}")

# Migrated with its anchor: the old account is gone, its SID stands in the history. Once the service has forgotten what it
# was bound to, and once it has not.
for name, bound in (("moved", False), ("bound", True)):
    old = Account("contoso", name, gone=True)
    new = Account("fabrikam", name, mail=old.mail, stamp=old.guid.bytes_le, history=[old.sid])
    c = old.cloud(identifier="own" if bound else None, upn=f"{name}@fabrikam.test")
    if bound:
        new.expect("BLOCK_OOI", c, blocks=["BLOCK_OOI"])
    else:
        new.expect("MATCH_HARD", c, ["WARN_SID"])

# Migrated without it: nothing but the history tells.
old = Account("contoso", "lost", gone=True).deleted()
Account("fabrikam", "found", history=[old.sid]).expect("ADD")
orphan(old.cloud(), "ad-deleted", "lost")

# Twice: the same anchor in both; the same mail, one of them synced; the same mail, neither.
first = steady("contoso", "twin")
second = Account("fabrikam", "twin", stamp=base64.b64decode(first.anchor))
expected.pop()
for a in (first, second):
    a.expect("BLOCK_DUP_ANCHOR", users[-1], blocks=["BLOCK_DUP_ANCHOR"])
first = Account("contoso", "pair")
first.expect("MATCH_HARD", first.cloud(), ["NEEDS_STAMP", "WARN_AD_DUP"])
Account("fabrikam", "pair", mail=first.mail).expect("ANCHOR_CONFLICT", users[-1])
for forest in DOMAINS:
    Account(forest, "fresh", mail="fresh@contoso.test").expect("CONFLICT_AD_DUP")

# Linked mailboxes: with its master, with a master that was migrated since, with none that was read.
master = Account("fabrikam", "lena")
master.expect("MATCH_HARD", master.cloud(upn="lena@fabrikam.test", mail="lena@contoso.test"), ["NEEDS_STAMP"])
master.lines = [line.replace("lena@fabrikam.test", "lena@contoso.test") if "ddress" in line or line.startswith("mail:") else line
                for line in master.lines]
Account("contoso", "lena", linked=master.sid, enabled=False).expect("SKIP_LINKED")
former = f"{DOMAINS['contoso'][1]}-4711"
owner = Account("fabrikam", "otto", history=[former])
owner.expect("MATCH_HARD", owner.cloud(), ["NEEDS_STAMP"])
Account("contoso", "otto", linked=former, enabled=False).expect("SKIP_LINKED")
Account("contoso", "nora", linked="S-1-5-21-7-7-7-7", enabled=False).expect("SKIP_LINKED")

# Their value was overwritten, in each forest: what apply has to put right.
for forest in DOMAINS:
    a = Account(forest, "drift")
    c = a.cloud()
    a.stamped(guid().bytes_le).expect("ANCHOR_DRIFT", c)
    orphan(c, "anchor-drift", "drift")

for forest, (base, _) in DOMAINS.items():
    with open(f"{to}/{forest}.ldif", "w", encoding="ascii") as f:
        f.write(f"dn: OU=People,{base}\nobjectClass: organizationalUnit\nou: People\n\n")
        for a in entries[forest]:
            f.write("\n".join(a.lines) + "\n\n")
graph = {"users": users, "groups": [], "contacts": [], "devices": [], "deletedUsers": [], "roleAssignments": [], "roleDefinitions": [],
         "roleEligibilityScheduleInstances": [], "roleGroupMembers": [],
         "organization": [{"id": "7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f", "displayName": "Contoso", "onPremisesSyncEnabled": True,
                           "onPremisesLastSyncDateTime": "2026-01-05T08:00:00Z"}],
         "domains": [{"id": d, "isVerified": True, "isInitial": d.endswith("microsoft.com")}
                     for d in ("contoso.test", "fabrikam.test", "contoso.onmicrosoft.com")],
         "onPremisesSynchronization": [{"id": "7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f", "configuration": {
             "accidentalDeletionPrevention": {"synchronizationPreventionType": "enabledForCount", "alertThreshold": 500}}, "features": {
             "blockCloudObjectTakeoverThroughHardMatchEnabled": True, "blockSoftMatchEnabled": True, "softMatchOnUpnEnabled": True,
             "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": False}}]}
for name, value in graph.items():
    with open(f"{to}/graph/{name}.json", "w", encoding="utf-8") as f:
        json.dump({"value": value}, f)
with open(f"{to}/expected.ndjson", "w", encoding="utf-8") as f:
    for e in expected:
        f.write(json.dumps(e) + "\n")
