#!/usr/bin/env python3
"""forward.py ADDR:PORT [LISTEN [PORT]]: what listens on ADDR:PORT, on a port of LISTEN (default ::1) as well, byte for
byte. Prints where, in the form LISTEN:PORT."""
import asyncio
import sys


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve(reader, writer):
    host, port = sys.argv[1].rsplit(":", 1)
    far_reader, far_writer = await asyncio.open_connection(host, int(port))
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)


async def main():
    listen = sys.argv[2] if len(sys.argv) > 2 else "::1"
    server = await asyncio.start_server(serve, listen, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    print(f"{listen}:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
