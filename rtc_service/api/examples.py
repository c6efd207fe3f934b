"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

UUID = "0e3f2f64-8f5c-4a55-9a1b-3f6f5b8f7c11"

CALL_BODY: dict[str, Any] = {
    "page_kind": "product",
    "subject": "product:TEA-1",
    "title": "Teapot",
    "category": "tea",
    "language": "en",
    "media": "video",
}
CALL: dict[str, Any] = {
    "call": UUID,
    "state": "waiting",
    "state_since": "2026-03-01T09:30:00Z",
    "requested": "2026-03-01T09:30:00Z",
    "answered": None,
    "ended": None,
    "end_reason": "",
    "media": "video",
    "queue": "main",
    "category": "tea",
    "tier": "",
    "language": "en",
    "storefront": "",
    "page_kind": "product",
    "subject": "product:TEA-1",
    "title": "Teapot",
    "url": "",
    "visitor": {"visitor": UUID, "kind": "customer", "name": "A•••", "phone": ""},
    "staff": None,
    "rating": None,
    "position": 1,
}
NEW_CALL: dict[str, Any] = {
    **CALL,
    "session": {"token": "eyJrZXkiOiJ2OjBl…", "ws": "wss://help.example/ws/rtc/", "guest": None},
}
