"""From "play" to the player: the reason, the page, and the links that it renews while it is open."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rtc_service import words
from rtc_service.admin import display
from rtc_service.exceptions import NotYours, RtcError
from rtc_service.requests import address_of

from ..models import Recording, RecordingFile, RecordingState
from ..models.recording import OPEN
from ..permissions import may_read_chat
from ..services import media_links, playback, reasons
from . import marks, viewing
from .access import private, recording_for, refusal, turned_away, user_id

WAITING = (*OPEN, RecordingState.FINALISING)


class ReasonForm(forms.Form):
    """Why somebody wants to see it; the audit keeps it."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=reasons.CHARACTERS[0],
        max_length=reasons.CHARACTERS[1],
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True, "aria-describedby": "rtc-reason-help"}),
    )


@sensitive_post_parameters("reason")
@require_http_methods(["GET", "HEAD", "POST"])
def play(request: HttpRequest, recording: UUID) -> HttpResponse:
    """GET asks for a reason, POST `reason` begins a viewing: 302 to the player. Not ready: a page that says so; 410
    deleted; 403 for who may not, whether there is such a recording or not."""
    found = recording_for(request, recording)
    if found is None:
        return turned_away(request)
    if playback.is_gone(found) or found.state != RecordingState.READY or not found.files.exists():
        return _not_ready(request, found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            playback.begin(
                found, user_id=user_id(request), reason=form.cleaned_data["reason"], address=address_of(request)
            )
        except RtcError as error:
            if error.code != "reason_needed":
                return _not_ready(request, Recording.objects.get(pk=found.pk))
            form.add_error("reason", _("Say in a few words what you need to see."))
        else:
            viewing.begin(request, found.uuid)
            return private(HttpResponseRedirect(reverse("rtc_recordings:player", args=[found.uuid])))
    context = {"recording": found, "form": form, **_about(found)}
    return private(render(request, "rtc_recordings/reason.html", context, status=400 if form.errors else 200))


@require_safe
def player(request: HttpRequest, recording: UUID) -> HttpResponse:
    """The player, while a viewing of this session is open; without one: back to the reason."""
    found = recording_for(request, recording)
    if found is None:
        return turned_away(request)
    if playback.is_gone(found) or found.state != RecordingState.READY:
        return _not_ready(request, found)
    if not viewing.is_open(request, found.uuid):
        return private(HttpResponseRedirect(reverse("rtc_recordings:play", args=[found.uuid])))
    _heard(request, found)
    files = list(found.files.select_related("party__visitor", "party__user").order_by("role", "pk"))
    stretch = _stretch(files)
    context = {
        "recording": found,
        "tracks": [_track(request, file, stretch) for file in files],
        "begins": stretch.begins,
        "ends": stretch.begins + timedelta(seconds=stretch.seconds),
        "seconds": round(stretch.seconds, 3),
        "length": words.clock(stretch.seconds),
        "marks": marks.of(found.call, stretch, chat=may_read_chat(request.user, found.call)),
        "link_seconds": media_links.seconds(),
        **_about(found),
    }
    return private(render(request, "rtc_recordings/player.html", context))


@require_POST
def renew(request: HttpRequest, recording: UUID) -> HttpResponse:
    """Fresh links for an open viewing: `{"links": {party: url}, "seconds", "damaged": [party, …]}`; 403 `not_yours`, or
    `reason_needed` when the viewing is over; 410 `gone`."""
    found = recording_for(request, recording)
    if found is None:
        return refusal(NotYours("not yours"))
    if playback.is_gone(found):
        return refusal(playback.Gone())
    if not viewing.is_open(request, found.uuid):
        return refusal(NotYours("the viewing is over", code="reason_needed"))
    _heard(request, found)
    files = found.files.select_related("party")
    links = {str(file.party.uuid): _media_url(request, file) for file in files}
    answer = {"links": links, "seconds": media_links.seconds(), "damaged": sorted(playback.damaged_parties(found))}
    return private(JsonResponse(answer))


@require_safe
def state(request: HttpRequest, recording: UUID) -> HttpResponse:
    """`{"state"}`: asked for by the page that waits for the recording to be finished."""
    found = recording_for(request, recording)
    if found is None:
        return refusal(NotYours("not yours"))
    return private(JsonResponse({"state": found.state}))


def _heard(request: HttpRequest, recording: Recording) -> None:
    if viewing.heard(request, recording.uuid):
        playback.go_on(recording, user_id=user_id(request), address=address_of(request))


def _not_ready(request: HttpRequest, recording: Recording) -> HttpResponse:
    """The page of a recording that cannot be played (yet); it needs no reason, as it shows nothing."""
    gone = playback.is_gone(recording)
    waiting = recording.state in WAITING
    kind = "gone" if gone else "waiting" if waiting else "refused" if recording.state == "refused" else "failed"
    context = {"recording": recording, "kind": kind, **_about(recording)}
    return private(render(request, "rtc_recordings/not_ready.html", context, status=410 if gone else 200))


def _about(recording: Recording) -> dict[str, Any]:
    """What the head of each page says of the call."""
    call = recording.call
    return {
        "call": call,
        "customer": display.visitor_name(call.visitor),
        "agent": display.user_name(call.answered_by),
        "about": call.title or call.subject_ref,
    }


def _stretch(files: list[RecordingFile]) -> marks.Stretch:
    """From the first party's begin to the last one's end."""
    begins = min(file.begins for file in files)
    return marks.Stretch(begins, max((file.begins - begins).total_seconds() + file.duration for file in files))


def _track(request: HttpRequest, file: RecordingFile, stretch: marks.Stretch) -> dict[str, Any]:
    offset = stretch.at(file.begins)
    gaps = [[round(a + offset, 3), round(b + offset, 3), cause] for a, b, cause in file.gaps]
    return {
        "file": file,
        "name": display.participant_name(file.party),
        "role": file.party.get_role_display(),
        "src": _media_url(request, file),
        "offset": round(offset, 3),
        "gaps": json.dumps(gaps),
        "camera_off": json.dumps(marks.switched_off(file.recording.call, file.party, stretch)),
    }


def _media_url(request: HttpRequest, file: RecordingFile) -> str:
    link = media_links.make(file, user_id=user_id(request), binding=viewing.binding(request))
    return reverse("rtc_recordings:media", args=[link])
