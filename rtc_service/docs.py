"""docs/protocol.md and docs/settings.md, written from the code that enforces them."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, Field, fields
from typing import Any

import msgspec

from . import conf, registry
from .exceptions import RtcError
from .signalling import protocol

INTRO = """# The signalling protocol

Written by `manage.py rtc_docs` from `rtc_service/signalling/protocol/` and the registry; do not edit by hand.

"""
FURTHER_CODES = """
Further codes of `bad_message`: `bad_json`, `unsupported_version`, `unknown_kind`, `unknown_code`, `ended`,
`not_allowed`; of `too_large`: `too_many_candidates`, `too_many_messages`; of `token_refused`: `token_reused`; of
`not_yours`: `origin_refused`; of `conflict`: `try_again`; of `refused`: `queue_full`,
`inactive_agent` and what gates say; and `internal`.
"""
SETTINGS_INTRO = """# Settings

Written by `manage.py rtc_docs` from the typed sections; do not edit by hand. One dict, a section per app, everything
optional:

```python
RTC_SERVICE = {"core": {"TURN_URLS": ["turn:turn.example:3478"]}, "agents": {"RING_SECONDS": 25}}
```

An unknown section or key is the check error `rtc_service.E001`. Durations are seconds, sizes bytes or characters, bit
rates bits per second.
"""


def protocol_page() -> str:
    """The protocol as Markdown."""
    parts = [INTRO, inspect.getdoc(protocol) or "", "\n\n## From the client\n"]
    leaves = {kind: item.body for kind, item in registry.get().messages.items()}
    for kind, body in {**protocol.CLIENT_KINDS, **leaves}.items():
        roles = registry.get().messages[kind].roles if kind in registry.get().messages else registry.Everyone
        parts.append(_kind(kind, body, ", ".join(sorted(roles))))
    parts.append("\n## From the server\n")
    parts += [_kind(kind, body, "") for kind, body in protocol.SERVER_KINDS.items()]
    parts.append("\n## Error codes\n\n| code | HTTP | meaning |\n|---|---|---|\n")
    errors = sorted(_errors(), key=lambda item: item.code)
    parts += [f"| `{error.code}` | {error.status} | {_first(error)} |\n" for error in errors]
    parts.append(FURTHER_CODES)
    parts.append("\n## Close codes\n\n| code | meaning |\n|---|---|\n")
    closes = [
        (code, name[6:].lower().replace("_", " ")) for name, code in vars(protocol).items() if name[:6] == "CLOSE_"
    ]
    parts += [f"| {code} | {meaning} |\n" for code, meaning in sorted(closes)]
    parts.append("\n## Events\n\n| kind | read by |\n|---|---|\n")
    parts += [f"| `{kind}` | {audience} |\n" for kind, audience in sorted(registry.get().events.items())]
    return "".join(parts)


def _errors() -> set[type[RtcError]]:
    found: set[type[RtcError]] = set()
    waiting = [RtcError]
    while waiting:
        for sub in waiting.pop().__subclasses__():
            if sub.__module__.startswith("rtc_service"):
                found.add(sub)
                waiting.append(sub)
    return found


def _first(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("|", "\\|")


def _kind(kind: str, body: type[protocol.Body], roles: str) -> str:
    lines = [f"\n### `{kind}`\n\n{_first(body)}{f' Roles: {roles}.' if roles else ''}\n"]
    members = msgspec.structs.fields(body)
    if members:
        lines.append("\n| field | type | needed |\n|---|---|---|\n")
        for item in members:
            lines.append(f"| `{item.encode_name}` | {_type(item.type)} | {'yes' if item.required else 'no'} |\n")
    return "".join(lines)


def _type(given: Any) -> str:
    schema = msgspec.json.schema(given)
    return _schema(schema).replace("|", "\\|")


def _schema(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_schema(item) for item in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    name = str(schema.get("format") or schema.get("type", "any"))
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    if "items" in schema and schema["items"]:
        name = f"array of {_schema(schema['items'])}"
    return name + (f" ({', '.join(limits)})" if limits else "")


_LIMITS = {
    "minLength": "≥ characters",
    "maxLength": "≤ characters",
    "minimum": "≥",
    "maximum": "≤",
    "exclusiveMinimum": ">",
    "minItems": "≥ items",
    "maxItems": "≤ items",
    "maxProperties": "≤ keys",
}


def settings_page() -> str:
    """All sections as Markdown tables; the comment behind a field is its explanation."""
    parts = [SETTINGS_INTRO]
    for name, cls in sorted(conf.sections.items()):
        comments = _comments(cls)
        about = "" if _first(cls).startswith(f"{cls.__name__}(") else _first(cls)  # a dataclass writes one by itself
        parts.append(f"\n## {name}\n\n{about}\n\n| key | default | |\n|---|---|---|\n")
        parts += [f"| `{item.name}` | `{_default(item)}` | {comments.get(item.name, '')} |\n" for item in fields(cls)]
    return "".join(parts)


def _default(item: Field[Any]) -> Any:
    if item.default is not MISSING:
        return f'"{item.default}"' if isinstance(item.default, str) else item.default
    return item.default_factory() if item.default_factory is not MISSING else ""


def _comments(cls: type) -> dict[str, str]:
    found = {}
    for line in inspect.getsource(cls).splitlines():
        code, _, comment = line.partition("  # ")
        if comment and ":" in code:
            found[code.partition(":")[0].strip()] = comment.strip().replace("|", "\\|")
    return found
