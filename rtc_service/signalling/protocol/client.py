"""What browsers and server-side peers say."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, field

from .shapes import Body, Count, Duration, Generation, Latency, Reference, Short, Token, Url


class LinkSeen(Body):
    """How far the client has read one link's messages, so that the rest can be sent again."""

    link: UUID
    generation: Generation
    n: Count


class Hello(Body):
    """First message on every socket, within 5 s: exactly one of `token` (fresh, used once) or `resume`."""

    token: Token | None = None
    resume: Token | None = None
    tab: Short = ""
    last_seq: Count = 0
    links: Annotated[list[LinkSeen], Meta(max_length=8)] = field(default_factory=list)
    take_over: bool = False
    capabilities: Annotated[list[Short], Meta(max_length=32)] = field(default_factory=list)


class Ping(Body):
    """Heartbeat every 5 s. `t` is the client's clock and comes back, for the clock offset."""

    t: float = 0.0
    seqs: Annotated[dict[str, Count], Meta(max_length=16)] = field(default_factory=dict)
    hidden: bool = False


class Replay(Body):
    """Ask for the events after `from_seq` of the envelope's call."""

    from_seq: Count = 0


class CallRequest(Body):
    """The customer's click. Plain hints only: nothing here grants a right."""

    page_kind: Short = ""
    subject: Reference = ""
    category: Short = ""
    language: Short = ""
    storefront: Short = ""
    url: Url = ""
    title: Reference = ""
    media: Literal["video", "audio", "text"] = "video"


class CallEnd(Body):
    """call.cancel and call.hang_up; `version` is the version the client saw, for logging only."""

    version: Count | None = None


class CallRate(Body):
    """1 to 5 and a comment; the last one given counts."""

    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=2000)] = ""


class LinkDescription(Body):
    """One SDP for one generation of one link (RFC 8829). `n` counts the sender's messages on this link."""

    link: UUID
    generation: Generation
    n: Count
    type: Literal["offer", "answer", "pranswer", "rollback"]
    sdp: str = ""


class Candidate(Body, rename="camel"):
    """RTCIceCandidateInit (W3C webrtc-pc); an empty string ends the candidates."""

    candidate: Annotated[str, Meta(max_length=1000)]
    sdp_mid: Annotated[str, Meta(max_length=64)] | None = None
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=255)] | None = None
    username_fragment: Annotated[str, Meta(max_length=256)] | None = None


class LinkCandidates(Body):
    """Trickled candidates of one generation of one link, oldest first."""

    link: UUID
    generation: Generation
    n: Count
    candidates: Annotated[list[Candidate], Meta(min_length=1, max_length=50)]


class Route(Body):
    """The selected pair's kinds, never its addresses."""

    local: Literal["host", "srflx", "prflx", "relay", ""] = ""
    remote: Literal["host", "srflx", "prflx", "relay", ""] = ""
    protocol: Literal["udp", "tcp", "tls", ""] = ""


class LinkAhead(Body):
    """What the first offer of a call's first link will say, told while nobody has answered yet. The server keeps it in
    memory, relays it to whoever answers, and to nobody before. `ahead` is the client's name for it (a newer name takes
    its place), `n` counts the messages as on a link; `link.open` says which one has been relayed."""

    ahead: UUID
    n: Count
    sdp: str = ""
    candidates: Annotated[list[Candidate], Meta(max_length=50)] = field(default_factory=list)


class LinkState(Body):
    """What one end sees of a link: `up` = packets flow, `stale` = none for 1 s, `failed` = ICE gave up."""

    link: UUID
    generation: Generation
    state: Literal["connecting", "up", "stale", "failed"]
    cause: Short = ""
    route: Route | None = None


class LinkRenew(Body):
    """Ask for the next generation of a link (the peer connection is gone or will not come back)."""

    link: UUID
    generation: Generation
    cause: Short = ""


class Media(Body):
    """Which of my sources are on; the other side shows it."""

    camera: bool = False
    microphone: bool = False
    screen: bool = False


class Chat(Body):
    """A text line. `client_id` makes a repeated send harmless."""

    client_id: UUID
    body: Annotated[str, Meta(min_length=1)]


class PromptAnswer(Body):
    """Answer to a prompt addressed to me; counts once."""

    prompt: UUID
    accept: bool
    answer: dict[str, Any] = field(default_factory=dict)


class Stats(Body):
    """One direction of one link over one window, from getStats (W3C webrtc-stats) and the frame callback."""

    rtt_ms: Duration | None = None
    loss: Annotated[float, Meta(ge=0, le=1)] | None = None
    jitter_ms: Duration | None = None
    bitrate: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    bitrate_out: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    fps: Annotated[float, Meta(ge=0, le=1000)] | None = None
    width: Annotated[int, Meta(ge=0, le=16384)] | None = None
    height: Annotated[int, Meta(ge=0, le=16384)] | None = None
    frozen: Annotated[float, Meta(ge=0, le=1)] | None = None
    concealed: Annotated[float, Meta(ge=0, le=1)] | None = None
    latency_ms: Latency | None = None
    latency_p95_ms: Latency | None = None


class Quality(Body):
    """A window's statistics; `window` is its start in ms since the epoch (the server's clock)."""

    link: UUID
    window: Count
    seconds: Annotated[float, Meta(gt=0, le=60)]
    stats: Stats


CLIENT_KINDS: dict[str, type[Body]] = {
    "hello": Hello,
    "ping": Ping,
    "replay": Replay,
    "call.request": CallRequest,
    "call.cancel": CallEnd,
    "call.hang_up": CallEnd,
    "call.rate": CallRate,
    "link.description": LinkDescription,
    "link.candidates": LinkCandidates,
    "link.ahead": LinkAhead,
    "link.state": LinkState,
    "link.renew": LinkRenew,
    "media": Media,
    "chat": Chat,
    "prompt.answer": PromptAnswer,
    "quality": Quality,
}
