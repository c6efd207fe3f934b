"""Checks of a whole installation, by what it really does: `manage.py rtc_doctor`.

A leaf adds its own in `AppConfig.ready()`: `registry.health("recordings.storage", function)`, where
`function() -> list[Finding]`; an exception out of it is a problem of the check's name.
"""

from .finding import Finding, ok, problem, warning

__all__ = ["Finding", "ok", "problem", "warning"]
