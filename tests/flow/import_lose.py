#!/usr/bin/python3
"""import_lose.py AD-LDIF TRUTH OUT: a user's mS-DS-ConsistencyGuid is gone, and a group was given another one. Prints
the kind, the cloud id and the anchor of both."""
import re, sys

records = open(sys.argv[1], encoding="utf-8").read().split("\n\n")
truth = {anchor: (kind, cloud) for kind, cloud, anchor in (line.rstrip("\n").split("\t") for line in open(sys.argv[2]))}
user = group = None


def value(record, name):
    found = re.search(r"^%s:: (.*)$" % name, record, re.M)
    return found and found.group(1)


for i, r in enumerate(records):
    guid, stamp = value(r, "objectGUID"), value(r, "mS-DS-ConsistencyGuid")
    if not user and stamp and stamp != guid and len(stamp) == 24 and truth.get(stamp, [""])[0] == "user":
        user = stamp
        records[i] = re.sub(r"\nmS-DS-ConsistencyGuid:: .*", "", r)
    elif not group and not stamp and truth.get(guid, [""])[0] == "group":
        group = guid
        records[i] = r + "\nmS-DS-ConsistencyGuid:: AQAAAAAAAAAAAAAAAAAAAA=="
open(sys.argv[3], "w", encoding="utf-8").write("\n\n".join(records))
for anchor in (user, group):
    print(*truth[anchor], anchor, sep="\t")
