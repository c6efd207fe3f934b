"""Where results go: `results.json` (one record per figure, committed) and raw samples as JSON lines beside it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .stats import Leg, Pair

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
RAW = FOLDER / "raw"


@dataclass(frozen=True)
class Record:
    """One figure. `ratio` = value / peer_value, null where the figure is a plain value."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float | None
    ratio: float | None
    n: int
    date: str
    conditions: dict[str, Any]
    noisy: bool


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def rounded(value: float | None) -> float | None:
    """Four significant digits: more would pretend. Infinite ratios (peer 0) have no JSON and become null."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.4g}")


def save(records: list[Record], path: Path = RESULTS) -> None:
    """Put the records in place of older ones of the same name; the others stay."""
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    for record in records:
        row = asdict(record)
        row.update({key: rounded(row[key]) for key in ("value", "peer_value", "ratio")})
        known[record.name] = row
    ordered = [known[name] for name in sorted(known)]
    path.write_text(json.dumps(ordered, indent=1) + "\n")


class RawFile:
    """The raw samples of one figure of one run, a JSON line per leg. A run replaces the file of the last one."""

    def __init__(self, name: str, folder: Path = RAW) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name.replace('/', '-')}.jsonl"
        self.path.write_text("")

    def leg(self, leg: Leg, number: int, side: str = "ours") -> None:
        line = {"run": number, "side": side, "value": leg.value, **leg.notes, "samples": leg.samples}
        with self.path.open("a") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def pair(self, pair: Pair, number: int) -> None:
        self.leg(pair.ours, number, "ours")
        self.leg(pair.peer, number, "peer")
