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
    ADMIN_REQUIRES_OTP: bool = False  # our admin pages ask staff for a second factor (needs django-otp)
    TOKEN_SECONDS: int = 60  # how long a fresh token may wait for its socket
    GUEST_DAYS: int = 30  # how long a guest's browser is known again
    RESUME_SECONDS: int = 46_800  # how long a socket may be resumed without logging in anew
    TRUSTED_PROXIES: int = 0  # how many proxies of our own append to X-Forwarded-For

    # ICE
    STUN_URLS: list[str] = field(default_factory=list)  # none are built in
    TURN_URLS: list[str] = field(default_factory=list)  # "turn:turn.example:3478", "turns:…?transport=tcp"
    TURN_SECRETS: list[str] = field(default_factory=list)  # shared with coturn, newest first; that one signs
    TURN_SECONDS: int = 600  # how long at least TURN credentials let a browser in; what stands lasts longer
    ICE_POLICY: str = "all"  # or "relay": media through TURN only, no party learns the other's address
    PRIVATE_CANDIDATES: bool = True  # False: addresses of private networks are not relayed (needs TURN)

    # Media profile handed to the browsers
    VIDEO_WIDTH: int = 640  # of the picture that a browser asks its camera for
    VIDEO_HEIGHT: int = 360  # likewise
    VIDEO_FPS: int = 30  # pictures a second, at most
    VIDEO_BITRATE: int = 1_700_000  # at most, of the picture that a browser sends

    # Sockets
    HEARTBEAT: float = 5.0  # each browser pings, and each process renews the leases of those it heard, so often
    LEASE_SECONDS: float = 15.0  # who was not heard for so long is gone: several heartbeats
    HELLO_SECONDS: float = 5.0  # a socket without hello is closed after this
    SOCKET_HOURS: float = 12.0  # after this a socket is asked to come back on a new one
    MESSAGE_BYTES: int = 65_536  # the largest message, in bytes of UTF-8
    SDP_BYTES: int = 32_768  # the largest session description in it
    CANDIDATES_PER_LINK: int = 50  # of one end, from one offer to the next
    MESSAGE_RATE: float = 20.0  # messages a second that a socket may send for long
    MESSAGE_BURST: float = 40.0  # and at once
    CHAT_CHARACTERS: int = 4_000  # the longest chat line
    CHAT_LINES: int = 1_000  # of one party in a call: whoever comes back is sent all of them
    EVENTS_PER_CALL: int = 20_000  # from then on the parties' chat, devices and links write nothing more
    SOCKETS_PER_ADDRESS: int = 20  # sockets at once, in each process
    SESSIONS_PER_MINUTE: int = 30  # tokens handed out per address
    CALLS_PER_HOUR: int = 30  # calls requested per visitor
    REPLAY_EVENTS: int = 500  # who has missed more is sent a fresh snapshot
    RELAY_BUFFER_SECONDS: float = 60.0  # link messages are kept so long for who was away for a moment
    RELAY_BUFFER_MESSAGES: int = 200  # at most so many for each addressee
    AHEAD_SECONDS: float = 90.0  # how long an offer that a waiting browser has told ahead may be used
    DATABASE_THREADS: int = 8  # threads (and connections) of each server process for the sockets' queries
    CHANNEL_LAYER: str = "default"  # the alias in CHANNEL_LAYERS that connects the server processes

    # Calls
    QUEUE_LIMIT: int = 200  # more customers waiting are refused with `queue_full`
    WAIT_SECONDS: float = 1_800.0  # who has waited so long unanswered is told that nobody is free
    CONNECT_SECONDS: float = 20.0  # after this without picture and sound an answered call goes on with text
    CONTEXT_SECONDS: float = 0.3  # how long a new call waits for what the shop knows of the customer
    LOST_SECONDS: float = 30.0  # a customer away so long ends the call; staff: it goes back to the queue
    CALL_HOURS: float = 4.0  # no conversation lasts longer
    PROMPT_SECONDS: float = 60.0  # how long a question to a party stands, unless it says otherwise
    QUALITY_SECONDS: float = 5.0  # the window over which browsers measure and report

    # Calls that the admin calls abnormal: what a party measured over two windows in a row
    ABNORMAL_LOSS: float = 0.05  # more packets lost than this share
    ABNORMAL_RTT_MS: float = 400.0  # a longer round trip
    ABNORMAL_LATENCY_MS: float = 500.0  # a longer way from camera to screen
    ABNORMAL_FPS: float = 10.0  # fewer pictures a second, while a camera is on
    ABNORMAL_FROZEN: float = 0.2  # the picture stood for a larger share of the time
    ABNORMAL_ONE_WAY_SECONDS: float = 15.0  # who hears and sees nothing for so long, while the other sends

    # REST API. Rates are requests a minute, counted exactly in the database
    API_CLIENT_RATE: int = 600  # of a machine client, unless its own entry says otherwise
    API_USER_RATE: int = 300  # of a staff member's session
    API_CUSTOMER_RATE: int = 60  # of a customer or guest with a signed token
    API_ADDRESS_RATE: int = 120  # of an address that shows no credentials
    API_FAILURE_RATE: int = 20  # of credentials that are wrong, from one address
    API_BODY_BYTES: int = 65_536  # the largest request body
    API_JSON_DEPTH: int = 16  # lists and objects in each other in a request body, at most
    API_PAGE: int = 50  # rows of a list, unless the request asks for more or fewer
    API_PAGE_MOST: int = 200  # rows of a list, at most
    API_IDEMPOTENCY_HOURS: float = 24.0  # how long the answer to an Idempotency-Key is kept
    API_IDEMPOTENCY_SECONDS: float = 60.0  # a request that was not answered for so long may be begun again

    # Duties
    DUTY_ATTEMPTS: int = 8  # then what is owed is given up, and shown in admin
    DUTY_LEASE_SECONDS: float = 60.0  # who has not done it by then is taken for dead, and another does it

    # Audit and doctor
    AUDIT_SETTLE_SECONDS: float = 10.0  # entries this old are sealed; what a slow transaction adds comes a seal later
    AUDIT_SEAL_ENTRIES: int = 5_000  # at most in one seal
    AUDIT_LATE_SECONDS: float = 60.0  # an entry whose time lies so far behind those before it was backdated
    AUDIT_ANCHOR_FILE: str = ""  # append-only file for the digests, best on another machine's disk; empty: log only
    AUDIT_KEEP_DAYS: int | None = None  # whole seals older than this are removed; None: kept for ever
    DOCTOR_SECONDS: float = 10.0  # a check of rtc_doctor that has not answered by then is a problem by itself


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
