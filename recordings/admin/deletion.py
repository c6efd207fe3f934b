"""The admin's page that deletes recordings before their time: it says what cannot be deleted and why, asks for the
reason, and calls the service for one after the other."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rtc_service.exceptions import Conflict

from ..models import Recording, RecordingState
from ..models.recording import ENDED
from ..permissions import may_delete
from ..services import holds, retention
from .reason_form import ReasonForm, by

log = logging.getLogger("rtc_recordings.admin")
NAME = "rtc_recordings_recording_delete_now"
MOST = 50  # in one request: each means several files on a storage that may be far away


def route(admin: Any) -> URLPattern:
    # Keys must be gone for good before files go: with ATOMIC_REQUESTS that would come true at the very end only.
    view: Any = transaction.non_atomic_requests(admin.admin_site.admin_view(partial(page, admin)))
    pattern: URLPattern = path("delete-now/", view, name=NAME)
    return pattern


def address(admin: Any, keys: list[int]) -> str:
    """The page about these recordings (primary keys)."""
    there = reverse(f"admin:{NAME}", current_app=admin.admin_site.name)
    return f"{there}?{urlencode({'ids': ','.join(str(key) for key in keys)})}"


def ask(admin: Any, request: HttpRequest, chosen: Any) -> HttpResponse | None:
    """The list's action: to the page, unless there are too many."""
    keys = list(chosen.values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        text = ngettext("Not more than %(most)d at once.", "Not more than %(most)d at once.", MOST)
        admin.message_user(request, text % {"most": MOST}, messages.ERROR)
        return None
    return HttpResponseRedirect(address(admin, keys))


def page(admin: Any, request: HttpRequest) -> HttpResponse:
    """GET ?ids=1,2: what is about to go. POST: `reason`; back to the list, with what has become of each."""
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if not (may_delete(request.user) and admin.has_view_permission(request)):
        raise PermissionDenied
    chosen = _chosen(admin, request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        for recording in chosen:
            level, text = _delete(recording, form.cleaned_data["reason"], request)
            admin.message_user(request, text, level)
        return HttpResponseRedirect(reverse("admin:rtc_recordings_recording_changelist"))
    rows = [{"recording": recording, "problem": _problem(recording)} for recording in chosen]
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Delete recordings before their time"),
        "opts": admin.opts,
        "media": admin.media,
        "form": form,
        "rows": rows,
        "possible": any(not row["problem"] for row in rows),
    }
    return TemplateResponse(request, "admin/rtc_recordings/delete_now.html", context)


def _chosen(admin: Any, request: HttpRequest) -> list[Recording]:
    keys = [int(key) for key in request.GET.get("ids", "").split(",") if key.isascii() and key.isdigit()][:MOST]
    return list(admin.get_queryset(request).filter(pk__in=keys))


def _problem(recording: Recording) -> str:
    """Why it cannot be deleted, in words; empty when it can."""
    if recording.state == RecordingState.DELETED:
        return _("It was deleted before.")
    if recording.state not in ENDED:
        return _("It is not finished yet, or nothing was recorded.")
    if holds.is_held(recording):
        return _("A legal hold keeps it. It can be deleted when all holds are lifted.")
    return ""


def _delete(recording: Recording, reason: str, request: HttpRequest) -> tuple[int, str]:
    """(level, sentence) of what has become of it."""
    try:
        retention.delete_now(recording, reason=reason, by=by(request))
    except Conflict:
        recording.refresh_from_db()
        why = _problem(recording) or _("Somebody else was faster.")
        return messages.ERROR, _("Recording %(name)s was not deleted. %(why)s") % {"name": recording, "why": why}
    except ImproperlyConfigured as error:
        return messages.ERROR, _("Recording %(name)s was not deleted. %(why)s") % {"name": recording, "why": error}
    except Exception:  # noqa: BLE001  of whatever storage the host has chosen; the alert has the rest
        log.exception("recording %s could not be deleted", recording.uuid)
        text = _("Nobody can play recording %(name)s any more, but the storage keeps files of it. It is tried again.")
        return messages.WARNING, text % {"name": recording}
    return messages.SUCCESS, _("Recording %(name)s was deleted.") % {"name": recording}
