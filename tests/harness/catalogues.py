"""Reads gettext's `.po` files: enough for the tests, without a library."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?) ((?:".*"\n?)+)', re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One text; `plural` is empty without one. `translations` has one item, or one for each plural form."""

    context: str
    text: str
    plural: str
    translations: tuple[str, ...]
    fuzzy: bool

    @property
    def key(self) -> str:
        """As compiled catalogues spell it."""
        return f"{self.context}\x04{self.text}" if self.context else self.text


def read(path: Path) -> list[Entry]:
    """All entries but the header, in the file's order."""
    found = []
    for block in path.read_text().split("\n\n"):
        if "\n#~" in f"\n{block}":
            continue
        fields = {name: _unquoted(value) for name, value in FIELD.findall(block)}
        if fields.get("msgid"):
            translations = tuple(value for name, value in fields.items() if name.startswith("msgstr"))
            fuzzy = re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE) is not None
            context, plural = fields.get("msgctxt", ""), fields.get("msgid_plural", "")
            found.append(Entry(context, fields["msgid"], plural, translations, fuzzy))
    return found


def _unquoted(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.splitlines())
