"""A seat lives no longer than the log-in that it came from."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from rtc_service.db import in_db
from rtc_service.models import Visitor
from rtc_service.signalling import hub
from rtc_service.testing_sockets import Tab
from tests.harness.people import People


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def customer_token(client: Client) -> str:
    return str(client.post(reverse("rtc_service:session"), "{}", content_type="application/json").json()["token"])


def staff_token(client: Client) -> str:
    return str(client.post(reverse("rtc_service:staff_session")).json()["token"])


def account(visitor: Visitor) -> Any:
    return get_user_model()._default_manager.get(rtc_service_visitor=visitor)


async def test_who_logs_out_of_the_shop_leaves_nothing_to_resume(people: People) -> None:
    """A tab keeps its resume token over pages; the next person at that computer must not be alice."""
    client = await in_db(lambda: logged_in(account(people.alice)))
    alice = await Tab().open(await in_db(customer_token, client))
    back = await Tab().open(None, resume=alice.resume)
    await in_db(client.logout)
    again = await Tab().connect()
    assert (await again.hello(resume=back.resume))["body"]["code"] == "token_refused"
    fresh = await Tab().open(await in_db(customer_token, client), tab="other")
    assert fresh.welcome["you"]["name"] == ""


async def test_an_identity_signed_by_the_host_needs_no_log_in_here(people: People) -> None:
    client = await in_db(lambda: logged_in(account(people.alice)))
    await Tab().open(await in_db(customer_token, client))
    await in_db(client.logout)
    from rtc_service import tokens

    other = await Tab("tab").open(tokens.hello(f"v:{people.alice.uuid}", "customer"))
    assert (await Tab("tab").open(None, resume=other.resume)).code is None


async def test_a_new_password_ends_the_sockets_of_older_log_ins(people: People) -> None:
    client = await in_db(lambda: logged_in(people.bob))
    bob = await Tab().open(await in_db(staff_token, client))
    await hub.current().ticker.revalidate()
    assert bob.code is None

    def change() -> None:
        people.bob.set_password("another")
        people.bob.save()

    await in_db(change)
    await hub.current().ticker.revalidate()
    assert (await bob.kind("bye"))["reason"] == "revoked"
    again = await Tab().connect()
    assert (await again.hello(resume=bob.resume))["body"]["code"] == "token_refused"


async def test_the_token_does_not_show_the_sessions_key(people: People) -> None:
    """The cookie is HttpOnly; a script that has the token must not get the session by it."""
    client = await in_db(lambda: logged_in(people.bob))
    token = await in_db(staff_token, client)
    payload = token.partition(":")[0]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    key = await in_db(lambda: client.session.session_key)
    assert key and key not in json.dumps(claims)
