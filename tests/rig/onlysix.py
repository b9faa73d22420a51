#!/usr/bin/env python3
"""onlysix.py PORT FILE: what listens on 127.0.0.1:PORT, on a port of ::1 and nowhere else; its number goes to FILE."""
import asyncio, os, sys


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve(reader, writer):
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)


async def main():
    server = await asyncio.start_server(serve, "::1", 0)
    with open(sys.argv[2] + ".part", "w") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(sys.argv[2] + ".part", sys.argv[2])
    await server.serve_forever()


asyncio.run(main())
