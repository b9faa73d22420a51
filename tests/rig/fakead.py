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

DirSync is answered with --page objects at a time; "more" is said until the last. Its cookie ends as "done"; with --round N
as "done N", and from an earlier round's cookie everything is told of.

  --text T     the users' display name
  --spoil K:W:N:T  the first T times (0: always) that answer N of W comes, it is spoilt in the manner of K. W is page (of a
               search), told (by DirSync), range (a further part of the members) or bind. K is
               a number        this result code behind half of the entries
               rst, fin        half of the entries, and the line is cut, with a reset or an orderly end
               open            all entries and no result
               torn            all entries and half of the result
               garbled         a message that is BER and not LDAP before the result
               no-control, bad-control  the result without its control, or with one that is not BER
               twice           each entry twice
               reference       a continuation reference among the entries
               empty           no entries, and the cookie that leads here again
               late, stall     a third of a second late, or never
Each answer that is spoilt is told on standard error.
"""
import argparse, os, socket, ssl, struct, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ber import ber, elements, integer, octets, tlv

BASE = "DC=contoso,DC=test"
lock = threading.Lock()
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


class Cut(Exception):
    pass


class Client:
    def __init__(self, o, sock):
        self.o, self.sock = o, sock

    def struck(self, where, n):
        s = self.o.spoil
        if not s or s["where"] != where or s["n"] != n:
            return None
        with lock:
            if s["times"] and s["struck"] >= s["times"]:
                return None
            s["struck"] += 1
        print("spoilt:", s["kind"], where, n, file=sys.stderr, flush=True)
        return s["kind"]

    def cut(self, sent, reset=False):
        self.sock.sendall(sent)
        time.sleep(0.05)        # let what was sent be read before a reset drops it
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Cut

    def spoilt(self, kind, mid, found, control, op=0x65):
        """found: messages; control: of the right result, or nothing."""
        half, end = b"".join(found[:(len(found) + 1) // 2]), result(mid, op, controls=control)
        found = b"".join(found)
        if kind.isdigit():
            return half + result(mid, op, int(kind), "spoilt on purpose")
        if kind in ("rst", "fin"):
            self.cut(half, kind == "rst")
        if kind == "open":
            self.cut(found)
        if kind == "torn":
            self.cut(found + end[:len(end) // 2])
        if kind == "stall":
            time.sleep(3600)
        if kind == "late":
            time.sleep(0.3)
        if kind == "no-control":
            end = result(mid, op)
        if kind == "bad-control":
            end = result(mid, op, controls=control[:-3] + b"\xff\xff\xff" if control else b"")
        return {"garbled": found + ber(0x30, integer(mid) + ber(0x64, b"\xff\xff\xff")), "twice": found + found,
                "reference": half + ber(0x30, integer(mid) + ber(0x73, octets("ldap://127.0.0.1:9/" + BASE))) + found[len(half):],
                }.get(kind, found) + end

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
        kind = self.struck("range", low // self.o.step)
        if kind:
            return self.spoilt(kind, mid, [entry(mid, f"CN=big,{BASE}", found)], b"")
        return entry(mid, f"CN=big,{BASE}", found) + result(mid, 0x65)

    def objects(self, first, n):
        for i in range(first, min(first + n, self.o.users)):
            a = {"objectClass": ["top", "user"], "sAMAccountName": [f"u{i}"], "objectGUID": [b"%016d" % i]}
            if self.o.text:
                a["displayName"] = [self.o.text]
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
        found = [entry(mid, dn, a) for dn, a in self.objects(first, size)]
        more = first + size < o.users + 1
        kind = self.struck("page", first // size + 1)
        if kind:
            again = str(first).encode() if kind == "empty" else str(first + size).encode() if more else b""
            return self.spoilt(kind, mid, [] if kind == "empty" else found, paged(again))
        found = b"".join(found)
        if not more and o.fault == "no-control":
            return found + result(mid, 0x65)
        cookie = b"0" * (1 << 20) if o.fault == "cookie-large" else str(first + size).encode() if more else b""
        return found + result(mid, 0x65, controls=paged(cookie, o.fault == "bad-control"))

    def changes(self, mid, cookie):
        o = self.o
        end = b"done" + (b" %d" % o.round if o.round else b"")
        if cookie == end and o.fault != "told-stale":
            return result(mid, 0x65, controls=told(end, False))
        known = cookie.startswith(b"at ") or (o.round and cookie.startswith(b"done"))
        if cookie and (not known or o.fault == "told-stale"):
            return result(mid, 0x65, 12, "00002040: SvcErr: DSID-0314021C, problem 5010 (UNAVAIL_EXTENSION), data 8418")
        if o.fault == "told-stuck":
            return result(mid, 0x65, controls=told(b"at 0", True))
        first = int(cookie[3:] or b"0") if cookie.startswith(b"at ") else 0
        found = [entry(mid, dn, {**a, "mail": []}) for dn, a in self.objects(first, o.page) if "member" not in a]
        last = first + o.page >= o.users
        control = told(end if last else b"at %d" % (first + o.page), not last)
        kind = self.struck("told", first // o.page + 1)
        if kind:
            control = told(b"at %d" % first, True) if kind == "empty" else control
            return self.spoilt(kind, mid, [] if kind == "empty" else found, control)
        if last and o.fault == "told-open":
            control = b""
        return b"".join(found) + result(mid, 0x65, controls=control)

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
            kind = self.struck("bind", 1)
            return self.spoilt(kind, mid, [], b"", 0x61) if kind else result(mid, 0x61)
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
        s = context.wrap_socket(s, server_side=True)
        Client(o, s).run()
    except (OSError, Cut):
        pass
    s.close()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("listen")
    ap.add_argument("--cert", required=True)
    ap.add_argument("--key", required=True)
    for k, v in (("users", 10), ("members", 4000), ("step", 1500), ("page", 1000), ("usn", 42), ("round", 0)):
        ap.add_argument(f"--{k}", type=int, default=v)
    for k in ("fault", "text", "spoil"):
        ap.add_argument(f"--{k}", default="")
    o = ap.parse_args()
    if o.spoil:
        kind, where, n, times = o.spoil.split(":")
        o.spoil = {"kind": kind, "where": where, "n": int(n), "times": int(times), "struck": 0}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(o.cert, o.key)
    host, _, port = o.listen.rpartition(":")
    srv = socket.create_server((host, int(port)))
    print("%s:%d" % srv.getsockname()[:2], flush=True)
    while True:
        s, _ = srv.accept()
        threading.Thread(target=serve, args=(o, context, s), daemon=True).start()


main()
