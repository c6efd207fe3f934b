"""Real ASGI servers in processes of their own, and tabs that reach them over TCP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from demo.children import leash
from rtc_service.testing_sockets import SECONDS, Tab
from tests.services import stack

ROOT = Path(__file__).resolve().parent.parent.parent


def command(kind: str, port: int) -> list[str]:
    if kind == "daphne":
        return [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "demo.asgi:application"]
    given = ["--host", "127.0.0.1", "--port", str(port), "--lifespan", "off", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", *given, "demo.asgi:application"]


@contextlib.contextmanager
def server(kind: str, *, redis_url: str = "") -> Iterator[str]:
    """A daphne or uvicorn on the test's own database. Yields its socket's URL."""
    port = stack.free_port()
    parts = urlsplit(os.environ["RTC_TEST_DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
        "RTC_TEST_DATABASE_URL": database,
        "RTC_TEST_REDIS_URL": redis_url or os.environ["RTC_TEST_REDIS_URL"],
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command(kind, port),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=leash(),
        )
        try:
            _wait(process, port, log)
            yield f"ws://127.0.0.1:{port}/ws/rtc/"
            assert process.poll() is None, f"{kind} has ended by itself"
        finally:
            stack.stop(process, signal.SIGTERM)


def _wait(process: subprocess.Popen[bytes], port: int, log: Any) -> None:
    path = Path(f"/proc/self/fd/{log.fileno()}")
    stack.wait_for(process, lambda: stack.accepts(port), "the ASGI server", path)


class RemoteTab(Tab):
    """A tab whose socket goes to a server process."""

    def __init__(self, url: str, tab: str = "tab") -> None:
        super().__init__(tab)
        self.url = url
        self.socket: ClientConnection | None = None

    async def connect(self, **_: Any) -> RemoteTab:
        self.socket = await connect(self.url, proxy=None, open_timeout=SECONDS)
        self._reader = asyncio.create_task(self._read())
        return self

    async def send(self, frame: str | bytes) -> None:
        assert self.socket is not None
        await self.socket.send(frame)

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()
            await self._reader

    async def _read(self) -> None:
        assert self.socket is not None
        try:
            async for text in self.socket:
                async with self._changed:
                    self.frames.append(json.loads(text))
                    self._changed.notify_all()
        except ConnectionClosed:
            pass
        async with self._changed:
            self.code = self.socket.close_code or 1006
            self._changed.notify_all()
