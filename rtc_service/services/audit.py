"""Write audit entries: inserted freely, sealed later."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from .. import clock
from ..models import AuditEntry

log = logging.getLogger("rtc_service.audit")


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
    """One entry. Callers pass ids and codes, never names, phones, tokens or SDP."""
    entry = AuditEntry.objects.create(
        at=clock.now(),
        action=action,
        user_id=user_id,
        actor=actor[:64],
        address=address[:64],
        call=call,
        target=target[:120],
        data=data,
    )
    log.info("%s actor=%s call=%s target=%s", action, actor or user_id or "-", call or "-", target or "-")
    return entry
