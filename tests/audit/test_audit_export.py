"""The audit as a file: safe to open in a spreadsheet, the same rows, and itself audited."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client
from django.urls import reverse

from rtc_service.models import AuditEntry
from rtc_service.services import audit, exporting, verdicts
from rtc_service.testing import later

URL = "admin:rtc_service_auditentry_export"


@pytest.fixture
def office(client: Client, dora: Any) -> Client:
    client.force_login(dora)
    return client


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_what_begins_like_a_formula_is_text(start: str) -> None:
    assert exporting.cell(f"{start}1+1") == f"'{start}1+1"
    assert exporting.cell(f"1{start}1") == f"1{start}1"


@pytest.mark.django_db
def test_every_entry_once_in_order_with_a_formula_made_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PIECE", 3)
    for number in range(8):
        audit.record("test.done", target="=cmd()" if number == 4 else f"row:{number}", note='a "quoted", line\nbreak')
    text = "".join(exporting.Export(AuditEntry.objects.filter(action="test.done"), bom=True))
    assert text.startswith("\ufeffid,at,action,")
    found = rows(text.removeprefix("\ufeff"))
    assert [row["target"] for row in found] == [f"row:{n}" if n != 4 else "'=cmd()" for n in range(8)]
    assert json.loads(found[0]["data"]) == {"note": 'a "quoted", line\nbreak'}


@pytest.mark.django_db
def test_json_lines_hold_the_same(bob: Any) -> None:
    audit.record("test.done", user_id=bob.pk, number=5)
    lines = "".join(exporting.Export(AuditEntry.objects.filter(action="test.done"), kind="jsonl")).splitlines()
    row = json.loads(lines[0])
    assert (row["actor"], row["data"], row["seal"]) == (f"u:{bob.pk}", {"number": 5}, None)


@pytest.mark.django_db
def test_the_command_takes_a_period(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    for days in (0, 10, 20):
        with later(days * 86_400):
            entry = audit.record("test.done", day=days)
            if days == 10:
                middle = entry.at.date()
    out = io.StringIO()
    call_command("rtc_audit_export", "--from", middle.isoformat(), "--format", "jsonl", stdout=out)
    assert [json.loads(line)["data"] for line in out.getvalue().splitlines()] == [{"day": 10}, {"day": 20}]
    path = tmp_path / "audit.csv"
    call_command("rtc_audit_export", "--to", f"{middle.isoformat()}T00:00:00+00:00", "--bom", "--output", str(path))
    found = rows(path.read_text(encoding="utf-8-sig"))
    assert json.loads(found[0]["data"]) == {"day": 0} and "10" not in [row["data"] for row in found]
    assert AuditEntry.objects.filter(action="audit.exported").count() == 2
    with pytest.raises(CommandError, match="is no date"):
        call_command("rtc_audit_export", "--from", "yesterday")


def test_the_list_is_exported_as_it_is_filtered(office: Client, dora: Any) -> None:
    audit.record("test.one", address="203.0.113.9")
    audit.record("test.two")
    answer = office.get(reverse(URL), {"format": "csv", "bom": "1", "action": "test.one"})
    assert answer.streaming and "no-store" in answer["Cache-Control"]
    found = rows(answer.getvalue().decode("utf-8-sig"))
    assert [(row["action"], row["address"]) for row in found] == [("test.one", "203.0.113.9")]
    said = AuditEntry.objects.get(action="audit.exported")
    assert (said.user, said.data) == (dora, {"format": "csv", "filters": {"action": ["test.one"]}})


def test_addresses_stay_with_those_who_may_see_them(office: Client, dora: Any) -> None:
    audit.record("test.one", address="203.0.113.9")
    dora.groups.get().permissions.get(codename="view_address").group_set.clear()
    assert b"203.0.113.9" not in office.get(reverse(URL), {"format": "jsonl"}).getvalue()


def test_to_look_is_not_to_export(office: Client, dora: Any) -> None:
    dora.groups.get().permissions.get(codename="export_audit").group_set.clear()
    assert office.get(reverse(URL)).status_code == 403
    page = office.get(reverse("admin:rtc_service_auditentry_changelist"))
    assert page.status_code == 200 and b"export/" not in page.content
    assert not AuditEntry.objects.filter(action="audit.exported").exists()


def test_other_methods_and_formats(office: Client) -> None:
    assert office.post(reverse(URL)).status_code == 405
    assert office.get(reverse(URL), {"format": "xls"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_under_asgi_it_is_streamed_and_not_read_first(dora: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PIECE", 2)
    for number in range(5):
        audit.record("test.done", number=number)

    async def ask() -> list[bytes]:
        browser = AsyncClient()
        await browser.aforce_login(dora)
        answer: Any = await browser.get(reverse(URL), {"action": "test.done"})
        assert answer.is_async
        return [piece async for piece in answer.streaming_content]

    pieces = async_to_sync(ask)()
    assert len(pieces) == 4, "the head, and three pieces of at most two"
    assert len(rows(b"".join(pieces).decode())) == 5


def test_the_page_says_how_far_it_is_verified(
    office: Client, sealed: Callable[..., None], verdict: Any, anchor_file: Any
) -> None:
    sealed(2, 2)
    url = reverse("admin:rtc_service_auditentry_changelist")
    assert "Not verified yet." in office.get(url).content.decode()
    verdicts.check()
    html = office.get(url).content.decode()
    assert "Newest seal: 2." in html and "Verified up to seal 2." in html
    first = AuditEntry.objects.filter(action="test.done").earliest("pk")
    page = office.get(reverse("admin:rtc_service_auditentry_change", args=[first.pk])).content.decode()
    assert first.digest in page and "<dt><code>number</code></dt>" in page


@pytest.mark.django_db
def test_whoever_may_not_read_addresses_does_not_find_them_by_filtering(client: Client, dora: Any) -> None:
    audit.record("test.done", address="198.51.100.7")
    client.force_login(dora)
    for path in (reverse("admin:rtc_service_auditentry_changelist"), reverse(URL)):
        for lookup in ("address__startswith=198.", "address=198.51.100.7"):
            assert client.get(f"{path}?{lookup}").status_code == 200
    for group in dora.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="view_address"))
    for path in (reverse("admin:rtc_service_auditentry_changelist"), reverse(URL)):
        assert client.get(path).status_code == 200
        for lookup in ("address__startswith=198.", "address=198.51.100.7"):
            assert client.get(f"{path}?{lookup}").status_code == 400
