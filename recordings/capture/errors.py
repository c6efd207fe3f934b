"""What can go wrong with a capture, each with a stable code."""

from __future__ import annotations

from rtc_service.exceptions import Conflict, RtcError


class CaptureError(RtcError):
    """Base of everything that capturing refuses or fails with."""

    code = "capture_failed"
    status = 500


class HookBroken(CaptureError):
    """The media library is not the one that the taps were made for: nothing may be recorded with it."""

    code = "hook_broken"


class AnswerRefused(CaptureError):
    """The party's answer cannot be used: not an answer to our offer, too long, or without what we need."""

    code = "answer_refused"
    status = 400


class AnsweredAlready(Conflict):
    """A capture takes one answer: a change is a new link generation, and so a new capture."""

    code = "answered_already"


class CaptureClosed(CaptureError):
    """The capture has been closed."""

    code = "capture_closed"
    status = 409
