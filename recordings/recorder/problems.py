"""What is wrong with a party's media. Pure: times are seconds on one clock, handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Stats(Protocol):
    """The part of `capture.CaptureStats` that is looked at; times are seconds since the epoch."""

    @property
    def last_packet(self) -> float | None: ...
    @property
    def last_picture(self) -> float | None: ...
    @property
    def last_sound(self) -> float | None: ...
    @property
    def black(self) -> bool: ...


@dataclass
class Watch:
    """One party's: since when something that should come has not come. A party's new link generation changes nothing.

    What a party has switched off itself, and a party that is away, is no problem."""

    since: float  # nothing is missed from before: the start, the end of a pause, the return of a party
    camera: bool = False
    microphone: bool = False
    present: bool = True
    seen: dict[str, float] = field(default_factory=dict)
    black_since: float | None = None

    def switched(self, now: float, *, camera: bool, microphone: bool) -> None:
        """The party's own switches. What has just been switched on has its time to come."""
        if camera and not self.camera:
            self.seen["picture"], self.black_since = now, None
        if microphone and not self.microphone:
            self.seen["sound"] = now
        if (camera or microphone) and not (self.camera or self.microphone):
            self.seen["packet"] = now
        self.camera, self.microphone = camera, microphone

    def again(self, now: float) -> None:
        """After a pause, or when the party is back: everything has its time to come."""
        self.since, self.black_since = now, None

    def look(self, stats: Stats | None, now: float) -> None:
        """Note what has come."""
        if stats is None:
            return
        for what, moment in (
            ("packet", stats.last_packet),
            ("picture", stats.last_picture),
            ("sound", stats.last_sound),
        ):
            if moment is not None:
                self.seen[what] = max(moment, self.seen.get(what, 0.0))
        if not stats.black:
            self.black_since = None
        elif self.black_since is None:
            self.black_since = now

    def missing(self, what: str, now: float) -> float:
        """For how long it has not come."""
        return now - max(self.since, self.seen.get(what, 0.0))

    def problems(self, now: float, seconds: float) -> set[str]:
        """`no_picture`, `no_sound`, `black`: what has lasted for so long."""
        if not self.present:
            return set()
        found = set()
        if self.camera and self.missing("picture", now) >= seconds:
            found.add("no_picture")
        elif self.camera and self.black_since is not None and now - max(self.black_since, self.since) >= seconds:
            found.add("black")
        if self.microphone and self.missing("sound", now) >= seconds:
            found.add("no_sound")
        return found

    def stalled(self, now: float, seconds: float) -> bool:
        """Something should come, and nothing at all has for so long."""
        return self.present and (self.camera or self.microphone) and self.missing("packet", now) >= seconds
