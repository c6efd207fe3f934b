"""What a waiting customer's browser has told ahead for the link to whoever will answer: kept in memory, by one socket.

The answer is then one way shorter: the offer is with the staff member before the customer's page has learnt that
somebody has answered. Nothing of it leaves this process before that.
"""

from __future__ import annotations

import time
from uuid import UUID

from .. import conf
from ..exceptions import TooLarge
from . import limits, protocol

DESCRIPTIONS = 4  # of one offer: it has one, and a new one whenever its page has negotiated with itself anew


class Ahead:
    """The newest one that was told, and the link that it has become."""

    def __init__(self) -> None:
        self._told: list[protocol.LinkAhead] = []
        self._until = 0.0
        self._link: tuple[UUID, int] | None = None

    def forget(self) -> None:
        """Its addresses would be stale by the next time."""
        self._told, self._link = [], None

    def keep(self, body: protocol.LinkAhead) -> tuple[UUID, int] | None:
        """Take one message; (link, generation) when it has become one already, so that it goes there at once.
        Raises TooLarge."""
        settings = conf.core()
        if limits.size(body.sdp) > settings.SDP_BYTES:
            raise TooLarge(f"an SDP has {settings.SDP_BYTES} bytes at most")
        if self._told and self._told[0].ahead != body.ahead:
            self.forget()
        # They lie in this process's memory for whoever connects.
        if body.sdp and sum(1 for told in self._told if told.sdp) >= DESCRIPTIONS:
            raise TooLarge(f"one offer has {DESCRIPTIONS} descriptions at most")
        known = sum(len(told.candidates) for told in self._told) + len(body.candidates)
        if known > settings.CANDIDATES_PER_LINK or len(self._told) > settings.CANDIDATES_PER_LINK:
            limit = settings.CANDIDATES_PER_LINK
            raise TooLarge(f"a link has {limit} candidates at most", code="too_many_candidates")
        self._told.append(body)
        self._until = time.monotonic() + settings.AHEAD_SECONDS
        return self._link

    def become(self, link: UUID, generation: int) -> list[protocol.LinkAhead]:
        """The link is there: what was told for it, unless that is too old or has become another link."""
        if self._link is not None or time.monotonic() > self._until:
            return []
        if any(told.sdp for told in self._told):
            self._link = (link, generation)
            return list(self._told)
        return []


def messages(told: protocol.LinkAhead, link: UUID, generation: int) -> list[tuple[str, protocol.Body]]:
    """The same as messages of the link."""
    if told.sdp:
        return [("link.description", protocol.LinkDescription(link, generation, told.n, "offer", told.sdp))]
    return [("link.candidates", protocol.LinkCandidates(link, generation, told.n, told.candidates))]
