"""Django's system checks, those of ours."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import ERROR, WARNING, run_checks

from .finding import Finding, ok, problem, warning


def check() -> list[Finding]:
    """Deployment checks too, unless this is a DEBUG project. Silenced ones stay silent."""
    messages = run_checks(include_deployment_checks=not settings.DEBUG, databases=list(settings.DATABASES))
    mine = [m for m in messages if str(m.id).startswith("rtc_") and m.level >= WARNING and not m.is_silenced()]
    others = sum(1 for m in messages if m not in mine and m.level >= ERROR and not m.is_silenced())
    found = [(problem if m.level >= ERROR else warning)(f"{m.id}: {m.msg}", str(m.hint or "")) for m in mine]
    if others:
        found.append(problem(f"Django finds {others} other errors in this project.", "Run `manage.py check --deploy`."))
    return found or [ok("System checks find nothing.")]
