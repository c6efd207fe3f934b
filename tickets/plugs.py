"""Where tickets plug into the core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rtc_service import conf, registry

from .conf import TicketSettings
from .panels import after_call, render_panel
from .services import duties, opening


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    conf.register("tickets", TicketSettings)
    registry.event("tickets.opened")
    registry.event("tickets.changed")
    registry.duty("call.answered", "tickets.take", duties.on_answered)
    registry.duty("call.ended", "tickets.open", duties.on_ended)
    registry.snapshot("ticket", opening.summary_of_call)
    registry.panel(
        registry.Panel("ticket", _("Ticket"), render_panel, order=30, refresh_on=("tickets.opened", "tickets.changed"))
    )
    registry.after_call("ticket", after_call)
    registry.api("tickets", _viewset)


def _viewset() -> type:
    from .api import TicketViewSet  # only where the host includes the API

    return TicketViewSet
