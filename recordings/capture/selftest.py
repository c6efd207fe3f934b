"""Does the tap still do what the recorder needs? A short call with ourselves over the machine's own address."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, unpack_remb_fci

from .errors import HookBroken
from .peer import PartyCapture
from .rehearsal import MemorySink, Party, Piece, Source, encode_pictures, encode_sound

BITRATE = 1_234_000
SECONDS = 10.0
PICTURES, SOUND = 20, 0.7


def self_test(addresses: tuple[str, ...] = ("127.0.0.1",)) -> None:
    """Raises `HookBroken`. Takes about two seconds; on a loop of its own, so it may be called anywhere."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(asyncio.wait_for(_call(list(addresses)), SECONDS))
        except Exception as problem:  # noqa: BLE001 - handed over to the caller's thread
            failed.append(problem)

    thread = threading.Thread(target=run, name="rtc-capture-self-test")
    thread.start()
    thread.join()
    if failed:
        problem = failed[0]
        if isinstance(problem, HookBroken):
            raise problem
        what = "no media in time" if isinstance(problem, TimeoutError) else f"{type(problem).__name__}: {problem}"
        raise HookBroken(what) from problem


async def _call(addresses: list[str]) -> None:
    bitrates: list[int] = []

    def hears(packet: Any) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            bitrates.append(unpack_remb_fci(packet.fci)[0])

    pictures = Source("video", encode_pictures(PICTURES, width=160, height=120))
    sound = Source("audio", encode_sound(SOUND))
    sink = MemorySink()
    changed = asyncio.Event()
    capture = PartyCapture(
        open_segment=lambda: sink, bitrate=BITRATE, ice_servers=[], addresses=addresses, on_change=changed.set
    )
    party = Party(sound=sound, picture=pictures, addresses=addresses, hears=hears)
    try:
        await capture.answer(await party.answer(await capture.offer()))
        await party.connected.wait()
        while capture.stats.state != "connected":
            changed.clear()
            await changed.wait()
        party.start()
        await asyncio.gather(pictures.done.wait(), sound.done.wait())
        while capture.stats.frames < PICTURES:  # noqa: ASYNC110 - nobody is told of each picture
            await asyncio.sleep(0.02)
    finally:
        await capture.close()
        await party.close()
    _compare("pictures", sink.frames("video"), pictures.sent)
    _compare("sound", sink.frames("audio"), sound.sent)
    # REMB has 18 bits of mantissa.
    if not bitrates or any(abs(bitrate - BITRATE) > BITRATE / 2**17 for bitrate in bitrates):
        raise HookBroken(f"the sender was told {bitrates or 'no bit rate'}, not {BITRATE}")


def _compare(what: str, kept: list[bytes], sent: list[Piece]) -> None:
    if kept != [piece.data for piece in sent]:
        same = sum(one == other.data for one, other in zip(kept, sent, strict=False))
        raise HookBroken(f"{what}: {len(sent)} sent, {len(kept)} kept, {same} the same")
