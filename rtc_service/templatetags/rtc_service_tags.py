"""Template tags of the core: `{% load rtc_service_tags %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

register = template.Library()


@register.simple_tag(takes_context=True)
def rtc_call(
    context: template.Context,
    *,
    page_kind: str = "",
    subject: str = "",
    title: str = "",
    category: str = "",
    storefront: str = "",
    media: str = "video",
    label: str = "",
    language: str = "",
    theme: str = "",
    side: str = "",
    identity: str = "",
    panel: str = "",
) -> SafeString:
    """The floating button that starts a live call from this page.

    ``{% rtc_call page_kind="product" subject="product:SKU-1" title=product.name category="tea" %}``

    `page_kind subject title category storefront` travel with the call as plain hints. `media` is `video`, `audio` or
    `text`; `theme` `light` or `dark` (else the visitor's own); `side` `left` or `right`; `label` the button's
    words; `identity` a signed identity where the shop's log-in is not Django's; `panel` the address of an HTML
    fragment about the product, shown in the window.
    """
    attributes = {
        "page-kind": page_kind,
        "subject": subject,
        "subject-title": title,
        "category": category,
        "storefront": storefront,
        "media": media,
        "language": language or get_language() or "",
        "theme": theme,
        "side": side,
        "identity": identity,
        "panel": panel,
        "label": label or gettext("Live help"),
        "label-opening": gettext("Opening…"),
        "label-failed": gettext("Not reachable, try again"),
        "data-session-url": reverse("rtc_service:session"),
        "data-fragment-url": reverse("rtc_service:widget"),
        "data-style-url": static("rtc_service/css/widget.css"),
    }
    return format_html(
        '<script type="module" src="{}"{}></script>\n<rtc-call{}></rtc-call>',
        static("rtc_service/js/widget.js"),
        _nonce(context),
        format_html_join("", ' {}="{}"', ((name, value) for name, value in attributes.items() if value)),
    )


def _nonce(context: template.Context) -> SafeString:
    """The page's CSP nonce where the host works with nonces (Django 6's context value or django-csp's attribute)."""
    nonce: Any = context.get("csp_nonce") or getattr(context.get("request"), "csp_nonce", "")
    return format_html(' nonce="{}"', nonce) if nonce else SafeString("")
