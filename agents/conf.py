"""Section "agents" of RTC_SERVICE. Durations in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from rtc_service import conf


@dataclass(frozen=True)
class AgentsSettings:
    RING_SECONDS: float = 20.0
    LEASE_SECONDS: float = 15.0
    WRAP_UP_SECONDS: float = 60.0
    MISSES_BEFORE_AWAY: int = 2
    DECLINED_AGAIN_SECONDS: float = 30.0  # a call comes back to who declined it after this, if nobody else took it
    ALLOW_AUTO_ACCEPT: bool = False  # the workbench honours ?auto_accept=1 (benchmarks, kiosks)


def agents() -> AgentsSettings:
    return conf.section("agents", AgentsSettings)
