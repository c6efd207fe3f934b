"""Questions to one participant: asked, answered once, expired by the sweeper."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from .. import clock, conf
from ..exceptions import Conflict, NotYours
from ..models import Participant, Prompt
from ..models.message import PromptState
from . import row_by_row, timeline

log = logging.getLogger("rtc_service.prompts")


def ask(
    participant: Participant,
    kind: str,
    payload: dict[str, Any],
    *,
    wording_version: str = "",
    seconds: float | None = None,
) -> Prompt:
    """Ask a party something."""
    until = clock.after(seconds or conf.core().PROMPT_SECONDS)
    with timeline.changing(participant.call):
        prompt = Prompt.objects.create(
            call=participant.call,
            participant=participant,
            kind=kind,
            payload=payload,
            wording_version=wording_version,
            until=until,
        )
        data = describe(prompt)
        timeline.append(participant.call, "prompt.asked", data=data)
    return prompt


def describe(prompt: Prompt) -> dict[str, Any]:
    """A prompt as the log tells it."""
    return {
        "prompt": str(prompt.uuid),
        "kind": prompt.kind,
        "participant": str(prompt.participant.uuid),
        "payload": prompt.payload,
        "until": clock.millis(prompt.until),
    }


def open_of(participant: Participant) -> list[dict[str, Any]]:
    """What this party has not answered yet: it is asked again when its page comes back."""
    waiting = Prompt.objects.filter(participant=participant, state=PromptState.OPEN, until__gt=clock.now())
    return [describe(prompt) for prompt in waiting.select_related("participant").order_by("pk")]


def answer(uuid: UUID, *, by: UUID, accept: bool, answer: dict[str, Any]) -> Prompt:
    """The addressee's answer. Raises NotYours, or Conflict when it was answered or has expired."""
    prompt = Prompt.objects.select_related("participant", "call").filter(uuid=uuid, participant__uuid=by).first()
    if prompt is None:
        raise NotYours("no such prompt to you")
    if prompt.until < clock.now() or not _settle(
        prompt, PromptState.ACCEPTED if accept else PromptState.DECLINED, answer
    ):
        raise Conflict("this prompt was answered or has expired")
    return prompt


def _settle(prompt: Prompt, state: PromptState, answer: dict[str, Any] | None = None) -> bool:
    with timeline.changing(prompt.call):
        settled = Prompt.objects.filter(pk=prompt.pk, state=PromptState.OPEN).update(
            state=state, answer=answer or {}, answered=clock.now()
        )
        if settled:
            data = {"prompt": str(prompt.uuid), "kind": prompt.kind, "state": str(state)}
            timeline.append(prompt.call, "prompt.answered", actor=prompt.participant.uuid, data=data)
    return bool(settled)


def withdraw(prompt: Prompt) -> bool:
    """Who asked needs no answer any more; False when there is one already."""
    return _settle(prompt, PromptState.WITHDRAWN)


def withdraw_of(participant: Participant) -> None:
    """The leg leaves: what it was asked is asked no longer (inside the leaving transaction)."""
    for prompt in Prompt.objects.filter(participant=participant, state=PromptState.OPEN).select_related("call"):
        _settle(prompt, PromptState.WITHDRAWN)


def sweep() -> int:
    """Prompts whose time has run out expire."""
    overdue = Prompt.objects.filter(state=PromptState.OPEN, until__lt=clock.now()).select_related("call", "participant")
    return row_by_row.each(overdue[:200], lambda prompt: _settle(prompt, PromptState.EXPIRED), log)
