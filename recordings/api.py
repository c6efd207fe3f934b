"""Recordings over REST: /api/v1/recordings/. What there is and what was agreed; no media, no keys, no storage names."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from rtc_service.api.actors import Actor
from rtc_service.api.base import ApiViewSet
from rtc_service.api.call_shapes import moment
from rtc_service.api.pages import page
from rtc_service.api.permissions import Need
from rtc_service.api.schema import documented
from rtc_service.api.serializers import Moment, PeriodQuery, within
from rtc_service.models import Participant
from rtc_service.states import Role

from .models import Consent, Hold, Recording, RecordingFile, RecordingState

VIEW = ("rtc_recordings.view_recording",)


class RecordingQuery(PeriodQuery):
    """`from` and `to` are about the moment of the request."""

    state = serializers.ChoiceField(choices=RecordingState.choices, required=False)
    call = serializers.UUIDField(required=False)


class PartyShape(serializers.Serializer):
    participant = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Role.choices)


class ConsentShape(serializers.Serializer):
    participant = serializers.UUIDField()
    accepted = serializers.BooleanField(allow_null=True, help_text="null: asked and not answered")
    asked = Moment()
    answered = Moment(allow_null=True)
    withdrawn = Moment(allow_null=True, help_text="until then it was a yes")
    wording = serializers.CharField(help_text="the version of the text that was shown")
    language = serializers.CharField()


class FileShape(serializers.Serializer):
    participant = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Role.choices)
    begins = Moment()
    duration = serializers.FloatField(help_text="seconds")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    has_sound = serializers.BooleanField()
    has_picture = serializers.BooleanField()
    gaps = serializers.ListField(help_text="[from, to, cause] in seconds since the beginning")
    size = serializers.IntegerField(help_text="bytes of media")
    sha256 = serializers.CharField(help_text="of the media, hexadecimal")
    checked = Moment(allow_null=True)


class RecordingShape(serializers.Serializer):
    recording = serializers.UUIDField()
    call = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RecordingState.choices)
    state_since = Moment()
    requested = Moment()
    started = Moment(allow_null=True)
    ended = Moment(allow_null=True)
    cause = serializers.CharField(allow_blank=True)
    keep_until = Moment(allow_null=True)
    deleted = Moment(allow_null=True)
    on_hold = serializers.BooleanField(help_text="a legal hold is open")
    parties = PartyShape(many=True)
    consents = ConsentShape(many=True)
    files = FileShape(many=True)


class RecordingPageShape(serializers.Serializer):
    results = RecordingShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")


def visible(actor: Actor) -> QuerySet[Recording]:
    """A client's storefront's; otherwise all."""
    rows = Recording.objects.select_related("call").defer("call__context")
    return rows.filter(call__storefront=actor.storefront) if actor.storefront else rows


class RecordingViewSet(ApiViewSet):
    enums: ClassVar[dict[str, Any]] = {"RecordingState": RecordingState.values, "PartyRole": Role.values}
    needs: ClassVar[dict[str, Need]] = {
        "list": Need("recordings:read", VIEW),
        "retrieve": Need("recordings:read", VIEW),
    }

    @documented("recordings_list", "Recordings, newest first", RecordingPageShape, query=RecordingQuery)
    def list(self, request: Any) -> Response:
        query = self.query(RecordingQuery)
        rows = within(visible(self.actor), "requested", query)
        if "state" in query:
            rows = rows.filter(state=query["state"])
        if "call" in query:
            rows = rows.filter(call__uuid=query["call"])
        found, cursor = page(rows, "requested", query)
        self.note("api.recordings.listed", count=len(found))
        return Response({"results": _shown(found), "next": cursor})

    @documented("recordings_retrieve", "What there is of one recording", RecordingShape)
    def retrieve(self, request: Any, uuid: UUID) -> Response:
        found = visible(self.actor).filter(uuid=uuid).first()
        if found is None:
            raise NotFound("There is no such recording.")
        self.note("api.recording.viewed", call=found.call.uuid, target=f"recording:{found.uuid}")
        return Response(_shown([found])[0])


def _shown(rows: list[Recording]) -> list[dict[str, Any]]:
    """As `RecordingShape`; five queries for any number of rows."""
    calls = [row.call_id for row in rows]
    parties: dict[int, list[Participant]] = {}
    for leg in Participant.objects.filter(call__in=calls, role__in=(Role.CUSTOMER, Role.STAFF)).order_by("pk"):
        parties.setdefault(leg.call_id, []).append(leg)
    consents: dict[int, list[Consent]] = {}
    for consent in Consent.objects.filter(call__in=calls).select_related("participant", "wording").order_by("pk"):
        consents.setdefault(consent.call_id, []).append(consent)
    files: dict[int, list[RecordingFile]] = {}
    for file in RecordingFile.objects.filter(recording__in=rows).select_related("party").order_by("pk"):
        files.setdefault(file.recording_id, []).append(file)
    held = set(Hold.objects.filter(recording__in=rows, lifted__isnull=True).values_list("recording_id", flat=True))
    return [
        {
            "recording": str(row.uuid),
            "call": str(row.call.uuid),
            "state": row.state,
            "state_since": moment(row.state_since),
            "requested": moment(row.requested),
            "started": moment(row.started),
            "ended": moment(row.ended),
            "cause": row.cause,
            "keep_until": moment(row.keep_until),
            "deleted": moment(row.deleted),
            "on_hold": row.pk in held,
            "parties": [_party(leg) for leg in parties.get(row.call_id, ())],
            "consents": [_consent(consent) for consent in consents.get(row.call_id, ())],
            "files": [_file(file) for file in files.get(row.pk, ())],
        }
        for row in rows
    ]


def _party(leg: Participant) -> dict[str, Any]:
    return {"participant": str(leg.uuid), "role": leg.role}


def _consent(row: Consent) -> dict[str, Any]:
    return {
        "participant": str(row.participant.uuid),
        "accepted": row.accepted,
        "asked": moment(row.asked),
        "answered": moment(row.answered),
        "withdrawn": moment(row.withdrawn),
        "wording": row.wording.version,
        "language": row.wording.language,
    }


def _file(row: RecordingFile) -> dict[str, Any]:
    return {
        "participant": str(row.party.uuid),
        "role": row.role,
        "begins": moment(row.begins),
        "duration": row.duration,
        "width": row.width,
        "height": row.height,
        "has_sound": row.has_sound,
        "has_picture": row.has_picture,
        "gaps": row.gaps,
        "size": row.size,
        "sha256": row.sha256,
        "checked": moment(row.checked),
    }
