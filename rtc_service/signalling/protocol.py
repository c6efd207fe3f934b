"""The signalling protocol: every message kind, its body and its limits, as typed structs.

This file is the one source: the consumer validates with it, `docs/protocol.md` is generated from it
(`manage.py rtc_docs`), and the golden messages in `tests/fixtures/protocol/` are checked against it
by the Python and by the JavaScript tests. It is pure: no Django model, no socket.

Envelope, one JSON object per WebSocket text frame::

    {"v": 1, "kind": "chat", "id": "<uuid>"?, "call": "<uuid>"?, "seq": 17?, "body": {...}}

A request that carries `id` is answered by `ok` or `error` with the same `id`. Unknown keys are ignored,
an unknown kind is an error. A message carries the lowest version in which it can be read, so that a client one version
back (a tab that was open during an upgrade) is served on. Times are milliseconds since the Unix epoch unless a field
says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, field

VERSION = 1
OLDEST_VERSION = 1

Short = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(max_length=120)]
Reference = Annotated[str, Meta(max_length=200)]
Url = Annotated[str, Meta(max_length=2000)]
Token = Annotated[str, Meta(max_length=2000)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Generation = Annotated[int, Meta(ge=1, le=1_000_000)]
Duration = Annotated[float, Meta(ge=0, le=3_600_000)]  # ms; an hour is nonsense already, and charts must hold it
Latency = Annotated[float, Meta(ge=-3_600_000, le=3_600_000)]  # ms between two clocks, so it may be below zero


class Envelope(Struct, omit_defaults=True):
    """What every frame looks like; the body is decoded by the kind's own struct."""

    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    v: int = VERSION
    id: UUID | None = None
    call: UUID | None = None
    seq: Count | None = None
    body: msgspec.Raw = msgspec.Raw(b"{}")


class Body(Struct, omit_defaults=False):
    """Base of every body."""


class Empty(Body):
    """No fields."""


B = TypeVar("B", bound=Body)


# --- from the client --------------------------------------------------------------------------------


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


# --- from the server --------------------------------------------------------------------------------


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

NUL = "\\u0000"  # as JSON spells it; unescaped it is no JSON
_envelope_decoder = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()


class BadMessage(ValueError):
    """The frame is not a message of this protocol: `code` is `bad_json`, `bad_message` or `unsupported_version`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def decode(frame: str | bytes) -> Envelope:
    """Read the envelope. Raises BadMessage; the body stays raw until its kind is known."""
    if NUL in frame if isinstance(frame, str) else NUL.encode() in frame:
        raise BadMessage("bad_message", "a text may not hold the character U+0000")  # PostgreSQL cannot store it
    try:
        envelope = _envelope_decoder.decode(frame)
    except msgspec.ValidationError as error:
        raise BadMessage("bad_message", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadMessage("bad_json", str(error)) from None
    if not OLDEST_VERSION <= envelope.v <= VERSION:
        raise BadMessage("unsupported_version", f"this server speaks version {VERSION}")
    return envelope


def decode_body(raw: msgspec.Raw, struct: type[B]) -> B:
    """Read a body as its kind's struct. Raises BadMessage naming the field."""
    try:
        return msgspec.json.decode(raw, type=struct)
    except msgspec.ValidationError as error:
        raise BadMessage("bad_message", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadMessage("bad_json", str(error)) from None


def encode(kind: str, body: Any, *, id: UUID | None = None, call: UUID | None = None, seq: int | None = None) -> str:
    """Write one frame."""
    message: dict[str, Any] = {"v": OLDEST_VERSION, "kind": kind}
    if id is not None:
        message["id"] = id
    if call is not None:
        message["call"] = call
    if seq is not None:
        message["seq"] = seq
    message["body"] = body
    return _encoder.encode(message).decode()
