"""Token bucket for one socket, and where a request comes from."""

from __future__ import annotations

import time
from ipaddress import IPv4Address, ip_address, ip_network
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


# What one message costs others: a row of the log that all parties read, a new peer connection in the other's browser, a
# long reading of ours. kind -> (so many a second, so many at once); a client that is told to wait sends it again.
COSTLY: dict[str, tuple[float, float]] = {
    "chat": (2.0, 30.0),
    "media": (1.0, 20.0),
    "link.renew": (0.5, 10.0),
    "link.state": (2.0, 20.0),
    "quality": (1.0, 20.0),
    "prompt.answer": (1.0, 10.0),
    "call.rate": (0.5, 10.0),
    "call.request": (0.5, 10.0),
    "replay": (0.5, 10.0),
}
CATCHING_UP = (0.2, 5.0)  # readings of the log because of what a ping says


class Buckets:
    """A bucket for each key (an address); of very many keys those are forgotten that were not seen for longest."""

    def __init__(self, rate: float, burst: float, most: int = 10_000) -> None:
        self.rate, self.burst, self.most = rate, burst, most
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str) -> bool:
        bucket = self._buckets.pop(key, None) or Bucket(self.rate, self.burst)
        self._buckets[key] = bucket
        if len(self._buckets) > self.most:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take()


def size(text: str | bytes) -> int:
    """Bytes on the wire (UTF-8)."""
    return len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode(errors="surrogatepass"))


def header(scope: dict[str, Any], name: bytes) -> str:
    """One header of an ASGI scope, or an empty string. Given several times it counts as one list (RFC 9110 5.3)."""
    return ", ".join(bytes(value).decode("latin-1") for key, value in scope.get("headers", ()) if key == name)


def client_address(peer: str, forwarded: str, proxies: int) -> str:
    """The client's address: behind `proxies` proxies of our own, the entry which the outermost of them wrote."""
    if proxies > 0 and forwarded:
        entries = [entry.strip() for entry in forwarded.split(",")]
        return entries[-min(proxies, len(entries))]
    return peer


def network(address: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, which every household has."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((int(ip) >> 64 << 64, 64)))


def origin_allowed(origin: str, host: str, allowed: list[str]) -> bool:
    """Same host, or on the list as a whole origin (scheme, host, port); a missing origin is no browser's page."""
    if not origin or origin == "null":
        return False
    return origin in allowed or (bool(host) and origin.partition("://")[2] == host)
