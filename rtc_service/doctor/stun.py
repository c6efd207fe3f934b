"""STUN: a binding request to each configured server (RFC 8489), and whether it answers with our address."""

from __future__ import annotations

import asyncio
from typing import Any

from .. import conf
from .finding import Finding, ok, problem, said
from .ice_url import IceUrl, parse

SECONDS = 4.0


def check() -> list[Finding]:
    urls = conf.core().STUN_URLS
    if not urls:
        return [ok("No STUN server is configured; TURN servers answer STUN too.")]
    return [_one(url) for url in urls]


def _one(text: str) -> Finding:
    try:
        url = parse(text)
        address = asyncio.run(asyncio.wait_for(_ask(url), SECONDS))
    except ValueError as error:
        return problem(str(error), "stun:host[:port], RFC 7064.")
    except Exception as error:  # noqa: BLE001  of sockets, resolvers, and aioice
        why = "no answer" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {said(error)}"
        return problem(f"{text} does not work: {why}.", "Is the server up, and UDP to its port open from here?")
    return ok(f"{text} sees us at {address[0]}.")


async def _ask(url: IceUrl) -> tuple[str, int]:
    from aioice import stun

    answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)

    class Client(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: Any) -> None:
            try:
                answer = stun.parse_message(data)
            except ValueError:
                return
            if answer.transaction_id == request.transaction_id and not answered.done():
                answered.set_result(answer)

        def error_received(self, error: Exception) -> None:
            if not answered.done():
                answered.set_exception(error)

    transport, _client = await asyncio.get_running_loop().create_datagram_endpoint(Client, remote_addr=url.address)
    try:
        while True:  # UDP loses; RFC 8489 section 6.2.1 sends again after 500 ms
            transport.sendto(bytes(request))
            done, _waiting = await asyncio.wait({answered}, timeout=0.5)
            if done:
                break
        attributes = answered.result().attributes
        found: tuple[str, int] = attributes.get("XOR-MAPPED-ADDRESS") or attributes["MAPPED-ADDRESS"]
        return found
    finally:
        transport.close()
