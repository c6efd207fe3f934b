"""Sends the clip: as a stock aiortc peer does (`aiortc`), or packets made beforehand, many calls at once (`cheap`)."""

from __future__ import annotations

import asyncio
import hashlib
import random
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any

from aiortc import MediaStreamTrack
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, RtpPacket

from recordings.capture.rehearsal import Party, Piece, Source

from . import clip
from .lines import serve


def digests(pieces: list[Piece]) -> list[str]:
    return [hashlib.sha256(piece.data).hexdigest()[:16] for piece in pieces]


class Silent(MediaStreamTrack):
    """Is offered and gives nothing: the cheap sender writes past it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


@dataclass(slots=True)
class Ready:
    """A frame as it goes over the wire, but for sequence number, time stamp and SSRC."""

    at: int  # ms
    rate: int
    packets: list[bytearray]
    track: int  # 0 picture, 1 sound


class Pump:
    """Frames are cut into RTP packets once for all calls; each packet then costs three numbers, SRTP and sendto."""

    def __init__(self, party: Party, frames: list[Ready], codecs: list[Any]) -> None:
        self.frames = frames
        transport = party.pc.getTransceivers()[0].receiver.transport
        self._protect = transport._tx_srtp.protect
        pair = transport.transport._connection._nominated[1]
        self._socket, self._address = pair.protocol.transport, pair.remote_addr
        self._ssrc = [sender._ssrc for sender in codecs]
        self._sequence = [random.randrange(30_000), random.randrange(30_000)]
        self._start = [random.randrange(1 << 31), random.randrange(1 << 31)]

    async def run(self, since: float) -> None:
        for frame in self.frames:
            wait = since + frame.at / 1000 - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            stamp = (self._start[frame.track] + frame.at * frame.rate // 1000) & 0xFFFFFFFF
            for packet in frame.packets:
                sequence = self._sequence[frame.track] = (self._sequence[frame.track] + 1) & 0xFFFF
                struct.pack_into("!HLL", packet, 2, sequence, stamp, self._ssrc[frame.track])
                self._socket.sendto(self._protect(bytes(packet)), self._address)


def ready(pictures: list[Piece], sound: list[Piece], extensions: HeaderExtensionsMap) -> list[Ready]:
    frames = [
        Ready(piece.at, 90_000, _packets(Vp8Encoder._packetize(piece.data, number & 0x7FFF), 97, extensions), 0)
        for number, piece in enumerate(pictures)
    ]
    frames += [Ready(piece.at, 48_000, _packets([piece.data], 96, extensions), 1) for piece in sound]
    return sorted(frames, key=lambda frame: frame.at)


def _packets(payloads: list[bytes], payload_type: int, extensions: HeaderExtensionsMap) -> list[bytearray]:
    packets = []
    for number, payload in enumerate(payloads):
        packet = RtpPacket(payload_type=payload_type, marker=int(number == len(payloads) - 1), payload=payload)
        packet.extensions = HeaderExtensions(mid="1" if payload_type == 97 else "0", abs_send_time=12345)
        packets.append(bytearray(packet.serialize(extensions)))
    return packets


class Sender:
    def __init__(self, path: str, kind: str) -> None:
        self._clip, self._kind = clip.load(path), kind
        self._parties: list[Party] = []
        self._pieces: tuple[list[Piece], list[Piece]] = ([], [])

    async def answer(self, offers: list[str], seconds: float) -> list[str]:
        self._pieces = tuple(clip.repeated(pieces, seconds) for pieces in self._clip)  # type: ignore[assignment]
        answers = []
        for offer in offers:
            if self._kind == "aiortc":
                party = Party(picture=Source("video", self._pieces[0]), sound=Source("audio", self._pieces[1]))
            else:
                party = Party(picture=Silent("video"), sound=Silent("audio"))  # type: ignore[arg-type]
            self._parties.append(party)
            answers.append(await party.answer(offer))
        return answers

    async def connected(self) -> None:
        await asyncio.wait_for(asyncio.gather(*(party.connected.wait() for party in self._parties)), 30)

    async def send(self) -> dict[str, Any]:
        """All of it, in its time. Answers what was sent in each call, and what that cost."""
        before, cpu = time.monotonic(), time.process_time()
        if self._kind == "aiortc":
            for party in self._parties:
                party.start()
            await asyncio.gather(*(source.done.wait() for party in self._parties for source in party.sources))
        else:
            await self._pump()
        return {
            "seconds": time.monotonic() - before,
            "cpu": time.process_time() - cpu,
            "video": digests(self._pieces[0]),
            "audio": digests(self._pieces[1]),
        }

    async def _pump(self) -> None:
        first = self._parties[0].pc.getTransceivers()
        extensions = first[0].receiver.transport._rtp_header_extensions_map
        frames = ready(*self._pieces, extensions)
        pumps = []
        for party in self._parties:
            senders = {sender.kind: sender for sender in party.pc.getSenders()}
            pumps.append(Pump(party, frames, [senders["video"], senders["audio"]]))
        since = time.monotonic() + 0.2
        # Calls do not send their pictures at the same moment.
        offsets = [number / clip.RATE / len(pumps) for number in range(len(pumps))]
        await asyncio.gather(*(pump.run(since + offset) for pump, offset in zip(pumps, offsets, strict=True)))

    async def close(self) -> None:
        await asyncio.gather(*(party.close() for party in self._parties))


if __name__ == "__main__":
    sender = Sender(*sys.argv[1:])
    actions = {"answer": sender.answer, "connected": sender.connected, "send": sender.send, "close": sender.close}
    asyncio.run(serve(actions))
