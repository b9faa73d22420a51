#!/usr/bin/env python3
"""fakead.py LISTEN --cert PEM --key PEM [OPTION...]: an LDAPS server that answers as AD does where other servers do not.

LISTEN is ADDR:PORT; the port taken, which 0 leaves open, is printed on the first line of standard output. Any bind
succeeds. Below DC=contoso,DC=test there are --users N users and one group, CN=big, with --members N members, of
which an answer holds at most --step N (1500) and says so: "member;range=0-1499".

  --usn N      the highest committed USN, 42
  --page N     no page larger than this, whatever the client asks for (AD: 1000)
  --fault F    range-gap      the second part of the members begins one too late
               range-stuck    a part comes without values and without its end
               range-gone     the group has gone when its second part is asked for
               cookie-stuck   the same cookie for ever, and no entries
               cookie-large   a cookie of 1 MiB
               no-control     no paging control in the last answer
               bad-control    a paging control that is not BER
               overfull       every page holds three times what was asked for
               huge           an answer whose length says 1 GiB
               fat            CN=u0 has a mail address of 50 MiB
               many           CN=u0 has 45 MiB of proxy addresses
               told-stuck     DirSync says that there is more, for ever, and brings nothing
               told-stale     DirSync refuses every cookie
               told-open      DirSync's answer ends without its control

DirSync is answered with --page objects at a time; "more" is said until the last. Its cookie ends as "done".
"""
import argparse, os, socket, ssl, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ber import ber, elements, integer, octets, tlv

BASE = "DC=contoso,DC=test"
PAGED = "1.2.840.113556.1.4.319"
DIRSYNC = "1.2.840.113556.1.4.841"
ROOT = {"defaultNamingContext": [BASE], "supportedCapabilities": ["1.2.840.113556.1.4.800"],
        "supportedControl": [PAGED, DIRSYNC, "1.2.840.113556.1.4.417", "1.2.840.113556.1.4.1339"], "dsServiceName": [f"CN=NTDS Settings,{BASE}"]}


def entry(mid, dn, attributes):
    a = b"".join(ber(0x30, octets(k) + ber(0x31, b"".join(octets(x) for x in v))) for k, v in attributes.items())
    return ber(0x30, integer(mid) + ber(0x64, octets(dn) + ber(0x30, a)))


def result(mid, op, code=0, text="", controls=b""):
    body = ber(0x0A, bytes([code])) + octets("") + octets(text)
    return ber(0x30, integer(mid) + ber(op, body) + (ber(0xA0, controls) if controls else b""))


def paged(cookie, malformed=False):
    value = b"\x30\x7f\x02" if malformed else ber(0x30, integer(0) + octets(cookie))
    return ber(0x30, octets(PAGED) + octets(value))


def told(cookie, more):
    return ber(0x30, octets(DIRSYNC) + octets(ber(0x30, integer(1 if more else 0) + integer(0) + octets(cookie))))


class Client:
    def __init__(self, o, sock):
        self.o, self.sock = o, sock

    def members(self, low):
        o = self.o
        values = [f"CN=u{i},{BASE}" for i in range(low, min(low + o.step, o.members))]
        last = low + o.step >= o.members
        return {f"member;range={low}-{'*' if last else low + len(values) - 1}": values}

    def part(self, mid, low):
        fault = self.o.fault
        if fault == "range-gone":
            return result(mid, 0x65, 32, "0000208D: NameErr: DSID-03100238, problem 2001 (NO_OBJECT)")
        found = {} if fault == "range-stuck" else self.members(low + 1 if fault == "range-gap" else low)
        return entry(mid, f"CN=big,{BASE}", found) + result(mid, 0x65)

    def objects(self, first, n):
        for i in range(first, min(first + n, self.o.users)):
            a = {"objectClass": ["top", "user"], "sAMAccountName": [f"u{i}"], "objectGUID": [b"%016d" % i]}
            if self.o.fault == "fat" and i == 0:
                a["mail"] = ["x" * (50 << 20)]
            if self.o.fault == "many" and i == 0:
                a["proxyAddresses"] = [f"smtp:{k:090d}@x" for k in range(500000)]
            yield f"CN=u{i},{BASE}", a
        if first <= self.o.users < first + n:
            yield f"CN=big,{BASE}", {"objectClass": ["top", "group"], "objectGUID": [b"the-big-one-----"], "member": [],
                                          **self.members(0)}

    def page(self, mid, size, cookie):
        o, first = self.o, int(cookie or b"0")
        size = min(size, o.page) * (3 if o.fault == "overfull" else 1)
        if o.fault == "cookie-stuck":
            return result(mid, 0x65, controls=paged(b"0"))
        found = b"".join(entry(mid, dn, a) for dn, a in self.objects(first, size))
        more = first + size < o.users + 1
        if not more and o.fault == "no-control":
            return found + result(mid, 0x65)
        cookie = b"0" * (1 << 20) if o.fault == "cookie-large" else str(first + size).encode() if more else b""
        return found + result(mid, 0x65, controls=paged(cookie, o.fault == "bad-control"))

    def changes(self, mid, cookie):
        o = self.o
        if cookie == b"done" and o.fault != "told-stale":
            return result(mid, 0x65, controls=told(b"done", False))
        if cookie and (not cookie.startswith(b"at ") or o.fault == "told-stale"):
            return result(mid, 0x65, 12, "00002040: SvcErr: DSID-0314021C, problem 5010 (UNAVAIL_EXTENSION), data 8418")
        if o.fault == "told-stuck":
            return result(mid, 0x65, controls=told(b"at 0", True))
        first = int(cookie[3:] or b"0")
        found = b"".join(entry(mid, dn, {**a, "mail": []}) for dn, a in self.objects(first, o.page) if "member" not in a)
        last = first + o.page >= o.users
        if last and o.fault == "told-open":
            return found + result(mid, 0x65)
        return found + result(mid, 0x65, controls=told(b"done" if last else b"at %d" % (first + o.page), not last))

    def search(self, mid, body, controls):
        parts = [v for _, v in elements(body)]
        base, scope, wanted = parts[0].decode(), parts[1][0], [v.decode() for _, v in elements(parts[7])]
        ranged = [w for w in wanted if ";range=" in w]
        if ranged:
            return self.part(mid, int(ranged[0].split("=")[1].split("-")[0]))
        if scope == 0 and base.startswith("CN=NTDS"):
            return entry(mid, base, {"invocationId": [b"sixteen bytes..."]}) + result(mid, 0x65)
        if scope == 0:
            root = {**ROOT, "highestCommittedUSN": [str(self.o.usn)]}
            return (entry(mid, "", root) if not base else b"") + result(mid, 0x65)
        for _, c in elements(controls):
            oid, *rest = [v for _, v in elements(c)]
            if oid.decode() == DIRSYNC:
                return self.changes(mid, [v for _, v in elements(next(elements(rest[-1]))[1])][2])
            if oid.decode() == PAGED:
                size, cookie = [v for _, v in elements(next(elements(rest[-1]))[1])]
                return self.page(mid, int.from_bytes(size, "big"), cookie)
        return result(mid, 0x65, 4, "without paging")

    def answer(self, m):
        (_, mid), (op, body), *rest = elements(m)
        mid = int.from_bytes(mid, "big")
        if op == 0x60:
            return result(mid, 0x61)
        if op == 0x63 and self.o.fault == "huge" and next(elements(body))[1]:
            return b"\x30\x84\x40\x00\x00\x00"
        if op == 0x63:
            return self.search(mid, body, rest[0][1] if rest else b"")
        return b""

    def run(self):
        buf = b""
        while True:
            t = tlv(buf, 0)
            if t:
                self.sock.sendall(self.answer(buf[t[1]:t[2]]))
                buf = buf[t[2]:]
                continue
            b = self.sock.recv(65536)
            if not b:
                return
            buf += b


def serve(o, context, s):
    try:
        Client(o, context.wrap_socket(s, server_side=True)).run()
    except OSError:
        pass
    s.close()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("listen")
    ap.add_argument("--cert", required=True)
    ap.add_argument("--key", required=True)
    for k, v in (("users", 10), ("members", 4000), ("step", 1500), ("page", 1000), ("usn", 42)):
        ap.add_argument(f"--{k}", type=int, default=v)
    ap.add_argument("--fault", default="")
    o = ap.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(o.cert, o.key)
    host, _, port = o.listen.rpartition(":")
    srv = socket.create_server((host, int(port)))
    print("%s:%d" % srv.getsockname()[:2], flush=True)
    while True:
        s, _ = srv.accept()
        threading.Thread(target=serve, args=(o, context, s), daemon=True).start()


main()
