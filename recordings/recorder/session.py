"""One recording in this process: a client of the call, a capture per party, the lease, and the watch over all of it.

It ends when the recording is over, when another recorder has taken its place, when its leg has left the call, or when
the process stops; in every case segments are closed first and the place is given up last."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError

from rtc_service.db import in_db
from rtc_service.states import LegKind, Role

from ..conf import recordings as settings
from ..models import Recording, RecordingState
from ..models.recording import LIVE
from ..services import alarms, leases, recordings
from ..services.leases import Claim
from .client import Client, Refused
from .party import CaptureMaker, Message, Party
from .sinks import Sinks

log = logging.getLogger("rtc_recordings.recorder")
LOOK_SECONDS = 0.5
CLOSE_SECONDS = 10.0  # a storage that hangs does not hold the process


class Session:
    """`await run()` once; `stop(reason)` from the loop's thread."""

    def __init__(self, claim: Claim, make: CaptureMaker) -> None:
        self.claim = claim
        self.reason = ""
        self._make = make
        self._parties: dict[str, Party] = {}
        self._legs: dict[UUID, Message] = {}  # the snapshot's participants
        self._paused = False
        self._began = False
        self._told = 0  # how often the log has said what the recording's state is
        self._closing: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._client = Client(
            settings().SIGNALLING_URL, claim.leg, Role.RECORDER, welcome=self._welcome, handle=self._handle,
            held=self._held, allowed=self._allowed,
        )  # fmt: skip

    def stop(self, reason: str) -> None:
        """Close and go; the first reason counts."""
        self.reason = self.reason or reason
        self._over.set()

    async def run(self) -> None:
        """Until it is over. Raises nothing: the reason is in `reason`."""
        log.info("recording %s begins here, epoch %d", self.claim.uuid, self.claim.epoch)
        parts = [
            self._loop.create_task(self._guarded(part)) for part in (self._connected, self._renewing, self._watching)
        ]
        try:
            await self._over.wait()
        finally:
            for part in parts[2:]:
                part.cancel()
            # The client goes at once, the lease is held until the segments are closed.
            parts[0].cancel()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await asyncio.gather(*(party.close() for party in self._parties.values()), *self._closing)
            except Exception:  # noqa: BLE001  whatever hangs or breaks at the end: the place is given up all the same
                log.exception("closing recording %s failed", self.claim.uuid)
            parts[1].cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._release()
            log.info("recording %s ends here: %s", self.claim.uuid, self.reason)

    async def _release(self) -> None:
        try:
            await in_db(leases.release, self.claim)
        except Exception:  # noqa: BLE001  the lease runs out by itself
            log.exception("giving up recording %s failed", self.claim.uuid)

    async def _guarded(self, part: Callable[[], Any]) -> None:
        """A part that dies takes the session with it: the sweeper finds another recorder."""
        try:
            await part()
        except Exception:  # noqa: BLE001  the boundary of the session
            log.exception("a part of recording %s failed", self.claim.uuid)
            self.stop("failed")

    # --- the call

    async def _connected(self) -> None:
        try:
            self.stop(await self._client.run())
        except Refused as refusal:
            self.stop(f"refused: {refusal.code}")

    async def _allowed(self) -> bool:
        """Is the place still this one's? A database that is away does not say no."""
        try:
            return not self._over.is_set() and await in_db(leases.renew, self.claim) is not None
        except DatabaseError:
            return True

    def _say(self, kind: str, body: Message) -> None:
        self._client.send(kind, body, self.claim.call)

    def _held(self) -> list[Message]:
        held = [party for party in self._parties.values() if party.generation]
        return [{"link": party.link, "generation": party.generation, "n": party.read} for party in held]

    def _welcome(self, body: Message) -> None:
        snapshot = body["snapshot"]
        if snapshot is None:
            self.stop("no call")
            return
        self._legs = {UUID(leg): item for leg, item in snapshot["participants"].items()}
        recording = snapshot.get("recording") or {}
        if recording.get("recording") == str(self.claim.uuid):
            self._told += 1
            self._state(recording["state"])
        for link in [link for link in self._parties if link not in snapshot["links"]]:
            self._put_away(link)
        for party in self._parties.values():
            self._switches(party)

    def _handle(self, kind: str, body: Message) -> None:
        if kind == "event":
            self._event(body["kind"], body["data"])
        elif kind == "link.open" and body["kind"] == LegKind.RECORD:
            self._open(body)
        elif kind == "link.close":
            self._put_away(body["link"])
        elif kind == "link.description" and body["link"] in self._parties:
            self._parties[body["link"]].described(body)
        elif kind == "link.candidates" and body["link"] in self._parties:
            self._parties[body["link"]].candidates(body)

    def _event(self, kind: str, data: Message) -> None:
        if kind == "recordings.state" and data["recording"] == str(self.claim.uuid):
            self._told += 1
            self._state(data["state"])
        elif kind == "call.ended":
            self.stop("ended")
        elif kind == "participant.left" and data["participant"] == str(self.claim.leg):
            self.stop("left")
        elif kind in ("media", "participant.lost", "participant.back", "participant.joined", "participant.left"):
            self._leg_changed(kind, data)

    def _leg_changed(self, kind: str, data: Message) -> None:
        leg = UUID(data["participant"])
        known = self._legs.setdefault(leg, {"present": True, "media": {}})
        if kind == "media":
            known["media"] = data
        else:
            known["present"] = kind not in ("participant.lost", "participant.left")
        for party in self._parties.values():
            if party.participant == leg:
                self._switches(party)

    def _switches(self, party: Party) -> None:
        """What the party sends at present, as it says itself."""
        leg, now = self._legs.get(party.participant, {}), time.time()
        media, present = leg.get("media") or {}, bool(leg.get("present", True))
        camera = bool(media.get("camera") or media.get("screen"))
        party.watch.switched(now, camera=camera, microphone=bool(media.get("microphone")))
        if present and not party.watch.present:
            party.watch.again(now)
        party.watch.present = present

    def _state(self, state: str) -> None:
        """What the recording's row says: by event, by snapshot, or by the lease's renewal."""
        if state not in LIVE:
            self.stop(state)
        elif (state == RecordingState.PAUSED) != self._paused:
            self._paused = state == RecordingState.PAUSED
            for party in self._parties.values():
                if self._paused:
                    party.pause()
                else:
                    party.resume()

    # --- links

    def _open(self, body: Message) -> None:
        if self._over.is_set():
            return
        link, participant = body["link"], UUID(body["peer"]["participant"])
        party = self._parties.get(link)
        if party is None:
            if participant not in self.claim.parties:
                self.stop("a new party")  # with a fresh claim it is known
                return
            party = self._parties[link] = Party(
                participant,
                link,
                sinks=Sinks(self.claim, participant, self._lost),
                make=self._make,
                addresses=settings().ADDRESSES,
                say=self._say,
                changed=self._news.set,
            )
            party.alarms = {problem for problem, whose in self.claim.alarms if whose == participant}
            self._switches(party)
        party.open(body, paused=self._paused)

    def _put_away(self, link: str) -> None:
        party = self._parties.pop(link, None)
        if party is not None:
            task = self._loop.create_task(party.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _lost(self) -> None:
        """From a worker thread of a capture."""
        self._loop.call_soon_threadsafe(self.stop, "lost its place")

    # --- the lease

    async def _renewing(self) -> None:
        """Hold the place. A database that is away lets nobody else have it, so that recording goes on meanwhile."""
        while True:
            await asyncio.sleep(settings().LEASE_SECONDS / 3)
            told = self._told
            try:
                state = await in_db(leases.renew, self.claim)
            except DatabaseError as error:
                log.warning("the lease of %s could not be renewed (%s)", self.claim.uuid, type(error).__name__)
                continue
            if state is None:
                self.stop("lost its place")
                return
            if told == self._told:  # what the log has said meanwhile is newer than what was read
                self._state(state)

    # --- the watch

    async def _watching(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                pass
            self._news.clear()
            try:
                await self._look(time.time())
            except DatabaseError as error:
                log.warning("noting the course of %s failed (%s)", self.claim.uuid, type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS / 5)  # news may come with every packet

    async def _look(self, now: float) -> None:
        given = settings()
        for party in list(self._parties.values()):
            party.look(now)
            party.renew_if_stalled(now, given.STALL_SECONDS)
            await self._alarm(party, set() if self._paused else party.watch.problems(now, given.ALARM_SECONDS))
        if not self._began:
            await self._begin()

    async def _begin(self) -> None:
        """The first media of any party has come to this recorder."""
        first = [party.first_media for party in self._parties.values() if party.first_media is not None]
        if not first:
            return
        at = datetime.fromtimestamp(min(first) + self.claim.offset, UTC)
        if not await in_db(_note_begun, self.claim, at):
            self.stop("lost its place")
        self._began = True

    async def _alarm(self, party: Party, problems: set[str]) -> None:
        for problem in problems ^ party.alarms:
            await in_db(_note_problem, self.claim, problem, problem in problems, party.participant)
        party.alarms = problems


def _note_begun(claim: Claim, at: datetime) -> bool:
    return recordings.began(_row(claim), epoch=claim.epoch, at=at)


def _note_problem(claim: Claim, problem: str, on: bool, participant: UUID) -> bool:
    return alarms.switch_fenced(_row(claim), problem, on=on, participant=participant, epoch=claim.epoch)


def _row(claim: Claim) -> Recording:
    return Recording.objects.select_related("call").get(pk=claim.pk)
