"""What a site has recorded of its newest call, read as the player reads it.

Prints JSON: the recording's state and cause, its consents, how much lies on the storage, who records at present, and of
each party's file every picture's time code and every beep's beginning, in seconds of the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

COLUMNS, TIME_BITS, SOURCE_BITS, CHECK_BITS = 16, 24, 8, 16  # as `timecode.js` draws them
QUIET_MS = 300


def checksum(time: int, source: int) -> int:
    a, b = 1, 0
    for byte in (time & 255, (time >> 8) & 255, (time >> 16) & 255, source):
        a = (a + byte) % 251
        b = (b + a) % 251
    return b << 8 | a


def read_code(picture: Any) -> tuple[int, int] | None:
    """(ms of the wall clock modulo 2^24, source) of a decoded frame, or None."""
    luma = picture.to_ndarray(format="gray")
    side = luma.shape[1] / COLUMNS
    value = 0
    for bit in range(TIME_BITS + SOURCE_BITS + CHECK_BITS):
        x, y = (bit % COLUMNS + 0.5) * side, (bit // COLUMNS + 0.5) * side
        value |= int(luma[int(y), int(x)] > 127) << bit
    time, source = value & (1 << TIME_BITS) - 1, value >> TIME_BITS & 255
    return (time, source) if value >> TIME_BITS + SOURCE_BITS == checksum(time, source) else None


def beeps(frames: list[Any]) -> Iterator[float]:
    """Seconds at which sound begins after QUIET_MS of silence."""
    import numpy

    loud_until = -1.0
    for frame in frames:
        samples = numpy.abs(frame.to_ndarray().astype(float).mean(axis=0))
        for start in range(0, len(samples), 48):
            at = frame.time + start / 48_000
            if samples[start : start + 48].max() > 0.05:
                if at - loud_until > QUIET_MS / 1000:
                    yield at
                loud_until = at


def watch(row: Any) -> dict[str, Any]:
    """One party's file."""
    import av

    from recordings.vault import store

    with store.open_reader(row) as reader, av.open(reader) as container:
        codes, unreadable, sound = [], 0, []
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
        for frame in container.decode(list(container.streams)):
            if isinstance(frame, av.VideoFrame):
                code = read_code(frame)
                if code is None:
                    unreadable += 1
                else:
                    codes.append((round(frame.time, 4), *code))
            else:
                sound += resampler.resample(frame)
    return {
        "role": row.role,
        "begins": row.begins.timestamp(),
        "duration": row.duration,
        "gaps": row.gaps,
        "codes": codes,
        "unreadable": unreadable,
        "beeps": [round(at, 4) for at in beeps(sound)],
    }


def told(whole: bool) -> dict[str, Any]:
    from recordings.models import Consent, Recording, RecordingFile, Segment
    from recordings.vault import store

    recording = Recording.objects.order_by("-pk").first()
    folder = Path(store.storage().location)  # type: ignore[attr-defined]
    files = RecordingFile.objects.filter(recording=recording, checked__isnull=False).order_by("role")
    return {
        "recording": str(recording.uuid) if recording else None,
        "state": recording.state if recording else None,
        "cause": recording.cause if recording else None,
        "owner": recording.owner if recording else None,
        "epoch": recording.epoch if recording else 0,
        "segments": list(Segment.objects.filter(recording=recording).values_list("epoch", "number", "party__role")),
        "consents": list(Consent.objects.values_list("accepted", "wording__version")),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0,
        "files": [watch(row) for row in files] if whole else files.count(),
    }


def needles() -> dict[str, list[bytes]]:
    """The keys of everything that lies on the storage, in each spelling, and pieces of what they lock up."""
    import base64

    from recordings.models import RecordingFile, Segment
    from recordings.vault import keys, store

    found: dict[str, list[bytes]] = {"key": [], "media": []}
    for row in [*Segment.objects.all(), *RecordingFile.objects.filter(checked__isnull=False)]:
        key = keys.unwrap(row.key_id, row.wrapped_key, row.name).key
        plain, safe = base64.b64encode(key).rstrip(b"="), base64.urlsafe_b64encode(key).rstrip(b"=")
        found["key"] += [key, key.hex().encode(), plain, safe]
        with store.open_reader(row, tolerant=True) as reader:
            media = reader.read()
        pieces = [media[at : at + 48] for at in range(4_000, len(media) - 48, max(len(media) // 40, 1))]
        found["media"] += [piece for piece in pieces if len(set(piece)) > 30]  # reserved space is zeros, here as there
    return found


def places(data: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that is kept: files of the data directory (storage, SQLite, file broker, logs), rows, Redis."""
    import os

    from django.db import connection

    for path in data.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                yield (
                    f"table {table}",
                    b" ".join(
                        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in row
                    ),
                )
    if url := os.environ.get("RTC_DEMO_REDIS_URL"):
        import redis

        client = redis.Redis.from_url(url)
        for key in client.scan_iter():
            yield f"redis {key!r}", client.dump(key) or b""


def traces() -> dict[str, Any]:
    """Where a key or a piece of plain media stands, and how many of each were looked for in how many places."""
    import os

    wanted, data = needles(), Path(os.environ["RTC_DEMO_DATA"])
    # The test of the test: what is planted is found.
    planted = data / "logs" / "planted"
    planted.write_bytes(b"x" * 1_000 + wanted["media"][0] + wanted["key"][0])
    count, found = 0, []
    for place, content in places(data):
        count += 1
        found += [f"{kind} in {place}" for kind, list_ in wanted.items() for piece in list_ if piece in content]
    planted.unlink()
    return {"places": count, "found": sorted(set(found)), **{kind: len(list_) for kind, list_ in wanted.items()}}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(traces() if "traces" in sys.argv else told("whole" in sys.argv)))
