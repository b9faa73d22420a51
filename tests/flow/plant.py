#!/usr/bin/python3
# plant.py ORGANISATION CHECK
# Puts one fault into a clean organisation (reanchor-sample --clean): the one that `reanchor verify` names CHECK,
# V1 to V15, and no other.
import base64, json, os, sys, uuid

org, check = sys.argv[1:3]


def path(name):
    return os.path.join(org, "graph", name + ".json")


def load(name):
    with open(path(name), encoding="utf-8") as f:
        return json.load(f)


def save(name, what):
    with open(path(name), "w", encoding="utf-8") as f:
        json.dump(what, f)


def b64(data):
    return base64.b64encode(data).decode()


# An entry is a list of lines as they stand in the dump.
with open(os.path.join(org, "ad.ldif"), encoding="utf-8") as f:
    entries = [e.split("\n") for e in f.read().strip().split("\n\n")]
users = load("users")["value"]


def get(entry, name):
    for line in entry:
        if line.startswith(name + ":: "):
            return base64.b64decode(line[len(name) + 3:])
        if line.startswith(name + ": "):
            return line[len(name) + 2:].encode()
    return None


def put(entry, name, value):
    entry[:] = [l for l in entry if not l.startswith(name + ":")]
    entry.append(f"{name}:: {b64(value)}" if isinstance(value, bytes) else f"{name}: {value}")


def pairs():
    """Entries of people in scope, each with its cloud user; those whom the sample treats like everybody."""
    by_anchor = {u["onPremisesImmutableId"]: u for u in users if u.get("onPremisesSyncEnabled")}
    for e in entries:
        guid, own = get(e, "objectGUID"), get(e, "mS-DS-ConsistencyGuid")
        if guid and own and len(own) == 16 and b64(own) in by_anchor and get(e, "userPrincipalName"):
            yield e, by_anchor[b64(own)]


everybody = list(pairs())
first, second = everybody[100], everybody[101]


def new_entry():
    """A further person in scope, like the first and unlike anybody."""
    cn = b"Planted Person"
    guid = uuid.UUID(int=0x70000000000040008000000000000001).bytes_le
    keep = ("objectClass", "description", "userAccountControl")
    entry = [l for l in first[0] if l.startswith(keep)]
    dn = get(first[0], "dn").decode()
    put(entry, "dn", "CN=Planted Person," + dn.split(",", 1)[1])
    entry.insert(0, entry.pop())
    for name, value in (("cn", cn.decode()), ("sAMAccountName", "planted"), ("userPrincipalName", "planted@contoso.test"),
                        ("objectGUID", guid)):
        put(entry, name, value)
    entries.append(entry)
    return entry


def new_user(anchor, managed):
    users.append({"id": str(uuid.UUID(int=0x70000000000040008000000000000002)), "userPrincipalName": "planted@contoso.test",
                  "displayName": "Planted Person", "userType": "Member", "accountEnabled": True, "proxyAddresses": [],
                  "onPremisesSyncEnabled": None, "onPremisesImmutableId": anchor, "onPremisesObjectIdentifier": None,
                  "onPremisesSyncBehavior": {"isCloudManaged": managed}})


def v1():
    new_user("E0012345", True)


def v2():                        # the SID shows the pair, so that V6 names it too
    put(first[0], "mS-DS-ConsistencyGuid", bytes(range(16)))


def v3():
    put(new_entry(), "mS-DS-ConsistencyGuid", get(first[0], "mS-DS-ConsistencyGuid"))


def v4():
    group = next(e for e in entries if "objectClass: group" in e and get(e, "sAMAccountName") == b"grp000030")
    put(group, "mS-DS-ConsistencyGuid", b"four")


def v5():
    first[1]["onPremisesObjectIdentifier"] = "11111111-2222-3333-4444-555555555555"


def v6():
    first[1]["onPremisesSecurityIdentifier"] = "S-1-5-21-9-9-9-4711"


def v7():
    doc = load("onPremisesSynchronization")
    doc["value"][0]["configuration"]["anchorAttribute"] = "employeeID"
    save("onPremisesSynchronization", doc)


def v8():
    entries.remove(first[0])


def v9():
    first[1]["userPrincipalName"] = "planted+4711@contoso.onmicrosoft.com"


def v10():
    put(new_entry(), "msExchRecipientTypeDetails", "2")


def v11():
    entry = new_entry()
    dn = get(entry, "dn").decode().replace("CN=Planted Person", "CN=Planted Person\\0ACNF:70000000-0000-4000-8000-000000000001")
    entry[0] = "dn: " + dn


def v12():
    first[0].append(f"proxyAddresses: smtp:{get(second[0], 'sAMAccountName').decode()}@contoso.test")


def v13():
    new_user(b64(bytes(range(16))), False)


def v14():                       # on both sides at once: only who remembers can tell
    put(first[0], "mS-DS-ConsistencyGuid", bytes(range(16)))
    first[1]["onPremisesImmutableId"] = b64(bytes(range(16)))


def v15():
    anchor = first[1]["onPremisesImmutableId"]
    at = next(i for i, c in enumerate(anchor) if c.isalpha())
    anchor = anchor[:at] + anchor[at].swapcase() + anchor[at + 1:]
    second[1]["onPremisesImmutableId"] = anchor
    put(second[0], "mS-DS-ConsistencyGuid", base64.b64decode(anchor))


globals()[check.lower()]()
save("users", {"value": users})
with open(os.path.join(org, "ad.ldif"), "w", encoding="utf-8") as f:
    f.write("\n\n".join("\n".join(e) for e in entries) + "\n")
