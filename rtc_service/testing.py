"""Published test helpers: for our own tests and for hosts.

from rtc_service.testing import customer, staff, request_call, later, run_duties, assert_replay_equals_snapshot
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from . import clock
from .models import Call, Duty, Participant, Visitor
from .models.duty import DutyState
from .replay import empty, reduce
from .services import calls, duties, snapshots, timeline, visitors
from .signalling.protocol import CallRequest


def customer(name: str = "alice") -> Visitor:
    """A logged-in customer."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    return visitors.for_user(user.pk, name=name.title())


def staff(name: str = "bob") -> Any:
    """A user who may take calls."""
    user, made = get_user_model().objects.get_or_create(username=name)
    if made:
        user.set_password(name)
        user.save()
        user.user_permissions.add(Permission.objects.get(codename="take_calls", content_type__app_label="rtc_service"))
    return user


def request_call(visitor: Visitor | None = None, **body: Any) -> tuple[Call, Participant]:
    """A call as the widget requests it."""
    given = {"page_kind": "product", "subject": "product:SKU-1", "title": "Teapot", "category": "tea"} | body
    return calls.request(visitor or customer(), CallRequest(**given))


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """The database's time runs ahead by so much: time-outs without waiting."""
    clock.shift(seconds)
    try:
        yield
    finally:
        clock.shift(0)


def run_duties() -> int:
    """Do all that is owed, as the worker would."""
    done = 0
    while True:
        owed = list(Duty.objects.filter(state=DutyState.OWED, due__lte=clock.now()).values_list("pk", flat=True))
        ran = sum(duties.run(pk) for pk in owed)
        done += ran
        if not ran:
            return done


def replay(call: Call) -> dict[str, Any]:
    """The state that follows from the log alone, by the rules which the browsers use (js/call-state.js)."""
    state = empty(str(call.uuid))
    for row in timeline.rows(call.uuid, 0):
        reduce(state, row)
    return state


def assert_replay_equals_snapshot(call: Call) -> None:
    """The log tells the same story as the rows."""
    fresh = snapshots.of(Call.objects.get(pk=call.pk))
    told = replay(call)
    for leafs in ("ticket", "recording"):
        if leafs not in fresh and told[leafs] is None:  # a host without that leaf
            del told[leafs]
    assert told == fresh, {
        key: (told.get(key), fresh.get(key)) for key in {*told, *fresh} if told.get(key) != fresh.get(key)
    }
