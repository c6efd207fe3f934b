"""Which viewings this session has begun: a reason was given, and the page has been heard from since.

Kept in the session as {"key": the session's own secret, "views": {recording: [begun, heard, audited]}} (seconds).
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from rtc_service import clock

from ..conf import recordings

SESSION = "rtc_recordings"
MOST = 20  # viewings in one session; the oldest give way
AUDIT_SECONDS = 3_600.0


def binding(request: HttpRequest) -> str:
    """The secret that links of this session are bound to; empty before the first viewing.

    Not the session's key: with cookie-based sessions that is another after each change."""
    return str(_kept(request).get("key", ""))


def begin(request: HttpRequest, recording: UUID) -> None:
    """A reason was given just now."""
    kept, now = _kept(request), clock.now().timestamp()
    views = dict(sorted(kept.get("views", {}).items(), key=lambda item: item[1][1])[-MOST + 1 :])
    views[str(recording)] = [now, now, now]
    request.session[SESSION] = {"key": kept.get("key") or secrets.token_urlsafe(24), "views": views}


def is_open(request: HttpRequest, recording: UUID) -> bool:
    """A reason was given in this session, not too long ago, and the page has been heard from within a link's life."""
    view = _kept(request).get("views", {}).get(str(recording))
    if view is None:
        return False
    now, conf = clock.now().timestamp(), recordings()
    return bool(now - view[0] < conf.VIEW_SECONDS and now - view[1] < conf.LINK_SECONDS)


def heard(request: HttpRequest, recording: UUID) -> bool:
    """The page of an open viewing asked for something; True when that is to be audited (once an hour)."""
    kept, now = _kept(request), clock.now().timestamp()
    begun, _heard, audited = kept["views"][str(recording)]
    due = now - audited >= AUDIT_SECONDS
    views = kept["views"] | {str(recording): [begun, now, now if due else audited]}
    request.session[SESSION] = kept | {"views": views}
    return bool(due)


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(SESSION, {})
    return kept
