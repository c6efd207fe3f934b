"""Links to the media of a recording: signed, for one file, one user and one session, and dead after minutes."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from rtc_service import clock
from rtc_service.exceptions import NotYours

from ..conf import recordings
from ..models import RecordingFile

SALT = "rtc_recordings.media"


def seconds() -> int:
    """How long a link works."""
    return recordings().LINK_SECONDS


def make(file: RecordingFile, *, user_id: Any, binding: str) -> str:
    """The token in the link's address. `binding` is the session's own secret; only a keyed hash of it is inside."""
    claims = {"f": file.pk, "u": str(user_id), "b": _bound(binding), "t": clock.after(seconds()).timestamp()}
    return signing.dumps(claims, salt=SALT)


def read(token: str, *, user_id: Any, binding: str) -> int:
    """The key of the RecordingFile. Raises NotYours: forged, too old, or made for somebody else."""
    try:
        claims = signing.loads(token, salt=SALT)
    except (signing.BadSignature, UnicodeError):
        raise NotYours("the link is not valid") from None
    ours = constant_time_compare(claims["b"], _bound(binding)) and claims["u"] == str(user_id)
    if not (binding and ours and clock.now().timestamp() < claims["t"]):
        raise NotYours("the link is not valid (any more)")
    return int(claims["f"])


def _bound(binding: str) -> str:
    return salted_hmac(SALT, binding, algorithm="sha256").hexdigest()[:32]
