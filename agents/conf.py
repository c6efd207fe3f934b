"""Section "agents" of RTC_SERVICE. Durations in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from rtc_service import conf


@dataclass(frozen=True)
class AgentsSettings:
    """What a queue does not say for itself (admin). Durations in seconds."""

    RING_SECONDS: float = 20.0  # how long one agent is rung, where the queue does not say
    LEASE_SECONDS: float = 15.0  # an agent whose browser was not heard for so long is offline
    WRAP_UP_SECONDS: float = 60.0  # after a call, where the queue does not say; 0: ready at once
    MISSES_BEFORE_AWAY: int = 2  # offers not answered in a row, after which an agent is set away
    DECLINED_AGAIN_SECONDS: float = 30.0  # a call comes back to who declined it after this, if nobody else took it
    ALLOW_AUTO_ACCEPT: bool = False  # the workbench honours ?auto_accept=1 (benchmarks, kiosks)


def agents() -> AgentsSettings:
    return conf.section("agents", AgentsSettings)
