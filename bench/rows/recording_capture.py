"""Recording a party: what it costs beside aiortc's own recorder, whether all is kept, how many fit on a core."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import psutil

from ..recording import clip
from ..recording.lines import ChildFailed, Process
from ..run import Figure, Run
from ..stats import Leg, median

NAMES = ("recording/cpu_720p", "recording/frames_identical", "recording/per_core")
SECONDS = 15.0
RAMP = (8, 16, 24, 32, 40, 48)
RAMP_SECONDS = 4.0
TRIES = 2  # a level fails when it has failed twice: one lost packet may be the machine's
LOOP = "uvloop"  # what the recorder runs on
STOCK = "aiortc MediaRecorder to WebM (libvpx, Opus), sound held back until the first picture is encoded"
WHAT = {
    "media": f"VP8 {clip.WIDTH}x{clip.HEIGHT}@{clip.RATE}, {clip.BITRATE / 1e6} Mbit/s; Opus",
    "sink": "encrypted segments",
    "loop": LOOP,
}


def call(path: Path, recorder: str, sender: str, calls: int, seconds: float, *, pinned: bool = False) -> dict[str, Any]:
    """So many calls at once between a sending and a recording process. Raises ChildFailed."""
    cores = (0, 1) if pinned and (psutil.cpu_count() or 1) > 1 else (None, None)
    with (
        tempfile.TemporaryDirectory(prefix="rtc-bench-recording-") as folder,
        Process("bench.recording.sender", str(path), sender, core=cores[1]) as sending,
        Process("bench.recording.receiver", folder, recorder, LOOP, core=cores[0]) as recording,
    ):
        offers = recording.ask("offer", calls=calls)
        recording.ask("answer", answers=sending.ask("answer", offers=offers, seconds=seconds))
        sending.ask("connected")
        recording.ask("ready")
        sent = sending.ask("send")
        return {"sent": sent, **recording.ask("finish")}


def cost(path: Path, recorder: str) -> Leg:
    """CPU seconds of the recording process per minute of the call, from the first frame sent to the file closed."""
    done = call(path, recorder, "aiortc", 1, SECONDS)
    (kept,), sent = done["kept"], done["sent"]
    told = {kind: f"{len(kept[kind])} of {len(sent[kind])}" for kind in ("video", "audio")}
    print(f"    {recorder}: kept {told['video']} pictures, {told['audio']} packets of sound", flush=True)
    minutes = max(1, len(kept["video"])) / clip.RATE / 60
    notes = {"pictures": told["video"], "sound": told["audio"], "per_kept_minute": round(done["cpu"] / minutes, 2)}
    return Leg(done["cpu"] / sent["seconds"] * 60, notes=notes)


def identical(path: Path) -> Leg:
    """Share of what was sent that is in the file, bit by bit and in order."""
    done = call(path, "ours", "aiortc", 1, SECONDS / 2)
    (kept,), sent = done["kept"], done["sent"]
    same = total = 0
    for kind in ("video", "audio"):
        matcher = SequenceMatcher(None, sent[kind], kept[kind], autojunk=False)
        same += sum(block.size for block in matcher.get_matching_blocks())
        total += max(len(sent[kind]), len(kept[kind]))
    return Leg(same / total)


def ramp(path: Path) -> Leg:
    """The greatest number of recordings, one process on one core, in which nothing was lost."""
    best, notes = 0, {}
    for calls in RAMP:
        for _again in range(TRIES):
            whole, busy = keeps_up(path, calls)
            if whole:
                break
        if not whole:
            break
        best, notes = calls, {"core": round(busy, 2)}
    return Leg(best, notes=notes)


def keeps_up(path: Path, calls: int) -> tuple[bool, float]:
    """Was each file whole, and how much of the core did it take?"""
    try:
        done = call(path, "ours", "cheap", calls, RAMP_SECONDS, pinned=True)
    except ChildFailed as failure:
        print(f"    {calls} calls: {str(failure).splitlines()[-1]}", flush=True)
        return False, 1.0
    sent = {kind: done["sent"][kind] for kind in ("video", "audio")}
    busy = done["cpu"] / done["sent"]["seconds"]
    whole = sum(kept == sent for kept in done["kept"])
    print(f"    {calls} calls: {whole} whole, {busy:.2f} of the core, sender {done['sent']['cpu']:.1f} s", flush=True)
    return whole == calls, busy


@contextmanager
def media() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rtc-bench-clip-") as folder:
        path = Path(folder) / "clip"
        clip.make(path)
        yield path


def capture(run: Run) -> None:
    with media() as path:
        if run.wants("recording/cpu_720p"):
            run.beside(
                [Figure("recording/cpu_720p", "CPU s per minute", STOCK)],
                lambda: cost(path, "ours"),
                lambda: cost(path, "stock"),
                {**WHAT, "sender": "stock aiortc, another process", "seconds": SECONDS},
            )
        if run.wants("recording/frames_identical"):
            run.alone(
                Figure("recording/frames_identical", "share", "none"),
                lambda: identical(path),
                min,
                {**WHAT, "reduced_by": "worst run"},
            )
        if run.wants("recording/per_core"):
            run.alone(
                Figure("recording/per_core", "recordings", "none"),
                lambda: ramp(path),
                median,
                {**WHAT, "sender": "packets made beforehand, on the other core", "steps": list(RAMP)},
            )
