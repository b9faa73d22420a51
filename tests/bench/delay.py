#!/usr/bin/env python3
"""delay.py LISTEN TARGET MS: a TCP line that is MS milliseconds long, there and back. Bytes pass as they are."""
import asyncio, sys

listen, target, half = sys.argv[1], sys.argv[2].rsplit(":", 1), float(sys.argv[3]) / 2000


async def pump(reader, writer):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            at, data = await queue.get()
            wait = at - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    sender = asyncio.create_task(deliver())
    try:
        while True:
            data = await reader.read(1 << 18)
            queue.put_nowait((loop.time() + half, data))
            if not data:
                break
        await sender
    except OSError:
        sender.cancel()


async def serve(reader, writer):
    far_reader, far_writer = await asyncio.open_connection(target[0], int(target[1]), limit=1 << 20)
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)
    far_writer.close()
    writer.close()


async def main():
    host, port = listen.rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port), limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
