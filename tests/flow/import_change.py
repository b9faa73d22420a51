#!/usr/bin/python3
"""import_change.py CS-XML OUT: two groups whose anchors changed places, one with an anchor that nobody has, and a user
of whom the tenant has another one."""
import re, sys

objects = re.split(r"(?= <cs-object )", open(sys.argv[1], encoding="utf-8").read())


def of_kind(kind):
    return [i for i, o in enumerate(objects) if f'object-type="{kind}"' in o]


def anchor(i):
    return re.search(r"sourceAnchor.*?<value>([^<]*)", objects[i], re.S).group(1)


def give(i, old, new):
    for a, b in ((old.encode().hex().upper(), new.encode().hex().upper()), (old, new)):
        objects[i] = objects[i].replace(a, b)


a, b, c = of_kind("group")[:3]
x, y = anchor(a), anchor(b)
give(a, x, y)
give(b, y, x)
give(c, anchor(c), "AAAAAAAAAAAAAAAAAAAAAA==")
u = next(i for i in of_kind("user") if len(anchor(i)) == 24)
give(u, anchor(u), "AQEBAQEBAQEBAQEBAQEBAQ==")
open(sys.argv[2], "w", encoding="utf-8").write("".join(objects))
