"""The calls that one socket takes part in: its legs, its ends of links, how far it has read each log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .. import conf
from ..exceptions import NotYours, OldGeneration, TooLarge
from ..services import timeline
from ..states import CallState, LegKind, Role
from . import ahead, candidates, limits, profile, protocol
from .ahead import Ahead
from .attendance import Attended, Leg

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

# A staff member who left a call goes on reading its log for so long: the ticket and the wrap-up still come.
LINGER_SECONDS = 30.0
AFTERWARDS = ("call.ended", "call.rated", "link.closed", "participant.left", "tickets.", "agents.", "recordings.")


@dataclass
class LinkEnd:
    """This socket's end of a link."""

    call: str
    generation: int
    mine: UUID
    peer: UUID
    candidates: int = 0


class Attachments:
    """Belongs to one socket and to the event loop; never touches the database."""

    def __init__(self, socket: SignallingConsumer) -> None:
        self.socket = socket
        self.legs: dict[str, Leg] = {}
        self.links: dict[UUID, LinkEnd] = {}
        self.seqs: dict[str, int] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self._ahead = Ahead()
        self.gone: set[str] = set()  # calls that this socket's leg has left, while it lingers

    def leg(self, call: UUID | None) -> Leg | None:
        """The leg in this call; without a call the only one there is."""
        return self.legs.get(str(call)) if call else next(iter(self.legs.values()), None)

    def attach(self, attended: Attended, seen: dict[str, tuple[int, int]]) -> None:
        """Take part in a call from here: follow its log, be reachable on its links. `seen`: link -> (generation, n)."""
        leg, snapshot, hub = attended.leg, attended.snapshot, self.socket.hub
        for call in [call for call in self.legs if call != leg.call]:
            self.detach(call)
        self.legs[leg.call] = leg
        self.gone.discard(leg.call)
        self.seqs[leg.call] = snapshot["seq"]
        self.people = dict(snapshot["participants"])
        hub.by_call[leg.call].add(self.socket)
        for link, item in snapshot["links"].items():
            if str(leg.uuid) in item["parties"]:
                held = seen.get(link, (0, 0))[0]
                self._open(leg, {"link": link, **item}, tell=held != item["generation"])
        for prompt in attended.prompts:
            self._ask(prompt, leg.call)
        if snapshot["state"] != CallState.ENDED:
            hub.relay.attach(leg.uuid, self.socket, seen)
        hub.tailer.read(leg.call)

    def detach(self, call: str) -> None:
        """Read this call no longer."""
        leg = self.legs.pop(call)
        self.gone.discard(call)
        self.socket.hub.relay.detach(leg.uuid, self.socket)
        self.socket.hub.relay.forget(leg.uuid)
        self._unfollow(call)
        self.seqs.pop(call, None)
        self.links = {link: end for link, end in self.links.items() if end.call != call}

    def close(self) -> None:
        """The socket is gone. The relay keeps what its legs have not read yet."""
        for leg in self.legs.values():
            self.socket.hub.relay.detach(leg.uuid, self.socket)
            self._unfollow(leg.call)

    def _unfollow(self, call: str) -> None:
        followers = self.socket.hub.by_call.get(call)
        if followers is not None:
            followers.discard(self.socket)
            if not followers:
                del self.socket.hub.by_call[call]

    # --- the log

    def push(self, row: dict[str, Any]) -> None:
        """One row of the log, in order; links and prompts to this leg are told as messages of their own too."""
        call, kind, data = row["call"], row["kind"], row["data"]
        leg = self.legs.get(call)
        if leg is None:
            return
        self.seqs[call] = row["seq"]
        shown = timeline.visible(row, self.socket.role)
        if call in self.gone and not kind.startswith(AFTERWARDS):
            shown = timeline.hidden(row)  # what others say in the call from now on is not for this one
        self.socket.say("event", shown, call=call)
        mine = str(leg.uuid)
        if kind == "participant.joined":
            self.people[data["participant"]] = data
        elif kind == "link.opened" and mine in data["parties"]:
            self._open(leg, data, tell=True)
        elif kind == "link.closed" and mine in data["parties"]:
            self.links.pop(UUID(data["link"]), None)
            closed = protocol.LinkClose(UUID(data["link"]), data["generation"], data.get("reason", ""))
            self.socket.say("link.close", closed, call=call)
        elif kind in ("call.waiting", "call.ended"):
            self._ahead.forget()  # nobody has answered; the browser drops it, too
        elif kind == "prompt.asked" and data["participant"] == mine:
            self._ask(data, call)
        elif kind == "participant.left" and data["participant"] == mine and self.socket.role != Role.CUSTOMER:
            self.gone.add(call)
            self.socket.hub.loop.call_later(LINGER_SECONDS, self._linger_over, call, leg)

    def _ask(self, data: dict[str, Any], call: str) -> None:
        asked = protocol.PromptAsked(UUID(data["prompt"]), data["kind"], data["payload"], data["until"])
        self.socket.say("prompt", asked, call=call)

    def _linger_over(self, call: str, leg: Leg) -> None:
        if self.legs.get(call) is leg and not self.socket.closing:
            self.detach(call)

    def _open(self, leg: Leg, data: dict[str, Any], *, tell: bool) -> None:
        first = data["parties"][0] == str(leg.uuid)
        peer = data["parties"][1 if first else 0]
        link = UUID(data["link"])
        self.links[link] = LinkEnd(leg.call, data["generation"], leg.uuid, UUID(peer))
        if not tell:
            return
        fresh = first and data["generation"] == 1 and data["kind"] == LegKind.TALK
        told = self._ahead.become(link, 1) if fresh else []
        person = self.people.get(peer, {})
        body = protocol.LinkOpen(
            link=link,
            kind=data["kind"],
            generation=data["generation"],
            peer=protocol.Peer(UUID(peer), person.get("role", ""), person.get("name", "")),
            polite=first,
            offer=first,
            profile=profile.link_profile(self.socket.key),
            ahead=told[0].ahead if told else None,
        )
        self.socket.say("link.open", body, call=leg.call)
        for item in told:
            self._relay_ahead(item, link, 1)

    # --- link messages, relayed on the loop

    def relay(self, envelope: protocol.Envelope) -> None:
        """Carry a description or candidates to the link's other end. Raises NotYours, OldGeneration, TooLarge."""
        body: Any
        if envelope.kind == "link.description":
            body = protocol.decode_body(envelope.body, protocol.LinkDescription)
        else:
            body = protocol.decode_body(envelope.body, protocol.LinkCandidates)
        self._carry(envelope.kind, body)

    def tell_ahead(self, body: protocol.LinkAhead) -> None:
        """Keep what a link that does not exist yet will need, or carry it if it does by now."""
        became = self._ahead.keep(body)
        if became is not None and became[0] in self.links:
            self._relay_ahead(body, *became)

    def _relay_ahead(self, told: protocol.LinkAhead, link: UUID, generation: int) -> None:
        for kind, body in ahead.messages(told, link, generation):
            self._carry(kind, body)

    def _carry(self, kind: str, body: Any) -> None:
        end = self.links.get(body.link)
        if end is None:
            raise NotYours("no such link of yours")
        if body.generation != end.generation:
            raise OldGeneration(f"the link is at generation {end.generation}")
        self._limit(end, body)
        if not conf.core().PRIVATE_CANDIDATES:
            self._only_public(body)
        frame = protocol.encode(kind, body, call=UUID(end.call))
        self.socket.hub.relay.send(end.peer, end.mine, str(body.link), body.generation, body.n, frame)

    def _only_public(self, body: Any) -> None:
        if isinstance(body, protocol.LinkDescription):
            body.sdp = candidates.public_sdp(body.sdp)
        else:
            body.candidates = [item for item in body.candidates if candidates.is_public(item.candidate)]

    def _limit(self, end: LinkEnd, body: Any) -> None:
        settings = conf.core()
        if isinstance(body, protocol.LinkDescription):
            if limits.size(body.sdp) > settings.SDP_BYTES:
                raise TooLarge(f"an SDP has {settings.SDP_BYTES} bytes at most")
            if body.type == "offer":
                end.candidates = 0  # an ICE restart gathers anew
            return
        end.candidates += len(body.candidates)
        if end.candidates > settings.CANDIDATES_PER_LINK:
            limit = settings.CANDIDATES_PER_LINK
            raise TooLarge(f"a link has {limit} candidates at most", code="too_many_candidates")
