"""The hooks into aiortc, as others use them: `install()` before the first capture, `self_test()` in checks."""

from __future__ import annotations

from .errors import HookBroken
from .selftest import self_test
from .taps import install

__all__ = ["HookBroken", "install", "self_test"]
