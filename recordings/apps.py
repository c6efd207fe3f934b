from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RtcRecordingsConfig(AppConfig):
    """The app's label is pinned: tables, permissions and URLs derive from it."""

    name = "recordings"
    label = "rtc_recordings"
    verbose_name = _("Video service: recordings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, plugs  # noqa: F401  (checks register themselves)

        plugs.register()
