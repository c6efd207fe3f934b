"""The core's checks, in the order in which one mends an installation."""

from __future__ import annotations

from ..registry import Health
from . import (
    audit,
    beat,
    broker,
    database,
    disk,
    keys,
    layer,
    locales,
    migrations,
    project,
    static,
    stun,
    turn,
    workers,
)


def checks() -> dict[str, Health]:
    return {
        "settings": Health(project.check),
        "migrations": Health(migrations.check),
        "database": Health(database.check),
        "clock": Health(database.clock_check),
        "layer": Health(layer.check),
        "broker": Health(broker.check),
        "workers": Health(workers.check, seconds=workers.SECONDS + 10),
        "beat": Health(beat.check),
        "keys": Health(keys.check, seconds=60.0),  # reads whole columns
        "stun": Health(stun.check),
        "turn": Health(turn.check, seconds=30.0),  # several servers and transports
        "static": Health(static.check),
        "locale": Health(locales.check),
        "disk": Health(disk.check),
        "audit": Health(audit.check),
    }
