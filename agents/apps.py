from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RtcAgentsConfig(AppConfig):
    name = "agents"
    label = "rtc_agents"
    verbose_name = _("Video service: agents")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from rtc_service import conf, signals

        from . import handlers, receivers
        from .conf import AgentsSettings

        conf.register("agents", AgentsSettings)
        handlers.register()
        user_logged_out.connect(receivers.logged_out, dispatch_uid="rtc_agents.logged_out")
        signals.committed.connect(handlers.on_event, dispatch_uid="rtc_agents.on_event")
