"""What a check found, in one sentence, and in another what to do about it."""

from __future__ import annotations

import re
from typing import NamedTuple

PASSWORD = re.compile(r"(://)[^\s'\"]*@")
# A password with a slash in a URL: Python takes its first part for a port, and says it.
PORT = re.compile(r"(integer value as )'.*'")


class Finding(NamedTuple):
    """`level`: "ok", "warning" or "problem". Sentences are English: they end up in tickets and searches."""

    level: str
    text: str
    hint: str = ""


def ok(text: str) -> Finding:
    return Finding("ok", text)


def warning(text: str, hint: str) -> Finding:
    return Finding("warning", text, hint)


def problem(text: str, hint: str) -> Finding:
    return Finding("problem", text, hint)


def said(error: BaseException) -> str:
    """An error's first line, without passwords in URLs."""
    lines = str(error).strip().splitlines()
    return PORT.sub(r"\1'…'", PASSWORD.sub(r"\1…@", lines[0]))[:300] if lines else "no words"
