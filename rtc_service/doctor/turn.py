"""TURN: a real allocation on each configured server with the credential that a browser would get (RFC 8656)."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Any

from .. import conf
from ..services import ice
from .finding import Finding, ok, problem, said, warning
from .ice_url import IceUrl, parse

SECONDS = 6.0
UNAUTHORIZED, ALLOCATION_QUOTA, STALE = 401, 486, 438


def check() -> list[Finding]:
    settings = conf.core()
    if not settings.TURN_URLS:
        hint = "Set core.TURN_URLS and core.TURN_SECRETS: about one customer in ten cannot be seen without."
        return [warning("No TURN server is configured.", hint)]
    if not settings.TURN_SECRETS:
        return [problem("TURN_URLS is set and TURN_SECRETS is not.", "Give coturn's static-auth-secret.")]
    return [_one(url) for url in settings.TURN_URLS]


def _one(text: str) -> Finding:
    try:
        url = parse(text)
    except ValueError as error:
        return problem(str(error), "turn:host[:port][?transport=udp|tcp] or turns:…, RFC 7065.")
    try:
        relayed = asyncio.run(asyncio.wait_for(_allocate(url), SECONDS))
    except TimeoutError:
        way = "TCP" if url.transport == "tcp" else "UDP"
        return problem(f"{text} does not answer.", f"Is coturn up, and {way} port {url.port} open from here?")
    except ssl.SSLError as error:
        hint = "Browsers refuse it too: give coturn a certificate for this name, with its chain."
        return problem(f"{text}: the certificate is refused ({said(error)}).", hint)
    except Exception as error:  # noqa: BLE001  of sockets, resolvers, and aioice
        return _refused(text, error)
    return ok(f"{text} relays from {relayed[0]}.")


def _refused(text: str, error: Exception) -> Finding:
    code = getattr(getattr(error, "response", None), "attributes", {}).get("ERROR-CODE", (0, ""))[0]
    if code in (UNAUTHORIZED, STALE):
        hint = "core.TURN_SECRETS[0] must be coturn's static-auth-secret (with use-auth-secret), and both clocks right."
        return problem(f"{text} refuses our credential.", hint)
    if code == ALLOCATION_QUOTA:
        return problem(f"{text} has no room for another allocation.", "Raise coturn's user-quota and total-quota.")
    hint = "Is coturn up, and its name and port right?"
    return problem(f"{text} does not work: {type(error).__name__}: {said(error)}.", hint)


async def _allocate(url: IceUrl) -> tuple[str, int]:
    """Allocate, and give it back at once. Returns the relayed address."""
    from aioice import turn

    settings = conf.core()
    name, credential = ice.turn_credential("rtc-doctor", settings.TURN_SECRETS[0], int(time.time()) + 600)
    given: Any = ssl.create_default_context() if url.tls else None
    transport, _protocol = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol, server_addr=url.address, username=name, password=credential, lifetime=60,
        ssl=given, transport=url.transport,
    )  # fmt: skip
    relayed: tuple[str, int] = transport.get_extra_info("sockname")
    # Private, as aioice gives no way to wait for the deletion, which the loop would not live to see.
    await transport._close()
    return relayed
