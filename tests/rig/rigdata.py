# rigdata.py: the same test directory from the same seed, for samba-load.py and slapd-gen.py.
#
# person(seed, i, base, upn_suffix) and so on give (dn, attributes): a dict of lists of str or bytes. Everything about
# object i of a kind comes from sha256("seed:kind:i"), so any one object can be had without making the ones before it.
#
# What is in the mix, by i (so that tests can count on it):
#   mS-DS-ConsistencyGuid   absent in 1 of 10 (i % 10 == 3); another GUID than objectGUID in 1 of 20 (i % 20 == 7, a moved
#                           user); else objectGUID's bytes
#   userAccountControl      514 (disabled) in 1 of 25 (i % 25 == 11), else 512
#   mail, proxyAddresses    absent in 1 of 8 (i % 8 == 5); else 1 to 4 addresses, one of them SMTP:
#   non-ASCII names         1 of 16 (i % 16 == 9)
#   msExch*                 remote mailbox for those with mail, none for the rest
import hashlib, struct, uuid

FIRST = "Adele Alex Amara Bianca Carlos Chidi Dana Emeka Farah Grady Hana Irvin Isaiah Joni Lee Lidia Lynne Megan Miriam Nestor Olga Patti Pradeep Raul Sunil Tove Uma Wei Ximena Yara".split()
LAST = "Adams Bennett Cho Dubois Evans Farouk Garcia Hansen Ito Jensen Kumar Lopez Meyer Novak Okafor Patel Quinn Rossi Schmidt Tanaka Ueda Vance Wilber Xu Young Zhang".split()
FIRST_U = ["Zoë", "Jürgen", "Łukasz", "André", "Søren", "Дмитрий", "陽子", "Ñuria"]
LAST_U = ["Müller", "Gödel", "Šimůnek", "Brontë", "Ångström", "Иванов", "山田", "Íñiguez"]
DEPT = "Finance Sales Legal Research Support Facilities Logistics Marketing".split()
NOUS = 10


def digest(seed, kind, i):
    return hashlib.sha256(f"{seed}:{kind}:{i}".encode()).digest()


def guid(h):
    """Sixteen bytes as AD stores an objectGUID (little-endian fields), version 4."""
    b = bytearray(h[:16])
    b[7] = (b[7] & 0x0F) | 0x40     # time_hi's high byte is byte 7 in this order
    b[8] = (b[8] & 0x3F) | 0x80
    return bytes(b)


def guid_text(b):
    return str(uuid.UUID(bytes_le=b))


def sid(rid, domain=(21, 1004336348, 1177238915, 682003330)):
    return struct.pack("<BB6s", 1, len(domain) + 1, b"\0\0\0\0\0\5") + struct.pack(f"<{len(domain) + 1}I", *domain, rid)


def ou(n, base):
    return f"OU=Rig{n},OU=Rig,{base}"


def ous(base):
    yield f"OU=Rig,{base}", {"objectClass": ["top", "organizationalUnit"], "ou": ["Rig"]}
    for n in range(NOUS):
        yield ou(n, base), {"objectClass": ["top", "organizationalUnit"], "ou": [f"Rig{n}"]}


def person(seed, i, base, suffix):
    h = digest(seed, "user", i)
    if i % 16 == 9:
        first, last = FIRST_U[h[16] % len(FIRST_U)], LAST_U[h[17] % len(LAST_U)]
        local = f"user.{i}"
    else:
        first, last = FIRST[h[16] % len(FIRST)], LAST[h[17] % len(LAST)]
        local = f"{first}.{last}.{i}".lower()
    g = guid(h)
    cn = f"{first} {last} {i}"
    a = {
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "cn": [cn], "givenName": [first], "sn": [last], "displayName": [f"{first} {last}"],
        "sAMAccountName": [f"u{i:07d}"], "userPrincipalName": [f"{local}@{suffix}"],
        "userAccountControl": ["514" if i % 25 == 11 else "512"],
        "department": [DEPT[h[18] % len(DEPT)]], "employeeID": [f"{100000 + i}"],
        "objectGUID": [g],
    }
    if i % 20 == 7:
        a["mS-DS-ConsistencyGuid"] = [guid(digest(seed, "moved", i))]
    elif i % 10 != 3:
        a["mS-DS-ConsistencyGuid"] = [g]
    if i % 8 != 5:
        a["mail"] = [f"{local}@{suffix}"]
        p = [f"SMTP:{local}@{suffix}"]
        for k in range(h[19] % 4):
            p.append((f"smtp:u{i}@{suffix}", f"smtp:{local}@contoso.mail.onmicrosoft.com",
                      f"x500:/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn={h[:4].hex()}-u{i}")[k])
        a["proxyAddresses"] = p
        a["mailNickname"] = [f"u{i}"]
        a["targetAddress"] = [f"SMTP:{local}@contoso.mail.onmicrosoft.com"]
        a["msExchRecipientTypeDetails"] = ["2147483648"]
        a["msExchRecipientDisplayType"] = ["-2147483642"]
        a["msExchRemoteRecipientType"] = ["4"]
        a["extensionAttribute1"] = [f"site-{h[20] % 7}"]
    return f"CN={cn},{ou(i % NOUS, base)}", a


def group(seed, i, base, suffix, users):
    h = digest(seed, "group", i)
    name = f"grp{i:06d}"
    a = {
        "objectClass": ["top", "group"], "cn": [name], "sAMAccountName": [name],
        "displayName": [f"Group {i}"], "description": [f"{DEPT[h[16] % len(DEPT)]} team {i}"],
        "groupType": ["-2147483646" if i % 3 else "8"],     # global security; every third universal distribution
        "objectGUID": [guid(h)],
    }
    if i % 2:
        a["mS-DS-ConsistencyGuid"] = [guid(h)]
    if i % 3 == 0:
        a["mail"] = [f"{name}@{suffix}"]
        a["proxyAddresses"] = [f"SMTP:{name}@{suffix}"]
    if users:
        picks = sorted({struct.unpack_from("<I", digest(seed, f"member{i}", k))[0] % users for k in range(4 + h[17] % 24)})
        a["member"] = [person(seed, p, base, suffix)[0] for p in picks]
    return f"CN={name},{ou(i % NOUS, base)}", a


def contact(seed, i, base, suffix):
    h = digest(seed, "contact", i)
    first, last = FIRST[h[16] % len(FIRST)], LAST[h[17] % len(LAST)]
    cn, addr = f"Contact {first} {last} {i}", f"{first}.{last}.c{i}@fabrikam.test".lower()
    return f"CN={cn},{ou(i % NOUS, base)}", {
        "objectClass": ["top", "person", "organizationalPerson", "contact"],
        "cn": [cn], "givenName": [first], "sn": [last], "displayName": [f"{first} {last}"],
        "mail": [addr], "proxyAddresses": [f"SMTP:{addr}"], "targetAddress": [f"SMTP:{addr}"], "mailNickname": [f"c{i}"],
        "objectGUID": [guid(h)],
    }
