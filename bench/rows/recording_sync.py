"""`recording/av_skew_ms`: how far the flash and the beep of a second lie apart in the final file.

A stock aiortc peer sends flashes and beeps over a network that holds every packet back, media and sender reports alike,
each by another time; the recorder's capture takes them, the finaliser makes the encrypted file, and what a player would
show is decoded.
"""

from __future__ import annotations

import asyncio
import io
import random
import time
from collections.abc import Coroutine
from typing import Any

from recordings.capture.peer import PartyCapture
from recordings.capture.rehearsal import MemorySink, Party, Piece, Source
from recordings.finalise.plan import Source as Segment
from recordings.finalise.plan import plan
from recordings.finalise.remux import remux
from tests.recordings.finalise_media import FinalFile, beeps, flashes, sent

from ..run import Figure, Run
from ..stats import Leg

NAMES = ("recording/av_skew_ms",)
SECONDS = 15
BITRATE = 1_700_000
LONGEST_MS = 400.0  # that a packet is held back; most wait for a few milliseconds only


def pieces(kind: str) -> list[Piece]:
    return [Piece(one.data, round(one.moment * 1000), one.key) for one in sent(0, SECONDS) if one.kind == kind]


def hold_back(party: Party, chance: random.Random) -> None:
    """Every datagram of media and RTCP is late by a time of its own (Pareto), so that many arrive out of order."""
    transport = party.pc.getTransceivers()[0].receiver.transport.transport
    stock, loop = transport._send, asyncio.get_running_loop()
    going: set[asyncio.Task[None]] = set()

    def begin(work: Coroutine[Any, Any, None]) -> None:
        task = loop.create_task(work)
        going.add(task)
        task.add_done_callback(going.discard)

    async def send(data: bytes) -> None:
        if not 128 <= data[0] < 192:  # RFC 7983: neither RTP nor RTCP
            await stock(data)
            return
        late = min(LONGEST_MS, (chance.paretovariate(1.2) - 1) * 4) / 1000
        loop.call_later(late, lambda: begin(stock(data)))

    transport._send = send  # type: ignore[method-assign]


async def captured(seed: int) -> list[tuple[MemorySink, float]]:
    """The segments, and when each was opened."""
    sinks: list[tuple[MemorySink, float]] = []

    def opened() -> MemorySink:
        sinks.append((MemorySink(), time.time()))
        return sinks[-1][0]

    capture = PartyCapture(
        open_segment=opened, bitrate=BITRATE, ice_servers=[], addresses=["127.0.0.1"], on_change=lambda: None
    )
    party = Party(sound=Source("audio", pieces("audio")), picture=Source("video", pieces("video")))
    try:
        await capture.answer(await party.answer(await capture.offer()))
        await asyncio.wait_for(party.connected.wait(), 20)
        hold_back(party, random.Random(seed))
        party.start()
        await asyncio.gather(*(source.done.wait() for source in party.sources))
        await asyncio.sleep(LONGEST_MS / 1000 + 0.2)  # the last packets are on their way
        await capture.close()
    finally:
        await capture.close()
        await party.close()
    return sinks


def skews(sinks: list[tuple[MemorySink, float]]) -> tuple[list[float], int]:
    """Milliseconds between the flash and the beep of each second of the final file; and how many seconds lack one."""
    segments = [
        Segment(str(number), number, 1, opened, opened, sink.clocks, lambda sink=sink: io.BytesIO(sink.writer.kept))
        for number, (sink, opened) in enumerate(sinks)
    ]
    one, file = plan(segments), FinalFile()
    with file.writer:
        remux(one, file.writer, begins=one.begins)
    seen, heard = flashes(file.open()), beeps(file.open())
    pairs = [(flash, min(heard, key=lambda beep: abs(beep - flash))) for flash in seen]
    # What lies further apart belongs to another second: one of the two was lost on the way.
    near = [abs(flash - beep) * 1000 for flash, beep in pairs if abs(flash - beep) < 0.4]
    return near, SECONDS - len(near)


def av_skew(run: Run) -> None:
    """The worst second of all runs."""
    seeds = iter(range(1, 1000))

    def leg() -> Leg:
        found, lost = skews(asyncio.run(captured(next(seeds))))
        assert len(found) >= SECONDS * 0.8, f"{lost} of {SECONDS} seconds lack a flash or a beep"
        return Leg(max(found), found, {"lost": lost})

    conditions = {
        "source": "aiortc sender, VP8 and Opus, a flash and a beep each second",
        "network": f"each packet and sender report held back by 0 to {LONGEST_MS:.0f} ms (Pareto)",
        "seconds_per_run": SECONDS,
        "reduced_by": "worst second of all runs",
    }
    run.alone(Figure(NAMES[0], "ms", "flash and beep of the same moment in the source"), leg, max, conditions)
