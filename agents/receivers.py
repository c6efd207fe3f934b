"""What Django tells us."""

from __future__ import annotations

from typing import Any

from .services import leaving


def logged_out(*, user: Any, **_: Any) -> None:
    """`django.contrib.auth.signals.user_logged_out`; without a user when an expired session logs out."""
    if user is not None and user.pk is not None:
        leaving.log_out(user.pk)
