"""Section "recordings" of `RTC_SERVICE`. Durations in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from rtc_service import conf


@dataclass(frozen=True)
class RecordingSettings:
    """Where recorders find the signalling server, what they may use, and how patient everybody is."""

    SIGNALLING_URL: str = ""  # "ws://127.0.0.1:8000/ws/rtc/" as the workers reach it; empty: nothing is recorded
    STORAGE: str = "rtc_recordings"  # alias in STORAGES; never served by the web server
    KEY_RING: list[list[str]] = field(default_factory=list)  # like core's; empty: core's key ring
    ADDRESSES: list[str] = field(default_factory=list)  # recorders' own addresses for media; empty: all of the machine
    LEASE_SECONDS: float = 6.0  # a recorder that has not been heard for so long is replaced
    START_SECONDS: float = 20.0  # a recording that has not begun by then says so
    ASK_SECONDS: float = 600.0  # how long the customer may think about the question
    ASKS_PER_CALL: int = 3  # how often a customer may be asked in one call
    PAUSE_SECONDS: float = 300.0  # a pause ends by itself after this
    PAUSES_SECONDS: float = 600.0  # all pauses of a recording together; one more is refused, with an alert
    MAX_BYTES: int = 8_589_934_592  # a recording that has written so much ends, with an alert (0: no limit)
    ALARM_SECONDS: float = 8.0  # no picture, no sound or black pictures for so long is an alert
    STALL_SECONDS: float = 5.0  # without any packet for so long a party's link is made anew
    FLUSH_SECONDS: float = 1.0  # at least so often what was recorded is sealed and written
    RECORDINGS_PER_PROCESS: int = 10  # more are left to other workers
    FINALISE_ATTEMPTS: int = 5  # then the segments are kept and the recording has failed
    FINALISE_LEASE_SECONDS: float = 60.0  # a finaliser that has not been heard for so long is replaced
    FINALISE_LATE_SECONDS: float = 900.0  # a recording that is not finished by then is an alert
    LINK_SECONDS: int = 300  # how long a link to play a recording works
    VIEW_SECONDS: int = 14_400  # after this a reason is asked for again, however long the page has been open
    PIECE_BYTES: int = 8_388_608  # at most so much answers one open-ended range (0: all); players ask for the rest


def recordings() -> RecordingSettings:
    """The section, read at access."""
    return conf.section("recordings", RecordingSettings)
