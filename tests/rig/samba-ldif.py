#!/usr/bin/python3
# samba-ldif.py DIR LDIF
# Fills the DC in DIR (samba-up.sh) from a dump of entries, straight into sam.ldb by Samba's own Python binding:
# objectGUIDs and SIDs are taken over as they stand. An entry with isDeleted is made at its last known parent and
# then deleted, so that what remains of it is what this domain leaves of a deleted object.
# Needs Debian's python3 (/usr/bin/python3), which python3-samba is for. No passwords.
import base64, os, sys, time
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

rig, path = sys.argv[1:3]
lp = LoadParm()
lp.load(os.path.join(rig, "etc/smb.conf"))
db = SamDB(url=os.path.join(rig, "private/sam.ldb"), session_info=system_session(), lp=lp, options=["batch_mode:1"])
OWN = ("dn", "cn", "whenCreated", "isDeleted", "lastKnownParent", "msDS-LastKnownRDN", "distinguishedName")




def entries(lines):
    """Each a list of (name, value as bytes). The dumps read here have no continuation lines."""
    entry = []
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if entry:
                yield entry
            entry = []
        elif not line.startswith(("version:", "#")):
            name, _, value = line.partition(":")
            entry.append((name, base64.b64decode(value[1:]) if value.startswith(":") else value.strip().encode()))
    if entry:
        yield entry


def add(entry):
    message = {}
    for name, value in entry:
        message.setdefault(name, []).append(value)
    deleted, dn = "isDeleted" in message, message["dn"][0].decode()
    if deleted:
        dn = f"CN={message['msDS-LastKnownRDN'][0].decode()},{message['lastKnownParent'][0].decode()}"
    out = {name: values for name, values in message.items() if name not in OWN}
    # relax: objectGUID and objectSid may be given, an account may lack a password
    db.add({"dn": dn, **out}, controls=["relax:0"])
    if deleted:
        db.delete(dn)


start, n = time.monotonic(), 0
db.transaction_start()
try:
    with open(path, encoding="ascii") as f:
        for entry in entries(f):
            add(entry)
            n += 1
except BaseException:
    db.transaction_cancel()
    raise
db.transaction_commit()
t = time.monotonic() - start
print(f"samba-ldif.py: {n} objects in {t:.1f} s, {n / t:.0f}/s", file=sys.stderr)
