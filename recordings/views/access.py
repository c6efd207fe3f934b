"""The gate of everything about a recording: who may not is never told whether there is one."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from rtc_service.access import needs_second_factor, second_factor_page
from rtc_service.exceptions import RtcError

from ..models import Recording
from ..permissions import may_play, may_play_any

R = TypeVar("R", bound=HttpResponseBase)


def user_id(request: HttpRequest) -> Any:
    """The key of whoever was let in; its type is the host's."""
    return request.user.pk


def recording_for(request: HttpRequest, uuid: UUID) -> Recording | None:
    """The recording, if this user in this session may play it; None for all other cases alike."""
    if not may_play_any(request.user) or needs_second_factor(request):
        return None
    found = Recording.objects.select_related("call__visitor", "call__answered_by").filter(uuid=uuid).first()
    return found if found is not None and may_play(request.user, found) else None


def turned_away(request: HttpRequest) -> HttpResponse:
    """A page's answer to who was not let in: the log-in, the second factor, or 403."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if may_play_any(request.user) and needs_second_factor(request):
        try:
            return second_factor_page(request)
        except PermissionDenied:
            pass
    return private(render(request, "rtc_recordings/refused.html", status=403))


def private(response: R) -> R:
    """Not to be kept anywhere, and the address is not told to other sites."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refusal(error: RtcError) -> JsonResponse:
    """An error for scripts: its code and nothing about what it was asked of."""
    answer = JsonResponse({"code": error.code, "detail": error.detail}, status=error.status)
    private(answer)
    # Django logs addresses of refused requests, and an address of media is a key for some minutes.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
