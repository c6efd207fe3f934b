"""What a person reads or hears of a page of HTML: its text, and the words in its attributes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "code", "symbol", "defs"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "use", "path", "rect", "line", "circle", "source"}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")
WORD = re.compile(r"[A-Za-z]{3,}")
# Placeholders, addresses, ticket numbers, beginnings of identifiers.
CODED = re.compile(r"\{\w+\}|https?:\S*|\bT-[A-Z0-9]{5}\b|\b[0-9a-f]{8}(?:-[0-9a-f-]+)?\b")


class _Reader(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.hidden: list[str] = []  # open elements from the outermost silent one on
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        foreign = values.get("lang", self.language) != self.language
        if tag not in VOID and (self.hidden or tag in SILENT or foreign):
            self.hidden.append(tag)
        if not self.hidden:
            spoken = (value for name, value in values.items() if name in SPOKEN or name.startswith("data-text-"))
            self.words.extend(spoken)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:
            while self.hidden.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.words.append(" ".join(data.split()))


def texts(html: str, language: str) -> list[str]:
    """Every visible or spoken text, without code and without elements that are in another language (`lang`)."""
    reader = _Reader(language)
    reader.feed(html)
    return reader.words


def english(html: str, language: str, *, data: tuple[str, ...] = ()) -> list[str]:
    """The texts that still hold an English word; `data` are phrases of the page's data, which nobody translates."""
    found = []
    for text in texts(html, language):
        rest = CODED.sub("", text)
        for phrase in data:
            rest = rest.replace(phrase, "")
        if WORD.search(rest):
            found.append(text)
    return found
