"""Why somebody plays, keeps or deletes a recording: a few words, which the audit keeps."""

from __future__ import annotations

from rtc_service.exceptions import BadRequest

CHARACTERS = (5, 400)


def cleaned(reason: str) -> str:
    """The reason as it is kept. Raises BadRequest (reason_needed)."""
    reason = " ".join(reason.split())
    least, most = CHARACTERS
    if not least <= len(reason) <= most:
        raise BadRequest(f"the reason has {least} to {most} characters", code="reason_needed")
    return reason
