"""How a call looks over REST: what may be sent, what is answered, and what of it is hidden from whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from .. import crypto, registry
from ..models import Call, Participant, Visitor
from ..registry import Follower
from ..signalling.protocol import CallRequest
from ..states import CallState, EndReason, Role
from .actors import Actor
from .serializers import Moment, PeriodQuery, Strict, Text, Whole

MEDIA = ("video", "audio", "text")
HIDDEN = "•••"


def text(limit: int, **kwargs: Any) -> Text:
    return Text(required=False, allow_blank=True, max_length=limit, **kwargs)


class CallBody(Strict):
    """The fields of `call.request`; `identity` and `guest` say for whom a machine client asks."""

    page_kind = text(64)
    subject = text(200)
    category = text(64)
    language = text(16)
    storefront = text(64)
    url = text(2000)
    title = text(200)
    media = serializers.ChoiceField(choices=MEDIA, required=False)
    identity = text(2000, help_text="Clients only: the signed identity of the customer")
    guest = text(2000, help_text="Clients only: the guest of an earlier answer; without both a new guest")

    def request(self) -> CallRequest:
        given = {key: value for key, value in self.validated_data.items() if key not in ("identity", "guest")}
        return CallRequest(**given)


class RatingBody(Strict):
    score = Whole(min_value=1, max_value=5)
    comment = text(2000)


class CallQuery(PeriodQuery):
    """`from` and `to` are about the moment of the request."""

    state = serializers.ChoiceField(choices=CallState.choices, required=False)
    queue = serializers.CharField(required=False, max_length=64)


class EventQuery(Strict):
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="the last seq you have"
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500)


class VisitorShape(serializers.Serializer):
    visitor = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["customer", "guest"])
    name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


class RatingShape(serializers.Serializer):
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(allow_blank=True, allow_null=True, help_text="null without pii:read")


class CallShape(serializers.Serializer):
    call = serializers.UUIDField()
    state = serializers.ChoiceField(choices=CallState.choices)
    state_since = Moment()
    requested = Moment()
    answered = Moment(allow_null=True)
    ended = Moment(allow_null=True)
    end_reason = serializers.ChoiceField(choices=EndReason.choices, allow_blank=True)
    media = serializers.CharField()
    queue = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    tier = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    storefront = serializers.CharField(allow_blank=True)
    page_kind = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    visitor = VisitorShape()
    staff = serializers.CharField(allow_null=True, help_text="the shown name of who answered last")
    rating = RatingShape(allow_null=True)


class OneCallShape(CallShape):
    position = serializers.IntegerField(allow_null=True, help_text="1 = next, 0 = being rung, null = not waiting")


class SessionShape(serializers.Serializer):
    token = serializers.CharField(help_text="for `hello` on the socket: once, within a minute")
    ws = serializers.CharField(help_text="URL of the socket")
    guest = serializers.CharField(allow_null=True, help_text="keep it: who this guest is")


class NewCallShape(OneCallShape):
    session = SessionShape()


class CallPageShape(serializers.Serializer):
    results = CallShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")


class EventShape(serializers.Serializer):
    call = serializers.UUIDField()
    seq = serializers.IntegerField()
    kind = serializers.CharField(help_text='"-": hidden from you')
    at = serializers.FloatField(help_text="milliseconds since the Unix epoch")
    actor = serializers.UUIDField(allow_null=True)
    data = serializers.DictField()


class EventPageShape(serializers.Serializer):
    results = EventShape(many=True)
    last_seq = serializers.IntegerField(help_text="the newest there is; ask again `after` the last one you got")


class GivenRatingShape(serializers.Serializer):
    call = serializers.UUIDField()
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(allow_blank=True)


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def visitor(row: Visitor, actor: Actor) -> dict[str, Any]:
    """Masked, unless the actor may read personal data or is the customer."""
    plain = actor.personal or actor.visitor == row
    return {
        "visitor": str(row.uuid),
        "kind": "customer" if row.user_id else "guest",
        "name": row.name if plain else crypto.mask_name(row.name),
        "phone": row.phone if plain else (HIDDEN if row.phone else ""),
    }


def calls(rows: list[Call], actor: Actor) -> list[dict[str, Any]]:
    """Several calls as `CallShape`, with one query for the staff's names."""
    served = Participant.objects.filter(call__in=rows, role=Role.STAFF).order_by("pk").values_list("call_id", "name")
    names = dict(served)
    return [_call(row, actor, names.get(row.pk)) for row in rows]


def one(row: Call, actor: Actor) -> dict[str, Any]:
    """One call as `OneCallShape`."""
    return {**calls([row], actor)[0], "position": position(row)}


def position(call: Call) -> int | None:
    """The place in the queue, from the topic `<leaf>.queue:<slug>` that the customer's page follows too."""
    for kind in registry.get().topics.values():
        if kind.prefix.endswith(".queue:"):
            for key in kind.for_call(call):
                follower = Follower(call=call.uuid)
                value = kind.read(key, [follower]).get(follower, {})
                if "position" in value:
                    return int(value["position"])
    return None


def _call(row: Call, actor: Actor, staff: str | None) -> dict[str, Any]:
    rating = getattr(row, "rating", None)
    may_read = actor.personal or actor.kind == "customer"
    return {
        "call": str(row.uuid),
        "state": row.state,
        "state_since": moment(row.state_since),
        "requested": moment(row.requested),
        "answered": moment(row.answered),
        "ended": moment(row.ended),
        "end_reason": row.end_reason,
        "media": row.media,
        "queue": row.queue,
        "category": row.category,
        "tier": row.tier,
        "language": row.language,
        "storefront": row.storefront,
        "page_kind": row.page_kind,
        "subject": row.subject_ref,
        "title": row.title,
        "url": row.url,
        "visitor": visitor(row.visitor, actor),
        "staff": staff,
        "rating": {"score": rating.score, "comment": rating.comment if may_read else None} if rating else None,
    }


def event(item: dict[str, Any], words: bool) -> dict[str, Any]:
    """A row of the log; `words`: with what people have typed."""
    if item["kind"] == "message" and not words:
        return {**item, "data": {**item["data"], "body": HIDDEN}}
    return item
