"""The customer's consent: asked in stored words, before anything is captured; what was said is kept."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from rtc_service import clock, languages
from rtc_service.exceptions import Conflict, Refused
from rtc_service.models import Call, Prompt
from rtc_service.models.message import PromptState
from rtc_service.services import prompts, timeline
from rtc_service.states import Role

from ..conf import recordings as settings
from ..models import Consent, Recording, Wording
from . import actors, recordings
from .actors import Actor

KIND = "recordings.consent"
BUILT_IN = "1"


def wording_for(language: str) -> Wording:
    """The newest wording in the language nearest to this one, else in the project's, else of any language.

    A database whose wordings were all removed gets the built-in one again: somebody must be asked in words we keep."""
    for tag in (languages.supported(language), django_settings.LANGUAGE_CODE):
        found = Wording.objects.filter(language=tag).order_by("-created", "-pk").first()
        if found is not None:
            return found
    return Wording.objects.order_by("-created", "-pk").first() or _built_in(languages.supported(language))


def _built_in(language: str) -> Wording:
    with override(language):
        text = _(
            "May we record this call: picture and sound of both sides? The recording helps us to follow up on your "
            "request and is deleted after the time that our privacy notice states. You may say no, and stop it at any "
            "time."
        )
    found, _made = Wording.objects.get_or_create(
        version=BUILT_IN, language=language, defaults={"text": text, "created": clock.now()}
    )
    return found


def given(call: Call) -> bool:
    """Did the customer's newest answer in this call allow the recording?"""
    newest = Consent.objects.filter(call=call, accepted__isnull=False).order_by("-pk").first()
    return newest is not None and bool(newest.accepted) and newest.withdrawn is None


def given_for(recording: Recording) -> bool:
    """Was the question that this recording waits for answered with yes?"""
    newest = Consent.objects.filter(call=recording.call).order_by("-pk").first()
    return newest is not None and bool(newest.accepted)


def ask(call: Call, *, cause: str, by: Actor) -> Recording:
    """Ask the customer; the recording waits for the answer. Asked twice at once it is one question.

    Raises Refused (`asked_enough`), Conflict when the customer is gone."""
    with timeline.changing(call):
        standing = recordings.open_of(call)
        if standing is not None:
            return standing
        if Consent.objects.filter(call=call).count() >= settings().ASKS_PER_CALL:
            raise Refused("the customer was asked often enough in this call", code="asked_enough")
        customer = call.participants.filter(role=Role.CUSTOMER, left__isnull=True).select_related("call").first()
        if customer is None:
            raise Conflict("the customer has left the call")
        wording = wording_for(call.language)
        payload = {"version": wording.version, "text": wording.text, "language": wording.language}
        recording = recordings.open_asked(call, cause=cause, by=by)
        prompt = prompts.ask(customer, KIND, payload, wording_version=wording.version, seconds=settings().ASK_SECONDS)
        Consent.objects.create(call=call, participant=customer, prompt=prompt, wording=wording, asked=clock.now())
    return recording


def revoke(call: Call) -> bool:
    """The customer takes the consent back (inside the revoking transaction): it counts no more from now on, nor does a
    yes that has not been written down yet. False when there is none."""
    yes = Q(accepted=True) | Q(accepted__isnull=True, prompt__state=PromptState.ACCEPTED)
    standing = Consent.objects.filter(yes, call=call, withdrawn__isnull=True).values_list("pk", flat=True)
    return bool(Consent.objects.filter(pk__in=list(standing)).update(withdrawn=clock.now()))


def withdraw(call: Call) -> None:
    """Whoever asked wants no answer any more."""
    for prompt in Prompt.objects.filter(call=call, kind=KIND, state=PromptState.OPEN).select_related(
        "call", "participant"
    ):
        prompts.withdraw(prompt)


def settle(consent: Consent) -> bool:
    """Write down what has become of the question, and refuse the recording where it is no yes. True for a yes.

    Idempotent; only the newest question of a call decides."""
    prompt = consent.prompt
    if prompt is None or prompt.state == PromptState.OPEN:
        return False
    accepted = {PromptState.ACCEPTED: True, PromptState.DECLINED: False}.get(PromptState(prompt.state))
    with timeline.changing(consent.call):
        if accepted is not None:
            Consent.objects.filter(pk=consent.pk, answered__isnull=True).update(
                answered=prompt.answered, accepted=accepted
            )
        newest = Consent.objects.filter(call=consent.call).order_by("-pk").values_list("pk", flat=True).first()
        if newest != consent.pk:
            return False
        recording = recordings.open_of(consent.call)
        if not accepted and recording is not None and recording.state == recordings.S.ASKED:
            by = actors.of_leg(consent.participant) if accepted is False else actors.NOBODY
            recordings.refuse(recording, cause=str(prompt.state), by=by)
    return bool(accepted)
