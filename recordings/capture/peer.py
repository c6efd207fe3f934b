"""One party's media: a peer that only receives, what it receives cut into segments."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
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

from . import bucket, taps
from .descriptions import asking_for_sound_again, ice_servers, without_candidates
from .errors import AnsweredAlready, AnswerRefused, CaptureClosed, CaptureError
from .guard import SourceGuard
from .intake import Intake
from .limits import CaptureLimits
from .outlet import SegmentSink
from .stats import CaptureStats

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
        self._cap, self._bucket = taps.Cap(bitrate), bucket.for_party(bitrate, self._limits, self._clock)
        self._intake = Intake(open_segment, self._limits, clock=self._clock, nack=self._nack, changed=self._changed)
        self._numbers = self._intake.numbers
        self._pc: RTCPeerConnection | None = None
        self._guard: SourceGuard | None = None
        self._receivers: dict[str, RTCRtpReceiver] = {}
        self._answered: float | None = None
        self._watching: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    # --- negotiation

    async def offer(self) -> str:
        """Complete SDP: sound first, then picture, both receive only. Raises `CaptureError`."""
        if self._pc is not None or self._numbers.state == "closed":
            raise CaptureClosed("a capture offers once")
        taps.install()
        servers = ice_servers(self._servers)  # always given: without, aiortc asks a STUN server of its own choice
        self._pc = pc = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        pc.add_listener("connectionstatechange", lambda: self._connection_changed(pc.connectionState))
        intake = self._intake
        tapped = taps.Taps(sounds=intake.sounds, pictures=intake.pictures, cap=self._cap, on_trouble=intake.trouble)
        with taps.building(tapped):
            transceivers = [pc.addTransceiver(kind, direction="recvonly") for kind in ("audio", "video")]
        for transceiver in transceivers:
            self._prepare(transceiver)
        ice = transceivers[0].receiver.transport.transport
        self._guard = SourceGuard(
            ice._connection, most=self._limits.datagrams, addresses=self._addresses, bucket=self._bucket
        )
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

        async def heard(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket):
                self._intake.report(kind, packet)
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

    # --- time

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._limits.tick)
            try:
                self._look(self._clock())
            except Exception as problem:  # noqa: BLE001 - a capture that is not looked after any more would look alive
                self._intake.trouble(problem)

    def _look(self, now: float) -> None:
        ssrc = self._intake.look(now)
        if ssrc is not None:
            self._send(self._receivers["video"]._send_rtcp_pli(ssrc))
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
        found, guard = self._intake.stats(), self._guard
        if guard is not None:
            found.strangers, found.overflows, found.excess = guard.strangers, guard.overflows, guard.excess
        return found

    def pause(self) -> None:
        """The segment is closed when this returns; nothing that arrives from now on is kept."""
        self._intake.flush()
        self._intake.tape.pause()

    def resume(self) -> None:
        """A new segment begins at the next key frame, which is asked for."""
        self._intake.tape.resume()

    async def close(self) -> None:
        """What is still held back comes out, the segment is closed, the connection ended. Again does nothing."""
        if self._numbers.state == "closed":
            return
        if self._watching is not None:
            self._watching.cancel()
        self._intake.flush()
        self._numbers.state = "closed"
        await self._intake.tape.close()
        if self._pc is not None:
            self._pc.remove_all_listeners()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pc.close(), self._limits.close)
