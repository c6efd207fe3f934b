"""Recordings over REST: what there is and what was agreed, nothing that opens a file."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from recordings.models import Consent, Hold, Recording, RecordingFile, Wording
from rtc_service import clock
from rtc_service.models import AuditEntry, Call
from tests.api.conftest import Api, api_of, assert_problem


@pytest.fixture
def recording(answered: Call) -> Recording:
    now = clock.now()
    customer = answered.participants.get(role="customer")
    wording = Wording.objects.create(version="2026-1", language="en", text="May we?", created=now)
    Consent.objects.create(call=answered, participant=customer, wording=wording, asked=now, answered=now, accepted=True)
    row = Recording.objects.create(call=answered, state="ready", state_since=now, requested=now, owner="worker-7")
    RecordingFile.objects.create(
        recording=row,
        party=customer,
        role="customer",
        name=f"{row.uuid}/{customer.uuid}.rec",
        key_id="test-key",
        wrapped_key="d3JhcHBlZA",
        size=1_000,
        sha256="ab" * 32,
        begins=now,
        duration=12.5,
        gaps=[[1.0, 2.0, "paused"]],
    )
    return row


def test_what_there_is_without_what_opens_it(erp: Api, recording: Recording) -> None:
    body = erp.get(f"recordings/{recording.uuid}/").json()
    (file,) = body["files"]
    assert (file["size"], file["sha256"], file["duration"], file["gaps"]) == (
        1_000,
        "ab" * 32,
        12.5,
        [[1.0, 2.0, "paused"]],
    )
    assert body["consents"][0]["accepted"] is True and body["consents"][0]["wording"] == "2026-1"
    assert [party["role"] for party in body["parties"]] == ["customer", "staff"]
    text = json.dumps(body)
    for secret in ("wrapped", "d3JhcHBlZA", "test-key", ".rec", "worker-7", "Alice", "Bob"):
        assert secret not in text
    assert AuditEntry.objects.filter(action="api.recording.viewed", call=recording.call.uuid).exists()


def test_a_hold_shows(erp: Api, recording: Recording) -> None:
    assert erp.get(f"recordings/{recording.uuid}/").json()["on_hold"] is False
    hold = Hold.objects.create(recording=recording, reason="court", placed=clock.now())
    assert erp.get(f"recordings/{recording.uuid}/").json()["on_hold"] is True
    Hold.objects.filter(pk=hold.pk).update(lifted=clock.now())
    assert erp.get(f"recordings/{recording.uuid}/").json()["on_hold"] is False


def test_lists_by_state_call_and_time(erp: Api, recording: Recording, django_assert_max_num_queries: Any) -> None:
    later = (recording.requested + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    for query, count in (
        ("", 1),
        ("?state=ready", 1),
        ("?state=failed", 0),
        (f"?call={recording.call.uuid}", 1),
        (f"?call={uuid4()}", 0),
        (f"?from={later}", 0),
    ):
        with django_assert_max_num_queries(12):
            assert len(erp.get(f"recordings/{query}").json()["results"]) == count, query


def test_who_may_see_them(recording: Recording, session_of: Any, bob: Any, alice_api: Api, dora: Any) -> None:
    path = f"recordings/{recording.uuid}/"
    assert_problem(session_of(bob).get(path), 403, "not_allowed")
    assert_problem(alice_api.get(path), 403, "not_allowed")
    assert_problem(api_of("recordings:read", storefront="shoes").get(path), 404, "not_found")
    assert_problem(api_of("recordings:read", user=bob).get(path), 403, "not_allowed")
    from django.contrib.auth.models import Permission

    dora.user_permissions.add(Permission.objects.get(codename="view_recording"))
    assert session_of(dora).get(path).status_code == 200


def test_nothing_is_written_here(erp: Api, recording: Recording) -> None:
    for method in ("POST", "PATCH", "PUT", "DELETE"):
        assert_problem(erp(method, f"recordings/{recording.uuid}/", {}), 405, "method_not_allowed")
