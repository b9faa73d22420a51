#!/usr/bin/env python3
"""faultproxy.py LISTEN TARGET [FAULT...]: a TCP proxy between an LDAP client and its server that fails on purpose.

LISTEN and TARGET are ADDR:PORT; LISTEN's port may be 0, the one taken is printed on the first line of standard output.
With --cert PEM --key PEM the client is served with TLS and the target spoken to with TLS, so that messages can be
changed that travel encrypted; without them bytes pass as they are.

On bytes, counted over what the server sends on one connection:
  --cut-after N[:rst|:fin]   close after N bytes, with a reset (default) or an orderly end
  --stall-after N            forward no more after N bytes, and leave the connection open
  --rate N                   no more than N bytes a second
  --garble-at N              flip the bits of byte N
  --refuse N                 reset the first N connections as they come
  --silent                   accept, and never say anything
  --conns A[-B]              the faults above hold for these connections only, numbered from 1

On LDAP messages; OP is bind, entry, done, modify, add, any; NTH counts the server's messages of that kind from 1, over
all connections, and * is each one:
  --result OP:NTH:CODE[:TEXT]    put this result code in place of the server's, and drop its controls (51 busy,
                                 52 unavailable, 4 size limit, 11 admin limit, 10 referral: TEXT is then the URI;
                                 0 leaves a success without its controls)
  --lose OP:NTH[:rst|:fin|:stall]  don't deliver that message: close or stall instead
  --reference NTH:URI            before the NTH "done", add a searchResultReference to URI
Each fault that strikes is told on standard error.
"""
import argparse, os, re, select, socket, ssl, struct, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ber import ber, tlv

OPS = {"bind": 0x61, "entry": 0x64, "done": 0x65, "modify": 0x67, "add": 0x69, "reference": 0x73}
lock = threading.Lock()
counts = {}


def say(*a):
    print("faultproxy:", *a, file=sys.stderr, flush=True)


class Cut(Exception):
    pass


class Conn:
    def __init__(self, o, number, down, up):
        self.o, self.number, self.down, self.up, self.sent, self.buf = o, number, down, up, 0, b""
        self.faulty = o.conns[0] <= number <= o.conns[1]

    def stop(self, how):
        if how == "stall":
            while True:
                time.sleep(3600)
        raise Cut(how)

    def forward(self, b):
        o = self.o
        if self.faulty:
            if o.garble_at is not None and self.sent <= o.garble_at < self.sent + len(b):
                k = o.garble_at - self.sent
                b = b[:k] + bytes([b[k] ^ 0xFF]) + b[k + 1:]
                say(f"connection {self.number}: byte {o.garble_at} garbled")
            for limit, how in ((o.cut_after, o.cut_how), (o.stall_after, "stall")):
                if limit is not None and self.sent + len(b) > limit:
                    self.down.sendall(b[:max(0, limit - self.sent)])
                    say(f"connection {self.number}: {how} after {limit} bytes")
                    time.sleep(0.05)        # let what was sent be read before a reset drops it
                    self.stop(how)
        self.down.sendall(b)
        self.sent += len(b)
        if self.o.rate:
            time.sleep(len(b) / self.o.rate)

    def messages(self, b):
        self.buf += b
        i = 0
        while True:
            t = tlv(self.buf, i)
            if not t:
                break
            self.message(self.buf[i:t[2]])
            i = t[2]
        self.buf = self.buf[i:]

    def message(self, m):
        t = tlv(m, 0)
        idt = tlv(m, t[1])
        op = tlv(m, idt[2])
        name = next((k for k, v in OPS.items() if v == op[0]), "other")
        with lock:
            counts[name] = counts.get(name, 0) + 1
            n, counts["any"] = counts[name], counts.get("any", 0) + 1
            every = counts["any"]
        hit = lambda o, nth: (o == name and nth in ("*", str(n))) or (o == "any" and nth in ("*", str(every)))
        for o, nth, how in self.o.lose:
            if hit(o, nth):
                say(f"{name} {n} lost ({how})")
                self.stop(how)
        for nth, uri in self.o.reference:
            if hit("done", nth):
                say(f"reference before done {n}")
                self.forward(ber(0x30, m[t[1]:idt[2]] + ber(0x73, ber(4, uri.encode()))))
        for o, nth, code, text in self.o.result:
            if hit(o, nth) and op[0] not in (0x64, 0x73):
                say(f"{name} {n} answered {code}")
                body = ber(0x0A, bytes([code])) + ber(4, b"") + ber(4, b"" if code == 10 else text.encode())
                if code == 10:
                    body += ber(0xA3, ber(4, text.encode()))
                m = ber(0x30, m[t[1]:idt[2]] + ber(op[0], body))
        self.forward(m)

    def readable(self):
        ready = [s for s in (self.down, self.up) if isinstance(s, ssl.SSLSocket) and s.pending()]
        return ready or select.select([self.down, self.up], [], [])[0]

    def step(self):
        for s in self.readable():
            b = s.recv(65536)
            if not b:
                raise Cut("fin")
            if s is self.down:
                self.up.sendall(b)
            elif self.o.lose or self.o.result or self.o.reference:
                self.messages(b)
            else:
                self.forward(b)

    def run(self):
        how = "fin"
        try:
            while True:
                self.step()
        except Cut as e:
            how = str(e)
        except OSError:
            pass
        if how == "rst":
            self.down.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.down.close()
        self.up.close()


def serve(o, n, s, target):
    try:
        up = socket.create_connection(target, timeout=10)
        up.settimeout(None)
        for x in (s, up):
            x.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if o.cert:
            there = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            there.check_hostname, there.verify_mode = False, ssl.CERT_NONE
            here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            here.load_cert_chain(o.cert, o.key)
            up, s = there.wrap_socket(up), here.wrap_socket(s, server_side=True)
    except OSError as e:
        say(f"connection {n}: {e}")
        s.close()
        return
    Conn(o, n, s, up).run()


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("listen")
    ap.add_argument("target")
    ap.add_argument("--cut-after")
    for k in ("--stall-after", "--garble-at"):
        ap.add_argument(k, type=int)
    ap.add_argument("--rate", type=int, default=0)
    ap.add_argument("--refuse", type=int, default=0)
    ap.add_argument("--silent", action="store_true")
    ap.add_argument("--conns", default="1-999999999")
    ap.add_argument("--cert")
    ap.add_argument("--key")
    for k in ("--result", "--lose", "--reference"):
        ap.add_argument(k, action="append", default=[])
    o = ap.parse_args()
    o.cut_how = "rst"
    if o.cut_after:
        n, _, how = o.cut_after.partition(":")
        o.cut_after, o.cut_how = int(n), how or "rst"
    a, _, b = o.conns.partition("-")
    o.conns = (int(a), int(b or a))
    o.result = [(p[0], p[1], int(p[2]), p[3] if len(p) > 3 else "fault on purpose")
                for p in (r.split(":", 3) for r in o.result)]
    o.lose = [(p[0], p[1], p[2] if len(p) > 2 else "rst") for p in (r.split(":") for r in o.lose)]
    o.reference = [tuple(r.split(":", 1)) for r in o.reference]
    return o


def main():
    o = arguments()
    addr = lambda s: (re.sub(r"^\[|\]$", "", s.rpartition(":")[0]), int(s.rpartition(":")[2]))
    srv = socket.create_server(addr(o.listen), reuse_port=False)
    print("%s:%d" % srv.getsockname()[:2], flush=True)
    n, held = 0, []
    while True:
        s, _ = srv.accept()
        n += 1
        if n <= o.refuse:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
            say(f"connection {n} refused")
        elif o.silent:
            held.append(s)
            say(f"connection {n} left without an answer")
        else:
            threading.Thread(target=serve, args=(o, n, s, addr(o.target)), daemon=True).start()


main()
