from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RtcServiceConfig(AppConfig):
    name = "rtc_service"
    label = "rtc_service"
    verbose_name = _("Video service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, checks_values, conf, receivers, registry  # noqa: F401  (checks register themselves)
        from .signalling import handlers

        conf.register("core", conf.CoreSettings)
        handlers.register()
        receivers.connect()
        registry.periodic("rtc-audit-seal", "rtc.audit.seal", 60.0)
        registry.periodic("rtc-audit-day", "rtc.audit.day", 86_400.0)
