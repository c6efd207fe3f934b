"""Who is first wins, nothing is done twice. In real threads, each with its own connection."""

from __future__ import annotations

from functools import partial

from django.db import connection

from recordings.models import Consent, Recording, Segment
from recordings.services import consents, leases, recordings, segments, steps
from recordings.services.segments import PlaceLost
from rtc_service import clock
from rtc_service.exceptions import Conflict, NotYours
from rtc_service.models import Participant, Prompt
from rtc_service.services import calls, prompts
from rtc_service.testing import assert_replay_equals_snapshot, run_duties
from tests.harness.people import People
from tests.harness.threads import at_once, bad, good
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]


def rounds() -> int:
    return 6 if connection.vendor == "postgresql" else 2


def consistent(told: Story) -> None:
    recorders = Participant.objects.filter(call=told.call, role="recorder", left__isnull=True).count()
    live = Recording.objects.filter(call=told.call, state__in=["starting", "running", "paused"]).count()
    assert recorders == live <= 1
    assert_replay_equals_snapshot(told.call)


def over(told: Story) -> None:
    calls.end(told.call, reason="forced")
    run_duties()


def test_ten_workers_claim_at_once(people: People, given: Given) -> None:
    for number in range(rounds()):
        told = started(people)
        results = at_once([partial(leases.claim, told.recording.uuid, f"worker {n}") for n in range(10)])
        claims = [claim for claim in results if claim is not None]
        assert len(claims) == 1 and not bad(results), (number, results)
        assert claims[0].epoch == told.recording.epoch == 1
        over(told)


def test_the_consent_is_given_twice_and_settled_ten_times(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = story(people)
        told.answer()
        answer = partial(prompts.answer, told.prompt.uuid, by=told.customer.uuid, accept=True, answer={})
        results = at_once([answer] * 4)
        assert len(good(results)) == 1 and not bad(results, Conflict)
        consent = Consent.objects.select_related("call", "prompt", "participant__visitor").latest("pk")
        results = at_once([partial(steps.answered, consent, by=recordings.NOBODY)] * 6 + [run_duties] * 2)
        assert not bad(results), results
        assert told.told().count("starting") == 1
        assert given.record.count(str(told.recording.uuid)) == 1
        consistent(told)
        over(told)


def test_the_consent_comes_while_the_call_ends(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = story(people)
        told.answer()
        answer = partial(prompts.answer, told.prompt.uuid, by=told.customer.uuid, accept=True, answer={})
        results = at_once([lambda answer=answer: (answer(), run_duties()), told.end])  # type: ignore[misc]
        assert not bad(results, Conflict, NotYours), results
        run_duties()
        assert told.state in ("refused", "finalising")
        assert bool(Consent.objects.latest("pk").accepted) == (Prompt.objects.latest("pk").state == "accepted")
        consistent(told)


def test_staff_asks_in_five_tabs_at_once(people: People, given: Given) -> None:
    told = story(people, start="manual")
    told.answer()
    results = at_once([partial(steps.start_by_hand, told.call, by=told.staff())] * 5)
    assert results == ["asked"] * 5
    assert Recording.objects.count() == Prompt.objects.count() == Consent.objects.count() == 1


def test_stop_while_it_starts_and_begins(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = started(people)
        recording = told.recording
        claim = leases.claim(recording.uuid, "one")
        assert claim is not None
        stop = partial(steps.stop_by_hand, told.call, by=told.staff())
        begin = partial(recordings.began, recording, epoch=claim.epoch, at=clock.now())
        results = at_once([stop, begin, partial(leases.release, claim)])
        assert not bad(results, Conflict), results
        assert told.state == "finalising"
        assert given.finalise.count(str(recording.uuid)) == 1
        consistent(told)
        over(told)


def test_stop_and_start_again_and_the_end_of_the_call(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = started(people)
        by = told.staff()
        again = [partial(steps.stop_by_hand, told.call, by=by), partial(steps.start_by_hand, told.call, by=by)]
        results = at_once([*again, *again, told.end])
        assert not bad(results, Conflict), results
        run_duties()
        assert set(Recording.objects.filter(call=told.call).values_list("state", flat=True)) == {"finalising"}
        consistent(told)


def test_a_pause_during_a_take_over(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = started(people)
        recording = told.recording
        old = leases.claim(recording.uuid, "old")
        assert old is not None
        recordings.began(recording, epoch=old.epoch, at=clock.now())
        Recording.objects.filter(pk=recording.pk).update(lease_until=clock.after(-1))
        party = next(iter(old.parties.values())).pk
        write = partial(_open, old, party, 1)
        pause = partial(steps.pause_by_hand, told.call, by=told.staff())
        results = at_once([partial(leases.claim, recording.uuid, "new"), pause, write])
        assert not bad(results, Conflict), results
        new, state, _ = results
        assert state == "paused" == told.state and new is not None
        for claim, number in ((old, 8), (new, 9)):
            result = at_once([partial(_open, claim, party, number)])[0]
            assert isinstance(result, PlaceLost if claim is old else Conflict)
        steps.resume_by_hand(told.call, by=told.staff())
        assert isinstance(at_once([partial(_open, old, party, 10)])[0], PlaceLost)
        assert at_once([partial(_open, new, party, 11)])[0] == Segment.objects.get(recording=recording, number=11).pk
        consistent(told)
        over(told)


def _open(claim: leases.Claim, party: int, number: int) -> int:
    values = {"name": f"{claim.uuid}/{party}-{number}.seg", "key_id": "k", "wrapped_key": "w", "at": 1.8e9}
    return segments.opened(claim, party=party, number=number, **values)


def test_the_call_waits_and_is_answered_again_while_its_duties_run(people: People, given: Given) -> None:
    for _ in range(rounds()):
        told = started(people)
        told.requeue()
        told.call.refresh_from_db()
        calls.ring(told.call, number=2, seconds=20)

        def take(told: Story = told) -> None:
            calls.answer(told.call, user_id=people.beth.pk, name="beth", version=told.call.version)

        results = at_once([take, run_duties, partial(steps.proceed, told.call)])
        assert not bad(results), results
        run_duties()
        states = list(Recording.objects.filter(call=told.call).order_by("pk").values_list("state", flat=True))
        assert states == ["finalising", "starting"]
        consistent(told)
        over(told)


def test_a_wording_that_is_missing_is_made_once(people: People, given: Given) -> None:
    from recordings.models import Wording

    Wording.objects.all().delete()
    results = at_once([partial(consents.wording_for, "en")] * 6)
    assert len({wording.pk for wording in results}) == 1 and Wording.objects.count() == 1
