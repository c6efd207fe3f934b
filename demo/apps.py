from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RtcDemoConfig(AppConfig):
    """The demo shop."""

    name = "demo"
    label = "rtc_demo"
    verbose_name = _("Demo shop")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Every process of the project hands its tasks to this app, not only the worker that is started with `-A`.
        from . import celery  # noqa: F401
