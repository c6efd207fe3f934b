"""Errors with a stable code. Doors translate them: `error` message and close code on a socket, status over HTTP."""

from __future__ import annotations


class RtcError(Exception):
    """Base: `code` is part of the published interface, `status` is its HTTP status."""

    code = "failed"
    status = 400
    detail = ""

    def __init__(self, detail: str = "", *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail or self.detail or self.code)
        self.code = code or self.code
        self.detail = detail or self.detail
        self.retry_after = retry_after


class BadRequest(RtcError):
    """The message cannot be understood or breaks a limit."""

    code = "bad_message"


class TooLarge(RtcError):
    """A size limit is broken: whole message, SDP, chat line, candidates."""

    code = "too_large"
    status = 413


class TokenRefused(RtcError):
    """The token is malformed, expired, spent, or signed by somebody else."""

    code = "token_refused"
    status = 401


class NotYours(RtcError):
    """The call, link, prompt or offer exists for others, or not at all: the answer does not tell which."""

    code = "not_yours"
    status = 403


class Conflict(RtcError):
    """Somebody else was first, or the state has moved on."""

    code = "conflict"
    status = 409


class Taken(Conflict):
    """Another agent has the call, or the offer is over."""

    code = "taken"


class OpenElsewhere(Conflict):
    """Another tab of the same person is live; `take_over` moves the seat here."""

    code = "open_elsewhere"


class AlreadyInCall(Conflict):
    """The person has an open call already."""

    code = "already_in_call"


class Refused(RtcError):
    """A gate refuses the call now: `code` names it (queue_full, closed, blocked)."""

    code = "refused"
    status = 409


class Flood(RtcError):
    """Too many messages, sockets, tokens or calls."""

    code = "flood"
    status = 429


class OldGeneration(RtcError):
    """The link has moved on to a newer generation; the message was dropped."""

    code = "old_generation"
    status = 409


class AppendOnly(RtcError):
    """Audit entries and seals are added and never changed or deleted."""

    code = "append_only"
    status = 409
