"""Token bucket for one socket, and where a request comes from."""

from __future__ import annotations

import time
from typing import Any


class Bucket:
    """`rate` tokens a second, `burst` at most; `take()` says whether one was left."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.level, self.at = rate, burst, burst, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


def size(text: str | bytes) -> int:
    """Bytes on the wire (UTF-8)."""
    return len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode(errors="surrogatepass"))


def header(scope: dict[str, Any], name: bytes) -> str:
    """One header of an ASGI scope, or an empty string."""
    for key, value in scope.get("headers", ()):
        if key == name:
            return bytes(value).decode("latin-1")
    return ""


def client_address(peer: str, forwarded: str, proxies: int) -> str:
    """The client's address: behind `proxies` proxies of our own, the entry which the outermost of them wrote."""
    if proxies > 0 and forwarded:
        entries = [entry.strip() for entry in forwarded.split(",")]
        return entries[-min(proxies, len(entries))]
    return peer


def origin_allowed(origin: str, host: str, allowed: list[str]) -> bool:
    """Same host, or on the list as a whole origin (scheme, host, port); a missing origin is no browser's page."""
    if not origin or origin == "null":
        return False
    return origin in allowed or origin.partition("://")[2] == host
