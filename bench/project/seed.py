"""Make customers and agents and print their hello tokens: `python -m bench.project.seed PAIRS`."""

from __future__ import annotations

import json
import sys
import uuid

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - after setup()

from demo.people import Person  # noqa: E402
from demo.seed import add_staff  # noqa: E402
from rtc_service import tokens  # noqa: E402
from rtc_service.services import visitors  # noqa: E402


def agent() -> str:
    person = Person(f"bench-{uuid.uuid4().hex[:12]}", "Bob", "Bench", "agent")
    add_staff(person)
    return tokens.hello(f"u:{get_user_model().objects.get(username=person.name).pk}", "staff")


def customer() -> str:
    return tokens.hello(f"v:{visitors.for_guest().uuid}", "customer")


def main(pairs: int) -> None:
    made = {
        "customers": [customer() for _ in range(pairs)],
        "staff": [agent() for _ in range(pairs)],
        "helper": customer(),
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main(int(sys.argv[1]))
