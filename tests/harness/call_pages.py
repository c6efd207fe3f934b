"""`python -m tests.harness.call_pages`: calls for the call's page in the database that the settings name.

Answers {"long": key, "text": key, "missed": key} as JSON.
"""

from __future__ import annotations

import json


def main() -> None:
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from rtc_service.services import visitors
    from tests.admin import long_calls, seeding

    users = get_user_model().objects
    visitor = visitors.for_user(users.get(username="alice").pk, name="Alice Liddell")
    bob = users.get(username="bob")
    made = {}
    # In one piece: nobody sweeps a call that seems to have been silent for hours.
    with transaction.atomic():
        made["long"] = long_calls.long_call(visitor, bob).pk
        made["text"] = long_calls.text_only(visitor, bob).pk
        made["missed"] = seeding.unanswered(visitor, ago=900, title="Gaiwan").pk
    print(json.dumps(made))


if __name__ == "__main__":
    main()
