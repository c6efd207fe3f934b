"""`Idempotency-Key` on every POST: a repetition gets the first one's answer, and nothing happens twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4, uuid5

from rest_framework.response import Response

from ..services import idempotency as store
from .actors import actor_of
from .problems import Problem

KEY = re.compile(r"[\x21\x23-\x7e]{1,100}")
NAMES = UUID("6a1a6d2a-9d2f-4c5e-8a5d-5f3d0b6f2c11")  # a namespace of our own (RFC 9562 5.5)
KEPT_HEADERS = ("Location",)


def key_of(request: Any) -> str:
    """The header's value, with or without the quotes of a structured string; empty: none. Raises Problem 400."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return ""
    key = str(given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given)
    if not KEY.fullmatch(key):
        text = "An Idempotency-Key has 1 to 100 printable characters of ASCII."
        raise Problem(text, status=400, code="bad_idempotency_key")
    return key


def name(request: Any) -> UUID:
    """The identifier of what the request makes: with a key always the same one, so that a request that is begun anew
    after its process has died finds what was made before; else a random one."""
    key = key_of(request)
    return uuid5(NAMES, f"{actor_of(request).key} {key}") if key else uuid4()


def once(handler: Callable[..., Response]) -> Callable[..., Response]:
    """A POST's handler, worked on once per key. Only good answers are kept: what came to nothing may be tried again."""

    def wrapped(request: Any, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        if not key:
            return handler(request, *args, **kwargs)
        try:
            begun = store.begin(actor_of(request).key, key, _fingerprint(request))
        except store.OtherRequest:
            text = "This Idempotency-Key was used for another request."
            raise Problem(text, status=422, code="idempotency_key_reused") from None
        except store.StillRunning:
            text = "The first request with this Idempotency-Key is still being worked on."
            raise Problem(text, code="in_progress", retry_after=1) from None
        if not isinstance(begun, store.Begun):
            status, answer = begun
            return Response(answer["body"], status, headers={**answer["headers"], "Idempotency-Replayed": "true"})
        done = False
        try:
            response = handler(request, *args, **kwargs)
            if response.status_code < 300:
                kept = {name: response[name] for name in KEPT_HEADERS if name in response}
                store.finish(begun, response.status_code, {"headers": kept, "body": response.data})
                done = True
        finally:
            if not done:
                store.forget(begun)
        return response

    return wrapped


def _fingerprint(request: Any) -> str:
    # The bytes as they came: a client repeats a request as a whole.
    raw = f"{request.method} {request.get_full_path()}\n".encode() + request._request.body
    return hashlib.sha256(raw).hexdigest()
