"""A customer far away: a Chromium in a network namespace of its own, whose cable can be pulled.

    near (this machine) 10.203.N.1 ── veth ── 10.203.N.2 (the namespace, with the customer's browser)

The site listens on the loopback; a forwarder on the near end of the cable brings it to the namespace. Needs root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserType

from .chromium import executable, flags, insecure_origins


class NoNamespaces(RuntimeError):
    """Not root, or no `ip` on this machine."""


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@dataclass(frozen=True)
class Cable:
    """A namespace and the cable that leads to it."""

    namespace: str
    device: str
    near: str

    def pull(self) -> None:
        """The network is gone, without a word to either side."""
        _ip("link", "set", self.device, "down")

    def plug(self) -> None:
        _ip("link", "set", self.device, "up")

    @contextmanager
    def forward(self, port: int) -> Iterator[str]:
        """The base URL under which the namespace reaches a site on 127.0.0.1:port."""
        with _Forwarder(self.near, port) as forwarder:
            yield f"http://{self.near}:{forwarder.port}"

    @contextmanager
    def chromium(self, browser_type: BrowserType, *origins: str) -> Iterator[Browser]:
        """A browser inside; `origins` are treated as secure, because getUserMedia needs that."""
        with tempfile.TemporaryDirectory(prefix="rtc-far-") as folder:
            script = Path(folder) / "chromium"
            # Playwright speaks over inherited pipes, which survive `ip netns exec`.
            script.write_text(f'#!/bin/sh\nexec ip netns exec {self.namespace} {executable()} "$@"\n')
            script.chmod(0o755)
            launch = flags(insecure_origins(origins), "--disable-features=WebRtcHideLocalIpsWithMdns")
            browser = browser_type.launch(executable_path=str(script), headless=True, args=launch)
            try:
                yield browser
            finally:
                browser.close()


@contextmanager
def cable() -> Iterator[Cable]:
    """A namespace of our own, gone at the end. Raises NoNamespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoNamespaces("network namespaces need root and iproute2")
    number = os.getpid() % 200 + 20
    name, near_device, far_device = f"rtcfar{number}", f"rtcn{number}", f"rtcf{number}"
    near, far = f"10.203.{number}.1", f"10.203.{number}.2"
    try:
        _ip("netns", "add", name)
    except subprocess.CalledProcessError as error:
        raise NoNamespaces(error.stderr.strip()) from None
    try:
        _ip("link", "add", near_device, "type", "veth", "peer", "name", far_device, "netns", name)
        _ip("addr", "add", f"{near}/24", "dev", near_device)
        _ip("link", "set", near_device, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "addr", "add", f"{far}/24", "dev", far_device)
        _ip("-n", name, "link", "set", far_device, "up")
        _ip("-n", name, "route", "add", "default", "via", near)
        yield Cable(name, near_device, near)
    finally:
        with suppress(subprocess.CalledProcessError):
            _ip("link", "del", near_device)
        _ip("netns", "del", name)


class _Forwarder:
    """TCP from the near end of the cable to the loopback; one thread a direction."""

    def __init__(self, host: str, target: int) -> None:
        self._target = target
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()

    def __enter__(self) -> _Forwarder:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for one in list(self._open):
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for one in (source, sink):
            self._open.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
