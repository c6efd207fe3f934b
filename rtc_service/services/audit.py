"""Write audit entries: inserted freely, sealed later (`sealing.py`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .. import clock
from ..models import AuditEntry

log = logging.getLogger("rtc_service.audit")


@dataclass(frozen=True)
class _Acting:
    user_id: int
    address: str


_acting: ContextVar[_Acting | None] = ContextVar("rtc_audit_acting", default=None)


@contextmanager
def acting(user_id: int, address: str = "") -> Iterator[None]:
    """Whose doing everything inside is, for entries that are written where no request is known (model signals)."""
    token = _acting.set(_Acting(user_id, address))
    try:
        yield
    finally:
        _acting.reset(token)


def record(
    action: str,
    *,
    user_id: int | None = None,
    actor: str = "",
    address: str = "",
    call: UUID | None = None,
    target: str = "",
    **data: Any,
) -> AuditEntry:
    """One entry. Callers pass ids and codes, never names, phones, tokens or SDP.

    A user is always written down as `actor` "u:<id>" too: the foreign key dies with the account, the entry does not.
    """
    if (who := _acting.get()) is not None and user_id is None and not actor:
        user_id, address = who.user_id, address or who.address
    if user_id is not None:
        key = f"u:{user_id}"
        if actor not in ("", key):
            data = {**data, "actor": actor}
        actor = key
    entry: AuditEntry = AuditEntry.objects.create(
        at=clock.now(),
        action=action[:64],
        user_id=user_id,
        actor=actor[:64],
        address=address[:64],
        call=call,
        target=target[:120],
        data=data,
    )
    log.info("%s actor=%s call=%s target=%s", action, actor or "-", call or "-", target or "-")
    return entry
