"""One party's media: a peer that only receives, what it receives cut into segments."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtcpSrPacket

from . import taps
from .descriptions import asking_for_sound_again, ice_servers, without_candidates
from .errors import AnsweredAlready, AnswerRefused, CaptureClosed, CaptureError
from .guard import SourceGuard
from .limits import CaptureLimits
from .outlet import SegmentSink
from .pictures import Picture, PictureWindow
from .reorder import Window
from .sound import Sound, SoundWindow
from .stats import CaptureStats
from .tape import Tape
from .watch import BlackWatch, KeyFrames

logger = logging.getLogger("rtc_recordings")

GATHER_SECONDS = 10.0
CODECS = {"audio": ("audio/opus",), "video": ("video/vp8", "video/rtx")}


def steady_clock() -> Callable[[], float]:
    """Seconds since the epoch as of now, going on evenly also when somebody sets the clock."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class PartyCapture:
    """One party's media over one link generation.

    `open_segment` and what it answers are called on worker threads (see `SegmentSink`), `on_change` on the loop: when
    media has begun, the state or `black` has changed, or a segment has failed. `bitrate` in bits per second.
    `ice_servers` as browsers get them. `addresses`: own addresses to be reached at; empty: all but loopback.
    `clock`: seconds since the epoch; it must not jump.
    """

    def __init__(
        self,
        *,
        open_segment: Callable[[], SegmentSink],
        bitrate: int,
        ice_servers: list[Any],
        addresses: list[str],
        on_change: Callable[[], None],
        clock: Callable[[], float] | None = None,
        limits: CaptureLimits | None = None,
    ) -> None:
        self._limits = limits or CaptureLimits()
        self._clock = clock or steady_clock()
        self._servers, self._addresses, self._on_change = list(ice_servers), list(addresses), on_change
        self._numbers = CaptureStats()
        self._keys, self._black = KeyFrames(self._limits), BlackWatch(self._limits)
        self._sounds, self._pictures = self._windows()
        self._cap = taps.Cap(bitrate)
        self._tape = Tape(
            open_segment,
            self._limits,
            clock=self._clock,
            want_key=self._keys.want,
            reports=lambda: {"video": self._pictures.reports.latest, "audio": self._sounds.reports.latest},
        )
        self._pc: RTCPeerConnection | None = None
        self._guard: SourceGuard | None = None
        self._receivers: dict[str, RTCRtpReceiver] = {}
        self._answered: float | None = None
        self._watching: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def _windows(self) -> tuple[SoundWindow, PictureWindow]:
        sounds = SoundWindow(
            clock=self._clock,
            limits=self._limits,
            ask_again=lambda ssrc, numbers: self._nack("audio", ssrc, numbers),
            on_packet=lambda ticks, arrival: self._packet("audio", ticks, arrival),
            on_sound=self._sound,
            on_restart=lambda: self._restarted(),
        )
        pictures = PictureWindow(
            clock=self._clock,
            limits=self._limits,
            ask_again=lambda ssrc, numbers: self._nack("video", ssrc, numbers),
            on_packet=lambda ticks, arrival: self._packet("video", ticks, arrival),
            on_picture=self._picture,
            on_gap=self._keys.want,
            on_restart=lambda: self._restarted(),
        )
        return sounds, pictures

    # --- negotiation

    async def offer(self) -> str:
        """Complete SDP: sound first, then picture, both receive only. Raises `CaptureError`."""
        if self._pc is not None or self._numbers.state == "closed":
            raise CaptureClosed("a capture offers once")
        taps.install()
        servers = ice_servers(self._servers)  # always given: without, aiortc asks a STUN server of its own choice
        self._pc = pc = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        pc.add_listener("connectionstatechange", lambda: self._connection_changed(pc.connectionState))
        tapped = taps.Taps(sounds=self._sounds, pictures=self._pictures, cap=self._cap, on_trouble=self._trouble)
        with taps.building(tapped):
            transceivers = [pc.addTransceiver(kind, direction="recvonly") for kind in ("audio", "video")]
        for transceiver in transceivers:
            self._prepare(transceiver)
        ice = transceivers[0].receiver.transport.transport
        self._guard = SourceGuard(ice._connection, most=self._limits.datagrams, addresses=self._addresses)
        description = await pc.createOffer()
        wanted = RTCSessionDescription(sdp=asking_for_sound_again(description.sdp), type="offer")
        try:
            await asyncio.wait_for(pc.setLocalDescription(wanted), GATHER_SECONDS)
        except TimeoutError:
            raise CaptureError("no candidates in time") from None
        self._guard.close_in()
        self._state("offered")
        return str(pc.localDescription.sdp)

    def _prepare(self, transceiver: RTCRtpTransceiver) -> None:
        kind, receiver = transceiver.kind, transceiver.receiver
        known: Any = RTCRtpReceiver.getCapabilities(kind)
        transceiver.setCodecPreferences([codec for codec in known.codecs if codec.mimeType.lower() in CODECS[kind]])
        stock = receiver._handle_rtcp_packet
        window: Window = self._sounds if kind == "audio" else self._pictures

        async def heard(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket) and window.ssrc in (None, packet.ssrc):
                info = packet.sender_info
                report = window.reports.add(info.ntp_timestamp, info.rtp_timestamp, self._clock())
                if report is not None:
                    self._tape.report(kind, report)
            await stock(packet)

        receiver._handle_rtcp_packet = heard  # type: ignore[method-assign]
        self._receivers[kind] = receiver

    async def answer(self, sdp: str) -> None:
        """The party's answer. Addresses in it are not used. Raises `AnswerRefused`, `AnsweredAlready`."""
        if self._pc is None or self._numbers.state == "closed":
            raise CaptureClosed("nothing has been offered")
        if self._answered is not None:
            raise AnsweredAlready
        cleaned = without_candidates(sdp)
        self._answered = self._clock()
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp=cleaned, type="answer"))
        except Exception as problem:
            # The parser raises what it likes when the text is not what it expects.
            self._state("failed")
            raise AnswerRefused(f"{type(problem).__name__}: {problem}") from problem
        if self._numbers.state == "offered":
            self._state("connecting")
        self._watching = asyncio.create_task(self._watch())

    def _connection_changed(self, state: str) -> None:
        if state in ("connected", "failed"):
            self._state(state)
        elif state == "closed":  # the party has said good-bye, or does not answer any more
            self._state("failed")

    def _state(self, state: str) -> None:
        if self._numbers.state not in (state, "closed", "failed"):
            self._numbers.state = state
            self._changed()

    def _changed(self) -> None:
        asyncio.get_running_loop().call_soon(self._on_change)

    # --- media

    def _packet(self, kind: str, ticks: int, arrival: float) -> None:
        numbers = self._numbers
        numbers.packets += 1
        numbers.last_packet = arrival
        if kind == "video":
            self._keys.packet(arrival)
        else:
            numbers.last_sound = arrival
        self._tape.arrived(kind, ticks, arrival)
        if numbers.first_media is None:
            numbers.first_media = arrival
            self._changed()

    def _sound(self, packet: Sound) -> None:
        self._tape.sound(packet)

    def _picture(self, picture: Picture) -> None:
        now, numbers = self._clock(), self._numbers
        numbers.frames += 1
        numbers.key_frames += picture.key
        numbers.last_picture = now
        self._keys.picture(picture, now)
        self._black.picture(picture, now)
        self._tape.picture(picture)

    def _restarted(self) -> None:
        self._tape.cut()
        self._keys.want()

    def _trouble(self, problem: Exception) -> None:
        logger.error("media could not be taken: %s", type(problem).__name__, exc_info=problem)
        self._numbers.failures += 1
        self._changed()

    # --- time

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._limits.tick)
            try:
                self._look(self._clock())
            except Exception as problem:  # noqa: BLE001 - a capture that is not looked after any more would look alive
                self._trouble(problem)

    def _look(self, now: float) -> None:
        self._sounds.look(now)
        self._pictures.look(now)
        self._black.look()
        if self._black.black != self._numbers.black:
            self._numbers.black = self._black.black
            self._changed()
        failures = self._tape.failures
        self._tape.look(now)
        if self._tape.failures != failures:
            self._changed()
        if self._pictures.ssrc is not None and self._keys.due(now, black=self._black.black):
            self._send(self._receivers["video"]._send_rtcp_pli(self._pictures.ssrc))
        late = self._answered is not None and now - self._answered > self._limits.connect
        if late and self._numbers.state == "connecting":
            self._state("failed")

    def _nack(self, kind: str, ssrc: int, numbers: list[int]) -> None:
        self._send(self._receivers[kind]._send_rtcp_nack(ssrc, numbers))

    def _send(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    # --- what the recorder does with it

    @property
    def stats(self) -> CaptureStats:
        """As of now."""
        guard = self._guard
        return replace(
            self._numbers,
            dropped=self._pictures.dropped,
            lost_sound=self._sounds.lost,
            luma=self._black.luma,
            plis=self._keys.asked,
            failures=self._numbers.failures + self._tape.failures,
            strangers=guard.strangers if guard else 0,
            overflows=guard.overflows if guard else 0,
        )

    def pause(self) -> None:
        """The segment is closed when this returns; nothing that arrives from now on is kept."""
        self._flush()
        self._tape.pause()

    def resume(self) -> None:
        """A new segment begins at the next key frame, which is asked for."""
        self._tape.resume()

    def _flush(self) -> None:
        self._sounds.flush()
        self._pictures.flush()

    async def close(self) -> None:
        """What is still held back comes out, the segment is closed, the connection ended. Again does nothing."""
        if self._numbers.state == "closed":
            return
        if self._watching is not None:
            self._watching.cancel()
        self._flush()
        self._numbers.state = "closed"
        await self._tape.close()
        if self._pc is not None:
            self._pc.remove_all_listeners()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pc.close(), self._limits.close)
