"""The bytes: ranges over the encrypted file, to whom the link was made for, and to nobody else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import AsyncClient, Client
from django.urls import reverse

from recordings.models import Recording, RecordingFile
from recordings.services import media_links, playback, retention
from recordings.vault import store
from rtc_service.exceptions import NotYours
from rtc_service.models import Alert, AuditEntry
from rtc_service.services import visitors
from rtc_service.testing import later
from tests.admin import seeding
from tests.harness import recorded

MEDIA = random.Random(3).randbytes(300_000)
REASON = "complaint 4711"


@pytest.fixture
def recording(alice: Any, bob: Any) -> Recording:
    """Of a call that bob answered: both parties, the customer's file first."""
    call = seeding.whole_call(visitors.for_user(alice.pk, name="Alice"), bob)
    made: Recording = recorded.recording_of(call)
    for role in ("customer", "staff"):
        recorded.seal(made, call.participants.get(role=role), MEDIA)
    return made


@pytest.fixture
def may_play(bob: Any) -> Any:
    """bob's, from an explicit permission; taken away by the tests."""
    permission = Permission.objects.get(codename="play_recording")
    bob.user_permissions.add(permission)
    return permission


def links(client: Client, recording: Recording) -> list[str]:
    """What a person with this browser gets: the addresses of the media, the customer's first."""
    play = reverse("rtc_recordings:play", args=[recording.uuid])
    page = client.post(play, {"reason": REASON}, follow=True)
    assert page.status_code == 200, page.content.decode()[:300]
    return [track["src"] for track in page.context["tracks"]]


@pytest.fixture
def link(client: Client, bob: Any, may_play: Any, recording: Recording) -> str:
    client.force_login(bob)
    return links(client, recording)[0]


def body(answer: Any) -> bytes:
    return answer.getvalue() if answer.streaming else answer.content


def test_the_whole_file_comes_decrypted_and_is_not_to_be_kept(client: Client, link: str, recording: Recording) -> None:
    answer = client.get(link)
    assert (answer.status_code, body(answer)) == (200, MEDIA)
    assert answer["Content-Type"] == "video/webm"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == f'"{recording.files.first().sha256}"'  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (0, 99), (65_535, 65_536), (70_000, 210_000), (131_072, 196_607), (299_999, 299_999)]
)
def test_a_range_is_those_very_bytes(client: Client, link: str, first: int, last: int) -> None:
    answer = client.get(link, headers={"range": f"bytes={first}-{last}"})
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/{len(MEDIA)}")
    assert body(answer) == MEDIA[first : last + 1]


def test_a_range_without_end_is_cut_to_a_piece(client: Client, link: str, settings: Any) -> None:
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"recordings": {"PIECE_BYTES": 100_000}}
    answer = client.get(link, headers={"range": "bytes=50000-"})
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 50000-149999/{len(MEDIA)}")
    assert body(answer) == MEDIA[50_000:150_000]


def test_several_ranges_get_the_whole_and_ranges_behind_the_end_nothing(client: Client, link: str) -> None:
    assert client.get(link, headers={"range": "bytes=0-1,4-5"}).status_code == 200
    answer = client.get(link, headers={"range": f"bytes={len(MEDIA)}-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(MEDIA)}")


def test_if_range_of_another_file_gets_the_whole(client: Client, link: str) -> None:
    etag = client.head(link)["ETag"]
    same = client.get(link, headers={"range": "bytes=0-9", "if-range": etag})
    other = client.get(link, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_head_tells_the_length_and_opens_nothing(client: Client, link: str, recording: Recording) -> None:
    for file in recording.files.all():
        store.delete(file.name)
    answer = client.head(link)
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(len(MEDIA)), b"")
    part = client.head(link, headers={"range": "bytes=10-19"})
    assert (part.status_code, part["Content-Length"]) == (206, "10")


def test_only_reading_is_possible(client: Client, link: str) -> None:
    assert client.post(link).status_code == 405


def test_a_compressing_middleware_leaves_it_alone(client: Client, link: str, settings: Any) -> None:
    settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]
    fresh = Client()  # the other one has its middleware already
    fresh.cookies = client.cookies
    page = fresh.get(reverse("rtc_demo:home"), headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    answer = fresh.get(link, headers={"range": "bytes=0-999", "accept-encoding": "gzip"})
    assert body(answer) == MEDIA[:1000]


# --- who ------------------------------------------------------------------------------------------------


def test_nobody_without_a_log_in(link: str) -> None:
    assert Client().get(link).status_code == 403


def test_a_leaked_link_is_dead_in_another_session_of_the_same_user(link: str, bob: Any) -> None:
    other = Client()
    other.force_login(bob)
    assert other.get(link).status_code == 403


def test_it_stays_dead_when_that_session_has_a_viewing_of_its_own(link: str, bob: Any, recording: Recording) -> None:
    other = Client()
    other.force_login(bob)
    own = links(other, recording)[0]
    assert (other.get(own).status_code, other.get(link).status_code) == (200, 403)


def test_another_user_who_may_play_cannot_use_it(link: str, dora: Any, recording: Recording) -> None:
    other = Client()
    other.force_login(dora)
    links(other, recording)
    assert other.get(link).status_code == 403


def test_a_link_is_for_one_user_whatever_session_it_comes_from(recording: Recording, bob: Any, dora: Any) -> None:
    file = recording.files.get(role="customer")
    token = media_links.make(file, user_id=bob.pk, binding="the same")
    assert media_links.read(token, user_id=bob.pk, binding="the same") == file.pk
    for user, binding in ((dora, "the same"), (bob, "another"), (bob, "")):
        with pytest.raises(NotYours):
            media_links.read(token, user_id=user.pk, binding=binding)


def test_it_is_dead_after_its_time(client: Client, link: str) -> None:
    with later(299):
        assert client.get(link).status_code == 200
    with later(301):
        assert client.get(link).status_code == 403


def test_logging_out_kills_it(client: Client, link: str, bob: Any) -> None:
    client.logout()
    client.force_login(bob)
    assert client.get(link).status_code == 403


def test_a_link_is_for_one_file(client: Client, link: str, recording: Recording) -> None:
    token, other = link.split("/")[-2], links(client, recording)[1].split("/")[-2]
    head, tail = token.split(":", 1)[0], other.split(":", 1)[1]
    forged = reverse("rtc_recordings:media", args=[f"{head}:{tail}"])
    assert client.get(forged).status_code == 403
    for bad in ("x", "a:b:c", token[:-1], token + "a", "%00"):
        assert client.get(reverse("rtc_recordings:media", args=[bad])).status_code == 403


def test_a_permission_that_is_withdrawn_ends_it_at_once(client: Client, link: str, bob: Any, may_play: Any) -> None:
    assert client.get(link).status_code == 200
    bob.user_permissions.remove(may_play)
    assert client.get(link).status_code == 403


def test_a_user_who_is_deactivated_gets_nothing_more(client: Client, link: str, bob: Any) -> None:
    bob.is_active = False
    bob.save()
    assert client.get(link).status_code == 403


def test_a_second_factor_that_is_asked_for_meanwhile_is_needed(client: Client, link: str, settings: Any) -> None:
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": settings.RTC_SERVICE["core"] | {"ADMIN_REQUIRES_OTP": True}}
    assert client.get(link).status_code == 403


def test_no_refusal_tells_what_it_was_about(client: Client, link: str, bob: Any, may_play: Any) -> None:
    bob.user_permissions.remove(may_play)
    assert client.get(link).json() == {"code": "not_yours", "detail": "the link is not valid (any more)"}


# --- deleted and damaged ---------------------------------------------------------------------------------


def test_a_deleted_recording_is_gone(client: Client, link: str, recording: Recording) -> None:
    Recording.objects.filter(pk=recording.pk).update(keep_until=recording.started)
    retention.purge()
    answer = client.get(link)
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


def test_a_shredded_key_is_gone_even_before_the_files_are(client: Client, link: str, recording: Recording) -> None:
    recording.files.update(wrapped_key="")
    assert (client.get(link).status_code, client.head(link).status_code) == (410, 410)
    assert not Alert.objects.exists()


def damage(file: RecordingFile, at: float) -> None:
    """Flip a bit of the file on the storage, at a share of its length."""
    path = store.storage().path(file.name)
    with open(path, "r+b") as disk:
        raw = bytearray(disk.read())
        raw[int(len(raw) * at)] ^= 1
        disk.seek(0)
        disk.write(raw)


def test_a_changed_chunk_ends_the_response_early_and_raises_an_alert(
    client: Client, link: str, recording: Recording
) -> None:
    file = recording.files.get(role="customer")
    damage(file, 0.5)
    got = body(client.get(link))
    assert got == MEDIA[: len(got)]
    assert 0 < len(got) <= len(MEDIA) // 2
    alert = Alert.objects.get(code=playback.DAMAGED)
    assert (alert.call_id, alert.data["problem"]) == (recording.call_id, "changed")
    entry = AuditEntry.objects.get(action="recording.damaged")
    assert (entry.call, entry.data["party"]) == (recording.call.uuid, str(file.party.uuid))


def test_asking_again_for_the_changed_chunk_gets_an_error_and_no_second_alert(
    client: Client, link: str, recording: Recording
) -> None:
    damage(recording.files.get(role="customer"), 0.5)
    got = len(body(client.get(link)))
    again = client.get(link, headers={"range": f"bytes={got}-"})
    assert (again.status_code, again.json()["code"]) == (500, "damaged")
    assert Alert.objects.count() == AuditEntry.objects.filter(action="recording.damaged").count() == 1


def test_what_lies_before_and_behind_the_changed_chunk_still_plays(
    client: Client, link: str, recording: Recording
) -> None:
    damage(recording.files.get(role="customer"), 0.5)
    for part in ((0, 9), (290_000, 290_009)):
        answer = client.get(link, headers={"range": "bytes={}-{}".format(*part)})
        assert body(answer) == MEDIA[part[0] : part[1] + 1]


@pytest.mark.parametrize("trouble", ["missing", "cut", "other key"])
def test_a_file_that_cannot_be_opened_raises_an_alert(
    client: Client, link: str, recording: Recording, trouble: str
) -> None:
    file, other = recording.files.get(role="customer"), recording.files.get(role="staff")
    if trouble == "missing":
        store.delete(file.name)
    elif trouble == "cut":
        with open(store.storage().path(file.name), "r+b") as disk:
            disk.truncate(1000)
    else:
        RecordingFile.objects.filter(pk=file.pk).update(wrapped_key=other.wrapped_key)
    assert client.get(link).status_code == 500
    assert Alert.objects.filter(code=playback.DAMAGED).count() == 1


# --- under ASGI ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_under_asgi_it_is_streamed_without_holding_the_loop(link: str, client: Client, monkeypatch: Any) -> None:
    """Each piece takes 30 ms to read; meanwhile the loop must have its turns."""
    from recordings.views.pieces import Source

    whole = Source.read
    waits: list[float] = []

    def slow(source: Source) -> bytes:
        import time

        time.sleep(0.03)  # a slow disk
        return whole(source)

    monkeypatch.setattr(Source, "read", slow)

    async def beat() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            waits.append(loop.time() - before)

    async def fetch() -> bytes:
        browser = AsyncClient()
        browser.cookies = client.cookies
        answer: Any = await browser.get(link)
        assert answer.status_code == 200 and answer.is_async
        beating = asyncio.create_task(beat())
        got = b"".join([piece async for piece in answer.streaming_content])
        beating.cancel()
        return got

    assert asyncio.run(fetch()) == MEDIA
    assert len(waits) > 20 and sorted(waits)[len(waits) // 2] < 0.02


@pytest.fixture
def opened(monkeypatch: Any) -> list[Any]:
    """All readers that were opened."""
    made: list[Any] = []
    before: Callable[..., Any] = playback.open_file

    def open_file(file: RecordingFile) -> Any:
        made.append(before(file))
        return made[-1]

    monkeypatch.setattr(playback, "open_file", open_file)
    return made


def test_files_are_closed_also_when_the_client_has_gone(client: Client, link: str, opened: list[Any]) -> None:
    body(client.get(link))
    unread = client.get(link)
    unread.close()
    assert [reader.closed for reader in opened] == [True, True]
