"""The doors to deletion before the time: a page of the admin and a command. A reason, a permission, and no hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recordings.admin import deletion
from recordings.models import Recording, RecordingState
from recordings.services import holds
from recordings.services.actors import Actor
from recordings.vault import store
from rtc_service.models import Alert, AuditEntry

from .keeping import finished, state_of

S = RecordingState
LIST = "admin:rtc_recordings_recording_changelist"
DORA = Actor(key="u:0")


def page(*chosen: Recording) -> str:
    return f"{reverse(f'admin:{deletion.NAME}')}?ids={','.join(str(one.pk) for one in chosen)}"


def delete(client: Client, *chosen: Recording, reason: str = "asked by the customer") -> HttpResponse:
    answer: HttpResponse = client.post(page(*chosen), {"reason": reason}, follow=True)
    return answer


@pytest.fixture
def allowed(dora: Any) -> Any:
    for name in ("view_recording", "delete_recordings"):
        dora.user_permissions.add(Permission.objects.get(codename=name))
    return dora


@pytest.fixture
def client(allowed: Any) -> Client:
    client = Client()
    client.force_login(allowed)
    return client


def test_from_the_list_by_the_page_to_the_deletion(client: Client, allowed: Any) -> None:
    recording, other = finished(), finished(state=S.FAILED)
    answer = client.post(reverse(LIST), {"action": "delete_now", "_selected_action": [recording.pk, other.pk]})
    assert answer.status_code == 302
    shown = client.get(answer["Location"])
    assert str(recording) in shown.content.decode() and str(other) in shown.content.decode()
    assert state_of(recording) == S.READY, "looking deletes nothing"
    text = client.post(answer["Location"], {"reason": "asked by the customer"}, follow=True).content.decode()
    assert f"Recording {recording} was deleted." in text and f"Recording {other} was deleted." in text
    assert (state_of(recording), state_of(other)) == (S.DELETED, S.DELETED)
    assert store.names(str(recording.uuid)) == []
    entry = AuditEntry.objects.get(action="recording.deleted", target=f"recording:{recording.uuid}")
    assert (entry.user_id, entry.data["reason"], entry.data["cause"]) == (
        allowed.pk,
        "asked by the customer",
        "by_hand",
    )


def test_the_recordings_own_page_leads_there(client: Client) -> None:
    recording, deleted = finished(), finished()
    delete(client, deleted)
    change = "admin:rtc_recordings_recording_change"
    assert page(recording) in client.get(reverse(change, args=[recording.pk])).content.decode()
    assert "delete-now" not in client.get(reverse(change, args=[deleted.pk])).content.decode()


@pytest.mark.parametrize("reason", ["", "no", "x" * 401])
def test_without_a_reason_nothing_goes(client: Client, reason: str) -> None:
    recording = finished()
    answer = delete(client, recording, reason=reason)
    assert answer.status_code == 200 and 'class="errorlist"' in answer.content.decode()
    assert state_of(recording) == S.READY


def test_a_hold_keeps_it_and_the_page_says_so(client: Client) -> None:
    held, free = finished(), finished()
    holds.place(held, "case 17", DORA)
    assert "A legal hold keeps it." in client.get(page(held, free)).content.decode()
    assert "<form method" not in client.get(page(held)).content.decode().partition("</table>")[2]
    text = delete(client, held, free).content.decode()
    assert f"Recording {held} was not deleted. A legal hold keeps it." in text
    assert (state_of(held), state_of(free)) == (S.READY, S.DELETED)


def test_what_is_deleted_or_not_finished_is_refused_in_words(client: Client) -> None:
    gone, early = finished(), finished(state=S.FINALISING)
    delete(client, gone)
    text = delete(client, gone, early).content.decode()
    assert "It was deleted before." in text and "It is not finished yet" in text
    assert state_of(early) == S.FINALISING


def test_who_may_not(client: Client, allowed: Any, bob: Any) -> None:
    recording = finished()
    # The group of supervisors may, so that dora must leave it.
    allowed.groups.clear()
    allowed.user_permissions.remove(Permission.objects.get(codename="delete_recordings"))
    assert client.get(reverse(LIST)).status_code == 200
    assert "delete_now" not in client.get(reverse(LIST)).content.decode()
    for answer in (client.get(page(recording)), client.post(page(recording), {"reason": "asked by nobody"})):
        assert answer.status_code == 403
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.post(page(recording), {"reason": "asked by nobody"}).status_code == 403
    assert Client().post(page(recording), {"reason": "asked by nobody"}).status_code == 302
    assert state_of(recording) == S.READY


def test_the_second_factor_is_asked_for(client: Client, core: Callable[..., None]) -> None:
    recording = finished()
    core(ADMIN_REQUIRES_OTP=True)
    answer = client.post(page(recording), {"reason": "asked by the customer"})
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("rtc_service:otp"))
    assert state_of(recording) == S.READY


@pytest.mark.django_db(transaction=True)
def test_where_every_request_is_a_transaction(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    recording = finished()
    assert "was deleted" in delete(client, recording).content.decode()
    assert state_of(recording) == S.DELETED


def test_a_storage_that_keeps_the_files(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, other = finished(), finished()

    def refuse(name: str) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store, "delete", refuse)
    assert "the storage keeps files of it" in delete(client, recording).content.decode()
    with pytest.raises(CommandError, match="its keys are gone"):
        call_command("rtc_recordings_delete", str(other.uuid), "--reason", "asked by the customer")
    assert not recording.files.exclude(wrapped_key="").exists()
    alerts = Alert.objects.filter(code="recordings.not_deleted", cleared__isnull=True)
    assert set(alerts.values_list("target", flat=True)) == {str(recording.uuid), str(other.uuid)}


def test_too_many_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "MOST", 1)
    both = [finished(), finished()]
    chosen = {"action": "delete_now", "_selected_action": [one.pk for one in both]}
    assert "Not more than 1 at once." in client.post(reverse(LIST), chosen, follow=True).content.decode()


def test_no_storage_is_said_before_anything_is_lost(client: Client, settings: Any) -> None:
    recording = finished()
    everything = settings.STORAGES
    settings.STORAGES = {name: value for name, value in everything.items() if name != "rtc_recordings"}
    assert "was not deleted" in delete(client, recording).content.decode()
    settings.STORAGES = everything
    assert recording.files.exclude(wrapped_key="").count() == 1


def test_the_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    recording = finished()
    hold = holds.place(recording, "case 17", DORA)
    with pytest.raises(CommandError, match="legal hold"):
        call_command("rtc_recordings_delete", str(recording.uuid), "--reason", "asked by the customer")
    holds.lift(hold, DORA)
    with pytest.raises(CommandError, match="reason_needed"):
        call_command("rtc_recordings_delete", str(recording.uuid), "--reason", "no")
    with pytest.raises(CommandError, match="There is no recording"):
        call_command("rtc_recordings_delete", str(recording.call.uuid), "--reason", "asked by the customer")
    assert state_of(recording) == S.READY
    call_command("rtc_recordings_delete", str(recording.uuid), "--reason", "asked by the customer")
    assert state_of(recording) == S.DELETED and "is deleted" in capsys.readouterr().out
    assert AuditEntry.objects.get(action="recording.deleted").actor.startswith("shell:")
