"""The taps into aiortc: our windows in place of its jitter buffers, our cap in place of its bandwidth estimate.

A receiver of aiortc makes a jitter buffer and an estimator of the classes that its module names. `install()` puts two
functions in their places, which answer the stock objects except while a capture builds its receivers (`building`).
So frames come to us reassembled and not decoded, after retransmissions have been taken care of.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiortc import rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rate import RemoteBitrateEstimator

from .errors import HookBroken
from .reorder import Window

REMB_SECONDS = 0.5
SSRCS = 8  # a picture and its retransmissions are two


class Cap:
    """Takes the place of aiortc's receive-side estimator, which starves a sender on an idle machine to a tenth.

    Every half second the sender is told the same: `bitrate` bits per second (REMB, draft-alvestrand-rmcat-remb).
    """

    def __init__(self, bitrate: int, now: Callable[[], float] = time.monotonic) -> None:
        self._bitrate, self._now = bitrate, now
        self._ssrcs: list[int] = []
        self._told = 0.0

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Each packet; an answer is sent to the sender."""
        fresh = ssrc not in self._ssrcs
        if fresh:
            self._ssrcs = [*self._ssrcs, ssrc][-SSRCS:]
        now = self._now()
        if not fresh and now - self._told < REMB_SECONDS:
            return None
        self._told = now
        return self._bitrate, self._ssrcs


class Inlet:
    """A window with the jitter buffer's interface. An exception would end aiortc's receiving without a word."""

    def __init__(self, window: Window, on_trouble: Callable[[Exception], None]) -> None:
        self._window, self._on_trouble = window, on_trouble

    def add(self, packet: Any) -> tuple[bool, None]:
        """(send a PLI?, frame for the decoder): PLIs are asked for elsewhere, frames go elsewhere."""
        try:
            self._window.add(packet)
        except Exception as problem:  # noqa: BLE001 - see above
            self._on_trouble(problem)
        return False, None


class Taps:
    """What a capture's two receivers get."""

    def __init__(self, *, sounds: Window, pictures: Window, cap: Cap, on_trouble: Callable[[Exception], None]) -> None:
        self.sounds, self.pictures = Inlet(sounds, on_trouble), Inlet(pictures, on_trouble)
        self.cap = cap
        self.given: set[str] = set()


_building: ContextVar[Taps | None] = ContextVar("rtc_capture_taps", default=None)


@contextmanager
def building(taps: Taps) -> Iterator[None]:
    """Receivers that are made inside get these taps. Raises `HookBroken` when they have not taken all of them."""
    token = _building.set(taps)
    try:
        yield
    finally:
        _building.reset(token)
    if taps.given != {"sounds", "pictures", "cap"}:
        raise HookBroken(f"receivers took {sorted(taps.given)} only; is the tap installed?")


def _jitter_buffer(capacity: int, prefetch: int = 0, is_video: bool = False) -> Any:
    taps = _building.get()
    if taps is None:
        return JitterBuffer(capacity, prefetch, is_video)
    taps.given.add("pictures" if is_video else "sounds")
    return taps.pictures if is_video else taps.sounds


def _estimator() -> Any:
    taps = _building.get()
    if taps is None:
        return RemoteBitrateEstimator()
    taps.given.add("cap")
    return taps.cap


EXPECTED: dict[Callable[..., Any], list[str]] = {
    JitterBuffer.__init__: ["self", "capacity", "prefetch", "is_video"],
    JitterBuffer.add: ["self", "packet"],
    RemoteBitrateEstimator.__init__: ["self"],
    RemoteBitrateEstimator.add: ["self", "arrival_time_ms", "abs_send_time", "payload_size", "ssrc"],
    rtcrtpreceiver.RTCRtpReceiver._send_rtcp_pli: ["self", "media_ssrc"],
    rtcrtpreceiver.RTCRtpReceiver._send_rtcp_nack: ["self", "media_ssrc", "lost"],
    rtcrtpreceiver.RTCRtpReceiver._handle_rtcp_packet: ["self", "packet"],
}


def install() -> None:
    """Once per process; again does nothing. Raises `HookBroken` when aiortc does not look as expected."""
    for function, names in EXPECTED.items():
        found = list(inspect.signature(function).parameters)
        if found != names:
            raise HookBroken(f"{function.__qualname__} takes {found}, not {names}")
    module: Any = rtcrtpreceiver
    for name, stock, ours in (
        ("JitterBuffer", JitterBuffer, _jitter_buffer),
        ("RemoteBitrateEstimator", RemoteBitrateEstimator, _estimator),
    ):
        if getattr(module, name, None) not in (stock, ours):
            raise HookBroken(f"somebody else has replaced {name}")
        setattr(module, name, ours)
