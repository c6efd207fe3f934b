"""Ticket numbers as people read them out: `T-7K3M9`."""

from __future__ import annotations

import secrets

# Without 0 O 1 I L U V, which are mistaken for one another on paper, on the phone and in handwriting.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LENGTH = 5


def new_number() -> str:
    """A random number, one of 20 million. Random, so that it tells nobody how many tickets there are; the caller
    tries again when it is taken."""
    return "T-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
