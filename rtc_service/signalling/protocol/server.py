"""What the server says."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from msgspec import field

from .client import LinkCandidates, LinkDescription
from .shapes import Body


class You(Body):
    """Who the server thinks the client is."""

    role: str
    name: str = ""
    participant: UUID | None = None


class IceServer(Body, omit_defaults=True):
    """RTCIceServer (W3C webrtc-pc)."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Welcome(Body):
    """Answer to hello. `snapshot` is the call's state (see `call snapshot`), `desk` what the leaves add for staff."""

    you: You
    call: UUID | None
    snapshot: dict[str, Any] | None
    desk: dict[str, Any]
    ice_servers: list[IceServer]
    ice_policy: str
    resume_token: str
    limits: dict[str, float]
    heartbeat: float
    server_time: float


class Pong(Body):
    """`t` as sent, the server's clock, the newest seq of each call and version of each topic of this socket."""

    t: float
    server_time: float
    seqs: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)


class EventRow(Body):
    """One row of the call's log. What this role may not see has kind `-` and no data, so that seq has no gaps."""

    call: UUID
    seq: int
    kind: str
    at: float
    actor: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)


class ReplayRows(Body):
    """Answer to replay: at most 500 rows, or a fresh snapshot when more are missing."""

    call: UUID
    events: list[EventRow] = field(default_factory=list)
    snapshot: dict[str, Any] | None = None


class TopicValue(Body):
    """Something that is not a call has changed: its version and its value for this reader."""

    key: str
    version: int
    value: dict[str, Any]


class Peer(Body):
    """The other end of a link."""

    participant: UUID
    role: str
    name: str = ""


class LinkOpen(Body):
    """Make a peer connection for this generation and drop older ones. `offer`: you send the first offer. `ahead`: that
    is the one you told ahead, it is with the peer already; go on counting after it."""

    link: UUID
    kind: str
    generation: int
    peer: Peer
    polite: bool
    offer: bool
    profile: dict[str, Any]
    ahead: UUID | None = None


class LinkClose(Body):
    """Close the peer connection of this link."""

    link: UUID
    generation: int
    reason: str = ""


class PromptAsked(Body):
    """A question to this participant; unanswered it expires at `until`."""

    prompt: UUID
    kind: str
    payload: dict[str, Any]
    until: float


class Bye(Body):
    """The server ends the socket: ended, drain (open the new one first), taken_over, revoked, renew."""

    reason: Literal["ended", "drain", "taken_over", "revoked", "renew"]


class Ok(Body):
    """The request with this id was done."""

    result: dict[str, Any] = field(default_factory=dict)


class Error(Body, omit_defaults=True):
    """The request was refused: a stable code, a sentence for developers, seconds to wait where it helps."""

    code: str
    detail: str = ""
    retry_after: float | None = None


SERVER_KINDS: dict[str, type[Body]] = {
    "welcome": Welcome,
    "pong": Pong,
    "event": EventRow,
    "replay": ReplayRows,
    "topic": TopicValue,
    "link.open": LinkOpen,
    "link.close": LinkClose,
    "link.description": LinkDescription,
    "link.candidates": LinkCandidates,
    "prompt": PromptAsked,
    "bye": Bye,
    "ok": Ok,
    "error": Error,
}

# Close codes (RFC 6455 7.4.2: 4000 to 4999 are for applications).
CLOSE_BAD = 4400
CLOSE_TOKEN = 4401
CLOSE_NOT_YOURS = 4403
CLOSE_NO_HELLO = 4408
CLOSE_TAKEN_OVER = 4409
CLOSE_FLOOD = 4429
CLOSE_RESTART = 4012  # come back at once; not 1012, which daphne cannot send: the socket would stay open, deaf
