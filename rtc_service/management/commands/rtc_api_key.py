"""`manage.py rtc_api_key create "ERP" --scope calls:read --scope tickets:write`, `… list`, `… revoke <prefix>`."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ... import clock
from ...exceptions import BadRequest
from ...models import ApiClient
from ...services import api_clients


class Command(BaseCommand):
    help = "Keys of machine clients of the REST API. The secret is printed once, at creation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a client and print its key")
        create.add_argument("name")
        create.add_argument("--scope", action="append", default=[], help=f"one of {', '.join(api_clients.scopes())}")
        create.add_argument("--user", default="", help="the user for whom it acts and whose permissions it needs")
        create.add_argument("--storefront", default="", help="only calls of this storefront")
        create.add_argument("--rate", type=int, default=None, help="requests a minute; default: API_CLIENT_RATE")
        create.add_argument("--days", type=int, default=None, help="expires after so many days; default: never")
        actions.add_parser("list", help="all clients, without their secrets")
        revoke = actions.add_parser("revoke", help="the key opens nothing any more")
        revoke.add_argument("prefix", help="what stands between rtc_ and the second _ of the key")

    def handle(self, *args: Any, **options: Any) -> None:
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["action"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        if not options["scope"]:
            raise CommandError(f"Give at least one --scope of {', '.join(api_clients.scopes())}.")
        if (options["rate"] or 0) < 0 or (options["days"] is not None and not 0 < options["days"] <= 36_500):
            raise CommandError("--rate is at least 0, --days 1 to 36500.")
        days = options["days"]
        try:
            _client, key = api_clients.create(
                options["name"][:120],
                options["scope"],
                user=_user(options["user"]),
                storefront=options["storefront"][:64],
                rate=options["rate"],
                expires=None if days is None else clock.now() + timedelta(days=days),
                by=f"shell:{_operator()}",
            )
        except BadRequest as error:
            raise CommandError(error.detail) from None
        self.stdout.write(key)
        self.stderr.write("Keep it now: it is not shown again.")

    def _list(self, options: dict[str, Any]) -> None:
        for client in ApiClient.objects.select_related("user"):
            state = "revoked" if client.revoked else "live"
            used = client.last_used.strftime("%Y-%m-%d") if client.last_used else "never used"
            expires = client.expires.strftime("%Y-%m-%d") if client.expires else "-"
            user = client.user.get_username() if client.user else "-"
            row = (client.prefix, state, client.name, ",".join(client.scopes), user, expires, used)
            self.stdout.write("  ".join(row))

    def _revoke(self, options: dict[str, Any]) -> None:
        client = ApiClient.objects.filter(prefix=options["prefix"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['prefix']!r}.")
        if not api_clients.revoke(client, by=f"shell:{_operator()}"):
            raise CommandError("It was revoked before.")
        self.stdout.write(f"{client.prefix} ({client.name}) is revoked.")


def _user(name: str) -> Any:
    if not name:
        return None
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)
    except users.DoesNotExist:
        raise CommandError(f"There is no user {name!r}.") from None


def _operator() -> str:
    """Who runs the command on this machine; a container may know no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
