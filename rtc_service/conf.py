"""The one settings dict `RTC_SERVICE`, one typed section per app, read at access.

    RTC_SERVICE = {"core": {"TURN_URLS": ["turn:turn.example:3478"]}, "agents": {"RING_SECONDS": 25}}

A leaf declares its section as a frozen dataclass and registers it in `AppConfig.ready()`; an unknown section or key
is the system check `rtc_service.E001` with a suggestion. Tests may use `override_settings(RTC_SERVICE=...)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

S = TypeVar("S")

sections: dict[str, type] = {}
_cache: dict[str, Any] = {}


@dataclass(frozen=True)
class CoreSettings:
    """Section "core". Durations in seconds, sizes in bytes or characters, bit rates in bits per second."""

    # Identity and access
    ALLOWED_ORIGINS: list[str] = field(default_factory=list)  # full origins of foreign pages, "https://shop.example"
    KEY_RING: list[list[str]] = field(default_factory=list)  # [[key id, base64 of 32 bytes], ...], the first encrypts
    IDENTITY_KEY: str = ""  # shared with a host that signs customers' identities; empty: SECRET_KEY
    ADMIN_REQUIRES_OTP: bool = False
    TOKEN_SECONDS: int = 60
    GUEST_DAYS: int = 30
    RESUME_SECONDS: int = 46_800
    TRUSTED_PROXIES: int = 0  # how many proxies of our own append to X-Forwarded-For

    # ICE
    STUN_URLS: list[str] = field(default_factory=list)
    TURN_URLS: list[str] = field(default_factory=list)
    TURN_SECRETS: list[str] = field(default_factory=list)  # newest first
    TURN_SECONDS: int = 600
    ICE_POLICY: str = "all"  # or "relay": media through TURN only, no party learns the other's address
    PRIVATE_CANDIDATES: bool = True  # False: candidates of private networks are not relayed (needs TURN or public hosts)

    # Media profile handed to the browsers
    VIDEO_WIDTH: int = 640
    VIDEO_HEIGHT: int = 360
    VIDEO_FPS: int = 30
    VIDEO_BITRATE: int = 1_700_000

    # Sockets
    HEARTBEAT: float = 5.0
    LEASE_SECONDS: float = 15.0
    HELLO_SECONDS: float = 5.0
    SOCKET_HOURS: float = 12.0
    MESSAGE_BYTES: int = 65_536
    SDP_BYTES: int = 32_768
    CANDIDATES_PER_LINK: int = 50
    MESSAGE_RATE: float = 20.0
    MESSAGE_BURST: float = 40.0
    CHAT_CHARACTERS: int = 4_000
    SOCKETS_PER_ADDRESS: int = 20
    SESSIONS_PER_MINUTE: int = 30  # tokens handed out per address
    CALLS_PER_HOUR: int = 30  # calls requested per visitor
    REPLAY_EVENTS: int = 500
    RELAY_BUFFER_SECONDS: float = 60.0
    RELAY_BUFFER_MESSAGES: int = 200
    DATABASE_THREADS: int = 8
    CHANNEL_LAYER: str = "default"

    # Calls
    QUEUE_LIMIT: int = 200
    WAIT_SECONDS: float = 1_800.0
    CONNECT_SECONDS: float = 20.0
    CONTEXT_SECONDS: float = 0.3  # how long a new call waits for what the shop knows of the customer
    LOST_SECONDS: float = 30.0
    CALL_HOURS: float = 4.0
    PROMPT_SECONDS: float = 60.0
    QUALITY_SECONDS: float = 5.0

    # Duties
    DUTY_ATTEMPTS: int = 8
    DUTY_LEASE_SECONDS: float = 60.0


def register(name: str, cls: type) -> None:
    """Declare a section; called from `AppConfig.ready()`."""
    sections[name] = cls


def section(name: str, cls: type[S]) -> S:
    """The section as its dataclass. Unknown keys are left to the system check, so that a typo cannot stop `migrate`."""
    if name not in _cache:
        given = getattr(settings, "RTC_SERVICE", {}).get(name, {})
        known = {item.name for item in fields(cls)}  # type: ignore[arg-type]
        _cache[name] = cls(**{key: value for key, value in given.items() if key in known})
    return _cache[name]  # type: ignore[no-any-return]


def core() -> CoreSettings:
    """The core's section."""
    return section("core", CoreSettings)


@receiver(setting_changed)
def _forget(*, setting: str, **_: Any) -> None:
    if setting == "RTC_SERVICE":
        _cache.clear()
