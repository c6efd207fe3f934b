"""A long recording is never held in memory as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MINUTES = 60

# In a process of its own: only there is the peak of the resident memory that of the finaliser. The hour is the same
# minute again and again, with time stamps that go on; it is written to a sink that forgets.
PROGRAM = """
import io, os, resource
from recordings.finalise.plan import Source, plan
from recordings.finalise.remux import remux
from recordings.vault.container import FileWriter, Reader
from tests.recordings.finalise_clocks import START, Sender
from tests.recordings.finalise_media import KEY, Sent, sent, stored

class Nowhere(io.RawIOBase):
    size = 0
    def writable(self): return True
    def write(self, data): self.size += len(data); return len(data)

sender = Sender(1, jitter=0.0)
# Real pictures are not as plain as ours: each carries 1.5 KB more, which no decoder reads.
heavy = [Sent(f.kind, f.moment, f.data + os.urandom(1500) * (f.kind == "video"), f.key) for f in sent(0, 60)]
minute = stored(0, sender, heavy)

def source(number):
    clocks = {}
    for kind, clock in minute.clocks.items():
        ticks = number * 60 * clock["rate"]
        clocks[kind] = {**clock, "first": clock["first"] + ticks, "reports": [
            [ntp + number * 60, at + ticks, arrival + number * 60] for ntp, at, arrival in clock["reports"]
        ], "ticks": [clock["ticks"][0] + ticks, *clock["ticks"][1:]]}
    return Source(minute.name, number, 1, minute.opened + number * 60, minute.closed + number * 60, clocks, minute.open)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def run(minutes):
    one, sink = plan([source(number) for number in range(minutes)]), Nowhere()
    with FileWriter(sink, KEY, "recording/party-1.rec") as writer:
        made = remux(one, writer, begins=one.begins)
    assert round(made.duration) == minutes * 60, made.duration
    return sink.size

short = run(2)
before = peak()
long = run(%d)
print(long / 1e6, peak() - before)
assert long > 25 * short
"""


@pytest.mark.slow
def test_an_hour_takes_no_more_memory_than_two_minutes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + PROGRAM % MINUTES],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    megabytes, grown = (float(value) for value in done.stdout.split())
    assert megabytes > 150
    # The list of every frame's ticks (8 bytes) and what stands in the database are allowed for, the media are not.
    assert grown < 30
