"""Cards that a leaf adds to the call's page in the admin. Registered from the leaf's `admin.py`.

from rtc_service.admin import sections
sections.register(sections.Section("offers", _("Offers"), render_offers, order=40))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from ..models import Call


@dataclass(frozen=True)
class Section:
    """`render(request, call)` gives the card's inner HTML, or "" for no card; it asks permissions itself."""

    name: str
    title: Any
    render: Callable[[HttpRequest, Call], SafeString | str]
    order: int = 100


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add a card, or replace the one of the same name."""
    _sections[section.name] = section


def render_all(request: HttpRequest, call: Call) -> list[dict[str, str]]:
    """[{"name", "title", "html"}] of the cards that have something to show, in order."""
    cards = []
    for section in sorted(_sections.values(), key=lambda item: (item.order, item.name)):
        html = section.render(request, call)
        if html:
            cards.append({"name": section.name, "title": section.title, "html": html})
    return cards
