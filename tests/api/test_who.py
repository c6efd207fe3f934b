"""Who may ask: keys, signed tokens, sessions; and everybody else is refused alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from rtc_service import clock, tokens
from rtc_service.models import ApiClient, AuditEntry, Call, RateWindow
from rtc_service.services import api_clients
from rtc_service.testing import later
from tests.api.conftest import Api, api_of, assert_problem


def test_nobody_is_told_how_to_come_in(db: None) -> None:
    response = Api().get("calls/")
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer, Identity, Guest"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer rtc_nobody_secret",
        "Bearer",
        "Bearer x",
        "Bearer rtc__",
        "Bearer rtc_ä_ä",
        "Identity x",
        "Guest x",
        "Guest ",
    ],
)
def test_refused_credentials_are_noted_and_counted(db: None, authorization: str) -> None:
    assert_problem(Api(authorization).get("calls/"), 401, "token_refused")
    assert AuditEntry.objects.get(action="api.refused").address == "127.0.0.1"


def test_a_wrong_secret_of_a_known_prefix(erp: Api, client_row: ApiClient) -> None:
    body = assert_problem(Api(f"Bearer rtc_{client_row.prefix}_wrong").get("calls/"), 401, "token_refused")
    assert body == assert_problem(Api("Bearer rtc_nobody_wrong").get("calls/"), 401, "token_refused")


def test_who_guesses_is_slowed_down_and_a_good_key_is_not(erp: Api, core: Callable[..., None]) -> None:
    core(API_FAILURE_RATE=3)
    guesser = Api("Bearer rtc_nobody_wrong")
    for _ in range(3):
        assert_problem(guesser.get("calls/"), 401, "token_refused")
    response = guesser.get("calls/")
    assert assert_problem(response, 429, "throttled")["retry_after"] == int(response["Retry-After"])
    assert AuditEntry.objects.filter(action="api.refused").count() == 3, "the audit is not filled"
    assert erp.get("calls/").status_code == 200
    with later(61):
        assert_problem(guesser.get("calls/"), 401, "token_refused")


def test_a_key_ends_by_revocation_by_time_and_with_its_user(db: None, bob: Any) -> None:
    revoked, expired, orphan = api_of("calls:read"), api_of("calls:read"), api_of("calls:read", user=bob)
    rows = list(ApiClient.objects.order_by("pk"))
    assert [api.get("calls/").status_code for api in (revoked, expired, orphan)] == [200] * 3
    api_clients.revoke(rows[0])
    ApiClient.objects.filter(pk=rows[1].pk).update(expires=clock.now() - timedelta(seconds=1))
    get_user_model().objects.filter(pk=bob.pk).update(is_active=False)
    for api in (revoked, expired, orphan):
        assert_problem(api.get("calls/"), 401, "token_refused")


def test_the_database_does_not_hold_the_secret(erp: Api, client_row: ApiClient) -> None:
    secret = erp.headers["Authorization"].split("_", 2)[2]
    row = ApiClient.objects.filter(pk=client_row.pk).values().get()
    assert len(secret) > 20 and secret not in str(row)
    assert secret not in str(list(AuditEntry.objects.values()))
    erp.get("calls/")
    client_row.refresh_from_db()
    assert client_row.last_used is not None


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("tickets:read", "GET", "calls/"),
        ("calls:read", "POST", "calls/"),
        ("calls:read", "GET", "tickets/"),
        ("calls:write", "GET", "recordings/"),
        ("tickets:read", "POST", "tickets/"),
        ("pii:read", "GET", "calls/"),
    ],
)
def test_a_scope_opens_its_own_door_only(db: None, scope: str, method: str, path: str) -> None:
    assert_problem(api_of(scope)(method, path, {} if method == "POST" else None), 403, "not_allowed")


def test_a_client_that_acts_for_a_user_needs_both(answered: Call, bob: Any, charlie: Any, dora: Any) -> None:
    scopes = ("calls:read", "calls:write", "pii:read")
    assert_problem(api_of(*scopes, user=charlie).get("calls/"), 403, "not_allowed")
    own = api_of(*scopes, user=bob)
    assert own.get(f"calls/{answered.uuid}/").json()["visitor"]["name"] == "A•••"
    assert_problem(own.post(f"calls/{answered.uuid}/cancel/"), 403, "not_allowed")
    assert api_of("calls:read", user=dora).get(f"calls/{answered.uuid}/").json()["visitor"]["name"] == "A•••"
    assert api_of(*scopes, user=dora).get(f"calls/{answered.uuid}/").json()["visitor"]["name"] == "Alice Liddell"


def test_a_shops_customer_with_a_session_is_no_staff(charlie: Any, session_of: Any) -> None:
    for path in ("calls/", "tickets/", "recordings/"):
        assert_problem(session_of(charlie).get(path), 403, "not_allowed")


def test_a_session_writes_with_its_csrf_token_only(answered: Call, dora: Any, session_of: Any) -> None:
    path = f"calls/{answered.uuid}/cancel/"
    assert_problem(session_of(dora, csrf=False).post(path), 403, "csrf_failed")
    answered.refresh_from_db()
    assert answered.state != "ended"
    assert session_of(dora).post(path).status_code == 200


def test_a_session_needs_the_second_factor_where_the_admin_does(
    core: Callable[..., None], dora: Any, bob: Any, session_of: Any
) -> None:
    core(ADMIN_REQUIRES_OTP=True)
    assert_problem(session_of(dora).get("calls/"), 403, "second_factor_required")
    assert session_of(bob).get("calls/").status_code == 200, "who serves sees no more than in the workbench"


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("tickets/", "rtc_tickets.view_ticket"),
        ("tickets/", "rtc_tickets.change_ticket"),
        ("recordings/", "rtc_recordings.view_recording"),
        ("calls/", "rtc_service.view_visitor"),
    ],
)
def test_whoever_sees_more_than_the_workbench_shows_needs_the_second_factor(
    core: Callable[..., None], bob: Any, session_of: Any, path: str, permission: str
) -> None:
    label, codename = permission.split(".")
    bob.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    assert session_of(bob).get(path).status_code == 200
    core(ADMIN_REQUIRES_OTP=True)
    assert_problem(session_of(bob).get(path), 403, "second_factor_required")


def test_an_inactive_customer_is_refused(alice_api: Api, alice: Any) -> None:
    alice.is_active = False
    alice.save()
    assert_problem(alice_api.get("calls/"), 401, "token_refused")


def test_tokens_of_other_kinds_open_nothing(db: None, visitor: Any) -> None:
    for token in (tokens.hello(f"v:{visitor.uuid}", "customer"), tokens.service(), tokens.guest("x")):
        assert_problem(Api(f"Identity {token}").get("calls/"), 401, "token_refused")


def test_a_page_of_another_origin_must_be_on_the_list(alice_api: Api, core: Callable[..., None]) -> None:
    shop = {"Origin": "https://shop.example"}
    assert_problem(alice_api.post("calls/", {}, **shop), 403, "origin_refused")
    core(ALLOWED_ORIGINS=["https://shop.example"])
    response = alice_api.post("calls/", {}, **shop)
    assert response.status_code == 201 and response["Access-Control-Allow-Origin"] == "https://shop.example"
    assert tokens.read_hello(response.json()["session"]["token"])["o"] == "https://shop.example"
    preflight = Api()("OPTIONS", "calls/", **shop, Access_Control_Request_Method="POST")
    assert preflight.status_code == 204
    assert "Authorization" in preflight["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight
    assert "Access-Control-Allow-Origin" not in Api()("OPTIONS", "calls/", Origin="https://evil.example")


def test_another_scheme_is_left_to_the_site(bob: Any, session_of: Any) -> None:
    api = session_of(bob)
    api.headers["Authorization"] = "Basic c3RhZ2luZzpzdGFnaW5n"
    assert api.get("calls/").status_code == 200


def test_the_command_makes_lists_and_revokes(db: None, bob: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "rtc_api_key", "create", "ERP", "--scope", "calls:read", "--user", "bob", "--days", "30", "--rate", "7"
    )
    key = capsys.readouterr().out.strip()
    assert Api(f"Bearer {key}").get("calls/").status_code == 200
    row = ApiClient.objects.get()
    assert (row.user, row.rate, row.scopes) == (bob, 7, ["calls:read"])
    call_command("rtc_api_key", "list")
    listed = capsys.readouterr().out
    assert row.prefix in listed and "live" in listed and key.split("_", 2)[2] not in listed
    call_command("rtc_api_key", "revoke", row.prefix)
    assert_problem(Api(f"Bearer {key}").get("calls/"), 401, "token_refused")
    for wrong in (["revoke", row.prefix], ["revoke", "nobody"], ["create", "x"], ["create", "x", "--scope", "all"]):
        with pytest.raises(CommandError):
            call_command("rtc_api_key", *wrong)


def test_the_admin_shows_the_key_once(admin_client: Client) -> None:
    given = {
        "name": "ERP",
        "scopes": ["calls:read"],
        "storefront": "",
        "user": "",
        "rate": "",
        "expires_0": "",
        "expires_1": "",
    }
    response = admin_client.post("/admin/rtc_service/apiclient/add/", given)
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    text = response.content.decode()
    key = text.partition("<code>")[2].partition("</code>")[0]
    assert Api(f"Bearer {key}").get("calls/").status_code == 200
    row = ApiClient.objects.get()
    page = admin_client.get(f"/admin/rtc_service/apiclient/{row.pk}/change/").content.decode()
    assert row.prefix in page and key.split("_", 2)[2] not in page and row.secret_hash not in page
    action = {"action": "revoke", "_selected_action": [row.pk]}
    admin_client.post("/admin/rtc_service/apiclient/", action)
    assert_problem(Api(f"Bearer {key}").get("calls/"), 401, "token_refused")
    assert admin_client.get(f"/admin/rtc_service/apiclient/{row.pk}/delete/").status_code == 403


def test_nobody_hands_out_more_than_they_have(client: Client, dora: Any) -> None:
    from django.contrib.auth.models import Permission

    dora.user_permissions.add(*Permission.objects.filter(content_type__model="apiclient"))
    client.force_login(dora)
    root = get_user_model()._default_manager.create_superuser("root", password="root")
    given = {"name": "x", "scopes": ["pii:read"], "user": root.pk, "expires_0": "", "expires_1": ""}
    client.post("/admin/rtc_service/apiclient/add/", given)
    assert ApiClient.objects.get().user == dora


def test_windows_that_are_over_are_forgotten(erp: Api) -> None:
    from rtc_service.services import sweeps

    erp.get("calls/")
    assert RateWindow.objects.exists()
    with later(300):
        sweeps.run_all()
    assert not RateWindow.objects.exists()
