"""The call's life: each function is one transition, decided by one conditional update."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from .. import clock, conf
from ..exceptions import AlreadyInCall, BadRequest, Conflict, Flood, Refused, Taken
from ..models import Call, Participant, Rating, Visitor
from ..signalling.protocol import CallRequest
from ..states import OPEN, TRANSITIONS, WITH_STAFF, CallState, EndReason, Role
from . import context, links, participants, timeline


def _move(
    call: Call,
    kind: str,
    *,
    actor: UUID | None = None,
    data: dict[str, Any] | None = None,
    version: int | None = None,
    seconds: float | None = None,
    stamp: str = "",
    **changes: Any,
) -> None:
    """Move the call by one event, or raise Conflict when its state has moved on; inside a transaction."""
    sources, target = TRANSITIONS[kind]
    now = clock.now()
    rows = Call.objects.filter(pk=call.pk, state__in=sources)
    if version is not None:
        rows = rows.filter(version=version)
    changes |= {"state": target, "state_since": now, "version": F("version") + 1}
    changes["state_until"] = None if seconds is None else now + timedelta(seconds=seconds)
    if stamp:
        changes[stamp] = now
    try:
        with transaction.atomic():
            moved = rows.update(**changes)
    except IntegrityError:  # the staff member has another live call
        raise Taken("this person is in a call already") from None
    if not moved:
        raise Conflict(f"{kind} does not fit the call's state any more")
    timeline.append(call, kind, actor=actor, data=data, at=now)
    call.refresh_from_db()


def request(visitor: Visitor, body: CallRequest) -> tuple[Call, Participant]:
    """The customer's click. Raises Refused (a gate), AlreadyInCall, Flood."""
    _limits(visitor)
    facts = context.gather(visitor, body)
    settings = conf.core()
    now = clock.now()
    call = Call(
        visitor=visitor,
        state=CallState.WAITING,
        state_since=now,
        state_until=now + timedelta(seconds=settings.WAIT_SECONDS),
        requested=now,
        category=body.category,
        tier=facts.tier,
        language=(body.language or facts.language)[:16],
        storefront=body.storefront,
        page_kind=body.page_kind,
        subject_ref=body.subject,
        title=body.title,
        url=body.url,
        media=body.media,
        priority=facts.priority,
        queue=facts.queue,
        context=facts.context,
    )
    try:
        with transaction.atomic():
            call.save(force_insert=True)
            data = {
                "page_kind": call.page_kind,
                "subject": call.subject_ref,
                "category": call.category,
                "language": call.language,
                "title": call.title,
                "media": call.media,
            }
            timeline.append(call, "call.requested", data=data, at=now)
            leg = participants.join(call, Role.CUSTOMER, visitor=visitor)
    except IntegrityError:
        raise AlreadyInCall("you have an open call already") from None
    context.follow_up(call, facts)
    return call, leg


def _limits(visitor: Visitor) -> None:
    settings = conf.core()
    hour_ago = clock.now() - timedelta(hours=1)
    if Call.objects.filter(visitor=visitor, requested__gt=hour_ago).count() >= settings.CALLS_PER_HOUR:
        raise Flood("too many calls in an hour", retry_after=600)
    if Call.objects.filter(state=CallState.WAITING).count() >= settings.QUEUE_LIMIT:
        raise Refused("the queue is full", code="queue_full", retry_after=60)


def ring(call: Call, *, number: int, seconds: float) -> None:
    """The call is offered to somebody (inside the offering transaction). Raises Conflict."""
    _move(call, "call.ringing", data={"number": number}, version=call.version, seconds=seconds)


def back_to_queue(call: Call, *, cause: str, first: bool = False) -> None:
    """The offer came to nothing or the staff member is gone: the call keeps its place, or goes first.

    Whoever nobody has answered yet waits WAIT_SECONDS in all, however often it rang in vain."""
    wait = conf.core().WAIT_SECONDS
    if call.answered is None:
        wait -= (clock.now() - call.requested).total_seconds()
    with transaction.atomic():
        changes: dict[str, Any] = {"staff": None}
        if first:
            changes["priority"] = F("priority") + 100
        _move(call, "call.waiting", data={"cause": cause}, seconds=wait, **changes)
        for leg in call.participants.filter(left__isnull=True).exclude(role=Role.CUSTOMER):
            participants.leave(leg)
        links.close_all(call, reason=cause)


def answer(call: Call, *, user_id: int, name: str, version: int) -> Participant:
    """A staff member takes the ringing call. Raises Conflict when somebody or something was faster."""
    with transaction.atomic():
        leg_uuid = uuid4()
        _move(
            call,
            "call.answered",
            version=version,
            seconds=conf.core().CONNECT_SECONDS,
            staff_id=user_id,
            answered_by_id=user_id,
            stamp="answered",
            data={"staff": {"participant": str(leg_uuid), "name": name[:120]}},
        )
        staff = participants.join(call, Role.STAFF, user_id=user_id, name=name, uuid=leg_uuid)
        customer = call.participants.get(role=Role.CUSTOMER, left__isnull=True)
        links.open_between(call, customer, staff)
    return staff


def activate(call: Call, *, cause: str = "media") -> bool:
    """Media runs both ways (or never will, and text does): the conversation has begun."""
    try:
        with transaction.atomic():
            _move(call, "call.active", data={"cause": cause}, seconds=conf.core().CALL_HOURS * 3600)
    except Conflict:
        return False
    return True


def end(call: Call, *, reason: str, by: str = "", actor: UUID | None = None) -> bool:
    """End the call for everybody; False when it had ended already."""
    with transaction.atomic():
        try:
            _move(
                call,
                "call.ended",
                actor=actor,
                data={"reason": reason, "by": by},
                staff=None,
                stamp="ended",
                end_reason=reason,
            )
        except Conflict:
            return False
        links.close_all(call, reason="ended")
        for leg in call.participants.filter(left__isnull=True):
            participants.leave(leg)
    return True


def hang_up(call: Call, *, by: Participant) -> bool:
    """A party ends the call; before somebody answered that is a cancellation."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call.pk)
        early = call.state in (CallState.WAITING, CallState.RINGING)
        if early and by.role != Role.CUSTOMER:
            raise Conflict("the call is not yours any more")
        reason = EndReason.CANCELLED if early else EndReason.HANG_UP
        return end(call, reason=reason, by=by.role, actor=by.uuid)


def rate(call: Call, *, score: int, comment: str, by: Participant) -> Rating:
    """The customer's rating; possible once somebody had answered, the last one counts."""
    if by.role != Role.CUSTOMER:
        raise BadRequest("only the customer rates", code="not_allowed")
    if call.answered is None:
        raise Conflict("nobody had answered this call")
    with transaction.atomic():
        rating, _ = Rating.objects.update_or_create(
            call=call, defaults={"score": score, "comment": comment, "created": clock.now()}
        )
        timeline.append(call, "call.rated", actor=by.uuid, data={"score": score})
    return rating


def open_call_of(visitor: Visitor) -> Call | None:
    """The visitor's open call, if any."""
    return Call.objects.filter(visitor=visitor, state__in=OPEN).first()


def live_call_of(user_id: int) -> Call | None:
    """The call that a staff member is in, if any."""
    return Call.objects.filter(staff_id=user_id, state__in=WITH_STAFF).first()
