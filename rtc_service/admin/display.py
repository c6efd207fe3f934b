"""Shared words and marks of the admin pages: durations, coloured labels, masked people, links."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import crypto, words
from ..models import Call, Participant, Visitor
from ..states import CallState, EndReason, Role

EMPTY = "–"
STATE_TONES = {
    CallState.WAITING: "warn",
    CallState.RINGING: "warn",
    CallState.CONNECTING: "info",
    CallState.ACTIVE: "good",
    CallState.HELD: "info",
    CallState.ENDED: "quiet",
}
REASON_TONES = {
    EndReason.HANG_UP: "quiet",
    EndReason.CANCELLED: "quiet",
    EndReason.LOST: "warn",
    EndReason.NO_AGENT: "bad",
    EndReason.FAILED: "bad",
    EndReason.FORCED: "warn",
}


def clock_words(seconds: float | None) -> str:
    """Seconds as m:ss, from an hour on as h:mm:ss."""
    return EMPTY if seconds is None else words.clock(seconds)


def offset_words(seconds: float) -> str:
    """Seconds since the call was requested, with tenths: "+1:07.4"."""
    tenths = max(0, round(seconds * 10))
    minutes, rest = divmod(tenths, 600)
    return f"+{minutes}:{rest // 10:02}.{rest % 10}"


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds, or None when one of the two has not happened."""
    return None if start is None or end is None else (end - start).total_seconds()


def label(text: Any, tone: str = "quiet") -> SafeString:
    """A coloured label; `tone`: good, info, warn, bad, quiet."""
    return format_html('<span class="rtc-label rtc-tone-{}">{}</span>', tone, text)


def state_label(call: Call) -> SafeString:
    return label(call.get_state_display(), STATE_TONES.get(CallState(call.state), "quiet"))


def reason_label(call: Call) -> SafeString | str:
    if not call.end_reason:
        return EMPTY
    tone = REASON_TONES.get(EndReason(call.end_reason), "quiet")
    return label(call.get_end_reason_display(), tone)


def user_name(user: Any) -> str:
    """Staff by full name, else user name."""
    return EMPTY if user is None else str(user.get_full_name() or user.get_username())


def visitor_name(visitor: Visitor | None) -> str:
    """A customer's masked name."""
    if visitor is None:
        return _("customer")
    return crypto.mask_name(visitor.name) or (_("customer") if visitor.user_id else _("guest"))


def masked_phone(phone: str) -> str:
    """The last two digits."""
    return f"•••{phone[-2:]}" if phone else EMPTY


def participant_name(leg: Participant) -> str:
    """Who a leg is, as other people may read it."""
    if leg.role == Role.CUSTOMER:
        return visitor_name(leg.visitor)
    return leg.name or (user_name(leg.user) if leg.user else str(leg.get_role_display()))


def pairs(data: Mapping[str, Any]) -> SafeString:
    """A row's JSON details, one line for each key; what is nested stays JSON."""
    texts = [(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
             for key, value in data.items()]  # fmt: skip
    return format_html("<dl>{}</dl>", format_html_join("", "<dt><code>{}</code></dt><dd>{}</dd>", texts))


def page_address(url: str) -> str:
    """The page without query and fragment, where names and tokens travel; empty when it is no web address."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme in ("http", "https") and host else ""


def call_link(call: Call | None, site: str = "admin") -> SafeString | str:
    """A link to the call's page."""
    if call is None:
        return EMPTY
    try:
        url = reverse("admin:rtc_service_call_change", args=[call.pk], current_app=site)
    except NoReverseMatch:  # a host may have left the core's admin out
        return str(call)
    return format_html('<a href="{}">{}</a>', url, call)


def uuid_prefix(term: str, field: str = "uuid") -> Q | None:
    """Rows whose UUID starts with what was typed (from four digits on), as a range that an index can serve."""
    digits = term.strip().replace("-", "").lower()
    if not 4 <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return None
    return Q(**{f"{field}__gte": UUID(digits.ljust(32, "0")), f"{field}__lte": UUID(digits.ljust(32, "f"))})
