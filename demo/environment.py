"""What the demo keeps in its data directory and reads from the environment. Imported by settings: no Django here."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Where everything that this installation makes is kept: RTC_DEMO_DATA, else `.demo` in the checkout."""
    path = Path(os.environ.get("RTC_DEMO_DATA") or ROOT / ".demo").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def signalling_url(directory: Path) -> str:
    """Where recorders find the web server: told by the supervisor, or left by it for commands beside a running demo."""
    note = directory / "run" / "signalling"
    return os.environ.get("RTC_DEMO_SIGNALLING_URL") or (note.read_text() if note.exists() else "")


def secrets_of(directory: Path) -> dict[str, Any]:
    """`{"secret_key": str, "key_ring": [[id, base64 of 32 bytes], …]}`, made at the first start and kept.

    The file appears whole or not at all: several processes may start at once, and one of them wins.
    """
    path = directory / "secrets.json"
    if not path.exists():
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "key_ring": [["demo-1", base64.b64encode(secrets.token_bytes(32)).decode()]],
        }
        draft = directory / f".secrets-{os.getpid()}-{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(made, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite as concurrent processes need it: readers never wait (WAL), writers queue instead of failing midway."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A new connection costs a millisecond and the read schema, and each piece of work would make its own.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgres(url: str) -> dict[str, Any]:
    """`postgres://user:password@host:port/name?option=value` as Django's dict. Raises ValueError for another scheme."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"a database URL starts with postgres://, not {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def redis_layer(url: str) -> dict[str, Any]:
    """The pub/sub layer. redis-py 8 closes an idle socket every 5 s unless the time-out is switched off."""
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": url, "socket_timeout": None}], "prefix": "rtc"},
    }


def filesystem_broker(directory: Path) -> dict[str, Any]:
    """Celery's broker without a server. The default of one look per second is sluggish; the folders must exist."""
    from . import file_broker  # kombu: not for whoever wants something else of here

    file_broker.use()
    queue, control = directory / "broker" / "queue", directory / "broker" / "control"
    for path in (queue, control):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.1,
    }
