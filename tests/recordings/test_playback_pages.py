"""From "play" to the player: who, why, and what the audit keeps of it."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from recordings.models import Recording, RecordingState
from rtc_service import clock
from rtc_service.models import AuditEntry, Call, Participant
from rtc_service.services import messages, visitors
from rtc_service.states import LegKind, Role
from rtc_service.testing import later
from tests.admin import seeding
from tests.harness import recorded

REASON = "complaint 4711"
MEDIA = b"not looked into here" * 100


@pytest.fixture
def call(alice: Any, bob: Any) -> Call:
    return seeding.whole_call(visitors.for_user(alice.pk, name="Alice Liddell"), bob)


@pytest.fixture
def recording(call: Call) -> Recording:
    made: Recording = recorded.recording_of(call)
    hole = [(20.0, 24.0, "paused")]
    recorded.seal(made, call.participants.get(role="customer"), MEDIA, gaps=hole)
    recorded.seal(made, call.participants.get(role="staff"), MEDIA, after=0.8, duration=59.2)
    return made


def allow(user: Any) -> None:
    user.user_permissions.add(Permission.objects.get(codename="play_recording"))


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def bobs(bob: Any) -> Client:
    """The browser of the agent who answered, with the permission."""
    allow(bob)
    return as_(bob)


@pytest.fixture
def doras(dora: Any) -> Client:
    """The browser of a supervisor."""
    for codename in ("play_recording", "view_recording"):
        dora.user_permissions.add(Permission.objects.get(codename=codename))
    return as_(dora)


def url(recording: Any, page: str = "play") -> str:
    return reverse(f"rtc_recordings:{page}", args=[getattr(recording, "uuid", recording)])


def give_reason(client: Client, recording: Recording, reason: str = REASON) -> Any:
    return client.post(url(recording), {"reason": reason})


def played() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="recording.played"))


# --- who ------------------------------------------------------------------------------------------------

PAGES = ("play", "player", "renew", "state")
STRANGE = "00000000-0000-4000-8000-000000000000"


def ask(client: Client, recording: Any, page: str) -> Any:
    return client.post(url(recording, page)) if page == "renew" else client.get(url(recording, page))


@pytest.mark.parametrize("page", ["play", "player"])
def test_strangers_are_sent_to_the_log_in(db: None, recording: Recording, page: str) -> None:
    answer = Client().get(url(recording, page))
    assert (answer.status_code, answer["Location"].split("?")[1]) == (302, f"next={url(recording, page)}")


@pytest.mark.parametrize("page", ["renew", "state"])
def test_scripts_of_strangers_get_403(db: None, recording: Recording, page: str) -> None:
    assert ask(Client(), recording, page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["alice", "charlie", "bob", "dora", "another agent"])
def test_who_may_not_gets_the_same_403_as_for_what_is_not_there(
    request: Any, recording: Recording, make_user: Any, who: str, page: str
) -> None:
    """The customer; a stranger; who answered but has no permission; a supervisor without; the agent of another call."""
    if who == "another agent":
        user = make_user("beth", group="rtc customer-service agent")
        allow(user)
    else:
        user = request.getfixturevalue(who)
        user.user_permissions.clear()
        for group in user.groups.all():
            group.permissions.remove(*Permission.objects.filter(codename="play_recording"))
    client = as_(user)
    there, strange = ask(client, recording, page), ask(client, STRANGE, page)
    assert (there.status_code, strange.status_code) == (403, 403)
    assert there.content == strange.content
    assert str(recording.call)[:8] not in there.content.decode()


def test_the_customer_of_a_call_may_not_play_it_even_with_the_permission(recording: Recording, alice: Any) -> None:
    allow(alice)
    assert as_(alice).get(url(recording)).status_code == 403


@pytest.mark.parametrize(("role", "kind"), [(Role.MONITOR, LegKind.LISTEN), (Role.CUSTOMER, LegKind.TALK)])
def test_who_only_listened_in_did_not_answer(recording: Recording, charlie: Any, role: Role, kind: LegKind) -> None:
    allow(charlie)
    joined = recording.call.requested
    Participant.objects.create(call=recording.call, user=charlie, role=role, kind=kind, joined=joined, left=joined)
    assert as_(charlie).get(url(recording)).status_code == 403


@pytest.mark.parametrize("who", ["bobs", "doras"])
def test_who_answered_and_a_supervisor_may(request: Any, recording: Recording, who: str) -> None:
    client = request.getfixturevalue(who)
    assert client.get(url(recording)).status_code == 200
    assert give_reason(client, recording)["Location"] == url(recording, "player")
    assert client.get(url(recording, "player")).status_code == 200
    assert client.post(url(recording, "renew")).status_code == 200


@pytest.fixture
def second_factor(settings: Any) -> None:
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": settings.RTC_SERVICE["core"] | {"ADMIN_REQUIRES_OTP": True}}


def test_a_supervisor_without_the_second_factor_is_asked_for_it(
    doras: Client, dora: Any, recording: Recording, second_factor: None
) -> None:
    assert doras.get(url(recording))["Location"] == f"{reverse('rtc_service:otp')}?next={url(recording)}"
    assert give_reason(doras, recording).status_code == 302
    assert played() == []
    assert doras.post(url(recording, "renew")).status_code == 403
    session = doras.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=dora, name="app", confirmed=True).persistent_id
    session.save()
    assert doras.get(url(recording)).status_code == 200


# --- why ------------------------------------------------------------------------------------------------


def test_no_player_before_a_reason(bobs: Client, recording: Recording) -> None:
    assert bobs.get(url(recording, "player"))["Location"] == url(recording)
    renewed = bobs.post(url(recording, "renew"))
    assert (renewed.status_code, renewed.json()["code"]) == (403, "reason_needed")


@pytest.mark.parametrize("reason", ["", "    ", "why", " a \n b ", "x" * 401])
def test_a_reason_that_says_nothing_opens_nothing(bobs: Client, recording: Recording, reason: str) -> None:
    answer = give_reason(bobs, recording, reason)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert bobs.get(url(recording, "player")).status_code == 302
    assert played() == []


def test_the_reason_is_in_the_audit(bobs: Client, recording: Recording, bob: Any) -> None:
    give_reason(bobs, recording, "  complaint\n4711 ")
    (entry,) = played()
    assert (entry.user_id, entry.call, entry.target) == (bob.pk, recording.call.uuid, f"recording:{recording.uuid}")
    assert (entry.data["reason"], entry.address) == (REASON, "127.0.0.1")


def test_each_time_a_reason_is_asked_for(bobs: Client, recording: Recording) -> None:
    give_reason(bobs, recording)
    assert "<textarea" in bobs.get(url(recording)).content.decode()
    give_reason(bobs, recording)
    assert len(played()) == 2


def test_a_post_without_the_token_of_the_form_is_refused(bob: Any, recording: Recording) -> None:
    allow(bob)
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert give_reason(client, recording).status_code == 403
    assert client.post(url(recording, "renew")).status_code == 403
    assert played() == []


# --- how long -------------------------------------------------------------------------------------------


def test_a_page_that_is_open_renews_and_one_that_was_left_does_not(bobs: Client, recording: Recording) -> None:
    give_reason(bobs, recording)
    for seconds in (200, 400, 600):
        with later(seconds):
            answer = bobs.post(url(recording, "renew"))
            assert answer.status_code == 200
            assert set(answer.json()["links"]) == {str(file.party.uuid) for file in recording.files.all()}
    with later(600 + 301):
        assert bobs.post(url(recording, "renew")).json()["code"] == "reason_needed"
        assert bobs.get(url(recording, "player")).status_code == 302


def test_renewed_links_work_when_the_first_ones_are_dead(bobs: Client, recording: Recording) -> None:
    give_reason(bobs, recording)
    (first, _second) = (track["src"] for track in bobs.get(url(recording, "player")).context["tracks"])
    with later(290):
        fresh = list(bobs.post(url(recording, "renew")).json()["links"].values())
    with later(310):
        assert bobs.head(first).status_code == 403
        assert [bobs.head(link).status_code for link in fresh] == [200, 200]


def test_renewing_is_audited_once_an_hour(bobs: Client, recording: Recording) -> None:
    give_reason(bobs, recording)
    for seconds in range(0, 3 * 3600, 250):
        with later(seconds):
            assert bobs.post(url(recording, "renew")).status_code == 200
    assert AuditEntry.objects.filter(action="recording.play_renewed").count() == 2


def test_after_hours_a_reason_is_needed_again(bobs: Client, recording: Recording, settings: Any) -> None:
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"recordings": {"VIEW_SECONDS": 500}}
    give_reason(bobs, recording)
    with later(280):
        assert bobs.post(url(recording, "renew")).status_code == 200
    with later(505):
        assert bobs.post(url(recording, "renew")).json()["code"] == "reason_needed"


def test_a_reason_for_one_recording_opens_no_other(bobs: Client, recording: Recording) -> None:
    other = recorded.recording_of(recording.call)
    recorded.seal(other, recording.call.participants.get(role="staff"), MEDIA)
    give_reason(bobs, recording)
    assert bobs.get(url(other, "player")).status_code == 302
    assert bobs.post(url(other, "renew")).status_code == 403


def test_a_session_keeps_the_newest_viewings_only(bobs: Client, recording: Recording) -> None:
    for _number in range(25):
        give_reason(bobs, recording)
        Recording.objects.filter(pk=recording.pk).update(uuid=uuid4())
        recording.refresh_from_db()
    assert len(bobs.session["rtc_recordings"]["views"]) == 20


# --- what is shown --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (RecordingState.RUNNING, 200, "still being recorded"),
        (RecordingState.FINALISING, 200, "still being finished"),
        (RecordingState.REFUSED, 200, "did not agree"),
        (RecordingState.FAILED, 200, "nothing to play"),
        (RecordingState.DELETED, 410, "was deleted"),
    ],
)
def test_a_recording_that_cannot_be_played_says_why(
    bobs: Client, recording: Recording, state: str, status: int, words: str
) -> None:
    Recording.objects.filter(pk=recording.pk).update(state=state)
    for page in ("play", "player"):
        answer = bobs.get(url(recording, page))
        assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert give_reason(bobs, recording).status_code == status
    assert played() == []
    assert bobs.get(url(recording, "state")).json() == {"state": state}


def test_a_page_that_is_open_learns_that_the_recording_was_deleted(bobs: Client, recording: Recording) -> None:
    give_reason(bobs, recording)
    recording.files.update(wrapped_key="")
    assert bobs.post(url(recording, "renew")).json()["code"] == "gone"
    assert bobs.get(url(recording, "player")).status_code == 410


@pytest.fixture
def page(bobs: Client, recording: Recording) -> str:
    give_reason(bobs, recording)
    answer = bobs.get(url(recording, "player"))
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_both_parties_stand_side_by_side_on_one_time_line(page: str) -> None:
    screens = re.findall(r'<figure class="rtc-screen".*?>', page, re.DOTALL)
    assert [re.search(r'data-role="(\w+)"', screen)[1] for screen in screens] == ["customer", "staff"]  # type: ignore[index]
    assert [re.search(r'data-offset="([\d.]+)"', screen)[1] for screen in screens] == ["0.0", "0.8"]  # type: ignore[index]
    assert 'data-seconds="60.0"' in page
    gaps = [json.loads(html.unescape(text)) for text in re.findall(r'data-gaps="(.*?)"', page)]
    assert gaps == [[[20.0, 24.0, "paused"]], []]


def test_what_was_written_and_what_happened_are_marks(page: str, call: Call) -> None:
    said = [message.body for message in call.messages.all()][:3]
    for text in said:
        assert html.escape(text) in page
    marks = re.findall(r'data-part="mark" data-at="([\d.]+)" data-kind="([\w.]+)"', page)
    chat = [float(at) for at, kind in marks if kind == "message"]
    # The call's seconds less the one after the answer at which the recording begins.
    assert [round(at) for at in chat] == [14, 28, 42]
    assert all(0 <= float(at) <= 60 for at, _kind in marks)


def test_who_may_not_read_chats_sees_that_something_was_written_and_not_what(
    dora: Any, doras: Client, recording: Recording, call: Call
) -> None:
    for group in dora.groups.all():
        group.permissions.remove(*Permission.objects.filter(codename="view_message"))
    give_reason(doras, recording)
    page = doras.get(url(recording, "player")).content.decode()
    assert "wrote a message" in page
    assert not [message for message in call.messages.all() if html.escape(message.body) in page]


def test_the_customers_name_is_masked(page: str) -> None:
    assert "Liddell" not in page and "A•••" in page


def test_nothing_inline_that_a_strict_policy_would_stop(page: str, bobs: Client, recording: Recording) -> None:
    for text in (page, bobs.get(url(recording)).content.decode()):
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)


def test_the_page_costs_the_same_for_a_short_and_a_long_chat(bobs: Client, recording: Recording, call: Call) -> None:
    give_reason(bobs, recording)
    page = url(recording, "player")
    bobs.get(page)
    with CaptureQueriesContext(connection) as short:
        bobs.get(page)
    author = call.participants.get(role="customer")
    with seeding.time_from((recording.files.first().begins - clock.now()).total_seconds() + 30):  # type: ignore[union-attr]
        for number in range(30):
            messages.say(author, client_id=uuid4(), body=f"line {number}")
    with CaptureQueriesContext(connection) as long:
        assert "line 29" in bobs.get(page).content.decode()
    assert len(long) == len(short)


# --- the ways to it -------------------------------------------------------------------------------------


def test_the_history_links_to_the_recording_of_the_own_call(bobs: Client, recording: Recording) -> None:
    page = bobs.get(reverse("rtc_agents:history")).content.decode()
    assert f'href="{url(recording)}"' in page


def test_the_history_of_who_may_not_play_has_no_link(bob: Any, recording: Recording) -> None:
    assert url(recording) not in as_(bob).get(reverse("rtc_agents:history")).content.decode()


def test_the_history_costs_the_same_for_one_and_for_many(
    bobs: Client, recording: Recording, alice: Any, bob: Any
) -> None:
    page = reverse("rtc_agents:history")
    bobs.get(page)
    with CaptureQueriesContext(connection) as one:
        bobs.get(page)
    for _number in range(2):
        call = seeding.whole_call(visitors.for_user(alice.pk, name="Alice"), bob, score=None)
        recorded.recording_of(call)
    with CaptureQueriesContext(connection) as many:
        assert bobs.get(page).content.decode().count("/play/") == 3
    assert len(many) == len(one)


def test_the_calls_page_in_the_admin_links_to_it(doras: Client, recording: Recording, call: Call) -> None:
    page = doras.get(reverse("admin:rtc_service_call_change", args=[call.pk])).content.decode()
    assert f'href="{url(recording)}"' in page


def test_the_recordings_page_in_the_admin_links_to_it(doras: Client, recording: Recording) -> None:
    page = doras.get(reverse("admin:rtc_recordings_recording_change", args=[recording.pk])).content.decode()
    assert f'href="{url(recording)}"' in page
