"""Requesting, reading, ending and rating calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from rtc_service import registry, tokens
from rtc_service.models import AuditEntry, Call, Rating, Visitor
from rtc_service.services import calls, messages, visitors
from rtc_service.testing import request_call
from tests.api.conftest import Api, api_of, assert_problem

TEAPOT = {"page_kind": "product", "subject": "product:TEA-1", "title": "Teapot", "media": "video"}


def test_a_customer_requests_a_call_and_can_go_on_over_the_socket(alice_api: Api, visitor: Visitor) -> None:
    response = alice_api.post("calls/", TEAPOT)
    assert response.status_code == 201
    body = response.json()
    call = Call.objects.get(uuid=body["call"])
    assert (call.visitor, call.title, body["state"], body["position"]) == (visitor, "Teapot", "waiting", 1)
    assert response["Location"] == f"/api/v1/calls/{call.uuid}/"
    assert tokens.read_hello(body["session"]["token"])["key"] == f"v:{visitor.uuid}"
    assert body["session"]["ws"] == "ws://testserver/ws/rtc/" and body["session"]["guest"] is None
    assert body["visitor"]["name"] == "Alice Liddell", "one's own name"


def test_a_second_request_is_told_of_the_open_call(alice_api: Api, call: Call) -> None:
    body = assert_problem(alice_api.post("calls/", TEAPOT), 409, "already_in_call")
    assert body["call"]["call"] == str(call.uuid)
    assert Call.objects.count() == 1


def test_a_client_requests_for_a_customer_a_known_guest_and_a_new_one(erp: Api, alice: Any) -> None:
    body = erp.post("calls/", {**TEAPOT, "identity": tokens.identity(alice.pk, name="Alice")}).json()
    assert Call.objects.get(uuid=body["call"]).visitor.user == alice
    first = erp.post("calls/", TEAPOT).json()
    guest = visitors.for_guest(tokens.read_guest(first["session"]["guest"]))
    assert Call.objects.get(uuid=first["call"]).visitor == guest and first["visitor"]["kind"] == "guest"
    again = erp.post("calls/", {**TEAPOT, "guest": first["session"]["guest"]})
    assert assert_problem(again, 409, "already_in_call")["call"]["call"] == first["call"]
    as_guest = Api(f"Guest {first['session']['guest']}")
    assert as_guest.get(f"calls/{first['call']}/").json()["state"] == "waiting"
    assert as_guest.post(f"calls/{first['call']}/cancel/").json()["end_reason"] == "cancelled"


@pytest.mark.parametrize("field", ["identity", "guest"])
def test_a_forged_token_in_the_body_names_its_field(erp: Api, field: str) -> None:
    body = assert_problem(erp.post("calls/", {**TEAPOT, field: "forged"}), 422, "invalid")
    assert body["errors"][0]["pointer"] == f"#/{field}"
    assert not Call.objects.exists()


def test_a_customer_cannot_speak_for_another(alice_api: Api, charlie: Any) -> None:
    body = assert_problem(alice_api.post("calls/", {"identity": tokens.identity(charlie.pk)}), 422, "invalid")
    assert body["errors"][0]["pointer"] == "#/identity"


def test_the_services_refusals_come_through(alice_api: Api, core: Callable[..., None]) -> None:
    core(QUEUE_LIMIT=0)
    response = alice_api.post("calls/", TEAPOT)
    body = assert_problem(response, 409, "queue_full")
    assert body["retry_after"] == 60 and response["Retry-After"] == "60"


def test_missing_and_foreign_calls_look_alike(charlie_api: Api, call: Call, session_of: Any, bob: Any) -> None:
    for path in ("", "events/"):
        foreign = charlie_api.get(f"calls/{call.uuid}/{path}")
        missing = charlie_api.get(f"calls/{uuid4()}/{path}")
        assert assert_problem(foreign, 404, "not_found") == assert_problem(missing, 404, "not_found")
    for path in ("cancel/", "rating/"):
        assert_problem(
            charlie_api.post(f"calls/{call.uuid}/{path}", {"score": 5} if path == "rating/" else {}), 404, "not_found"
        )
    assert_problem(session_of(bob).get(f"calls/{call.uuid}/"), 404, "not_found")
    call.refresh_from_db()
    assert call.state != "ended"


def test_staff_see_their_own_calls_supervisors_all(answered: Call, session_of: Any, bob: Any, dora: Any) -> None:
    other, _leg = request_call(visitors.for_guest())
    own = session_of(bob).get("calls/").json()["results"]
    assert [item["call"] for item in own] == [str(answered.uuid)]
    assert own[0]["visitor"]["name"] == "A•••" and own[0]["staff"] == "Bob"
    everything = session_of(dora).get("calls/").json()["results"]
    assert [item["call"] for item in everything] == [str(other.uuid), str(answered.uuid)]
    assert everything[1]["visitor"]["name"] == "Alice Liddell", "dora may view visitors"


def test_names_and_words_are_masked_without_the_scope(answered: Call, visitor: Visitor) -> None:
    visitor.phone = "+441632960001"
    visitor.save()
    leg = answered.participants.get(role="customer")
    messages.say(leg, client_id=uuid4(), body="I live in Wonderland")
    calls.rate(answered, score=4, comment="Alice was here", by=leg)
    for scopes, name, phone, words, comment in (
        (["calls:read"], "A•••", "•••", "•••", None),
        (["calls:read", "pii:read"], "Alice Liddell", "+441632960001", "I live in Wonderland", "Alice was here"),
    ):
        api = api_of(*scopes)
        body = api.get(f"calls/{answered.uuid}/").json()
        assert (body["visitor"]["name"], body["visitor"]["phone"]) == (name, phone)
        assert body["rating"] == {"score": 4, "comment": comment}
        rows = api.get(f"calls/{answered.uuid}/events/").json()["results"]
        assert [row["data"]["body"] for row in rows if row["kind"] == "message"] == [words]
    assert AuditEntry.objects.filter(action="api.call.viewed", call=answered.uuid).count() == 1, "who saw the name"


def test_the_log_has_no_gaps_and_hides_what_is_the_staffs(
    alice_api: Api, erp: Api, answered: Call, monkeypatch: Any
) -> None:
    monkeypatch.setitem(registry.get().events, "call.ringing", "staff")
    own = alice_api.get(f"calls/{answered.uuid}/events/").json()
    kinds = [row["kind"] for row in own["results"]]
    assert [row["seq"] for row in own["results"]] == list(range(1, own["last_seq"] + 1))
    hidden = kinds.index("-")
    assert own["results"][hidden]["data"] == {} and "call.ringing" not in kinds
    assert erp.get(f"calls/{answered.uuid}/events/").json()["results"][hidden]["kind"] == "call.ringing"
    rest = erp.get(f"calls/{answered.uuid}/events/?after=2&limit=1").json()["results"]
    assert [row["seq"] for row in rest] == [3]


def test_lists_are_filtered_and_paged_without_repeating(erp: Api) -> None:
    made = [request_call(visitors.for_guest())[0] for _ in range(5)]
    calls.end(made[0], reason="forced")
    ended = erp.get("calls/?state=ended").json()["results"]
    assert [item["call"] for item in ended] == [str(made[0].uuid)]
    found, path, of_calls = [], "calls/?limit=2", ""
    for _page in range(3):
        page = erp.get(path).json()
        found += [item["call"] for item in page["results"]]
        request_call(visitors.for_guest())  # what comes in meanwhile moves nothing
        path = f"calls/?limit=2&cursor={page['next']}"
        of_calls = page["next"] or of_calls
    assert found == [str(call.uuid) for call in reversed(made)] and page["next"] is None
    moment = made[2].requested.isoformat().replace("+00:00", "Z")
    assert {item["call"] for item in erp.get(f"calls/?to={moment}").json()["results"]} == {
        str(c.uuid) for c in made[:2]
    }
    assert_problem(erp.get("calls/?cursor=forged"), 422, "invalid")
    assert_problem(erp.get(f"tickets/?cursor={of_calls}"), 422, "invalid")


def test_the_list_asks_as_often_for_many_as_for_few(erp: Api, django_assert_max_num_queries: Any) -> None:
    for _ in range(8):
        request_call(visitors.for_guest())
    with django_assert_max_num_queries(9):
        assert len(erp.get("calls/").json()["results"]) == 8


def test_a_client_of_a_storefront_sees_no_other(erp: Api) -> None:
    api = api_of("calls:read", "calls:write", storefront="tea")
    body = api.post("calls/", TEAPOT).json()
    assert body["storefront"] == "tea"
    assert_problem(api.post("calls/", {**TEAPOT, "storefront": "shoes"}), 422, "invalid")
    other = erp.post("calls/", {**TEAPOT, "storefront": "shoes"}).json()["call"]
    assert [item["call"] for item in api.get("calls/").json()["results"]] == [body["call"]]
    assert_problem(api.get(f"calls/{other}/"), 404, "not_found")


def test_cancelling_before_and_after_the_answer(alice_api: Api, call: Call, erp: Api) -> None:
    assert alice_api.post(f"calls/{call.uuid}/cancel/").json()["end_reason"] == "cancelled"
    assert_problem(alice_api.post(f"calls/{call.uuid}/cancel/"), 409, "conflict")


def test_a_client_hangs_up_in_the_customers_name(answered: Call, erp: Api) -> None:
    assert erp.post(f"calls/{answered.uuid}/cancel/").json()["end_reason"] == "hang_up"
    assert AuditEntry.objects.filter(action="api.call.cancelled", call=answered.uuid, actor__startswith="c:").exists()


def test_a_supervisor_ends_by_force_an_agent_does_not(answered: Call, session_of: Any, bob: Any, dora: Any) -> None:
    assert_problem(session_of(bob).post(f"calls/{answered.uuid}/cancel/"), 403, "not_allowed")
    assert session_of(dora).post(f"calls/{answered.uuid}/cancel/").json()["end_reason"] == "forced"
    assert AuditEntry.objects.filter(action="call.forced", user=dora).exists()


def test_the_customer_rates_and_the_last_rating_counts(alice_api: Api, answered: Call, erp: Api) -> None:
    path = f"calls/{answered.uuid}/rating/"
    assert alice_api.post(path, {"score": 2, "comment": "slow"}).status_code == 200
    assert alice_api.post(path, {"score": 5}).json() == {"call": str(answered.uuid), "score": 5, "comment": ""}
    assert Rating.objects.get().score == 5
    assert_problem(erp.post(path, {"score": 1}), 403, "not_allowed")
    assert_problem(alice_api.post(path, {"score": 6}), 422, "invalid")


def test_nobody_rates_what_nobody_answered(alice_api: Api, call: Call) -> None:
    assert_problem(alice_api.post(f"calls/{call.uuid}/rating/", {"score": 5}), 409, "conflict")
