"""Links: the media path between two legs, one generation after another."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q

from .. import clock
from ..exceptions import NotYours, OldGeneration
from ..models import Call, Link, Participant
from ..states import LegKind, LinkState
from . import timeline


def _data(link: Link) -> dict[str, object]:
    parties = [str(link.first.uuid), str(link.second.uuid)]
    return {"link": str(link.uuid), "kind": link.kind, "generation": link.generation, "parties": parties}


def open_between(call: Call, first: Participant, second: Participant, kind: LegKind = LegKind.TALK) -> Link:
    """Open a link (inside the caller's transaction); `first` is polite and sends the first offer."""
    link = Link.objects.create(call=call, kind=kind, first=first, second=second, state_since=clock.now())
    timeline.append(call, "link.opened", data=_data(link))
    return link


def open_links(participant: Participant) -> list[Link]:
    """The links of a leg that are not closed."""
    both = (
        Link.objects.filter(call_id=participant.call_id)
        .exclude(state=LinkState.CLOSED)
        .select_related("call", "first", "second")
    )
    return [link for link in both if participant.pk in (link.first_id, link.second_id)]


def find(uuid: UUID, participant_uuid: UUID) -> Link:
    """An open link that this leg is part of. Raises NotYours."""
    link = (
        Link.objects.exclude(state=LinkState.CLOSED).select_related("call", "first", "second").filter(uuid=uuid).first()
    )
    if link is None or participant_uuid not in (link.first.uuid, link.second.uuid):
        raise NotYours("no such link of yours")
    return link


def renew(link: Link, generation: int, *, cause: str = "") -> bool:
    """Open generation n+1, if `generation` is still the newest: both ends may ask at once, one of them moves it."""
    with timeline.changing(link.call):
        moved = (
            Link.objects.filter(pk=link.pk, generation=generation)
            .exclude(state=LinkState.CLOSED)
            .update(generation=F("generation") + 1, state=LinkState.NEW, state_since=clock.now())
        )
        if moved:
            link.refresh_from_db()
            timeline.append(link.call, "link.opened", data={**_data(link), "cause": cause})
    return bool(moved)


def report(
    link: Link,
    participant_uuid: UUID,
    generation: int,
    state: str,
    *,
    cause: str = "",
    route: dict[str, str] | None = None,
) -> bool:
    """What one end sees; up when both ends say so of the same generation. True when the link's state moved."""
    if generation != link.generation:
        raise OldGeneration(f"the link is at generation {link.generation}")
    mine = "up_first" if link.first.uuid == participant_uuid else "up_second"
    with timeline.changing(link.call):
        if state == "up":
            Link.objects.filter(pk=link.pk, generation=generation).update(**{mine: generation})
            moved = (
                Link.objects.filter(pk=link.pk, generation=generation, up_first=generation, up_second=generation)
                .exclude(state__in=[LinkState.UP, LinkState.CLOSED])
                .update(state=LinkState.UP, state_since=clock.now())
            )
            kind = "link.up"
        elif state in ("stale", "failed"):
            Link.objects.filter(pk=link.pk, generation=generation).update(**{mine: 0})
            moved = Link.objects.filter(pk=link.pk, generation=generation, state=LinkState.UP).update(
                state=LinkState.STALE, state_since=clock.now()
            )
            kind = "link.stale"
        else:
            return False
        if moved:
            extra = {"cause": cause, "route": route or {}}
            timeline.append(link.call, kind, actor=participant_uuid, data={**_data(link), **extra})
    return bool(moved)


def close_all(call: Call, *, reason: str, leg: Participant | None = None) -> None:
    """Close the call's links, or one leg's (inside the caller's transaction)."""
    links = Link.objects.filter(call=call).exclude(state=LinkState.CLOSED).select_related("first", "second")
    if leg is not None:
        links = links.filter(Q(first=leg) | Q(second=leg))
    for link in links:
        closed = (
            Link.objects.filter(pk=link.pk)
            .exclude(state=LinkState.CLOSED)
            .update(state=LinkState.CLOSED, state_since=clock.now())
        )
        if closed:
            timeline.append(call, "link.closed", data={**_data(link), "reason": reason})
