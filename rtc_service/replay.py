"""The call's state from its log: the same rules as js/call-state.js. Pure."""

from __future__ import annotations

from typing import Any

NO_MEDIA = {"camera": False, "microphone": False, "screen": False}


def empty(call: str) -> dict[str, Any]:
    """Before the first event."""
    return {
        "call": call, "seq": 0, "state": "waiting", "requested_at": None, "answered_at": None, "ended_at": None,
        "end_reason": "", "media": "video", "page_kind": "", "subject": "", "title": "", "language": "", "category": "",
        "staff": None, "participants": {}, "messages": [], "links": {}, "rating": None, "ticket": None,
        "recording": None,
    }  # fmt: skip


def reduce(state: dict[str, Any], row: dict[str, Any]) -> None:
    """Apply one event row in place."""
    state["seq"] = row["seq"]
    head, _, tail = row["kind"].partition(".")
    if head == "call":
        _call(state, tail, row)
    elif head == "participant":
        _participant(state, tail, row["data"])
    elif head == "link":
        _link(state, tail, row["data"])
    elif head == "tickets":
        data = row["data"]
        state["ticket"] = {"number": data["number"], "state": data["state"], "url": data["url"]}
    elif row["kind"] == "recordings.state":
        _recording(state, row)
    elif row["kind"] == "media":
        leg = state["participants"].get(row["data"]["participant"])
        if leg:
            leg["media"] = {key: row["data"][key] for key in NO_MEDIA}
    elif row["kind"] == "message":
        keys = ("message", "participant", "role", "client_id", "body")
        state["messages"].append({**{key: row["data"][key] for key in keys}, "at": row["at"]})


def _call(state: dict[str, Any], tail: str, row: dict[str, Any]) -> None:
    data = row["data"]
    if tail == "requested":
        state["requested_at"] = row["at"]
        for key in ("media", "page_kind", "subject", "title", "language", "category"):
            state[key] = data[key]
    elif tail == "rated":
        state["rating"] = data["score"]
    elif tail == "ringing":
        state["state"] = "ringing"
    elif tail == "waiting":
        state.update(state="waiting", staff=None)
    elif tail == "answered":
        state.update(state="connecting", answered_at=row["at"], staff=data["staff"])
    elif tail == "active":
        state["state"] = "active"
    elif tail == "ended":
        state.update(state="ended", ended_at=row["at"], end_reason=data["reason"], staff=None)


def _recording(state: dict[str, Any], row: dict[str, Any]) -> None:
    """The newest recording is shown: what becomes of an older one while it runs says nothing about it."""
    data, shown = row["data"], state["recording"]
    if shown is None or shown["recording"] == data["recording"] or data["state"] in ("asked", "starting"):
        state["recording"] = {
            "recording": data["recording"], "state": data["state"], "since": row["at"], "parties": data["parties"],
        }  # fmt: skip


def _participant(state: dict[str, Any], tail: str, data: dict[str, Any]) -> None:
    leg = data["participant"]
    if tail == "joined":
        state["participants"][leg] = {
            "role": data["role"],
            "name": data["name"],
            "present": True,
            "media": dict(NO_MEDIA),
        }
    elif tail == "left":
        state["participants"].pop(leg, None)
    elif leg in state["participants"]:
        state["participants"][leg]["present"] = tail == "back"


def _link(state: dict[str, Any], tail: str, data: dict[str, Any]) -> None:
    link = data["link"]
    if tail == "closed":
        state["links"].pop(link, None)
    else:
        told = {"opened": "new", "up": "up", "stale": "stale"}[tail]
        state["links"][link] = {
            "kind": data["kind"], "generation": data["generation"], "state": told, "parties": data["parties"],
        }  # fmt: skip
