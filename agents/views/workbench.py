"""The workbench page and the fragments that it fetches."""

from __future__ import annotations

import json
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from rtc_service import conf, registry
from rtc_service import words as plain
from rtc_service.models import Call
from rtc_service.registry import Panel

from .. import own_calls, words
from ..conf import agents
from ..models import AgentProfile, WrapUpCode
from ..permissions import may_see_call
from .access import user_id, workbench_required

TODAY = {"figures": "rtc_agents/parts/figures.html", "calls": "rtc_agents/parts/today.html"}


def shown_name(user: Any) -> str:
    """The name that customers see, or the account's."""
    profile = AgentProfile.objects.select_related("user").filter(user_id=user.pk).first()
    return profile.shown_name if profile else user.get_full_name() or user.get_username()


def staff_panels() -> list[Panel]:
    """The registered panels for staff, in their order."""
    panels = [panel for panel in registry.get().panels.values() if "staff" in panel.roles]
    return sorted(panels, key=lambda panel: (panel.order, panel.name))


@require_GET
@ensure_csrf_cookie
@workbench_required
def workbench(request: HttpRequest) -> HttpResponse:
    """The agent's day on one page."""
    context = {
        "shown_name": shown_name(request.user),
        "in_workbench": True,
        "away_reasons": words.AWAY_REASONS,
        "decline_reasons": words.DECLINE_REASONS,
        "tiers": plain.TIERS.items(),
        "page_kinds": plain.PAGE_KINDS.items(),
        "media_kinds": plain.MEDIA.items(),
        "wrap_up_codes": WrapUpCode.objects.filter(active=True),
        "panels": staff_panels(),
        "recording": "recordings.start" in registry.get().messages,
        "media_constraints": _media_constraints(),
        "allow_auto_accept": agents().ALLOW_AUTO_ACCEPT,
        **_today(request, "figures"),
        **_today(request, "calls"),
    }
    return render(request, "rtc_agents/workbench.html", context)


@require_GET
@workbench_required
def today(request: HttpRequest, part: Literal["figures", "calls"]) -> HttpResponse:
    """A fragment: the day's figures, or the day's own calls. 404 for another part."""
    if part not in TODAY:
        raise Http404
    return render(request, TODAY[part], _today(request, part))


@require_GET
@workbench_required
def panel(request: HttpRequest, call: UUID, name: str) -> HttpResponse:
    """A panel of a call as a fragment: 403 unless the user is or was on the call as staff, 404 for an unknown panel."""
    found = get_object_or_404(Call.objects.select_related("visitor"), uuid=call)
    if not may_see_call(request.user, found):
        raise PermissionDenied
    card = registry.get().panels.get(name)
    if card is None or "staff" not in card.roles:
        raise Http404
    return HttpResponse(card.render(request, found))


def _today(request: HttpRequest, part: str) -> dict[str, Any]:
    if part == "figures":
        return {"figures": own_calls.figures(user_id(request))}
    return {"rows": own_calls.rows(own_calls.of_day(user_id(request), timezone.localdate())[:50])}


def _media_constraints() -> str:
    """MediaTrackConstraints of the media profile, as JSON for a data attribute."""
    core = conf.core()
    size = {"width": {"ideal": core.VIDEO_WIDTH}, "height": {"ideal": core.VIDEO_HEIGHT}}
    return json.dumps({"video": {**size, "frameRate": {"ideal": core.VIDEO_FPS, "max": core.VIDEO_FPS}}})
