#!/usr/bin/env python3
"""connectproxy.py ADDR:PORT LOG: an HTTP proxy that knows CONNECT and nothing else; each target is a line of LOG."""
import socket
import sys
import threading


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, log):
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 65536:
        head += client.recv(4096) or b"\r\n\r\n"
    method, target = head.split(b" ")[:2]
    with open(log, "a") as f:
        f.write(f"{method.decode()} {target.decode()}\n")
    if method != b"CONNECT":
        client.sendall(b"HTTP/1.1 405 no\r\n\r\n")
        client.close()
        return
    host, port = target.decode().rsplit(":", 1)
    server = socket.create_connection((host.strip("[]"), int(port)))
    client.sendall(b"HTTP/1.1 200 go\r\n\r\n")
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)


addr, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((addr, int(port)))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0], sys.argv[2]), daemon=True).start()
