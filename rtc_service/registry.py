"""Where leaves plug into the core. Filled in `AppConfig.ready()`, read at run time; see docs/architecture.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from .doctor import Finding
    from .models import Call, Event, Visitor
    from .signalling.protocol import Body, CallRequest

Everyone = frozenset({"customer", "staff"})


@dataclass(frozen=True)
class Caller:
    """Who sent a message: one of visitor and user, the leg in the envelope's call, and that call."""

    key: str
    role: str
    visitor_id: int | None = None
    user_id: int | None = None
    call: UUID | None = None
    participant: UUID | None = None
    participant_id: int | None = None
    call_id: int | None = None


@dataclass(frozen=True)
class MessageKind:
    """A kind that is handled in a database thread and answered with the handler's dict."""

    body: type[Body]
    handler: Callable[[Caller, Any], dict[str, Any] | None]
    roles: frozenset[str] = Everyone


@dataclass(frozen=True)
class ContextProvider:
    """`prompt`: it asks our own database only, is waited for, and never late."""

    function: Callable[[Visitor, CallRequest], dict[str, Any]]
    prompt: bool = False


@dataclass(frozen=True)
class Follower:
    """A reader of a topic: a call (the customer in it) or a staff user."""

    call: UUID | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class TopicKind:
    """Which topics a call or a staff socket follows, and how their values are read, many followers at once."""

    prefix: str
    read: Callable[[str, list[Follower]], Mapping[Follower, dict[str, Any]]]
    for_call: Callable[[Call], Iterable[str]] = lambda call: ()
    for_staff: Callable[[int], Iterable[str]] = lambda user_id: ()


@dataclass(frozen=True)
class Panel:
    """A card beside the call in the workbench."""

    name: str
    title: str | Promise
    render: Callable[[HttpRequest, Call], SafeString]
    order: int = 100
    roles: frozenset[str] = frozenset({"staff"})
    refresh_on: tuple[str, ...] = ()  # event kinds after which the panel is fetched again


@dataclass(frozen=True)
class ApiPart:
    """A leaf's viewset under /api/v1/, loaded when the URLs are; scopes are what machine clients may be given."""

    load: Callable[[], Any]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Periodic:
    """A Celery task by name, how many seconds lie between two runs, and its queue (empty: the default one)."""

    task: str
    seconds: float
    queue: str = ""


@dataclass(frozen=True)
class Health:
    """A check of rtc_doctor and how many seconds it may take (0: DOCTOR_SECONDS)."""

    function: Callable[[], list[Finding]]
    seconds: float = 0.0


@dataclass
class Registry:
    messages: dict[str, MessageKind] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    duties: dict[str, list[str]] = field(default_factory=dict)
    duty_functions: dict[str, Callable[[Event], None]] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    after_calls: dict[str, Callable[[Call, str], dict[str, Any] | None]] = field(default_factory=dict)
    contexts: dict[str, ContextProvider] = field(default_factory=dict)
    call_actions: dict[str, Callable[[Any, Sequence[Call]], Mapping[int, dict[str, str]]]] = field(default_factory=dict)
    gates: dict[str, Callable[[Visitor, CallRequest], str | None]] = field(default_factory=dict)
    desks: dict[str, Callable[[int], dict[str, Any]]] = field(default_factory=dict)
    snapshots: dict[str, Callable[[Call], Any]] = field(default_factory=dict)
    topics: dict[str, TopicKind] = field(default_factory=dict)
    leases: dict[str, Callable[[list[int]], None]] = field(default_factory=dict)
    sweepers: dict[str, Callable[[], int]] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)  # of sweepers that run less often
    periodic: dict[str, Periodic] = field(default_factory=dict)
    apis: dict[str, ApiPart] = field(default_factory=dict)
    healths: dict[str, Health] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)


_registry = Registry()


def _add(table: dict[str, Any], name: str, value: Any) -> None:
    if table.get(name, value) != value:
        raise ValueError(f"{name!r} is registered already")
    table[name] = value


def message(
    kind: str,
    body: type[Body],
    handler: Callable[[Caller, Any], dict[str, Any] | None],
    roles: Iterable[str] = Everyone,
) -> None:
    """A message kind on the socket; raise RtcError to refuse."""
    _add(_registry.messages, kind, MessageKind(body, handler, frozenset(roles)))


def event(kind: str, audience: str = "all") -> None:
    """An event kind and who may read it: "all" parties or "staff"."""
    _add(_registry.events, kind, audience)


def duty(event_kind: str, name: str, function: Callable[[Event], None]) -> None:
    """`function(event)` is owed once for each such event; it must tolerate being run again."""
    _add(_registry.duty_functions, name, function)
    handlers = _registry.duties.setdefault(event_kind, [])
    if name not in handlers:
        handlers.append(name)


def panel(item: Panel) -> None:
    """A panel beside the call in the workbench."""
    _add(_registry.panels, item.name, item)


def after_call(name: str, function: Callable[[Call, str], dict[str, Any] | None]) -> None:
    """What the customer's end page shows: {"title", "text", "url"} in the given language, or None."""
    _add(_registry.after_calls, name, function)


def context(name: str, function: Callable[[Visitor, CallRequest], dict[str, Any]], *, prompt: bool = False) -> None:
    """Facts about the customer, asked before the call is written, outside the transaction. The call waits
    CONTEXT_SECONDS for them and is updated by what comes later; `prompt`: see ContextProvider."""
    _add(_registry.contexts, name, ContextProvider(function, prompt))


def call_action(name: str, function: Callable[[Any, Sequence[Call]], Mapping[int, dict[str, str]]]) -> None:
    """What a staff member may do with past calls: `function(user, calls)` answers {"title", "url"} by the calls' pk, of
    those with which the user may; asked for many calls at once, so that a list costs a fixed number of queries."""
    _add(_registry.call_actions, name, function)


def gate(name: str, function: Callable[[Visitor, CallRequest], str | None]) -> None:
    """May this call be made now? A refusal code, or None."""
    _add(_registry.gates, name, function)


def desk(name: str, function: Callable[[int], dict[str, Any]]) -> None:
    """The leaf's part of a staff member's `welcome.desk`, by user id."""
    _add(_registry.desks, name, function)


def snapshot(name: str, function: Callable[[Call], Any]) -> None:
    """The leaf's key in the call snapshot; it must follow from the log, so that replay equals the snapshot."""
    _add(_registry.snapshots, name, function)


def topic(
    prefix: str,
    read: Callable[[str, list[Follower]], Mapping[Follower, dict[str, Any]]],
    for_call: Callable[[Call], Iterable[str]] = lambda call: (),
    for_staff: Callable[[int], Iterable[str]] = lambda user_id: (),
) -> None:
    """Topics whose key starts with `prefix`."""
    _add(_registry.topics, prefix, TopicKind(prefix, read, for_call, for_staff))


def lease(name: str, function: Callable[[list[int]], None]) -> None:
    """Called every beat with the user ids of staff whose sockets this process has heard from."""
    _add(_registry.leases, name, function)


def sweeper(name: str, function: Callable[[], int], every: float = 0.0) -> None:
    """Run each second by the ticker and every 5 s by beat, or in each process once in `every` seconds where nothing
    hurries; must be idempotent. Returns how many rows it moved."""
    _add(_registry.sweepers, name, function)
    if every:
        _registry.pauses[name] = every


def api(prefix: str, load: Callable[[], Any], scopes: tuple[str, ...] | None = None) -> None:
    """A viewset (`rtc_service.api.base`) under /api/v1/<prefix>/. `load() -> class` is called when a project includes
    the API's URLs: nothing of REST is imported before. Scopes, unless given: `<prefix>:read`, `<prefix>:write`."""
    _add(_registry.apis, prefix, ApiPart(load, scopes or (f"{prefix}:read", f"{prefix}:write")))


def periodic(name: str, task: str, seconds: float, queue: str = "") -> None:
    """A Celery task that beat gives so often; it must be idempotent (`rtc_service.tasks.beat_schedule`)."""
    _add(_registry.periodic, name, Periodic(task, seconds, queue))


def health(name: str, function: Callable[[], list[Finding]], seconds: float = 0.0) -> None:
    """A check of `rtc_doctor`: what is found, in sentences (`rtc_service.doctor`). It may raise: that is a problem."""
    _add(_registry.healths, name, Health(function, seconds))


def queue(name: str, purpose: str) -> None:
    """A Celery queue that some worker must listen to, and in a few words what for; `rtc_doctor` asks."""
    _add(_registry.queues, name, purpose)


def get() -> Registry:
    """The filled registry."""
    return _registry
