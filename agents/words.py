"""Words for what agents' rows hold as plain strings: the first migration's names, and reasons given by code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Code on the socket and its words. `missed`, `lost` and `supervisor` are set by the server, so they cannot be chosen.
AWAY_REASONS = (("break", _("Break")), ("lunch", _("Lunch")), ("training", _("Training")), ("office", _("Office work")))
DECLINE_REASONS = (
    ("busy", _("Busy now")),
    ("not_my_field", _("Not my subject")),
    ("technical", _("Technical problem")),
)
_SET_BY_SERVER = (
    ("missed", _("calls were missed")),
    ("lost", _("connection lost")),
    ("supervisor", _("set by a supervisor")),
)
_REASONS = dict((*AWAY_REASONS, *DECLINE_REASONS, *_SET_BY_SERVER))

# As stored by migration 0002. Who renames a row gets what they wrote, in every language.
_FIRST_NAMES = {
    "Video service": _("Video service"),
    "Sold": pgettext_lazy("wrap-up code", "Sold"),
    "Advice given": pgettext_lazy("wrap-up code", "Advice given"),
    "After-sales": pgettext_lazy("wrap-up code", "After-sales"),
    "Follow-up needed": pgettext_lazy("wrap-up code", "Follow-up needed"),
    "Other": pgettext_lazy("wrap-up code", "Other"),
}


def shown(name: str) -> str:
    """A stored name; one that the first migration gave, in the active language."""
    return str(_FIRST_NAMES.get(name, name))


def reason(code: str) -> str:
    """Why somebody is away or declined; free text stays as it is."""
    return str(_REASONS.get(code, code))
