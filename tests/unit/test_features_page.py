"""docs/features.md names every line of the specification, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text()
LINES = {"W": 10, "G": 9, "R": 7, "M": 9, "C": 5, "T": 4, "K": 6, "Q": 2, "A": 6, "S": 6, "O": 6, "D": 5}
PROOF = re.compile(r"`(tests/[\w/.-]+?\.(?:py|mjs))(?:::(\w+))?`")


@pytest.mark.parametrize(
    "name", [f"{letter}{number}" for letter, last in LINES.items() for number in range(1, last + 1)]
)
def test_every_line_has_a_state(name: str) -> None:
    rows = re.findall(rf"^\| {name} [^|]*\| (built|part|later) \|", PAGE, re.MULTILINE)
    assert len(rows) == 1


@pytest.mark.parametrize(("path", "function"), sorted(set(PROOF.findall(PAGE))))
def test_every_proof_exists(path: str, function: str) -> None:
    text = (ROOT / path).read_text()
    assert not function or re.search(rf"def {function}\(", text)


def test_what_is_called_built_has_a_proof() -> None:
    unproven = [row for row in PAGE.splitlines() if re.search(r"\| (built|part) \|", row) and not PROOF.search(row)]
    assert unproven == []
