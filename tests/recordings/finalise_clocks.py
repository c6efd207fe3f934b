"""A sender and a network for tests of time stamps: clocks that drift, reports that come late, RTP that begins anywhere.

True time is the server's clock. A track's frames are captured at true moments; everything else follows from the
`Sender`: what its wall clock shows, what its ticks are, and when packets and reports arrive.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from recordings.capture.clocks import encode_ticks

RATES = {"audio": 48_000, "video": 90_000}
REPORTS_EVERY = {"audio": 5.0, "video": 1.0}  # as Chromium does
START = 1_790_000_000.0


@dataclass
class Sender:
    """`wall` and `wall_drift`: its wall clock against true time; `drift`: each track's ticks against true time.

    `late`: share of reports whose stamps do not belong together (up to 400 ms); `jitter`: the network's, seconds."""

    seed: int = 0
    wall: float = 0.0
    wall_drift: float = 0.0
    drift: dict[str, float] = field(default_factory=dict)
    late: float = 0.0
    jitter: float = 0.4
    base_delay: float = 0.02
    bases: dict[str, int] = field(default_factory=lambda: {"audio": 1_000_000, "video": 2_000_000})

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def restart(self) -> None:
        """A new peer connection: RTP begins somewhere else."""
        self.bases = {kind: self.random.randrange(2**32) for kind in RATES}

    def clock(self, moment: float) -> float:
        """What the sender's wall clock shows."""
        return moment + self.wall + (moment - START) * self.wall_drift

    def ticks(self, kind: str, moment: float) -> int:
        """Unwrapped RTP time of a frame captured then."""
        return self.bases[kind] + round((moment - START) * (1 + self.drift.get(kind, 0.0)) * RATES[kind])

    def delay(self) -> float:
        """Of one packet: heavy-tailed, at most `jitter` above the least."""
        return self.base_delay + min(self.jitter, self.random.paretovariate(1.2) * 0.004 - 0.004)

    def reports(self, kind: str, begins: float, ends: float) -> list[list[float]]:
        """All that arrive; ticks as they stand on the wire (32 bits)."""
        rows = []
        moment = begins + 0.1
        while moment < ends:
            said = moment + (self.random.uniform(0, 0.4) if self.random.random() < self.late else 0.0)
            ticks = self.ticks(kind, moment) % 2**32
            rows.append([self.clock(said), ticks, max(said, moment) + self.delay()])
            moment += REPORTS_EVERY[kind]
        return rows

    def clocks(
        self, frames: dict[str, Sequence[float]], *, reports: bool = True, opened: float | None = None
    ) -> dict[str, Any]:
        """A segment's `clocks` for frames captured at these moments."""
        told: dict[str, Any] = {}
        begins = min(moments[0] for moments in frames.values()) if opened is None else opened
        for kind, moments in frames.items():
            first = self.ticks(kind, begins)
            ticks = [self.ticks(kind, moment) for moment in moments]
            arrivals = [moment + self.delay() - tick / RATES[kind] for moment, tick in zip(moments, ticks, strict=True)]
            told[kind] = {
                "rate": RATES[kind],
                "first": first,
                "arrival": min(arrivals),
                "reports": self.reports(kind, moments[0], moments[-1]) if reports else [],
                "ticks": encode_ticks(ticks),
            }
        return told
