"""Log-ins of staff, changes of who may do what, and changes in our admin pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.urls import reverse

from agents.models import Queue
from rtc_service import receivers
from rtc_service.admin import changes
from rtc_service.models import AuditEntry, Visitor
from rtc_service.signalling.limits import Buckets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def full_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "_per_network", Buckets(0.0, 5.0))
    monkeypatch.setattr(receivers, "_in_all", Buckets(0.0, 20.0, most=1))


def said(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action).order_by("pk"))


# --- log-ins ---


@pytest.mark.parametrize("name", ["bob", "dora"])
def test_staff_log_in_and_out(client: Client, name: str, bob: Any, dora: Any) -> None:
    user = get_user_model().objects.get(username=name)
    client.post(reverse("rtc_demo:login"), {"username": name, "password": name})
    client.post(reverse("rtc_demo:logout"))
    (one,), (two,) = said("staff.logged_in"), said("staff.logged_out")
    assert (one.user, two.user, one.address) == (user, user, "127.0.0.1")


def test_customers_log_in_unobserved(client: Client, alice: Any) -> None:
    client.post(reverse("rtc_demo:login"), {"username": "alice", "password": "wrong"})
    client.post(reverse("rtc_demo:login"), {"username": "alice", "password": "alice"})
    assert client.session.get("_auth_user_id") == str(alice.pk)
    assert not AuditEntry.objects.filter(action__startswith="staff.").exists()


def test_a_failed_log_in_names_an_account_and_never_what_was_typed(dora: Any) -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="203.0.113.9")
    for name in ("dora", "my-secret-password", ""):
        assert authenticate(request, username=name, password="wrong") is None
    known, unknown, empty = said("staff.log_in_failed")
    assert (known.target, known.address, known.data) == (f"user:{dora.pk}", "203.0.113.9", {"known": True})
    assert (unknown.target, unknown.data, empty.target) == ("", {"known": False}, "")
    assert "my-secret-password" not in str([row.__dict__ for row in AuditEntry.objects.all()])


def test_failed_log_ins_do_not_fill_the_audit() -> None:
    for address in range(12):
        request = RequestFactory().post("/", REMOTE_ADDR=f"203.0.113.{address // 3}")
        for _try in range(4):
            authenticate(request, username="x", password="y")
    assert len(said("staff.log_in_failed")) == 20


# --- who may do what ---


def test_groups_of_a_user_from_either_end(bob: Any) -> None:
    group = Group.objects.create(name="tea")
    bob.groups.add(group)
    group.user_set.remove(bob)
    group.user_set.add(bob)
    bob.groups.clear()
    found = [(row.target, row.data) for row in said("permissions.changed")[-4:]]
    one = {"kind": "groups"}
    assert found[0] == (f"user:{bob.pk}", one | {"added": ["tea"]})
    assert found[1] == (f"user:{bob.pk}", one | {"removed": ["tea"]})
    assert found[2] == (f"user:{bob.pk}", one | {"added": ["tea"]})
    assert found[3] == (f"user:{bob.pk}", one | {"removed": ["rtc customer-service agent", "tea"]})


def test_clearing_from_the_groups_end_names_each_user(bob: Any, dora: Any) -> None:
    group = Group.objects.create(name="tea")
    group.user_set.add(bob, dora)
    before = len(said("permissions.changed"))
    group.user_set.clear()
    found = said("permissions.changed")[before:]
    assert {row.target for row in found} == {f"user:{bob.pk}", f"user:{dora.pk}"}
    assert all(row.data == {"kind": "groups", "removed": ["tea"]} for row in found)


def test_permissions_of_users_and_groups(bob: Any) -> None:
    may = Permission.objects.get(codename="view_address", content_type__app_label="rtc_service")
    group = Group.objects.create(name="tea")
    bob.user_permissions.add(may)
    group.permissions.set([may])
    group.permissions.set([])
    found = [(row.target, row.data) for row in said("permissions.changed")[-3:]]
    name = ["rtc_service.view_address"]
    assert found == [
        (f"user:{bob.pk}", {"kind": "permissions", "added": name}),
        (f"group:{group.pk}", {"kind": "permissions", "added": name}),
        (f"group:{group.pk}", {"kind": "permissions", "removed": name}),
    ]


def test_flags_of_an_account(bob: Any) -> None:
    bob.is_superuser = True
    bob.first_name = "Robert"
    bob.save()
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    bob.save()
    found = [(row.target, row.data["fields"]) for row in said("user.changed")]
    assert found == [
        (f"user:{bob.pk}", {"is_superuser": [False, True]}),
        (f"user:{bob.pk}", {"is_active": [True, False]}),
    ]


def test_a_new_superuser_is_not_silent_and_a_new_customer_is() -> None:
    users = get_user_model().objects
    users.create_user("carol")
    assert not said("user.added")
    boss = users.create_superuser("boss", password="x")
    (row,) = said("user.added")
    assert (row.target, row.data["fields"]) == (
        f"user:{boss.pk}", {"is_staff": [False, True], "is_superuser": [False, True]},
    )  # fmt: skip


def test_deleted_accounts_and_groups(bob: Any) -> None:
    group, keys = Group.objects.create(name="tea"), (bob.pk,)
    number = group.pk
    bob.delete()
    group.delete()
    assert said("user.deleted")[0].target == f"user:{keys[0]}"
    assert said("group.deleted")[0].target == f"group:{number}"


def test_the_hosts_own_account_page_says_who(client: Client, admin_user: Any, bob: Any) -> None:
    client.force_login(admin_user)
    url = reverse("admin:auth_user_change", args=[bob.pk])
    form = client.get(url).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in ("username", "first_name", "last_name", "email")}
    data |= {"is_active": "on", "is_staff": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert client.post(url, data).status_code == 302
    row = next(row for row in said("admin.changed") if row.target == f"auth.user:{bob.pk}")
    assert row.user == admin_user and "Staff status" in str(row.data)
    assert said("user.changed")[-1].data["fields"] == {"is_staff": [False, True]}
    assert "bob" not in str(row.data)


# --- our admin pages ---


def test_a_changed_setting_says_from_what_to_what(client: Client, dora: Any) -> None:
    client.force_login(dora)
    queue = Queue.objects.get()
    url = reverse("admin:rtc_agents_queue_change", args=[queue.pk])
    client.post(url, {"name": queue.name, "active": "on", "ring_seconds": "25"})
    (row,) = said("admin.changed")
    assert (row.user, row.target, row.address) == (dora, f"rtc_agents.queue:{queue.pk}", "127.0.0.1")
    assert row.data["fields"]["ring_seconds"] == [queue.ring_seconds, 25.0]
    assert set(row.data["fields"]) <= {"ring_seconds", "wrap_up_seconds"}


def test_an_added_and_a_deleted_row(client: Client, admin_user: Any) -> None:
    client.force_login(admin_user)
    url = reverse("admin:rtc_agents_wrapupcode_add")
    client.post(url, {"code": "borrowed", "name": "Borrowed", "order": "9", "active": "on"})
    (row,) = said("admin.added")
    assert row.data["fields"]["code"] == [None, "borrowed"]
    key = row.target.partition(":")[2]
    client.post(reverse("admin:rtc_agents_wrapupcode_delete", args=[key]), {"post": "yes"})
    (gone,) = said("admin.deleted")
    assert gone.data["fields"]["code"] == "borrowed"


@pytest.mark.parametrize(
    "name", ["password", "TURN_SECRET", "api_key", "key", "token", "phone", "email", "username", "display_name"]
)
def test_what_is_named_like_a_secret_or_a_person_is_masked(name: str) -> None:
    assert changes.is_private(Queue, name)


def test_what_is_encrypted_is_masked_and_what_is_not_is_not() -> None:
    assert changes.is_private(Visitor, "name")
    assert not changes.is_private(Queue, "name")
    assert not changes.is_private(Queue, "ring_seconds")


def test_whoever_acts_in_our_admin_is_known_to_model_signals(client: Client, admin_user: Any, bob: Any) -> None:
    """An admin action of ours that changes a group ends up with the user who clicked."""
    from rtc_service.admin.base import OtpModelAdmin

    seen: list[Any] = []

    class Page(OtpModelAdmin):
        def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
            bob.groups.clear()
            seen.append(request.user)
            return super().changelist_view(request, extra_context)

    from django.contrib import admin

    page = Page(Queue, admin.site)
    view = page.urls[0].callback
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    request.user, request.session = admin_user, {}
    view(request)
    row = said("permissions.changed")[-1]
    assert seen == [admin_user] and (row.user, row.address) == (admin_user, "203.0.113.9")
