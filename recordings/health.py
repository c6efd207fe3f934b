"""What recordings need of an installation, for `manage.py rtc_doctor`: storage, keys, the hook, and a way to us."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

from rtc_service import registry, tokens
from rtc_service.doctor import Finding, ok, problem, warning
from rtc_service.doctor import disk as room
from rtc_service.doctor.finding import said
from rtc_service.models import SpentToken
from rtc_service.signalling import protocol

from .conf import recordings
from .models import RecordingFile, Segment

NOTHING = "SIGNALLING_URL is not set: nothing is recorded here."
SECONDS = 5.0


def register() -> None:
    """Called once from `plugs`."""
    registry.queue("recordings", "the recorders")
    registry.queue("media", "what is made of recordings afterwards")
    registry.health("recordings.storage", storage)
    registry.health("recordings.disk", disk)
    registry.health("recordings.keys", key_ring)
    registry.health("recordings.hook", hook, seconds=20.0)
    registry.health("recordings.signalling", signalling)


def storage() -> list[Finding]:
    """Writes, reads and deletes an encrypted probe."""
    from .vault import store

    if not recordings().SIGNALLING_URL:
        return [ok(NOTHING)]
    try:
        store.check()
    except ImproperlyConfigured as error:
        return [problem(said(error), "See the recordings' section of docs/install.md.")]
    except Exception as error:  # noqa: BLE001  of whatever storage the host has chosen
        hint = "May this account write there, and is there room?"
        return [problem(f"The recordings' storage does not work: {type(error).__name__}: {said(error)}.", hint)]
    return [ok("The storage takes, gives back and deletes an encrypted probe.")]


def disk() -> list[Finding]:
    from .vault import store

    try:
        place = store.storage()
    except ImproperlyConfigured:
        return []  # said by `storage`
    if not isinstance(place, FileSystemStorage):
        return [ok("Recordings are not kept on this machine.")]
    folder = Path(place.location)
    while not folder.exists():  # made with the first recording
        folder = folder.parent
    return list(room.of({folder: "recordings"}))


def key_ring() -> list[Finding]:
    """Does the ring hold every key that a file's key is wrapped by? One of each is unwrapped."""
    from .vault import keys
    from .vault.errors import VaultError

    found, ids = [], set()
    for model in (RecordingFile, Segment):
        kept = model.objects.exclude(wrapped_key="")
        for key_id in kept.order_by().values_list("key_id", flat=True).distinct():
            ids.add(key_id)
            row = kept.filter(key_id=key_id).order_by("-pk").first()
            try:
                keys.unwrap(key_id, row.wrapped_key, row.name) if row is not None else None
            except VaultError as error:
                hint = "Put the key back into the ring: without it these recordings are lost."
                found.append(problem(f"Key {key_id} opens no recording any more: {said(error)}.", hint))
    return found or [ok(f"Recordings are under {len(ids)} keys, and each opens.")]


def hook() -> list[Finding]:
    """A short call with ourselves: what the recorder takes from aiortc is still there, bit by bit."""
    from .capture.errors import HookBroken
    from .capture.selftest import self_test

    try:
        self_test()
    except HookBroken as error:
        hint = "Install the aiortc version that pyproject.toml names."
        return [problem(f"The recorder does not get the frames: {said(error)}.", hint)]
    return [ok("The recorder gets frames bit by bit, and aiortc carries our bit rate.")]


def signalling() -> list[Finding]:
    """As a recorder would: opens a socket at SIGNALLING_URL and says hello for a leg that there is not, and
    looks whether the server could read the token, that is, has our SECRET_KEY."""
    url = recordings().SIGNALLING_URL
    if not url:
        return [warning(NOTHING, 'Set RTC_SERVICE["recordings"]["SIGNALLING_URL"] to "ws://…/ws/rtc/" to record.')]
    if urlsplit(url).scheme not in ("ws", "wss"):
        return [
            problem(
                f"SIGNALLING_URL {said(ValueError(url))} is no ws:// or wss:// address.",
                'E.g. "ws://127.0.0.1:8000/ws/rtc/".',
            )
        ]
    hint = "It is the address by which workers reach a server process; a proxy in between must pass WebSockets on."
    token = tokens.hello(f"s:{uuid4()}", "recorder")
    try:
        _hello(url, token)
    except Exception as error:  # noqa: BLE001  of sockets, TLS, resolvers and websockets
        return [problem(f"SIGNALLING_URL is not reached: {type(error).__name__}: {said(error)}.", hint)]
    # For want of a leg the token is refused either way; one that could be read is spent, in the database that we share.
    if not SpentToken.objects.filter(jti=tokens.read_hello(token)["jti"]).exists():
        same = "Server processes and workers must have the same SECRET_KEY, database, and clocks that agree."
        return [problem("The server at SIGNALLING_URL does not read our tokens.", same)]
    return [ok("A worker here reaches the signalling server, which reads its tokens.")]


def _hello(url: str, token: str) -> None:
    """Returns with the server's answer, whatever it says."""
    from websockets.sync.client import connect

    header = {"Authorization": f"Bearer {tokens.service()}"}
    body = {"tab": "rtc-doctor", "token": token}
    with connect(url, additional_headers=header, proxy=None, open_timeout=SECONDS, close_timeout=1.0) as socket:
        socket.send(protocol.encode("hello", body, id=uuid4()))
        socket.recv(timeout=SECONDS)
