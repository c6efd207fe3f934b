"""Serve the bare page and relay between the two sockets of a room: `python -m bench.peers.bare.server PORT`."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

FOLDER = Path(__file__).parent
FILES = {"/": ("page.html", "text/html; charset=utf-8"), "/page.js": ("page.js", "text/javascript; charset=utf-8")}
rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


def page(_connection: ServerConnection, request: Request) -> Response | None:
    """Answer what is not a WebSocket with a file."""
    path = request.path.partition("?")[0]
    if path.startswith("/ws/"):
        return None
    name, kind = FILES.get(path, ("", "text/plain"))
    if not name:
        return Response(HTTPStatus.NOT_FOUND, "Not Found", Headers({"Content-Length": "0"}), b"")
    content = (FOLDER / name).read_bytes()
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(content))})
    return Response(HTTPStatus.OK, "OK", headers, content)


async def relay(socket: ServerConnection) -> None:
    assert socket.request is not None
    room = rooms[socket.request.path]
    room.add(socket)
    try:
        async for message in socket:
            broadcast(room - {socket}, message)
    finally:
        room.discard(socket)


async def main(port: int) -> None:
    async with serve(relay, "127.0.0.1", port, process_request=page, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
