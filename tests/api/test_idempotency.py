"""The same key and the same request happen once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from rtc_service import clock
from rtc_service.models import Call, IdempotencyKey, Rating
from rtc_service.services import idempotency, sweeps
from rtc_service.testing import later
from tests.api.conftest import EVERYTHING, Api, api_of, assert_problem
from tests.harness.threads import at_once, bad
from tickets.models import Comment, Ticket

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
SUBJECT = {"subject": "Send the lid"}


def test_a_repetition_gets_the_first_answer(erp: Api) -> None:
    first, second = (erp.post("tickets/", SUBJECT, **KEY) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json() and first["Location"] == second["Location"]
    assert "Idempotency-Replayed" not in first and second["Idempotency-Replayed"] == "true"
    assert Ticket.objects.count() == 1


def test_quotes_around_the_key_are_the_same_key(erp: Api) -> None:
    erp.post("tickets/", SUBJECT, **KEY)
    assert erp.post("tickets/", SUBJECT, **{"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'})["Idempotency-Replayed"]


def test_another_request_under_the_key_is_refused(erp: Api, call: Call) -> None:
    erp.post("tickets/", SUBJECT, **KEY)
    assert_problem(erp.post("tickets/", {"subject": "Other"}, **KEY), 422, "idempotency_key_reused")
    assert_problem(erp.post(f"calls/{call.uuid}/cancel/", **KEY), 422, "idempotency_key_reused")
    assert Ticket.objects.count() == 1


def test_keys_of_different_actors_do_not_meet(erp: Api) -> None:
    other = api_of(*EVERYTHING)
    assert (
        erp.post("tickets/", SUBJECT, **KEY).json()["ticket"] != other.post("tickets/", SUBJECT, **KEY).json()["ticket"]
    )
    assert Ticket.objects.count() == 2


def test_what_came_to_nothing_may_be_mended(erp: Api) -> None:
    assert_problem(erp.post("tickets/", {}, **KEY), 422, "invalid")
    assert erp.post("tickets/", SUBJECT, **KEY).status_code == 201
    assert Ticket.objects.count() == 1


def test_who_comes_while_the_first_is_at_work_waits(erp: Api, client_row: Any) -> None:
    erp.post("tickets/", SUBJECT, **KEY)
    IdempotencyKey.objects.update(status=0, answer="")
    response = erp.post("tickets/", SUBJECT, **KEY)
    assert assert_problem(response, 409, "in_progress")["retry_after"] == 1
    assert response["Retry-After"] == "1"


def test_a_request_whose_process_died_is_begun_anew_and_makes_nothing_twice(erp: Api) -> None:
    """It died after the commit and before the answer was kept."""
    first = erp.post("tickets/", SUBJECT, **KEY).json()
    guest = erp.post("calls/", {}, **{"Idempotency-Key": "call"}).json()["visitor"]
    ticket = Ticket.objects.get()
    comment = erp.post(f"tickets/{ticket.uuid}/comments/", {"body": "x"}, **{"Idempotency-Key": "c"}).json()
    IdempotencyKey.objects.update(status=0, answer="", created=clock.now() - timedelta(seconds=61))
    assert erp.post("tickets/", SUBJECT, **KEY).json() == first
    again = assert_problem(erp.post("calls/", {}, **{"Idempotency-Key": "call"}), 409, "already_in_call")
    assert again["call"]["visitor"] == guest, "the same guest, whose call stands"
    assert erp.post(f"tickets/{ticket.uuid}/comments/", {"body": "x"}, **{"Idempotency-Key": "c"}).json() == comment
    assert (Ticket.objects.count(), Call.objects.count(), Comment.objects.count()) == (1, 1, 1)


def test_a_customers_and_a_sessions_requests_have_keys_too(
    alice_api: Api, answered: Call, session_of: Any, bob: Any
) -> None:
    path = f"calls/{answered.uuid}/rating/"
    alice_api.post(path, {"score": 3}, **KEY)
    Rating.objects.update(score=1)
    assert alice_api.post(path, {"score": 3}, **KEY)["Idempotency-Replayed"] == "true"
    assert Rating.objects.get().score == 1, "nothing was written again"
    given = {**SUBJECT, "call": str(answered.uuid)}
    assert [session_of(bob).post("tickets/", given, **KEY).status_code for _ in range(2)] == [201, 201]


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", "ä", '"', 'a"b'])
def test_a_key_that_is_none(erp: Api, key: str) -> None:
    assert_problem(erp.post("tickets/", SUBJECT, **{"Idempotency-Key": key}), 400, "bad_idempotency_key")
    assert not Ticket.objects.exists()


def test_answers_are_encrypted_and_forgotten_after_a_day(erp: Api, alice: Any) -> None:
    from rtc_service import tokens

    erp.post("calls/", {"identity": tokens.identity(alice.pk, name="Alice Liddell")}, **KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM rtc_service_idempotencykey")
        stored = cursor.fetchone()[0]
    assert stored and "Liddell" not in stored and "token" not in stored
    with later(23 * 3600):
        sweeps.run_all()
        assert IdempotencyKey.objects.exists()
    with later(25 * 3600):
        sweeps.run_all()
        assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "model"), [("tickets/", SUBJECT, Ticket), ("calls/", {"title": "Teapot"}, Call)]
)
def test_fifty_equal_requests_at_once_make_one(
    transactional_db: None, path: str, body: dict[str, Any], model: Any
) -> None:
    erp = api_of(*EVERYTHING)
    results = at_once([partial(Api(erp.headers["Authorization"]).post, path, body, **KEY) for _ in range(50)])
    assert not bad(results), bad(results)
    statuses = Counter(response.status_code for response in results)
    assert set(statuses) <= {201, 409} and statuses[201] >= 1, statuses
    assert {response.json()["code"] for response in results if response.status_code == 409} <= {"in_progress"}
    assert model.objects.count() == 1
    assert sum("Idempotency-Replayed" not in response for response in results if response.status_code == 201) == 1
    assert erp.post(path, body, **KEY)["Idempotency-Replayed"] == "true"


def test_a_dead_requests_key_is_taken_up_by_one(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with later(-120):
        assert isinstance(idempotency.begin("c:1", "key", "hash"), idempotency.Begun)
    everybody, core = Barrier(10), idempotency.conf.core
    # The setting is read between looking and taking: all ten have looked before one takes.
    monkeypatch.setattr(idempotency.conf, "core", lambda: (everybody.wait(20), core())[1])
    results = at_once([partial(idempotency.begin, "c:1", "key", "hash")] * 10)
    assert sum(isinstance(result, idempotency.Begun) for result in results) == 1
    assert not bad(results, idempotency.StillRunning)


def test_who_was_taken_for_dead_changes_nothing_any_more(db: None) -> None:
    with later(-120):
        slow = idempotency.begin("c:1", "key", "hash")
    second = idempotency.begin("c:1", "key", "hash")
    assert isinstance(slow, idempotency.Begun) and isinstance(second, idempotency.Begun)
    idempotency.forget(slow)
    idempotency.finish(slow, 201, {"body": "slow"})
    with pytest.raises(idempotency.StillRunning):
        idempotency.begin("c:1", "key", "hash")
    idempotency.finish(second, 201, {"body": "second"})
    idempotency.finish(slow, 201, {"body": "slow"})
    idempotency.forget(slow)
    assert idempotency.begin("c:1", "key", "hash") == (201, {"body": "second"})
