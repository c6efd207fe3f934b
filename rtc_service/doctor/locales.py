"""Time zone and languages: the data that dates and catalogues need."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation import to_locale

from .finding import Finding, ok, problem, warning

SHIPPED = ("zh-hans", "zh-hant")


def check() -> list[Finding]:
    found = []
    if not settings.USE_TZ:
        found.append(problem("USE_TZ is off: times shift with the clock's summer time.", "Set USE_TZ to True."))
    try:
        zoneinfo.ZoneInfo(settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        found.append(problem(f"There is no time zone {settings.TIME_ZONE!r}.", "Install tzdata, or mend TIME_ZONE."))
    if not settings.USE_I18N:
        found.append(warning("USE_I18N is off: everybody reads English.", "Set USE_I18N to True."))
    offered = {code for code, _name in settings.LANGUAGES}
    home = Path(apps.get_app_config("rtc_service").path) / "locale"
    for code in SHIPPED:
        if code in offered and not (home / to_locale(code) / "LC_MESSAGES" / "django.mo").exists():
            hint = "Install the wheel, or run `manage.py compilemessages`."
            found.append(problem(f"The catalogue of {code} is not compiled.", hint))
    catalogues = ", ".join(sorted(offered & set(SHIPPED))) or "English"
    return found or [ok(f"Times in {settings.TIME_ZONE}, catalogues for {catalogues}.")]
