#!/usr/bin/python3
# samba-load.py DIR [--seed S] [--users N] [--groups N] [--contacts N] [--first I] [--batch N]
# Fills the DC in DIR (samba-up.sh) with rigdata.py's objects, objectGUIDs included, straight into sam.ldb by Samba's own
# Python binding: all of AD's checks, no LDAP. The DC may be up or down; while a batch commits, its readers wait.
# Needs Debian's python3 (/usr/bin/python3), which python3-samba is for. No passwords (a hash costs more than the object).
import argparse, os, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ldb, rigdata
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

ap = argparse.ArgumentParser()
ap.add_argument("dir")
ap.add_argument("--seed", default="1")
ap.add_argument("--users", type=int, default=1000)
ap.add_argument("--groups", type=int, default=0)
ap.add_argument("--contacts", type=int, default=0)
ap.add_argument("--first", type=int, default=0, help="number of the first user, group, contact")
ap.add_argument("--batch", type=int, default=5000, help="objects to a transaction")
ap.add_argument("--no-exchange", action="store_true", help="leave out the attributes of the Exchange schema")
o = ap.parse_args()

lp = LoadParm()
lp.load(os.path.join(o.dir, "etc/smb.conf"))
db = SamDB(url=os.path.join(o.dir, "private/sam.ldb"), session_info=system_session(), lp=lp, options=["batch_mode:1"])
base, suffix = str(db.domain_dn()), lp.get("realm").lower()
EXCHANGE = ("mailNickname", "targetAddress", "msExchRecipientTypeDetails", "msExchRecipientDisplayType",
            "msExchRemoteRecipientType", "extensionAttribute1")


def objects():
    r = range(o.first, o.first + o.users)
    yield from (rigdata.person(o.seed, i, base, suffix) for i in r)
    yield from (rigdata.contact(o.seed, i, base, suffix) for i in range(o.first, o.first + o.contacts))
    yield from (rigdata.group(o.seed, i, base, suffix, o.users) for i in range(o.first, o.first + o.groups))


def add(dn, a):
    m = {"dn": dn}
    for k, v in a.items():
        if o.no_exchange and k in EXCHANGE or k == "cn":
            continue
        m[k] = [x.encode() if isinstance(x, str) else x for x in v]
    db.add(m, controls=["relax:0"])         # relax: objectGUID may be given, an account may lack a password


for dn, a in rigdata.ous(base):
    try:
        db.add({"dn": dn, "objectClass": "organizationalUnit"})
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_ENTRY_ALREADY_EXISTS:
            raise
start = last = time.monotonic()
n = 0
db.transaction_start()
try:
    for dn, a in objects():
        add(dn, a)
        n += 1
        if n % o.batch == 0:
            db.transaction_commit()
            now = time.monotonic()
            print(f"{n} objects, {o.batch / (now - last):.0f}/s", file=sys.stderr)
            last = now
            db.transaction_start()
except BaseException:
    db.transaction_cancel()
    raise
db.transaction_commit()
t = time.monotonic() - start
print(f"samba-load.py: {n} objects in {t:.1f} s, {n / t:.0f}/s", file=sys.stderr)
