"""Records calls: with our capture into encrypted segments (`ours`), or with aiortc's MediaRecorder (`stock`)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import av
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder

from recordings.capture.peer import PartyCapture
from recordings.vault.container import Reader, StreamWriter
from recordings.vault.keys import FileKey

from . import clip
from .lines import serve

BEHIND = 2.0  # seconds


class Recorder(Protocol):
    async def offer(self) -> str: ...
    async def answer(self, sdp: str) -> None: ...
    def ready(self) -> bool: ...
    async def close(self) -> None: ...
    def kept(self, kind: str) -> list[str]: ...
    def told(self) -> dict[str, Any]: ...


def _digests(source: Any, kind: str) -> list[str]:
    with av.open(source, "r") as container:
        return [
            hashlib.sha256(bytes(packet)).hexdigest()[:16]
            for packet in container.demux()
            if packet.size and packet.stream.type == kind
        ]


class _Segment:
    def __init__(self, path: Path) -> None:
        self.path, self.key = path, FileKey(os.urandom(32))
        self.writer = StreamWriter(path.open("wb"), self.key, path.name)

    def closed(self, clocks: dict[str, Any], counts: dict[str, int]) -> None: ...


class Ours:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._segments: list[_Segment] = []
        self._capture = PartyCapture(
            open_segment=self._open,
            bitrate=clip.BITRATE,
            ice_servers=[],
            addresses=["127.0.0.1"],
            on_change=lambda: None,
        )

    def _open(self) -> _Segment:
        self._segments.append(_Segment(self._path.with_suffix(f".{len(self._segments)}")))
        return self._segments[-1]

    async def offer(self) -> str:
        return await self._capture.offer()

    async def answer(self, sdp: str) -> None:
        await self._capture.answer(sdp)

    def ready(self) -> bool:
        return self._capture.stats.state == "connected"

    async def close(self) -> None:
        await self._capture.close()

    def kept(self, kind: str) -> list[str]:
        found = []
        for segment in self._segments:
            with segment.path.open("rb") as file:
                found += _digests(Reader(file, segment.key, segment.path.name), kind)
        return found

    def told(self) -> dict[str, Any]:
        return vars(self._capture.stats)


class _AfterPicture(MediaStreamTrack):
    """Sound that is thrown away until the first picture has been encoded.

    Without it stock MediaRecorder loses all video: muxing sound first opens every codec, whose width is then fixed.
    """

    def __init__(self, sound: MediaStreamTrack, encoded: asyncio.Event) -> None:
        super().__init__()
        self.kind, self._sound, self._encoded = "audio", sound, encoded

    async def recv(self) -> Any:
        while True:
            frame = await self._sound.recv()
            if self._encoded.is_set():
                return frame


class _Picture(MediaStreamTrack):
    """Says when the second picture is asked for: then the first has been encoded."""

    def __init__(self, picture: MediaStreamTrack, encoded: asyncio.Event) -> None:
        super().__init__()
        self.kind, self._picture, self._encoded, self._given = "video", picture, encoded, False

    async def recv(self) -> Any:
        if self._given:
            self._encoded.set()
        frame = await self._picture.recv()
        self._given = True
        return frame


class Stock:
    def __init__(self, path: Path) -> None:
        self._path = path.with_suffix(".webm")
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._recorder = MediaRecorder(str(self._path), format="webm")
        self._encoded = asyncio.Event()
        self._pc.add_listener("track", self._track)
        for kind in ("audio", "video"):
            self._pc.addTransceiver(kind, direction="recvonly")

    def _track(self, track: MediaStreamTrack) -> None:
        self._recorder.addTrack(
            _Picture(track, self._encoded) if track.kind == "video" else _AfterPicture(track, self._encoded)
        )

    async def offer(self) -> str:
        ice: Any = self._pc.getTransceivers()[0].receiver.transport.transport._connection
        stock = ice.get_component_candidates
        ice.get_component_candidates = lambda component, addresses, **rest: stock(component, ["127.0.0.1"], **rest)
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def answer(self, sdp: str) -> None:
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        await self._recorder.start()

    def ready(self) -> bool:
        return self._pc.connectionState == "connected"

    async def close(self) -> None:
        await self._recorder.stop()
        await self._pc.close()

    def kept(self, kind: str) -> list[str]:
        return _digests(str(self._path), kind)

    def told(self) -> dict[str, Any]:
        return {}


class Receiver:
    def __init__(self, folder: str, kind: str) -> None:
        self._folder, self._kind = Path(folder), kind
        self._recorders: list[Recorder] = []
        self._cpu = 0.0

    async def offer(self, calls: int) -> list[str]:
        make = Ours if self._kind == "ours" else Stock
        self._recorders = [make(self._folder / f"{os.getpid()}-{number}") for number in range(calls)]
        return [await recorder.offer() for recorder in self._recorders]

    async def answer(self, answers: list[str]) -> None:
        for recorder, answer in zip(self._recorders, answers, strict=True):
            await recorder.answer(answer)

    async def ready(self) -> None:
        """All connected; the processor's time counts from now on."""
        deadline = time.monotonic() + 30
        while not all(recorder.ready() for recorder in self._recorders):
            assert time.monotonic() < deadline, "not connected in 30 s"
            await asyncio.sleep(0.05)
        self._cpu = time.process_time()

    async def finish(self) -> dict[str, Any]:
        """Closes the files. CPU seconds until then, and the digests of what is in each."""
        await self._quiet()
        await asyncio.gather(*(recorder.close() for recorder in self._recorders))
        cpu = time.process_time() - self._cpu
        kept = [{kind: recorder.kept(kind) for kind in ("video", "audio")} for recorder in self._recorders]
        return {"cpu": cpu, "kept": kept, "told": [recorder.told() for recorder in self._recorders]}

    async def _quiet(self) -> None:
        """What was sent is read, or this process is so far behind that it does not keep up."""
        deadline, before = time.monotonic() + BEHIND, -1
        while time.monotonic() < deadline:
            await asyncio.sleep(0.3)
            seen = sum(recorder.told().get("packets", 0) for recorder in self._recorders)
            if seen == before:
                return
            before = seen


def main() -> None:
    folder, kind, loop = sys.argv[1:]
    receiver = Receiver(folder, kind)
    actions = {"offer": receiver.offer, "answer": receiver.answer, "ready": receiver.ready, "finish": receiver.finish}
    if loop == "uvloop":
        import uvloop

        uvloop.run(serve(actions))
    else:
        asyncio.run(serve(actions))


if __name__ == "__main__":
    main()
