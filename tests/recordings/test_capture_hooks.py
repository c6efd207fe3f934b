"""The self-test passes on this aiortc, and on a broken hook it says so."""

from __future__ import annotations

from typing import Any

import pytest
from aiortc import rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer

from recordings.capture import hooks, selftest, taps
from recordings.capture.pictures import PictureWindow
from recordings.capture.reorder import Window


def test_the_self_test_passes() -> None:
    hooks.install()
    hooks.install()
    hooks.self_test()


def test_an_aiortc_that_makes_its_own_buffers_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taps, "install", lambda: None)
    monkeypatch.setattr(rtcrtpreceiver, "JitterBuffer", JitterBuffer)
    with pytest.raises(hooks.HookBroken, match="took"):
        hooks.self_test()


def test_an_aiortc_with_other_arguments_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(JitterBuffer):
        def add(self, packet: Any, arrival: float = 0) -> Any:
            return super().add(packet)

    monkeypatch.setitem(taps.EXPECTED, Newer.add, taps.EXPECTED[JitterBuffer.add])
    with pytest.raises(hooks.HookBroken, match="arrival"):
        hooks.install()


def test_somebody_elses_hook_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtcrtpreceiver, "RemoteBitrateEstimator", object)
    with pytest.raises(hooks.HookBroken, match="replaced"):
        hooks.install()


def test_pictures_that_are_not_the_same_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = PictureWindow.take

    def changed(self: PictureWindow, packet: Any, arrival: float) -> None:
        packet._data = packet._data[:-1] + b"\0"
        stock(self, packet, arrival)

    monkeypatch.setattr(PictureWindow, "take", changed)
    with pytest.raises(hooks.HookBroken, match="pictures"):
        hooks.self_test()


def test_lost_sound_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = Window.add

    def deaf(self: Window, packet: Any) -> None:
        if isinstance(self, PictureWindow) or packet.sequence_number % 10:
            stock(self, packet)

    monkeypatch.setattr(Window, "add", deaf)
    with pytest.raises(hooks.HookBroken, match="sound"):
        hooks.self_test()


def test_another_bit_rate_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "BITRATE", 2_000_000)
    monkeypatch.setattr(taps.Cap, "add", lambda self, **rest: (300_000, [rest["ssrc"]]))
    with pytest.raises(hooks.HookBroken, match="300000"):
        hooks.self_test()
